"""What is wrong with settings although each field is what it must be: names that lead nowhere, values out of reason."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import chain

from tandem.acd.agent import TABLE as AGENT_STATES
from tandem.acd.matching import Matching
from tandem.acd.needs import need_of, skills_of
from tandem.acd.plan import Step, describe, widest
from tandem.control.board.board_settings import QueueThresholds
from tandem.control.centre.findings import Path, Remark
from tandem.control.centre.form import Form, QueueForm
from tandem.control.centre.orders import order_mistakes
from tandem.control.centre.services import mistakes
from tandem.control.centre.webhooks import webhook_mistakes
from tandem.control.destinations import destination
from tandem.ivr.problems import suggestion
from tandem.said import Said, said

MOST_TALK = 86400.0
"""Seconds of a talk with somebody outside that an admin may allow."""
SHORTEST_SILENCE, LONGEST_SILENCE = 5.0, 86400.0
"""Seconds that an admin may leave a customer who owes an answer in a chat."""
DAY = 86400.0
REASONABLE: dict[str, tuple[float, float]] = {
    "ageing": (0.0, 1000.0),
    "keep_free": (0, 10_000),
    "resume_free": (0, 10_000),
    "ring_seconds": (1.0, 300.0),
    "wrap_up_seconds": (0.0, DAY),
    "service_level_seconds": (1.0, DAY),
    "misses_before_pause": (1, 1000),
    "back_off_seconds": (0.0, DAY),
    "expected_handling_seconds": (1.0, DAY),
    "longest_wait": (0.0, DAY),
    "wrap_up_extension_seconds": (0.0, DAY),
    "disposition_seconds": (1.0, DAY),
}
"""What a queue's figures may be, the least and the most."""
LONGEST_AUTO_ANSWER = 30.0
LONGEST_CALL_AGAIN = 3600.0
AT_ONCE = said("0 is at once")
SHORTCUT = re.compile(r"[^\s/]{1,40}")
PLACEHOLDERS = ("customer", "agent")
"""What a canned answer may leave to be filled in."""
PATTERNS: dict[str, tuple[re.Pattern[str], Said, Said]] = {
    "numbers": (
        re.compile(r"\+?[0-9X]+\.?"),
        said("is no pattern of numbers"),
        said("digits, X for any digit, a dot at the end for one or more of them"),
    ),
    "uris": (
        re.compile(r"sips?:(\*|[A-Za-z0-9_.+-]+)@[A-Za-z0-9.-]+(:[0-9]+)?"),
        said("is no SIP address"),
        said("write it like sip:desk@partner.example; * stands for any user"),
    ),
    "trunk": (re.compile(r"[A-Za-z0-9_-]*"), said("is no endpoint's name"), said("letters, digits, - and _ are")),
    "country": (re.compile(r"([A-Z]{2})?"), said("is no country"), said("write two capital letters, such as CN")),
    "caller_id": (re.compile(r"\+?[0-9]*"), said("is no number"), said("digits, with or without a plus")),
}
"""What the texts of a dial plan must be like: the pattern, what is said of one that is not, and a way out."""


def find(form: Form, written: dict[str, object], flows: Collection[str] | None) -> Iterator[Remark]:
    """Everything, errors and warnings. `written` has the names of what `form` could not understand, too; `flows` are
    those that numbers may lead to, None where that is not known.
    """
    queues = _names(written, "queues")
    checks: Iterable[Callable[[Form], Iterator[Remark]]] = (
        _figures, _dispositions, _served, _known_groups, _tiers, _channels, _agents, _devices, _rung, _pauses, _remote,
        _dial_plan, _chats, _services, webhook_mistakes, order_mistakes, _board, _canned_answers,
    )  # fmt: skip
    yield from chain.from_iterable(check(form) for check in checks)
    yield from _moves(form, queues)
    yield from _canned_queues(form, queues)
    if flows is not None:
        yield from _lines(form, flows)


def _names(written: dict[str, object], section: str) -> Collection[str]:
    entries = written.get(section)
    return entries.keys() if isinstance(entries, dict) else ()


def _warning(path: Path, message: Said, way_out: Said) -> Remark:
    return Remark(path, message, way_out, "warning")


# --- queues ------------------------------------------------------------------------------------------------------


def _steps(form: Form) -> Iterator[tuple[Path, QueueForm, Step]]:
    for name, queue in form.queues.items():
        for number, step in enumerate(queue.plan):
            yield ("queues", name, "plan", number), queue, step


