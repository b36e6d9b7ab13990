// The question on the right: one key a value, quotations with speaker and denial, memo.
import { make } from "./make.js";

const SPEAKERS = ["court", "police", "prosecution", "defence", "witness", "expert", "unknown"];

// The key of the value in this place: 1 to 9, then Shift and 1 to 9; further values have none.
export function keyOf(place) {
  if (place < 9) return { code: `Digit${place + 1}`, shift: false, label: String(place + 1) };
  if (place < 18) return { code: `Digit${place - 8}`, shift: true, label: `⇧${place - 8}` };
  return null;
}

export function emptyDraft() {
  return { chosen: "", values: [], text: "", memo: "", quotes: [] };
}

// chosen: "" | "value" | "none" (does not say) | "undecided"
export function draftOf(answer) {
  if (!answer || !answer.asked) return emptyDraft();
  const draft = { ...emptyDraft(), memo: answer.memo, quotes: answer.quotes.map((quote) => ({ ...quote })) };
  if (!answer.decided) return { ...draft, chosen: "undecided" };
  if (answer.value === null) return { ...draft, chosen: "none" };
  if (Array.isArray(answer.value)) return { ...draft, chosen: "value", values: answer.value, text: answer.value.join("; ") };
  return { ...draft, chosen: "value", values: [answer.value], text: String(answer.value) };
}

