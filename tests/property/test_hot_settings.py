"""Settings change in the middle of everything: made up at random, amid random lives of contacts and agents.

Life (test_acd_router.py) checks every rule of the router after every event, and that a restored twin does the same.
Here each change is also compared with the moment before it: nothing is reset, nobody loses a call.
"""

from copy import deepcopy

from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.acd import events
from tandem.acd.commands import Offer
from tandem.acd.events import Event
from tandem.acd.intervals import OUTCOMES
from tandem.acd.plan import Condition, Step
from tandem.acd.router import Router
from tandem.acd.settings import AgentSettings, QueueSettings, Settings
from tandem.acd.state import State
from tests.property.test_acd_router import START, STEPS, Life

QUEUES, AGENTS = ["tv", "phone", "anybody", "both"], list("abcdef")
TALKING = ("connected", "held", "interrupted")

conditions = st.sampled_from([
    None,
    Condition("length", 2, 1),
    Condition("agents_ready", 0, 1),
    Condition("estimated_wait", 100, 50),
    Condition("service_level", 0.4, 0.8),
])  # fmt: skip
needs = st.sampled_from([{}, {"tv": 1}, {"tv": 3}, {"phone": 2}, {"tv": 1, "phone": 1}])
steps = st.builds(
    Step,
    after=st.sampled_from([0.0, 5.0, 20.0]),
    when=conditions,
    needs=st.none() | needs,
    team=st.sampled_from(["", "blended"]),
    vendor=st.sampled_from(["", "acme"]),
    priority=st.integers(0, 1),
    offer=st.sampled_from([None, "callback"]),
    move=st.sampled_from(["", "", "", *QUEUES]),
)
queues = st.fixed_dictionaries({
    "needs": needs,
    "priority": st.integers(0, 2),
    "ageing": st.sampled_from([0.5, 1.0, 3.0]),
    "keep_free": st.sampled_from([0, 0, 0, 1]),
    "resume_free": st.sampled_from([0, 0, 1, 2]),
    "ring_seconds": st.sampled_from([5.0, 20.0]),
    "wrap_up_seconds": st.sampled_from([0.0, 40.0]),
    "misses_before_pause": st.sampled_from([1, 2, 9]),
    "longest_wait": st.sampled_from([0.0, 0.0, 45.0]),
    "plan": st.lists(steps, max_size=3).map(tuple),
    "channel": st.sampled_from(["voice", "voice", "chat", "mail"]),
})  # fmt: skip
agents = st.fixed_dictionaries({
    "skills": st.dictionaries(st.sampled_from(["tv", "phone"]), st.integers(1, 5)),
    "certified_until": st.dictionaries(st.sampled_from(["tv", "phone"]), st.sampled_from([START + 40, START + 900])),
    "team": st.sampled_from(["", "blended"]),
    "vendor": st.sampled_from(["", "acme"]),
    "costs": st.dictionaries(st.sampled_from(["voice", "chat", "mail"]), st.sampled_from([20, 40, 60, 100])),
})  # fmt: skip
centres = st.builds(
    lambda queues, agents, order: Settings(
        {name: QueueSettings(name, **fields) for name, fields in queues.items()},
        {name: AgentSettings(name, device=f"PJSIP/{name}", **fields) for name, fields in agents.items()},
        order=order,
    ),
    st.dictionaries(st.sampled_from(QUEUES), queues, min_size=1),
    st.dictionaries(st.sampled_from(AGENTS), agents, min_size=2),
    st.sampled_from(["age", "age", "service_objective"]),
)

often = ["queued", "queued too", "signed in", "device found", "connected"]
happens = st.tuples(st.sampled_from([*sorted(STEPS), *often]), st.integers(0, 60), st.sampled_from([0, 0, 1, 3, 7, 30]))
lives = st.lists(st.tuples(st.lists(happens, min_size=4, max_size=15), centres), min_size=2, max_size=6)
Lived = list[tuple[list[tuple[str, int, int]], Settings]]


