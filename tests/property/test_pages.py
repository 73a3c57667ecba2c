"""What must hold of pages and guides whatever happens to their calls."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.control import commands, events, guides, pages, wire
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
lives = st.lists(st.tuples(st.sampled_from(STEPS + PAGE_STEPS * 2), st.integers(0, 255)), max_size=60)


def live(life: list[tuple[Step, int]]) -> Playbook:
    book = Playbook()
    book.tell(events.FlowPublished(read_flow(LINE, "line.yaml", {"booking": BOOKING}.get)))
    for step, pick in life:
        step(book, pick)
        check(book)
        look(book)
    return book


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