export class Sheet {
  // told: {changed(draft), save(), reveal(quote)}
  constructor(words, told) {
    this.words = words;
    this.told = told;
    this.form = document.getElementById("question");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      told.save();
    });
  }

  show(variable, draft, place, again) {
    this.variable = variable;
    this.draft = draft;
    const words = this.words;
    const heading = make("h2", { className: "asked", tabIndex: -1, textContent: variable.question });
    this.quotes = make("ol", { className: "quotes" });
    this.memo = make("textarea", { rows: 1, maxLength: 4000, value: draft.memo, on: { input: () => this.set({ memo: this.memo.value }) } });
    this.memoLine = make("label", { className: "memo-line" }, make("span", { textContent: words.memo }), this.memo);
    this.message = make("p", { className: "wrong", role: "alert", hidden: true });
    this.form.replaceChildren(
      make("p", { className: "where", textContent: place }),
      heading,
      ...(again ? [make("p", { className: "again", textContent: again })] : []),
      ...this.definition(variable),
      this.values(variable),
      make("section", { className: "quoting", ariaLabel: words.quotes }, make("h3", { textContent: words.quotes }), this.quotes, make("p", { id: "quote-how", className: "soft", textContent: words.quote_how })),
      this.memoLine,
      this.message,
      make("p", { className: "go" }, make("button", { className: "main", type: "submit" }, words.next, " ", make("kbd", { textContent: "⏎" }))),
    );
    this.showQuotes();
    this.showState();
    heading.focus({ preventScroll: true });
  }

  definition(variable) {
    const text = variable.definition;
    return text ? [make("details", { className: "definition", open: text.length < 240 }, make("summary", { textContent: this.words.definition }), make("p", { textContent: text }))] : [];
  }

  values(variable) {
    const group = make("fieldset", { className: "values" }, make("legend", { className: "unseen", textContent: variable.question }));
    const many = variable.kind === "many-of";
    this.inputs = variable.values.map((value, i) => {
      const input = make("input", { type: many ? "checkbox" : "radio", name: "answer", value: value.name, on: { change: () => this.pick(value.name, input.checked) } });
      const key = keyOf(i);
      const hint = [value.definition, value.examples.length ? `${this.words.examples}: ${value.examples.join(" · ")}` : ""].filter(Boolean).join(" ");
      group.append(make("label", { className: "pick" }, input, make("kbd", { textContent: key ? key.label : "" }), make("span", { textContent: value.label }), hint ? make("small", { textContent: hint }) : null));
      return input;
    });
    if (!variable.values.length) {
      this.field = make("input", { type: "text", maxLength: 1000, value: this.draft.text, placeholder: this.words[variable.kind] ?? "", ariaLabel: variable.question, on: { input: () => this.write(this.field.value) } });
      group.append(make("label", { className: "free" }, this.field));
    } else {
      this.field = null;
    }
    if (many) this.nothing = this.special(group, "nothing", "N", this.words.none, "value");
    else this.nothing = null;
    this.none = this.special(group, "none", "0", this.words.does_not_say, "none");
    this.undecided = this.special(group, "undecided", "X", this.words.undecided, "undecided");
    return group;
  }

  special(group, value, key, label, chosen) {
    const input = make("input", { type: "radio", name: this.variable.values.length && this.variable.kind !== "many-of" ? "answer" : "special", value: `(${value})`, on: { change: () => this.set({ chosen, values: [], text: "" }) } });
    group.append(make("label", { className: `pick special${value === "none" ? " gap" : ""}` }, input, make("kbd", { textContent: key }), make("span", { textContent: label })));
    return input;
  }

  pick(name, checked) {
    if (this.variable.kind !== "many-of") return this.set({ chosen: "value", values: [name] });
    const order = this.variable.values.map((value) => value.name);
    const kept = new Set(this.draft.chosen === "value" ? this.draft.values : []);
    checked ? kept.add(name) : kept.delete(name);
    return this.set({ chosen: kept.size ? "value" : "", values: order.filter((value) => kept.has(value)) });
  }

  write(text) {
    this.set({ chosen: text.trim() ? "value" : "", text });
  }

  set(changes) {
    Object.assign(this.draft, changes);
    this.message.hidden = true;
    this.showState();
    this.told.changed(this.draft);
  }

  showState() {
    const { chosen, values } = this.draft;
    this.inputs.forEach((input) => (input.checked = chosen === "value" && values.includes(input.value)));
    if (this.field && chosen !== "value") this.field.value = "";
    if (this.nothing) this.nothing.checked = chosen === "value" && !values.length;
    this.none.checked = chosen === "none";
    this.undecided.checked = chosen === "undecided";
    this.memo.required = chosen === "undecided";
    this.memo.placeholder = chosen === "undecided" ? this.words.undecided_why : "";
  }

  showQuotes() {
    const { words, draft } = this;
    this.quotes.replaceChildren(
      ...draft.quotes.map((quote, i) => {
        const who = make("select", { on: { change: () => this.setQuote(i, { said_by: who.value }) } }, ...SPEAKERS.map((name) => make("option", { value: name, textContent: words[`speaker.${name}`], selected: name === quote.said_by })));
        const denied = make("input", { type: "checkbox", checked: quote.denied, on: { change: () => this.setQuote(i, { denied: denied.checked }) } });
        const memo = make("input", { type: "text", maxLength: 4000, value: quote.memo, ariaLabel: `${words.memo} ${words.memo_quote}`, placeholder: `${words.memo} ${words.memo_quote}`, on: { input: () => this.setQuote(i, { memo: memo.value }) } });
        return make(
          "li",
          {},
          make("button", { type: "button", className: "quote", dir: "auto", textContent: quote.quote, on: { click: () => this.told.reveal(quote) } }),
          make("span", { className: "about" }, make("label", {}, `${words.said_by} `, who), make("label", { className: "check" }, denied, ` ${words.denied}`), make("button", { type: "button", className: "quiet", textContent: words.remove, on: { click: () => this.removeQuote(i) } })),
          memo,
        );
      }),
    );
  }

  setQuote(i, changes) {
    this.draft.quotes = this.draft.quotes.map((quote, place) => (place === i ? { ...quote, ...changes } : quote));
    this.told.changed(this.draft);
  }

  addQuote(quote) {
    if (this.draft.quotes.some((known) => known.start === quote.start && known.end === quote.end)) return;
    this.draft.quotes = [...this.draft.quotes, quote];
    this.showQuotes();
    this.told.changed(this.draft);
    this.toQuestion();
  }

  // The keys of the question work again.
  toQuestion() {
    this.form.querySelector(".asked")?.focus({ preventScroll: true });
  }

  // To who said the last quotation.
  toSpeaker() {
    this.quotes.lastElementChild?.querySelector("select").focus();
  }

  removeQuote(i) {
    this.draft.quotes = this.draft.quotes.filter((_, place) => place !== i);
    this.showQuotes();
    this.told.changed(this.draft);
    this.toQuestion();
  }

  // Whether the key meant something here.
  press(event) {
    if (event.code === "Digit0" && !event.shiftKey) this.set({ chosen: "none", values: [], text: "" });
    else if (event.code === "KeyX" && !event.shiftKey) {
      this.set({ chosen: "undecided", values: [], text: "" });
      this.memo.focus();
    } else if (event.code === "KeyN" && this.nothing && !event.shiftKey) this.set({ chosen: "value", values: [] });
    else if (event.code === "KeyM" && !event.shiftKey) this.memo.focus();
    else {
      const place = this.placeOf(event);
      if (place < 0) return false;
      const { name } = this.variable.values[place];
      this.pick(name, !(this.draft.chosen === "value" && this.draft.values.includes(name)));
    }
    return true;
  }

  placeOf(event) {
    return this.variable.values.findIndex((_, i) => keyOf(i)?.code === event.code && keyOf(i)?.shift === event.shiftKey);
  }

  // Whether the key is that of a value of this question.
  meansValue(event) {
    return this.placeOf(event) >= 0;
  }

  // What is wrong with the draft; "" = it can be sent.
  fault() {
    const { chosen, memo, text } = this.draft;
    if (!chosen) return this.words.choose;
    if (chosen === "undecided" && !memo.trim()) return this.words.undecided_why;
    if (chosen !== "value" || this.variable.values.length) return "";
    if (this.variable.kind === "number" && !/\d/.test(text)) return this.words.number;
    if (this.variable.kind === "date" && !/^(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}\.\d{1,2}\.\d{4})$/.test(text.trim())) return this.words.date;
    return "";
  }

  complain(text) {
    this.message.textContent = text;
    this.message.hidden = false;
    if (this.draft.chosen === "undecided") this.memo.focus();
  }

  // The draft as a decision is sent.
  decision() {
    const { chosen, values, text, memo, quotes } = this.draft;
    const decided = chosen !== "undecided";
    let value = null;
    if (chosen === "value") value = !this.variable.values.length ? text.trim() : this.variable.kind === "many-of" ? values : values[0];
    return { variable: this.variable.name, value, decided, memo: memo.trim(), quotes };
  }
}

