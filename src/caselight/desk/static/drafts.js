// Answers that were begun and not saved. They outlive a closed browser, in localStorage, under the coder and the draw: whoever
// sits down next at the same browser sees nothing of them. A name holds no colon, so no key of one coder is another's.
export const ownKey = (kind, draw, coder) => `caselight-${kind}:${draw.slice(0, 16)}:${coder}`;

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? {};
  } catch {
    return {};
  }
}

export class Drafts {
  constructor(draw, coder) {
    this.key = ownKey("draft", draw, coder);
  }

  get(name, variable) {
    return read(this.key)[`${name} ${variable}`]?.draft;
  }

  set(name, variable, draft) {
    this.write({ ...read(this.key), [`${name} ${variable}`]: { case: name, variable, draft } });
  }

  drop(name, variable) {
    const kept = read(this.key);
    delete kept[`${name} ${variable}`];
    this.write(kept);
  }

  // [{case, variable, draft}], in the order in which they were begun.
  all() {
    return Object.values(read(this.key));
  }

  write(kept) {
    if (Object.keys(kept).length) localStorage.setItem(this.key, JSON.stringify(kept));
    else localStorage.removeItem(this.key);
  }
}

// Everything of one kind that a coder has in this browser, of whatever draw: [key, how many].
export function keptOf(kind, coder) {
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(`caselight-${kind}:`) && key.endsWith(`:${coder}`))
    .map((key) => [key, Object.keys(read(key)).length]);
}
