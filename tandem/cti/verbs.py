"""What an agent can do, by one name over REST and over a desktop's WebSocket."""

from collections.abc import Callable, Collection, Mapping
from typing import Annotated, Protocol

import msgspec

from tandem.control.chat.chat_view import DeskShown
from tandem.control.chat.talk import File
from tandem.control.events import (
    AgentAccepted,
    AgentClosed,
    AgentDeclined,
    AgentPaused,
    AgentSaid,
    AgentSignedIn,
    AgentSignedOut,
    AgentWentReady,
    ContactDisposed,
    Event,
    MailAccepted,
    MailClosed,
    MailDeclined,
    OrdersWanted,
    VoiceLost,
    WrapUpExtended,
)
from tandem.control.mail.mail import MailShown
from tandem.cti.answers import Refused
from tandem.cti.identity import Identity
from tandem.cti.refusals import check
from tandem.store.chat_archive import ChatArchive

REASON_LENGTH = 64
SAID = ("digits", "text", "note")
"""What is given with verbs in the customer's talk."""
LONGEST_EXTENSION = 3600.0
"""Seconds that may be asked for at once."""

Number = Annotated[int, msgspec.Meta(ge=0)]
Name = Annotated[str, msgspec.Meta(max_length=100)]


class Readers(Protocol):
    """What the plane knows that verbs are about."""

    def pause_reasons(self) -> Collection[str]: ...
    def desk(self, agent: str, /) -> list[DeskShown]: ...
    def mails(self, agent: str, /) -> list[MailShown]: ...
    def why_not(self, event: Event, /) -> str: ...


class Around(msgspec.Struct, frozen=True):
    """Who does it and what stands around it. `by`: the supervisor who does it for the agent, empty for the agent;
    `reasons`: those that a pause may have, none: any; `standing`: the chats and mails on the agent's desk, by id. `who`
    is the supervisor who asks, or the program for one, by name (empty: no supervisor), `own` the agent they are.
    `file`: the one that the verb names, where its chat has it."""

    agent: str
    by: str = ""
    reasons: Collection[str] = ()
    standing: Mapping[str, DeskShown | MailShown] = {}
    who: str = ""
    own: str = ""
    file: File | None = None
    why_not: Callable[[Event], str] = lambda _event: ""

    def supervisor(self) -> str:
        """The supervisor who asks."""
        if not self.who:
            raise Refused(403, "not_allowed", "This is for supervisors.")
        return self.who

    def fitting(self, event: Event) -> Event:
        """The same, where the plane has nothing against it."""
        check(self.why_not(event))
        return event

    def contact(self, name: str) -> DeskShown | MailShown:
        """A chat or mail on the agent's desk."""
        if name not in self.standing:
            raise Refused(404, "unknown_contact", "No such chat or mail is on this agent's desk.")
        return self.standing[name]

    def offered(self, name: str, offer: int) -> DeskShown | MailShown:
        """The same, where it is offered under that number."""
        there = self.contact(name)
        if not there.offer or offer != there.offer:
            raise Refused(409, "stale", "This is not offered any more.")
        return there

    def taken(self, name: str) -> DeskShown | MailShown:
        """The same, where the agent has accepted it."""
        there = self.contact(name)
        if there.offer:
            raise Refused(409, "not_in_talk", "Accept it first.")
        return there


