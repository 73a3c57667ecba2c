"""Have a form filled in."""

from typing import Annotated

from msgspec import Meta

from tandem.ivr import everywhere
from tandem.ivr.commands import RecordForm
from tandem.ivr.events import Entered, Event, FormFilled, FormSubmitted, Listened
from tandem.ivr.form import Field, Filled, Wrong, check
from tandem.ivr.node import Question, written
from tandem.ivr.references import NodeName, TextName, WrittenName
from tandem.ivr.turn import Next, Turn
from tandem.ivr.values import Kind, Value
from tandem.said import said

Patience = Annotated[float, Meta(ge=10, le=3600)]

LONGEST = 1000
"""Characters kept of what is written into a field."""

EMPTY = "-"
"""What leaves a field empty in a chat."""

YES_NO = ("yes", "no")


class Form(Question, frozen=True):
    """Show the form `title` with its `fields` and the button `submit`; what is right becomes variables.

    A field has a `variable`, a `label`, a `kind` (`text`, `digits`, `number`, `date`, `time`, `phone`, `choice`,
    `yes_no`), and may have `required: false`, `min`, `max`, `pattern`, `choices` (value -> label), a `hint`, and a date
    `earliest` and `latest` (days from today in the flow's `zone`). In a chat each field is a question; `-` leaves one
    empty.

    On the telephone `text` is said, and `music` plays while the form is filled in on the page that a link opened
    before; a form without `text` is not for the telephone. A form that nobody has submitted within `patience` seconds
    goes on at `failed`.

    Example:
        booking:
          type: form
          title: booking
          fields:
            - {variable: address, label: address, min: 5, max: 200}
            - {variable: day, label: day, kind: date, earliest: 1, latest: 14}
            - {variable: floor, label: floor, kind: choice, choices: {low: low_floor, high: high_floor}}
          submit: book
          text: please_fill_in
          next: booked
          failed: agent
    """

    title: WrittenName
    fields: tuple[Field, ...]
    submit: WrittenName
    next: NodeName
    failed: NodeName
    text: TextName | None = None
    patience: Patience = 300.0
    music: str = "default"

    def __post_init__(self) -> None:
        names = [field.variable for field in self.fields]
        if not names or len(names) != len(set(names)):
            raise ValueError(said("a form has fields, each with a variable of its own"))

    def own_keys(self) -> str:
        return ""

    def waits(self) -> bool:
        return self.text is not None  # the telephone comes past a form without one

    def needs_key(self, field: str) -> bool:
        return field == "next"

    def sets(self, field: str) -> dict[str, Kind]:
        return {each.variable: each.gives() for each in self.fields} if field == "next" else {}

    def enter(self, turn: Turn) -> Next:
        if turn.session.face == "voice" and self.text is None:
            turn.fault("a form without a text is not for the telephone")
            return self.failed
        self._filled(turn).errors.clear()
        turn.here.until = turn.now + self.patience
        return super().enter(turn)

    def ask(self, turn: Turn, complaint: str | None = None) -> Next:
        return self._listen(turn, complaint, *self._words(turn))

    def answer(self, turn: Turn, _key: str | None) -> Next:
        return self.failed if turn.now >= turn.here.until else self._listen(turn)

    def on_event(self, turn: Turn, event: Event) -> Next:
        match event:
            case FormFilled(values):
                self._keep(turn, values)
                self._record(turn)
                return None
            case FormSubmitted(values):
                self._keep(turn, values)
                return self._submitted(turn)
            case Entered(text) if _one_by_one(turn):
                return self._entered(turn, text)
            case Listened(None):
                return self.answer(turn, None)
        return super().on_event(turn, event)

    def _words(self, turn: Turn) -> list[str | None]:
        """What is said: on the telephone a text, in a chat the next field's label."""
        if turn.session.face == "voice":
            return [self.text]
        if not _one_by_one(turn):
            return [self.title]
        field = self.fields[turn.here.field]
        return [None if turn.here.field else self.title, field.label, *field.choices.values(), field.hint]

    def _listen(self, turn: Turn, *texts: str | None) -> Next:
        return turn.listen(
            *texts, keys=everywhere.keys(turn), wait=max(0.0, turn.here.until - turn.now), music=self.music
        )

    def _filled(self, turn: Turn) -> Filled:
        return turn.session.forms.setdefault(turn.full_name(turn.session.node), Filled())

    def _keep(self, turn: Turn, values: dict[str, str]) -> None:
        filled = self._filled(turn)
        for field in self.fields:
            if field.variable in values:
                filled.values[field.variable] = values[field.variable][:LONGEST]
                filled.errors.pop(field.variable, None)

    def _record(self, turn: Turn, submitted: bool = False) -> None:
        turn.send(RecordForm(turn.full_name(turn.session.node), dict(self._filled(turn).values), submitted))

    def _submitted(self, turn: Turn) -> Next:
        filled = self._filled(turn)
        checked = {field.variable: self._check(turn, field) for field in self.fields}
        filled.errors = {name: value.code for name, value in checked.items() if isinstance(value, Wrong)}
        self._record(turn, not filled.errors)
        if filled.errors:
            return None
        for name, value in checked.items():
            if not isinstance(value, Wrong):
                turn.set(name, value)
        return self.next

    def _check(self, turn: Turn, field: Field) -> Value | Wrong:
        return check(field, self._filled(turn).values.get(field.variable, ""), turn.now, turn.zone)

    def _entered(self, turn: Turn, text: str) -> Next:
        """The answer to one field; the last right one submits the form."""
        field = self.fields[turn.here.field]
        text = written(text)
        self._keep(turn, {field.variable: self._meant(turn, field, text)})
        turn.here.until = turn.now + self.patience
        checked = self._check(turn, field)
        if isinstance(checked, Wrong):
            if way := everywhere.meaning(turn, text):
                return everywhere.follow(turn, way)
            self._filled(turn).errors[field.variable] = checked.code
            return self.ask(turn)
        turn.here.field += 1
        if turn.here.field == len(self.fields):
            turn.here.field = 0
            return self._submitted(turn)
        self._record(turn)
        return self.ask(turn)

    def _meant(self, turn: Turn, field: Field, text: str) -> str:
        """The value that is meant by its number, its label or itself."""
        if text == EMPTY and not field.required:
            return ""
        values = list(field.choices) or list(YES_NO if field.kind == "yes_no" else ())
        if text.isascii() and text.isdecimal() and text not in values and 0 < int(text[:3]) <= len(values):
            return values[int(text[:3]) - 1]
        labels = {turn.message(label).lower(): value for value, label in field.choices.items()}
        return labels.get(text.lower(), text)


def _one_by_one(turn: Turn) -> bool:
    return turn.session.face in ("chat", "guide")
