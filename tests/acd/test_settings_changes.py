"""Settings change while contacts wait and agents talk: nothing is reset."""

from tandem.acd.commands import Offer, RecordAgentState, WithdrawOffer
from tandem.acd.events import AgentPaused, ContactFinished, ContactQueued, SettingsChanged
from tandem.acd.settings import Settings
from tests.acd.playbook import Playbook, offered_to, settings

BOTH = settings({"help": {}, "tv": {"tv": 3}}, {"ann": {"tv": 2}, "bob": {}})


def test_a_reload_moves_nobody() -> None:
    book = Playbook(BOTH, "ann", "bob")
    book.tell(AgentPaused("bob", "lunch"))
    book.tell(ContactQueued("c1", "tv"))
    before = (dict(book.state.agents), dict(book.state.contacts))
    assert book.after(60, SettingsChanged(BOTH)) == []
    assert (book.state.agents, book.state.contacts) == before
    assert book.records == []


def test_a_new_skill_is_used_at_once() -> None:
    book = Playbook(BOTH, "ann")
    book.tell(ContactQueued("c1", "tv"))
    changed = settings({"tv": {"tv": 3}}, {"ann": {"tv": 3}})
    assert offered_to(book.tell(SettingsChanged(changed))) == [("c1", "ann")]


def test_a_new_priority_reorders_those_who_wait() -> None:
    book = Playbook(BOTH)
    book.tell(ContactQueued("c1", "help"))
    book.after(1, ContactQueued("c2", "tv"))
    gold = settings({"tv": {}}, {}, priority=1)
    book.tell(SettingsChanged(Settings(BOTH.queues | gold.queues, BOTH.agents)))
    assert offered_to(book.make_ready("ann")) == [("c2", "ann")]


def test_contacts_of_a_removed_queue_are_served_as_they_were() -> None:
    book = Playbook(settings({"help": {"tv": 1}}, {"ann": {"tv": 2}, "bob": {}}, ring_seconds=7))
    book.tell(ContactQueued("c1", "help"))
    book.tell(SettingsChanged(settings({}, {"ann": {"tv": 2}, "bob": {}})))
    assert not book.router.has_queue("help")
    assert book.make_ready("bob") == []
    assert book.make_ready("ann") == [Offer(1, "c1", "ann", 7)]


def test_a_removed_queue_is_forgotten_once_it_is_empty() -> None:
    nothing = settings({}, {"ann": {}})
    book = Playbook(settings({"help": {}}, {"ann": {}}), "ann")
    book.talk("c1")
    book.tell(SettingsChanged(nothing))
    assert list(book.state.retired) == ["help"]
    book.after(9, ContactFinished("c1"), SettingsChanged(nothing))
    assert book.state.retired == {}


def test_a_removed_agent_finishes_the_talk_and_is_gone() -> None:
    book = Playbook(BOTH, "ann")
    book.talk("c1")
    book.tell(SettingsChanged(settings({"help": {}}, {"bob": {}})))
    assert book.agent("ann").state == "connected"
    book.after(60, ContactFinished("c1"))
    assert book.agent("ann").state == "wrap_up"
    book.after(30)
    assert [record.new_state for record in book.recorded(RecordAgentState)] == ["signed_out"]
    assert "ann" not in book.state.agents


def test_removed_agents_take_nothing_more() -> None:
    book = Playbook(BOTH, "ann", "bob")
    book.tell(ContactQueued("c1", "help"))
    done = book.tell(SettingsChanged(settings({"help": {}}, {})))
    assert done == [WithdrawOffer(1, "c1", "ann", "agent signed_out")]
    assert book.state.agents == {}
    assert book.contact("c1").state == "waiting"


def test_whether_anybody_can_ever_serve_a_queue() -> None:
    book = Playbook(BOTH)
    assert book.router.can_ever_serve("help")
    assert not book.router.can_ever_serve("tv")
    assert not book.router.can_ever_serve("nowhere")
