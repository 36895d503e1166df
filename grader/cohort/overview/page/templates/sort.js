"use strict";
// Makes a button of each header of a column that can be sorted by: a click, Enter or the space bar sorts.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  const value = (row, place) => row.cells[place].dataset.value ?? row.cells[place].textContent.trim();
  for (const [place, head] of heads.entries()) {
    const kind = head.dataset.sort;
    if (!kind) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const before = head.getAttribute("aria-sort");
      const rises = before ? before === "descending" : kind === "text"; // of numbers the largest first
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", rises ? "ascending" : "descending");
      const sign = rises ? 1 : -1;
      const compare = kind === "text" ? (a, b) => a.localeCompare(b, "en", { numeric: true }) : (a, b) => a - b;
      const rows = [...body.rows].map((row) => [value(row, place), row]);
      rows.sort((a, b) => sign * compare(a[0], b[0]));
      body.append(...rows.map(([, row]) => row));
    });
  }
}
