"""How an OpenID provider is set."""

from urllib.parse import urlsplit

import msgspec

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class OidcSettings(msgspec.Struct, frozen=True):
    """How we are known to the provider `issuer`; `claim` of its token is the name of a user here."""

    issuer: str
    client_id: str
    client_secret: str
    claim: str


def is_safe(address: str) -> bool:
    """Whether what is said there can be believed: https, or this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
