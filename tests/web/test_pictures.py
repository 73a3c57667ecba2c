"""docs/screenshots has each view in both languages, light and dark, and nothing else."""

import re

from tandem.service.config import PROJECT
from tests.web.pictures import FOLDER, LOOKS, VIEWS
from tests.web.test_admin import ROOMS

MOST_BYTES = 80_000


def test_there_is_a_picture_of_every_view_in_every_look() -> None:
    wanted = {f"{view}.{language}.{theme}.png" for view in VIEWS for language, theme in LOOKS}
    there = {file.name for file in FOLDER.iterdir()}
    assert wanted - there == set(), "make test-web SCREENSHOTS=--screenshots"
    assert there - wanted == set()


def test_every_view_is_looked_at_by_a_test() -> None:
    sources = "".join(file.read_text() for file in (PROJECT / "tests/web").glob("test_*.py"))
    rooms = {f"admin-{room}" for room in ROOMS.values()}
    assert {view for view in VIEWS - rooms if f'"{view}"' not in sources} == set()


def test_no_picture_is_heavy() -> None:
    assert {file.name: file.stat().st_size for file in FOLDER.iterdir() if file.stat().st_size > MOST_BYTES} == {}


def test_the_pages_show_pictures_that_there_are() -> None:
    for page in (PROJECT / "docs").glob("*.md"):
        for name in re.findall(r"\]\(screenshots/([^)]+)\)", page.read_text()):
            assert (FOLDER / name).is_file(), f"{page.name}: {name}"
