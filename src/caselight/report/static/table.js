// The table of all cases. The rows stand in `caselight`, which the files of data/cases/ have filled before this runs;
// here they are filtered, counted, sorted, drawn a page at a time, and saved as CSV. The choice lives in the address.
"use strict";

(() => {
  const PAGE_ROWS = 100;
  const PRINTED_ROWS = 2000; // on paper there is no next page to go to
  const { columns, rows, total, months } = caselight;
  const $ = (id) => document.getElementById(id);
  const words = $("table").dataset;
  const language = document.documentElement.lang;
  const order = new Intl.Collator(language, { numeric: true });
  const digits = new Intl.NumberFormat(language, { useGrouping: language === "ru" ? "min2" : "always" });
  const number = (n) => digits.format(n).replaceAll("\u00a0", "\u202f");
  const place = new Map(columns.map((column, i) => [column.key, i]));
  const facets = new Map(Array.from(document.querySelectorAll("[data-facet]"), (box) => [box.dataset.facet, box]));
  const fold = (text) => text.toLowerCase().replaceAll("ё", "е");

  // What a cell says

  const members = (column, cell) => {
    if (column.kind === "open") return [cell === null ? 1 : cell === false ? 2 : 0];
    return column.members ? column.members[cell] : [cell];
  };

  const day = (iso) => {
    const found = /^(\d{4})-(\d\d)-(\d\d)$/.exec(iso);
    return found && months[found[2] - 1] ? `${+found[3]}\u00a0${months[found[2] - 1]} ${found[1]}` : iso;
  };

  function text(column, cell) {
    if (column.kind === "code") return members(column, cell).map((i) => column.choices[i][1]).join(", ");
    if (column.kind === "day") return day(cell);
    if (column.kind !== "open") return cell;
    if (typeof cell === "string") return day(cell);
    return typeof cell === "number" ? number(cell) : column.choices[members(column, cell)[0]][1];
  }

  const NO_ANSWER = new Set(["", "_undetermined", "_not_asked", "_none"]);
  const isEmpty = (column, cell) =>
    column.choices.length > 0 && members(column, cell).every((i) => NO_ANSWER.has(column.choices[i][0]));

  function plain(column, cell) {
    if (isEmpty(column, cell)) return "";
    return column.kind === "code" ? members(column, cell).map((i) => column.choices[i][0]).join(";") : String(cell);
  }

  // The choice, and the address that keeps it. Questions and facts stand under their names, which never begin with "_".

  const usual = columns.filter((column) => column.shown && column.kind !== "case").map((column) => column.key);
  let choice;

  function read() {
    const told = new URLSearchParams(location.hash.slice(1));
    choice = { words: told.get("_words") ?? "", sort: "", down: false, page: parseInt(told.get("_page"), 10) || 1, values: new Map() };
    const sort = told.get("_sort") ?? "";
    choice.down = sort.startsWith("-");
    if (place.has(sort.replace(/^-/, ""))) choice.sort = sort.replace(/^-/, "");
    const shown = told.has("_columns") ? told.get("_columns").split(",") : usual;
    choice.shown = new Set(shown.filter((key) => place.has(key)));
    for (const key of facets.keys()) {
      const at = columns[place.get(key)].choices.findIndex(([value]) => value === told.get(key));
      if (at >= 0) choice.values.set(key, at);
    }
    $("words").value = choice.words;
    for (const box of document.querySelectorAll("[data-shown]")) box.checked = choice.shown.has(box.dataset.shown);
  }

  function keep() {
    const told = new URLSearchParams();
    for (const [key, at] of choice.values) told.set(key, columns[place.get(key)].choices[at][0]);
    if (choice.words) told.set("_words", choice.words);
    if (choice.sort) told.set("_sort", (choice.down ? "-" : "") + choice.sort);
    if (choice.page > 1) told.set("_page", choice.page);
    const shown = columns.map((column) => column.key).filter((key) => choice.shown.has(key));
    if (shown.join() !== usual.join()) told.set("_columns", shown.join());
    history.replaceState(null, "", String(told) ? `#${told}` : location.pathname);
  }

  // Which rows are left

  let said = { columns: "", texts: [] }; // what each row says in the columns shown; made anew when these change

  function texts() {
    const shown = columns.map((column, i) => [column, i + 1]).filter(([column]) => isShown(column));
    const key = shown.map(([, i]) => i).join();
    if (said.columns !== key) {
      const line = (row) => fold(shown.map(([column, i]) => text(column, row[i])).join("\n"));
      said = { columns: key, texts: rows.map(line) };
    }
    return said.texts;
  }

  const isShown = (column) => column.kind === "case" || choice.shown.has(column.key);

  // The rows that everything chosen leaves; and of each facet, how many each of its values would leave.
  function matching() {
    const wanted = fold(choice.words).split(/\s+/).filter(Boolean);
    const lines = wanted.length ? texts() : [];
    const asked = Array.from(choice.values, ([key, at]) => ({ key, at, column: columns[place.get(key)], i: place.get(key) + 1 }));
    const counted = Array.from(facets.keys(), (key) => {
      const column = columns[place.get(key)];
      return { key, column, i: place.get(key) + 1, counts: new Array(column.choices.length).fill(0) };
    });
    const left = [];
    for (let n = 0; n < rows.length; n++) {
      if (!wanted.every((word) => lines[n].includes(word))) continue;
      const row = rows[n];
      const failed = asked.filter(({ column, i, at }) => !members(column, row[i]).includes(at));
      if (failed.length > 1) continue;
      if (!failed.length) left.push(n);
      for (const { key, column, i, counts } of counted) {
        if (failed.length && failed[0].key !== key) continue;
        for (const at of members(column, row[i])) counts[at]++;
      }
    }
    return { left, counted };
  }

  const ranks = new Map(); // column -> the place of each row when sorted by it; rows without a value come last

  function rank(key) {
    if (!ranks.has(key)) {
      const at = place.get(key), column = columns[at];
      const raw = column.kind === "day" || column.kind === "open";
      const value = (row) => (raw && row[at + 1] !== false ? row[at + 1] : text(column, row[at + 1]));
      const empty = (row) => row[at + 1] === "" || isEmpty(column, row[at + 1]);
      const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : order.compare(a, b));
      const sorted = rows.map((row, n) => ({ n, value: value(row), empty: empty(row) }));
      sorted.sort((a, b) => a.empty - b.empty || (a.empty ? 0 : compare(a.value, b.value)) || a.n - b.n);
      const found = new Array(rows.length);
      sorted.forEach(({ n, empty: last }, i) => (found[n] = last ? Infinity : i));
      ranks.set(key, found);
    }
    return ranks.get(key);
  }

  function sorted(left) {
    if (!choice.sort) return left;
    const by = rank(choice.sort);
    const side = (n) => (by[n] === Infinity ? Infinity : choice.down ? -by[n] : by[n]);
    return left.sort((a, b) => (side(a) === side(b) ? a - b : side(a) - side(b)));
  }

  // Drawing

  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  function line(row) {
    const made = element("tr");
    columns.forEach((column, i) => {
      if (!isShown(column)) return;
      const cell = row[i + 1];
      const words = element("bdi", {}, text(column, cell));
      if (column.kind === "case") {
        const link = element("a", { href: `../case/${row[0].slice(1, 3).toLowerCase()}/${row[0]}.html` }, words);
        made.append(element("th", { scope: "row" }, link));
      } else made.append(element("td", isEmpty(column, cell) ? { class: "none" } : {}, words));
    });
    return made;
  }

  function drawFacets(counted) {
    for (const { key, column, counts } of counted) {
      const chosen = choice.values.get(key);
      const option = (value, label) => element("option", { value }, label);
      const offered = column.choices
        .map(([, label], at) => (counts[at] || at === chosen ? option(at, `${label} (${number(counts[at])})`) : null))
        .filter(Boolean);
      facets.get(key).replaceChildren(option("", words.all), ...offered);
      facets.get(key).value = chosen ?? "";
    }
  }

  function drawHead() {
    for (const head of document.querySelectorAll("[data-column]")) {
      const key = head.dataset.column;
      head.hidden = !isShown(columns[place.get(key)]);
      if (key === choice.sort) head.setAttribute("aria-sort", choice.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
  }

  const filled = (phrase, n, of) => phrase.replace("{n}", number(n)).replace("{total}", number(of));

  function drawRows(start, count) {
    $("rows").tBodies[0].replaceChildren(...shownRows.slice(start, start + count).map((n) => line(rows[n])));
  }

  // The filters in words, for paper.
  function chosen() {
    const told = Array.from(choice.values, ([key, at]) => {
      const title = document.querySelector(`[data-column="${key}"]`).textContent;
      return `${title} ${columns[place.get(key)].choices[at][1]}`;
    });
    return choice.words ? [...told, `“${choice.words}”`] : told;
  }

  let shownRows = [];

  function draw() {
    const { left, counted } = matching();
    shownRows = sorted(left);
    const pages = Math.max(1, Math.ceil(left.length / PAGE_ROWS));
    choice.page = Math.min(Math.max(1, choice.page), pages);
    keep();
    drawFacets(counted);
    drawHead();
    drawRows((choice.page - 1) * PAGE_ROWS, PAGE_ROWS);
    $("found").textContent = filled(words.found, left.length, total);
    $("chosen").textContent = chosen().join("; ");
    $("nothing").hidden = left.length > 0;
    for (const ways of document.querySelectorAll("#table .ways")) {
      ways.hidden = pages === 1;
      ways.querySelector("span").textContent = filled(words.page, choice.page, pages);
      for (const button of ways.querySelectorAll("button")) {
        const next = choice.page + +button.dataset.step;
        button.setAttribute("aria-disabled", next < 1 || next > pages);
      }
    }
  }

  // What the reader does

  const again = (page = 1) => ((choice.page = page), draw());

  $("words").addEventListener("input", () => ((choice.words = $("words").value.trim()), again()));
  for (const [key, box] of facets)
    box.addEventListener("change", () => {
      if (box.value === "") choice.values.delete(key);
      else choice.values.set(key, +box.value);
      again();
    });
  for (const box of document.querySelectorAll("[data-shown]"))
    box.addEventListener("change", () => {
      if (box.checked) choice.shown.add(box.dataset.shown);
      else choice.shown.delete(box.dataset.shown);
      again();
    });
  for (const head of document.querySelectorAll("[data-column]"))
    head.querySelector("button").addEventListener("click", () => {
      choice.down = choice.sort === head.dataset.column && !choice.down;
      choice.sort = head.dataset.column;
      again();
    });
  for (const button of document.querySelectorAll("[data-step]"))
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") !== "true") again(choice.page + +button.dataset.step);
    });
  $("clear").addEventListener("click", () => {
    history.replaceState(null, "", location.pathname);
    read();
    draw();
  });
  addEventListener("hashchange", () => (read(), draw()));
  addEventListener("beforeprint", () => drawRows(0, PRINTED_ROWS));
  addEventListener("afterprint", () => draw());

  // The rows that are left, with all columns; the same rules as the report's other tables in CSV.
  $("csv").addEventListener("click", () => {
    const quoted = (cell) => {
      const safe = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(cell) ? `'${cell}` : cell;
      return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    };
    // A number of the record is written as it is; what begins with a minus in a text is text.
    const cell = (column, raw) => (column.kind === "open" && typeof raw === "number" ? raw : quoted(plain(column, raw)));
    const cells = (row) => columns.map((column, i) => cell(column, row[i + 1]));
    const lines = [["id", ...columns.map((column) => column.key)], ...shownRows.map((n) => [rows[n][0], ...cells(rows[n])])];
    const csv = `\ufeff${lines.map((cells) => cells.join(",")).join("\r\n")}\r\n`;
    const address = URL.createObjectURL(new Blob([csv], { type: "text/csv" }));
    element("a", { href: address, download: "cases.csv" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  });

  if (rows.length < total) {
    $("missing").textContent = filled(words.missing, rows.length, total);
    $("missing").hidden = false;
  }
  read();
  draw();
  // Facts are few; answers open where one is chosen. A small screen shows the table first.
  for (const group of document.querySelectorAll("[data-group]")) {
    const keys = Array.from(group.querySelectorAll("[data-facet]"), (box) => box.dataset.facet);
    group.open = keys.some((key) => choice.values.has(key)) || (group.dataset.group === "facts" && innerWidth > 1000);
  }
  $("busy").hidden = true;
  $("table").hidden = false;
  performance.mark("rows drawn");
})();
