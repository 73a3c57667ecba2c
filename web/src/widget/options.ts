// What the shop's page says of the widget: the data-attributes of its script. Pure.

export type Language = "en" | "zh-CN";

export interface Options {
  line: string;
  language: Language;
  name: string;
  number: string;
  title: string;
  theme: "auto" | "light" | "dark";
  position: "left" | "right";
  /** A colour as #rrggbb; empty: the widget's own. */
  accent: string;
  /** Whether the chat is still there in another tab, and after the browser was closed. */
  remember: "tab" | "browser";
}

/** The options, with `languages` those that page and browser are in, the first best. */
export function optionsOf(data: Record<string, string | undefined>, languages: readonly string[]): Options {
  return {
    line: data.line ?? "",
    language: languageOf([data.language ?? "", ...languages]),
    name: data.name ?? "",
    number: data.number ?? "",
    title: data.title ?? "",
    theme: data.theme === "light" || data.theme === "dark" ? data.theme : "auto",
    position: data.position === "left" ? "left" : "right",
    accent: /^#[0-9a-f]{6}$/i.test(data.accent ?? "") ? (data.accent ?? "") : "",
    remember: data.remember === "browser" ? "browser" : "tab",
  };
}

function languageOf(wanted: readonly string[]): Language {
  const first = wanted.find((one) => /^(zh|en)\b/i.test(one)) ?? "en";
  return /^zh\b/i.test(first) ? "zh-CN" : "en";
}

/** Black or white, whichever is read better on `colour` (#rrggbb): the one with more contrast, as WCAG 2 counts it. */
export function onColour(colour: string): "#000000" | "#ffffff" {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 ? "#ffffff" : "#000000";
}