class HotLife(Life):
    """A life in which every change of settings is compared with the moment before it."""

    def tell(self, event: Event) -> None:
        before = deepcopy(self.router.snapshot())
        super().tell(event)
        if isinstance(event, events.SettingsChanged):
            self.check_nothing_was_reset(before, self.router.snapshot())

    def check_nothing_was_reset(self, before: State, after: State) -> None:
        for name, then in before.agents.items():
            # What can wait is given back by who is in no settings any more, and may have been all they had.
            stays = any(not before.contacts[contact].interruptible for contact in then.contacts)
            if name in after.settings.agents or stays:
                now = after.agents[name]
                assert (now.idle_since, now.paused_since) == (then.idle_since, then.paused_since), name
                assert now.since == then.since or now.state != then.state, name
                assert now.wrap_up_until == then.wrap_up_until
        gone = before.contacts.keys() - after.contacts.keys()
        # A customer who is dialled is nobody else's than their agent's, who may be no more.
        assert all(before.contacts[name].outbound and before.contacts[name].state not in TALKING for name in gone)
        assert after.contacts.keys() <= before.contacts.keys()
        for name, contact in before.contacts.items():
            if name in gone:
                continue
            now_it = after.contacts[name]
            assert now_it.enqueued_at == contact.enqueued_at
            # Mail of somebody who was taken out of the settings waits for others.
            in_talk = contact.state in TALKING[:2] and not contact.interruptible
            if in_talk or contact.agent in after.settings.agents:
                assert (now_it.agent, now_it.offer) == (contact.agent, contact.offer)
                assert now_it.state == contact.state or contact.interruptible
        for queue, rows in before.intervals.items():
            counts = {row.start: row for row in after.intervals[queue]}
            for row in rows:
                assert counts[row.start].offered >= row.offered
                assert all(getattr(counts[row.start], outcome) >= getattr(row, outcome) for outcome in OUTCOMES)
        assert after.handled == before.handled
        assert after.patience.keys() >= before.patience.keys()

    def serve_all(self) -> None:
        """Everybody comes to work, every phone is answered, every talk ends; until nothing happens any more."""
        self.tell(events.SwitchFound())
        talks = [contact.id for contact in self.router.snapshot().contacts.values() if contact.state in TALKING]
        ends = [events.AgentDisengaged(name) for name in self.router.snapshot().agents]
        for event in [*map(events.ContactFinished, talks), *ends]:
            self.tell(event)
        for name in list(self.router.snapshot().settings.agents):
            for event in (events.DeviceFound(name), events.AgentSignedIn(name), events.AgentWentReady(name)):
                self.tell(event)
        for _ in range(1000):
            offers: list[Offer] = list(self.shadow.offers.values())
            if offers:
                self.tell(events.ContactConnected(offers[0].offer))
                self.tell(events.ContactFinished(offers[0].contact))
            elif (wakeup := self.router.next_wakeup()) is not None:
                self.pass_time(wakeup - self.now)
            else:
                return
        raise AssertionError("it never ends")


def lived(life: Lived) -> HotLife:
    hot = HotLife()
    for part, centre in life:
        hot.live(part)
        hot.tell(events.SettingsChanged(centre))
    return hot


@settings(deadline=None, max_examples=60)
@given(lives)
def test_rule_13_settings_that_change_in_the_middle_of_everything_reset_nothing(life: Lived) -> None:
    lived(life)


@settings(deadline=None, max_examples=60)
@given(lives)
def test_rule_13_after_any_changes_everybody_who_can_be_served_is_and_nobody_is_stuck(life: Lived) -> None:
    hot = lived(life)
    hot.serve_all()
    state = hot.router.snapshot()
    assert {agent.state for agent in state.agents.values()} <= {"ready"}
    assert {contact.state for contact in state.contacts.values()} <= {"waiting"}
    for contact in state.contacts.values():
        able = [agent for agent in state.agents.values() if hot.able(agent, contact)]
        queue = state.queue(contact.queue)
        stopped = queue.name in state.stopped and queue.resume_free > queue.keep_free
        assert len(able) <= queue.keep_free or stopped


@settings(deadline=None, max_examples=60)
@given(lives)
def test_a_replay_over_all_changes_gives_the_same(life: Lived) -> None:
    hot = lived(life)
    again = Router()
    for event, now, commands in hot.journal:
        assert again.handle(event, now) == commands
    assert again.snapshot() == hot.router.snapshot()
