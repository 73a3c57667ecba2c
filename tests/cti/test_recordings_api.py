"""Who has the right hears recordings, and nobody does without being noted."""

import pytest
from sqlalchemy import text

from tandem.control.commands import RecordRecording, RecordVoicemail
from tandem.store.records import Batch, RecordWriter
from tandem.store.users import Role, UserStore
from tests.cti.sites import Site
from tests.cti.test_accounts import Browser, user

TALK, LEFT = "recording-c1-1", "voicemail-c1-1"
SOUND = b"0123456789abcdef" * 64
AUDIO = f"/recordings/{TALK}/audio"


async def recorded(site: Site) -> None:
    """A talk and a voicemail of the contact c1, on record and on disk."""
    writer = await RecordWriter.open(site.database)
    talk = RecordRecording(TALK, "c1", "1001", "help", 1012.0, 1060.0, f"{TALK}.wav", 48.0, len(SOUND), "5e")
    left = RecordVoicemail(LEFT, "c1", "138", "help", f"{LEFT}.wav", 7.0, 1080.0, None, None)
    await writer._write([Batch(1, 1000.0, (talk, left))])
    site.spool.mkdir()
    for name in (TALK, LEFT):
        (site.spool / f"{name}.wav").write_bytes(SOUND)


async def hearer(users: UserStore, browser: Browser, role: Role = "supervisor", right: bool = True) -> None:
    """Somebody signed in, with the right or without."""
    await user(users, "li", role, "1001" if role == "agent" else "")
    await users.change("li", 1000.0, hears_recordings=right)
    await browser.sign_in("li")


@pytest.fixture
def browser(site: Site) -> Browser:
    return Browser(site)


@pytest.mark.parametrize("role", ["agent", "supervisor", "admin"])
async def test_no_role_has_the_right(site: Site, users: UserStore, browser: Browser, role: Role) -> None:
    await recorded(site)
    await hearer(users, browser, role, right=False)
    for path in ("/contacts/c1/recordings", AUDIO):
        status, told = await browser.json("GET", path)
        assert (status, told["error"]["code"]) == (403, "not_allowed")
        assert "hears_recordings" in told["error"]["message"]
    assert [entry.what for entry in await users.audit(9)] == ["signed in"]


@pytest.mark.parametrize("role", ["agent", "supervisor"])
async def test_who_has_the_right_finds_and_hears_them_and_is_noted(
    site: Site, users: UserStore, browser: Browser, role: Role
) -> None:
    await recorded(site)
    await hearer(users, browser, role)
    status, told = await browser.json("GET", "/contacts/c1/recordings")
    assert status == 200
    assert [(one["recording"], one["kind"], one["seconds"]) for one in told] == [
        (TALK, "talk", 48.0), (LEFT, "voicemail", 7.0),
    ]  # fmt: skip
    assert await browser.json("GET", "/contacts/c2/recordings") == (200, [])
    for name in (TALK, LEFT):
        response, sound = await site.ask("GET", f"/recordings/{name}/audio", token=None, headers=browser.headers())
        assert (response.status, sound.encode(), response.content_type) == (200, SOUND, "audio/wav")
        assert response.headers["Cache-Control"] == "no-store"
    heard = [(entry.name, entry.what, entry.detail, entry.address) for entry in (await users.audit(9))[:2]]
    assert heard == [
        ("li", f"heard {LEFT}", "voicemail of contact c1", "127.0.0.1"),
        ("li", f"heard {TALK}", "talk of contact c1", "127.0.0.1"),
    ]


async def test_a_browser_can_seek_and_that_is_noted_too(site: Site, users: UserStore, browser: Browser) -> None:
    await recorded(site)
    await hearer(users, browser)
    for part, start, found in (
        ("100-199", 100, SOUND[100:200]),
        ("1000-", 1000, SOUND[1000:]),
        ("-24", 1000, SOUND[-24:]),
    ):
        response, sound = await site.ask(
            "GET", AUDIO, token=None, headers=browser.headers() | {"Range": f"bytes={part}"}
        )
        assert (response.status, sound.encode()) == (206, found)
        assert response.headers["Content-Range"].startswith(f"bytes {start}-")
        assert (await users.audit(1))[0].detail == f"talk of contact c1, from byte {start}"


@pytest.mark.parametrize("part", ["bytes=5000-", "bytes=9-2", "seconds=1-", "bytes=a-"])
async def test_a_part_that_is_not_there_is_refused(site: Site, part: str) -> None:
    await recorded(site)
    response, _ = await site.ask("GET", AUDIO, headers={"Range": part})
    assert (response.status, (await response.json())["error"]["code"]) == (416, "bad_range")


@pytest.mark.parametrize("name", ["recording-c9-1", "..%2Frecords.sqlite3", "%00", "c1"])
async def test_what_is_no_recording_is_not_found(site: Site, users: UserStore, name: str) -> None:
    await recorded(site)
    status, told = await site.json("GET", f"/recordings/{name}/audio")
    assert (status, told["error"]["code"]) == (404, "unknown_recording")
    assert await users.audit(9) == []


async def test_a_recording_whose_file_is_gone_is_not_found(site: Site) -> None:
    await recorded(site)
    (site.spool / f"{TALK}.wav").unlink()
    assert (await site.json("GET", AUDIO))[0] == 404


async def test_nothing_is_heard_that_can_not_be_noted(
    site: Site, users: UserStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tandem.store.users import UserStoreError

    async def refuse(*_: object) -> None:
        raise UserStoreError("disk full")

    await recorded(site)
    monkeypatch.setattr(users, "note", refuse)
    assert (await site.json("GET", AUDIO))[0] == 503


async def test_an_admin_gives_and_takes_the_right_which_is_noted(
    site: Site, users: UserStore, browser: Browser
) -> None:
    await user(users, "root", "admin")
    await user(users, "li", "supervisor")
    theirs = Browser(site)
    assert (await theirs.sign_in("li"))[1]["hears_recordings"] is False
    await browser.sign_in("root")
    status, told = await browser.json("PATCH", "/users/li", '{"hears_recordings": true}')
    assert (status, told["hears_recordings"]) == (200, True)
    assert (await users.audit(1))[0].detail == "hears_recordings True"
    assert (await theirs.json("GET", "/contacts/c1/recordings"))[0] == 200, "at once, without signing in again"
    await browser.json("PATCH", "/users/li", '{"hears_recordings": false}')
    assert (await theirs.json("GET", "/contacts/c1/recordings"))[0] == 403


@pytest.mark.parametrize("path", ["/contacts/c1/recordings", AUDIO])
async def test_a_database_that_cant_be_used_is_told_as_such(site: Site, path: str) -> None:
    async with site.database.begin() as connection:
        await connection.execute(text("DROP TABLE recordings"))
    status, told = await site.json("GET", path)
    assert (status, told["error"]["code"]) == (503, "unavailable")
