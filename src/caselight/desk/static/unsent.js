// Decisions on their way to the server. Each waits in localStorage until it is acknowledged, in the order in which it
// was made, under a key of its own: sent twice, it is written once. A reload, a closed lid or a lost network lose none.
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

export class Unsent {
  // told: {saved(item, answer), refused(item, why), changed()}
  constructor(place, told) {
    this.place = place; // the key in localStorage: of this coder and draw
    this.told = told;
    this.items = JSON.parse(localStorage.getItem(this.place) ?? "[]");
    this.wait = FIRST_WAIT_MS;
    this.state = this.items.length ? "saving" : "saved"; // saved | saving | unsaved | locked_out | other_sits
    this.why = "";
    this.sending = false;
    addEventListener("online", () => this.send());
    this.send();
  }

  add(url, body) {
    this.items.push({ url, body, key: body.key });
    this.keep();
    this.send();
  }

  keep() {
    localStorage.setItem(this.place, JSON.stringify(this.items));
    if (this.state === "saved" && this.items.length) this.state = "saving";
    this.told.changed();
  }

  async send() {
    if (this.sending || !this.items.length) return;
    this.sending = true;
    clearTimeout(this.timer);
    while (this.items.length && (await this.sendFirst()));
    this.sending = false;
    if (this.items.length) {
      this.timer = setTimeout(() => this.send(), this.wait);
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
    } else {
      this.wait = FIRST_WAIT_MS;
      this.state = "saved";
    }
    this.told.changed();
  }

  // Whether the next one may be sent at once.
  async sendFirst() {
    const item = this.items[0];
    let answer, told;
    try {
      answer = await fetch(item.url, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(item.body),
      });
      told = await answer.json();
    } catch {
      this.fail("unsaved", "");
      return false;
    }
    if (answer.ok && told.saved === true) {
      this.drop(item);
      this.told.saved(item, told);
      return true;
    }
    if (answer.status === 422 || answer.status === 404) {
      this.drop(item);
      this.told.refused(item, told.error);
      return true;
    }
    const shut = [401, 403].includes(answer.status) ? "locked_out" : "unsaved";
    this.fail(told.why === "other_sits" ? "other_sits" : shut, told.error ?? "");
    return false;
  }

  drop(item) {
    this.items.shift();
    localStorage.setItem(this.place, JSON.stringify(this.items));
    if (this.state !== "saving") this.state = "saving";
    this.why = "";
    this.wait = FIRST_WAIT_MS;
  }

  fail(state, why) {
    this.state = state;
    this.why = why;
    this.told.changed();
  }
}

// 128 random bits.
export function freshKey() {
  return crypto.randomUUID ? crypto.randomUUID() : Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(16)).join("-");
}
