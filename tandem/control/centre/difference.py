"""What is different between two settings, field by field, in an admin's words. Secrets are never shown."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

import msgspec

from tandem.control.centre.findings import Path, dotted
from tandem.control.centre.form import ENTRIES, SECTIONS
from tandem.control.centre.reading import Content, understood

ONE_OF = {
    "lines": "line",
    "queues": "queue",
    "agents": "agent",
    "pause_reasons": "pause reason",
    "customers": "customer",
    "services": "service",
    "webhooks": "webhook",
    "canned_answers": "canned answer",
}
AS_WRITTEN = ("certified_until", "device", "auto_answer")
"""What an admin writes of an agent otherwise than the plane has it."""
HIDDEN = "(hidden)"
_PASSWORD = re.compile(r"//[^/@]*@")


class Change(msgspec.Struct, frozen=True):
    """`words`: `queue tv: plan step 2: after 20 -> 30`. `old` and `new` are None where there is nothing.

    What is not written has its default, so `ring_seconds: 20` is no change where nothing stood.
    """

    path: str
    words: str
    old: Any = None
    new: Any = None


def difference(old: Content, new: Content) -> list[Change]:
    """The changes from `old` to `new`, in the order of the sections."""
    before, after = _complete(old), _complete(new)
    return [
        change
        for section in dict.fromkeys([*SECTIONS, *before, *after])
        for change in _between(before.get(section), after.get(section), (section,))
    ]


def _complete(content: Content) -> Content:
    """With every default that is not written, so that what means the same is the same."""
    form: Content = msgspec.json.decode(msgspec.json.encode(understood(content)))
    for section in ENTRIES:
        written = content.get(section)
        for name, entry in written.items() if isinstance(written, dict) else ():
            if name not in form[section]:
                form[section][name] = entry  # what can't be understood is compared as it stands
            elif section == "agents":  # days, not moments; accounts, not devices
                form[section][name] |= {"device": name}
                form[section][name] |= {field: entry[field] for field in AS_WRITTEN if field in entry}
    return form


def _between(old: Any, new: Any, path: Path) -> Iterator[Change]:
    if old == new:
        return
    if len(path) == 2 and (old is None or new is None) and path[0] in ENTRIES:
        what = "added" if old is None else "removed"
        yield Change(dotted(path), f"{_head(path)}: {what}", _shown(old, path), _shown(new, path))
    elif isinstance(old, dict) and isinstance(new, dict):
        for name in dict.fromkeys([*old, *new]):
            yield from _between(old.get(name), new.get(name), (*path, name))
    elif isinstance(old, list) and isinstance(new, list) and any(isinstance(one, dict) for one in [*old, *new]):
        yield from _between_steps(old, new, path)
    else:
        before, after = _shown(old, path), _shown(new, path)
        told = "changed" if before == after else f"{_in_words(before)} -> {_in_words(after)}"
        yield Change(dotted(path), f"{_head(path)}{_rest(path)} {told}", before, after)


def _between_steps(old: list[Any], new: list[Any], path: Path) -> Iterator[Change]:
    """Steps by their places, but one that is put in or taken out does not make those after it new."""
    before, after = ([msgspec.json.encode(step) for step in steps] for steps in (old, new))
    for how, first, last, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        both = 0 if how == "equal" else min(last - first, end - start)
        for number in range(both):
            yield from _between(old[first + number], new[start + number], (*path, start + number))
        for number in range(first + both, last) if how != "equal" else ():
            yield _step(old[number], None, (*path, number))
        for number in range(start + both, end) if how != "equal" else ():
            yield _step(None, new[number], (*path, number))


def _step(old: Any, new: Any, path: Path) -> Change:
    what = "removed" if new is None else f"added: {_in_words(new)}"
    return Change(dotted(path), f"{_head(path)}{_rest(path)} {what}", old, new)


def _head(path: Path) -> str:
    """`queue tv`, or the section."""
    section = str(path[0])
    return f"{ONE_OF[section]} {path[1]}" if section in ONE_OF and len(path) > 1 else section


def _rest(path: Path) -> str:
    """`: plan step 2: after` of what stands in it."""
    within = path[2:] if path[0] in ONE_OF else path[1:]
    text = "".join(f" step {part + 1}:" if isinstance(part, int) else f" {part}" for part in within)
    return f":{text}" if text else ":"


def _in_words(value: Any) -> str:
    if value in (None, "", [], {}):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_in_words(one)}" for name, one in value.items() if one not in (None, "", 0, [], {}))
    if isinstance(value, list):
        return ", ".join(map(_in_words, value))
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def shown(content: Content) -> Content:
    """The settings as anybody may see them."""
    return {section: _shown(value, (section,)) for section, value in content.items()}


def _shown(value: Any, path: Path) -> Any:
    """The value as anybody may see it: of a service's headers only those that name a secret of the store."""
    if path[0] != "services":
        return value
    if isinstance(value, dict):
        return {name: _shown(one, (*path, name)) for name, one in value.items()}
    if not isinstance(value, str):
        return value
    if "headers" in path and "{secret:" not in value:
        return HIDDEN
    return _PASSWORD.sub(f"//{HIDDEN}@", value)
