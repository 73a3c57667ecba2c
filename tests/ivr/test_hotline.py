"""Walks through the hotline of the live tests."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.ivr import commands, events
from tandem.ivr.reader import read_flow
from tandem.ivr.speech import prompts
from tandem.ivr.values import Value
from tests.ivr.playbook import Player, texts

SOURCE = Path(__file__).parents[1] / "live" / "flows" / "hotline.yaml"
HOTLINE = read_flow(SOURCE.read_text(), "hotline.yaml")
CALLER: dict[str, Value] = {
    "caller.number": "13800138000",
    "caller.tier": "",
    "caller.priority": 0,
    "caller.boost": 0.0,
}
VIP: dict[str, Value] = CALLER | {"caller.tier": "vip", "caller.priority": 1, "caller.boost": 300.0}


def caller(variables: dict[str, Value] = CALLER) -> Player:
    return Player(HOTLINE, variables)


def test_an_order_link_in_chinese() -> None:
    call = caller()
    assert call.play("started") == ["step branch who", "step say welcome", "listen 您好，欢迎致电云岭电器。; keys all"]
    assert "查询或取消订单，请按一。" in texts(call.play("silence"))
    assert "查询订单，请按一。" in texts(call.play("key 1"))
    assert call.play("key 1") == [
        "step link order_status",
        "link 1 order_status zh-CN: 【云岭电器】点击查看您的订单进度：{link}",
        "listen 好的，正在把链接发到您的手机。; keys 0*#; wait 0.5",
    ]
    assert "链接已发送" in texts(call.play("delivered 1", "silence"))
    assert texts(call.play("key 2")) == "感谢您的来电，祝您生活愉快，再见！"
    assert call.play("silence") == ["hang up"]


def test_english_technical_help_with_announcements_and_survey() -> None:
    call = caller()
    assert texts(call.play("started", "silence", "key 9")).startswith("For your orders, press one.")
    call.play("key 3", "key 2")
    assert call.session.variables["product"] == "appliance"
    assert call.play("silence") == [
        "step queue tech",
        "enqueue tech priority 0 boost 0",
        "listen; keys *; wait 1; music default",
    ]
    call.play("silence at 1 place 2 200")
    assert texts(call.play("silence at 15 place 2 200")) == (
        "Thank you for waiting. You are number | two | in line. | It should take about | four minutes"
    )
    assert call.play("resumed at 30 place 1 50") == ["listen; keys *; wait 25; music default"]
    assert texts(call.play("silence at 55 place 1 50")).endswith(
        "number | one | in line. | It should take about | one minute"
    )
    assert texts(call.play("served at 300")).startswith("How did we do?")
    assert call.play("key 5") == ["answer satisfaction 5", "listen Thank you for telling us."]
    assert texts(call.play("silence")) == "Thank you for calling. Have a lovely day. Goodbye!"
    assert call.play("silence") == ["hang up"]


def test_a_cancellation_reads_the_order_number_back() -> None:
    call = caller()
    call.play("started", "silence", "key 1", "key 2")
    told = call.play(*(f"key {digit}" for digit in "1002003"), "key #")
    assert texts(told) == "您输入的订单号是 | 一 零 零 二 零 零 三 | 。确认请按一，重新输入请按二。"
    assert call.play("key 1")[1] == "link 1 order_cancel zh-CN: 【云岭电器】点击确认取消订单1002003：{link}"


def test_a_vip_is_greeted_as_one_and_put_ahead() -> None:
    call = caller(VIP)
    assert "贵宾" in texts(call.play("started"))
    assert call.play("silence", "key 0")[1] == "enqueue service priority 1 boost 300"


def test_silence_all_the_way_ends_at_an_agent_and_then_ends() -> None:
    call = caller()
    call.play("started", "silence")
    assert "没有收到您的按键" in texts(call.play("silence"))
    assert call.play("silence", "silence") == ["step say to_agent", "listen 马上为您转接客服，请稍候。; keys all"]
    assert call.play("silence")[1] == "enqueue service priority 0 boost 0"
    assert "打分" in texts(call.play("silence at 1 place 1 10", "served"))
    assert call.play("silence", "silence") == ["hang up"]


def test_wrong_keys_are_told_and_then_lead_to_an_agent() -> None:
    call = caller()
    assert "没有这个选项" in texts(call.play("started", "silence", "key 7"))
    assert call.play("key 8", "key #")[0] == "step say to_agent"


def test_a_link_that_fails_leads_to_an_agent() -> None:
    call = caller()
    told = call.play("started", "silence", "key 2", "failed 1 no phone", "silence")
    assert told[0] == "fault repair: link installation_booking: failed: no phone"
    assert call.play("silence")[1].startswith("enqueue service")


def test_a_queue_with_nobody_says_so_and_ends() -> None:
    call = caller()
    assert "没有客服可以接听" in texts(call.play("started", "silence", "key 0", "unavailable", "silence"))
    assert call.play("silence") == ["hang up"]


def test_every_prompt_has_its_own_recording() -> None:
    keys = [(prompt.language, prompt.key) for prompt in prompts(HOTLINE)]
    assert len(set(keys)) == len(keys)
    assert {("en", "hotline/main_menu"), ("zh-CN", "hotline/queue_place.1")} <= set(keys)
    assert not any("message" in key for _, key in keys)


PLACES = st.builds(events.Place, st.integers(1, 500), st.floats(0, 1e6), st.floats(0, 1e6))
PLACE = st.one_of(st.none(), PLACES)
KEY = st.one_of(st.none(), st.sampled_from("0123456789*#"))
EVENTS = st.one_of(
    st.builds(events.Listened, KEY, PLACE),
    st.builds(events.Listened, KEY, PLACE),
    st.builds(events.Resumed, PLACE),
    st.builds(events.Entered, st.sampled_from(["1", "12", "0", "my order", "１２3"])),
    st.builds(events.LinkDelivered, st.integers(1, 3)),
    st.builds(events.LinkFailed, st.integers(1, 3), st.text(max_size=20)),
    st.builds(events.QueueEnded, st.sampled_from(["served", "unavailable"])),
)
STEPS = st.tuples(EVENTS, st.floats(0, 60))


@settings(deadline=None)
@given(st.sampled_from([CALLER, VIP, {}]), st.lists(STEPS, max_size=60))
def test_no_caller_gets_stuck(variables: dict[str, Value], steps: list[tuple[events.Event, float]]) -> None:
    call = caller(variables)
    check(call, events.Started(), 0.0)
    for event, after in steps:
        check(call, event, after)
    for _ in range(30):  # From anywhere, whoever says nothing and is served comes to an end.
        check(call, events.Listened(None), 15.0)
        check(call, events.QueueEnded("served"), 0.0)
    assert call.session.ended


def check(call: Player, event: events.Event, after: float) -> list[commands.RecordFault]:
    """Whoever is heard is answered, by one Listen or by the end. The faults met."""
    over = call.session.ended
    told = call.handle(event, after)
    waits = [command for command in told if isinstance(command, commands.Listen | commands.HangUp)]
    if over:
        assert told == []
    elif isinstance(event, events.Listened | events.Resumed | events.Started) or told:
        assert waits == told[-1:]
        assert call.session.ended == isinstance(waits[0], commands.HangUp)
    return [command for command in told if isinstance(command, commands.RecordFault)]
