"""How talks were heard: each is recorded, and a phone or a trunk that is badly heard again and again is told of."""

from collections.abc import Callable
from typing import Any

from tandem.control import commands, events
from tandem.control.context import Context
from tandem.control.voice.measured import BAD, score_of

IN_A_ROW = 3
"""Talks of one device that are badly heard one after another, before it is told."""


def talk_measured(context: Context, event: events.TalkMeasured, now: float) -> None:
    """The switch counts every talk, so only its word is taken for the alarm; the browser's is another of the same."""
    measured = event.measured
    if not measured.tells:
        return
    score = score_of(measured)
    context.tell(
        commands.RecordTalkQuality(
            channel=event.channel,
            agent=event.agent,
            device=event.device,
            at=now,
            codec=measured.codec,
            received=measured.received,
            lost=measured.lost,
            sent=measured.sent,
            lost_there=measured.lost_there,
            loss=measured.loss,
            jitter=measured.jitter,
            round_trip=measured.round_trip,
            score=score,
        )
    )
    if not event.agent:
        _watch(context, event.device, score)


def _watch(context: Context, device: str, score: float) -> None:
    bad = context.state.badly_heard
    if score >= BAD:
        bad.pop(device, None)
        return
    context.count("talks badly heard")
    bad[device] = bad.get(device, 0) + 1
    if bad[device] == IN_A_ROW:
        del bad[device]
        context.alarm("badly heard", device, f"{IN_A_ROW} talks in a row; the last scored {score:.1f}")


HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {events.TalkMeasured: talk_measured}
