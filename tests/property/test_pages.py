"""What must hold of pages and guides whatever happens to their calls."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.control import commands, events, wire
from tandem.control.page import guides, pages
from tandem.control.plane import Plane
from tandem.ivr.everywhere import Meaning
from tandem.ivr.face import Answer
from tandem.ivr.reader import read_flow
from tests.control.playbook import Playbook, these
from tests.control.test_pages import BOOKING, LINE
from tests.property.test_plane import CALLS, STEPS, Step, check

WAYS: tuple[Meaning, ...] = ("repeat", "back", "agent", "slow")
ANSWERS = (
    *(Answer(key=key) for key in "129"),
    *(Answer(way=way) for way in WAYS),
    Answer(text="Ann"),
    Answer(values={"name": "Ann"}),
    Answer(values={"name": "Ann", "day": "1970-01-20"}, submitted=True),
    Answer(values={"day": "never"}, submitted=True),
    Answer(),
)


def page_of(pick: int) -> str:
    return f"{CALLS[pick % 4]}/{1 + pick // 4 % 2}"


def answer_page(book: Playbook, pick: int) -> object:
    """Mostly to the question of now."""
    page = book.plane.state.pages.get(page_of(pick))
    seen = pages.look(book.plane.context, page, book.now) if page else None
    step = seen.shown.step if seen and pick % 7 else pick % 5
    return book.tell(events.PageAnswered(page_of(pick), step, ANSWERS[pick % len(ANSWERS)]))


def answer_guide(book: Playbook, pick: int) -> object:
    guide = book.plane.state.guides.get("guide-1")
    step = guide.session.steps if guide and pick % 7 else pick % 5
    return book.tell(events.GuideAnswered("guide-1", step, ANSWERS[pick % len(ANSWERS)]))


PAGE_STEPS: tuple[Step, ...] = (
    lambda book, pick: book.tell(events.LinkOpened(CALLS[pick % 4], 1 + pick // 4 % 2)),
    lambda book, pick: book.tell(events.LinkOpened(CALLS[pick % 4], 1)),
    answer_page,
    answer_page,
    answer_page,
    answer_page,
    lambda book, pick: pick % 16 == 0 and book.tell(events.PageRevoked(page_of(pick))),
    lambda book, pick: book.tell(events.GuideBegan("guide-1", ("line", "nothing")[pick % 2], "c1")),
    answer_guide,
    lambda book, pick: book.tell(events.GuideEnded("guide-1")),
)
SUBJECTS = (*CALLS, *(f"{call}/{link}" for call in CALLS for link in (1, 2)), "guide-1")
OUTSIDE_STEPS: tuple[Step, ...] = (
    lambda book, pick: book.tell(events.LookedUp(SUBJECTS[pick % len(SUBJECTS)], 1 + pick // 16 % 2, {})),
    lambda book, pick: book.tell(events.LookedUp(SUBJECTS[pick % 12], 1, {})),
    lambda book, pick: book.tell(events.LookupFailed(SUBJECTS[pick % len(SUBJECTS)], 1 + pick // 16 % 2, "no")),
    lambda book, pick: book.tell(events.Notified(SUBJECTS[pick % len(SUBJECTS)], 1)),
    lambda book, pick: book.tell(events.NotifyFailed(SUBJECTS[pick % len(SUBJECTS)], 1, "no")),
    lambda book, pick: book.tell(events.Restarted()),
)
LOOK = "  look: {type: lookup, service: orders, path: /days, next: tell, failed: tell}\n"
TELL = "  tell: {type: notify, service: orders, event: booked, next: %s}\n"
ASKING_LINE = LINE.replace("done: booked", "done: look") + LOOK + TELL % "booked"
ASKING_PAGE = BOOKING.replace("next: thanks\n    failed", "next: look\n    failed") + LOOK + TELL % "thanks"
lives = st.lists(st.tuples(st.sampled_from(STEPS + PAGE_STEPS * 2 + OUTSIDE_STEPS), st.integers(0, 255)), max_size=60)


def live(life: list[tuple[Step, int]]) -> Playbook:
    book = Playbook()
    book.tell(events.FlowPublished(read_flow(ASKING_LINE, "line.yaml", {"booking": ASKING_PAGE}.get)))
    for step, pick in life:
        step(book, pick)
        check(book)
        look(book)
        asked_again(book)
    return book


def asked_again(book: Playbook) -> None:
    """A restart asks again for all that is out, once."""
    _, event, out = book.history[-1]
    state = book.plane.state
    if isinstance(event, events.Restarted):
        asked = [asked.lookup for lookups in state.lookups.values() for asked in lookups.values()]
        assert these(commands.LookUp, out) == asked
        assert these(commands.Notify, out) == [note for notes in state.notes.values() for note in notes.values()]
        links = [(link.call, link.link) for link in these(commands.SendLink, out)]
        requested = [
            (call.id, link.number)
            for call in state.calls.values()
            for link in call.links.values()
            if link.status == "requested"
        ]
        assert links == requested


def look(book: Playbook) -> None:
    """Everything can be shown at any moment; what is over asks nothing."""
    context = book.plane.context
    for page in context.state.pages.values():
        seen = pages.look(context, page, book.now)
        assert seen is None or not (seen.shown.ended and seen.shown.asks)
    for guide in context.state.guides.values():
        assert guides.look(context, guide, book.now).shown.language == "en"


@settings(max_examples=200, deadline=None)
@given(lives)
def test_pages_never_disturb_calls_and_every_answer_is_shown(life: list[tuple[Step, int]]) -> None:
    for _, event, out in live(life).history:
        if isinstance(event, events.PageAnswered) and out:
            assert commands.ShowPage(event.page) in these(commands.ShowPage, out)


@settings(max_examples=100, deadline=None)
@given(lives)
def test_a_replay_gives_the_commands_of_the_run(life: list[tuple[Step, int]]) -> None:
    again = Plane()
    for now, event, out in live(life).history:
        assert again.handle(wire.decode(wire.encode(event)), now) == out


@settings(max_examples=50, deadline=None)
@given(lives)
def test_a_day_later_nothing_is_left_of_any_page(life: list[tuple[Step, int]]) -> None:
    book = live(life)
    for call in CALLS:
        book.tell(events.CallEnded(call))
    book.tell(events.SwitchFound("boot-9", book.now, (), None))
    book.pass_time(25 * 3600.0)
    state = book.plane.state
    assert (state.pages, state.guides, state.lookups) == ({}, {}, {})
    assert not [name for name in state.timers if name.startswith(("page", "guide", "reader"))]
