"""A call with a page, as the plane knows it."""

from tandem.control import events
from tandem.control.plane import Plane
from tandem.ivr.reader import read_flow
from tests.control.playbook import FLOW, SETTINGS

LINE = """
name: line
languages: [zh-CN, en]
start: send
apology: sorry
texts:
  sorry: {zh-CN: 很抱歉。, en: We are sorry.}
  message: {zh-CN: '预约:{link}', en: 'Book here: {link}'}
  booked: {zh-CN: 预约成功。, en: You are booked.}
nodes:
  send: {type: link, purpose: booking, text: message, page: booking, results: {day: day}, done: booked,
         stuck: queue, next: queue, failed: queue}
  queue: {type: queue, queue: tech, next: end}
  booked: {type: end, text: booked}
  end: {type: end}
"""

BOOKING = """
name: booking
languages: [zh-CN, en]
zone: Asia/Shanghai
start: hello
apology: sorry
results: {day: text}
texts:
  sorry: {zh-CN: 很抱歉。, en: We are sorry.}
  menu: {zh-CN: 您想做什么?, en: What shall we do?}
  hello: {zh-CN: '您好,{caller.number}。', en: 'Hello, {caller.number}.'}
  code_text: {zh-CN: 请输入订单号。, en: 'Your order number, please.'}
  wrong: {zh-CN: 没有这个订单。, en: There is no such order.}
  title: {zh-CN: 预约安装, en: Book an installation}
  day: {zh-CN: 日期, en: Day}
  name: {zh-CN: 姓名, en: Name}
  phone: {zh-CN: 电话, en: Telephone}
  floor: {zh-CN: 楼层, en: Floor}
  low: {zh-CN: 一层, en: Ground floor}
  high: {zh-CN: 更高, en: Higher}
  lift: {zh-CN: 有电梯吗?, en: Is there a lift?}
  hint: {zh-CN: 十四天以内, en: Within fourteen days}
  notes: {zh-CN: 备注, en: Anything else?}
  book: {zh-CN: 预约, en: Book}
  thanks: {zh-CN: 师傅会准时上门。, en: A technician will come.}
nodes:
  hello: {type: say, text: hello, next: menu}
  menu: {type: menu, text: menu, choices: {1: form, 2: code}, no_input: wrong, wrong_key: wrong, failed: gave_up}
  code: {type: collect, text: code_text, variable: code, min: 4, max: 6, no_input: wrong, invalid: wrong,
         next: form, failed: gave_up}
  form:
    type: form
    title: title
    fields:
      - {variable: name, label: name, min: 2, max: 20}
      - {variable: phone, label: phone, kind: phone}
      - {variable: day, label: day, kind: date, earliest: 1, latest: 14, hint: hint}
      - {variable: floor, label: floor, kind: choice, choices: {low: low, high: high}}
      - {variable: lift, label: lift, kind: yes_no, required: false}
      - {variable: notes, label: notes, required: false, max: 300}
    submit: book
    next: thanks
    failed: gave_up
  gave_up: {type: set, values: {day: ''}, next: thanks}
  thanks: {type: end, text: thanks}
"""

RIGHT = {"f.name": "Ann", "f.phone": "138 0000 0000", "f.day": "2026-01-08", "f.floor": "low", "submit": "1"}
"""What is right in the form, on BEGIN's day."""

BEGIN = 1_767_600_000.0  # 2026-01-05


def call_with_a_page(plane: Plane, now: float = BEGIN, flow: str = LINE, language: str = "zh-CN") -> None:
    """Call c1 comes in, is sent link 1, and waits in the queue."""
    source = flow.replace("[zh-CN, en]", "[en, zh-CN]") if language == "en" else flow
    plane.handle(events.SettingsLoaded(SETTINGS), now)
    plane.handle(events.FlowPublished(read_flow(source, "line.yaml", {"booking": BOOKING}.get)), now)
    plane.handle(events.SwitchFound("boot-1", now, (), ()), now)
    plane.handle(events.CallEntered("c1", "PJSIP/trunk-c1", "13812345678", "", "4008"), now)
    if flow is FOLLOWED:
        plane.handle(events.Listened("c1", 1, "1"), now)
    plane.handle(events.LinkDelivered("c1", 1, "webhook"), now)
    plane.handle(events.Listened("c1", plane.state.calls["c1"].listen, None), now)


FOLLOWED = FLOW.replace("next: bye, failed: bye}", "next: menu, failed: bye}")
"""A line whose link leads to a page that follows the call."""
