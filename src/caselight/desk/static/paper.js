// The record on the left: its text with sections, marks, search, and quotations by mouse or by keyboard alone. Of a matter
// several documents, one after the other.
// Offsets outside are code points of a document, as in the journal; inside they are UTF-16 units of all texts, as in the DOM.
import { make, fill } from "./make.js";

export class Paper {
  constructor(phrases) {
    this.words = phrases;
    this.box = document.getElementById("text");
    this.rail = document.getElementById("rail");
    this.count = document.getElementById("find-count");
    this.field = document.getElementById("find-words");
    this.marks = [];
    this.found = [];
    this.at = -1;
    this.cursor = null;
    document.getElementById("find").addEventListener("submit", (event) => {
      event.preventDefault();
      this.find(this.field.value, 1);
    });
    this.field.addEventListener("input", () => this.find(this.field.value, 0));
  }

  show(record) {
    this.record = record;
    this.text = record.documents.map((document) => document.text).join("\n");
    let base = 0;
    this.parts = record.documents.map((document) => {
      const part = { ...document, base, pairs: surrogates(document.text) };
      base += document.text.length + 1;
      return part;
    });
    this.marks = [];
    this.found = [];
    this.cursor = null;
    this.field.value = "";
    this.count.textContent = "";
    this.blocks = this.parts.flatMap((part) => part.blocks.map((block) => ({ ...block, part, start: unit(part, block.start), end: unit(part, block.end) })));
    this.render();
    this.showRail();
    this.box.scrollTop = 0;
  }

  showRail() {
    const buttons = this.parts.flatMap((part) => this.entries(part));
    this.rail.replaceChildren(...buttons);
    this.rail.hidden = buttons.length < 2;
  }

  // Where one can go in a document: to its beginning, if there are several, its sections and its pages.
  entries(part) {
    const button = (textContent, at, className = "") => make("button", { type: "button", className, textContent, on: { click: () => this.reveal(at, "start") } });
    const seen = new Set();
    const sections = this.blocks.filter((block) => block.part === part && block.label && !seen.has(block.label) && seen.add(block.label));
    return [
      ...(this.parts.length > 1 ? [button(part.record, part.base, "document-name")] : []),
      ...sections.map((block) => button(block.label, block.start)),
      ...part.pages.map((page) => button(fill(this.words.page, { n: page.number }), unit(part, page.start), "page-number")),
    ];
  }

  // Where a quotation stands in all the texts.
  span(quote) {
    const part = this.parts.find((one) => one.document === quote.document) ?? this.parts[0];
    return { start: unit(part, quote.start), end: unit(part, quote.end) };
  }

  render() {
    const top = this.box.scrollTop;
    const all = [...this.marks, ...this.found.map((hit, i) => ({ ...hit, style: i === this.at ? "found now" : "found" }))];
    if (this.cursor) all.push({ ...this.cursor, style: "cursor" });
    const made = this.blocks.flatMap((block) => {
      const strip = make("div", { className: "words", lang: block.part.language, dir: "auto" });
      strip.start = block.start;
      strip.append(...pieces(this.text, block, all));
      const section = make("section", { className: `block ${block.kind}` }, make("h2", { className: "rail", textContent: block.label }), strip);
      const begins = this.parts.length > 1 && block.start === block.part.base;
      return begins ? [make("h2", { className: "document", dir: "auto", textContent: block.part.record }), section] : [section];
    });
    this.box.replaceChildren(...made);
    this.box.scrollTop = top;
  }

  // quotes: as the sheet holds them, in code points.
  mark(quotes) {
    this.marks = quotes.map((quote, i) => ({
      ...this.span(quote),
      style: quote.denied ? "q k0 denied" : "q k0",
      number: i + 1,
    }));
    this.render();
  }

