// Leaving: what was begun is put away, so that the next person at this browser sees nothing of it. What was saved here and is
// not yet sent stays under its coder's name, and goes out when she comes back. Whoever would lose something is asked first.
import { keptOf } from "./drafts.js";

const SITTING = "caselight-sitting"; // who sits here; other windows of this browser follow it
const form = document.querySelector('form[action="/leave"]');
const coder = form?.dataset.coder ?? "";
const total = (kept) => kept.reduce((sum, [, n]) => sum + n, 0);

if (coder) {
  localStorage.setItem(SITTING, coder);
  addEventListener("storage", (event) => {
    if (event.key === SITTING && event.newValue !== coder) location.replace("/");
  });
  form.addEventListener("submit", (event) => {
    const drafts = keptOf("draft", coder);
    const warnings = [total(drafts) && form.dataset.begun, total(keptOf("unsent", coder)) && form.dataset.unsent].filter(Boolean);
    if (warnings.length && !confirm([...warnings, form.dataset.sure].join("\n\n"))) return event.preventDefault();
    document.body.dataset.leaving = "yes";
    for (const [key] of drafts) localStorage.removeItem(key);
    sessionStorage.clear();
    localStorage.removeItem(SITTING);
    return undefined;
  });
}
