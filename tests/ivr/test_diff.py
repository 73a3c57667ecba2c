"""What is different between two versions."""

from tandem.ivr.diff import Changes, difference
from tests.ivr.playbook import wrap

OLD = wrap("hello: {type: say, text: hi, next: bye}\nbye: {type: end}", {"hi": "Hello."})
NOTHING = Changes([], [], [])


def test_nodes_texts_head_and_sub_flows_by_name() -> None:
    nodes = "hello: {type: say, text: hi, next: ask}\nask: {type: say, text: ho, next: done}\ndone: {type: end}"
    new = wrap(nodes, {"hi": "Good day.", "ho": "Ho."}, languages=["en", "fr"])
    told = difference(OLD, new, {"a": "1", "b": "1"}, {"a": "2", "c": "1"}, ("1", "2"))
    assert told.nodes == Changes(["ask", "done"], ["bye"], ["hello"])
    assert told.texts == Changes(["ho"], [], ["hi"])
    assert told.head == Changes([], [], ["languages"])
    assert told.flows == Changes(["c"], ["b"], ["a"])
    assert told.text.startswith("--- 1\n+++ 2\n@@")
    assert '-  hi: {"en":"Hello."}\n+  hi: {"en":"Good day."}\n' in told.text


def test_another_layout_changes_lines_but_no_nodes() -> None:
    told = difference(OLD, OLD.replace("bye: {type: end}", "bye: { type: end }"), {}, {}, ("1", "2"))
    assert told.text != ""
    assert (told.head, told.nodes, told.texts) == (NOTHING, NOTHING, NOTHING)


def test_what_is_no_yaml_still_has_lines() -> None:
    told = difference(OLD, "name: [", {}, {}, ("1", "2"))
    assert told.text.endswith("+name: [\n\\ No newline at end of file\n")
    assert told.nodes.removed == ["bye", "hello"]


def test_the_same_is_no_difference() -> None:
    assert difference(OLD, OLD, {}, {}, ("1", "1")).text == ""
