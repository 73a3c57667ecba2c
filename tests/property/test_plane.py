"""What must hold whatever happens: random lives of calls, agents and the switch, told to the whole plane."""

from collections import Counter
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tandem.acd.agent import INTERNAL_CALL, MONITORING
from tandem.acd.plan import Step as PlanStep
from tandem.acd.settings import AgentSettings, QueueSettings
from tandem.acd.settings import Settings as AcdSettings
from tandem.control import commands, events, wire
from tandem.control.chat import chats, desk
from tandem.control.chat.chat import Chat
from tandem.control.chat.chats import AWAY_SECONDS, KEPT_SECONDS
from tandem.control.chat.talk import File
from tandem.control.desktop.customer import KnownCustomer
from tandem.control.dispatch import loans
from tandem.control.dispatch.loan import under
from tandem.control.mail import mails
from tandem.control.order_lookup import OrderLookup
from tandem.control.plane import Plane
from tandem.control.publishing.canary import Margins
from tandem.control.publishing.versions import Walker, flow_key
from tandem.control.settings import DialOutSettings, DialPlan, Disposition, PauseReason, Settings, browser_phone
from tandem.control.voice import rejoining
from tandem.control.voice.call import TALKING, Call
from tandem.control.voice.measured import Measured
from tandem.control.voice.monitor import Mode
from tandem.control.webhooks.told import ContactEnded
from tandem.control.webhooks.webhook_settings import Webhook
from tandem.ivr.reader import read_flow
from tests.control.dispatch import proposal
from tests.control.playbook import FLOW, SETTINGS, Playbook, these

CHATS = ("chat-1", "chat-2")
PICTURE = File("5e" * 32, "picture.jpg", "image/jpeg", 70_000)
MAILS = ("mail-1", "mail-2", "mail-3")
CALLS = ("c1", "c2", "c3", "c4")
AGENTS = ("1001", "1002", "1003")
PHONES = SETTINGS.acd.agents | {
    "1002": AgentSettings("1002", {"tv": 3}, ("PJSIP/1002", "PJSIP/1001"), number="139", confirm=True),
    "1003": AgentSettings("1003", {"tv": 3}, "PJSIP/1003", number="139", nailed_up=True),
}
BROWSERS = SETTINGS.acd.agents | {
    name: AgentSettings(name, {"tv": 3}, (browser_phone(name), f"PJSIP/{name}"), browser_phone=True)
    for name in ("1001", "1002")
}
SEVERAL = PHONES | {"1002": AgentSettings("1002", {"tv": 3}, ("PJSIP/1002", "PJSIP/1003"))}
VERBS = replace(
    SETTINGS,
    dial_plan=DialPlan(numbers=("139", "13900000001")),
    dial_out={"tech": DialOutSettings(per_minute=60)},
    dispositions={"tech": {"solved": Disposition()}},
    record_percent={"tech": 60.0, "more": 100.0},
)
"""The usual settings, in which agents may do all that they can."""
CENTRES = tuple(
    replace(VERBS, acd=replace(SETTINGS.acd, agents=agents), pause_reasons={"lunch": PauseReason(longest)})
    for agents, longest in ((SETTINGS.acd.agents, 0.0), (PHONES, 0.1), (SEVERAL, 0.2), (BROWSERS, 0.0))
)
VERSIONS = tuple(read_flow(FLOW.replace("Press one", words), "line.yaml") for words in ("Press one", "Press the one"))


def changed(settings: Settings, **acd: object) -> Settings:
    """The settings with other queues, or agents."""
    return replace(settings, acd=replace(settings.acd, **acd))


QUEUE = SETTINGS.acd.queues["tech"]
MOVING = {"tech": replace(QUEUE, plan=(PlanStep(after=3, move="more"),)), "more": replace(QUEUE, name="more")}
OWING = {
    "tech": replace(QUEUE, disposition_required=True, disposition_seconds=20.0, plan=(PlanStep(offer="callback"),))
}
CHANGED = (
    SETTINGS,
    VERBS,
    changed(VERBS, queues={}),
    changed(VERBS, agents={name: SETTINGS.acd.agents[name] for name in AGENTS[:1]}),
    changed(VERBS, queues={"tech": replace(QUEUE, needs={}, priority=1, wrap_up_seconds=0.0, keep_free=1)}),
    changed(VERBS, queues=MOVING),
    changed(VERBS, queues=OWING),
    changed(VERBS, agents={}, queues={"tech": replace(QUEUE, needs={"hifi": 1})}),
)
Step = Callable[[Playbook, int], object]


def leg_of(book: Playbook, pick: int) -> str:
    legs = sorted([*book.plane.state.legs, *(line.id for line in book.plane.state.lines.values() if line.id)])
    return legs[pick % len(legs)] if legs else f"tandem-leg-c1-{pick}"


