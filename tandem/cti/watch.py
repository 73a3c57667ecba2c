"""Who looks at which page, guide, chat or agent's desk, and wakes when it changes."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tandem.control.commands import OfferChat, ShowChat, ShowMail, ShowPage, WithdrawChat
from tandem.control.events import Event

News = ShowPage | ShowChat | OfferChat | WithdrawChat | ShowMail
"""Commands that say that there is something new to look at."""
PATIENCE = 3.0
"""Seconds that an answer waits for what it brings."""


class Watch:
    """Waiters by page."""

    def __init__(self) -> None:
        self._looking: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    def wake(self, page: str) -> None:
        """The page has changed."""
        for changed in self._looking.get(page, ()):
            changed.set()

    def tell(self, news: News) -> None:
        """The plane has something new to show."""
        if isinstance(news, ShowPage):
            self.wake(news.page)
        else:
            self.wake(news.mail if isinstance(news, ShowMail) else news.chat)
            self.wake(desk(news.agent))

    def wake_all(self) -> None:
        """Whatever they look at, it is over."""
        for page in list(self._looking):
            self.wake(page)

    def count(self, page: str) -> int:
        """How many look at the page."""
        return len(self._looking.get(page, ()))

    @contextmanager
    def looking(self, page: str) -> Iterator[asyncio.Event]:
        """An event that is set when the page changes."""
        changed = asyncio.Event()
        self._looking[page].add(changed)
        try:
            yield changed
        finally:
            self._looking[page].discard(changed)
            if not self._looking[page]:
                del self._looking[page]


def desk(agent: str) -> str:
    """What an agent's desk is called here."""
    return f"desk {agent}"


async def told(watch: Watch, page: str, emit: Callable[[Event], None], event: Event) -> bool:
    """Tell the plane of something on `page`, and wait until it has dealt with it; False when it is too busy."""
    with watch.looking(page) as changed:
        try:
            emit(event)
        except asyncio.QueueFull:
            return False
        return await changed_within(changed, PATIENCE)


async def changed_within(changed: asyncio.Event, seconds: float) -> bool:
    """Wait until the page has changed; False when it has not within `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            await changed.wait()
    except TimeoutError:
        return False
    changed.clear()
    return True
