"""Reads the rows of a CSV that comes in pieces, without ever having more than one of them."""

import codecs
import csv
from collections.abc import AsyncIterable, AsyncIterator

LONGEST_LINE = 100_000
"""Characters; of a longer one each part is a line."""


async def rows_of(data: AsyncIterable[bytes]) -> AsyncIterator[tuple[int, list[str]]]:
    """The rows of a CSV, each with the number of the line it begins on; empty ones are passed over.

    A row goes on over the end of a line within quotes.
    """
    begun, quotes, number, first = "", 0, 0, 1
    async for line in _lines(data):
        number += 1
        begun += line
        quotes += line.count('"')
        if quotes % 2 and len(begun) < LONGEST_LINE:
            continue
        if begun.strip():
            yield first, _cells_in(begun)
        begun, quotes, first = "", 0, number + 1
    if begun.strip():
        yield first, _cells_in(begun)


def _cells_in(row: str) -> list[str]:
    """The cells of a row; one that is no CSV is a cell, so that it is told of like any that has too few."""
    try:
        return next(csv.reader([row]))
    except csv.Error:
        return [row[:60]]


async def _lines(data: AsyncIterable[bytes]) -> AsyncIterator[str]:
    """Lines with their ends; what is not UTF-8 is seen as a question mark in a diamond."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
    rest = ""
    async for chunk in data:
        *lines, rest = (rest + decoder.decode(chunk)).split("\n")
        for line in lines:
            yield line + "\n"
        while len(rest) > LONGEST_LINE:
            yield rest[:LONGEST_LINE]
            rest = rest[LONGEST_LINE:]
    if rest := rest + decoder.decode(b"", final=True):
        yield rest
