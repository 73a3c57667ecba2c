"""A working day, lived through the real plane into a real journal and real records: calls, chats and callbacks."""

import asyncio
import heapq
from collections.abc import Callable
from itertools import count
from pathlib import Path
from random import Random

import msgspec

from tandem.acd.plan import Step
from tandem.acd.settings import AgentSettings, QueueSettings
from tandem.acd.settings import Settings as AcdSettings
from tandem.control import commands, events, wire
from tandem.control.callback.callback_settings import CallbackSettings, Retry
from tandem.control.plane import Plane
from tandem.control.settings import Customer, DialPlan, Settings
from tandem.ivr.reader import read_flow
from tandem.store.database import RECORDS
from tandem.store.journal import Entry
from tandem.store.records import RECORD_TYPES, RecordWriter
from tandem.store.sqlite_journal import SqliteJournal
from tandem.store.sqlite_journal_reader import JOURNAL
from tests.databases import migrated

DAY = "2026-11-22"
MIDNIGHT = 1795305600.0
"""Of that day, UTC."""

FLOW = """
name: line
languages: [en]
start: menu
apology: sorry
texts:
  menu: {en: 'One for a link, two for a repair, three for an order, four to be called back, five to write.'}
  no: {en: There is no such choice.}
  message: {en: 'Your orders: {link}'}
  offer: {en: One to be called back.}
  sorry: {en: We are sorry.}
  bye: {en: Goodbye.}
nodes:
  menu:
    type: menu
    text: menu
    choices: {1: link, 2: repair, 3: order, 4: later, 5: online}
    no_input: no
    wrong_key: no
    failed: bye
  link: {type: link, purpose: orders, text: message, next: bye, failed: bye}
  repair:
    {type: queue, queue: repair, while_waiting: {offers: [{key: '1', text: offer, next: later}]}, next: bye}
  online: {type: queue, queue: online, next: bye}
  order: {type: queue, queue: order, boost: 15, next: bye}
  later: {type: callback, queue: repair, next: bye, refused: bye}
  bye: {type: end, text: bye}
"""


def settings(agents: int) -> Settings:
    """Two queues, and agents half of whom serve both; every tenth number is a vip's."""
    queues = {
        "repair": QueueSettings("repair", {"repair": 1}, wrap_up_seconds=20.0, plan=(Step(after=90.0, priority=1),)),
        "order": QueueSettings("order", {"order": 1}, wrap_up_seconds=10.0, head_starts={"vip": 60.0}),
        "online": QueueSettings("online", {"repair": 1}, wrap_up_seconds=5.0, channel="chat"),
    }
    skills = ({"repair": 3}, {"repair": 3, "order": 2})
    names = [f"{1001 + number}" for number in range(agents)]
    staff = {
        name: AgentSettings(name, skills[number % 2], f"PJSIP/{name}", display_name=f"Agent {name}")
        for number, name in enumerate(names)
    }
    callback = CallbackSettings(quiet_hours="", ring_seconds=20.0, no_answer=Retry(10.0, 3))
    return Settings(
        lines={"4008": "line"},
        customers={_number(one): Customer(_number(one), "Ann", "vip", boost=30.0) for one in range(0, 10_000, 10)},
        acd=AcdSettings(queues, staff),
        dial_plan=DialPlan(("138XXXXXXXX",), trunk="out", caller_id="4008", country="CN"),
        callbacks={"repair": callback},
    )


def _number(one: int) -> str:
    return f"138{one:08d}"


class Wish(msgspec.Struct):
    """What one caller wants: a key in the menu, and how long they wait before they hang up or press `1`."""

    key: str
    patience: float
    calls_back: bool
    talk: float
    queued_at: float | None = None