  reveal(unit, block = "center") {
    for (const strip of this.box.querySelectorAll(".words")) {
      if (unit < strip.start || unit > strip.start + strip.textContent.length) continue;
      const [node, offset] = place(strip, unit - strip.start);
      const range = document.createRange();
      range.setStart(node, offset);
      range.setEnd(node, Math.min(offset + 1, node.length));
      const where = range.getBoundingClientRect();
      const box = this.box.getBoundingClientRect();
      this.box.scrollTop += where.top - box.top - (block === "start" ? 24 : this.box.clientHeight / 3);
      if (box.bottom > innerHeight || box.height > innerHeight) node.parentElement.scrollIntoView({ block: "nearest" });
      return;
    }
  }

  revealQuote(quote) {
    this.reveal(this.span(quote).start);
  }

  find(sought, step) {
    const wanted = sought.trim().toLowerCase();
    if (step && wanted === this.sought && this.found.length) {
      this.at = (this.at + step + this.found.length) % this.found.length;
    } else {
      this.sought = wanted;
      this.found = wanted ? places(this.text.toLowerCase(), wanted) : [];
      this.at = this.found.length ? 0 : -1;
    }
    this.count.textContent = !wanted ? "" : this.found.length ? fill(this.words.found, { n: this.at + 1, total: this.found.length }) : this.words.found_none;
    this.render();
    if (this.at >= 0) this.reveal(this.found[this.at].start);
  }

  // What the mouse has marked, as a quotation; null = nothing.
  selected() {
    const chosen = getSelection();
    if (!chosen.rangeCount || chosen.isCollapsed) return null;
    const range = chosen.getRangeAt(0);
    const [start, end] = [offsetOf(this.box, range.startContainer, range.startOffset), offsetOf(this.box, range.endContainer, range.endOffset)];
    if (start === null || end === null) return null;
    return this.quote(start, end);
  }

  // A quotation of these words, as the journal has it; of several documents, of the one in which it begins. null = of nothing.
  quote(start, end) {
    const part = this.parts.findLast((one) => one.base <= start) ?? this.parts[0];
    end = Math.min(end, part.base + part.text.length);
    while (start < end && /\s/.test(this.text[start])) start += 1;
    while (end > start && /\s/.test(this.text[end - 1])) end -= 1;
    if (start >= end) return null;
    const text = this.text.slice(start, end);
    return { document: part.document, start: point(part, start), end: point(part, end), quote: text, said_by: "unknown", denied: false, memo: "" };
  }

  // Marking by keyboard: a sentence first, then its ends by words.
  beginCursor() {
    this.cut("sentence");
    const from = this.marks.length ? this.marks[this.marks.length - 1].end : this.firstVisible();
    const next = this.sentences.find((part) => part.end > from && part.start >= from) ?? this.sentences[0];
    if (next) this.moveCursor(next.start, next.end);
    return Boolean(next);
  }

  firstVisible() {
    const top = this.box.getBoundingClientRect().top;
    for (const strip of this.box.querySelectorAll(".words")) {
      const where = strip.getBoundingClientRect();
      if (where.bottom <= top) continue;
      const share = Math.max(0, top - where.top) / Math.max(1, where.height);
      return strip.start + Math.floor(share * strip.textContent.length);
    }
    return 0;
  }

  cut(granularity) {
    const parts = [];
    for (const block of this.blocks) {
      const segmenter = new Intl.Segmenter(block.part.language || undefined, { granularity });
      for (const part of segmenter.segment(this.text.slice(block.start, block.end))) {
        const wanted = granularity === "word" ? part.isWordLike : part.segment.trim();
        if (wanted) parts.push({ start: block.start + part.index, end: block.start + part.index + part.segment.trimEnd().length });
      }
    }
    if (granularity === "word") this.wordParts = parts;
    else this.sentences = parts;
  }

  moveCursor(start, end) {
    this.cursor = { start, end };
    this.render();
    this.reveal(start);
  }

  endCursor() {
    this.cursor = null;
    this.render();
  }

