"""What is found wrong with settings and flows, in other languages than English: one file a language, which has words
for each code of `tandem/said.py`, with the same values in braces. Adding a language is adding a file: `pt-BR.toml`.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
from aiohttp import web

from tandem.said import Said

ENGLISH = "en"
_WANTED = re.compile(r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*q=([01](?:\.[0-9]{1,3})?)\s*)?")


def _read() -> dict[str, Mapping[str, str]]:
    files = Path(__file__).parent.glob("*.toml")
    return {file.stem: msgspec.toml.decode(file.read_bytes(), type=dict[str, str]) for file in files}


LANGUAGES = _read()
"""By BCP 47 name."""


def in_language(of: object, language: str) -> str:
    """What was said, in `language`; a hook of msgspec's, which has no way of its own to write it."""
    if not isinstance(of, Said):
        raise NotImplementedError(f"{type(of).__name__} can't be answered")
    return of.by(LANGUAGES.get(language, {}))


def language_of(request: web.Request) -> str:
    """The language of ours that is asked for before all others (RFC 9110, 12.5.4), by its kind: zh is zh-CN. English
    where it is none."""
    kinds = {name.lower().partition("-")[0]: name for name in (*LANGUAGES, ENGLISH)}
    asked = sorted(_asked(request.headers.get("Accept-Language", "")), key=lambda one: -one[1])
    return next((kinds[kind] for kind, weight in asked if kind in kinds and weight), ENGLISH)


def _asked(header: str) -> Iterator[tuple[str, float]]:
    for one in header.split(","):
        if match := _WANTED.fullmatch(one):
            yield match[1].lower().partition("-")[0], float(match[2] or 1)
