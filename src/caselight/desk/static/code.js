// The desk: cases in the order of their tickets, one question after another; nothing waits for the network.
import { states } from "./asking.js";
import { askAboutCodebook, showKeys } from "./dialogs.js";
import { Drafts, ownKey } from "./drafts.js";
import { asksForKeys, bindSetting, isDigitInList, isTaken, singleKeys, takesEnter } from "./keys.js";
import { fill, make } from "./make.js";
import { Paper } from "./paper.js";
import { draftOf, Sheet } from "./sheet.js";
import { freshKey, Unsent } from "./unsent.js";

const PREFETCHED = 2; // cases fetched ahead: the next one must be there when a key is pressed
const by = (id) => document.getElementById(id);
// With whatever is asked: if somebody else sits here by then, nothing of hers is told, and nothing kept under her name.
const sitter = new URLSearchParams({ sitter: document.body.dataset.sitter });

class Desk {
  constructor(told) {
    Object.assign(this, told); // coder, words, queue [[case, state]], undoable, variables, draw
    this.names = this.variables.map((variable) => variable.name);
    this.records = new Map(); // case -> promise of its record
    this.answers = {}; // case -> variable -> answer, kept where it changed here
    this.times = [];
    this.place = -1;
    this.revisiting = false;
    this.drafts = new Drafts(this.draw, this.coder);
    this.at = ownKey("at", this.draw, this.coder);
    this.paper = new Paper(this.words);
    this.sheet = new Sheet(this.words, {
      changed: (draft) => this.draftChanged(draft),
      save: () => this.save(),
      reveal: (quote) => this.paper.revealQuote(quote),
    });
    this.unsent = new Unsent(ownKey("unsent", this.draw, this.coder), {
      saved: (item, answer) => this.saved(item, answer),
      refused: (item, why) => this.refused(item, why),
      changed: () => this.showSaved(),
    });
    this.bind();
  }

  async begin() {
    by("loading").hidden = true;
    this.showSaved();
    if (this.notice) this.say(this.notice);
    if (this.torn) this.say(this.words.torn);
    if (!this.queue.length) return this.showEnd(this.words.empty_title, this.words.empty_text, false);
    const remembered = this.queue.findIndex(([name, state]) => name === sessionStorage.getItem(this.at) && state !== "done");
    if (remembered >= 0) return this.go(remembered);
    return this.goBegun() || this.go(this.nextOpen(0));
  }

  nextOpen(from) {
    if (this.revisiting) return from < this.queue.length ? from : -1;
    const open = (at) => this.queue[at][1] !== "done";
    for (let at = from; at < this.queue.length; at += 1) if (open(at)) return at;
    for (let at = 0; at < Math.min(from, this.queue.length); at += 1) if (open(at)) return at;
    return -1;
  }

