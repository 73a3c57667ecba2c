"""What a browser phone may say: one whole SIP message a frame, as itself only.

Asterisk takes whoever comes from this machine by the user of From for one of its accounts, else for the trunk. So
nothing passes that two readers could understand in two ways: folded or doubled headers, a second message behind one.
Nor does what would have Asterisk send anything elsewhere than back: a Contact that some name server knows, a route.
"""

import re

METHODS = frozenset(
    {"REGISTER", "INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "INFO", "UPDATE", "PRACK", "REFER", "NOTIFY"}
)
KEEP_ALIVE = frozenset({"\r\n\r\n", "\r\n"})
ONCE = ("from", "to", "content-length")
CREDENTIALS = ("authorization", "proxy-authorization")
ELSEWHERE = frozenset({"route", "record-route", "path", "replaces"})
"""Headers that lead messages elsewhere, or take over another's call."""
_SHORT = {"f": "from", "t": "to", "l": "content-length", "m": "contact"}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_REQUEST = re.compile(r"([A-Z]+) \S+ SIP/2\.0")
_RESPONSE = re.compile(r"SIP/2\.0 [1-6]\d\d [^\r\n]*")
_ADDRESS = re.compile(r'(?:"[^"\\]*" ?)?<sip:([^@;>:]+)@[^<>"]+>(?:;[^<>"]*)?')
_CONTACT = re.compile(r"<sip:[^@<>;:,\"]+@[A-Za-z0-9.-]+\.invalid(?:;transport=ws)?(?:;ob)?>(?:;[^,]*)?")
"""Of a browser, which has no address of its own (RFC 7118, section 5): it leads nowhere but back over its line."""
_USER = re.compile(r'Digest (?:.*[ ,])?username="([^"\\]*)"(?:,.*)?')


class NotAllowedError(Exception):
    """The frame must not pass; the message says why."""


def check(frame: str, account: str) -> None:
    """Whether a phone with the SIP account `account` may send this; NotAllowedError: it may not."""
    if frame in KEEP_ALIVE:
        return
    head, end, body = frame.partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    if _CONTROL.search(head):
        raise NotAllowedError("a control character")
    headers = [_header(line) for line in lines]
    once = {name: value for name, value in headers if name in ONCE}
    if not end or sorted(name for name, _ in headers if name in ONCE) != sorted(ONCE):
        raise NotAllowedError("not one whole message")
    if once["content-length"] != str(len(body.encode())):
        raise NotAllowedError("more or less than one message")
    _check_ways(headers)
    if not _RESPONSE.fullmatch(first):
        _check_request(first, headers, once, account)


def _check_ways(headers: list[tuple[str, str]]) -> None:
    contacts = [value for name, value in headers if name == "contact"]
    if len(contacts) > 1 or not all(map(_CONTACT.fullmatch, contacts)):
        raise NotAllowedError("another address than a browser's")
    if any(name in ELSEWHERE for name, _ in headers):
        raise NotAllowedError("a way elsewhere")


def _check_request(first: str, headers: list[tuple[str, str]], once: dict[str, str], account: str) -> None:
    request = _REQUEST.fullmatch(first)
    if request is None or request[1] not in METHODS:
        raise NotAllowedError("not a request of a phone")
    _check_user(once["from"], _ADDRESS, account)
    if request[1] == "REGISTER":
        _check_user(once["to"], _ADDRESS, account)
    for name, value in headers:
        if name in CREDENTIALS:
            _check_user(value, _USER, account)


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not re.fullmatch(r"[A-Za-z-]+[ \t]*", name) or "\r" in line or "\n" in line:
        raise NotAllowedError("a header that is none")
    name = name.strip().lower()
    return _SHORT.get(name, name), value.strip()


def _check_user(value: str, pattern: re.Pattern[str], account: str) -> None:
    found = pattern.fullmatch(value)
    if found is None or found[1] != account or value.lower().count("username=") > 1:
        raise NotAllowedError("another's account")
