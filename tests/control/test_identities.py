"""By what people are known: one way to write each, whoever wrote it."""

import pytest

from tandem.control.identities import identity, sender_of


@pytest.mark.parametrize(
    ("kind", "value", "country", "known_by"),
    [
        ("phone", "138 0000-0001", "CN", "phone:+8613800000001"),
        ("phone", "+86 138 0000 0001", "", "phone:+8613800000001"),
        ("phone", "(020) 8333-8888", "CN", "phone:+862083338888"),
        ("phone", "2001", "CN", "phone:2001"),
        ("phone", "13800000001", "", "phone:13800000001"),
        ("phone", "anonymous", "CN", None),
        ("phone", "+" + "1" * 16, "", None),
        ("email", " Ann.Wang@Shop.Example ", "", "email:ann.wang@shop.example"),
        ("email", "ann@shop", "", None),
        ("email", "a b@shop.example", "", None),
        ("external", "C-00017", "", "external:C-00017"),
        ("external", "", "", None),
        ("external", "x" * 101, "", None),
        ("chat", "visitor:7", "", "chat:visitor:7"),
        ("chat", "a\nb", "", None),
        ("chat", "a;b", "", None),
        ("fax", "138", "", None),
    ],
)
def test_an_identity_is_written_one_way_or_is_none(kind: str, value: str, country: str, known_by: str | None) -> None:
    assert identity(kind, value, country) == known_by


def test_a_mails_sender_has_one_address_or_none() -> None:
    assert sender_of('"Wang, Ann" <ann@shop.example>') == "ann@shop.example"
    assert sender_of("ann@shop.example") == "ann@shop.example"
    assert sender_of("the shop") == ""