  // Whether the key meant something here.
  press(event) {
    const { start, end } = this.cursor;
    if (!this.wordParts || this.cutFor !== this.record) {
      this.cut("word");
      this.cutFor = this.record;
    }
    const step = event.code === "ArrowRight" ? 1 : -1;
    if (event.code === "ArrowDown" || event.code === "ArrowUp") {
      const list = this.sentences;
      const here = list.findIndex((part) => part.end > start);
      const next = list[event.code === "ArrowDown" ? list.findIndex((part) => part.start >= end) : here - 1];
      if (next) event.shiftKey && event.code === "ArrowDown" ? this.moveCursor(start, next.end) : this.moveCursor(next.start, next.end);
    } else if (event.code === "ArrowRight" || event.code === "ArrowLeft") {
      if (event.shiftKey) {
        const next = step > 0 ? this.wordParts.find((word) => word.start > start) : this.wordParts.findLast((word) => word.start < start);
        if (next && next.start < end) this.moveCursor(next.start, end);
      } else {
        const next = step > 0 ? this.wordParts.find((word) => word.end > end) : this.wordParts.findLast((word) => word.end < end);
        if (next && next.end > start) this.moveCursor(start, next.end);
      }
    } else {
      return false;
    }
    return true;
  }
}

// Code point of a document -> UTF-16 unit of all texts, and back.
function unit(part, point) {
  let at = point;
  for (const place of part.pairs) {
    if (place >= at) break;
    at += 1;
  }
  return part.base + at;
}

function point(part, unit) {
  let before = 0;
  while (before < part.pairs.length && part.pairs[before] < unit - part.base) before += 1;
  return unit - part.base - before;
}

function surrogates(text) {
  const places = [];
  for (let i = 0; i < text.length - 1; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit <= 0xdbff && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) places.push(i);
  }
  return places;
}

function places(text, wanted) {
  const found = [];
  for (let at = text.indexOf(wanted); at >= 0 && found.length < 2_000; at = text.indexOf(wanted, at + wanted.length)) {
    found.push({ start: at, end: at + wanted.length });
  }
  return found;
}

// A block's text cut at the borders of all marks that touch it.
function pieces(text, block, marks) {
  const here = marks.filter((mark) => mark.start < block.end && mark.end > block.start);
  const borders = new Set([block.start, block.end]);
  for (const mark of here) for (const at of [mark.start, mark.end]) if (at > block.start && at < block.end) borders.add(at);
  const sorted = [...borders].sort((a, b) => a - b);
  const made = [];
  for (let i = 0; i + 1 < sorted.length; i += 1) {
    const piece = document.createTextNode(text.slice(sorted[i], sorted[i + 1]));
    const cover = here.filter((mark) => mark.start <= sorted[i] && mark.end >= sorted[i + 1]);
    made.push(cover.length ? make("mark", { className: cover.map((mark) => mark.style).join(" ") }, piece) : piece);
  }
  return made;
}

function place(strip, offset) {
  const walker = document.createTreeWalker(strip, NodeFilter.SHOW_TEXT);
  let node = walker.nextNode();
  let last = node;
  while (node && offset > node.length) {
    offset -= node.length;
    last = node;
    node = walker.nextNode();
  }
  return node ? [node, Math.min(offset, node.length)] : [last, last.length];
}

// Where in the text a place of the DOM is; a place between blocks is the border of the next one. null = outside.
function offsetOf(box, node, offset) {
  if (!box.contains(node)) return null;
  const element = node instanceof Element ? node : node.parentElement;
  const strip = element.closest(".words");
  if (strip) {
    const range = document.createRange();
    range.setStart(strip, 0);
    range.setEnd(node, offset);
    return strip.start + range.toString().length;
  }
  const name = element.closest(".document");
  let block = element.closest(".block") ?? name ?? box.children[Math.min(offset, box.children.length - 1)];
  if (block?.matches(".document")) block = block.nextElementSibling;
  return block?.querySelector(".words")?.start ?? null;
}
