"""Random lives with transfers, messages and interruptions in them: nobody is lost, nothing is done twice."""

from collections import Counter

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.control import commands, events, wire
from tandem.control.plane import Plane
from tandem.control.settings import DialPlan
from tandem.control.voice.errands import ERRANDS
from tandem.control.webhooks.webhook_settings import Webhook
from tests.control.playbook import FLOW, SETTINGS, Playbook, these
from tests.property.test_plane import CALLS, STEPS, Step, check

ERRAND_FLOW = (
    FLOW.replace("2: agent}", "2: agent, 3: shop, 4: message}").replace(
        "next: orders}]",
        "next: orders}, {key: '3', text: offer, next: shop}, {key: '4', text: offer, next: message}]",
    )
    + """
  shop: {type: transfer, to: '2001', next: menu, failed: message}
  message: {type: voicemail, queue: tech, next: menu, failed: bye}
"""
)
OUTSIDE = msgspec.structs.replace(SETTINGS, dial_plan=DialPlan(("2001",)), webhooks={"crm": Webhook("crm")})


def choose(book: Playbook, pick: int) -> object:
    call = CALLS[pick % 4]
    return call in book.plane.state.calls and book.press("34"[pick // 4 % 2], call)


def back(book: Playbook, pick: int) -> object:
    """A call enters, with the word of some transfer or none."""
    call = CALLS[pick % 4]
    outcome = ("answered", "busy", "failed")[pick // 4 % 3]
    word = events.Transferred(pick // 12 % 3, outcome, 5.0) if pick // 36 % 3 else None
    return book.tell(events.CallEntered(call, f"PJSIP/trunk-{call}", "1380", "", "4008", transferred=word))


def recorded(book: Playbook, pick: int) -> object:
    return book.tell(events.VoicemailRecorded(f"voicemail-{CALLS[pick % 4]}-{pick // 4 % 3}", float(pick % 5)))


ALL_STEPS: tuple[Step, ...] = (
    *STEPS,
    choose,
    choose,
    choose,
    back,
    back,
    recorded,
    recorded,
    recorded,
    lambda book, pick: book.tell(events.TransferAnswered(CALLS[pick % 4])),
    lambda book, pick: book.tell(events.CommandFailed("Transfer", CALLS[pick % 4], "no such channel")),
    lambda book, pick: book.tell(events.CommandFailed("TakeVoicemail", CALLS[pick % 4], "disk full")),
    lambda book, pick: book.tell(events.Listened(CALLS[pick % 4], pick % 7, None)),
)
lives = st.lists(st.tuples(st.sampled_from(ALL_STEPS), st.integers(0, 255)), max_size=80)


def live(life: list[tuple[Step, int]]) -> Playbook:
    book = Playbook(OUTSIDE, ERRAND_FLOW)
    for step, pick in life:
        step(book, pick)
        check(book)
        check_errands(book)
    return book


def check_errands(book: Playbook) -> None:
    state = book.plane.state
    waiting = {voicemail.id for voicemail in state.voicemails.values() if voicemail.left_at is not None}
    assert waiting == {name for name, work in state.work.items() if work.kind == "voicemail"}
    for call in state.calls.values():
        assert (call.transfer is not None) == (call.state == "transferring")
        assert (call.voicemail != "") == (call.state == "recording")
        assert call.out <= call.listen
        assert call.voicemail == "" or call.voicemail in state.voicemails
        assert not (call.state in ERRANDS and call.leg)


@settings(max_examples=300, deadline=None)
@given(lives)
def test_errands_calls_and_work_never_disagree(life: list[tuple[Step, int]]) -> None:
    book = live(life)
    rows = [row for _, _, out in book.history for row in these(commands.RecordVoicemail, out)]
    left = Counter(row.voicemail for row in rows if row.heard_at is None)
    heard = Counter(row.voicemail for row in rows if row.heard_at is not None)
    orders = {order for _, _, out in book.history for order in these(commands.Transfer, out)}
    assert max(Counter((order.call, order.number) for order in orders).values(), default=1) == 1
    assert set(heard) <= set(left)


@settings(max_examples=150, deadline=None)
@given(lives)
def test_a_replay_gives_the_commands_of_the_run(life: list[tuple[Step, int]]) -> None:
    again = Plane()
    for now, event, out in live(life).history:
        assert again.handle(wire.decode(wire.encode(event)), now) == out


@settings(max_examples=150, deadline=None)
@given(lives)
def test_every_interval_balances_with_work_in_queues(life: list[tuple[Step, int]]) -> None:
    latest: dict[tuple[str, float], commands.RecordInterval] = {}
    for _, _, out in live(life).history:
        latest |= {(row.queue, row.start): row for row in these(commands.RecordInterval, out)}
    for row in latest.values():
        parts = row.answered + row.abandoned + row.overflowed_out + row.called_back + row.self_served + row.lost
        assert row.offered == parts + row.waiting


@settings(max_examples=150, deadline=None)
@given(lives)
def test_whoever_is_in_the_flow_hears_something_sooner_or_later(life: list[tuple[Step, int]]) -> None:
    """Either a Listen is out whose end moves the session, or the call is away and its entry does."""
    book = live(life)
    book.tell(
        events.SwitchFound(
            "boot-0", book.now, tuple(events.SeenChannel(call, call, True) for call in book.plane.state.calls), ()
        )
    )
    for call in list(book.plane.state.calls.values()):
        if call.state in ("flow", "queued") and not call.flow_ended:
            assert call.away or call.out, call
