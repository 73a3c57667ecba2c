// What supervisors read where they are on talks, and take contacts in hand.

import type { Failure } from "../../shared/api";
import type { Mode, OnTalk } from "../board";
import type { Farewell, Phone } from "../supervise";

const codes: Record<string, string> = {
  unreached: "The centre is not reached: it is not certain that this was done.",
  busy: "The centre is busy. Try again.",
  switch_lost: "The switch is not reached. Try again in a moment.",
  not_allowed: "Only supervisors and admins may do this.",
  unknown_agent: "There is no such agent any more.",
  own_talk: "That is your own talk.",
  not_in_talk: "The agent is in no talk by phone.",
  monitors_another: "You are on another agent's talk: stop that first.",
  not_monitoring: "You are not on this talk any more.",
  no_phone: "This phone is not connected. Choose another one.",
  phone_busy: "This phone, or you as an agent, are in a talk, offered something or in wrap-up.",
  bad_reason: "Give a reason for the pause.",
  unknown_reason: "There is no such reason for a pause.",
  unknown_contact: "This contact is over.",
  not_waiting: "This contact waits no more: it is offered to somebody, or in talk.",
  is_callback: "This is a callback: nobody waits on the line.",
  unknown_queue: "There is no such queue any more.",
  same_queue: "The contact waits in that queue already.",
  other_channel: "That queue is of another channel.",
  not_at_work: "This agent is not at work, is paused, or has no phone.",
  unknown_step: "The plan of the queue has no such step any more.",
  conditional_step: "This step comes by a condition of the whole queue.",
};

export const supervise = {
  open: "Open",
  talk: "On the talk",
  phone: "Phone that rings",
  choose: "Choose a phone",
  busy: "busy",
  willRing: ({ device, agent, browser }: Phone, own: boolean) => {
    const whose = own ? "Your phone" : `The phone of ${agent}`;
    return browser
      ? `${whose} in the browser will ring: answer it on the desk, in another tab or window.`
      : `${whose} (${device}) will ring: pick it up.`;
  },
  noPhone: (own: string, others: number) => {
    const way = own
      ? `No phone of yours (${own}) is connected: open your desk in another tab, or switch your SIP phone on`
      : "No phone is yours: an admin can name the agent whom you work as";
    return others ? `${way}; or choose one of the others.` : `${way}. No other phone is connected either.`;
  },
  modes: { listen: "Listen", whisper: "Whisper", barge: "Barge in" } as Record<Mode, string>,
  stop: "Stop",
  explained: "Listen: you hear both. Whisper: the agent hears you too. Barge in: both hear you.",
  noTalk: "The agent is in no talk now.",
  rings: (device: string) => `Your phone (${device}) rings: pick it up.`,
  waits: "The agent's voice was cut off. You hear music, like the caller, until it is back.",
  on: {
    listen: "You hear both; nobody hears you.",
    whisper: "The agent hears you, the caller does not.",
    barge: "Both hear you.",
  } as Record<Mode, string>,
  ended: {
    left: "You have left the talk.",
    notReached: "Your phone was not picked up, or could not be reached.",
    talkOver: "The talk is over.",
    hungUp: "Your phone has hung up; the talk goes on.",
  } as Record<Farewell | "left", string>,
  other: (by: string, mode: Mode, state: OnTalk["state"]) => {
    const does = { listen: "listens", whisper: "whispers", barge: "takes part" }[mode];
    return state === "asked" ? `${by} is being rung` : `${by} ${does}`;
  },
  force: "Another state",
  ready: "Make ready",
  pause: "Pause",
  reason: "Reason",
  signOut: "Sign out",
  forceHint: "What is offered is taken back at once; a talk and its wrap-up come to their end first.",
  isOut: "Who is signed out, or about to be, signs in themselves.",
  next: (state: string) => `then: ${state}`,
  reasons: {
    "internal call": "with a colleague",
    monitoring: "on another agent's talk",
    device: "no phone",
    "ring no answer": "not picked up, again and again",
    "no answer": "not picked up",
    declined: "declined",
    busy: "phone busy",
    unreachable: "phone not reached",
    failed: "phone not reached",
    withdrawn: "the offer was taken back",
  } as Record<string, string>,
  contactStates: {
    offered: "offered",
    connecting: "connecting",
    connected: "in talk",
    held: "on hold",
    interrupted: "interrupted",
  } as Record<string, string>,
  waiting: (queue: string, total: string) => `Waiting, ${queue}: ${total}`,
  who: (queue: string, count: number) => `${count} waiting in ${queue}: who?`,
  gone: (contact: string) => `${contact} waits here no more.`,
  done: (contact: string) => `Ordered for ${contact}.`,
  columns: {
    contact: "Contact",
    customer: "Customer",
    waited: "Waited",
    standing: "Standing",
    priority: "Priority",
    steps: "In force",
  },
  inLine: "in line",
  offeredTo: (agent: string) => `offered to ${agent}`,
  waitsFor: (agent: string, left: string) => `for ${agent} alone, ${left} more`,
  inHand: (contact: string) => `Take ${contact} in hand`,
  toQueue: "To queue",
  move: "Move",
  prioritise: "Set priority",
  toAgent: "For agent",
  minutes: "Minutes",
  assign: "Assign",
  toStep: "As far as",
  advance: "Advance",
  why: "Why does this contact wait?",
  refused: ({ code, message }: Failure) => codes[code] ?? message,
};
