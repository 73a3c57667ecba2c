"""Walks a flow at random: sensible answers, and everything else that may happen at any time."""

from random import Random

import msgspec

from tandem.ivr import commands, events
from tandem.ivr.flow import Flow
from tandem.ivr.session import Session, handle
from tandem.ivr.shown import show
from tandem.ivr.values import Value

CALLER: dict[str, Value] = {
    "caller.number": "13800138000",
    "caller.name": "Tom",
    "caller.tier": "",
    "caller.priority": 0,
    "caller.boost": 0.0,
}
FACES = ("voice", "voice", "page", "chat", "guide")
STEPS = 40
START = 1_700_000_000.0
ANSWERED = commands.LookUp | commands.Transfer | commands.TakeVoicemail | commands.RequestCallback
VALUES = ("12", "1", "x", "", "2023-11-16", "2001-01-01", "yes", "no", "-", "0", "#", "7", "hello")
FIELDS = ("number", "day", "count", "sure", "wild")
REASONS = ("not_found", "no answer in time", "")

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Session).decode


class Walker:
    """One session, written down and read back before every event. `asked` is what it waits for without a Listen."""

    def __init__(self, flow: Flow, random: Random) -> None:
        self.flow = flow
        self.random = random
        self.session = Session.begin(flow, CALLER, face=random.choice(FACES))
        self.now = START
        self.listening = False
        self.asked: commands.Command | None = None
        self.faults: list[str] = []

    def walk(self) -> list[str]:
        """Up to the end, or so many steps. The faults met."""
        self.tell(events.Started())
        for _ in range(STEPS):
            if self.session.ended:
                assert handle(self.session, self.flow, self.anything(), self.now) == []
                break
            self.now += self.random.choice((0.0, 1.0, 20.0, 400.0))
            self.tell(self.sensible() if self.random.random() < 0.6 else self.anything())
        return self.faults

    def tell(self, event: events.Event) -> None:
        """Whoever is told something has the end, a Listen out, or an answer to wait for."""
        session = _decode(_encode(self.session))
        assert session == self.session
        self.session = session
        self.listening = self.listening and not isinstance(event, events.Listened)
        self.asked = None if self._answered(event) else self.asked
        told = handle(session, self.flow, event, self.now)
        for command in told:
            self._note(command)
        assert not any(isinstance(command, commands.Listen) for command in told[:-1])
        assert session.ended == (told[-1:] == [commands.HangUp()])
        assert session.ended or self.listening or self.asked, (event, told, session)
        shown = show(session, self.flow, self.now, self.place())
        assert not (shown.ended and shown.asks)

    def _answered(self, event: events.Event) -> bool:
        """Whether this is what the session waits for."""
        match self.asked:
            case commands.LookUp(number):
                return isinstance(event, events.LookedUp | events.LookupFailed) and event.number == number
            case commands.Transfer():
                return isinstance(event, events.TransferEnded)
            case commands.TakeVoicemail():
                return isinstance(event, events.VoicemailTaken | events.VoicemailFailed)
        return isinstance(event, events.CallbackBooked | events.CallbackRefused)

    def _note(self, command: commands.Command) -> None:
        match command:
            case commands.Listen():
                self.listening = True
            case commands.RecordStep():
                self.asked = None
            case commands.RecordFault(_, reason):
                self.faults.append(reason)
        self.asked = command if isinstance(command, ANSWERED) else self.asked

    def sensible(self) -> events.Event:
        """What comes next in a usual call."""
        pick = self.random.choice
        match self.asked:
            case commands.LookUp(number):
                return events.LookedUp(number, {"id": pick(VALUES), "count": self.random.randrange(3)})
            case commands.Transfer():
                return events.TransferEnded(pick(("answered", "busy", "no_answer", "not_allowed", "failed")))
            case commands.TakeVoicemail():
                return pick((events.VoicemailTaken(3.0), events.VoicemailTaken(0.0), events.VoicemailFailed("full")))
            case commands.RequestCallback():
                return pick((events.CallbackBooked(), events.CallbackRefused("too_many"), events.CallbackRefused("x")))
        if self.session.waiting and self.random.random() < 0.2:
            return events.Offered(pick(("callback", "chat", "link", "voicemail")), "other", 2, self.place())
        if self.session.links and self.random.random() < 0.3:
            return events.LinkDelivered(self.session.links)
        return events.Listened(pick((None, *self.session.listen.keys)), self.place())

    def anything(self) -> events.Event:
        """Anything, at a time when nobody thinks of it."""
        pick, small = self.random.choice, self.random.randrange(1, 4)
        values = {name: pick(VALUES) for name in FIELDS if self.random.random() < 0.8}
        results: list[dict[str, Value]] = [{}, {"found": "x"}, {"found": 7}, {"id": "x", "count": 3}, {"id": 7}]
        return pick(
            (
                events.Listened(pick((None, *"0123456789*#")), pick((None, self.place()))),
                events.Resumed(pick((None, self.place()))),
                events.LinkDelivered(small),
                events.LinkFailed(small, "no route"),
                events.QueueEnded(pick(("served", "unavailable"))),
                events.Entered(pick(VALUES)),
                events.Went(pick(("repeat", "back", "agent", "slow"))),
                events.FormFilled(values),
                events.FormSubmitted(values),
                events.FormSubmitted({"number": "123", "count": "7", "sure": "yes"}),
                events.Offered(
                    pick(("callback", "chat", "link", "voicemail")), "other", small, pick((None, self.place()))
                ),
                events.PageEnded(small, pick(("done", "stuck")), pick(results)),
                events.LookedUp(small, pick(results)),
                events.LookupFailed(small, pick(REASONS)),
                events.TransferEnded(pick(("answered", "busy", "strange"))),
                events.VoicemailTaken(pick((0.0, 7.0))),
                events.VoicemailFailed("disk full"),
                events.CallbackBooked(pick((True, False))),
                events.CallbackRefused("too_many"),
            )
        )

    def place(self) -> events.Place:
        """Somewhere in a queue."""
        return events.Place(self.random.randrange(1, 9), self.random.choice((0.0, 50.0, 500.0)), 60.0, 10.0, 99.0)
