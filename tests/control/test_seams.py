"""Where parts meet: pages and the voice, callbacks and queues, and every command of a flow for whoever walks it."""

import msgspec
import pytest

from tandem.control import admin, commands, events
from tandem.control.page import reading
from tandem.control.settings import DialPlan
from tandem.control.voice import walking
from tandem.ivr import commands as ivr
from tandem.ivr.face import Answer
from tandem.ivr.reader import read_flow
from tests.control.desk import FLOW as DESK_FLOW
from tests.control.desk import NUMBER, Desk
from tests.control.playbook import FLOW, SETTINGS, Playbook, one, said, these
from tests.control.test_pages import BOOKING, LINE

ERRANDS = {
    "look": "{type: lookup, service: orders, path: /days, next: booked, failed: end}",
    "shop": "{type: transfer, to: '2001', next: booked, failed: end}",
    "message": "{type: voicemail, queue: tech, next: booked, failed: end}",
    "later": "{type: callback, queue: tech, next: booked, refused: end}",
}
OUTSIDE = msgspec.structs.replace(SETTINGS, dial_plan=DialPlan(("2001", "138XXXXXXXX")))
FORM = {"day": "2026-02-03", "name": "Ann"}


def waiting(done: str) -> Playbook:
    """A caller who waits with music and has a page open; when it is done, or at key 1, the call goes to `done`."""
    book = Playbook(OUTSIDE)
    line = LINE.replace("2: queue}", "2: queue, 3: booked}").replace("done: booked", f"done: {done}")
    line = line.replace("announce_every: 10}", f"offers: [{{key: '1', text: place, next: {done}}}]}}")
    line += f"  {done}: {ERRANDS[done]}\n" if done in ERRANDS else ""
    book.tell(events.FlowPublished(read_flow(line, "line.yaml", {"booking": BOOKING}.get)))
    book.call()
    book.press("1")
    book.tell(events.LinkDelivered("c1", 1, "webhook"))
    book.press(None)
    book.tell(events.LinkOpened("c1", 1))
    return book


def submit(book: Playbook) -> list[commands.Command]:
    reader = book.plane.state.pages["c1/1"].reader
    assert reader
    return book.tell(events.PageAnswered("c1/1", reader.session.steps, Answer(values=FORM, submitted=True)))


@pytest.mark.parametrize(
    ("done", "wanted"),
    [
        ("look", commands.LookUp),
        ("shop", commands.Transfer),
        ("message", commands.TakeVoicemail),
        ("later", commands.RecordCallback),
        ("booked", commands.RecordWait),
    ],
)
def test_whatever_a_page_leads_to_the_music_ends_once(done: str, wanted: type[commands.Command]) -> None:
    book = waiting(done)
    out = submit(book)
    assert these(wanted, out)
    assert one(commands.Interrupt, out).call == "c1"
    orders = [type(c) for c in out if isinstance(c, commands.Interrupt | commands.Transfer | commands.TakeVoicemail)]
    assert orders[0] is commands.Interrupt, "an order comes after what it cuts short"


def test_a_key_of_what_was_heard_before_is_no_answer_to_what_came_after() -> None:
    book = waiting("look")
    old = book.plane.state.calls["c1"].out
    submit(book)
    assert these(commands.Listen, book.tell(events.Listened("c1", old, "1"))) == []
    assert said(book.tell(events.LookedUp("c1", 1, {}))) == "You are booked."


def test_a_page_that_hangs_up_interrupts_nothing() -> None:
    out = submit(waiting("end"))
    assert one(commands.HangUpCall, out).call == "c1"
    assert these(commands.Interrupt, out) == []


@pytest.mark.parametrize("done", ["look", "shop", "message", "booked"])
def test_what_a_page_led_to_while_its_call_was_away_is_due_when_it_is_back(done: str) -> None:
    book = waiting(done)
    book.tell(events.Restarted())
    assert these(commands.Interrupt, submit(book)) == []
    out = book.reenter()
    if done == "look":
        out = book.tell(events.LookedUp("c1", 1, {}))
    orders: dict[str, type[commands.Command]] = {"shop": commands.Transfer, "message": commands.TakeVoicemail}
    assert len(these(orders.get(done, commands.Listen), out)) == 1


@pytest.mark.parametrize(("done", "state"), [("shop", "transferring"), ("message", "recording")])
def test_a_page_that_is_done_meanwhile_disturbs_no_transfer_and_no_message(done: str, state: str) -> None:
    book = waiting(done)
    book.press("1")
    assert book.plane.state.calls["c1"].state == state
    out = submit(book)
    assert these(commands.Interrupt, out) == []
    assert book.plane.state.calls["c1"].state == state


