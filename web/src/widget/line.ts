// The widget's connection to its chat, as docs/chat.md has it: it comes back by itself, goes on where it was, and sends
// one message at a time until it is taken. It draws nothing.

import type { Socket, Surroundings } from "../shared/connection";
import type { File as ChatFile, Message, Received, Sent } from "./messages";
import { after, giveUp, NOTHING, over, seen, type Talk, type Written, write } from "./talk";

const LONGEST_PAUSE = 30;
const TYPING_EVERY = 3;
/** Seconds after which nobody writes any more who has not said so again. */
const TYPING_FOR = 6;
/** After these, and after a loss without a word, one comes back. */
const COME_BACK = new Set(["busy", "restart", "too_fast", "gap"]);

export type Health = "off" | "connecting" | "live" | "lost" | "unreached";

export interface View {
  talk: Talk;
  health: Health;
  agentWrites: boolean;
  /** Why it can't go on: a code; empty while it can. */
  stopped: string;
  /** Why a file was not sent, or fetched: a code. */
  fileTrouble: string;
  sendingFile: boolean;
}

export interface Around extends Surroundings {
  /** Asks for a path of the centre with the chat's token; throws when it can't be reached. */
  ask(
    path: string,
    token: string,
    file?: File,
  ): Promise<{ ok: boolean; code: string; content: () => Promise<unknown> }>;
}

export class Line {
  view: View;

  private socket: Socket | null = null;
  private listeners = new Set<() => void>();
  private stopPause = () => {};
  private stopTyping = () => {};
  private tries = 0;
  private inFlight = false;
  private saidTyping = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly around: Around,
    private readonly begin: { line: string; name: string; number: string; language: string },
    talk: Talk = NOTHING,
  ) {
    const nothing = { agentWrites: false, stopped: "", fileTrouble: "", sendingFile: false };
    this.view = { talk, health: "off", ...nothing };
  }

  subscribe(listener: () => void): void {
    this.listeners.add(listener);
  }

  /** Begin a chat, or go on with the one there is. */
  start(): void {
    this.stopPause();
    this.drop();
    let opened = false;
    const here =
      <T extends unknown[]>(what: (...given: T) => void) =>
      (...given: T) => {
        if (this.socket === socket) what(...given);
      };
    this.show({ stopped: "", health: this.view.health === "off" ? "connecting" : this.view.health });
    const socket: Socket = this.around.open({
      opened: here(() => {
        opened = true;
        this.send(this.hello());
      }),
      message: here((text: string) => this.take(JSON.parse(text) as Received)),
      closed: here(() => this.comeBack(opened ? "lost" : "unreached")),
    });
    this.socket = socket;
  }

  /** Leave what has ended, and begin anew. */
  startAnew(): void {
    this.show({ talk: over(this.view.talk, []) });
    this.start();
  }

  say(written: Written): void {
    this.saidTyping = Number.NEGATIVE_INFINITY;
    this.show({ talk: write(this.view.talk, written), fileTrouble: "" });
    this.sendNext();
  }

  /** The customer writes something: tell the agent, now and then. */
  types(): void {
    const { talk, health } = this.view;
    if (talk.state !== "connected" || health !== "live" || this.around.now() - this.saidTyping < TYPING_EVERY) return;
    this.saidTyping = this.around.now();
    this.send({ type: "typing" });
  }

  leave(): void {
    this.send({ type: "bye" });
  }

  async sendFile(file: File): Promise<void> {
    const limits = this.view.talk.files;
    if (limits && file.size > limits.most_bytes) {
      this.show({ fileTrouble: "too_big" });
      return;
    }
    this.show({ sendingFile: true, fileTrouble: "" });
    try {
      const answer = await this.around.ask("/chat/files", this.view.talk.token, file);
      if (answer.ok) this.say({ text: "", file: (await answer.content()) as ChatFile });
      else this.show({ fileTrouble: answer.code });
    } catch {
      this.show({ fileTrouble: "other" });
    }
    this.show({ sendingFile: false });
  }

  /** The content of a file of this chat; null when it can't be had. */
  async fetchFile(file: ChatFile): Promise<Blob | null> {
    try {
      const answer = await this.around.ask(`/chat/files/${file.file}`, this.view.talk.token);
      if (answer.ok) return (await answer.content()) as Blob;
      this.show({ fileTrouble: answer.code });
    } catch {
      this.show({ fileTrouble: "other" });
    }
    return null;
  }

  private hello(): Sent {
    const { talk } = this.view;
    return talk.token ? { type: "hello", token: talk.token, seen: seen(talk) } : { type: "hello", ...this.begin };
  }

  private take(received: Received): void {
    if (received.type === "error") this.refused(received.code);
    else if (received.type === "typing") this.agentTypes();
    else this.tell(received);
  }

  private tell(received: Exclude<Received, { type: "error" | "typing" }>): void {
    const talk = after(this.view.talk, received);
    const wrote = received.type === "message" && received.from === "agent";
    this.show({ talk, ...(wrote && { agentWrites: false }) });
    if (received.type === "welcome") {
      this.tries = 0;
      this.inFlight = false;
      this.show({ health: "live" });
    }
    if (received.type === "ack") this.inFlight = false;
    this.sendNext();
  }

  private agentTypes(): void {
    this.show({ agentWrites: true });
    this.stopTyping();
    this.stopTyping = this.around.later(TYPING_FOR, () => this.show({ agentWrites: false }));
  }

  private refused(code: string): void {
    if (code === "too_fast") this.tries = 7; // a minute has to pass
    if (COME_BACK.has(code)) return; // the end of the connection follows
    if (code === "unknown_file" || code === "bad_message") {
      this.show({ talk: giveUp(this.view.talk), fileTrouble: code });
      return;
    }
    this.drop();
    if (code === "unknown_chat" && this.view.talk.token) void this.readPast();
    else this.show({ stopped: code, health: "off" });
  }

  /** The chat is over for the centre: read what was written, as far as it is kept. */
  private async readPast(): Promise<void> {
    let past: Message[] = [];
    try {
      const answer = await this.around.ask("/chat/history", this.view.talk.token);
      if (answer.ok) past = ((await answer.content()) as { messages: Message[] }).messages;
    } catch {
      // there is nothing to read, then
    }
    this.show({ talk: { ...over(this.view.talk, past), state: "ended" }, health: "off" });
  }

  private sendNext(): void {
    const { talk, health } = this.view;
    const [next] = talk.pending;
    if (!next || this.inFlight || health !== "live" || talk.state === "ended") return;
    this.inFlight = true;
    const file = next.file && { file: next.file.file };
    this.send({ type: "say", number: talk.heard + 1, text: next.text, ...file });
  }

  /** The connection ended: come back in a moment, later each time. */
  private comeBack(health: Health): void {
    this.drop();
    if (this.view.talk.state === "ended") {
      this.show({ health: "off" });
      return;
    }
    this.show({ health, agentWrites: false });
    const pause = Math.min(LONGEST_PAUSE, 0.5 * 2 ** this.tries) * (0.5 + this.around.random());
    this.tries += 1;
    this.stopPause = this.around.later(pause, () => this.start());
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    this.inFlight = false;
    socket?.close();
  }

  private send(message: Sent): void {
    this.socket?.send(JSON.stringify(message));
  }

  private show(change: Partial<View>): void {
    this.view = { ...this.view, ...change };
    for (const listener of this.listeners) listener();
  }
}
