// Skip rules, as the server follows them (review/asking.py): which questions of a case are asked.
export function holds(condition, value) {
  if (value === null || value === undefined || (Array.isArray(value) && !value.length)) return false;
  if (condition.values.includes("given")) return true;
  const given = (Array.isArray(value) ? value : [value]).map(String);
  const begins = condition.values.filter((text) => text.endsWith("*")).map((text) => text.slice(0, -1));
  return given.some((text) => condition.values.includes(text) || begins.some((start) => text.startsWith(start)));
}

// variable name -> "asked" | "waiting" | "skipped"
export function states(variables, answers) {
  const byName = new Map(variables.map((variable) => [variable.name, variable]));
  const found = {};
  const state = (variable) => {
    if (variable.name in found) return found[variable.name];
    found[variable.name] = "asked";
    for (const condition of variable.ask_if) {
      if (!byName.has(condition.variable)) continue;
      const other = state(byName.get(condition.variable));
      const answer = answers[condition.variable];
      if (other === "skipped") return (found[variable.name] = "skipped");
      if (other === "waiting" || !answer || !answer.asked) return (found[variable.name] = "waiting");
      if (!holds(condition, answer.value)) return (found[variable.name] = "skipped");
    }
    return found[variable.name];
  };
  for (const variable of variables) state(variable);
  return found;
}
