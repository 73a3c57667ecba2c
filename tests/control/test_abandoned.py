"""Who hangs up after waiting for long is offered a callback: by a link, or booked at once, within limits."""

import pytest

from tandem.control import commands, events
from tandem.control.callback.callback_settings import Abandoned
from tandem.control.page import pages
from tandem.ivr.face import Answer
from tests.control.desk import NUMBER, Desk
from tests.control.playbook import BEGIN, one, these

AFTER = Abandoned(after=60.0)
AT_ONCE = Abandoned(after=60.0, way="callback")


def hangs_up(desk: Desk, waited: float = 60.0, call: str = "c1", caller: str = NUMBER) -> list[commands.Command]:
    """A caller waits for a person, and hangs up; with what falls due at once."""
    desk.call(call, caller)
    desk.press("2", call)
    return desk.tell(events.CallEnded(call, 16), waited) + desk.pass_time(0.0)


def reads(desk: Desk, key: str, page: str = "c1/1") -> list[commands.Command]:
    """The link is opened, and the question on the page answered."""
    call, _, link = page.rpartition("/")
    desk.tell(events.LinkOpened(call, int(link)))
    reader = desk.plane.state.pages[page].reader
    assert reader
    return desk.tell(events.PageAnswered(page, reader.session.steps, Answer(key=key)))


def counted(desk: Desk, why: str) -> int:
    return desk.plane.state.counters.get(f"callbacks not offered: {why}", 0)


def test_a_link_asks_and_a_yes_books_a_callback_of_the_old_age() -> None:
    desk = Desk(abandoned=AFTER)
    out = hangs_up(desk)
    assert one(commands.RecordContact, out).outcome == "abandoned"
    row = one(commands.RecordInterval, out)
    assert (row.offered, row.abandoned, row.called_back, row.waiting) == (1, 1, 0, 0)
    link = one(commands.SendLink, out)
    assert (link.address, link.link, "{link}" in link.text) == (NUMBER, 1, True)
    assert desk.plane.state.callbacks == {}
    out = reads(desk, "1")
    assert one(commands.RecordCallback, out).enqueued_at == BEGIN + 1.0
    view = pages.look(desk.plane.context, desk.plane.state.pages["c1/1"], desk.now)
    assert view
    assert (view.outcome, view.shown.texts) == ("done", ("We will call you back.",))
    call = desk.dials().call
    desk.answers(call)
    leg = desk.leg()
    assert one(commands.RecordCallback, desk.tell(events.Bridged(call, leg))).outcome == "reached"
    desk.tell(events.LegEnded(leg))
    assert "rate us" in str(desk.tell(events.CallEntered(call, f"PJSIP/out-{call}", NUMBER, "", "4008", leg)))


def test_a_no_books_nothing() -> None:
    desk = Desk(abandoned=AFTER)
    hangs_up(desk)
    assert these(commands.RecordCallback, reads(desk, "2")) == []
    assert desk.plane.state.callbacks == {}


def test_who_set_it_so_has_it_booked_at_once() -> None:
    desk = Desk(abandoned=AT_ONCE)
    out = hangs_up(desk)
    assert one(commands.RecordContact, out).outcome == "abandoned"
    assert these(commands.SendLink, out) == []
    assert (desk.callback.enqueued_at, desk.callback.queue) == (BEGIN + 1.0, "tech")
    assert desk.router.contacts[desk.callback.contact].boost == 7.0


@pytest.mark.parametrize(("waited", "caller"), [(59.0, NUMBER), (60.0, "")])
def test_who_waited_shortly_or_withholds_the_number_is_left_alone(waited: float, caller: str) -> None:
    desk = Desk(abandoned=AFTER)
    assert these(commands.SendLink, hangs_up(desk, waited, caller=caller)) == []


def test_nobody_is_offered_one_where_the_queue_does_not_say_so() -> None:
    assert these(commands.SendLink, hangs_up(Desk())) == []


