"""The native baseline's dialplan and queue, as Asterisk gets them."""

from pathlib import Path

from bench.native.baseline import write_baseline


def test_the_menu_leads_to_the_queue_and_every_agent_is_in_it(tmp_path: Path) -> None:
    write_baseline(tmp_path, "4999", ["/p/welcome", "/p/menu"], "3", ["PJSIP/1001", "PJSIP/1002"])
    dialplan, queue = ((tmp_path / name).read_text() for name in ("extensions.conf", "queues.conf"))
    assert "exten => 4999,1,Answer()" in dialplan
    assert "Read(KEY,/p/welcome&/p/menu,1,,1,5)" in dialplan
    assert '"${KEY}" = "3"' in dialplan
    assert [line for line in queue.splitlines() if "member" in line] == [
        "member => PJSIP/1001",
        "member => PJSIP/1002",
    ]
