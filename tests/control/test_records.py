"""Records of the router become rows."""

from tandem.acd import commands as acd
from tandem.acd.experience import Estimate
from tandem.control import commands
from tandem.control.records import from_router


def test_the_row_of_a_wait_has_its_estimate_where_one_was_made() -> None:
    wait = acd.RecordWait("c1", "help", 5.0, "answered", "1001", 7.0, 1, 2.0, Estimate(30.0, 10.0, 50.0))
    row = from_router(wait, 40.0)
    assert row == commands.RecordWait(
        "c1", "help", 7.0, 40.0, "answered", "1001", 5.0, 1, 2.0, estimated=30.0, earliest=10.0, latest=50.0
    )
    none = from_router(acd.RecordWait("c1", "help", 5.0, "answered", "1001", 7.0), 40.0)
    assert isinstance(none, commands.RecordWait)
    assert (none.estimated, none.earliest, none.latest) == (None, None, None)
