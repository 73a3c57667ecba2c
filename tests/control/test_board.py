"""What a board shows, and what of it is told."""

from msgspec.structs import replace

from tandem.acd.plan import Condition, Step
from tandem.acd.settings import QueueSettings
from tandem.control import commands, events
from tandem.control.board.board_settings import BoardSettings, QueueThresholds, Threshold
from tandem.control.board.today import MOST_ALARMS
from tandem.control.board.waiting import in_line
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


def test_supervisors_on_a_talk_are_seen_from_the_first_ring_to_the_end() -> None:
    book, board = begun()
    leg = book.talk("c1", "1001")
    book.tell(events.DeviceFound("PJSIP/1002"))

    def on_talk() -> list[tuple[str, str, str, str]]:
        board.check(book.plane, book.now)
        monitors = board.agents["1001"].monitors
        return [(monitor.by, monitor.mode, monitor.state, monitor.device) for monitor in monitors]

    wish = events.MonitoringAsked("1001", "listen", "ann", own="1002")
    monitor = one(commands.RingSupervisor, book.tell(wish)).monitor
    assert on_talk() == [("ann", "listen", "asked", "PJSIP/1002")]
    book.tell(events.MonitorEnded(monitor))
    assert on_talk() == []
    monitor = one(commands.RingSupervisor, book.tell(wish)).monitor
    book.tell(events.MonitorJoined(monitor))
    assert on_talk() == [("ann", "listen", "joined", "PJSIP/1002")]
    book.tell(replace(wish, mode="barge"), 3.0)
    assert on_talk() == [("ann", "barge", "joined", "PJSIP/1002")]
    book.tell(events.LegEnded(leg))
    assert on_talk() == []


def test_who_waits_is_seen_one_by_one_in_the_order_of_the_line() -> None:
    plan = (Step(after=20.0, needs={"tv": 1}), Step(when=Condition("length", 9.0), priority=1))
    acd = replace(SETTINGS.acd, queues={"tech": replace(SETTINGS.acd.queues["tech"], plan=plan)})
    book, _ = begun(acd=acd)
    for call in ("c1", "c2", "c3"):
        book.queue(call)
    book.tell(events.ContactRaised("c3", 2, "ann"))
    book.agent_ready("1001")
    book.tell(events.ContactAssigned("c2", "1001", 60.0, "ann"))
    book.tell(events.ContactAdvanced("c1", 0, "ann"))
    seen = in_line(book.plane.context, "tech", "en", book.now)
    assert seen is not None
    assert [(one.contact, one.state, one.agent, one.priority, one.sticky, one.steps) for one in seen.contacts] == [
        ("c3", "offered", "1001", 2, "", ()), ("c1", "waiting", "", 0, "", (0,)), ("c2", "waiting", "", 0, "1001", ()),
    ]  # fmt: skip
    first = seen.contacts[0]
    assert (first.channel, first.number, first.language, seen.total) == ("voice", "13800000001", "en", 3)
    assert [(step.step, step.words, step.conditional) for step in seen.plan] == [
        (0, "after 20 s: needs tv >= 1", False), (1, "while the queue's length >= 9: priority +1", True),
    ]  # fmt: skip
    assert in_line(book.plane.context, "nowhere", "en", book.now) is None


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
