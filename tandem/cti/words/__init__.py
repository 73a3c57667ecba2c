"""The words of the callers' pages and chats, one file a language. Adding a language is adding a file: `pt-BR.toml`."""

from pathlib import Path
from typing import get_args

import msgspec

from tandem.control.chat.chat import Notice as ChatNotice
from tandem.control.page.pages import Code, Field


class Notice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A page that says one thing."""

    title: str
    text: str


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that a page or a chat says by itself.

    `errors` maps an error code of a form to its words, with `{min}` and `{max}`, `chat` a notice of a chat to its own.
    """

    service: str
    privacy: str
    position: str
    stay: str
    talking: str
    meanwhile: str
    back: str
    agent: str
    send: str
    optional: str
    digits: str
    digits_exactly: str
    choose: str
    yes: str
    no: str
    saved: str
    offline: str
    check: str
    use_here: str
    done: Notice
    stuck: Notice
    over: Notice
    listen: Notice
    moment: Notice
    elsewhere: Notice
    too_fast: Notice
    unavailable: Notice
    missing: Notice
    chat: dict[str, str]
    errors: dict[str, str]

    def __post_init__(self) -> None:
        if self.errors.keys() != set(get_args(Code)):
            raise ValueError(f"errors has other codes than {', '.join(get_args(Code))}")
        if self.chat.keys() != set(get_args(ChatNotice)):
            raise ValueError(f"chat has other notices than {', '.join(get_args(ChatNotice))}")

    def error(self, field: Field) -> str:
        """What is wrong with a field that has an error."""
        return self.errors[field.error].replace("{min}", field.min).replace("{max}", field.max)


def _read() -> dict[str, Words]:
    files = sorted(Path(__file__).parent.glob("*.toml"), reverse=True)
    return {file.stem: msgspec.toml.decode(file.read_bytes(), type=Words) for file in files}


LANGUAGES = _read()
"""By BCP 47 name."""


def known(language: str) -> str:
    """The language of ours that is nearest to `language`: the same, one of the same kind, or English."""
    if language in LANGUAGES:
        return language
    kind = language.lower().partition("-")[0]
    return next((name for name in LANGUAGES if name.lower().partition("-")[0] == kind), "en")