def _figures(form: Form) -> Iterator[Remark]:
    for name, queue in form.queues.items():
        for field, (least, most) in REASONABLE.items():
            if not least <= getattr(queue, field) <= most:
                yield Remark(
                    ("queues", name, field),
                    said("is {value:g}", value=getattr(queue, field)),
                    said("write {least:g} to {most:g}", least=least, most=most),
                )
        yield from _levels(queue.needs, ("queues", name, "needs"))
    for path, _, step in _steps(form):
        if not 0 <= step.after <= DAY:
            yield Remark(
                (*path, "after"), said("is {value:g}", value=step.after), said("write 0 to {most:g} seconds", most=DAY)
            )
        if step.needs:
            yield from _levels(step.needs, (*path, "needs"))
        if describe(step) == "nothing":
            yield _warning(
                path, said("this step does nothing"), said("say needs, team, vendor, priority, offer or move")
            )


def _dispositions(form: Form) -> Iterator[Remark]:
    for name, queue in form.queues.items():
        if queue.disposition_required and not queue.dispositions:
            path = ("queues", name, "disposition_required")
            yield Remark(path, said("there is none to be set"), said("name some under dispositions, or leave this out"))
        if queue.dial_out and not (form.dial_plan.numbers or form.dial_plan.uris):
            yield _warning(
                ("queues", name, "dial_out"), said("the dial plan allows no number"), said("name some in dial_plan")
            )


def _levels(needs: dict[str, int] | str, path: Path) -> Iterator[Remark]:
    if isinstance(needs, dict):
        for skill, level in needs.items():
            if not 1 <= level <= 5:
                yield Remark(
                    (*path, skill), said("{level} is not a proficiency", level=level), said("it runs from 1 to 5")
                )


def _served(form: Form) -> Iterator[Remark]:
    matching, skills = Matching(form.agents, 0.0), _skills(form)
    for name, queue in form.queues.items():
        path: Path = ("queues", name, "needs")
        missing = list(_held(queue.needs, skills, path))
        if matching.grades(widest(queue.needs, queue.plan)):
            yield from missing
            continue
        what = said("no agent can ever serve this queue")
        if queue.needs:
            what = said("no agent can ever serve this queue: none has {needs}", needs=queue.needs)
        way_out = missing[0].way_out if missing else said("give an agent these skills, or ask for less")
        yield _warning(path, what, way_out)


def _skills(form: Form) -> Collection[str]:
    return set(chain.from_iterable(agent.skills for agent in form.agents.values()))


def _moves(form: Form, queues: Collection[str]) -> Iterator[Remark]:
    for path, queue, step in _steps(form):
        if step.move == queue.name:
            yield Remark(
                (*path, "move"), said("moves to the queue that it is in"), said("name another, or leave the step out")
            )
        elif step.move and step.move not in queues:
            yield Remark(
                (*path, "move"),
                said("there is no queue {queue!r} to move to", queue=step.move),
                suggestion(step.move, queues),
            )


def _known_groups(form: Form) -> Iterator[Remark]:
    """Teams, vendors and skills that nobody has let nobody in."""
    agents = form.agents.values()
    teams, vendors = {a.team for a in agents} - {""}, {a.vendor for a in agents} - {""}
    for path, _, step in _steps(form):
        if step.team and step.team not in teams:
            yield _warning(
                (*path, "team"), said("nobody is in team {team!r}", team=step.team), suggestion(step.team, teams)
            )
        if step.vendor and step.vendor not in vendors:
            yield _warning(
                (*path, "vendor"),
                said("nobody works for {vendor!r}", vendor=step.vendor),
                suggestion(step.vendor, vendors),
            )
        yield from _held(step.needs or {}, _skills(form), (*path, "needs"))


def _held(needs: dict[str, int] | str, skills: Collection[str], path: Path) -> Iterator[Remark]:
    for skill in sorted(skills_of(need_of(needs)) - set(skills)):
        yield _warning(path, said("nobody has the skill {skill!r}", skill=skill), suggestion(skill, skills))


def _tiers(form: Form) -> Iterator[Remark]:
    tiers = {customer.tier for customer in form.customers.values()} - {""}
    for name, queue in form.queues.items():
        for tier in queue.head_starts.keys() - tiers:
            path: Path = ("queues", name, "head_starts", tier)
            yield _warning(path, said("no customer has the tier {tier!r}", tier=tier), suggestion(tier, tiers))


