"""Pictures of every page and of every important view, in both languages, light and dark: `--screenshots` makes them."""

from itertools import product

import pytest
from playwright.async_api import Page

from tandem.service.config import PROJECT
from tests.web.desks import axe
from tests.web.png import small

FOLDER = PROJECT / "docs/screenshots"
LANGUAGES, THEMES = ("zh-CN", "en"), ("light", "dark")
LOOKS = tuple(product(LANGUAGES, THEMES))
VIEWS = frozenset({
    "sign-in", "desk-empty", "desk", "keys", "more", "phone", "desk-chat", "desk-canned",
    "widget-bot", "widget-agent", "widget-survey", "widget-phone", "link-form",
    "board", "board-waiting", "board-agent", "board-history", "board-behind", "board-dispatch", "wallboard",
    "flows", "editor", "editor-problems", "editor-versions", "editor-walk",
    "admin-queues", "admin-skills", "admin-certificates", "admin-agents", "admin-groups", "admin-channels",
    "admin-hours", "admin-customers", "admin-lines", "admin-answers", "admin-sight", "admin-links", "admin-services",
    "admin-webhooks", "admin-prompts", "admin-users", "admin-history", "admin-exchange", "admin-audit", "admin-review",
    "admin-findings",
})  # fmt: skip
"""All that there are pictures of: a test fails when one is missing, and for one that nobody made."""
every_look = pytest.mark.parametrize(("language", "theme"), LOOKS)
"""Marks a test that looks at pages, once for each way that they are shown; it takes `look`, too."""


class Look:
    """Looks at pages as those see them who can't see, and keeps pictures of them where that is wanted."""

    def __init__(self, keep: bool, language: str, theme: str) -> None:
        self._keep, self._suffix = keep, f"{language}.{theme}.png"

    async def at(self, page: Page, view: str) -> None:
        """What nobody could use is an error; `view` is what is seen."""
        assert view in VIEWS, f"{view} is not in {__name__}.VIEWS"
        assert await axe(page) == [], view
        if self._keep:
            FOLDER.mkdir(exist_ok=True)
            picture = await page.screenshot(animations="disabled", caret="hide")
            (FOLDER / f"{view}.{self._suffix}").write_bytes(await small(picture, page))
