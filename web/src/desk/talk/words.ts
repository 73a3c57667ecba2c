// The words of what an agent does about a call.

import type { AgentState, Consultation } from "../../cti/messages";
import { wordsIn } from "../../shared/language";

const en = {
  label: "This call",
  verbs: {
    hold: "Hold",
    retrieve: "Back from hold",
    mute: "Mute",
    unmute: "Unmute",
    pauseRecording: "Pause recording",
    resumeRecording: "Record again",
    keys: "Keys",
    transfer: "Transfer or consult",
    hangUp: "Hang up",
    swap: "Swap",
    conference: "Conference",
    complete: "Hand over",
    cancel: "Cancel",
  },
  consultation: {
    asking: (who: string) => `${who} is being called, the caller hears music.`,
    talking: (who: string) => `You talk with ${who}, the caller hears music.`,
    swapped: (who: string) => `You talk with the caller, ${who} hears music.`,
    conference: (who: string) => `You talk with ${who} and the caller.`,
  } as Record<Consultation["state"], (who: string) => string>,
  recording: { on: "Recorded", paused: "Recording paused" },
  askedBy: (who: string) => `${who} asks you about this contact.`,
  digits: "Keys to send",
  send: "Send",
  close: "Close",
  dialog: {
    title: "Where to?",
    agents: "Agent",
    queues: "Queue",
    number: "Number",
    none: "Choose",
    note: "Note for whoever comes next",
    consult: "Consult first",
    send: "Send the caller on",
    failed: "The list of colleagues could not be loaded. Try again.",
  },
  states: {
    signed_out: "not at work",
    ready: "ready",
    reserved: "busy",
    ringing: "busy",
    connecting: "busy",
    connected: "in talk",
    hold: "in talk",
    wrap_up: "wrap-up",
    paused: "paused",
    not_ready: "not ready",
  } as Record<AgentState, string>,
};

type TalkWords = typeof en;

const zhCN: TalkWords = {
  label: "本次通话",
  verbs: {
    hold: "保持",
    retrieve: "恢复通话",
    mute: "静音",
    unmute: "取消静音",
    pauseRecording: "暂停录音",
    resumeRecording: "继续录音",
    keys: "按键",
    transfer: "转接或咨询",
    hangUp: "挂断",
    swap: "切换",
    conference: "三方通话",
    complete: "移交",
    cancel: "取消咨询",
  },
  consultation: {
    asking: (who) => `正在呼叫 ${who}，客户在听音乐。`,
    talking: (who) => `您正在与 ${who} 通话，客户在听音乐。`,
    swapped: (who) => `您正在与客户通话，${who} 在听音乐。`,
    conference: (who) => `您正在与 ${who} 和客户三方通话。`,
  },
  recording: { on: "录音中", paused: "录音已暂停" },
  askedBy: (who) => `${who} 就该联系向您咨询。`,
  digits: "要发送的按键",
  send: "发送",
  close: "关闭",
  dialog: {
    title: "转到哪里？",
    agents: "坐席",
    queues: "队列",
    number: "号码",
    none: "请选择",
    note: "给接手人的备注",
    consult: "先咨询",
    send: "直接转接",
    failed: "无法加载同事列表，请再试一次。",
  },
  states: {
    signed_out: "未上班",
    ready: "空闲",
    reserved: "忙",
    ringing: "忙",
    connecting: "忙",
    connected: "通话中",
    hold: "通话中",
    wrap_up: "话后处理",
    paused: "小休",
    not_ready: "未就绪",
  },
};

export const useTalkWords = wordsIn({ "zh-CN": zhCN, en });
