"""Names, languages and texts."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from tandem.ivr import pattern
from tandem.ivr.flow import Flow
from tandem.ivr.nodes.collect import Collect
from tandem.ivr.nodes.queue import Queue
from tandem.ivr.nodes.set import Set
from tandem.ivr.opening import is_zone
from tandem.ivr.problems import Finding, Path, suggestion
from tandem.ivr.references import references
from tandem.ivr.speech import FORMATS, LINK, SLOT, Slot, parts, spoken_seconds, variable_of
from tandem.ivr.spoken import LANGUAGES
from tandem.said import Said, said, said_by

NAME = re.compile(r"[a-z][a-z0-9_]*")
LONGEST_SPEECH = 45.0
"""Seconds; who listens longer has forgotten the beginning."""

SECRET_NAME = re.compile(r"password|passwd|secret|token|api_?key|credential")
SECRET_SHAPE = re.compile(
    r"\b(sk-[A-Za-z0-9_-]{16,}|AKIA[A-Z0-9]{16}|gh[pousr]_[A-Za-z0-9]{20,}|eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+)"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY|://[^/\s:@]+:[^/\s:@]+@"
)


def find(flow: Flow) -> Iterator[Finding]:
    """What is wrong with the words of a flow."""
    yield from _names(flow)
    yield from _languages(flow)
    yield from _texts(flow)
    yield from _money(flow)
    yield from _lengths(flow)
    yield from _links(flow)
    yield from _patterns(flow)
    yield from _waiting_keys(flow)
    yield from _secrets(msgspec.to_builtins(msgspec.structs.replace(flow, flows={})), ())


def _names(flow: Flow) -> Iterator[Finding]:
    paths = [("name", flow.name), *(("nodes", n) for n in flow.nodes), *(("texts", t) for t in flow.texts)]
    for where, name in paths:
        if not NAME.fullmatch(name):
            path = (where,) if where == "name" else (where, name)
            yield Finding(
                path,
                said("{name!r} is not a name", name=name),
                said("Use small letters, digits and _, beginning with a letter"),
            )


def _languages(flow: Flow) -> Iterator[Finding]:
    if not flow.languages:
        yield Finding(("languages",), said("no language"), suggestion("", LANGUAGES))
    for language in flow.languages:
        if language not in LANGUAGES:
            yield Finding(
                ("languages",), said("can't speak {language}", language=language), suggestion(language, LANGUAGES)
            )
    if flow.zone and not is_zone(flow.zone):
        yield Finding(
            ("zone",), said("there is no time zone {zone!r}", zone=flow.zone), said("Write one such as Asia/Shanghai")
        )
    for name, node in flow.nodes.items():
        chosen = node.values.get("language") if isinstance(node, Set) else None
        if chosen is not None and chosen not in flow.languages:
            path = ("nodes", name, "values", "language")
            yield Finding(
                path,
                said("the flow has no language {language}", language=chosen),
                suggestion(str(chosen), flow.languages),
            )


def _texts(flow: Flow) -> Iterator[Finding]:
    for key, wordings in flow.texts.items():
        for language in flow.languages:
            if language in LANGUAGES and language not in wordings:
                yield Finding(
                    ("texts", key),
                    said("not told in {language}", language=language),
                    said("Add {language}: to it", language=language),
                )
        for language, text in wordings.items():
            path = ("texts", key, language)
            if language not in flow.languages:
                yield Finding(
                    path,
                    said("the flow has no language {language}", language=language),
                    suggestion(language, flow.languages),
                )
            yield from (Finding(path, what, how) for what, how in _wording(text))


def _wording(text: str) -> Iterator[tuple[Said, Said]]:
    if not any(c.isalnum() for c in text):
        yield said("it says nothing"), said("Write what is to be said, or remove the text")
    if any(c in SLOT.sub("", text) for c in "{}"):
        yield (
            said("a brace that belongs to no variable"),
            said("Write {{variable}} or {{variable|format}}, in small letters"),
        )
    for part in parts(text):
        if isinstance(part, Slot) and part.format and part.format not in FORMATS:
            yield said("there is no format {format}", format=part.format), suggestion(part.format, FORMATS)


def _money(flow: Flow) -> Iterator[Finding]:
    """Money needs a currency, and words for it."""
    for key, wordings in flow.texts.items():
        for language, text in wordings.items():
            if not any(isinstance(part, Slot) and part.format == "money" for part in parts(text)):
                continue
            if flow.currency is None:
                yield Finding(
                    ("texts", key, language), said("money of no currency"), said("Add currency: to the flow's head")
                )
            elif language in LANGUAGES and flow.currency not in (known := LANGUAGES[language].CURRENCIES):
                what = said("{language} has no words for {currency}", language=language, currency=flow.currency)
                yield Finding(("texts", key, language), what, suggestion(flow.currency, known))


def _links(flow: Flow) -> Iterator[Finding]:
    for ref in references(flow):
        told = flow.texts.get(ref.name, {}) if ref.kind in ("text", "message", "written") else {}
        for language, text in told.items():
            has_link = any(isinstance(part, Slot) and part.variable == LINK for part in parts(text))
            if has_link != (ref.kind == "message"):
                what = (
                    said("a link can't be heard")
                    if has_link
                    else said("text {name} has no {{link}} in {language}", name=ref.name, language=language)
                )
                yield Finding(ref.path, what, said("Put {{link}} into the texts of link nodes, and nowhere else"))


def _lengths(flow: Flow) -> Iterator[Finding]:
    for key in dict.fromkeys(ref.name for ref in references(flow) if ref.kind == "text"):
        for language, text in flow.texts.get(key, {}).items():
            seconds = spoken_seconds(text)
            if seconds > LONGEST_SPEECH:
                what = said("it takes about {seconds:.0f} seconds to say", seconds=seconds)
                yield Finding(
                    ("texts", key, language),
                    what,
                    said("Say it in {seconds:.0f}, or in two steps", seconds=LONGEST_SPEECH),
                )


def _patterns(flow: Flow) -> Iterator[Finding]:
    for name, node in flow.nodes.items():
        try:
            pattern.compiled((node.pattern or "") if isinstance(node, Collect) else "")
        except pattern.PatternError as error:
            how = said("Patterns know classes, groups, | and repetitions, not repeated again")
            yield Finding(("nodes", name, "pattern"), said("not a pattern: {error}", error=said_by(error)), how)


def _waiting_keys(flow: Flow) -> Iterator[Finding]:
    for name, node in flow.nodes.items():
        for n, offer in enumerate(node.while_waiting.offers if isinstance(node, Queue) else ()):
            if offer.key in (flow.keys.repeat, flow.keys.slow):
                path = ("nodes", name, "while_waiting", "offers", str(n), "key")
                yield Finding(
                    path, said("key {key} says the announcements again", key=offer.key), said("Take another key")
                )


def _secrets(value: Any, path: Path) -> Iterator[Finding]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _secrets(inner, (*path, name))
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from _secrets(inner, (*path, str(n)))
    elif isinstance(value, str) and _secret(value, path):
        yield Finding(
            path, said("a secret stands here in clear"), said("Keep it out of flows; whoever reads them reads it")
        )


def _secret(value: str, path: Path) -> bool:
    named = path[2:3] in (("values",), ("parameters",)) and SECRET_NAME.search(path[-1])
    return bool(SECRET_SHAPE.search(value) or (named and value and not variable_of(value)))