def seen_channels(book: Playbook, pick: int) -> tuple[events.SeenChannel, ...]:
    """Some of what exists, as if the rest had gone unseen."""
    state = book.plane.state
    calls = [call for number, call in enumerate(sorted(state.calls)) if pick >> number & 1]
    legs = [leg for number, leg in enumerate(sorted(state.legs)) if pick >> (4 + number) & 1]
    lines = [line for line in state.lines.values() if line.id and pick & 8]
    talks = {line.id: [leg.call for leg in state.legs.values() if leg.line == line.id][:1] for line in lines}
    return (
        tuple(events.SeenChannel(call, call, True) for call in calls)
        + tuple(
            events.SeenChannel(line.id, line.id, True, tuple(talks[line.id]) if pick & 2 else (), not pick & 2)
            for line in lines
        )
        + tuple(
            events.SeenChannel(leg, leg, bool(pick & 1), (state.legs[leg].call,) if pick & 2 else ()) for leg in legs
        )
    )


def recording(book: Playbook, pick: int) -> object:
    """One can't be made, or it is told what came of it."""
    known = sorted(book.plane.state.recordings)
    name = known[pick // 4 % len(known)] if known else "recording-c1-1"
    if pick % 4 == 0:
        return book.tell(events.RecordingFailed(name, "disk full"))
    if pick % 4 == 1:
        return book.tell(events.CommandFailed("PauseRecording", name, "timeout"))
    return book.tell(events.RecordingMade(name, float(pick % 3), 16044, "ab"))


def bridge(book: Playbook, pick: int) -> object:
    legs = sorted(book.plane.state.legs)
    leg = book.plane.state.legs[legs[pick % len(legs)]] if legs else None
    return leg and book.tell(events.Bridged(leg.call, leg.line or leg.id))


def line_kept(book: Playbook, pick: int) -> object:
    """A line is in its place, after the last talk or an older one."""
    lines = [line for line in book.plane.state.lines.values() if line.id]
    return lines and book.tell(events.LineKept(lines[0].id, lines[0].lent if pick % 4 else "tandem-leg-old"))


def browser_phone_of(book: Playbook, pick: int) -> object:
    """An agent's phone in the browser comes, goes, or has lost the voice of a talk."""
    agent, device = AGENTS[pick % 2], browser_phone(AGENTS[pick % 2])
    told: list[events.Event] = [
        events.DeviceFound(device),
        events.DeviceLost(device),
        events.PhoneConnected(agent),
        events.PhoneDisconnected(agent),
        events.VoiceLost(agent, CALLS[pick // 2 % 4]),
        *(events.VoiceLost(agent, contact) for contact in book.plane.context.on_desk(agent)[:1]),
    ]
    return book.tell(told[pick // 8 % len(told)])


def measure(book: Playbook, pick: int) -> object:
    """The switch or a browser says how a voice was, of a leg that is there or of one that is long gone."""
    leg = next(iter(book.plane.state.legs), "tandem-leg-old")
    measured = Measured("alaw", 900, pick // 4 % 3 * 100, 900, 0, 0.0, 0.0)
    return book.tell(events.TalkMeasured(leg, f"PJSIP/{AGENTS[pick % 2]}", measured, ("", AGENTS[0])[pick // 2 % 2]))


def press(book: Playbook, pick: int) -> object:
    call = CALLS[pick % 4]
    return call in book.plane.state.calls and book.press((None, "1", "2", "5")[pick // 4 % 4], call)


def chat_of(book: Playbook, pick: int) -> str:
    return CHATS[pick % 2]


def write(book: Playbook, pick: int) -> object:
    chat = book.plane.state.chats.get(chat_of(book, pick))
    number = chat.heard + (1, 1, 1, 0, 2)[pick // 8 % 5] if chat else 1
    text, file = ("1", "2", "5", "hello")[pick // 2 % 4], PICTURE if pick // 16 % 4 == 0 else None
    return book.tell(events.ChatSaid(chat_of(book, pick), number, text, file))


def on_desk(book: Playbook, pick: int) -> object:
    """What an agent does about a chat, in time or too late."""
    chat = book.plane.state.chats.get(chat_of(book, pick))
    if chat is None:
        return None
    agent, offer = chat.agent or AGENTS[pick % 3], chat.offer if pick % 5 else chat.offer - 1
    told: list[events.Event] = [
        events.AgentAccepted(chat.id, offer),
        events.AgentAccepted(chat.id, offer),
        events.AgentDeclined(chat.id, offer),
        events.AgentSaid(chat.id, agent, chat.agent_heard + pick % 2, "hello"),
        events.AgentSaid(chat.id, agent, chat.agent_heard + 1, "", PICTURE),
        events.AgentClosed(chat.id, agent),
    ]
    return book.tell(told[pick // 2 % 6])


def connection(book: Playbook, pick: int) -> object:
    kinds = (events.ChatLost, events.ChatResumed, events.ChatLeft)
    return book.tell(kinds[pick // 2 % 3](chat_of(book, pick)))


def mail_on_desk(book: Playbook, pick: int) -> object:
    """What an agent does about a mail, in time or too late."""
    mail = book.plane.state.mails.get(MAILS[pick % 3])
    if mail is None:
        return None
    offer = mail.offer if pick % 7 else mail.offer - 1
    agent = mail.agent or AGENTS[pick % 3]
    accepted, declined = events.MailAccepted(mail.id, offer), events.MailDeclined(mail.id, offer)
    told: list[events.Event] = [accepted, accepted, accepted, declined, events.MailClosed(mail.id, agent)]
    return book.tell(told[pick // 3 % 5])


def customer(book: Playbook, pick: int) -> object:
    """The store answers, or does not, for a contact that is there or is over."""
    contacts = sorted({*book.plane.state.sought, *CALLS[:1], *CHATS[:1]})
    contact = contacts[pick % len(contacts)]
    if pick // 8 % 4 == 0:
        return book.tell(events.CustomerNotFound(contact, "slow" * (pick // 32 % 2)))
    known = KnownCustomer(f"customer-{pick % 3}", "Ann", ("", "vip")[pick % 2], ("tv",), ("", "en")[pick // 2 % 2])
    return book.tell(events.CustomerFound(contact, known))


def settings_of(pick: int) -> Settings:
    """The usual ones with a queue for mails, sometimes with other channels and costs."""
    tech = replace(SETTINGS.acd.queues["tech"], channel=("voice", "voice", "chat", "mail")[pick % 4])
    mails_queue = QueueSettings("mails", channel="mail", ring_seconds=10.0, wrap_up_seconds=pick % 3 * 2.0)
    costs = {"voice": (100, 60, 10)[pick % 3], "mail": (20, 50)[pick % 2]}
    people = {name: replace(agent, costs=costs) for name, agent in SETTINGS.acd.agents.items()}
    return replace(VERBS, acd=AcdSettings({"tech": tech, "mails": mails_queue}, people))


def lend(book: Playbook, pick: int) -> object:
    """A proposal is applied, now and then too late; its agents lose a skill, or get one."""
    gives, takes = (({"hifi": 2}, ()), ({}, ("tv",)), ({"tv": 1}, ("hifi",)))[pick % 3]
    until = book.now + (pick // 3 % 20 - 1) * 10.0
    different = {"gives": gives, "takes": takes, "agents": 1 + pick % 2}
    return book.tell(events.ProposalApplied(proposal(pick % 4, until, **different), "Mei"))


def by_a_supervisor(book: Playbook, pick: int) -> object:
    """A waiting contact is taken in hand, where there is one."""
    waiting = [contact.id for contact in book.router.contacts.values() if contact.state == "waiting"]
    name = waiting[pick % len(waiting)] if waiting else "c1"
    told: list[events.Event] = [
        events.ContactMoved(name, ("more", "tech", "mails")[pick % 3], "ann"),
        events.ContactRaised(name, pick % 3, "ann"),
        events.ContactAssigned(name, AGENTS[pick % 3], 5.0, "ann"),
        events.ContactAdvanced(name, 0, "ann"),
    ]
    return book.tell(told[pick // 3 % 4])


def dials(book: Playbook, pick: int) -> object:
    """An agent dials, or something comes of it."""
    dialled = list(book.plane.state.dials)
    if not dialled or pick % 5 == 0:
        return book.tell(events.NumberDialled(AGENTS[pick % 3], "13900000001", "tech"))
    call = dialled[pick % len(dialled)]
    told: list[events.Event] = [
        events.CallEntered(call, f"PJSIP/out-{call}", "4008", "", "4008"),
        events.CallEntered(call, f"PJSIP/out-{call}", "4008", "", "4008"),
        events.DialFailed(call, "busy"),
        events.CallEnded(call),
    ]
    return book.tell(told[pick // 5 % 4])


def internal(book: Playbook, pick: int) -> object:
    """An agent calls another, or something comes of it."""
    calls = list(book.plane.state.internal.values())
    if not calls:
        return book.tell(events.AgentCalled(AGENTS[pick % 3], AGENTS[pick // 3 % 3]))
    leg = calls[0].legs[pick % 2]
    kinds = (events.LegAnswered(leg), events.LegAnswered(leg), events.LegFailed(leg, "busy"), events.LegEnded(leg))
    return book.tell(kinds[pick // 2 % 4])


def hangs_up(book: Playbook, pick: int) -> object:
    """An agent ends whatever is on their desk."""
    on_desk = book.plane.context.on_desk(AGENTS[pick % 3])
    return on_desk and book.tell(events.AgentHungUp(AGENTS[pick % 3], on_desk[pick // 3 % len(on_desk)]))


def disposes(book: Playbook, pick: int) -> object:
    agent = AGENTS[pick % 3]
    known = book.router.agents.get(agent)
    contacts = [*known.contacts, *(wrapping.contact for wrapping in known.wrapping)] if known else []
    return contacts and book.tell(events.ContactDisposed(agent, contacts[pick % len(contacts)], "solved"))


def monitors(book: Playbook, pick: int) -> object:
    """A supervisor asks for a talk, goes on to another mode, or is gone."""
    modes: tuple[Mode, ...] = ("listen", "whisper", "barge")
    monitor = next(iter(book.plane.state.monitors), "tandem-monitor-1")
    told: list[events.Event] = [
        events.MonitoringAsked(AGENTS[pick % 3], modes[pick // 3 % 3], "ann", device=f"PJSIP/{AGENTS[pick % 2]}"),
        events.MonitoringAsked(AGENTS[pick % 3], modes[pick // 3 % 3], "ann", own=AGENTS[pick % 2]),
        events.MonitorJoined(monitor),
        events.MonitorJoined(monitor),
        events.MonitorEnded(monitor),
        events.MonitoringStopped(AGENTS[pick % 3], "ann"),
    ]
    return book.tell(told[pick // 9 % 6])


TARGETS = (
    *(events.Target(agent=name) for name in AGENTS),
    events.Target(queue="tech"),
    events.Target(number="139"),
    events.Target(queue="tech"),
)


def verb(book: Playbook, pick: int) -> object:
    """What an agent wants of a talk, whether or not they are in one."""
    contacts = [*CALLS, *(work for work in book.plane.state.work if work.startswith("consultation-"))]
    in_talk = [(leg.agent, leg.call) for leg in book.plane.state.legs.values() if leg.bridged_at is not None]
    agent, contact = AGENTS[pick % 3], contacts[pick // 3 % len(contacts)]
    if in_talk and pick % 8:
        agent, contact = in_talk[pick % len(in_talk)]
    to = TARGETS[pick % len(TARGETS)]
    verbs: list[events.Event] = [
        events.AgentConsulted(agent, contact, to, "please"),
        events.AgentTransferred(agent, contact, to, "please"),
        events.AgentHungUp(agent, contact),
        events.AgentHeld(agent, contact),
        events.AgentRetrieved(agent, contact),
        events.AgentMuted(agent, contact, bool(pick % 2)),
        events.AgentPausedRecording(agent, contact, bool(pick % 2)),
        events.AgentPressed(agent, contact, "12#"),
        events.AgentConsulted(agent, contact, to),
        events.ConsultationSwapped(agent, contact),
        events.ConferenceBegan(agent, contact),
        events.ConsultationCompleted(agent, contact),
        events.ConsultationCancelled(agent, contact),
        events.ConsultationSwapped(agent, contact),
    ]
    return book.tell(verbs[pick // 3 % len(verbs)])


def reenter(book: Playbook, pick: int) -> object:
    calls = list(book.plane.state.calls.values())
    call = calls[pick % len(calls)] if calls else None
    return call and book.reenter(call.id, call.joining if pick % 3 else "")


def join(book: Playbook, _pick: int) -> object:
    """Who is to be joined is."""
    calls = [call for call in book.plane.state.calls.values() if call.joining]
    return calls and book.tell(events.Bridged(calls[0].id, calls[0].joining))


def any_bridge(book: Playbook, pick: int) -> object:
    calls = [*CALLS, *book.plane.state.calls]
    return book.tell(events.Bridged(calls[pick % len(calls)], leg_of(book, pick // 4)))


def all_answer(book: Playbook, _pick: int) -> object:
    """Whoever is rung picks up, and calls are joined with their agents."""
    for leg in list(book.plane.state.legs.values()):
        if leg.state in ("asked", "ringing"):
            book.tell(events.LegAnswered(leg.id))
        if leg.id in book.plane.state.legs:
            book.tell(events.Bridged(leg.call, leg.line or leg.id))
    return None


IN_TALK: tuple[Step, ...] = (
    verb,
    verb,
    verb,
    all_answer,
    reenter,
    reenter,
    join,
    any_bridge,
)


def orders(book: Playbook, pick: int) -> object:
    """Orders are asked for again, are found, or are not."""
    contact = (*CALLS, *CHATS)[pick % 6]
    known = book.plane.state.orders.get(contact)
    number = known.tries if known else 1
    if pick // 6 % 3 == 0:
        return book.tell(events.OrdersWanted(AGENTS[pick // 18 % 3], contact))
    if pick // 6 % 3 == 1:
        return book.tell(events.LookedUp(f"orders/{contact}", number, {"0 number": "7", "1 number": ""}))
    return book.tell(events.LookupFailed(f"orders/{contact}", number, "it answered 500"))


STEPS: tuple[Step, ...] = (
    *IN_TALK,
    orders,
    lambda book, pick: book.tell(events.ChatBegan(chat_of(book, pick), "4008", number="139" * (pick % 3))),
    write,
    write,
    on_desk,
    on_desk,
    connection,
    lambda book, pick: book.tell(
        events.MailCame(MAILS[pick % 3], "mails", "Where is it?", "ann@shop.example", sticky=AGENTS[pick % 2])
    ),
    mail_on_desk,
    mail_on_desk,
    customer,
    customer,
    lambda book, pick: book.tell(events.MailWithdrawn(MAILS[pick % 3])) if pick % 4 == 0 else None,
    lambda book, pick: book.tell(events.SettingsLoaded(settings_of(pick))),
    lambda book, pick: book.call(CALLS[pick % 4]),
    lambda book, pick: book.queue(CALLS[pick % 4]) if CALLS[pick % 4] not in book.plane.state.calls else None,
    press,
    press,
    lambda book, pick: book.tell(events.CallEnded(CALLS[pick % 4])),
    lambda book, pick: book.agent_ready(AGENTS[pick % 3]),
    lambda book, pick: book.tell(events.AgentPaused(AGENTS[pick % 3], "lunch", "Mei" * (pick // 3 % 2), pick % 5 == 0)),
    lambda book, pick: book.tell(events.AgentWentReady(AGENTS[pick % 3], "Mei" * (pick // 3 % 2))),
    lambda book, pick: book.tell(events.AgentSignedOut(AGENTS[pick % 3], after_contact=pick % 5 == 0)),
    lambda book, pick: book.tell(events.WrapUpExtended(AGENTS[pick % 3], float(pick % 9))),
    hangs_up,
    lambda book, pick: book.tell(events.SettingsLoaded(CENTRES[pick % len(CENTRES)])),
    lambda book, pick: book.tell(events.LegConfirmed(leg_of(book, pick))),
    line_kept,
    line_kept,
    lambda book, pick: book.tell(events.DeviceLost(f"PJSIP/{AGENTS[pick % 3]}")),
    lambda book, pick: book.tell(events.DeviceFound(f"PJSIP/{AGENTS[pick % 3]}")),
    browser_phone_of,
    browser_phone_of,
    measure,
    lambda book, pick: book.tell(events.LegRinging(leg_of(book, pick))),
    lambda book, pick: book.tell(events.LegAnswered(leg_of(book, pick))),
    bridge,
    bridge,
    lambda book, pick: book.tell(events.LegFailed(leg_of(book, pick), ("no_answer", "declined", "failed")[pick % 3])),
    lambda book, pick: book.tell(events.LegEnded(leg_of(book, pick), (16, rejoining.NO_VOICE)[pick // 8 % 2])),
    lambda book, pick: book.tell(events.Held(leg_of(book, pick))),
    lambda book, pick: book.tell(events.Retrieved(leg_of(book, pick))),
    lambda book, pick: book.tell(events.LinkDelivered(CALLS[pick % 4], 1, "webhook")),
    lambda book, pick: book.tell(events.LinkFailed(CALLS[pick % 4], 1, "refused")),
    lambda book, pick: book.tell(events.FlowPublished(VERSIONS[pick % 2])),
    lambda book, pick: book.tell(events.CanaryStarted(VERSIONS[pick % 2], 50.0, Margins(enough=1 + pick % 3), "ann")),
    lambda book, pick: book.tell(events.CanaryStopped("line", "ann")),
    by_a_supervisor,
    by_a_supervisor,
    dials,
    dials,
    internal,
    disposes,
    monitors,
    lambda book, pick: book.tell(events.SwitchLost()),
    lambda book, pick: book.tell(events.SwitchFound(f"boot-{pick % 2}", book.now, seen_channels(book, pick), None)),
    lambda book, pick: book.tell(events.Restarted()),
    lend,
    lambda book, pick: book.tell(events.LoanTakenBack(pick % 4, "Mei")),
    lambda book, pick: book.tell(events.SettingsLoaded(CHANGED[pick % len(CHANGED)], pick)),
    lambda book, pick: book.pass_time(float(pick % 30)),
)

TALKS: tuple[Step, ...] = (
    *IN_TALK,
    *IN_TALK,
    lambda book, pick: book.agent_ready(AGENTS[pick % 3]),
    lambda book, pick: book.queue(CALLS[pick % 4]) if CALLS[pick % 4] not in book.plane.state.calls else None,
    press,
    recording,
    line_kept,
    lambda book, pick: book.tell(events.CallEnded(CALLS[pick % 4])) if pick % 2 else None,
    lambda book, pick: book.tell(events.LegFailed(leg_of(book, pick), ("no_answer", "declined", "failed")[pick % 3])),
    lambda book, pick: book.tell(events.LegEnded(leg_of(book, pick))),
    lambda book, pick: book.tell(events.Held(leg_of(book, pick))),
    lambda book, pick: book.tell(events.Retrieved(leg_of(book, pick))),
    lambda book, pick: book.tell(events.SwitchLost()),
    lambda book, pick: book.tell(events.SwitchFound("boot-1", book.now, seen_channels(book, pick), None)),
    lambda book, pick: book.tell(events.Restarted()),
    lambda book, pick: book.tell(events.SettingsLoaded(CHANGED[pick // 4 % len(CHANGED)])) if pick % 4 == 0 else None,
    browser_phone_of,
    browser_phone_of,
    dials,
    dials,
    dials,
    internal,
    disposes,
    monitors,
    lambda book, pick: book.pass_time(float(pick % 30)),
)

lives = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 255)), max_size=60)


def check(book: Playbook) -> None:
    state, contacts = book.plane.state, book.router.contacts
    held = [contact for contact in contacts.values() if contact.state in ("connected", "held")]
    for name in {contact.agent for contact in held}:
        units = sum(contact.cost for contact in held if contact.agent == name)
        assert units <= 100, f"{name} has too much: {units}"
    talking = Counter(leg.call for leg in state.legs.values() if leg.state in ("talking", "held"))
    assert all(count == 1 for count in talking.values()), f"a contact with two agents: {talking}"
    check_consultations(book)
    contacts_of: list[Call | Chat] = [*state.calls.values(), *state.chats.values()]
    in_queue = {contact.id for contact in contacts_of if contact.state == "queued"}
    consulted = [call.consultation for call in state.calls.values() if call.consultation]
    assert set(state.work) - {one.id for one in consulted if one.to.number} <= set(contacts)
    for mail in state.mails.values():
        theirs = contacts.get(mail.id)
        assert (mail.offer, mail.agent) == ((theirs.offer, theirs.agent) if theirs else (0, ""))
        waits = theirs is not None and theirs.state in ("waiting", "offered", "connecting")
        assert mail.state == ("ended" if theirs is None else "queued" if waits else theirs.state)
    contacts = {name: contact for name, contact in contacts.items() if name not in {*state.work, *state.mails}}
    in_talk = {contact.id for contact in contacts_of if contact.state in {*TALKING, "rejoining"}}
    assert in_queue == {c.id for c in contacts.values() if c.state in ("waiting", "offered", "connecting")}
    assert in_talk == {c.id for c in contacts.values() if c.state in ("connected", "held")}
    for call in state.calls.values():
        assert call.leg is None or call.leg in state.legs
    for chat in state.chats.values():
        known = contacts.get(chat.id)
        assert (chat.offer, chat.agent) == ((known.offer, known.agent) if known else (0, ""))
        assert [message.number for message in chat.messages] == list(range(1, chat.said + 1))
        assert (chat.talk is not None) == (chat.state == "connected")
        assert chat.talk is None or (chat.talk.agent, chat.talk.number) == (chat.agent, chat.talks)
    check_lines(book)
    check_verbs(book)
    check_loans(book)
    check_leaks(book)
    check_recordings(book)


def check_consultations(book: Playbook) -> None:
    """A consultation has its agent, the colleague it says, and nobody else; whom nobody talks with is to be joined."""
    state = book.plane.state
    consultations = {work.id for work in state.work.values() if work.kind == "consultation"}
    assert consultations == {call.consultation.id for call in state.calls.values() if call.consultation}
    for call in state.calls.values():
        assert call.state not in TALKING or call.leg is not None
        assert (call.state == "consulting") == (call.consultation is not None)
        assert (call.state == "sent_on") == (call.onward is not None)
        assert not call.joining or call.joining in state.legs
        if call.consultation:
            leg = state.legs.get(call.consultation.leg or "")
            assert (call.consultation.state != "asking") == (leg is not None and leg.bridged_at is not None)
            assert leg is None or (leg.call, leg.party) == (call.consultation.id, call.id)


def check_lines(book: Playbook) -> None:
    """A kept line is for one leg at most, and its agent is there while it is."""
    state, settings = book.plane.state, book.plane.state.settings.acd.agents
    for name, line in state.lines.items():
        assert not line.leg or state.legs[line.leg].line == line.id
        assert line.is_there == book.router.agents[name].device_present or not (
            name in settings and settings[name].nailed_up
        )
        assert (f"line {name}" in state.timers) == (line.state == "down")
    lent = [leg.line for leg in state.legs.values() if leg.line]
    assert len(lent) == len(set(lent))
    for name, agent in book.router.agents.items():
        pause = state.pauses.get(name)
        assert (pause.began_at if pause else None) == (agent.paused_since if agent.wants == "paused" else None)
        wanted = name in settings and settings[name].nailed_up and agent.state != "signed_out"
        assert not wanted or name in state.lines


def check_verbs(book: Playbook) -> None:
    """Whoever is engaged is in a call with a colleague, or on another agent's talk; nobody monitors what is over, or
    waits for a voice that nobody waits for; nothing is said of what is."""
    state = book.plane.state
    engaged = {name: agent.engaged_with for name, agent in book.router.agents.items() if agent.engaged}
    calls = {name: INTERNAL_CALL for call in state.internal.values() for name in (call.agent, call.colleague)}
    assert engaged == calls | {name: MONITORING for monitor in state.monitors.values() for name in monitor.busy}
    for monitor in state.monitors.values():
        assert monitor.leg in state.legs if monitor.leg else state.calls[monitor.call].state == "rejoining"
    assert {name for name, work in state.work.items() if work.kind == "dialled"} <= set(state.dials)
    assert {call.id for call in state.calls.values() if call.direction == "outbound"} <= set(state.dials)


def check_loans(book: Playbook) -> None:
    """The router works by the settings and the loans that run over them, and nobody is lent twice."""
    state = book.plane.state
    running = [loan for loan in state.loans.values() if loan.ended is None]
    lent = [name for loan in running for name in loan.agents]
    assert len(lent) == len(set(lent))
    assert book.router.settings == under(state.settings.acd, running)
    assert {f"loan {loan.proposal.number}" for loan in running} == {
        name for name in state.timers if name.startswith("loan ")
    }


def check_recordings(book: Playbook) -> None:
    """Whoever talks is recorded or not; of every recording that goes on, the talk does."""
    state = book.plane.state
    going_on = {name: one for name, one in state.recordings.items() if one.ended_at is None}
    assert {call.recording for call in state.calls.values()} - {""} == set(going_on)
    for one in going_on.values():
        leg = state.legs[one.leg]
        assert (leg.call, leg.agent, leg.bridged_at) == (one.call, one.agent, one.began_at)
        assert state.calls[one.call].leg == leg.id


def check_recorded_once(book: Playbook) -> None:
    """No recording is on record twice, or while it goes on."""
    out = [command for _, _, done in book.history for command in done]
    rows = Counter(row.recording for row in these(commands.RecordRecording, out))
    assert set(rows.values()) <= {1}
    assert not set(rows) & set(book.plane.state.recordings)


def check_leaks(book: Playbook) -> None:
    """Nothing is kept for who is gone, and nothing is gone that somebody needs."""
    state = book.plane.state
    resting = [callback for callback in state.callbacks.values() if callback.session]
    open_chats = [chat for chat in state.chats.values() if chat.state != "ended"]
    readers: tuple[Walker, ...] = (*state.pages.values(), *state.guides.values(), *open_chats)
    with_flow = [call for call in state.calls.values() if call.flow]  # who was dialled has none
    walkers: tuple[Walker, ...] = (*with_flow, *readers, *resting)
    given = {flow_key(flow, version) for flow, version in state.published.items()}
    given |= {flow_key(canary.flow, canary.version) for canary in state.canaries.values()}
    assert set(state.flows) == {flow_key(walker.flow, walker.version) for walker in walkers} | given
    subjects = {*state.calls, *state.pages, *state.guides, *state.chats}
    assert set(state.lookups) <= subjects | {f"orders/{contact}" for contact in state.orders}
    alive = {*state.calls, *state.work, *state.voicemails}
    alive |= {chat.id for chat in open_chats} | {mail.id for mail in state.mails.values() if mail.state != "ended"}
    assert not set(state.sought) & set(state.customers)
    assert {*state.sought, *state.customers} <= alive
    assert all(state.lookups.values()) and all(state.notes.values())
    owned = {"page": set(state.pages), "guide": set(state.guides), "reader": subjects, "bookings": set(state.bookings)}
    owned |= {"callback": set(state.callbacks), "callback-expiry": set(state.callbacks)}
    owned |= {kind: set(state.chats) for kind in (chats.IDLE, chats.AWAY, chats.OVER, desk.TIMER)}
    owned |= {"line": set(state.lines), "pause": set(state.pauses), "confirm": set(state.legs)}
    owned |= {kind: set(state.mails) for kind in (mails.OFFER, mails.OVER)}
    owned |= {"consultation": set(state.work), rejoining.SILENT: set(state.legs)}
    owned |= {rejoining.REJOINING: {call.id for call in state.calls.values() if call.rejoin}}
    owned |= {"abandoned": set(state.abandoned), "offered-back": set(state.offered_back), "leg": set(state.legs)}
    owned |= {kind: set(state.loans) for kind in (loans.ENDS, loans.SHOWS)}
    owned |= {"last-agents": {""} if state.last_agents else set()}
    owned["lookup"] = {f"{subject}/{number}" for subject, asked in state.lookups.items() for number in asked}
    contacts = {*state.calls, *state.chats, *state.mails}
    assert state.orders.keys() <= {*contacts, *state.work, *state.dials, *state.voicemails}
    assert state.last_queues.keys() <= contacts
    for kind, _, subject in (name.partition(" ") for name in state.timers):
        if kind == "way":  # falls due at once, and finds out itself who is still there
            continue
        assert subject in owned[kind], (kind, subject)


@settings(max_examples=300, deadline=None)
@given(lives)
def test_calls_agents_and_the_router_never_disagree(life: list[tuple[Step, int]]) -> None:
    book = Playbook()
    for step, pick in life:
        step(book, pick)
        check(book)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(TALKS), st.integers(0, 255)), max_size=60), st.sampled_from(CENTRES))
def test_talks_and_consultations_never_disagree(life: list[tuple[Step, int]], centre: Settings) -> None:
    """Three agents are there from the beginning, and one is in talk."""
    book = Playbook(centre)
    for agent in AGENTS:
        book.tell(events.DeviceFound(browser_phone(agent)))
        book.agent_ready(agent)
    book.queue()
    all_answer(book, 0)
    for step, pick in life:
        step(book, pick)
        check(book)
    check_recorded_once(book)
    again = Plane()
    for now, event, out in book.history:
        assert again.handle(wire.decode(wire.encode(event)), now) == out


@settings(max_examples=150, deadline=None)
@given(lives)
def test_every_interval_balances_at_every_moment(life: list[tuple[Step, int]]) -> None:
    book = Playbook()
    for step, pick in life:
        step(book, pick)
    latest = {}
    for _, _, out in book.history:
        for row in these(commands.RecordInterval, out):
            latest[row.queue, row.start] = row
            parts = row.answered + row.abandoned + row.overflowed_out + row.called_back + row.self_served + row.lost
            assert row.offered == parts + row.waiting
    waits = [wait for _, _, out in book.history for wait in these(commands.RecordWait, out)]
    assert sum(row.answered for row in latest.values()) == sum(wait.outcome == "answered" for wait in waits)
    assert sum(row.abandoned for row in latest.values()) == sum(wait.outcome == "abandoned" for wait in waits)
    assert sum(row.lost for row in latest.values()) == sum(wait.outcome == "lost" for wait in waits)


@settings(max_examples=150, deadline=None)
@given(lives)
def test_every_message_of_a_chat_is_recorded_once_and_every_chat_ends_when_nobody_is_there(
    life: list[tuple[Step, int]],
) -> None:
    book = Playbook()
    for step, pick in life:
        step(book, pick)
    for chat in CHATS:
        book.tell(events.ChatLost(chat))
    book.pass_time(AWAY_SECONDS + KEPT_SECONDS + 1)
    assert book.plane.state.chats == {}
    assert not [timer for timer in book.plane.state.timers if "chat" in timer]
    told = [command for _, _, out in book.history for command in out]
    written = Counter((row.call, row.number, row.at) for row in these(commands.RecordMessage, told))
    assert set(written.values()) <= {1}
    for talk in these(commands.RecordChatTalk, told):
        assert talk.enqueued_at <= talk.connected_at <= (talk.first_response_at or talk.ended_at) <= talk.ended_at
        assert talk.responses <= min(talk.customer_messages, talk.agent_messages)
        assert 0.0 <= talk.response_seconds <= talk.ended_at - talk.connected_at
    talked = {agent.call for agent in these(commands.RecordOffer, told) if agent.outcome == "answered"}
    assert {talk.call for talk in these(commands.RecordChatTalk, told)} == talked & set(CHATS)
    rows = [row for row in these(commands.RecordContact, told) if row.channel == "chat"]
    assert sum(row.ended_at is None for row in rows) == sum(row.ended_at is not None for row in rows)


@settings(max_examples=150, deadline=None)
@given(lives)
def test_a_replay_of_the_journal_gives_the_commands_of_the_run(life: list[tuple[Step, int]]) -> None:
    """The run was written out and read back before every event; the replay is not, and passes the journal's bytes."""
    hooks = {"crm": Webhook("crm", queues=("tech",)), "all": Webhook("crm")}
    book = Playbook(replace(SETTINGS, webhooks=hooks, orders=OrderLookup("shop")))
    for step, pick in life:
        step(book, pick)
        check(book)
    again = Plane()
    for now, event, out in book.history:
        replayed = again.handle(wire.decode(wire.encode(event)), now)
        assert replayed == out
        assert wire.digest(replayed) == wire.digest(out)


@settings(max_examples=100, deadline=None)
@given(lives)
def test_receivers_are_told_without_a_gap_and_of_each_end_once(life: list[tuple[Step, int]]) -> None:
    book = Playbook(replace(SETTINGS, webhooks={"all": Webhook("crm")}))
    for step, pick in life:
        step(book, pick)
        check(book)
    done = [command for _, _, out in book.history for command in out]
    sent = these(commands.TellReceivers, done)
    assert [one.id.partition("-")[2] for one in sent] == [str(number + 1) for number in range(len(sent))]
    ends = Counter(one.subject for one in sent if isinstance(one.told, ContactEnded))
    rows = (row for row in these(commands.RecordContact, done) if row.ended_at is not None)
    assert ends == Counter(row.call for row in rows)


@settings(max_examples=100, deadline=None)
@given(lives)
def test_after_the_last_event_every_offer_comes_to_an_end_by_itself(life: list[tuple[Step, int]]) -> None:
    book = Playbook()
    for step, pick in life:
        step(book, pick)
    for agent in AGENTS:
        book.tell(events.AgentSignedOut(agent))
    if not book.plane.state.switch_up:  # nobody overstays, and no wrap-up ends, while nothing is heard of the phones
        book.tell(events.SwitchFound(book.plane.state.boot, book.now, seen_channels(book, 253), None))
    book.pass_time(120.0)
    for agent in book.router.agents:  # who was taken out of the settings is forgotten
        assert book.agent_state(agent)[0] in ("signed_out", "connected", "hold"), book.agent_state(agent)
