"""What a board shows, and what of it is told."""

from msgspec.structs import replace

from tandem.acd.settings import QueueSettings
from tandem.control import commands, events
from tandem.control.board.board_settings import BoardSettings, QueueThresholds, Threshold
from tandem.control.board.today import MOST_ALARMS
from tandem.control.page.page import subject
from tests.control.boards import Follower
from tests.control.playbook import SETTINGS, Playbook, one


def begun(**settings: object) -> tuple[Playbook, Follower]:
    book = Playbook(replace(SETTINGS, **settings))
    return book, Follower(book.plane, book.now)


def test_a_queue_shows_who_waits_since_when_and_who_could_come() -> None:
    book, board = begun()
    tech = board.queues["tech"]
    assert (tech.waiting, tech.oldest, tech.ready, tech.at_work, tech.served) == (0, None, 0, 0, True)
    assert tech.estimate is None  # nobody is at work: nobody can be told
    book.queue("c1")
    came = book.now
    book.queue("c2")
    board.check(book.plane, book.now)
    assert (board.queues["tech"].waiting, board.queues["tech"].oldest) == (2, came)
    leg = one(commands.RingAgent, book.agent_ready("1001")).leg
    for event in (events.LegRinging(leg), events.LegAnswered(leg), events.Bridged("c1", leg)):
        book.tell(event)
    book.queue("c3")
    board.check(book.plane, book.now)
    tech = board.queues["tech"]
    assert (tech.waiting, tech.in_talk, tech.ready, tech.at_work) == (2, 1, 0, 1)
    assert tech.estimate is not None
    assert tech.estimate.earliest <= tech.estimate.mean <= tech.estimate.latest
    assert (tech.today.offered, tech.today.answered) == (3, 1)
    assert [(one.offered, one.answered) for one in tech.recent] == [(3, 1)]


def test_a_talk_that_ends_and_what_an_agent_wants_next_are_seen() -> None:
    book, board = begun()
    leg = book.talk("c1", "1001")
    board.check(book.plane, book.now)
    assert board.queues["tech"].in_talk == 1
    assert [contact.contact for contact in board.agents["1001"].contacts] == ["c1"]
    book.tell(events.AgentPaused("1001", "lunch"))
    board.check(book.plane, book.now)
    assert (board.agents["1001"].state, board.agents["1001"].wants) == ("connected", "paused")
    book.tell(events.LegEnded(leg))
    board.check(book.plane, book.now)
    assert board.queues["tech"].in_talk == 0
    assert board.agents["1001"].contacts == ()


def test_a_queue_that_nobody_can_ever_serve_says_so() -> None:
    odd = QueueSettings("odd", {"mending": 5})
    _, board = begun(acd=replace(SETTINGS.acd, queues=SETTINGS.acd.queues | {"odd": odd}))
    assert not board.queues["odd"].served
    assert board.queues["tech"].served


def test_only_what_is_different_is_told_and_only_once() -> None:
    book, board = begun()
    book.agent_ready("1001")
    changes = board.follow(book.now)
    assert [agent.agent for agent in changes.agents] == ["1001"]
    assert [queue.ready for queue in changes.queues] == [1]
    assert changes.centre is None
    nothing = board.follow(book.now)
    assert (nothing.queues, nothing.agents, nothing.centre) == ((), (), None)
    woken = board.woken
    book.call("c1")
    assert board.woken > woken


def test_what_is_in_no_settings_any_more_is_gone() -> None:
    book, board = begun()
    without = {name: agent for name, agent in SETTINGS.acd.agents.items() if name != "1003"}
    book.tell(events.SettingsLoaded(replace(SETTINGS, acd=replace(SETTINGS.acd, agents=without, queues={}))))
    changes = board.follow(book.now)
    assert (changes.gone_agents, changes.gone_queues) == (("1003",), ("tech",))
    board.check(book.plane, book.now)


def test_nothing_is_followed_once_nobody_looks() -> None:
    book, board = begun()
    book.plane.close_board()
    woken = board.woken
    book.call("c1")
    assert board.woken == woken


def test_contacts_of_the_day_by_channel_and_outcome() -> None:
    book, board = begun()
    book.call("c1")
    book.tell(events.CallEnded("c1"))
    book.queue("c2")
    book.tell(events.CallEnded("c2"), 5.0)
    board.follow(book.now)
    assert board.centre.outcomes == {"voice": {"left_menu": 1, "abandoned": 1}}
    assert (board.queues["tech"].today.abandoned, board.queues["tech"].today.abandoned_in_target) == (1, 1)


def test_links_are_counted_by_what_became_of_them() -> None:
    book, board = begun()
    book.call("c1")
    book.press("1")
    book.tell(events.LinkDelivered("c1", 1, "sip"))
    book.tell(events.LinkOpened("c1", 1))
    book.tell(events.LinkOpened("c1", 1))
    board.follow(book.now)
    assert board.centre.links == {"requested": 1, "delivered": 1, "opened": 1}
    assert subject("c1", 1) in book.plane.state.pages


def test_a_day_ends_at_midnight_where_the_centre_is() -> None:
    book, board = begun(time_zone="Asia/Shanghai")
    book.queue("c1")
    board.follow(book.now)
    assert (board.centre.until - board.centre.began, (board.centre.began + 8 * 3600) % 86400) == (86400, 0)
    book.tell(events.CallEnded("c1"), board.centre.until - book.now + 1)  # it came yesterday
    book.queue("c2")
    board.follow(book.now)
    today = board.queues["tech"].today
    assert (today.offered, today.abandoned) == (1, 0)
    assert board.centre.began <= book.now < board.centre.until


def test_another_time_zone_moves_midnight_and_forgets_nothing() -> None:
    book, board = begun()
    book.queue("c1")
    book.tell(events.SettingsLoaded(replace(SETTINGS, time_zone="Asia/Shanghai")))
    board.follow(book.now)
    assert board.queues["tech"].today.offered == 1
    assert (board.centre.until + 8 * 3600) % 86400 == 0


def test_repairs_and_alarms_of_the_day() -> None:
    book, board = begun()
    for number in range(MOST_ALARMS + 5):
        book.tell(events.CommandFailed("Play", f"c{number}", "no such file"))
    board.follow(book.now)
    assert board.centre.counted["Play failed"] == MOST_ALARMS + 5
    assert len(board.centre.alarms) == MOST_ALARMS
    assert board.centre.alarms[-1].subject == f"c{MOST_ALARMS + 4}"
    book.tell(events.CallEnded("nobody"), 86400.0)
    board.follow(book.now)
    assert board.centre.counted == {}
    assert len(board.centre.alarms) == MOST_ALARMS  # whoever comes in the morning sees what happened in the night


def test_the_switch_and_the_thresholds() -> None:
    thresholds = BoardSettings(QueueThresholds(waiting=Threshold(warn=3)))
    book, board = begun(board=thresholds)
    assert (board.centre.switch_up, board.centre.thresholds) == (True, thresholds)
    book.tell(events.SwitchLost())
    assert board.follow(book.now).centre is not None
    assert not board.centre.switch_up
