// The two dialogs of the desk: the list of keys, and a question about the codebook.
import { make } from "./make.js";

export function showKeys(words) {
  const rows = [
    ["1 … 9, ⇧1 … ⇧9", words.key_values],
    ["0", words.key_zero],
    ["X (Ч)", words.key_x],
    ["N (Т)", words.none],
    ["⏎", words.key_enter],
    ["⌫ U (Г)", words.key_undo],
    ["Q (Й)", words.key_quote],
    ["S (Ы)", words.key_said_by],
    ["M (Ь)", words.key_memo],
    ["F (А)", words.key_find],
    ["C (С)", words.key_raise],
    ["J K (О Л)", words.key_move],
    ["? ⇧/ (⇧7 ⇧.)", words.key_help],
  ];
  const dialog = document.getElementById("help");
  dialog.replaceChildren(
    make("h2", { id: "help-title", textContent: words.keys_title }),
    make("table", { className: "keys" }, make("tbody", {}, ...rows.map(([key, what]) => make("tr", {}, make("th", { scope: "row" }, make("kbd", { textContent: key })), make("td", { textContent: what }))))),
    make("p", { className: "soft", textContent: words.quote_keys }),
    make("p", { className: "soft", textContent: words.key_physical }),
    make("form", { method: "dialog" }, make("button", { textContent: words.close })),
  );
  dialog.showModal();
}

// send: takes what was written.
export function askAboutCodebook(words, question, send) {
  const dialog = document.getElementById("raise-dialog");
  const field = make("textarea", { rows: 4, maxLength: 4000, required: true, ariaLabel: words.raise_text });
  const sent = () => {
    if (!field.value.trim()) return;
    send(field.value.trim());
    dialog.close();
  };
  dialog.replaceChildren(
    make("h2", { id: "raise-title", textContent: words.raise_title }),
    make("p", { textContent: question }),
    make("p", { className: "soft", textContent: words.raise_text }),
    field,
    make("p", { className: "go" }, make("button", { type: "button", className: "main", textContent: words.raise_send, on: { click: sent } }), " ", make("button", { type: "button", textContent: words.close, on: { click: () => dialog.close() } })),
  );
  dialog.showModal();
}