def _channels(form: Form) -> Iterator[Remark]:
    known = form.all_channels()
    named: list[tuple[Path, str]] = [
        (("queues", name, "channel"), queue.channel) for name, queue in form.queues.items()
    ]
    named += [(("agents", agent.name, "costs", name), name) for agent in form.agents.values() for name in agent.costs]
    for path, channel in named:
        if channel not in known:
            yield Remark(path, said("there is no channel {channel!r}", channel=channel), suggestion(channel, known))


# --- people ------------------------------------------------------------------------------------------------------


def _agents(form: Form) -> Iterator[Remark]:
    for agent in form.agents.values():
        path: Path = ("agents", agent.name)
        for field, skills in (("skills", agent.skills), ("held_back", agent.held_back)):
            for skill, level in skills.items():
                if not 1 <= level <= 5:
                    yield Remark(
                        (*path, field, skill),
                        said("{level} is not a proficiency", level=level),
                        said("it runs from 1 to 5"),
                    )
        for skill in agent.certified_until.keys() - agent.skills.keys():
            what = said("{name} does not have the skill {skill!r}", name=agent.name, skill=skill)
            yield _warning((*path, "certified_until", skill), what, suggestion(skill, agent.skills))


def _devices(form: Form) -> Iterator[Remark]:
    owners: dict[str, list[str]] = defaultdict(list)
    for agent in form.agents.values():
        for device in agent.devices if not agent.number else ():
            owners[device.removeprefix("PJSIP/")].append(agent.name)
    for device, (first, *others) in owners.items():
        for name in others:
            yield Remark(
                ("agents", name, "device"),
                said("{device} is the phone of {first} too", device=device, first=first),
                said("give each a phone"),
            )
    for number, phone in enumerate(form.caller_phones):
        if phone in owners:
            way_out = said("give the caller's phone another account")
            yield Remark(("caller_phones", number), said("{phone} is an agent's account", phone=phone), way_out)


def _rung(form: Form) -> Iterator[Remark]:
    """How agents are called."""
    for agent in form.agents.values():
        path: Path = ("agents", agent.name)
        if agent.number and destination(form.dial_plan, agent.number) is None:
            yield Remark(
                (*path, "number"),
                said("{number!r} is not allowed", number=agent.number),
                said("name it under dial_plan.numbers"),
            )
        if (agent.nailed_up or agent.confirm) and not agent.number:
            yield Remark(
                path, said("nailed_up and confirm are for agents with a number"), said("give it, or leave them out")
            )
        if agent.browser_phone and agent.number:
            what = said("an agent with a number has no phone in the browser")
            yield Remark((*path, "browser_phone"), what, said("leave one of them out"))
        after = agent.auto_answer
        for seconds in after.values() if isinstance(after, dict) else [after or 0.0]:
            if not 0 <= seconds <= LONGEST_AUTO_ANSWER:
                yield Remark(
                    (*path, "auto_answer"),
                    said("must be 0 to {most:g} seconds", most=LONGEST_AUTO_ANSWER),
                    AT_ONCE,
                )


def _pauses(form: Form) -> Iterator[Remark]:
    for name, reason in form.pause_reasons.items():
        if reason.longest < 0:
            yield Remark(("pause_reasons", name, "longest"), said("must be minutes, or 0 for no limit"))


def _remote(form: Form) -> Iterator[Remark]:
    remote = form.remote_agents
    if not re.fullmatch(r"[0-9*#]", remote.confirm_key):
        what = said("{key!r} is no key", key=remote.confirm_key)
        yield Remark(("remote_agents", "confirm_key"), what, said("one of 0 to 9, * and #"))
    for field in ("ring_seconds", "call_again", "longest_call_again"):
        if not 1 <= getattr(remote, field) <= LONGEST_CALL_AGAIN:
            yield Remark(
                ("remote_agents", field),
                said("must be 1 to {most:g} seconds", most=LONGEST_CALL_AGAIN),
            )


# --- outside -----------------------------------------------------------------------------------------------------


def _lines(form: Form, flows: Collection[str]) -> Iterator[Remark]:
    named = [(("lines", number), flow) for number, flow in form.lines.items()]
    for path, flow in [*named, *([(("fallback",), form.fallback)] if form.fallback else [])]:
        if flow not in flows:
            yield _warning(path, said("no flow {flow!r} is published", flow=flow), suggestion(flow, flows))


