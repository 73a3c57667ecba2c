"""How the message phone reads SIP."""

from tests.phones.messages import Packet


def test_a_request_is_read_with_its_headers_in_any_case_and_its_body() -> None:
    packet = Packet.parse(b"MESSAGE sip:1@h SIP/2.0\r\nFROM: <sip:2@h>\r\ncall-id:x\r\n\r\n\xe4\xbd\xa0 \r\n\r\nb")
    assert packet.start == "MESSAGE sip:1@h SIP/2.0"
    assert packet.headers == {"from": "<sip:2@h>", "call-id": "x"}
    assert packet.body == "你 \r\n\r\nb"


def test_headers_that_come_twice_are_joined_in_order() -> None:
    packet = Packet.parse(b"OPTIONS sip:1@h SIP/2.0\r\nVia: a\r\nVia: b\r\n\r\n")
    assert packet.headers["via"] == "a, b"
