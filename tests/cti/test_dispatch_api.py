"""Forecast, proposals and loans over HTTP."""

import pytest

from tandem.control import events
from tandem.control.dispatch.outlook import Outlook
from tests.control.dispatch import proposal
from tests.control.playbook import SETTINGS
from tests.cti.sites import Site


@pytest.fixture
async def floor(site: Site) -> Site:
    """An outlook with one proposal that can be applied and one that is too late; two agents are there."""
    site.all_for_the_plane = True
    site.happens(events.SettingsLoaded(SETTINGS))
    site.happens(events.SwitchFound("boot-1", site.now, (), ("PJSIP/1001", "PJSIP/1002")))
    for name in ("1001", "1002"):
        site.happens(events.AgentSignedIn(name))
    proposals = (proposal(8, site.now + 3600), proposal(9, site.now))
    site.dispatch.outlook = Outlook(site.now, site.now + 3600, (), (), proposals)
    return site


async def test_who_looks_first_has_one_made(site: Site) -> None:
    status, found = await site.json("GET", "/dispatch")
    assert status == 200
    assert found == {"now": 2000.0, "outlook": None, "working": True, "failed": "", "loans": []}
    assert site.dispatch._asked.is_set()
    site.dispatch._asked.clear()
    site.dispatch.failed = "it took longer than 240 s"
    assert (await site.json("GET", "/dispatch"))[1]["failed"] == "it took longer than 240 s"
    assert not site.dispatch._asked.is_set()
    assert await site.json("POST", "/dispatch") == (202, {"accepted": True})
    assert site.dispatch._asked.is_set()


async def test_a_proposal_is_applied_once_and_taken_back_once(floor: Site) -> None:
    assert (await floor.json("POST", "/dispatch/8/apply"))[0] == 202
    _, found = await floor.json("GET", "/dispatch")
    assert [one["number"] for one in found["outlook"]["proposals"]] == [8, 9]
    (loan,) = found["loans"]
    assert (sorted(loan["agents"]), loan["by"], loan["ended"]) == (["1001", "1002"], "operators' token", None)
    assert floor.plane.state.router.settings.agents["1001"].skills == {"tv": 3}
    status, refused = await floor.json("POST", "/dispatch/8/apply")
    assert (status, refused["error"]["code"]) == (409, "already_applied")
    assert (await floor.json("POST", "/dispatch/loans/8/take-back"))[0] == 202
    (loan,) = (await floor.json("GET", "/dispatch"))[1]["loans"]
    assert (loan["ended"], loan["taken_back_by"]) == (2000.0, "operators' token")
    status, refused = await floor.json("POST", "/dispatch/loans/8/take-back")
    assert (status, refused["error"]["code"]) == (409, "over")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/dispatch/9/apply", 409, "over"),
        ("/dispatch/7/apply", 404, "unknown_proposal"),
        ("/dispatch/x/apply", 404, "unknown_proposal"),
        (f"/dispatch/{'9' * 16}/apply", 404, "unknown_proposal"),
        ("/dispatch/loans/7/take-back", 404, "unknown_loan"),
        ("/dispatch/loans/x/take-back", 404, "unknown_loan"),
        (f"/dispatch/loans/{'9' * 16}/take-back", 404, "unknown_loan"),
    ],
)
async def test_what_is_not_there_is_refused(floor: Site, path: str, status: int, code: str) -> None:
    told = len(floor.told)
    found, refused = await floor.json("POST", path)
    assert (found, refused["error"]["code"]) == (status, code)
    assert len(floor.told) == told


async def test_a_plane_that_is_too_busy_is_told_of(floor: Site) -> None:
    floor.full = True
    status, refused = await floor.json("POST", "/dispatch/8/apply")
    assert (status, refused["error"]["code"]) == (503, "busy")


async def test_what_was_proposed_is_in_the_audit_log_in_words(floor: Site) -> None:
    await floor.json("POST", "/dispatch/8/apply")
    await floor.json("POST", "/dispatch/loans/8/take-back")
    _, entries = await floor.json("GET", "/audit")
    found = [(entry["what"], entry["detail"]) for entry in entries if "dispatch" in entry["what"]]
    words = "move 2 of day from chat to tech"
    assert sorted(found) == [("POST /dispatch/8/apply", words), ("POST /dispatch/loans/8/take-back", words)]