class WorkingDay:
    """From eight to ten: `calls` callers, `chats` customers who write, `agents` agents, a coffee for each of them.

    Shares of 0 to 1: `misses`, the offers that nobody answers, `books`, the callers who want to be called back, `away`,
    the customers who then do not pick up.
    """

    def __init__(
        self,
        calls: int,
        agents: int,
        *,
        chats: int = 0,
        misses: float = 0.0,
        books: float = 0.0,
        away: float = 0.0,
        seed: int = 1,
    ) -> None:
        self.entries: list[Entry] = []
        self.commands: list[list[commands.Command]] = []
        self._plane = Plane()
        self._dice = Random(seed)
        self._misses, self._away = misses, away
        self._due: list[tuple[float, int, Callable[[], events.Event | None]]] = []
        self._number = count()
        self._now = MIDNIGHT
        self._wishes: dict[str, Wish] = {}
        self._legs: dict[str, str] = {}
        self._gone: set[str] = set()
        self._open(agents)
        for number in range(calls):
            self._come(number, books)
        for number in range(chats):
            self._write(f"chat-{number}")
        while self._due:
            self._step()

    async def keep(self, home: Path) -> None:
        """Write the journal and the records of the day into a home folder."""
        journal = await SqliteJournal.open(home / JOURNAL)
        await journal.append(self.entries)
        await journal.close()
        engine = await migrated(home / RECORDS)
        writer = await RecordWriter.open(engine, gather_seconds=0.0)
        for entry, out in zip(self.entries, self.commands, strict=True):
            writer.feed(entry.seq, entry.at, [command for command in out if isinstance(command, RECORD_TYPES)])
        writing = asyncio.create_task(writer.run())
        await writer.flush()
        writing.cancel()
        await engine.dispose()

    # --- what is planned ---------------------------------------------------------------------------------------------

    def _open(self, agents: int) -> None:
        for event in (
            events.SettingsLoaded(settings(agents)),
            events.FlowPublished(read_flow(FLOW, "line.yaml")),
            events.SwitchFound("boot", MIDNIGHT, (), ()),
        ):
            self._happen(event)
        for number in range(agents):
            name, begins = f"{1001 + number}", MIDNIGHT + 8 * 3600.0 + 60.5 * number
            coffee = begins + 1800.0 + 400.0 * number
            self._plan(begins, events.DeviceFound(f"PJSIP/{name}"))
            self._plan(begins, events.AgentSignedIn(name))
            self._plan(coffee, events.AgentPaused(name, "coffee"))
            self._plan(coffee + 300.0, events.AgentWentReady(name))
            self._plan(MIDNIGHT + 10.5 * 3600.0, events.AgentSignedOut(name))

    def _come(self, number: int, books: float) -> None:
        dice, call = self._dice, f"call-{number}"
        at = MIDNIGHT + 8 * 3600.0 + dice.uniform(0.0, 7200.0)
        key = dice.choices("1234", (1, 5, 3, 1 if books else 0))[0]
        self._wishes[call] = Wish(key, dice.expovariate(1 / 150), dice.random() < books, dice.expovariate(1 / 150))
        self._plan(at, events.CallEntered(call, f"PJSIP/trunk-{number}", _number(number), "", "4008"))

    def _write(self, chat: str) -> None:
        at = MIDNIGHT + 8 * 3600.0 + self._dice.uniform(0.0, 7200.0)
        self._plan(at, events.ChatBegan(chat, "4008", "Ann", "en"))
        self._plan(at + 5.0, events.ChatSaid(chat, 1, "5"))

    def _offer_chat(self, command: commands.OfferChat) -> None:
        self._plan(self._now + 4.0, events.AgentAccepted(command.chat, command.offer))
        ends = self._now + 4.0 + self._dice.expovariate(1 / 200)
        self._plan(ends, events.AgentClosed(command.chat, command.agent))

    def _plan(self, at: float, event: events.Event | Callable[[], events.Event | None]) -> None:
        do = (lambda: event) if isinstance(event, events.Event) else event
        heapq.heappush(self._due, (at, next(self._number), do))

    def _step(self) -> None:
        at = self._due[0][0]
        wakeup = self._plane.next_wakeup()
        if wakeup is not None and wakeup <= at:
            self._now = max(self._now, wakeup)
            self._happen(events.TimePassed())
            return
        self._now, _, do = heapq.heappop(self._due)
        if event := do():
            self._happen(event)

    def _happen(self, event: events.Event) -> None:
        out = self._plane.handle(event, self._now)
        self.entries.append(Entry(len(self.entries) + 1, self._now, wire.encode(event), wire.digest(out)))
        self.commands.append(out)
        for command in out:
            if react := _REACTIONS.get(type(command)):
                react(self, command)

    # --- what callers and phones do ----------------------------------------------------------------------------------

    def _listen(self, command: commands.Listen) -> None:
        wish, call = self._wishes.get(command.call), command.call
        state = self._plane.state.calls[call]
        if wish is None or state.state != "queued":
            key = wish.key if wish and state.state == "flow" and command.keys else None
            self._plan(self._now + 2.0, events.Listened(call, command.step, key))
            return
        if wish.queued_at is None:
            wish.queued_at = self._now
            if not wish.calls_back:
                self._plan(self._now + wish.patience, lambda: self._hang_up_waiting(call))
        ends = self._now + command.wait
        if wish.calls_back and wish.queued_at + wish.patience <= ends and "1" in command.keys:
            presses = max(wish.queued_at + wish.patience, self._now)
            self._plan(presses, events.Listened(call, command.step, "1"))
        else:
            self._plan(ends, events.Listened(call, command.step, None))

    def _hang_up_waiting(self, call: str) -> events.Event | None:
        known = self._plane.state.calls.get(call)
        return events.CallEnded(call, 16) if known and known.state == "queued" else None

    def _ring(self, command: commands.RingAgent) -> None:
        leg, call = command.leg, command.call
        self._legs[leg] = command.channel
        self._plan(self._now, events.LegRinging(leg))
        if self._dice.random() < self._misses:
            self._plan(self._now + command.ring_seconds, events.LegFailed(leg, "no_answer"))
        elif command.channel:
            self._plan(self._now + 3.0, events.LegAnswered(leg))
            self._plan(self._now + 3.0, lambda: self._bridge(leg, call))
        else:
            self._plan(self._now + 3.0, events.LegAnswered(leg))

    def _bridge(self, leg: str, call: str) -> events.Event | None:
        if leg in self._gone or call not in self._plane.state.calls:
            return None
        known = self._plane.state.calls[call]
        ends = self._now + (self._wishes[call].talk if call in self._wishes else self._dice.expovariate(1 / 150))
        self._plan(ends, events.LegEnded(leg, 16))
        self._plan(ends, events.CallEntered(call, known.channel, known.caller, "", "4008", leg))
        return events.Bridged(call, leg)

    def _let_go(self, command: commands.HangUpLeg) -> None:
        self._gone.add(command.leg)
        self._plan(self._now, events.LegEnded(command.leg, 16))

    def _dial(self, command: commands.DialCustomer) -> None:
        if self._dice.random() < self._away:
            self._plan(self._now + command.ring_seconds, events.DialFailed(command.call, "no_answer"))
        else:
            entered = events.CallEntered(command.call, f"PJSIP/out-{command.call}", "4008", "", "4008")
            self._plan(self._now + 4.0, entered)

    def _join(self, command: commands.JoinLeg) -> None:
        self._plan(self._now, lambda: self._bridge(command.leg, command.call))

    def _hang_up(self, command: commands.HangUpCall) -> None:
        self._plan(self._now, events.CallEnded(command.call, 16))

    def _send(self, command: commands.SendLink) -> None:
        self._plan(self._now, events.LinkDelivered(command.call, command.link, "webhook"))


_REACTIONS: dict[type[commands.Command], Callable[..., None]] = {
    commands.Listen: WorkingDay._listen,
    commands.OfferChat: WorkingDay._offer_chat,
    commands.RingAgent: WorkingDay._ring,
    commands.HangUpLeg: WorkingDay._let_go,
    commands.DialCustomer: WorkingDay._dial,
    commands.JoinLeg: WorkingDay._join,
    commands.HangUpCall: WorkingDay._hang_up,
    commands.SendLink: WorkingDay._send,
}
