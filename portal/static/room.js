// The audit room: one question at a time or the list by clause; each touch is kept at once, see
// queue.js. An answer says which ones its author had before them, so that nobody overwrites another:
// two that know nothing of each other both stand until somebody settles which holds.
(() => {
  const PAUSE_MS = 700, NEWS_MS = 15_000;
  const page = document.querySelector("[data-room]");
  const data = JSON.parse(document.getElementById("room-data").textContent);
  const me = document.body.dataset.person;
  const card = page.querySelector("[data-card]"), list = page.querySelector("[data-list]");
  const part = (name) => page.querySelector(`[data-${name}]`);
  const said = (name) => part("words").content.querySelector(`[data-say=${name}]`).textContent;
  const field = (name) => card.querySelector(`[name=${name}]`);
  const verdictWord = (value) => card.querySelector(`[name=verdict][value=${value}]`).dataset.word;
  const NEEDS_REASON = ["not_audited", "not_applicable"];
  const GRADES = { observation: "PS", improvement: "PP", strength: "PF" };

  const standing = new Map(data.questions.map((one) => [one.id, []]));
  const gone = new Set(), rows = new Map();
  let shown = null, basis = null, later, since = "";

  // An answer that has come to be, here or elsewhere, takes the place of those it follows.
  const place = (answer) => {
    answer.follows.forEach((id) => gone.add(id));
    if (answer.answered_at > since && answer.answered_by !== "") since = answer.answered_at;
    const there = standing.get(answer.question_id);
    if (!there) return;
    const left = there.filter((one) => one.id !== answer.id && !gone.has(one.id));
    if (answer.standing && !gone.has(answer.id)) left.push(answer);
    standing.set(answer.question_id, left);
  };
  const given = (question) => standing.get(question.id);
  const own = (question) => (
    given(question).findLast((one) => one.answered_by === me) ?? given(question).at(-1) ?? null
  );
  const chapter = (question) => question.requirement.replace(/(\d+)(\.\d+)*$/, "$1") || said("others");

  const stateOf = (question) => {
    if (given(question).length > 1) return said("rivals");
    const verdict = given(question)[0]?.verdict;
    return verdict ? verdictWord(verdict) : said("open");
  };
  const isDone = (question) => given(question).length === 1 && Boolean(given(question)[0].verdict);

  const drawRow = (question) => {
    const button = rows.get(question.id);
    button.querySelector("[data-state]").textContent = stateOf(question);
    button.classList.toggle("is-done", isDone(question));
    button.classList.toggle("is-rival", given(question).length > 1);
  };
  const drawProgress = () => {
    const done = data.questions.filter(isDone).length;
    part("progress").value = done;
    part("done").textContent = `${done} / ${data.questions.length}`;
    for (const heading of list.querySelectorAll("[data-chapter]")) {
      const asked = data.questions.filter((one) => chapter(one) === heading.dataset.chapter);
      heading.querySelector("[data-count]").textContent = `${asked.filter(isDone).length} / ${asked.length}`;
    }
  };
  const drawList = () => {
    let chapterNow = null, below = null;
    for (const question of data.questions) {
      if (chapter(question) !== chapterNow) {
        chapterNow = chapter(question);
        const group = part("chapter-row").content.cloneNode(true);
        group.querySelector("[data-chapter]").dataset.chapter = chapterNow;
        group.querySelector("[data-name]").textContent = chapterNow;
        below = group.querySelector("ul");
        list.append(group);
      }
      const row = part("question-row").content.cloneNode(true), button = row.querySelector("button");
      button.querySelector("[data-text]").textContent = question.text;
      button.querySelector("[data-about]").textContent = question.requirement;
      button.addEventListener("click", () => show(question));
      rows.set(question.id, button);
      below.append(row);
      drawRow(question);
    }
    drawProgress();
  };
  const redraw = (question) => {
    drawRow(question);
    drawProgress();
    if (shown === question) drawRivals();
  };

  // --- one question -------------------------------------------------------------------------

  const typed = () => ({
    verdict: card.querySelector("[name=verdict]:checked")?.value ?? null,
    note: field("note").value.trim(),
    sample: field("sample").value.trim(),
    reason: field("reason").value.trim(),
  });
  const fill = () => {
    basis = own(shown);
    for (const radio of card.querySelectorAll("[name=verdict]")) radio.checked = radio.value === basis?.verdict;
    for (const name of ["note", "sample", "reason"]) field(name).value = basis?.[name] ?? "";
    part("reason").hidden = !NEEDS_REASON.includes(basis?.verdict);
  };
  const differs = () => {
    const now = typed();
    return Object.entries(now).some(([name, value]) => (basis?.[name] ?? (name === "verdict" ? null : "")) !== value);
  };
  const give = (question, values, follows, apart) => {
    const fields = queue.add({
      kind: "answer", key: question.id, apart, url: `/questions/${question.id}/answers`,
      fields: { id: crypto.randomUUID(), follows, edition: question.edition, ...values },
    });
    const answer = {
      ...fields, question_id: question.id, answered_by: me, answered_at: "", standing: true,
    };
    place(answer);
    redraw(question);
    return answer;
  };
  const save = () => {
    clearTimeout(later);
    if (!shown || !differs()) return;
    const now = typed();
    part("reason").hidden = !NEEDS_REASON.includes(now.verdict);
    if (NEEDS_REASON.includes(now.verdict) && !now.reason) return;
    basis = give(shown, now, basis ? [basis.id] : [], false);
  };

  const drawRivals = () => {
    const rivals = given(shown), several = rivals.length > 1, box = part("rivals");
    box.hidden = !several;
    box.querySelector("ul").replaceChildren(...(several ? rivals : []).map((one) => {
      const row = part("rival-row").content.cloneNode(true);
      row.querySelector("[data-who]").textContent = data.names[one.answered_by] ?? said("somebody");
      row.querySelector("[data-what]").textContent = one.verdict ? verdictWord(one.verdict) : said("open");
      row.querySelector("[data-note]").textContent = one.note;
      row.querySelector("button").addEventListener("click", () => {
        const { verdict, note, sample, reason } = one;
        const all = given(shown).map((each) => each.id);
        give(shown, { verdict, note, sample, reason }, all, true);
        fill();
        part("title").focus();
      });
      return row;
    }));
  };
  const drawThings = () => {
    const found = data.findings.filter((one) => one.question_id === shown.id);
    part("found").replaceChildren(...found.map((one) => {
      const row = part("found-row").content.cloneNode(true), link = row.querySelector("a");
      link.href = `/findings/${one.id}`;
      link.textContent = part("finding").querySelector(`[value=${one.grade}]`).dataset.word;
      return row;
    }));
    const seen = data.photographs.filter((one) => one.question_id === shown.id);
    part("photographs").textContent = seen.map((one) => one.name).join(", ");
  };
  const show = (question) => {
    save();
    shown = question;
    part("requirement").textContent = [question.requirement, question.process].filter(Boolean).join(" · ");
    part("title").textContent = question.text;
    const at = data.questions.indexOf(question);
    part("place").textContent = `${at + 1} / ${data.questions.length}`;
    part("before").disabled = at === 0;
    part("next").disabled = at === data.questions.length - 1;
    part("finding").open = false;
    fill();
    drawRivals();
    drawThings();
    card.hidden = false;
    list.hidden = true;
    history.replaceState(null, "", `#${question.id}`);
    part("title").focus();
  };
  const showList = () => {
    save();
    const left = shown;
    shown = null;
    card.hidden = true;
    list.hidden = false;
    history.replaceState(null, "", location.pathname + location.search);
    if (left) rows.get(left.id).focus();
  };
  const step = (by) => show(data.questions[data.questions.indexOf(shown) + by]);

  // --- findings, photographs, people --------------------------------------------------------

  const finding = part("finding").querySelector("form");
  const prefill = () => {
    const { verdict, note, sample } = typed();
    const grade = GRADES[verdict];
    for (const radio of finding.querySelectorAll("[name=grade]")) radio.checked = radio.value === grade;
    finding.elements.process.value = shown.process;
    finding.elements.requirement.value = shown.requirement;
    finding.elements.statement.value = note;
    finding.elements.evidence.value = sample;
  };
  const raise = (event) => {
    event.preventDefault();
    const { grade, process, requirement, statement, evidence } = finding.elements;
    const serious = grade.value.startsWith("NC");
    const complete = grade.value && process.value && statement.value.trim() && (!serious || (
      requirement.value.trim() && evidence.value.trim()));
    part("incomplete").hidden = Boolean(complete);
    if (!complete) return;
    const id = crypto.randomUUID();
    queue.add({
      kind: "finding", url: `/audits/${page.dataset.room}/room/findings`,
      fields: {
        id, grade: grade.value, process: process.value, requirement: requirement.value,
        requirement_id: requirement.value === shown.requirement ? shown.requirement_id : null, statement: statement.value, evidence: evidence.value,
        question_id: shown.id,
      },
    });
    data.findings.push({ id, question_id: shown.id, grade: grade.value });
    part("finding").open = false;
    drawThings();
    part("title").focus();
  };
  const photograph = (event) => {
    for (const file of event.target.files) {
      const id = crypto.randomUUID();
      queue.add({
        kind: "photograph", url: `/photographs?question_id=${shown.id}&id=${id}`,
        fields: { id }, file, name: file.name,
      });
      data.photographs.push({ question_id: shown.id, name: file.name });
    }
    event.target.value = "";
    drawThings();
  };
  const drawMet = () => part("met").replaceChildren(...data.met.map((one) => {
    const row = document.createElement("li");
    row.textContent = [one.name, one.function].filter(Boolean).join(", ");
    return row;
  }));
  const meet = (event) => {
    event.preventDefault();
    const form = event.target, name = form.elements.met_name.value.trim();
    if (name.length < 2) return form.elements.met_name.focus();
    const fields = { id: crypto.randomUUID(), name, function: form.elements.met_function.value.trim() };
    queue.add({ kind: "met", url: `/audits/${page.dataset.room}/room/met`, fields });
    data.met.push(fields);
    form.reset();
    drawMet();
    form.elements.met_name.focus();
  };

  // --- what others do, and what becomes of what was sent -------------------------------------

  const take = (answers) => {
    const touched = new Set(answers.map((one) => one.question_id));
    const clean = shown && touched.has(shown.id) && !differs() && !card.contains(document.activeElement?.closest("textarea, input[type=text]"));
    answers.forEach(place);
    for (const question of data.questions) if (touched.has(question.id)) redraw(question);
    if (clean) fill();
  };
  const news = async () => {
    const asked = since ? `?since=${encodeURIComponent(since)}` : "";
    const answer = await fetch(`/audits/${page.dataset.room}/room/answers${asked}`, { redirect: "manual" });
    if (!answer.ok) return "";
    const { answers, names, csrf } = await answer.json();
    Object.assign(data.names, names);
    queue.proof(csrf);
    take(answers);
    return csrf;
  };
  const tell = ({ waiting, refused, away, signedOut }) => {
    const name = signedOut ? "signed-out" : waiting > 1 ? "many" : waiting ? "one" : away ? "away" : "saved";
    part("net").textContent = said(name).replace("#", waiting);
    part("net").dataset.state = waiting || away ? "waiting" : "saved";
    part("sign-in").hidden = !signedOut;
    part("refused").hidden = !refused.length;
    part("refused").querySelector("ul").replaceChildren(...refused.map((one) => {
      const row = part("refused-row").content.cloneNode(true);
      row.querySelector("[data-why]").textContent = one.refused;
      row.querySelector("[data-what]").textContent = one.fields.statement || one.fields.note || one.fields.name || one.name || "";
      row.querySelector("button").addEventListener("click", () => queue.forget(one));
      return row;
    }));
  };
  const taken = (one, told) => {
    if (one.kind === "answer") take(told);
  };

  data.answers.forEach(place);
  drawList();
  drawMet();
  card.addEventListener("change", (event) => {
    if (event.target.name === "verdict") {
      part("reason").hidden = !NEEDS_REASON.includes(event.target.value);
      save();
      if (event.target.value === "nonconformity") part("finding").open = true;
    }
  });
  card.addEventListener("input", (event) => {
    if (!["note", "sample", "reason"].includes(event.target.name)) return;
    clearTimeout(later);
    later = setTimeout(save, PAUSE_MS);
  });
  card.addEventListener("focusout", save);
  addEventListener("pagehide", save);
  part("finding").addEventListener("toggle", () => shown && part("finding").open && prefill());
  finding.addEventListener("submit", raise);
  part("camera").addEventListener("change", photograph);
  part("meet").addEventListener("submit", meet);
  part("before").addEventListener("click", () => step(-1));
  part("next").addEventListener("click", () => step(1));
  part("to-list").addEventListener("click", showList);

  queue.start({ csrf: page.dataset.csrf, tell, taken, renew: () => news().catch(() => "") }).then((waiting) => {
    for (const one of waiting.filter((each) => each.kind === "answer" && !each.refused)) {
      place({ ...one.fields, question_id: one.key, answered_by: me, answered_at: "", standing: true });
    }
    data.questions.forEach(redraw);
    const asked = data.questions.find((one) => `#${one.id}` === location.hash);
    if (asked) show(asked);
  });
  setInterval(() => document.visibilityState === "visible" && news().catch(() => {}), NEWS_MS);
})();