def test_a_page_that_is_done_while_an_agents_phone_rings_takes_the_offer_back() -> None:
    book = waiting("booked")
    leg = one(commands.RingAgent, book.agent_ready("1001")).leg
    book.tell(events.LegRinging(leg))
    out = submit(book)
    assert one(commands.HangUpLeg, out).leg == leg
    assert one(commands.Interrupt, out)
    assert book.tell(events.Bridged("c1", leg)) == []
    assert said(book.reenter(last_leg=leg)) == "You are booked."


# --- callbacks ---------------------------------------------------------------------------------------------------


def reached(desk: Desk) -> str:
    """The customer talks with the agent; returns the leg."""
    desk.answers(desk.dials().call)
    leg = desk.leg()
    desk.tell(events.Bridged(desk.plane.state.legs[leg].call, leg))
    return leg


def test_who_was_called_back_and_waits_again_hears_the_flow() -> None:
    desk = Desk()
    source = """
  rate: {type: menu, text: rate, choices: {1: agent}, no_input: no, wrong_key: no, failed: bye}
"""
    flow = DESK_FLOW[: DESK_FLOW.index("  rate: {type")] + source[1:] + DESK_FLOW[DESK_FLOW.index("  bye: {type") :]
    desk.tell(events.FlowPublished(read_flow(flow, "line.yaml")))
    desk.waits_and_books()
    leg = reached(desk)
    (call,) = desk.plane.state.calls
    desk.tell(events.LegEnded(leg))
    assert "Please rate us" in said(desk.reenter(call, leg))
    desk.press("1", call)
    assert desk.plane.state.calls[call].state == "queued"
    music = one(commands.Listen, desk.reenter(call, leg))
    assert "1" in music.keys, "the queue's offers, not the music of who is called back"


def test_who_was_called_back_without_a_way_on_is_let_go_whoever_tells_first() -> None:
    desk = Desk()
    desk.books()
    leg = reached(desk)
    (call,) = desk.plane.state.calls
    desk.tell(events.FlowPublished(read_flow(FLOW, "line.yaml")))  # nobody walks the old version any more
    desk.tell(events.LegEnded(leg))
    out = desk.tell(events.Listened(call, desk.plane.state.calls[call].out, None))
    assert one(commands.HangUpCall, out).call == call


def test_a_page_can_cancel_and_snooze_what_is_booked_for_its_caller() -> None:
    desk = Desk()
    desk.books()
    guide = events.GuideBegan("guide-1", "line", variables={"caller.number": NUMBER, "callback.booked": True})
    for key, state in (("4", "asleep"), ("3", "")):
        desk.tell(msgspec.structs.replace(guide, guide=f"guide-{key}"))
        step = desk.plane.state.guides[f"guide-{key}"].session.steps
        desk.tell(events.GuideAnswered(f"guide-{key}", step, Answer(key=key)))
        assert [callback.state for callback in desk.plane.state.callbacks.values()] == ([state] if state else [])


# --- every command, every errand ---------------------------------------------------------------------------------


def test_every_command_of_a_flow_is_seen_to_for_everyone_who_walks_one() -> None:
    every = {kind for kind in vars(ivr).values() if isinstance(kind, type) and issubclass(kind, ivr.Command)}
    every.remove(ivr.Command)
    assert set(walking.FROM_FLOW) == every
    hears_and_stands_in_queues = {ivr.Listen, ivr.LeaveQueue, ivr.RecordOffer}
    assert set(reading.FROM_FLOW) | set(reading.NEEDS_A_CALL) == every - hears_and_stands_in_queues


def test_every_timer_that_is_set_has_somebody_who_serves_it() -> None:
    desk = Desk()
    desk.books()
    desk.tell(events.GuideBegan("guide-1", "line"))
    book = waiting("look")
    submit(book)
    kinds = {name.partition(" ")[0] for plane in (desk.plane, book.plane) for name in plane.state.timers}
    assert {"page", "guide", "lookup", "callback-expiry", "bookings"} <= kinds <= set(admin.TIMERS)


def test_what_was_asked_and_not_answered_is_asked_again_once() -> None:
    """Whose call is there, is told of a transfer and a message when it enters: see above."""
    book = waiting("look")
    lookup = one(commands.LookUp, submit(book))
    book.call("c2")
    link = one(commands.SendLink, book.press("1", "c2"))
    out = book.tell(events.Restarted())
    assert one(commands.LookUp, out) == lookup
    assert one(commands.SendLink, out) == link
    for call in ("c1", "c2"):
        assert these(commands.LookUp, book.reenter(call)) == []
