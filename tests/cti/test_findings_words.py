"""What is found wrong with settings and flows has words in every language, and a page is told them in its own."""

import ast
import string
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from aiohttp.test_utils import make_mocked_request

from tandem.control.centre.reading import read_content
from tandem.cti.words.findings import ENGLISH, LANGUAGES, in_language, language_of
from tandem.ivr.evaluation import ANY
from tandem.ivr.lint.ways import NOUNS
from tandem.ivr.problems import UNLIKE
from tandem.ivr.values import Kind, OtherWay
from tandem.said import said, said_by
from tandem.service.config import PROJECT

NAMES = {*get_args(Kind), "list", ANY, *NOUNS.values(), *get_args(OtherWay)}
"""What is said as a value of something else."""


def codes() -> Iterator[str]:
    """Every code of the sources."""
    for file in (PROJECT / "tandem").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "said":
                first = node.args[0]
                assert not isinstance(first, ast.JoinedStr | ast.BinOp), f"{file}:{node.lineno} is no code"
                if isinstance(first, ast.Constant) and first.value:
                    yield str(first.value)


def placeholders(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_words_with_the_same_values_and_there_are_no_others(language: str) -> None:
    words = LANGUAGES[language]
    wanted = {*codes(), *NAMES, *(code for _, code in UNLIKE)}
    assert wanted - words.keys() == set()
    assert words.keys() - wanted == set()
    assert [code for code in wanted if placeholders(words[code]) != placeholders(code)] == []


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("zh-CN", "zh-CN"),
        ("zh-Hans-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("en-GB, zh;q=0.9", ENGLISH),
        ("zh;q=0.2, EN;q=0.7", ENGLISH),
        ("fr, zh;q=0, de", ENGLISH),
        ("*", ENGLISH),
        ("", ENGLISH),
        (";;q=,zh;q=x", ENGLISH),
    ],
)
def test_the_language_is_the_first_of_ours_that_is_asked_for(asked: str, given: str) -> None:
    request = make_mocked_request("GET", "/", headers={"Accept-Language": asked})
    assert language_of(request) == given


def test_what_is_said_within_is_told_in_the_same_language_and_anything_else_as_it_is() -> None:
    inner = said("there is no queue {queue!r}", queue="tv")
    told = said("the flow in force needs it: {what}", what=inner)
    assert str(told) == "the flow in force needs it: there is no queue 'tv'"
    assert in_language(told, "zh-CN") == "正在使用的流程需要它：没有队列“tv”"
    assert in_language(said("never told before: {name}", name="x"), "zh-CN") == "never told before: x"
    assert said_by(ValueError(inner)) is inner and str(said_by(OSError(2, "gone"))) == "[Errno 2] gone"
    with pytest.raises(NotImplementedError):
        in_language(object(), "zh-CN")


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"queues": {"tv": {"ring_seconds": "soon"}}}, "应为 `float`，而不是 `str`"),
    ({"queues": {"tv": {"ring": 3}}}, "没有字段 `ring`"),
    ({"queues": {"tv": {"selection": "best"}}}, "不能取值 'best'"),
    ({"queues": {"tv": {"needs": "tv >"}}}, "needs：第 5 个字符：末尾缺少值"),
    ({"services": {"shop": {}}}, "缺少字段 `url`"),
    ({"last_agent_days": -1}, "应为 >= 0.0 的 `float`"),
]


@pytest.mark.parametrize(("content", "told"), MISTAKES)
def test_what_types_and_structures_say_has_words_too(content: dict[str, Any], told: str) -> None:
    [first, *_] = read_content(content).findings
    assert in_language(first.message, "zh-CN") == told
