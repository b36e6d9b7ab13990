// Single keys, bound to places on the keyboard (KeyboardEvent.code), so that a Russian layout works. They can be off.
const STORED = "caselight-single-keys";

export function singleKeys() {
  return localStorage.getItem(STORED) !== "off";
}

// Keeps a checkbox in step with the setting.
export function bindSetting(box, changed = () => {}) {
  box.checked = singleKeys();
  box.addEventListener("change", () => {
    localStorage.setItem(STORED, box.checked ? "on" : "off");
    changed();
  });
}

// Whether a key belongs to what has the focus: somebody is writing, choosing from a list, or a dialog is open.
export function isTaken(event) {
  const at = event.target;
  if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return true;
  if (!(at instanceof Element)) return false;
  if (at.closest("textarea, select, [contenteditable]")) return true;
  return at instanceof HTMLInputElement && !["radio", "checkbox"].includes(at.type);
}

// A digit has no meaning in a list of speakers, so it still chooses an answer.
export function isDigitInList(event) {
  return event.target instanceof HTMLSelectElement && /^Digit\d$/.test(event.code) && !event.ctrlKey && !event.altKey && !event.metaKey;
}

// The key that writes "?" in this layout (in a Russian one ⇧7), or the place where it is on a Latin keyboard.
export function asksForKeys(event) {
  return event.key === "?" || (event.code === "Slash" && event.shiftKey);
}

// Whether Enter has a meaning of its own where the focus is.
export function takesEnter(at) {
  return at instanceof Element && Boolean(at.closest("button, a, summary, input, textarea, select"));
}
