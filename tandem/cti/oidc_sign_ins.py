"""Sign-ins that are under way at the provider. Nothing of them is kept here, so that nobody can fill our memory with
them, or push another's out: the browser keeps them, in its cookie.

What comes back is the `state` of RFC 6749, signed, with when it was made and which page is wanted. The provider and
whoever reads an address see it, so it holds no secret: nonce and verifier are made of it anew, by a key that never
leaves us. That it is good for one sign-in only is seen to by the provider, which takes a code once (RFC 6749, 4.1.2).
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable

import msgspec

BACK_SECONDS = 600.0
"""How long somebody may take at the provider."""
SIGNATURE_BYTES = 32


class Begun(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What a state holds. `at`: when, in epoch seconds; `to`: the page that is wanted."""

    once: str
    at: float
    to: str


class SignIn(msgspec.Struct, frozen=True):
    """Somebody who is at the provider; `to` is the page they want."""

    state: str
    nonce: str
    verifier: str
    to: str


class SignIns:
    """Makes them, and knows them again, by a secret `key`."""

    def __init__(self, key: str, clock: Callable[[], float]) -> None:
        if not key:
            raise ValueError("sign-ins need a key")
        self._key = key.encode()
        self._clock = clock

    def begin(self, to: str) -> SignIn:
        """One that never was before."""
        begun = msgspec.json.encode(Begun(secrets.token_urlsafe(16), self._clock(), to))
        return self._sign_in(_text(begun + self._made("state", begun)), to)

    def again(self, state: str) -> SignIn | None:
        """The one that this state was made for; None: it was not made here, or too long ago."""
        try:
            raw = base64.b64decode(state.encode() + b"=" * (-len(state) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, UnicodeEncodeError):
            return None
        begun, signature = raw[:-SIGNATURE_BYTES], raw[-SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._made("state", begun)):
            return None
        known = msgspec.json.decode(begun, type=Begun)
        return None if self._clock() > known.at + BACK_SECONDS else self._sign_in(state, known.to)

    def _sign_in(self, state: str, to: str) -> SignIn:
        nonce, verifier = (_text(self._made(what, state.encode())) for what in ("nonce", "verifier"))
        return SignIn(state, nonce, verifier, to)

    def _made(self, what: str, of: bytes) -> bytes:
        return hmac.new(self._key, f"{what} ".encode() + of, hashlib.sha256).digest()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
