"""Reads the settings of a centre, written as YAML or given as data: every mistake with its place and a way out."""

import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from tandem.control.centre import checks
from tandem.control.centre.findings import Finding, Path, Remark, dotted
from tandem.control.centre.form import ENTRIES, SECTIONS, Form, given
from tandem.control.settings import Settings, browser_phone
from tandem.ivr.problems import suggestion, unlike
from tandem.ivr.yaml_tree import Tree, read_tree
from tandem.said import Said, said

LONGEST_SOURCE = 8_000_000
"""Characters: a centre of ten thousand agents and customers has some 2 million."""
AS_IN_DOCS = said("docs/admin.md tells what it may be")
ACCOUNT = re.compile(r"[A-Za-z0-9_.-]+")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
Content = dict[str, Any]


class Reading(msgspec.Struct, frozen=True):
    """`content` is what was written, without comments, as plain data; `settings` are None where there is an error."""

    content: Content
    settings: Settings | None
    findings: list[Finding]

    @property
    def errors(self) -> list[Finding]:
        """What keeps the settings from being used."""
        return [finding for finding in self.findings if finding.severity == "error"]

    @property
    def warnings(self) -> list[Finding]:
        """What they hardly can be meant to say."""
        return [finding for finding in self.findings if finding.severity == "warning"]


def read_source(source: str, file: str, flows: Collection[str] | None = None) -> Reading:
    """Read YAML; `file` is its name in findings. `flows`: those that numbers may lead to, where they are known."""
    tree = read_tree(source, LONGEST_SOURCE)
    remarks = [Remark(found.path, found.what, found.how_to_mend) for found in tree.findings]
    if not isinstance(tree.data, dict):
        what = said("must have sections: {names}", names=", ".join(SECTIONS))
        return Reading({}, None, [_placed(remark, tree, file) for remark in remarks or [Remark((), what)]])
    return _reading(tree.data, remarks, tree, file, flows)


def read_content(content: Content, flows: Collection[str] | None = None) -> Reading:
    """Read plain data."""
    return _reading(content, [], None, "", flows)


def _reading(
    written: Content, remarks: list[Remark], tree: Tree | None, file: str, flows: Collection[str] | None
) -> Reading:
    content = canonical(written)
    reader = _Reader(content)
    form = reader.form()
    remarks += reader.remarks
    remarks += checks.find(form, content, flows)
    findings = [_placed(remark, tree, file) for remark in remarks]
    is_right = not any(finding.severity == "error" for finding in findings)
    return Reading(content, form.settings() if is_right else None, findings)


def canonical(written: Content) -> Content:
    """The same in the order of the sections, without what says nothing, and 30.0 as 30."""
    known = {name: _canonical(written[name]) for name in SECTIONS if written.get(name) is not None}
    return known | {name: _canonical(value) for name, value in written.items() if name not in SECTIONS}


