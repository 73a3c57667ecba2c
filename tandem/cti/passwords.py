"""Passwords as they are kept: argon2id (RFC 9106) with the library's recommended costs."""

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 128
"""Characters. Length is what counts (NIST SP 800-63B); a bound keeps hashing from being made a burden."""
AT_ONCE = 2
"""Hashes that are computed at a time: each takes a core for a while, and calls come first."""
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
"""What a name is checked against that nobody has, so that it takes as long as one that somebody has."""


def fault_of(password: str, name: str) -> str:
    """What is wrong with a new password for the user `name`, as a sentence; empty when nothing is."""
    if not SHORTEST <= len(password) <= LONGEST:
        return f"A password has {SHORTEST} to {LONGEST} characters."
    if name and name.casefold() in password.casefold():
        return "A password does not contain the user's name."
    return "" if len(set(password)) >= SHORTEST // 2 else "A password has more different characters."


def one_time() -> str:
    """A password that nobody has had: 96 random bits."""
    return secrets.token_urlsafe(12)


class Passwords:
    """Hashes and checks in threads, not on the loop that calls need."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._room = asyncio.Semaphore(AT_ONCE)

    async def hashed(self, password: str) -> str:
        """What to keep of a password."""
        async with self._room:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, password: str, kept: str) -> bool:
        """Whether `kept` was made of the password; one that is empty was made of none."""
        async with self._room:
            return await asyncio.to_thread(self._verify, password, kept or NOBODY) and bool(kept)

    def _verify(self, password: str, kept: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False
