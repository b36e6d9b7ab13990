// Comfort only: every page is complete without it. Filters the rows of a long list and sorts tables by a column.
"use strict";

// A box above each list marked data-filter hides the rows that do not contain what is typed.
for (const list of document.querySelectorAll("[data-filter]")) {
  const rows = list.tagName === "TABLE" ? list.tBodies[0].rows : list.children;
  if (rows.length < 8) continue;
  const label = document.createElement("label");
  const box = document.createElement("input");
  box.type = "search";
  label.className = "filter";
  label.append(list.dataset.filter + " ", box);
  const place = list.closest(".scroll") || list;
  place.before(label);
  const texts = Array.from(rows, (row) => row.textContent.toLowerCase());
  box.addEventListener("input", () => {
    const wanted = box.value.toLowerCase().trim();
    for (let i = 0; i < texts.length; i++) rows[i].hidden = !texts[i].includes(wanted);
  });
}

// Headings of tables marked data-sortable become buttons.
for (const table of document.querySelectorAll("table[data-sortable]")) {
  const headings = table.tHead.rows[0].cells;
  for (const heading of headings) {
    const button = document.createElement("button");
    button.type = "button";
    button.title = table.dataset.sortable;
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const down = heading.getAttribute("aria-sort") === "ascending";
      for (const other of headings) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", down ? "descending" : "ascending");
      const key = (row) => row.cells[heading.cellIndex].dataset.sort ?? row.cells[heading.cellIndex].textContent;
      const order = new Intl.Collator(document.documentElement.lang, { numeric: true });
      const rows = Array.from(table.tBodies[0].rows).sort((a, b) => order.compare(key(a), key(b)));
      table.tBodies[0].append(...(down ? rows.reverse() : rows));
    });
  }
}
