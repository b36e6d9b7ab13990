// The draw: what is committed is what was costed. A field that was changed since has to be costed again first.
const form = document.querySelector("form.wish");
const outlook = document.querySelector(".outlook");

function costed(field) {
  if (!(field instanceof HTMLSelectElement)) return field.defaultValue;
  return ([...field.options].find((option) => option.defaultSelected) ?? field.options[0]).value;
}

function compare() {
  const changed = [...form.querySelectorAll("input, select")].some((field) => field.value !== costed(field));
  outlook.querySelector("form button").disabled = changed;
  document.getElementById("changed").hidden = !changed;
}

if (form && outlook) {
  form.addEventListener("input", compare);
  addEventListener("pageshow", compare); // a browser that goes back fills in what was typed
  compare();
  outlook.scrollIntoView({ block: "nearest" });
}
