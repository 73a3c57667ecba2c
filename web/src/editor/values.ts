// Values that may be a text, a number or a truth, as they are typed.

/** What was typed where a text, a number or a truth may stand. */
export function meant(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  if (/^-?(0|[1-9]\d*)(\.\d+)?$/.test(text)) return Number(text);
  return /^'.*'$/.test(text) ? text.slice(1, -1) : text;
}

/** As one would type it. */
export function spelled(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" && meant(value) !== value ? `'${value}'` : String(value);
}