class Verb(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all verbs; the fields are what is given with it."""

    def event(self, around: Around) -> Event:
        """What the plane is told. Refused: it can't be done."""
        raise NotImplementedError


class By(msgspec.Struct, frozen=True):
    """What a program may say with a verb over REST: the supervisor who does it for the agent."""

    by: Annotated[str, msgspec.Meta(max_length=REASON_LENGTH)] = ""


class SignIn(Verb, frozen=True):
    """Begin to work."""

    def event(self, around: Around) -> Event:
        if around.by:
            raise Refused(400, "bad_by", "Nobody can be signed in by another.")
        return AgentSignedIn(around.agent)


class SignOut(Verb, frozen=True):
    """End the work, after the contact in hand; with `after_contact` one that is only offered comes first too."""

    after_contact: bool = False

    def event(self, around: Around) -> Event:
        return AgentSignedOut(around.agent, around.by, self.after_contact)


class Ready(Verb, frozen=True):
    """End a pause, a back-off or the wrap-up."""

    def event(self, around: Around) -> Event:
        return around.fitting(AgentWentReady(around.agent, around.by))


class Pause(Verb, frozen=True):
    """Take no more contacts, for `reason`; `after_contact` as for sign-out."""

    reason: str = ""
    after_contact: bool = False

    def event(self, around: Around) -> Event:
        reason = self.reason.strip()
        if not 0 < len(reason) <= REASON_LENGTH:
            raise Refused(400, "bad_reason", f"A pause needs a reason of at most {REASON_LENGTH} characters.")
        if around.reasons and reason not in around.reasons:
            raise Refused(400, "unknown_reason", f"The reasons for a pause are {', '.join(around.reasons)}.")
        return AgentPaused(around.agent, reason, around.by, self.after_contact)


class Extend(Verb, frozen=True):
    """Have `seconds` more for the wrap-up, as far as the queue allows."""

    seconds: float = 0.0

    def event(self, around: Around) -> Event:
        if around.by:
            raise Refused(400, "bad_by", "A wrap-up is extended by whose it is.")
        if not 0 < self.seconds <= LONGEST_EXTENSION:
            raise Refused(400, "bad_seconds", f"`seconds` must be more than 0 and at most {LONGEST_EXTENSION:g}.")
        return WrapUpExtended(around.agent, self.seconds)


class Dispose(Verb, frozen=True):
    """Say what a contact in talk or wrap-up was about: `code` is one of its queue's dispositions."""

    contact: Annotated[str, msgspec.Meta(max_length=128)]
    code: Annotated[str, msgspec.Meta(max_length=64)] = ""
    note: Annotated[str, msgspec.Meta(max_length=2000)] = ""

    def event(self, around: Around) -> Event:
        return around.fitting(ContactDisposed(around.agent, self.contact, self.code, self.note.strip()))


class AskOrders(Verb, frozen=True):
    """Ask for the orders of a contact's customer, again."""

    contact: Annotated[str, msgspec.Meta(max_length=128)]

    def event(self, around: Around) -> Event:
        return around.fitting(OrdersWanted(around.agent, self.contact))


class Rejoin(Verb, frozen=True):
    """Have the agent's phone rung again for the talk whose voice the page has lost; for a phone in the browser."""

    contact: str

    def event(self, around: Around) -> Event:
        if around.by:
            raise Refused(400, "bad_by", "A talk is taken up again by whose it is.")
        return VoiceLost(around.agent, self.contact)


class Accept(Verb, frozen=True):
    """Take the chat or mail that is offered under the number `offer`."""

    contact: str
    offer: Number = 0

    def event(self, around: Around) -> Event:
        is_chat = isinstance(around.offered(self.contact, self.offer), DeskShown)
        return (AgentAccepted if is_chat else MailAccepted)(self.contact, self.offer)


class Decline(Verb, frozen=True):
    """Leave the chat or mail that is offered to others."""

    contact: str
    offer: Number = 0

    def event(self, around: Around) -> Event:
        is_chat = isinstance(around.offered(self.contact, self.offer), DeskShown)
        return (AgentDeclined if is_chat else MailDeclined)(self.contact, self.offer)


class Say(Verb, frozen=True):
    """Write in a chat: a text, a `file` that was uploaded, or both. Messages are numbered by the agent from 1: one that
    was taken before is passed over."""

    contact: str
    number: Number = 0
    text: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    file: str = ""

    def event(self, around: Around) -> Event:
        there = around.taken(self.contact)
        if not isinstance(there, DeskShown):
            raise Refused(409, "no_chat", "A mail is answered elsewhere.")
        if not (self.text.strip() or self.file) or self.number > there.heard + 1:
            raise Refused(400, "bad_message", f"Give a text or a file, and the number {there.heard + 1}.")
        if self.file and around.file is None:
            raise Refused(404, "unknown_file", "This chat has no such file: upload it first.")
        return AgentSaid(self.contact, around.agent, self.number, self.text, around.file)


class Close(Verb, frozen=True):
    """End the talk in a chat, whose customer goes on in the flow; or be through with a mail."""

    contact: str

    def event(self, around: Around) -> Event:
        is_chat = isinstance(around.taken(self.contact), DeskShown)
        return (AgentClosed if is_chat else MailClosed)(self.contact, around.agent)


STATES: Mapping[str, type[Verb]] = {
    "sign-in": SignIn,
    "sign-out": SignOut,
    "ready": Ready,
    "pause": Pause,
    "extend": Extend,
    "dispose": Dispose,
    "ask-orders": AskOrders,
    "rejoin": Rejoin,
}
"""The verbs about the agent; the others are about a contact."""
CONTACTS: Mapping[str, type[Verb]] = {"accept": Accept, "decline": Decline, "say": Say, "close": Close}


def verb_of(name: str, given: object, among: Mapping[str, type[Verb]]) -> Verb:
    """The verb of that name with what was given, as from JSON. Refused: there is none, or that is not for it."""
    kind = among.get(name)
    if kind is None:
        raise Refused(404, "unknown_verb", f"The verbs are {', '.join(among)}.")
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        raise Refused(400, "bad_json", str(error)) from None


def detail_of(given: Mapping[str, object]) -> str:
    """What the audit log keeps of what was given with a verb: not what is said or keyed, which may be a secret."""
    kept = {name: value for name, value in given.items() if name not in SAID}
    return msgspec.json.encode(kept).decode() if kept else ""


async def file_in(archive: ChatArchive, given: Mapping[str, object]) -> File | None:
    """The file that is given with a verb, where its contact is a chat that has it."""
    contact, file = given.get("contact"), given.get("file")
    return await archive.find(contact, file) if isinstance(contact, str) and isinstance(file, str) and file else None


def around_of(
    readers: Readers, agent: str, by: str = "", who: Identity | None = None, file: File | None = None
) -> Around:
    """What stands around an agent's verb now; `who` asks."""
    if len(by) > REASON_LENGTH:
        raise Refused(400, "bad_by", f"`by` is a supervisor's name of at most {REASON_LENGTH} characters.")
    chats, mails = readers.desk(agent), readers.mails(agent)
    standing = {chat.chat: chat for chat in chats} | {mail.mail: mail for mail in mails}
    supervises = who is not None and who.may("supervisor")
    return Around(
        agent,
        by,
        readers.pause_reasons(),
        standing,
        (by or who.name) if who and supervises else "",
        who.agent if who else "",
        file,
        readers.why_not,
    )
