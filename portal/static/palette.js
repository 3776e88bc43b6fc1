// The palette: Ctrl+K, Cmd+K or "/" opens it, arrows go through what it offers, Escape closes it.
(() => {
  const palette = document.querySelector("#palette");
  const field = palette.querySelector("#palette-q");
  const pages = palette.querySelector("[data-pages]");
  const found = palette.querySelector("#palette-found");

  const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const offered = () => [...palette.querySelectorAll("a")].filter((link) => link.checkVisibility());

  const narrow = () => {
    const words = folded(field.value).split(/\s+/);
    for (const section of palette.querySelectorAll(".q-palette-body > section")) {
      const entries = [...section.querySelectorAll("li")];
      for (const entry of entries) {
        const text = folded(entry.textContent);
        entry.hidden = !words.every((word) => text.includes(word));
      }
      section.hidden = entries.every((entry) => entry.hidden);
    }
    if (field.value.trim().length < 2) found.replaceChildren();
  };

  const open = () => {
    if (palette.open) return field.select();
    // What the menu of this page offers, which is what this person may see.
    const entries = document.querySelectorAll(".q-side .q-nav-list > li");
    pages.replaceChildren(...[...entries].map((entry) => entry.cloneNode(true)));
    field.value = "";
    narrow();
    palette.showModal();
    field.focus();
  };

  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    const asked = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k";
    const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !typing(event.target);
    if (!asked && !slash) return;
    event.preventDefault();
    open();
  });

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-opens-palette]")) return;
    event.preventDefault();
    open();
  });

  palette.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      // The field stands before the first and after the last.
      const round = [field, ...offered()];
      const at = round.indexOf(document.activeElement);
      round[(at + step + round.length) % round.length].focus();
      event.preventDefault();
    } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
      field.focus();
    }
  });

  palette.addEventListener("click", (event) => {
    if (event.target === palette || event.target.closest("a")) palette.close();
  });

  field.addEventListener("input", narrow);
})();
