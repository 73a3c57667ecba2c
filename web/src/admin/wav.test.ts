import { expect, test } from "vitest";
import { isWav, mono, wavOf } from "./wav";

test("samples become a 16-bit mono WAV, too loud ones are cut", () => {
  const file = wavOf(new Float32Array([0, 0.5, -1, 2]), 8000);
  const view = new DataView(file);
  expect(isWav(file)).toBe(true);
  expect([view.getUint16(22, true), view.getUint32(24, true), view.getUint16(34, true)]).toEqual([1, 8000, 16]);
  expect([view.getUint32(4, true), view.getUint32(40, true), file.byteLength]).toEqual([44, 8, 52]);
  expect([0, 1, 2, 3].map((at) => view.getInt16(44 + 2 * at, true))).toEqual([0, 16384, -32767, 32767]);
});

test("two channels become their middle", () => {
  expect([...mono([new Float32Array([1, 0]), new Float32Array([0, -1])])]).toEqual([0.5, -0.5]);
  expect(mono([]).length).toBe(0);
});

test("another file is no WAV", () => {
  expect(isWav(new TextEncoder().encode("ID3 and so on").buffer as ArrayBuffer)).toBe(false);
  expect(isWav(new ArrayBuffer(3))).toBe(false);
});
