// What is typed into a longer form is kept by this browser until the form was accepted: a lost
// connection, an ended session or a closed tab loses nothing. Without a network nothing is sent.
// Never a password, never a file, and nothing of somebody else's: what another person left is
// thrown away when this one signs in.
(() => {
  const KEPT = "qse-draft ", SENT = "qse-sent", WEEK_MS = 7 * 86_400_000, PAUSE_MS = 400;
  const mine = `${KEPT}${document.body.dataset.person} `;
  const texts = document.getElementById("draft-texts").content;

  const longIn = (part) => [...part.querySelectorAll("form[method=post]")].filter(
    (form) => form.querySelector("textarea, [type=file]") && !form.querySelector("[type=password]"),
  );
  const forms = longIn(document.querySelector("main"));
  const keyOf = (form) => mine + new URL(form.action).pathname;
  const fieldsOf = (form) => [...form.elements].filter(
    (field) => field.name && !["csrf", "version"].includes(field.name)
      && !["file", "submit", "button", "password"].includes(field.type),
  );
  const typedIn = (form) => fieldsOf(form).map((field) => (
    [field.name, field.value, ["radio", "checkbox"].includes(field.type) ? field.checked : null]
  ));
  const read = (store, key) => {
    try {
      return JSON.parse(store.getItem(key));
    } catch {
      return null;
    }
  };
  const own = (form) => JSON.stringify(typedIn(form).filter(([name]) => name !== "id"));

  const forget = () => {
    for (const key of Object.keys(localStorage).filter((name) => name.startsWith(KEPT))) {
      const old = Date.now() - (read(localStorage, key)?.at ?? 0) > WEEK_MS;
      if (old || !key.startsWith(mine)) localStorage.removeItem(key);
    }
  };

  const say = (name, before, fill = () => {}) => {
    const notice = texts.querySelector(`[data-say=${name}]`).cloneNode(true);
    fill(notice);
    before.before(notice);
    return notice;
  };

  const take = (form, fields) => {
    const waiting = [...fields];
    for (const field of fieldsOf(form)) {
      const at = waiting.findIndex(([name, value, checked]) => (
        name === field.name && (checked === null || value === field.value)
      ));
      if (at < 0) continue;
      const [[, value, checked]] = waiting.splice(at, 1);
      if (checked === null) field.value = value;
      else field.checked = checked;
    }
  };

  const offer = (form, draft) => {
    const notice = say("found", form, (shown) => {
      const moment = new Date(draft.at).toLocaleString(document.documentElement.lang, {
        dateStyle: "short", timeStyle: "short",
      });
      shown.querySelector("time").textContent = moment;
    });
    notice.addEventListener("click", (event) => {
      const wanted = event.target.closest("[data-draft]")?.dataset.draft;
      if (!wanted) return;
      if (wanted === "take") take(form, draft.fields);
      else localStorage.removeItem(keyOf(form));
      notice.remove();
      form.querySelector("textarea")?.focus();
    });
  };

  const watch = (form) => {
    const key = keyOf(form), blank = own(form);
    let later;
    const keep = () => {
      clearTimeout(later);
      if (own(form) === blank) return;
      localStorage.setItem(key, JSON.stringify({ at: Date.now(), fields: typedIn(form) }));
    };
    form.addEventListener("input", () => {
      clearTimeout(later);
      later = setTimeout(keep, PAUSE_MS);
    });
    addEventListener("pagehide", () => later && keep());
    form.addEventListener("submit", (event) => {
      keep();
      if (navigator.onLine) {
        const page = { key, page: location.href, title: document.title };
        sessionStorage.setItem(SENT, JSON.stringify(page));
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      const notice = say("offline", form.querySelector("[type=submit]"));
      addEventListener("online", () => notice.remove(), { once: true });
    });
    const draft = read(localStorage, key);
    if (draft && JSON.stringify(draft.fields.filter(([name]) => name !== "id")) !== blank) {
      offer(form, draft);
    }
  };

  // What was sent last: accepted, back with what is wrong, or lost on its way.
  const settle = () => {
    const sent = read(sessionStorage, SENT);
    sessionStorage.removeItem(SENT);
    if (!sent || !localStorage.getItem(sent.key)) return;
    if (document.querySelector("[data-done]")) localStorage.removeItem(sent.key);
    else if (!forms.some((form) => keyOf(form) === sent.key)) {
      say("lost", document.querySelector("main").firstElementChild, (shown) => {
        const link = shown.querySelector("a");
        link.href = sent.page;
        link.textContent = sent.title;
      });
    }
  };

  forget();
  settle();
  forms.forEach(watch);
  document.addEventListener("htmx:afterSwap", (event) => longIn(event.detail.target).forEach(watch));
})();