def test_who_may_not_be_called_or_was_offered_one_today_is_left_alone() -> None:
    desk = Desk(abandoned=AFTER)
    assert these(commands.SendLink, hangs_up(desk, caller="19000000001")) == []
    assert counted(desk, "not allowed") == 1
    assert len(these(commands.SendLink, hangs_up(desk, call="c2"))) == 1
    assert these(commands.SendLink, hangs_up(desk, call="c3")) == []
    assert counted(desk, "offered today") == 1
    desk.pass_time(86400.0)
    assert desk.plane.state.offered_back == {}
    assert desk.plane.state.abandoned == {}


def test_who_calls_again_needs_the_page_no_more() -> None:
    desk = Desk(abandoned=Abandoned(after=60.0, most_a_day=2))
    hangs_up(desk)
    desk.call("c2")
    assert desk.plane.state.abandoned == {}
    assert these(commands.RecordCallback, reads(desk, "1")) == []
    view = pages.look(desk.plane.context, desk.plane.state.pages["c1/1"], desk.now)
    assert view
    assert view.shown.texts == ("We can not call you back any more.",)
    desk.press("2", "c2")
    assert len(these(commands.SendLink, desk.tell(events.CallEnded("c2"), 70.0) + desk.pass_time(0.0))) == 1


def test_who_calls_again_and_waits_takes_over_what_was_booked_at_once() -> None:
    desk = Desk(abandoned=AT_ONCE)
    hangs_up(desk)
    desk.call("c2")
    out = desk.press("2", "c2", 100.0)
    assert one(commands.RecordCallback, out).outcome == "rejoined"
    assert desk.router.contacts["c2"].enqueued_at == BEGIN + 1.0


def test_nobody_is_written_to_in_the_quiet_hours() -> None:
    desk = Desk(abandoned=AFTER, quiet_hours="21:40-08:00")
    assert these(commands.SendLink, hangs_up(desk)) == []
    assert these(commands.SendLink, desk.pass_time(10 * 3600.0)) == []
    assert len(these(commands.SendLink, desk.pass_time(3600.0))) == 1


def test_a_yes_after_all_that_may_be_booked_is_refused() -> None:
    desk = Desk(abandoned=AFTER, most_open=1)
    hangs_up(desk)
    desk.books("c2", "13800000002")
    assert these(commands.RecordCallback, reads(desk, "1")) == []
    assert "any more" in str(pages.look(desk.plane.context, desk.plane.state.pages["c1/1"], desk.now))


def test_a_page_of_a_flow_can_still_have_nobody_called_back() -> None:
    desk = Desk(abandoned=AFTER)
    hangs_up(desk)
    desk.tell(events.GuideBegan("guide-1", "line", variables={"caller.number": NUMBER, "callback.booked": False}))
    step = desk.plane.state.guides["guide-1"].session.steps
    desk.tell(events.GuideAnswered("guide-1", step, Answer(key="5")))
    assert desk.plane.state.guides["guide-1"].outcome == "stuck"
    assert desk.plane.state.callbacks == {}


def test_after_a_kill_the_link_is_asked_for_again_under_the_same_number() -> None:
    desk = Desk(abandoned=AFTER)
    link = one(commands.SendLink, hangs_up(desk))
    assert one(commands.SendLink, desk.tell(events.Restarted())) == link


@pytest.mark.parametrize("becomes", [events.LinkDelivered, events.LinkOpened, events.LinkFailed])
def test_what_became_of_the_link_is_not_forgotten_by_a_kill(becomes: type[events.Event]) -> None:
    desk = Desk(abandoned=AFTER)
    link = one(commands.SendLink, hangs_up(desk))
    why = {events.LinkDelivered: ("sms",), events.LinkFailed: ("no way",)}.get(becomes, ())
    desk.tell(becomes(link.call, link.link, *why))
    assert these(commands.SendLink, desk.tell(events.Restarted())) == []
