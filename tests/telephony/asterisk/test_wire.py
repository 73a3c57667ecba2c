import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.telephony.asterisk import wire

ANY_TEXT = st.text(st.characters(codec="utf-8"))
NASTY = st.text(st.sampled_from(list('\r\n\0"\\: aA,<>')))


@given(ANY_TEXT | NASTY, ANY_TEXT | NASTY)
def test_no_value_ever_makes_a_second_action_or_key(key: str, value: str) -> None:
    try:
        written = wire.action({"Action": "Setvar", key: value})
    except ValueError:
        return
    assert written.count(b"\r\n\r\n") == 1
    assert written.endswith(b"\r\n\r\n")
    assert written.count(b"\n") == (3 if key != "Action" else 2)
    assert b"\0" not in written


@given(st.lists(ANY_TEXT | NASTY))
def test_no_argument_ever_makes_a_second_agi_command(arguments: list[str]) -> None:
    try:
        written = wire.command(["NOOP", *arguments])
    except ValueError:
        return
    assert written.count(b"\n") == 1
    assert written.endswith(b"\n")
    assert agi_words(written.decode().removesuffix("\n")) == ["NOOP", *arguments]


def agi_words(line: str) -> list[str]:
    """How Asterisk's parse_args (res/res_agi.c) takes a line apart."""
    words, word, quoted, escaped = [], None, False, False
    for letter in line:
        if escaped:
            word, escaped = (word or "") + letter, False
        elif letter == "\\":
            escaped = True
        elif letter == '"':
            quoted, word = not quoted, word or ""
        elif letter == " " and not quoted:
            words.append(word or "")
            word = None
        else:
            word = (word or "") + letter
    return [*words, word or ""]


@pytest.mark.parametrize("bad", ["a\r\n\r\nAction: Originate", "a\nb", "a\rb", "a\0b"])
def test_line_breaks_and_nul_are_refused_everywhere(bad: str) -> None:
    fields: list[dict[str, wire.Value]] = [{"Action": bad}, {bad: "x"}, {"Variable": ["a=1", bad]}]
    for field in fields:
        with pytest.raises(ValueError, match=r"line break|not a key"):
            wire.action(field)
    for words in ([bad], ["STREAM FILE", bad]):
        with pytest.raises(ValueError, match="line break"):
            wire.command(words)


def test_what_asterisk_would_read_as_two_lines_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        wire.command(["NOOP", "x" * 2100])
    with pytest.raises(ValueError, match="too long"):
        wire.action({"Action": "Setvar", "Value": "x" * 1100})


def test_a_colon_can_not_hide_in_a_key() -> None:
    with pytest.raises(ValueError, match="not a key"):
        wire.action({"Action: Originate": "x"})


def test_a_sequence_writes_its_key_once_for_each_value() -> None:
    assert wire.action({"Variable": ["a=1", "b=2"]}) == b"Variable: a=1\r\nVariable: b=2\r\n\r\n"


def test_a_repeated_key_is_read_as_lines() -> None:
    assert wire.message(b"ChanVariable: a=1\r\nnonsense\r\nChanVariable: b=2\r\nEmpty:") == {
        "ChanVariable": "a=1\nb=2",
        "Empty": "",
    }


@given(st.binary())
def test_any_bytes_can_be_read(data: bytes) -> None:
    wire.message(data)


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ("200 result=0", wire.Reply(200, "0")),
        ("200 result=1 (a (b) c)", wire.Reply(200, "1", "a (b) c")),
        ("200 result=-1 endpos=0", wire.Reply(200, "-1")),
        ("200 result= (timeout)", wire.Reply(200, "", "timeout")),
        ("510 Invalid or unknown command", wire.Reply(510)),
        ("520-Invalid command syntax.  Proper usage follows:", wire.Reply(520)),
        ("511 Command Not Permitted on a dead channel or intercept routine", wire.Reply(511)),
    ],
)
def test_agi_replies(line: str, reply: wire.Reply) -> None:
    assert wire.reply(line) == reply


@pytest.mark.parametrize("line", ["", "GET / HTTP/1.1", "20 result=1"])
def test_what_is_no_agi_reply(line: str) -> None:
    with pytest.raises(ValueError, match="not an AGI reply"):
        wire.reply(line)


def test_printable_keeps_names_and_drops_tricks() -> None:
    assert wire.printable("王伟 \u202eabc\x07\n" + "x" * 200) == "王伟 abc" + "x" * 74
