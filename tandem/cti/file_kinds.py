"""What a file is, by its first bytes and never by its name."""

import unicodedata
from collections.abc import Callable, Collection, Mapping
from urllib.parse import unquote

import msgspec

LONGEST_NAME = 100


class Kind(msgspec.Struct, frozen=True):
    """A kind of file: its media type, the endings that its names may have (the first is given to others), and whether
    some content is one."""

    media: str
    endings: tuple[str, ...]
    fits: Callable[[bytes], bool]


def _begins(*beginnings: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(beginnings)


def _is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return bool(text) and not any(unicodedata.category(c) == "Cc" and c not in "\t\r\n" for c in text)


KINDS: Mapping[str, Kind] = {
    "png": Kind("image/png", ("png",), _begins(b"\x89PNG\r\n\x1a\n")),
    "jpeg": Kind("image/jpeg", ("jpg", "jpeg"), _begins(b"\xff\xd8\xff")),
    "gif": Kind("image/gif", ("gif",), _begins(b"GIF87a", b"GIF89a")),
    "webp": Kind("image/webp", ("webp",), _is_webp),
    "pdf": Kind("application/pdf", ("pdf",), _begins(b"%PDF-")),
    "text": Kind("text/plain", ("txt", "log", "csv", "md"), _is_text),
}
"""By the names that settings have for them; `text` fits what begins like another too, and so comes last."""


def kind_of(content: bytes, allowed: Collection[str]) -> Kind | None:
    """What the content is; None where that is not allowed, or nothing known."""
    name = next((name for name, kind in KINDS.items() if kind.fits(content)), "")
    return KINDS[name] if name in allowed else None


def name_for(given: str, kind: Kind) -> str:
    """A name to show and to save under: what was given (percent-encoded), without folders and what controls a screen,
    and with an ending that its content may have."""
    plain = unquote(given).replace("\\", "/").rpartition("/")[2]
    shown = "".join(c for c in plain if not unicodedata.category(c).startswith("C")).strip(" .")[-LONGEST_NAME:]
    ending = shown.rpartition(".")[2].lower()
    return shown if "." in shown and ending in kind.endings else f"{shown or 'file'}.{kind.endings[0]}"