def understood(content: Content) -> Form:
    """What of the content has a meaning, right or not."""
    return _Reader(content).form()


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _canonical(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_canonical(entry) for entry in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _placed(remark: Remark, tree: Tree | None, file: str) -> Finding:
    line = tree.line(tuple(map(str, remark.path))) if tree else 0
    return Finding(dotted(remark.path), remark.message, remark.way_out, remark.severity, file, line)


class _Reader:
    """Converts entry by entry, so that one that is wrong does not hide the others' mistakes."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self.remarks: list[Remark] = []

    def form(self) -> Form:
        """What could be understood."""
        for name in self._content:
            if name not in SECTIONS:
                self._wrong((name,), said("is not a section"), suggestion(name, SECTIONS))
        zone = self._zone()
        sections: dict[str, Any] = {
            name: self._entries(name, zone) if name in ENTRIES else self._value(name)
            for name in SECTIONS
            if name in self._content
        }
        return Form(**sections)

    def _value(self, section: str) -> Any:
        try:
            return msgspec.convert(self._content[section], SECTIONS[section])
        except msgspec.ValidationError as error:
            self._not_as_it_must_be(error, (section,), SECTIONS[section])
        return getattr(Form(), section)

    def _entries(self, section: str, zone: tzinfo) -> dict[str, Any]:
        entries, kind = self._content[section], ENTRIES[section]
        if not isinstance(entries, dict):
            self._wrong((section,), said("must be names with their settings"), AS_IN_DOCS)
            return {}
        read = {}
        for name, entry in entries.items():
            path: Path = (section, name)
            written = {} if entry is None else entry
            if not isinstance(written, dict):
                self._wrong(path, said("must be fields with their values"), AS_IN_DOCS)
                continue
            self._check_names(written, section, path)
            if section == "agents":
                written = self._with_phones(self._dated(written, zone, path), name, path)
            try:
                read[name] = msgspec.convert(given(section, name) | written, kind)
            except msgspec.ValidationError as error:
                self._not_as_it_must_be(error, path, kind)
        return read

    def _check_names(self, written: Content, section: str, path: Path) -> None:
        for field in ("name", "number"):
            if field in written and field in given(section, ""):
                self._wrong(
                    (*path, field),
                    said("the {field} stands before the colon", field=field),
                    said("leave {field} out", field=field),
                )

    def _dated(self, agent: Content, zone: tzinfo, path: Path) -> Content:
        """Certificates end with the day that is written, in the centre's time zone."""
        days = agent.get("certified_until")
        if not isinstance(days, dict):
            return agent
        ends = {}
        for skill, day in days.items():
            ends[skill] = end_of(day, zone)
            if ends[skill] is None:
                self._wrong(
                    (*path, "certified_until", skill),
                    said("{day!r} is no date", day=day),
                    said("write it as 2026-12-31"),
                )
        return agent | {"certified_until": {skill: end or 0.0 for skill, end in ends.items()}}

    def _with_phones(self, agent: Content, name: str, path: Path) -> Content:
        """Phones are written as their accounts; without any, the agent's name is one. One in the browser goes first."""
        phones = agent.get("device", name)
        listed = phones if isinstance(phones, list) else [phones]
        if not listed or not all(ACCOUNT.fullmatch(str(phone)) for phone in listed):
            self._wrong(
                (*path, "device"),
                said("{phones!r} is no SIP account, such as 1001, nor a list of some", phones=phones),
                AS_IN_DOCS,
            )
        in_browser = agent.get("browser_phone") is True
        if in_browser and not ACCOUNT.fullmatch(name):
            what = said("the name {name!r} can't be part of a SIP account", name=name)
            self._wrong(
                (*path, "browser_phone"), what, said("an agent with a phone in the browser has a name such as 1001")
            )
        devices = [*([browser_phone(name)] if in_browser else []), *(f"PJSIP/{phone}" for phone in listed)]
        read = agent | {"device": devices if len(devices) > 1 or isinstance(phones, list) else devices[0]}
        if isinstance(after := agent.get("auto_answer"), dict):
            read["auto_answer"] = {f"PJSIP/{phone}": seconds for phone, seconds in after.items()}
        return read

    def _zone(self) -> tzinfo:
        name = self._content.get("time_zone", "UTC")
        try:
            return ZoneInfo(name)
        except (TypeError, ValueError, OSError, ZoneInfoNotFoundError):
            self._wrong(
                ("time_zone",), said("there is no time zone {name!r}", name=name), said("write one as Asia/Shanghai")
            )
            return UTC

    def _not_as_it_must_be(self, error: msgspec.ValidationError, path: Path, kind: Any) -> None:
        what, place = unlike(error)
        within = tuple(_parts(place.partition("[...]")[0]))
        field = what.values.get("field")
        if field and "unknown" in what.code:
            fields = [each.encode_name for each in msgspec.structs.fields(kind)] if not within else []
            self._wrong((*path, *within, field), what, suggestion(field, fields) if fields else AS_IN_DOCS)
        else:
            is_missing = field and "missing" in what.code
            self._wrong((*path, *within), what, said("add {field}", field=field) if is_missing else AS_IN_DOCS)

    def _wrong(self, path: Path, message: Said, way_out: Said) -> None:
        self.remarks.append(Remark(path, message, way_out))


def _parts(place: str) -> Iterator[str | int]:
    """Of a place as msgspec writes it: `.plan[0].after`."""
    for name, number in re.findall(r"\.(\w+)|\[(\d+)\]", place):
        yield name or int(number)


def end_of(day: object, zone: tzinfo) -> float | None:
    """When `day` (2026-12-31) ends in `zone`, or the moment that a date with a time says; epoch seconds, None where it
    is no date."""
    try:
        moment = datetime.fromisoformat(str(day))
    except ValueError:
        return None
    if DAY.fullmatch(str(day)):
        return datetime.combine(moment.date() + timedelta(days=1), time(), zone).timestamp()
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()
