"""The plane's reasons against a verb, as HTTP has them and in words."""

from collections.abc import Mapping

from tandem.cti.answers import Refused

REASONS: Mapping[str, tuple[int, str]] = {
    "unknown_contact": (404, "There is no such contact; it may be over."),
    "unknown_agent": (404, "There is no agent of this name."),
    "unknown_queue": (404, "There is no queue of this name."),
    "unknown_step": (404, "The plan of the contact's queue has no step of this number; they are counted from 0."),
    "not_waiting": (409, "This contact does not wait: it is offered to somebody, or in talk."),
    "is_callback": (409, "This is a callback: its customer does not wait on the line."),
    "other_channel": (409, "That queue is of another channel."),
    "same_queue": (409, "The contact waits in that queue already."),
    "not_at_work": (409, "This agent is not at work: signed out, paused, or without a phone."),
    "conditional_step": (409, "This step comes by a condition of the whole queue, not by waiting."),
    "not_on_desk": (404, "No such contact is in talk or in wrap-up at this desk."),
    "unknown_disposition": (400, "The contact's queue has no disposition of this code: see GET /dispositions."),
    "note_needed": (400, "This disposition needs a note."),
    "no_orders": (409, "Orders can't be asked for: no lookup is set, or it needs more than is known of the contact."),
    "disposition_needed": (409, "Set the disposition first."),
    "not_free": (409, "This agent is offered something, is on the phone, or wraps up."),
    "no_dialling": (409, "Agents can't dial for this queue: see dial_out in its settings."),
    "bad_number": (400, "This is no number."),
    "not_allowed_number": (403, "The dial plan does not allow this number."),
    "too_many_dials": (429, "That was dialled too often within a minute."),
    "own_call": (400, "Nobody calls themselves."),
    "colleague_not_free": (409, "The colleague is offered something, is on the phone, or wraps up."),
    "not_recording": (409, "This talk is not recorded."),
    "bad_digits": (400, "Digits are 1 to 32 of 0 to 9, * and #."),
    "bad_target": (400, "Name one of an agent, a queue that takes calls, and a number."),
    "on_hold": (409, "The caller is on hold."),
    "not_on_hold": (409, "The caller is not on hold."),
    "held_by_phone": (409, "The phone holds the caller: take them back there."),
    "consulting": (409, "Somebody is consulted: cancel or complete that first."),
    "not_consulting": (409, "Nobody is consulted about this contact."),
    "not_answered": (409, "The colleague has not answered yet."),
    "in_conference": (409, "All three are in talk already."),
    "not_yours": (409, "Only the agent who consults can do this."),
    "own_talk": (409, "Nobody listens to their own talk."),
    "not_in_talk": (409, "This agent is in no talk by phone."),
    "monitors_another": (409, "You are on the talk of another agent: stop that first."),
    "not_monitoring": (409, "You are not on this agent's talk."),
    "switch_lost": (503, "The switch is not reached. Try again in a moment."),
    "phone_busy": (409, "The agent of this phone is offered something, is on the phone, or wraps up."),
    "no_phone": (409, "There is no phone to ring: name the `device` of an agent that is registered."),
}


def check(code: str) -> None:
    """Refused where the plane has a reason against it."""
    if code:
        status, message = REASONS[code]
        raise Refused(status, code, message)