def _dial_plan(form: Form) -> Iterator[Remark]:
    """What is not written as it should be could allow other calls than the admin meant."""
    for field, (pattern, what, way_out) in PATTERNS.items():
        value = getattr(form.dial_plan, field)
        for number, one in enumerate((value,) if isinstance(value, str) else value):
            if not pattern.fullmatch(one):
                path: Path = ("dial_plan", field) if isinstance(value, str) else ("dial_plan", field, number)
                yield Remark(path, said("{value!r} {what}", value=one, what=what), way_out)
    if not 0 < form.dial_plan.longest_talk <= MOST_TALK:
        what = said("must be more than 0 and at most {most:g} seconds", most=MOST_TALK)
        yield Remark(("dial_plan", "longest_talk"), what, said("7200 is usual"))


def _chats(form: Form) -> Iterator[Remark]:
    for field in ("remind_after", "close_after"):
        if not SHORTEST_SILENCE <= getattr(form.chats, field) <= LONGEST_SILENCE:
            yield Remark(
                ("chats", field),
                said(
                    "must be {least:g} to {most:g} seconds",
                    least=SHORTEST_SILENCE,
                    most=LONGEST_SILENCE,
                ),
            )


def _canned_answers(form: Form) -> Iterator[Remark]:
    for name, canned in form.canned_answers.items():
        path: Path = ("canned_answers", name)
        if not SHORTCUT.fullmatch(name):
            way_out = said("1 to 40 characters without a space or a slash")
            yield Remark(path, said("{name!r} can't be typed after a slash", name=name), way_out)
        if not canned.text:
            yield Remark(
                (*path, "text"), said("says nothing"), said("write it for each language: {{en: ..., zh-CN: ...}}")
            )
        for language, text in canned.text.items():
            for placeholder in re.findall(r"\{([^{}]*)\}", text):
                if placeholder not in PLACEHOLDERS:
                    what = said("{{{placeholder}}} stands for nothing", placeholder=placeholder)
                    yield Remark((*path, "text", language), what, suggestion(placeholder, PLACEHOLDERS))


def _canned_queues(form: Form, queues: Collection[str]) -> Iterator[Remark]:
    for name, canned in form.canned_answers.items():
        for number, queue in enumerate(canned.queues):
            if queue not in queues:
                path: Path = ("canned_answers", name, "queues", number)
                yield Remark(path, said("there is no queue {queue!r}", queue=queue), suggestion(queue, queues))


def _services(form: Form) -> Iterator[Remark]:
    for name, service in form.services.items():
        for within, what, way_out in mistakes(name, service):
            yield Remark(("services", name, *within), what, way_out)


# --- the operator's board ----------------------------------------------------------------------------------------

LOW_IS_BAD = frozenset({"service_level"})
SHARES = frozenset({"service_level", "abandonment"})


def _board(form: Form) -> Iterator[Remark]:
    board = form.board
    for name, thresholds in board.queues.items():
        if name not in form.queues:
            yield Remark(("board", "queues", name), said("there is no such queue"), suggestion(name, form.queues))
        yield from _thresholds(thresholds, ("board", "queues", name))
    yield from _thresholds(board.every_queue, ("board", "every_queue"))
    for state, seconds in board.state_overstayed.items():
        path: Path = ("board", "state_overstayed", state)
        if state not in AGENT_STATES:
            yield Remark(path, said("is no state of an agent"), suggestion(state, AGENT_STATES))
        if not 1 <= seconds <= DAY:
            yield Remark(path, said("is {value:g}", value=seconds), said("write 1 to {most:g} seconds", most=DAY))


def _thresholds(thresholds: QueueThresholds, path: Path) -> Iterator[Remark]:
    for figure in thresholds.__struct_fields__:
        threshold, most = getattr(thresholds, figure), 1.0 if figure in SHARES else DAY
        for level in ("warn", "bad"):
            value = getattr(threshold, level)
            if value is not None and not 0 <= value <= most:
                yield Remark(
                    (*path, figure, level), said("is {value:g}", value=value), said("write 0 to {most:g}", most=most)
                )
        if threshold.warn is None or threshold.bad is None:
            continue
        if (threshold.bad > threshold.warn) if figure in LOW_IS_BAD else (threshold.bad < threshold.warn):
            way_out = (
                said("write the higher value under warn")
                if figure in LOW_IS_BAD
                else said("write the lower one under warn")
            )
            yield Remark((*path, figure), said("is bad before it warns"), way_out)
