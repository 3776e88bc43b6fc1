// What is done in the audit room waits here until a service has taken it: in the browser's own
// database, so that neither a lost network nor a closed tab loses it. It leaves in order, one at a
// time, each under an id that was made here: what is sent twice is kept once. What somebody else
// left at this tablet is kept for them, and leaves when they are back.
const queue = (() => {
  const RETRY_MS = 4_000, PATIENCE_MS = 30_000;
  const person = document.body.dataset.person;
  const waiting = [];
  let csrf = "", tell = () => {}, taken = () => {}, renew = async () => "";
  let sending = false, away = false, signedOut = false, later;

  const database = new Promise((resolve, reject) => {
    const asked = indexedDB.open("qse-room", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("waiting", { keyPath: "id" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  const store = async (mode, request) => {
    const rows = (await database).transaction("waiting", mode).objectStore("waiting");
    const asked = request(rows);
    return new Promise((resolve, reject) => {
      rows.transaction.oncomplete = () => resolve(asked.result);
      rows.transaction.onabort = () => reject(rows.transaction.error);
    });
  };
  const keep = (one) => store("readwrite", (rows) => rows.put(one));

  const say = () => tell({
    waiting: new Set(waiting.filter((one) => !one.refused).map((one) => one.key ?? one.id)).size,
    refused: waiting.filter((one) => one.refused),
    away, signedOut,
  });

  // Another edit of what still waits here takes its place; what may have arrived stays as sent.
  const add = (entry) => {
    const last = waiting.findLast((one) => one.key && one.key === entry.key);
    if (last && !last.tried && !entry.apart) {
      const { id, follows } = last.fields;
      last.fields = { ...entry.fields, id, follows };
      keep(last);
      return last.fields;
    }
    const order = 1 + Math.max(0, ...waiting.map((one) => one.order));
    const one = { person, order, id: entry.fields.id, ...entry };
    waiting.push(one);
    keep(one).then(send);
    say();
    return one.fields;
  };

  const bodyOf = (one) => {
    const body = new FormData();
    body.append("csrf", csrf);
    for (const [name, value] of Object.entries(one.fields)) {
      for (const each of [value].flat()) body.append(name, each ?? "");
    }
    if (one.file) body.append("file", one.file, one.name);
    return body;
  };

  const post = async (one) => {
    one.tried = true;
    await keep(one);
    const answer = await fetch(one.url, {
      method: "POST", body: bodyOf(one), redirect: "manual", signal: AbortSignal.timeout(PATIENCE_MS),
    });
    signedOut = answer.type === "opaqueredirect";
    const read = answer.headers.get("content-type")?.startsWith("application/json");
    return { status: answer.status, told: read ? await answer.json() : null };
  };

  // Whether to go on with the next: not while the network, the session or a service is away.
  const settle = async (one, { status, told }) => {
    if (status === 403 && !told) {
      const proof = csrf;
      csrf = await renew();
      return csrf !== proof;
    }
    if (!told || status >= 500 || status === 429) return false;
    if (status < 300) {
      waiting.splice(waiting.indexOf(one), 1);
      await store("readwrite", (rows) => rows.delete(one.id));
      taken(one, told);
    } else {
      one.refused = told.sentence;
      await keep(one);
    }
    return true;
  };

  const send = async () => {
    if (sending) return;
    sending = true;
    clearTimeout(later);
    let going = true;
    for (let one; going && (one = waiting.find((each) => !each.refused));) {
      try {
        going = await settle(one, await post(one));
        away = false;
      } catch {
        going = false;
        away = true;
      }
      say();
    }
    sending = false;
    if (!going) later = setTimeout(send, RETRY_MS);
  };

  const start = async (on) => {
    ({ csrf, tell, taken, renew } = on);
    const all = await store("readonly", (rows) => rows.getAll());
    waiting.push(...all.filter((one) => one.person === person).sort((a, b) => a.order - b.order));
    addEventListener("online", send);
    addEventListener("offline", () => { away = true; say(); });
    say();
    send();
    return waiting;
  };

  const forget = async (one) => {
    waiting.splice(waiting.indexOf(one), 1);
    await store("readwrite", (rows) => rows.delete(one.id));
    say();
  };

  return { add, start, forget, proof: (fresh) => { csrf = fresh; } };
})();
