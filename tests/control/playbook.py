"""A playbook: events in, commands out. The plane is written out and read back between every two events."""

from typing import TypeVar

from tandem.acd.settings import AgentSettings, QueueSettings
from tandem.acd.settings import Settings as AcdSettings
from tandem.acd.state import State as RouterState
from tandem.control import commands, events
from tandem.control.desktop.shown import Desk
from tandem.control.plane import Plane
from tandem.control.settings import Customer, Settings
from tandem.ivr.reader import read_flow
from tests.control.mirror import mirrored

C = TypeVar("C", bound=commands.Command)

FLOW = """
name: line
languages: [en]
start: menu
apology: sorry
texts:
  menu: {en: Press one for a link or two for a person.}
  nothing: {en: Nothing was pressed.}
  wrong: {en: There is no such choice.}
  message: {en: 'Your orders: {link}'}
  place: {en: 'You are number {position}.'}
  offer: {en: Press one for a link.}
  rate: {en: Please rate us from one to five.}
  sorry: {en: We are sorry.}
  bye: {en: Goodbye.}
nodes:
  menu:
    type: menu
    text: menu
    choices: {1: orders, 2: agent}
    no_input: nothing
    wrong_key: wrong
    tries: 2
    failed: bye
  orders: {type: link, purpose: order_status, text: message, next: bye, failed: bye}
  agent:
    type: queue
    queue: tech
    while_waiting:
      announcements: [place]
      announce_after: 5
      announce_every: 10
      offers: [{key: '1', text: offer, next: orders}]
    next: rate
  rate: {type: survey, question: satisfaction, text: rate, keys: '12345', next: bye}
  bye: {type: say, text: bye, next: done}
  done: {type: end}
"""

SETTINGS = Settings(
    lines={"4008": "line"},
    customers={"7": Customer("7", "Ann", "vip", boost=300.0)},
    acd=AcdSettings(
        queues={"tech": QueueSettings("tech", {"tv": 2}, ring_seconds=10.0, wrap_up_seconds=5.0, back_off_seconds=4.0)},
        agents={name: AgentSettings(name, {"tv": 3}, f"PJSIP/{name}") for name in ("1001", "1002", "1003")},
    ),
)

BEGIN = 1_000_000.0


class Playbook:
    """A plane with one flow, one queue and three agents; time moves only by `after`.

    `told` is what desktops were told; all other commands come back from each event.
    """

    def __init__(self, settings: Settings = SETTINGS, flow: str = FLOW) -> None:
        self.plane = Plane()
        self.now = BEGIN
        self.desks: dict[str, Desk] = {}
        self.told: list[commands.TellDesktop] = []
        self.history: list[tuple[float, events.Event, list[commands.Command]]] = []
        self.tell(events.SettingsLoaded(settings))
        self.tell(events.FlowPublished(read_flow(flow, "line.yaml")))
        self.tell(events.SwitchFound("boot-1", self.now, (), ()))

    def tell(self, event: events.Event, after: float = 0.0) -> list[commands.Command]:
        """Tell the plane of `event`, `after` seconds later. One that begins anew from its state does just the same."""
        self.now += after
        anew = Plane.restore(self.plane.snapshot())
        done = self.plane.handle(event, self.now)
        assert anew.handle(event, self.now) == done
        self._tell_desktops([command for command in done if isinstance(command, commands.TellDesktop)])
        out = [command for command in done if not isinstance(command, commands.TellDesktop)]
        self.history.append((self.now, event, done))
        return out

    def _tell_desktops(self, news: list[commands.TellDesktop]) -> None:
        """A desktop that follows what it is told shows the truth at every moment."""
        self.told += news
        for one in news:
            if one.agent in self.desks:
                self.desks[one.agent] = mirrored(self.desks[one.agent], one)
        now = {agent: desk for agent in self.plane.state.router.agents if (desk := self.plane.desk(agent))}
        self.desks = {agent: self.desks.get(agent, desk) for agent, desk in now.items()}
        assert self.desks == now

    def pass_time(self, seconds: float) -> list[commands.Command]:
        """Let time go by; every wake-up that falls due is served."""
        until, out = self.now + seconds, list[commands.Command]()
        while (wakeup := self.plane.next_wakeup()) is not None and wakeup <= until:
            out += self.tell(events.TimePassed(), max(0.0, wakeup - self.now))
        self.now = until
        return out

    def agent_ready(self, name: str) -> list[commands.Command]:
        """The agent's phone registers and the agent signs in."""
        return self.tell(events.DeviceFound(f"PJSIP/{name}")) + self.tell(events.AgentSignedIn(name))

    def call(self, call: str = "c1", caller: str = "13800000001", dialled: str = "4008") -> list[commands.Command]:
        """A call comes in."""
        return self.tell(events.CallEntered(call, f"PJSIP/trunk-{call}", caller, "", dialled))

    def reenter(self, call: str = "c1", last_leg: str = "") -> list[commands.Command]:
        """The switch gives a call back."""
        return self.tell(events.CallEntered(call, f"PJSIP/trunk-{call}", "13800000001", "", "4008", last_leg))

    def press(self, key: str | None, call: str = "c1", after: float = 1.0) -> list[commands.Command]:
        """The Listen that is out ends with `key`."""
        return self.tell(events.Listened(call, self.plane.state.calls[call].listen, key), after)

    def queue(self, call: str = "c1") -> list[commands.Command]:
        """A call comes in and asks for a person."""
        self.call(call)
        return self.press("2", call)

    def talk(self, call: str = "c1", agent: str = "1001") -> str:
        """A call comes in and is put through to the agent, who becomes ready for it; returns the leg."""
        self.queue(call)
        leg = one(commands.RingAgent, self.agent_ready(agent)).leg
        self.tell(events.LegRinging(leg))
        self.tell(events.LegAnswered(leg), 2.0)
        self.tell(events.Bridged(call, leg))
        return leg

    @property
    def router(self) -> RouterState:
        """The router's state, as it is now."""
        return self.plane.context.router.snapshot()

    def agent_state(self, name: str) -> tuple[str, str]:
        """State and reason of an agent, as the operator sees them."""
        agent = self.router.agents[name]
        return agent.state, agent.reason


def these(kind: type[C], out: list[commands.Command]) -> list[C]:
    """The commands of one kind."""
    return [command for command in out if isinstance(command, kind)]


def one(kind: type[C], out: list[commands.Command]) -> C:
    """The only command of its kind."""
    (command,) = these(kind, out)
    return command


def said(out: list[commands.Command]) -> str:
    """What the caller is told by the only Listen."""
    return " ".join(utterance.text for utterance in one(commands.Listen, out).say)
