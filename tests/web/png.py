"""Small PNGs: a page has some thousand colours, most of them at the edges of letters, and looks the same in 256."""

import base64
import struct
import zlib

from playwright.async_api import Page

LARGEST_PALETTE = 256
IN_PALETTE = """async ([png, most]) => {
  const bytes = Uint8Array.from(atob(png), (one) => one.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const { width, height } = image;
  const ground = new OffscreenCanvas(width, height).getContext("2d");
  ground.drawImage(image, 0, 0);
  const pixels = new Uint32Array(ground.getImageData(0, 0, width, height).data.buffer);
  const counts = new Map();
  for (const one of pixels) counts.set(one, (counts.get(one) ?? 0) + 1);
  const palette = [...counts].sort((one, other) => other[1] - one[1]).slice(0, most).map(([colour]) => colour);
  const parts = (colour) => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];
  const known = palette.map(parts);
  const nearest = (colour) => {
    const [red, green, blue] = parts(colour);
    const far = known.map(([r, g, b]) => (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2);
    return far.indexOf(Math.min(...far));
  };
  const places = new Map([...counts.keys()].map((colour) => [colour, nearest(colour)]));
  const shown = Array.from(pixels, (one) => String.fromCharCode(places.get(one))).join("");
  return { width, height, palette: known, pixels: btoa(shown) };
}"""
"""The colours that a picture has most of, and for each pixel the nearest of them."""


async def small(png: bytes, page: Page) -> bytes:
    """The picture in at most 256 colours; `page` is any that can read it."""
    given = [base64.b64encode(png).decode(), LARGEST_PALETTE]
    found = await page.evaluate(IN_PALETTE, given)
    width, height, pixels = found["width"], found["height"], base64.b64decode(found["pixels"])
    rows = b"".join(b"\0" + pixels[at : at + width] for at in range(0, width * height, width))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    palette = bytes(part for colour in found["palette"] for part in colour)
    chunks = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