  fetch(name) {
    if (!this.records.has(name)) {
      const fetched = fetch(`/api/cases/${encodeURIComponent(name)}?${sitter}`).then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))));
      fetched.catch(() => this.records.delete(name));
      this.records.set(name, fetched);
      if (this.records.size > 12) this.records.delete(this.records.keys().next().value);
    }
    return this.records.get(name);
  }

  async go(place, variable = "") {
    if (place < 0) return this.showEnd(this.words.done_title, this.words.done_text, true);
    const [name] = this.queue[place];
    this.place = place;
    let record;
    try {
      record = await this.fetch(name);
    } catch (error) {
      if (error.message === "403") return location.replace("/"); // somebody else sits here by now
      this.say(this.words.offline);
      setTimeout(() => this.place === place && this.go(place, variable), 2_000);
      return undefined;
    }
    if (this.place !== place) return undefined; // somebody went on meanwhile
    sessionStorage.setItem(this.at, name);
    this.record = record;
    this.given = { ...record.answers, ...(this.answers[name] ?? {}), ...this.waiting(name) };
    this.again = record.again;
    by("empty").hidden = true;
    by("paper").hidden = by("sheet").hidden = false;
    by("record-name").textContent = record.record;
    this.paper.show(record);
    this.ask(variable || this.firstOpen());
    by("main").dataset.state = "ready";
    by("main").dataset.case = name;
    this.began = Date.now();
    for (let ahead = 1, at = place; ahead <= PREFETCHED; ahead += 1) {
      at = this.nextOpen(at + 1);
      if (at < 0 || at === place) break;
      this.fetch(this.queue[at][0]);
    }
    return undefined;
  }

  // Answers that are still on their way.
  waiting(name) {
    const found = {};
    for (const item of this.unsent.items) {
      if (item.url !== "/api/decisions" || item.body.case !== name) continue;
      const { variable, value, decided, memo, quotes } = item.body;
      found[variable] = { value, decided, memo, quotes, asked: true };
    }
    return found;
  }

  asked() {
    const found = states(this.variables, this.given);
    return this.variables.filter((variable) => found[variable.name] === "asked");
  }

  isAnswered(name) {
    return Boolean(this.given[name]?.asked) && !(name in this.again);
  }

  firstOpen() {
    const asked = this.asked();
    return (asked.find((variable) => !this.isAnswered(variable.name)) ?? asked[0]).name;
  }

  ask(name) {
    const asked = this.asked();
    this.variable = this.variables.find((variable) => variable.name === name);
    const draft = this.drafts.get(this.record.case, name) ?? draftOf(this.given[name]);
    const place = fill(this.words.question, { n: asked.findIndex((one) => one.name === name) + 1, total: this.variables.length });
    const again = this.again[name] ? this.words[`again_${this.again[name]}`] : "";
    this.sheet.show(this.variable, draft, place, again);
    this.paper.mark(draft.quotes);
    this.quoting(false);
    this.showPlace();
    this.showSaved();
  }

  draftChanged(draft) {
    this.passed();
    const [name, variable] = [this.record.case, this.variable.name];
    const unchanged = JSON.stringify(draft) === JSON.stringify(draftOf(this.given[variable]));
    unchanged ? this.drafts.drop(name, variable) : this.drafts.set(name, variable, draft);
    this.paper.mark(draft.quotes);
    this.showSaved();
  }

  // To an answer that was begun and not saved; undefined = there is none.
  goBegun() {
    const placeOf = (draft) => this.queue.findIndex(([name]) => name === draft.case);
    const known = this.drafts.all().find((draft) => placeOf(draft) >= 0 && this.names.includes(draft.variable));
    return known && this.go(placeOf(known), known.variable);
  }

  save() {
    this.passed();
    const fault = this.sheet.fault();
    if (fault) return this.sheet.complain(fault);
    const decision = this.sheet.decision();
    const key = freshKey();
    const name = this.record.case;
    this.drafts.drop(name, decision.variable);
    this.keep(name, decision.variable, { ...decision, asked: true });
    delete this.again[decision.variable];
    this.undoable.push({ ref: key, case: name, variable: decision.variable });
    this.send("/api/decisions", { key, case: name, ...decision });
    return this.onward(decision.variable);
  }

  send(url, body) {
    this.unsent.add(url, { sitter: this.coder, ...body });
  }

  keep(name, variable, answer) {
    this.answers[name] = { ...(this.answers[name] ?? {}), [variable]: answer };
    this.given = { ...this.given, [variable]: answer };
  }

  // The next question that is open, else the next case.
  onward(after) {
    const found = states(this.variables, this.given);
    for (const name of this.names) if (found[name] === "skipped") this.drafts.drop(this.record.case, name);
    const asked = this.asked();
    const here = asked.findIndex((variable) => variable.name === after);
    const later = [...asked.slice(here + 1), ...asked.slice(0, here)];
    const next = later.find((variable) => !this.isAnswered(variable.name)) ?? (this.revisiting ? asked[here + 1] : undefined);
    if (next) return this.ask(next.name);
    this.queue[this.place][1] = "done";
    this.times.push((Date.now() - this.began) / 1_000);
    return this.go(this.nextOpen(this.place + 1));
  }

  undo() {
    const last = this.undoable.pop();
    if (!last) return this.say(this.words.nothing_to_undo, "passing");
    this.send("/api/undo", { key: freshKey(), undoes: last.ref });
    this.taken = { case: last.case, variable: last.variable };
    const place = this.queue.findIndex(([name]) => name === last.case);
    if (place < 0) return undefined;
    this.queue[place][1] = "open";
    const held = this.answers[last.case]?.[last.variable] ?? (this.record?.case === last.case ? this.given[last.variable] : undefined);
    if (held) this.drafts.set(last.case, last.variable, draftOf(held));
    this.answers[last.case] = { ...(this.answers[last.case] ?? {}), [last.variable]: undefined };
    this.say(this.words.undone, "passing");
    return this.go(place, last.variable);
  }

  saved(item, told) {
    const name = item.body.case ?? told.case;
    if (!name || !told.answers) return;
    if (this.unsent.items.some((other) => other.body.case === name || other.url === "/api/undo")) return;
    this.answers[name] = Object.fromEntries(this.names.map((variable) => [variable, told.answers[variable]]));
    const place = this.queue.findIndex(([other]) => other === name);
    if (place >= 0 && this.queue[place][1] !== "again") this.queue[place][1] = told.done ? "done" : "open";
    if (this.record?.case === name) this.given = { ...this.answers[name] };
    this.showPlace();
  }

  refused(item, why) {
    this.say(fill(this.words.refused, { why }));
    const { case: name, variable } = item.body;
    const place = this.queue.findIndex(([other]) => other === name);
    if (item.url !== "/api/decisions" || place < 0) return;
    this.undoable = this.undoable.filter((one) => one.ref !== item.key);
    this.drafts.set(name, variable, draftOf({ ...item.body, asked: true }));
    this.answers[name] = { ...(this.answers[name] ?? {}), [variable]: undefined };
    this.queue[place][1] = "open";
    this.go(place, variable).then(() => this.sheet.complain(why));
  }

  showPlace() {
    const left = this.queue.filter(([, state]) => state !== "done").length;
    const took = [...this.times].sort((a, b) => a - b);
    const pace = took.length >= 3 ? ` · ${fill(this.words.pace, { s: Math.round(took[Math.floor(took.length / 2)]) })}` : "";
    by("place").textContent = `${fill(this.words[`place_${this.unit}`], { n: this.place + 1, total: this.queue.length })} · ${fill(this.words.left, { n: left })}${pace}`;
  }

  showSaved() {
    const { state, items, why } = this.unsent;
    const begun = this.begun();
    const shown = state === "saved" && begun ? "draft" : state;
    const text = { saved: this.words.saved, saving: this.words.saving, locked_out: this.words.locked_out, other_sits: this.words.other_sits, draft: begun }[shown] ?? `${fill(this.words.unsaved, { n: items.length })}${why ? ` · ${why}` : ""}`;
    for (const place of [by("saved"), by("saved-at-end")].filter(Boolean)) {
      place.dataset.state = shown;
      place.textContent = text;
    }
    if (state === "unsaved" && !why) this.say(this.words.offline, "offline");
    if (state === "saved" && by("notice").dataset.kind === "offline") by("notice").hidden = true;
  }

  // What is to be said of answers that were begun and not saved; "" = there are none.
  begun() {
    const drafts = this.drafts.all();
    if (!drafts.length) return "";
    const here = !by("sheet").hidden && drafts.some((one) => one.case === this.record?.case && one.variable === this.variable?.name);
    return here ? this.words.begun : fill(this.words.begun_elsewhere, { n: drafts.length });
  }

  say(text, kind = "") {
    const notice = by("notice");
    notice.textContent = text;
    notice.dataset.kind = kind;
    notice.hidden = !text;
  }

  // What was said of the last action goes with the next one.
  passed() {
    if (by("notice").dataset.kind === "passing") this.say("");
  }

  showEnd(title, text, again) {
    by("paper").hidden = by("sheet").hidden = true;
    by("main").dataset.state = "end";
    const box = by("empty");
    box.hidden = false;
    box.replaceChildren(make("h2", { textContent: title, tabIndex: -1 }), make("p", { className: "first", textContent: text }));
    if (again) {
      box.append(make("p", {}, make("button", { type: "button", textContent: this.words.done_again, on: { click: () => this.revisit() } })));
      box.append(make("p", { id: "saved-at-end", className: "soft", role: "status" }));
      if (this.drafts.all().length) box.append(make("p", {}, make("button", { type: "button", textContent: this.words.begun_go, on: { click: () => this.goBegun() } })));
    }
    this.showSaved();
    box.firstElementChild.focus();
  }

  revisit() {
    this.revisiting = true;
    this.go(0, this.names[0]);
  }

  quoting(on) {
    if (on && !this.paper.beginCursor()) return;
    if (!on && this.paper.cursor) this.paper.endCursor();
    by("quote-how").textContent = on ? this.words.quote_keys : this.words.quote_how;
    by("main").classList.toggle("quoting-now", on);
  }

  takeQuote(quote) {
    if (quote) this.sheet.addQuote(quote);
  }

  bind() {
    bindSetting(by("single-keys"));
    by("undo").addEventListener("click", () => this.undo());
    by("raise").addEventListener("click", () => this.raise());
    by("keys-help").addEventListener("click", () => showKeys(this.words));
    document.addEventListener("keydown", (event) => this.press(event));
    by("text").addEventListener("mouseup", () => setTimeout(() => this.takeSelection(), 0));
    by("text").addEventListener("keydown", (event) => {
      if (event.code === "Enter") this.takeSelection();
    });
    addEventListener("beforeunload", (event) => {
      if (this.unsent.items.length && !document.body.dataset.leaving) event.preventDefault();
    });
  }

  raise() {
    const [name, variable] = [this.record.case, this.variable];
    askAboutCodebook(this.words, variable.question, (memo) => this.send("/api/questions", { key: freshKey(), case: name, variable: variable.name, memo }));
  }

  takeSelection() {
    const quote = this.paper.selected();
    if (!quote) return;
    getSelection().removeAllRanges();
    this.takeQuote(quote);
  }

  press(event) {
    if (this.paper.cursor && !isTaken(event)) {
      if (event.code === "Escape") this.quoting(false);
      else if (event.code === "Enter") {
        const quote = this.paper.quote(this.paper.cursor.start, this.paper.cursor.end);
        this.quoting(false);
        this.takeQuote(quote);
      } else if (!this.paper.press(event)) return;
      event.preventDefault();
      return;
    }
    if (event.code === "Escape" && isTaken(event) && !document.querySelector("dialog[open]")) {
      this.sheet.toQuestion();
      return;
    }
    if (event.code === "Enter" && event.target instanceof HTMLSelectElement && event.target.closest(".quotes")) {
      event.preventDefault();
      this.sheet.toQuestion();
      return;
    }
    if ((isTaken(event) && !isDigitInList(event)) || by("sheet").hidden || !singleKeys()) return;
    if (this.command(event)) event.preventDefault();
  }

  // Whether the key meant something.
  command(event) {
    if (event.code === "Enter") {
      if (takesEnter(event.target)) return false;
      this.save();
      return true;
    }
    this.passed();
    if (asksForKeys(event) && !this.sheet.meansValue(event)) showKeys(this.words);
    else if (event.shiftKey) return this.sheet.press(event);
    else if (event.code === "Backspace" || event.code === "KeyU") this.undo();
    else if (event.code === "KeyQ") this.quoting(true);
    else if (event.code === "KeyS") this.sheet.toSpeaker();
    else if (event.code === "KeyF") by("find-words").focus();
    else if (event.code === "KeyC") this.raise();
    else if (event.code === "KeyJ") this.go(Math.min(this.place + 1, this.queue.length - 1));
    else if (event.code === "KeyK") this.go(Math.max(this.place - 1, 0));
    else return this.sheet.press(event);
    return true;
  }
}

const answer = await fetch(`/api/desk?${sitter}`);
if (answer.ok) {
  const desk = new Desk(await answer.json());
  await desk.begin();
} else {
  location.replace("/");
}
