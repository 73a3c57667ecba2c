"""What is proved before callers get a flow."""

from collections.abc import Iterable

from tandem.ivr.flow import Flow
from tandem.ivr.lint import queues
from tandem.ivr.problems import Finding
from tandem.ivr.reader import nothing_more
from tandem.ivr.release import Source, release
from tests.ivr.playbook import wrap

OUTER = wrap("one: {type: call, flow: inner, next: bye}\nbye: {type: end, text: bye}", {"bye": "Bye."}, name="outer")
INNER = wrap("ask: {type: say, text: hi, next: bye}\nbye: {type: end}", {"hi": "Hello."}, name="inner")
QUEUED = wrap("wait: {type: queue, queue: tech, next: bye}\nbye: {type: end}", {}, name="queued")
TESTS = """
flow: outer
tests:
  - name: it says hello
    do: []
    expect: {words: [Hello., Bye.]}
"""


def no_queue(flow: Flow) -> Iterable[Finding]:
    return queues.find(flow, (), ())


def test_sub_flows_are_found_and_tests_are_run() -> None:
    made = release({"outer": Source(OUTER, {"a.yaml": TESTS}), "inner": Source(INNER)}, ["outer"], nothing_more)
    assert (set(made.flows), made.broken, made.doubtful) == ({"outer"}, {}, {})
    assert set(made.flows["outer"].flows) == {"inner"}


def test_a_test_that_fails_is_a_doubt_with_its_line() -> None:
    sources = {"outer": Source(OUTER, {"a.yaml": TESTS}), "inner": Source(INNER.replace("Hello.", "Good day."))}
    made = release(sources, ["inner", "outer"], nothing_more)
    (doubt,) = made.doubtful["outer"]
    assert str(doubt).startswith("a.yaml:4: it says hello: 'Hello.' was not said")
    assert set(made.flows) == {"inner", "outer"}


def test_a_queue_nobody_serves_is_a_doubt() -> None:
    made = release({"queued": Source(QUEUED)}, ["queued"], no_queue)
    assert "the centre has no queue 'tech'" in str(made.doubtful["queued"][0])
    assert set(made.flows) == {"queued"}


def test_what_lint_finds_is_broken_and_its_callers_are_too() -> None:
    sources = {"outer": Source(OUTER), "inner": Source(INNER.replace("text: hi", "text: ho"))}
    made = release(sources, ["inner", "outer"], nothing_more)
    assert "there is no text 'ho'" in str(made.broken["inner"][0])
    assert "flow inner is broken" in str(made.broken["outer"][0])
    assert made.flows == {}


def test_a_flow_of_another_name_is_broken() -> None:
    assert "is called inner" in str(release({"other": Source(INNER)}, ["other"], nothing_more).broken["other"][0])


def test_what_was_no_text_is_broken_with_its_line() -> None:
    (problem,) = release({"inner": Source(INNER + "# \ufffd")}, ["inner"], nothing_more).broken["inner"]
    assert problem.line == INNER.count("\n") + 1
    assert "UTF-8" in str(problem.what)


def test_tests_that_are_none_or_of_another_flow_are_doubts() -> None:
    for text, told in (("tests: 3", "a.yaml:1"), (TESTS, "these are tests of the flow outer")):
        made = release({"inner": Source(INNER, {"a.yaml": text})}, ["inner"], nothing_more)
        assert told in str(made.doubtful["inner"][0])
