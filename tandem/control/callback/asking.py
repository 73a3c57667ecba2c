"""What a customer who is called back may say to it: put me through, call later, not any more."""

from collections.abc import Collection
from typing import Literal

from tandem.ivr.commands import Listen, Utterance

KEYS = "123"
LATER, NO_MORE = "2", "3"
ANSWER_SECONDS = 4.0
"""How long the customer may think about it; who says nothing is put through."""
ASKING_SECONDS = 30.0
"""How much longer an agent who has picked up may wait for a customer who is asked first."""

Text = Literal["ask", "later", "cancelled"]
TEXTS: dict[Text, dict[str, str]] = {
    "ask": {
        "en": "To be put through, press one. To be called again later, press two. If it is settled, press three.",
        "zh-CN": "现在接通请按一,稍后再打请按二,不再需要请按三。",
    },
    "later": {"en": "We will call you again later. Goodbye.", "zh-CN": "好的,我们稍后再与您联系。再见。"},
    "cancelled": {"en": "You will not be called any more. Goodbye.", "zh-CN": "好的,已为您取消回电。再见。"},
}


def question(greeting: Collection[Utterance], language: str) -> Listen:
    """Greet the customer, and ask."""
    return Listen((*greeting, _utterance("ask", language)), keys=KEYS, wait=ANSWER_SECONDS)


def farewell(text: Text, language: str) -> Listen:
    """The last that a customer hears who is not put through."""
    return Listen((_utterance(text, language),))


def prompts() -> list[Utterance]:
    """All that is said here, in every language."""
    return [_utterance(text, language) for text, wordings in TEXTS.items() for language in wordings]


def _utterance(text: Text, language: str) -> Utterance:
    return Utterance(language, TEXTS[text][language], f"tandem-answered/{text}")
