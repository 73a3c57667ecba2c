"""What admins do with prompts while calls run; `cti.prompts_api` asks for it, over HTTP."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain

from tandem.control.callback import asking
from tandem.control.commands import Utterance
from tandem.cti.answers import Refused
from tandem.cti.prompts_api import Name, Prompt
from tandem.ivr import standard
from tandem.ivr.flow import Flow
from tandem.ivr.speech import prompts
from tandem.telephony.speech.library import PromptLibrary
from tandem.telephony.speech.synthesiser import SpeechFailedError


class PromptShelf:
    """The texts of the flows in force, and those the centre says of its own. `flows` gives the flows in force.

    A prompt is known by what the flows say, so no name that somebody sends ever becomes that of a file.
    """

    def __init__(self, library: PromptLibrary, flows: Callable[[], Awaitable[Sequence[Flow]]]) -> None:
        self._library, self._flows = library, flows

    async def all(self) -> list[Prompt]:
        """All of them, by flow and text."""
        known = await self._known()
        return await asyncio.to_thread(lambda: [self._shown(known[name]) for name in sorted(known, key=_place)])

    async def sound(self, name: Name) -> bytes:
        """As callers hear it; it is made where it is not yet."""
        utterance = await self._utterance(name)
        with _explained():
            return await self._library.sound(utterance)

    async def record(self, name: Name, sound: bytes) -> Prompt:
        """Take a recording in; the next caller hears it."""
        utterance = await self._utterance(name)
        with _explained():
            await self._library.recordings.keep(utterance, sound)
            await self._library.path(utterance)
        return self._shown(utterance)

    async def remove(self, name: Name) -> Prompt:
        """Remove the recording; the next caller hears the synthesiser."""
        utterance = await self._utterance(name)
        with _explained():
            if not self._library.recordings.remove(utterance):
                raise Refused(409, "not_recorded", f"{name} has no recording.")
            await self._library.path(utterance)
        return self._shown(utterance)

    async def synthesise(self, name: Name) -> Prompt:
        """Have it said anew."""
        utterance = await self._utterance(name)
        if self._library.recordings.find(utterance):
            raise Refused(409, "recorded", f"{name} has a recording, which is what callers hear: remove it first.")
        with _explained():
            await self._library.make_again(utterance)
        return self._shown(utterance)

    async def _known(self) -> dict[Name, Utterance]:
        flows = await self._flows()
        said: Iterable[Utterance] = await asyncio.to_thread(
            lambda: [*chain.from_iterable(map(prompts, flows)), *standard.prompts(), *asking.prompts()]
        )
        return {Name(each.language, each.key): each for each in said if each.key}

    async def _utterance(self, name: Name) -> Utterance:
        found = (await self._known()).get(name)
        if found is None:
            raise Refused(404, "no_prompt", f"No flow in force says {name}.")
        return found

    def _shown(self, utterance: Utterance) -> Prompt:
        recorded = self._library.recordings.find(utterance)
        seconds = self._library.seconds(utterance)
        origin = "recorded" if recorded else "synthesised"
        return Prompt(utterance.language, utterance.key, utterance.text, origin, seconds)  # type: ignore[arg-type]


def _place(name: Name) -> tuple[str, str]:
    return name.key, name.language


@contextmanager
def _explained() -> Iterator[None]:
    """Makes a refusal of a prompt that can't be made."""
    try:
        yield
    except SpeechFailedError as error:
        why = str(error)
        raise Refused(422, "not_right", f"{why[:1].upper()}{why[1:]}.") from error
