// A board for the tests, as the centre sends one.

import type { Agent, Queue, Snapshot, Threshold } from "./board";

const NEVER: Threshold = { warn: null, bad: null };

export const QUEUE: Queue = {
  queue: "tech",
  channel: "voice",
  target: 20,
  waiting: 0,
  oldest: null,
  in_talk: 0,
  callbacks: 0,
  ready: 1,
  at_work: 1,
  served: true,
  estimate: null,
  recent: [],
  today: {
    offered: 0,
    answered: 0,
    abandoned: 0,
    overflowed_out: 0,
    called_back: 0,
    self_served: 0,
    lost: 0,
    answered_in_target: 0,
    abandoned_in_target: 0,
    wait_answered: 0,
  },
};

export const AGENT: Agent = {
  agent: "1001",
  name: "Li Na",
  team: "day",
  state: "ready",
  reason: "",
  since: 1000,
  wants: "ready",
  until: null,
  units: 0,
  contacts: [],
  monitors: [],
};

export const SNAPSHOT: Snapshot = {
  type: "snapshot",
  position: { stream: "s", number: 7 },
  now: 2000,
  queues: [QUEUE],
  agents: [AGENT],
  process: {
    records_behind: 0,
    records_failures: 0,
    links_failed: 0,
    notifications_failed: 0,
    outlook_made_at: 0,
    outlook_failed: "",
  },
  centre: {
    switch_up: true,
    began: 0,
    until: 86400,
    outcomes: {},
    links: {},
    counted: {},
    alarms: [],
    loans: [],
    thresholds: {
      every_queue: { waiting: NEVER, longest_wait: NEVER, service_level: NEVER, abandonment: NEVER },
      queues: {},
      state_overstayed: {},
    },
  },
};
