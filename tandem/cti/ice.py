"""Which STUN and TURN servers a browser phone asks for a way to Asterisk; none, unless they are configured.

TURN relays for whoever has a password. It gets one for a time, made of a secret that the server knows too, as "A REST
API For Access To TURN Services" (draft-uberti-behave-turn-rest-00) has it and coturn's `use-auth-secret` takes it.
"""

import base64
import hmac
from dataclasses import dataclass, field

from tandem.cti.shapes import IceServer

GOOD_FOR = 86400.0
"""Seconds; the draft's advice. A page asks anew at each ring, so that even a long talk is over by then."""


@dataclass(frozen=True)
class IceServers:
    """The servers, as addresses like `stun:stun.example:3478` and `turn:turn.example?transport=tcp`; `secret` is the
    `static-auth-secret` of the latter."""

    stun: tuple[str, ...] = ()
    turn: tuple[str, ...] = ()
    secret: str = field(default="", repr=False)

    def of(self, account: str, now: float) -> list[IceServer]:
        """What the phone of `account` is given at `now` (epoch seconds)."""
        servers: list[IceServer] = [{"urls": list(self.stun)}] if self.stun else []
        if self.turn:
            name = f"{now + GOOD_FOR:.0f}:{account}"
            password = base64.b64encode(hmac.digest(self.secret.encode(), name.encode(), "sha1")).decode()
            servers.append({"urls": list(self.turn), "username": name, "credential": password})
        return servers
