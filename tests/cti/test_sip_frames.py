"""What a browser phone may say to Asterisk."""

import pytest

from tandem.cti.sip_frames import NotAllowedError, check

OWN = "<sip:1001-web@tandem.invalid>;tag=a7"


def frame(first: str = "REGISTER sip:tandem.invalid SIP/2.0", body: str = "", **headers: str) -> str:
    """A message as JsSIP writes it; a header of None is left out."""
    length = {"Content-Length": str(len(body.encode()))}
    given = {"Via": "SIP/2.0/WS x.invalid;branch=z9", "From": OWN, "To": OWN} | headers
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in (given | length).items()]
    return "\r\n".join([first, *lines, "", body])


CONTACT = "<sip:1001-web@0a1b-2c.invalid;transport=ws>"
DIGEST = 'Digest algorithm=MD5, username="{}", realm="asterisk", nonce="1", uri="sip:x", response="2"'


@pytest.mark.parametrize(
    "said",
    [
        frame(),
        frame(Authorization=DIGEST.format("1001-web")),
        frame("INVITE sip:4008@tandem.invalid SIP/2.0", "v=0\r\no=你好\r\n", To="<sip:4008@tandem.invalid>"),
        frame("BYE sip:asterisk@127.0.0.1 SIP/2.0", To="<sip:4008@127.0.0.1>;tag=9"),
        frame("SIP/2.0 200 OK", From='"Wang" <sip:13800000001@127.0.0.1>;tag=9'),
        frame().replace("From:", "f:").replace("To:", "t:").replace("Content-Length:", "l:"),
        frame(Contact=f'{CONTACT};+sip.ice;reg-id=1;+sip.instance="<urn:uuid:0a1b>";expires=120'),
        frame("SIP/2.0 200 OK", Contact=CONTACT.replace("ws>", "ws;ob>")),
        "\r\n\r\n",
    ],
)
def test_a_phone_speaks_as_itself(said: str) -> None:
    check(said, "1001-web")


@pytest.mark.parametrize(
    "said",
    [
        frame(From="<sip:1002-web@tandem.invalid>;tag=a"),
        frame(To="<sip:1002-web@tandem.invalid>"),
        frame(From="sip:1001-web@tandem.invalid"),
        frame(From='"<sip:1001-web@x>" <sip:1002-web@tandem.invalid>'),
        frame(From="<sip:1001-web@x>, <sip:1002-web@x>"),
        frame(From="<sip:1001%2Dweb@tandem.invalid>"),
        frame("INVITE sip:4008@x SIP/2.0", From="<sip:13800000001@tandem.invalid>"),
        frame("INVITE sip:4008@x SIP/2.0", From="<sip:13800000001@tandem.invalid>", To="<sip:4008@x>;tag=made-up"),
        frame(Authorization=DIGEST.format("1002-web")),
        frame(Proxy_Authorization=DIGEST.format("1002-web")),
        frame(Authorization=DIGEST.format('1001-web", username="1002-web')),
        frame(Authorization="Bearer token"),
        frame("MESSAGE sip:1002@x SIP/2.0", "hello"),
        frame("SUBSCRIBE sip:1002@x SIP/2.0"),
        frame() + frame(From="<sip:1002-web@x>"),
        frame("SIP/2.0 200 OK") + frame(From="<sip:1002-web@x>"),
        frame().replace("Content-Length: 0\r\n", ""),
        frame().replace("Content-Length: 0", "Content-Length: 00"),
        frame().replace("From:", "From: <sip:1002-web@x>\r\nFrom:"),
        frame().replace("From:", "f: <sip:1002-web@x>\r\nFrom:"),
        frame().replace("From: ", "From:\r\n <sip:1002-web@x>\r\nX: "),
        frame().replace("\r\nFrom:", "\nFrom:"),
        frame().replace("Via:", "Via: x\nFrom: <sip:1002-web@x>\r\nVia:"),
        frame().replace("\r\n\r\n", ""),
        frame(User_Agent="Tandem\0desk"),
        frame(Contact="<sip:1001-web@192.0.2.1:5060>"),
        frame(Contact="<sip:1001-web@0a1b.invalid;transport=ws;maddr=192.0.2.1>"),
        frame(Contact="<sip:1001-web@0a1b.invalid:5060>"),
        frame(Contact=f"{CONTACT}, <sip:1001-web@192.0.2.1>"),
        frame(Contact=f"{CONTACT};expires=0, <sip:1001-web@192.0.2.1>"),
        frame(Contact=CONTACT).replace("Contact:", "m: <sip:x@192.0.2.1>\r\nContact:"),
        frame(Contact=f"{CONTACT};expires=0", m=CONTACT),
        frame("SIP/2.0 200 OK", Contact="<sip:1001-web@192.0.2.1:5060>"),
        frame("INVITE sip:4008@x SIP/2.0", To="<sip:4008@x>", Record_Route="<sip:192.0.2.1;lr>"),
        frame(Path="<sip:192.0.2.1;lr>"),
        frame(Route="<sip:192.0.2.1;lr>"),
        frame("INVITE sip:4008@x SIP/2.0", To="<sip:4008@x>", Replaces="1@x;to-tag=2;from-tag=3"),
        "",
        "GET /ws HTTP/1.1\r\n\r\n",
    ],
)
def test_and_as_nobody_else(said: str) -> None:
    with pytest.raises(NotAllowedError):
        check(said, "1001-web")
