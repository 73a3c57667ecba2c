// The phone of the desk that works: registered while the desk is open, one call at a time. It knows nothing of how it is
// shown; whoever shows it subscribes.

import { ask } from "../shared/api";
import { MicrophoneError, openMicrophone, release, soundFrom, type Trouble } from "./media";
import { type Counted, countedIn, type Quality, qualityOf, toldOf } from "./quality";
import { type Account, type Line, openLine, type Ring } from "./sip";

/** `none`: the agent has no phone in the browser; `elsewhere`: it was opened in another window. */
export type Status = "none" | "off" | "connecting" | "ready" | "trouble" | "elsewhere";

export interface Call {
  state: "ringing" | "answering" | "talking";
  number: string;
  name: string;
  quality: Quality | null;
}

export interface PhoneView {
  status: Status;
  trouble: Trouble | "not_provisioned" | null;
  call: Call | null;
  /** Whether a talk that goes on has no voice here: the page is a new one, or the voice got lost on its way. */
  voiceless: boolean;
}

const AGAIN = 3000;
const LOOK_EVERY = 2000;

export class Phone {
  view: PhoneView = { status: "none", trouble: null, call: null, voiceless: true };
  microphone = "";

  private listeners = new Set<() => void>();
  private line: Line | null = null;
  private ring: Ring | null = null;
  private voice: MediaStream | null = null;
  private readonly player = new Audio();
  private counted: Counted | null = null;
  private looks: Quality[] = [];
  private readonly timers = new Set<number>();
  /** Which start is the newest: what an older one brings comes too late. */
  private starts = 0;

  /** `csrf` goes with what the page tells the centre. */
  constructor(
    private readonly agent: string,
    private readonly csrf: string,
  ) {
    this.player.autoplay = true;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = (): PhoneView => this.view;

  /** Have the phone registered from now on. */
  async start(): Promise<void> {
    this.close(true);
    this.starts += 1;
    const start = this.starts;
    const answer = await ask<Account>("GET", this.path());
    if (start !== this.starts) return;
    if (!answer.ok) {
      this.notGiven(answer.failure.code);
      return;
    }
    this.show({ status: "connecting", trouble: null });
    try {
      release(await openMicrophone(this.microphone));
    } catch (error) {
      if (start === this.starts) this.show({ status: "trouble", trouble: (error as MicrophoneError).trouble });
      return;
    }
    if (start !== this.starts) return;
    const line = await openLine(answer.content, {
      registered: () => this.show({ status: "ready", trouble: null }),
      lost: (elsewhere) => this.lost(elsewhere),
      refused: () => this.again(),
      rings: (ring) => this.rings(ring),
    });
    if (start === this.starts) this.line = line;
    else line.close(true);
  }

  /** The network is another one: do not wait until line or voice are missed. */
  wake(): void {
    if (this.view.call) this.ring?.reach();
    else if (this.line) void this.start();
  }

  /** No phone here any more. `quietly`: its call is taken over elsewhere, nobody is to be told. */
  stop(quietly: boolean): void {
    this.close(quietly);
    this.show({ status: this.view.status === "none" ? "none" : quietly ? "elsewhere" : "off", trouble: null });
  }

  async answer(): Promise<void> {
    const ring = this.ring;
    if (!ring || this.view.call?.state !== "ringing") return;
    this.change({ state: "answering" });
    try {
      const voice = await openMicrophone(this.microphone);
      if (ring !== this.ring) {
        release(voice);
        return;
      }
      this.voice = voice;
      ring.answer(voice);
    } catch (error) {
      ring.end();
      if (error instanceof MicrophoneError) this.show({ status: "trouble", trouble: error.trouble });
      this.close(false);
    }
  }

  /** Turn away what rings, or hang up. */
  end(): void {
    this.ring?.end();
  }

  speaker(device: string): void {
    soundFrom(this.player, device);
  }

  private notGiven(code: string): void {
    if (code === "no_browser_phone" || code === "not_yours") this.show({ status: "none", trouble: null });
    else if (code === "not_provisioned") this.show({ status: "trouble", trouble: code });
    else this.again();
  }

  private lost(elsewhere: boolean): void {
    if (elsewhere) this.stop(true);
    else this.show({ status: "connecting" });
  }

  /** Begin anew in a while: the password may be another by now. */
  private again(): void {
    this.show({ status: "connecting" });
    this.later(() => void this.start(), AGAIN);
  }

  /** The centre rings for one call at a time: one that seems to go on is over, and its end was missed. */
  private rings(ring: Ring): void {
    const missed = this.ring;
    if (missed) this.ended();
    missed?.end();
    this.ring = ring;
    ring.hears = {
      talks: (voice) => this.talks(voice),
      lost: () => ring === this.ring && this.show({ voiceless: true }),
      ended: () => ring === this.ring && this.ended(),
    };
    void this.renewServers();
    const { number, name } = ring;
    this.show({ call: { state: "ringing", number, name, quality: null }, voiceless: false });
    if (ring.answersAfter !== null) this.later(() => ring === this.ring && this.answer(), ring.answersAfter * 1000);
  }

  /** What the page was told when it was opened may be good no more. */
  private async renewServers(): Promise<void> {
    const { line } = this;
    const answer = await ask<Account>("GET", this.path());
    if (answer.ok) line?.reachBy(answer.content.ice);
  }

  private talks(voice: MediaStream): void {
    this.player.srcObject = voice;
    this.change({ state: "talking" });
    this.counted = null;
    this.look();
  }

  private async look(): Promise<void> {
    const ring = this.ring;
    const report = await ring?.stats();
    if (!report || ring !== this.ring) return;
    const now = countedIn(report.values());
    const quality = this.counted && qualityOf(this.counted, now);
    if (quality) this.looks.push(quality);
    this.change({ quality });
    this.counted = now;
    this.later(() => void this.look(), LOOK_EVERY);
  }

  /** Tell the centre how the talk was heard. */
  private report(): void {
    const { counted, looks, ring } = this;
    this.counted = null;
    this.looks = [];
    if (!counted || !ring?.leg) return;
    void ask("POST", `${this.path()}/talks`, { leg: ring.leg, ...toldOf(counted, looks) }, this.csrf);
  }

  private path(): string {
    return `/agents/${encodeURIComponent(this.agent)}/phone`;
  }

  private ended(): void {
    this.report();
    this.ring = null;
    this.player.srcObject = null;
    release(this.voice);
    this.voice = null;
    this.show({ call: null });
  }

  private close(quietly: boolean): void {
    this.starts += 1;
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    const line = this.line;
    this.line = null;
    line?.close(quietly);
    if (this.ring) this.ended();
  }

  private later(what: () => void, milliseconds: number): void {
    const timer = window.setTimeout(() => {
      this.timers.delete(timer);
      what();
    }, milliseconds);
    this.timers.add(timer);
  }

  private change(change: Partial<Call>): void {
    if (this.view.call) this.show({ call: { ...this.view.call, ...change } });
  }

  private show(change: Partial<PhoneView>): void {
    this.view = { ...this.view, ...change };
    for (const listener of this.listeners) listener();
  }
}
