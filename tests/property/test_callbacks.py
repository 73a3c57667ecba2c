"""Whatever happens: no callback is lost, none is dialled twice for one attempt, never more than agents reserved."""

from collections import Counter
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tandem.acd.contact import UNANSWERED
from tandem.control import commands, events, wire
from tandem.control.callback.callback_settings import Abandoned, CallbackSettings, Dialling, Retry
from tandem.control.plane import Plane
from tandem.control.settings import DialPlan, Settings
from tandem.ivr.face import Answer
from tandem.ivr.reader import read_flow
from tests.control.desk import FLOW, Desk
from tests.control.desk import settings as centre
from tests.control.playbook import these
from tests.property.test_plane import check_leaks

AGENTS = ("1001", "1002")
VERSIONS = tuple(read_flow(FLOW.replace("We are sorry", words), "line.yaml") for words in ("We are sorry", "Sorry"))
Step = Callable[[Desk, int], object]


def pick_of(names: dict[str, object], pick: int, default: str) -> str:
    return sorted(names)[pick % len(names)] if names else default


def leg(desk: Desk, pick: int) -> str:
    return pick_of(dict(desk.plane.state.legs), pick, "tandem-leg-x-1")


def customer(desk: Desk, pick: int) -> str:
    """The customer of a callback: of its attempt at hand, or of the one before."""
    callback = desk.plane.state.callbacks.get(pick_of(dict(desk.plane.state.callbacks), pick // 2, ""))
    return f"{callback.id}-{callback.attempt - (pick % 5 == 0)}" if callback else "tandem-callback-c0-1-1"


def call(desk: Desk, pick: int) -> str:
    return pick_of(dict(desk.plane.state.calls), pick, "c0")


def enters(desk: Desk, pick: int) -> str:
    """Somebody calls; a call has an id of its own for ever."""
    name = f"c{len(desk.history)}"
    desk.call(name, f"1380000000{pick % 3}")
    return name


def press(desk: Desk, pick: int) -> object:
    name = call(desk, pick)
    return name in desk.plane.state.calls and desk.press((None, "1", "2", "3", "5")[pick // 8 % 5], name)


def bridge(desk: Desk, pick: int) -> object:
    found = desk.plane.state.legs.get(leg(desk, pick))
    return found and desk.tell(events.Bridged(found.call, found.id))


def seen(desk: Desk, pick: int) -> object:
    """A listing that has some of what there is."""
    state = desk.plane.state
    names = [*state.calls, *state.legs, *(callback.contact for callback in state.callbacks.values())]
    channels = tuple(events.SeenChannel(n, n, bool(pick & 1)) for at, n in enumerate(sorted(names)) if pick >> at & 1)
    return desk.tell(events.SwitchFound(f"boot-{pick % 16 == 0}", desk.now, channels, None))


def books(desk: Desk, pick: int) -> None:
    """Somebody calls, waits or not, and is to be called back."""
    name = enters(desk, pick)
    desk.press(("2", "5")[pick // 8 % 2], name)
    if desk.plane.state.calls[name].state == "queued":
        desk.press("1", name)


def picks_up(desk: Desk, pick: int) -> None:
    """The phones of agents ring, and are answered."""
    desk.agent_ready(AGENTS[pick % 2])
    for ringing in [leg.id for leg in desk.plane.state.legs.values() if leg.can("ring")]:
        desk.tell(events.LegRinging(ringing))
        desk.tell(events.LegAnswered(ringing), 1.0)


def gives_up(desk: Desk, pick: int) -> None:
    """Somebody waits, hangs up, and answers the page that they are sent, if they are."""
    name = enters(desk, pick)
    desk.press("2", name)
    desk.tell(events.CallEnded(name), float(pick % 3))
    desk.pass_time(0.0)
    page = f"{name}/1"
    desk.tell(events.LinkOpened(name, 1))
    reader = desk.plane.state.pages[page].reader if page in desk.plane.state.pages else None
    if reader:
        desk.tell(events.PageAnswered(page, reader.session.steps, Answer(key="12"[pick // 4 % 2])))


def is_reached(desk: Desk, pick: int) -> None:
    """Customers whose phones ring answer, and are joined with their agents."""
    for contact in desk.dialling()[: 1 + pick % 2]:
        desk.answers(contact)
    for leg in list(desk.plane.state.legs.values()):
        if pick % 4 and leg.call in desk.plane.state.calls:
            desk.tell(events.Bridged(leg.call, leg.id))


STEPS: tuple[Step, ...] = (
    *(books, picks_up, is_reached) * 4,
    lambda desk, pick: desk.pass_time(60.0 * (pick % 30)),
    enters,
    gives_up,
    gives_up,
    press,
    press,
    lambda desk, pick: desk.tell(events.CallEnded(call(desk, pick))),
    lambda desk, pick: desk.agent_ready(AGENTS[pick % 2]),
    lambda desk, pick: desk.tell(events.AgentWentReady(AGENTS[pick % 2])),
    lambda desk, pick: desk.tell(events.AgentPaused(AGENTS[pick % 2], "lunch")),
    lambda desk, pick: desk.tell(events.DeviceLost(f"PJSIP/{AGENTS[pick % 2]}")),
    lambda desk, pick: desk.tell(events.LegRinging(leg(desk, pick))),
    lambda desk, pick: desk.tell(events.LegAnswered(leg(desk, pick))),
    lambda desk, pick: desk.tell(events.LegAnswered(leg(desk, pick))),
    lambda desk, pick: desk.tell(events.LegFailed(leg(desk, pick), ("no_answer", "declined")[pick % 2])),
    lambda desk, pick: desk.tell(events.LegEnded(leg(desk, pick))),
    bridge,
    lambda desk, pick: desk.answers(customer(desk, pick), machine=pick % 4 == 0),
    lambda desk, pick: desk.answers(customer(desk, pick)),
    lambda desk, pick: desk.tell(events.DialFailed(customer(desk, pick), ("busy", "no_answer", "failed")[pick % 3])),
    lambda desk, pick: desk.tell(events.CallEnded(customer(desk, pick))),
    lambda desk, pick: desk.tell(events.CallbackCancelled(customer(desk, pick).rpartition("-")[0])),
    lambda desk, pick: desk.tell(
        events.CallbackSnoozed(customer(desk, pick).rpartition("-")[0], desk.now + 10.0 * (pick % 30))
    ),
    lambda desk, pick: desk.tell(events.SwitchLost()),
    seen,
    lambda desk, pick: desk.tell(events.Restarted()),
    lambda desk, pick: desk.tell(events.FlowPublished(VERSIONS[pick % 2])),
    lambda desk, pick: desk.tell(events.SettingsLoaded(changed_settings(pick), pick)),
    lambda desk, pick: desk.pass_time(float(pick)),
    lambda desk, pick: desk.pass_time(20.0 * pick),
)
lives = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 255)), max_size=70)


def desk_of(pick: int) -> Desk:
    return Desk(
        dialling=("agent_first", "customer_first")[pick % 2],
        quiet_hours=("", "22:00-08:00")[pick // 2 % 2],
        busy=Retry(1.0, 2),
        ask=bool(pick & 4),
        abandoned=Abandoned(after=1.0, way=("link", "callback")[pick // 2 % 2], most_a_day=9),
        snooze_minutes=1.0,
        expire_hours=1.0,
        most_a_day=20,
    )


def changed_settings(pick: int) -> Settings:
    """Queues go and come back, people too; another way of dialling; nothing may be dialled any more, and may again."""
    way: Dialling = "customer_first" if pick // 4 % 2 else "agent_first"
    then = centre(CallbackSettings(dialling=way, quiet_hours="", expire_hours=1.0))
    acds = (then.acd, replace(then.acd, queues={}), replace(then.acd, agents={}), replace(then.acd, order="age"))
    plan = DialPlan() if pick // 32 % 4 == 3 else then.dial_plan
    return replace(then, acd=acds[pick % 4], dial_plan=plan)


def lived(life: list[tuple[Step, int]], kind: int) -> Desk:
    desk = desk_of(kind)
    for step, pick in life:
        step(desk, pick)
        check(desk)
    return desk


def check(desk: Desk) -> None:
    state, contacts = desk.plane.state, desk.router.contacts
    reserved = {c.id for c in contacts.values() if c.agent}
    assert set(desk.dialling()) <= reserved, "dialled without an agent reserved"
    assert len(desk.dialling()) <= len(AGENTS)
    for callback in state.callbacks.values():
        in_router = callback.contact in contacts
        assert in_router == (callback.state != "asleep"), callback
        assert (callback.contact in state.work) == (callback.state in ("waiting", "dialling")), callback
        call = state.calls.get(callback.contact)
        assert (call is not None and call.callback == callback.id) == (callback.state == "on_line"), callback
        assert not in_router or contacts[callback.contact].enqueued_at == callback.enqueued_at
        assert f"callback-expiry {callback.id}" in state.timers or callback.state in ("dialling", "on_line")
    pairs = Counter((callback.number, callback.queue) for callback in state.callbacks.values())
    assert all(count == 1 for count in pairs.values())
    assert {name for queues in state.booked.values() for name in queues.values()} == set(state.callbacks)
    assert set(state.abandoned) <= set(state.pages)
    check_leaks(desk)
    waiting = {c.id for c in contacts.values() if c.state in UNANSWERED}
    assert waiting == {c.id for c in state.calls.values() if c.state == "queued"} | set(state.work)


@settings(max_examples=200, deadline=None)
@given(lives, st.integers(0, 7))
def test_rule_06_no_callback_is_lost_or_dialled_twice_or_without_an_agent(
    life: list[tuple[Step, int]], kind: int
) -> None:
    """At the end all agents go, everybody hangs up, and time passes: every callback has exactly one end."""
    desk = lived(life, kind)
    for agent in AGENTS:
        desk.tell(events.AgentSignedOut(agent))
    for name in list(desk.plane.state.calls):
        desk.tell(events.CallEnded(name))
    for callback in list(desk.plane.state.callbacks.values()):
        desk.tell(events.DialFailed(callback.contact, "failed"))
    desk.tell(events.SwitchFound("boot-9", desk.now + 1.0, (), ()), 1.0)
    desk.pass_time(3 * 3600.0)
    check(desk)
    out = [command for _, _, commands_ in desk.history for command in commands_]
    dialled = Counter(dial.call for dial in these(commands.DialCustomer, out))
    assert all(count == 1 for count in dialled.values()), dialled
    rows = these(commands.RecordCallback, out)
    ends = Counter(row.callback for row in rows if row.outcome)
    assert set(ends) == {row.callback for row in rows}, "a callback without an end"
    assert all(count == 1 for count in ends.values())
    attempts = Counter((row.callback, row.attempt) for row in these(commands.RecordCallbackAttempt, out))
    assert {f"{name}-{number}" for name, number in attempts} == set(dialled)
    assert all(count == 1 for count in attempts.values())


@settings(max_examples=60, deadline=None)
@given(lives, st.integers(0, 7))
def test_a_replay_gives_the_same_callbacks(life: list[tuple[Step, int]], kind: int) -> None:
    desk = lived(life, kind)
    again = Plane()
    for now, event, out in desk.history:
        assert again.handle(wire.decode(wire.encode(event)), now) == out


@settings(max_examples=60, deadline=None)
@given(lives, st.integers(0, 7))
def test_a_line_released_is_called_back_in_its_interval_and_the_callback_in_none(
    life: list[tuple[Step, int]], kind: int
) -> None:
    desk = lived(life, kind)
    out = [command for _, _, commands_ in desk.history for command in commands_]
    latest = {(row.queue, row.start): row for row in these(commands.RecordInterval, out)}
    waits = Counter(wait.outcome for wait in these(commands.RecordWait, out))
    rows = latest.values()
    assert sum(row.called_back for row in rows) == waits["called_back"]
    assert sum(row.answered for row in rows) == waits["answered"]
    assert sum(row.waiting for row in rows) == sum(
        contact.state in UNANSWERED and contact.on_line for contact in desk.router.contacts.values()
    )
