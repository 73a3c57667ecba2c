"""What the reader says about flows that are wrong."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.ivr.nodes.set import Set
from tandem.ivr.problems import FlowErrors, Problem
from tandem.ivr.reader import read_flow
from tandem.ivr.yaml_tree import LONGEST_SOURCE
from tests.ivr.playbook import wrap

GOOD = """\
name: small
languages: [en, zh-CN]
start: hello
apology: sorry
texts:
  sorry: {en: Sorry., zh-CN: 抱歉。}
  hello: {en: "Hello {caller.name}.", zh-CN: 您好。}
  main: {en: One or two?, zh-CN: 一还是二？}
  message: {en: "See {link}", zh-CN: "请看{link}"}
nodes:
  hello:
    type: say
    text: hello
    next: main
  main:
    type: menu
    text: main
    choices:
      1: page
      2: chinese
    no_input: sorry
    wrong_key: sorry
    failed: done
  chinese: {type: set, values: {language: zh-CN}, next: main}
  page: {type: link, purpose: page, text: message, next: done, failed: done}
  done:
    type: end
"""


def problems(source: str) -> list[Problem]:
    with pytest.raises(FlowErrors) as caught:
        read_flow(source, "small.yaml")
    return caught.value.problems


def problem(old: str, new: str) -> str:
    """The one problem after a change to the good flow."""
    assert old in GOOD
    found = problems(GOOD.replace(old, new, 1))
    assert len(found) == 1, found
    return str(found[0]).removeprefix("small.yaml:")


def test_a_good_flow_is_read() -> None:
    flow = read_flow(GOOD, "small.yaml")
    assert (flow.name, flow.start, flow.languages) == ("small", "hello", ("en", "zh-CN"))
    assert list(flow.nodes) == ["hello", "main", "chinese", "page", "done"]


def test_the_version_is_the_sources_own() -> None:
    one, same, other = (read_flow(source, "x").version for source in (GOOD, GOOD, GOOD + "# changed\n"))
    assert one == same != other
    assert int(one, 16)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("type: say", "type: sya", "12: hello.type: there is no node type 'sya'. Perhaps say is meant."),
        (
            "    type: say\n",
            "",
            "11: hello.type: the node has no type. Known: branch, call, callback, cancel, collect,",
        ),
        ("    next: main\n", "", "11: hello.next: next is missing. Add next:."),
        (
            "    next: main\n",
            "    next: main\n    txet: 1\n",
            "15: hello.txet: there is no field txet. Perhaps text is meant.",
        ),
        ("next: main\n", "next: mian\n", "14: hello.next: there is no node 'mian'. Perhaps main is meant."),
        ("1: page", "1: hello", "25: page: nothing leads here. Let some node go to it, or remove it."),
        ("1: page", "1: page\n      a: done", "18: main.choices: Expected `str` matching regex '^[0-9*#]$'"),
        ("1: page", "1: page\n      1: done", "20: main.choices.1: 1 stands here twice. Remove one of them."),
        ("no_input: sorry", "no_input: srory", "21: main.no_input: there is no text 'srory'. Perhaps sorry is meant."),
        ("no_input: sorry", "no_input: 5", "21: main.no_input: Expected `str`, got `int`. Put it in quotes."),
        ("failed: done", "failed: done\n    tries: 99", "24: main.tries: Expected `int` <= 10."),
        (", zh-CN: 您好。", "", "7: texts.hello: not told in zh-CN. Add zh-CN: to it."),
        ("zh-CN: 您好。", "zh-CN: 您好。, fr: Bonjour", "7: texts.hello.fr: the flow has no language fr."),
        (
            "{caller.name}",
            "{caller.name|nmber}",
            "7: texts.hello.en: there is no format nmber. Perhaps number is meant.",
        ),
        ("{caller.name}", "{Name", "7: texts.hello.en: a brace that belongs to no variable."),
        ("{caller.name}", "{link}", "13: hello.text: a link can't be heard."),
        ("See {link}", "See you", "25: page.text: text message has no {link} in en."),
        ("en: Sorry.", "en: '...'", "6: texts.sorry.en: it says nothing."),
        ("language: zh-CN", "language: zh", "24: chinese.values.language: the flow has no language zh."),
        ("start: hello\n", "", "1: start: start is missing. Add start:."),
        ("start: hello", "start: helo", "3: start: there is no node 'helo'. Perhaps hello is meant."),
        ("name: small", "name: ../small", "1: name: '../small' is not a name."),
        ("apology: sorry", "apology: sorry\nextra: 1", "5: extra: there is no field extra."),
        ("languages: [en, zh-CN]", "languages: zh-CN", "2: languages: Expected `array`, got `str`."),
        ("    type: end", "    - 1", "26: done: this is no node. Give it a type: and its fields."),
    ],
)
def test_a_mistake_is_told_with_its_place(old: str, new: str, told: str) -> None:
    assert problem(old, new).startswith(told)


def test_a_language_nobody_can_speak() -> None:
    assert "can't speak fr" in str(problems(GOOD.replace("[en, zh-CN]", "[en, zh-CN, fr]"))[0])


def test_all_mistakes_are_told_at_once() -> None:
    broken = (
        GOOD.replace("type: say", "type: sya")
        .replace("1: page", "1: pgae")
        .replace("no_input: sorry", "no_input: srory")
    )
    assert [(one.line, one.node, one.field) for one in problems(broken)] == [
        (12, "hello", "type"),
        (19, "main", "choices.1"),
        (21, "main", "no_input"),
    ]


def test_digits_to_collect_must_be_possible() -> None:
    ask = "ask: {type: collect, text: q, variable: v, min: 5, max: 4, no_input: q, invalid: q, next: end, failed: end}"
    assert "min is above max" in str(problems(wrap(f"{ask}\nend: {{type: end}}", {"q": "What?"}))[0])


def test_an_alias_is_refused_where_it_stands() -> None:
    found = problem(
        "  main: {en: One or two?, zh-CN: 一还是二？}", "  main: &main {en: One?, zh-CN: 一？}\n  more: *main"
    )
    assert found.startswith("9: texts.more: an alias (*name) stands here.")


def test_numbers_that_no_wire_carries_are_text() -> None:
    flow = read_flow(GOOD.replace("{language: zh-CN}", "{large: 99999999999999999999, endless: 1e999, half: 0.5}"), "x")
    node = flow.nodes["chinese"]
    assert isinstance(node, Set)
    assert node.values == {"large": "99999999999999999999", "endless": "1e999", "half": 0.5}


def test_a_list_counts_from_its_own_place() -> None:
    which = "which: {type: branch, cases: [{when: dialled == 1, next: end}], else: end}"
    [found] = problems(wrap(f"{which}\nend: {{type: end}}", {}))
    assert (found.node, found.field) == ("which", "cases.0.when")
    assert "character 9: a text can't be compared to a number" in str(found.what)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "#",
        "null",
        "5",
        "[]",
        "\x00",
        "\x7fELF\x00\x01",
        "\ud800",
        "a: [",
        "a: 1\na: 2",
        "\t- x",
        "--- 1\n--- 2\n",
        "? [a]\n: b",
        "{a: 1}: 2",
        "[" * 2000,
        "a: *a",
        "a: &a [*a]",
        "!!python/object:os.system {}",
        "nodes: []\ntexts: 5\nname: {}\n",
        "x" * (LONGEST_SOURCE + 1),
        "a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\nd: [*c,*c,*c,*c]\n",
        "<<: {a: 1}",
        "nodes: {a: {type: [say]}}",
        GOOD.replace("type: end", "type: {}"),
        GOOD.replace("values: {language: zh-CN}", "values: {a: " + "9" * 5000 + ", b: .inf}, x: 1"),
    ],
)
def test_hostile_sources_are_told_and_nothing_more(source: str) -> None:
    assert problems(source)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, len(GOOD) - 1), st.integers(0, 30), st.text(max_size=6))
def test_any_damage_is_told_or_harmless(start: int, length: int, instead: str) -> None:
    try:
        flow = read_flow(GOOD[:start] + instead + GOOD[start + length :], "damaged.yaml")
    except FlowErrors as errors:
        assert errors.problems
        assert all(one.what and one.how_to_mend and one.line > 0 for one in errors.problems)
    else:
        assert flow.start in flow.nodes
