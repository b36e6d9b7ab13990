// Elements without HTML strings: text from a record is always text.
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "on") for (const [event, call] of Object.entries(value)) element.addEventListener(event, call);
    else if (name in element && name !== "list" && name !== "form") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// A phrase with its {parts} filled in.
export function fill(phrase, parts) {
  return phrase.replace(/\{(\w+)\}/g, (_, name) => String(parts[name] ?? ""));
}
