"""The tokens in the addresses of pages: random and signed, so that a guess is refused without a look at anything."""

import base64
import binascii
import hashlib
import hmac
import secrets

RANDOM_BYTES, SIGNATURE_BYTES = 12, 12
"""96 bits each: short enough for a text message, and neither can be guessed."""


class Tokens:
    """Makes and checks tokens with a secret `key`."""

    def __init__(self, key: str) -> None:
        if not key:
            raise ValueError("tokens need a key")
        self._key = key.encode()

    def new(self) -> str:
        """A token that was never there before."""
        nonce = secrets.token_bytes(RANDOM_BYTES)
        return base64.urlsafe_b64encode(nonce + self._signature(nonce)).decode()

    def genuine(self, token: str) -> bool:
        """Whether `token` was made with our key."""
        try:
            raw = base64.b64decode(token.encode(), altchars=b"-_", validate=True)
        except (binascii.Error, UnicodeEncodeError):
            return False
        nonce, signature = raw[:RANDOM_BYTES], raw[RANDOM_BYTES:]
        return hmac.compare_digest(signature, self._signature(nonce))

    def _signature(self, nonce: bytes) -> bytes:
        return hmac.new(self._key, nonce, hashlib.sha256).digest()[:SIGNATURE_BYTES]
