"""What a file is, and what it is called."""

import pytest

from tandem.cti.file_kinds import KINDS, kind_of, name_for

EXAMPLES = {
    "png": b"\x89PNG\r\n\x1a\n\0\0",
    "jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "gif": b"GIF89a\1\0",
    "webp": b"RIFF\x10\0\0\0WEBPVP8 ",
    "pdf": b"%PDF-1.7\n\x80",
    "text": "第一行\r\nline\t2".encode(),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_is_known_by_its_first_bytes_and_only_where_it_is_allowed(name: str) -> None:
    assert kind_of(EXAMPLES[name], KINDS) is KINDS[name]
    assert kind_of(EXAMPLES[name], [other for other in KINDS if other != name]) is None


@pytest.mark.parametrize(
    "content",
    [b"", b"MZ\x90\0", b"\x7fELF", b"PK\3\4", b"RIFF\x10\0\0\0WAVE", b"\x89PNX", b" %PDF-1.7\0", b"GIF88a\0", b"a\0b"],
)
def test_what_is_nothing_known_is_nothing(content: bytes) -> None:
    assert kind_of(content, KINDS) is None


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("%E7%94%B5%E8%A7%86.PNG", "电视.PNG"),
        ("a.png.exe", "a.png.exe.png"),
        ("..%2F..%2Fetc%2Fpasswd", "passwd.png"),
        ("C:%5Cpictures%5Ca.png", "a.png"),
        ("%E2%80%AEgnp.a%0A%00.png", "gnp.a.png"),
        ("", "file.png"),
        ("png", "png.png"),
        ("x" * 200 + ".png", "x" * 96 + ".png"),
        ("%FF%FE", "��.png"),
    ],
)
def test_a_name_controls_nothing_and_ends_as_its_content_does(given: str, shown: str) -> None:
    assert name_for(given, KINDS["png"]) == shown
