// The form that settles a difference: A, B, O, 0 and X choose, Enter sends.
import { bindSetting, isTaken, singleKeys, takesEnter } from "./keys.js";

const form = document.getElementById("settle");
bindSetting(document.getElementById("single-keys"));

document.addEventListener("keydown", (event) => {
  if (isTaken(event) || !singleKeys()) return;
  if (event.code === "Enter" && !takesEnter(event.target)) {
    event.preventDefault();
    form.requestSubmit();
    return;
  }
  const choice = form.querySelector(`[data-code="${CSS.escape(event.code)}"]`);
  if (!choice || event.shiftKey) return;
  event.preventDefault();
  choice.checked = true;
  choice.focus();
});

// Whoever picks a value means "another answer".
for (const field of form.querySelectorAll(".others-of input")) {
  field.addEventListener("input", () => {
    form.querySelector('[name="choice"][value="other"]').checked = true;
  });
}

form.dataset.state = "ready"; // from here on keys are heard
