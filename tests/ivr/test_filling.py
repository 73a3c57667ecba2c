"""Variables in addresses, headers and bodies."""

import pytest

from tandem.ivr.filling import FillError, fill_line, fill_path, fill_value, plain
from tandem.ivr.values import Value

KNOWN: dict[str, Value] = {
    "order": "a/b?c=../é",
    "n": 7.0,
    "half": 0.5,
    "sure": True,
    "up": "..",
    "lines": "a\r\nX-Evil: 1",
}


def test_a_value_in_a_path_stays_in_its_place() -> None:
    assert fill_path("/orders/{order}/{n}", KNOWN) == "/orders/a%2Fb%3Fc%3D..%2F%C3%A9/7"
    for name in ("up", "empty"):
        with pytest.raises(FillError, match="can't be a part of a path"):
            fill_path("/orders/{" + name + "}", KNOWN | {"empty": ""})


def test_a_value_in_a_header_stays_on_its_line() -> None:
    assert fill_line("{evil}", {"evil": "{secret:orders}"}) == "(secret:orders}"
    assert fill_line("by {lines}; {secret:orders}", KNOWN) == "by a X-Evil: 1; {secret:orders}"


def test_a_variable_alone_keeps_its_kind() -> None:
    assert [fill_value(value, KNOWN) for value in ("{n}", "{sure}", "{n} of {half}", 3, "x")] == [
        7.0,
        True,
        "7 of 0.5",
        3,
        "x",
    ]


def test_values_are_written_as_programs_write_them() -> None:
    assert [plain(value) for value in (True, False, 7, 7.0, 7.25, "x")] == ["true", "false", "7", "7", "7.25", "x"]


def test_a_variable_that_is_not_set_is_told() -> None:
    for fills in (fill_path, fill_line, fill_value):
        with pytest.raises(FillError, match="variable gone is not set"):
            fills("/{gone}", KNOWN)
