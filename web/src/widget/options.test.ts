import { expect, test } from "vitest";
import { onColour, optionsOf } from "./options";

test("what a page does not say has its default", () => {
  expect(optionsOf({ line: "web" }, ["fr", "zh-TW"])).toEqual({
    line: "web",
    language: "zh-CN",
    name: "",
    number: "",
    title: "",
    theme: "auto",
    position: "right",
    accent: "",
    remember: "tab",
  });
});

test("the language is what the script says, else the page's, else the browser's, else English", () => {
  expect(optionsOf({ language: "zh" }, ["en"]).language).toBe("zh-CN");
  expect(optionsOf({}, ["", "en-GB", "zh-CN"]).language).toBe("en");
  expect(optionsOf({ language: "fr" }, ["de"]).language).toBe("en");
});

test("a colour is six digits, or none", () => {
  expect(optionsOf({ accent: "#C8102E" }, []).accent).toBe("#C8102E");
  for (const accent of ["red", "#fff", "#12345g", "url(x)"]) expect(optionsOf({ accent }, []).accent).toBe("");
});

test("what stands on a colour can be read", () => {
  expect(["#1656b0", "#000000", "#c8102e"].map(onColour)).toEqual(["#ffffff", "#ffffff", "#ffffff"]);
  expect(["#ffd400", "#ffffff", "#7fdca6"].map(onColour)).toEqual(["#000000", "#000000", "#000000"]);
});
