import type { supervise as en } from "./supervise.en";

const codes: Record<string, string> = {
  unreached: "无法连接中心：不确定操作是否生效。",
  busy: "中心繁忙，请重试。",
  switch_lost: "交换机失联，请稍后重试。",
  not_allowed: "仅班长和管理员可以操作。",
  unknown_agent: "该坐席已不存在。",
  own_talk: "这是您自己的通话。",
  not_in_talk: "该坐席不在电话通话中。",
  monitors_another: "您正在另一名坐席的通话中：请先停止。",
  not_monitoring: "您已不在该通话中。",
  no_phone: "此话机未连接，请选择其他话机。",
  phone_busy: "此话机或您作为坐席正在通话、被派发或在话后处理中。",
  bad_reason: "请填写小休原因。",
  unknown_reason: "没有这个小休原因。",
  unknown_contact: "该联系已结束。",
  not_waiting: "该联系已不在等待：已派发或正在通话。",
  is_callback: "这是回呼：没有人在线等待。",
  unknown_queue: "该队列已不存在。",
  same_queue: "该联系已在此队列中等待。",
  other_channel: "目标队列属于其他渠道。",
  not_at_work: "该坐席不在岗、小休中或没有话机。",
  unknown_step: "排队方案中已没有这一步。",
  conditional_step: "此步骤由整个队列的条件触发。",
};

export const supervise: typeof en = {
  open: "打开",
  talk: "进入通话",
  phone: "振铃话机",
  choose: "请选择话机",
  busy: "占用",
  willRing: ({ device, agent, browser }, own) => {
    const whose = own ? "您的话机" : `${agent} 的话机`;
    return browser
      ? `${whose}（浏览器）将振铃：请在另一标签页或窗口的工作台上接听。`
      : `${whose}（${device}）将振铃：请接听。`;
  },
  noPhone: (own, others) => {
    const way = own
      ? `您的话机（${own}）均未连接：请在另一标签页打开工作台，或开启 SIP 话机`
      : "没有属于您的话机：管理员可以指定您对应的坐席";
    return others ? `${way}；也可选择其他话机。` : `${way}。目前也没有其他话机在线。`;
  },
  modes: { listen: "监听", whisper: "耳语", barge: "插话" },
  stop: "停止",
  explained: "监听：您听到双方。耳语：坐席也听到您。插话：双方都听到您。",
  noTalk: "该坐席目前没有通话。",
  rings: (device) => `您的话机（${device}）正在振铃：请接听。`,
  waits: "坐席的语音中断。恢复之前，您与客户一样听到音乐。",
  on: { listen: "您听到双方；没有人听到您。", whisper: "坐席听到您，客户听不到。", barge: "双方都听到您。" },
  ended: {
    left: "您已离开通话。",
    notReached: "您的话机未接听，或无法接通。",
    talkOver: "通话已结束。",
    hungUp: "您的话机已挂断；通话继续。",
  },
  other: (by, mode, state) => {
    const does = { listen: "正在监听", whisper: "正在耳语", barge: "正在插话" }[mode];
    return state === "asked" ? `正在呼叫 ${by}` : `${by} ${does}`;
  },
  force: "变更状态",
  ready: "置为就绪",
  pause: "小休",
  reason: "原因",
  signOut: "签出",
  forceHint: "已派发的会立即收回；通话及其话后处理会先完成。",
  isOut: "已签出或即将签出的坐席须自己签入。",
  next: (state) => `之后：${state}`,
  reasons: {
    "internal call": "与同事通话",
    monitoring: "在其他坐席的通话中",
    device: "没有话机",
    "ring no answer": "多次未接听",
    "no answer": "未接听",
    declined: "已拒绝",
    busy: "话机忙",
    unreachable: "话机无法接通",
    failed: "话机呼叫失败",
    withdrawn: "派发已收回",
  },
  contactStates: {
    offered: "已派发",
    connecting: "接通中",
    connected: "通话中",
    held: "保持",
    interrupted: "已中断",
  },
  waiting: (queue, total) => `等待，${queue}：${total}`,
  who: (queue, count) => `${queue} 有 ${count} 个等待：是谁？`,
  gone: (contact) => `${contact} 已不在此等待。`,
  done: (contact) => `已对 ${contact} 下达指令。`,
  columns: {
    contact: "联系",
    customer: "客户",
    waited: "已等待",
    standing: "状况",
    priority: "优先级",
    steps: "已生效",
  },
  inLine: "排队中",
  offeredTo: (agent) => `已派发给 ${agent}`,
  waitsFor: (agent, left) => `只等 ${agent}，还剩 ${left}`,
  inHand: (contact) => `处理 ${contact}`,
  toQueue: "目标队列",
  move: "移动",
  prioritise: "设置优先级",
  toAgent: "指定坐席",
  minutes: "分钟",
  assign: "指派",
  toStep: "推进到",
  advance: "推进",
  why: "为什么在等待？",
  refused: ({ code, message }) => codes[code] ?? message,
};
