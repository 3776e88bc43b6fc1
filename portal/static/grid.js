// A grid is gone through as a spreadsheet is: arrows, Enter, and a paste that fills many cells.
const grid = document.querySelector("[data-grid]");

if (grid) {
  const rows = [...grid.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("td input")]);
  const lines = rows.filter((row) => row.length);
  const place = (cell) => {
    const line = lines.findIndex((row) => row.includes(cell));
    return [line, lines[line].indexOf(cell)];
  };
  const go = (line, column) => {
    const row = lines[line];
    if (!row) return false;
    const cell = row[Math.min(column, row.length - 1)];
    cell.focus();
    cell.select();
    return true;
  };
  const mark = (cell) => cell.classList.toggle("q-changed", cell.value !== cell.defaultValue);

  grid.addEventListener("keydown", (event) => {
    const cell = event.target;
    if (!cell.closest("td") || event.ctrlKey || event.metaKey || event.altKey) return;
    const [line, column] = place(cell);
    const all = cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
    const atStart = all || cell.selectionEnd === 0;
    const atEnd = all || cell.selectionStart === cell.value.length;
    const moved = {
      ArrowUp: () => go(line - 1, column),
      ArrowDown: () => go(line + 1, column),
      Enter: () => go(line + (event.shiftKey ? -1 : 1), column) || true,
      ArrowLeft: () => atStart && column > 0 && go(line, column - 1),
      ArrowRight: () => atEnd && column + 1 < lines[line].length && go(line, column + 1),
    }[event.key];
    if (moved && moved()) event.preventDefault();
  });

  // What a spreadsheet copies: cells parted by tabs, rows by line ends.
  grid.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "");
    if (!event.target.closest("td") || !/[\t\n]/.test(text)) return;
    event.preventDefault();
    const [line, column] = place(event.target);
    text.split(/\r?\n/).forEach((row, down) => {
      row.split("\t").forEach((value, right) => {
        const cell = lines[line + down]?.[column + right];
        if (!cell || value.trim() === "") return;
        cell.value = value.trim();
        mark(cell);
      });
    });
  });

  grid.addEventListener("input", (event) => event.target.closest("td") && mark(event.target));
  for (const row of lines) row.forEach(mark);

  addEventListener("beforeunload", (event) => {
    if (grid.querySelector(".q-changed") && !grid.dataset.sent) event.preventDefault();
  });
}
