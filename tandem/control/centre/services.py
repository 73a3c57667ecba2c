"""What can be wrong with a service."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from tandem.control.settings import Service
from tandem.said import NOTHING, Said, said, said_by

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_REFERENCE = re.compile(r"\{secret:([^}]*)\}")
_PRIVATE = re.compile(r"auth|token|secret|password|cookie|api-?key", re.IGNORECASE)
_REMEDY = said("keep it with tandem secret set NAME, and write {{secret:NAME}} here")


def mistakes(name: str, service: Service) -> Iterator[tuple[tuple[str, ...], Said, Said]]:
    """Each mistake: the way from the service to the field, what is wrong, and what to do."""
    if not NAME.fullmatch(name):
        yield (), said("is no name for a service"), said("letters, digits, _ and - are")
    for what, remedy in _mistakes_in_url(service.url):
        yield ("url",), what, remedy
    for header, text in service.headers.items():
        for what, remedy in _mistakes_in_header(header, text):
            yield ("headers", header), what, remedy
    if service.failures < 1:
        yield ("failures",), said("must be at least 1"), said("so many failures in a row until it is left alone")
    if not 0 < service.open_seconds <= 3600:
        yield ("open_seconds",), said("must be more than 0 and at most 3600 seconds"), said("30 is usual")
    if service.signed_with and not NAME.fullmatch(service.signed_with):
        yield ("signed_with",), said("must be the name of a secret"), said("letters, digits, _ and -")


def _mistakes_in_url(url: str) -> Iterator[tuple[Said, Said]]:
    try:
        parts = urlsplit(url)
        port_is_right = parts.port is None or parts.port > 0
    except ValueError as error:
        yield said("is no address ({error})", error=said_by(error)), said("write one like https://shop.example/api")
        return
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_right or re.search(r"\s", url):
        yield said("must be like https://shop.example/api"), NOTHING
    if parts.username is not None or parts.password is not None:
        yield said("has a password in clear"), said("{remedy}, in a header", remedy=_REMEDY)
    if parts.query or parts.fragment or url.endswith(("?", "#")):
        yield said("can't have ? or #"), said("what is asked stands in the flow")


def _mistakes_in_header(header: str, text: str) -> Iterator[tuple[Said, Said]]:
    if not _HEADER.fullmatch(header) or not text.isprintable():
        yield said("is no header"), said("its name has no spaces, and its text is one line")
    names = _REFERENCE.findall(text)
    if _PRIVATE.search(header) and not names:
        yield said("is a secret in clear"), _REMEDY
    for name in names:
        if not NAME.fullmatch(name):
            yield said("{name!r} is no name of a secret", name=name), said("letters, digits, _ and - are")
