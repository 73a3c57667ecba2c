"""What an operator's board costs: CPU seconds of a `handle` of the plane with a board open against none, in one run.

A big centre at work, as in decisions.py, by mails: each comes, is accepted and is closed, which is three events. With
the board open, what is different is found out once in as many events as a busy second has, and put on the wire once.
"""

import time
from pathlib import Path
from statistics import median

import msgspec

from bench.decisions import settings
from bench.figure import Figure
from tandem.control import commands, events
from tandem.control.plane import Plane
from tandem.control.settings import Settings

AGENTS, QUEUES = 2_000, 200
MAILS = 3_000
EVENTS_A_SECOND = 200
RUNS = 3


def run(_folder: Path) -> list[Figure]:
    """CPU of an event without and with a board, and of what is done once a second."""
    without = median(_run(open_board=False)[0] for _ in range(RUNS))
    seen = [_run(open_board=True) for _ in range(RUNS)]
    with_board, looks = median(one[0] for one in seen), median(one[1] for one in seen)
    size = f"{AGENTS:,} agents, {QUEUES} queues"
    return [
        Figure("board", f"{size}: an event, no board", without * 1e3, "CPU ms"),
        Figure("board", f"{size}: an event, a board open", with_board * 1e3, "CPU ms"),
        Figure("board", f"{size}: an event with a board / without", with_board / without, "times"),
        Figure("board", f"{size}: what is different after {EVENTS_A_SECOND} events, as JSON", looks * 1e3, "CPU ms"),
    ]


def _run(*, open_board: bool) -> tuple[float, float]:
    """CPU seconds of an event, and of a look at what is different (0: none)."""
    floor = _Floor()
    board = floor.plane.open_board(lambda: None) if open_board else None
    if board:
        board.changes(floor.now)
    looks = []
    for number in range(MAILS):
        floor.serve(number)
        if board and number % (EVENTS_A_SECOND // 3) == 0:
            began = time.process_time()
            msgspec.json.encode(board.changes(floor.now))
            looks.append(time.process_time() - began)
    return floor.seconds / floor.events, sum(looks) / len(looks) if looks else 0.0


class _Floor:
    """Everybody ready; `seconds` of CPU went into so many `events`."""

    def __init__(self) -> None:
        chosen = settings(AGENTS, QUEUES)
        queues = {name: msgspec.structs.replace(queue, channel="mail") for name, queue in chosen.queues.items()}
        self.plane = Plane()
        self.now = 1_750_000_000.0
        self.seconds, self.events = 0.0, 0
        self._queues = list(queues)
        self.tell(events.SettingsLoaded(Settings(acd=msgspec.structs.replace(chosen, queues=queues))))
        self.tell(events.SwitchFound("boot", self.now, (), tuple(f"PJSIP/{name}" for name in chosen.agents)))
        for name in chosen.agents:
            self.tell(events.AgentSignedIn(name))
        self.seconds, self.events = 0.0, 0

    def serve(self, number: int) -> None:
        """A mail comes, is accepted and is closed."""
        mail = f"mail {number}"
        self.tell(events.MailCame(mail, self._queues[number % QUEUES], "?"))
        known = self.plane.state.mails[mail]
        if known.offer:
            self.tell(events.MailAccepted(mail, known.offer))
            self.tell(events.MailClosed(mail, known.agent))

    def tell(self, event: events.Event) -> list[commands.Command]:
        """Tell the plane, a hundredth of a second later."""
        self.now += 0.01
        began = time.process_time()
        done = self.plane.handle(event, self.now)
        self.seconds += time.process_time() - began
        self.events += 1
        return done
