"""A playbook with callbacks: a flow that offers them, in the menu and in the queue, and a dial plan that has them."""

import msgspec

from tandem.acd.settings import AgentSettings, QueueSettings
from tandem.acd.settings import Settings as AcdSettings
from tandem.control import commands, events
from tandem.control.callback.callback import Callback
from tandem.control.callback.callback_settings import CallbackSettings, Retry
from tandem.control.settings import DialPlan, Settings
from tests.control.playbook import Playbook, one

FLOW = """
name: line
languages: [en]
start: known
apology: sorry
texts:
  again: {en: 'We will call you back, you are number {callback.position}. One to keep it, two to wait.'}
  menu: {en: Two for a person. Five to be called back. Six not to be. Seven later.}
  booked: {en: We will call you.}
  place: {en: One to be called back.}
  no: {en: We can not call you.}
  rate: {en: Please rate us.}
  sorry: {en: We are sorry.}
nodes:
  known:
    type: branch
    cases: [{when: callback.booked, next: again}]
    else: menu
  again:
    type: menu
    text: again
    choices: {1: kept, 2: agent, 3: gone, 4: busy}
    tries: 1
    no_input: no
    wrong_key: no
    failed: kept
  gone: {type: cancel, next: bye}
  busy: {type: snooze, minutes: 10, next: bye}
  menu: {type: menu, text: menu, choices: {2: agent, 5: later}, no_input: no, wrong_key: no, failed: kept}
  agent:
    {type: queue, queue: tech, boost: 7, while_waiting: {offers: [{key: "1", text: place, next: later}]}, next: rate}
  later: {type: callback, queue: tech, boost: 7, next: kept, refused: refused}
  kept: {type: end, text: booked}
  refused: {type: say, text: no, next: agent}
  rate: {type: survey, question: q, text: rate, keys: '12345', next: bye}
  bye: {type: end, text: booked}
"""
NUMBER = "13800000001"
RING = 20.0
CALLBACK = CallbackSettings(ring_seconds=RING, busy=Retry(5.0, 2), no_answer=Retry(20.0, 3), quiet_hours="")
PLAN = DialPlan(("138XXXXXXXX",), trunk="out", caller_id="4008", country="CN")


def settings(callback: CallbackSettings = CALLBACK) -> Settings:
    """One queue, three agents who serve it."""
    queue = QueueSettings("tech", ring_seconds=10.0, wrap_up_seconds=5.0, back_off_seconds=4.0)
    agents = {name: AgentSettings(name, {}, f"PJSIP/{name}") for name in ("1001", "1002", "1003")}
    return Settings(
        lines={"4008": "line"},
        acd=AcdSettings(queues={"tech": queue}, agents=agents),
        dial_plan=PLAN,
        callbacks={"tech": callback},
    )


class Desk(Playbook):
    """A plane whose customers can be called back; `changes` are CallbackSettings' fields."""

    def __init__(self, **changes: object) -> None:
        super().__init__(settings(msgspec.structs.replace(CALLBACK, **changes)), FLOW)

    def books(self, call: str = "c1", caller: str = NUMBER) -> list[commands.Command]:
        """A caller asks in the menu to be called back, and hangs up."""
        self.call(call, caller)
        return self.press("5", call) + self.tell(events.CallEnded(call, 16))

    def waits_and_books(self, call: str = "c1", caller: str = NUMBER, waited: float = 60.0) -> list[commands.Command]:
        """A caller waits for a person, asks by key to be called back, and hangs up."""
        self.call(call, caller)
        self.press("2", call)
        return self.press("1", call, waited) + self.tell(events.CallEnded(call, 16))

    @property
    def callback(self) -> Callback:
        """The only callback there is."""
        (callback,) = self.plane.state.callbacks.values()
        return callback

    def dials(self, agent: str = "1001") -> commands.DialCustomer:
        """An agent becomes ready, and picks up for the callback: the customer is called."""
        leg = one(commands.RingAgent, self.agent_ready(agent)).leg
        self.tell(events.LegRinging(leg))
        return one(commands.DialCustomer, self.tell(events.LegAnswered(leg), 2.0))

    def answers(self, call: str, after: float = 5.0, *, machine: bool = False) -> list[commands.Command]:
        """The customer, or a machine of theirs, takes the call."""
        return self.tell(events.CallEntered(call, f"PJSIP/out-{call}", "4008", "", "4008", machine=machine), after)

    def leg(self) -> str:
        """The only leg there is."""
        (leg,) = self.plane.state.legs
        return leg

    def dialling(self) -> list[str]:
        """The customers whose phones ring, by the state of their callbacks."""
        return [c.contact for c in self.plane.state.callbacks.values() if c.state == "dialling" and not c.given_up]
