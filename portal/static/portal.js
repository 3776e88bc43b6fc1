// Comfort only: every page works without it.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});

const close = (menu, focus) => {
  menu.open = false;
  if (focus) menu.querySelector("summary").focus();
};

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".q-menu[open]")) {
    if (!menu.contains(event.target)) close(menu, false);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll(".q-menu[open]")) close(menu, true);
});

// On a board the arrows go from card to card: up and down in a column, left and right between them.
document.addEventListener("keydown", (event) => {
  const card = event.target.closest("[data-board] .q-piece");
  const step = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
  if (!card || !step || event.altKey || event.ctrlKey || event.metaKey) return;
  const full = (lane) => lane.querySelector(".q-piece");
  const lanes = [...card.closest("[data-board]").querySelectorAll(".q-lane")].filter(full);
  const cards = (lane) => [...lane.querySelectorAll(".q-piece")];
  const lane = lanes.findIndex((one) => one.contains(card));
  const row = cards(lanes[lane]).indexOf(card) + step[1];
  const there = lanes[lane + step[0]] && cards(lanes[lane + step[0]]);
  const next = there && there[step[0] ? Math.min(row, there.length - 1) : row];
  if (next) next.querySelector("a").focus();
  event.preventDefault();
});

// What a link fetches for a dialog opens it; without this the link leads to the page.
document.addEventListener("htmx:afterSwap", (event) => {
  const dialog = event.detail.target.closest("dialog");
  if (dialog && !dialog.open) dialog.showModal();
});

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// Rows that are chosen in a list: how many, all of the page, and with Shift all up to the last one.
(() => {
  const bar = document.querySelector("[data-chosen]");
  if (!bar) return;
  const boxes = [...bar.elements].filter((box) => box.name.startsWith("rows."));
  const all = bar.querySelector("[data-choose-all]"), count = bar.querySelector("[data-count]");
  let last = null;
  const tell = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
    bar.dataset.chosen = chosen;
    const { one, many } = count.dataset;
    count.value = chosen > 1 ? many.replace("#", chosen) : chosen ? one : "";
  };
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    tell();
  });
  for (const box of boxes) {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last) {
        const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
        for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
      }
      last = box;
      tell();
    });
  }
  addEventListener("pageshow", tell);
  tell();
})();

// A branch of a tree is fetched once; from then on its toggle folds it and opens it.
document.addEventListener("click", (event) => {
  const toggle = event.target.closest("[data-branch]");
  if (!toggle || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const below = document.getElementById(toggle.getAttribute("aria-controls"));
  const open = toggle.getAttribute("aria-expanded") === "true";
  toggle.setAttribute("aria-expanded", String(!open));
  below.hidden = open;
  if (!below.children.length) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
