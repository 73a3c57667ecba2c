// One desktop's connection to its desk, as docs/cti.md has it: it follows the numbered events, says so when it is stale,
// and comes back by itself. It holds no state of the page; whoever shows it subscribes.

import { after, type Desk, deskOf } from "./desk";
import type { Hello, Position, Received, Sent } from "./messages";

/** `stale`: connected or not, what is shown may be old; `at_work`: another session works here, choose; `over`: it
 *  can't go on, `trouble` says why. */
export type Health = "connecting" | "live" | "stale" | "at_work" | "over";

export interface View {
  health: Health;
  desk: Desk | null;
  works: boolean;
  /** Who took this desk over; empty for nobody. */
  takenBy: string;
  /** Why it can't go on: a code, and words in the server's language. */
  trouble: { code: string; message: string } | null;
  /** The server's clock minus ours, seconds. */
  ahead: number;
  /** The chats whose customers write something right now. */
  typists: string[];
}

export interface Refusal {
  code: string;
  message: string;
}

/** What the connection needs of a browser's WebSocket. */
export interface Socket {
  send(text: string): void;
  close(): void;
}

export interface Heard {
  opened(): void;
  message(text: string): void;
  closed(): void;
}

export interface Around {
  open(heard: Heard): Socket;
  /** Seconds since the epoch, by this machine's clock. */
  now(): number;
  later(seconds: number, what: () => void): () => void;
  random(): number;
  /** Ask whether the session is still good, after a connection that could not be opened. */
  failed(): void;
}

export const SILENT_AFTER = 12;
/** Seconds between two signs that the agent writes, and after which a customer who gave no new sign writes no more. */
const TYPING_EVERY = 3;
const TYPING_FOR = 6;
const LONGEST_PAUSE = 5;
const LOST: Refusal = { code: "lost", message: "" };

export class Connection {
  view: View = { health: "connecting", desk: null, works: false, takenBy: "", trouble: null, ahead: 0, typists: [] };

  private socket: Socket | null = null;
  private listeners = new Set<() => void>();
  private waiting = new Map<string, (refusal: Refusal | null) => void>();
  private stopSilence = () => {};
  private stopPause = () => {};
  private stopTyping = new Map<string, () => void>();
  private saidTyping = new Map<string, number>();
  private tries = 0;
  private verbs = 0;
  private mode: Hello["mode"] = "work";

  /** `name` is any text that no other desktop has. */
  constructor(
    private readonly around: Around,
    private readonly name: string,
    private readonly agent = "",
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = (): View => this.view;

  start(take = false): void {
    this.stopPause();
    this.drop();
    let opened = false;
    const here =
      <T extends unknown[]>(what: (...given: T) => void) =>
      (...given: T) => {
        if (this.socket === socket) what(...given);
      };
    const socket: Socket = this.around.open({
      opened: here(() => {
        opened = true;
        this.send(this.hello(take));
      }),
      message: here((text: string) => this.take(JSON.parse(text) as Received)),
      closed: here(() => {
        if (!opened) this.around.failed();
        this.comeBack();
      }),
    });
    this.socket = socket;
    this.listen();
  }

  /** Work here although another session does. */
  takeOver(): void {
    this.mode = "work";
    this.start(true);
  }

  watch(): void {
    this.mode = "watch";
    this.start();
  }

  end(): void {
    this.stopPause();
    this.drop();
  }

  /** The network is back, or the page is looked at again: do not wait for the next try. */
  wake(): void {
    if (this.view.health === "stale" || this.view.health === "connecting") this.start();
  }

  /** Have a verb done: null once the centre knows of it, else why not. `lost`: nobody knows. */
  do(verb: string, given: Record<string, unknown> = {}): Promise<Refusal | null> {
    if (this.view.health !== "live") return Promise.resolve(LOST);
    this.verbs += 1;
    const id = `${this.verbs}`;
    return new Promise((answer) => {
      this.waiting.set(id, answer);
      this.send({ type: "do", id, verb, given });
    });
  }

  /** The agent writes something in a chat: tell the customer, now and then. */
  types(contact: string): void {
    const now = this.around.now();
    const said = this.saidTyping.get(contact) ?? Number.NEGATIVE_INFINITY;
    if (this.view.health !== "live" || !this.view.works || now - said < TYPING_EVERY) return;
    this.saidTyping.set(contact, now);
    this.send({ type: "typing", contact });
  }

  private customerTypes(contact: string): void {
    this.stopTyping.get(contact)?.();
    this.stopTyping.set(
      contact,
      this.around.later(TYPING_FOR, () => this.typesNoMore(contact)),
    );
    if (!this.view.typists.includes(contact)) this.show({ typists: [...this.view.typists, contact] });
  }

  private typesNoMore(contact: string): void {
    this.stopTyping.get(contact)?.();
    this.stopTyping.delete(contact);
    if (this.view.typists.includes(contact)) this.show({ typists: this.view.typists.filter((one) => one !== contact) });
  }

  private hello(take: boolean): Hello {
    const hello: Hello = { type: "hello", agent: this.agent, mode: this.mode, take, desktop: this.name };
    const position = this.view.desk?.position;
    return position ? { ...hello, after: position } : hello;
  }

  private take(message: Received): void {
    this.listen();
    switch (message.type) {
      case "snapshot":
        this.there(message.now, message.works, deskOf(message));
        break;
      case "resumed":
        this.there(message.now, message.works, this.view.desk);
        break;
      case "event": {
        const desk = this.view.desk && after(this.view.desk, message.number, message.told);
        if (desk) this.show({ desk });
        else this.resume();
        const { told } = message;
        if (told.event === "ContactSaid" && told.message.sender === "customer") this.typesNoMore(told.contact);
        break;
      }
      case "beat":
        this.send({ type: "beat" });
        if (!same(message.position, this.view.desk?.position)) this.resume();
        break;
      case "typing":
        this.customerTypes(message.contact);
        break;
      case "taken_over":
        this.mode = "watch";
        this.show({ works: false, takenBy: message.by });
        break;
      case "done":
        this.answered(message.id, null);
        break;
      case "refused":
        this.answered(message.id, message);
        break;
      case "error":
        this.refused(message);
    }
  }

  private there(now: number, works: boolean, desk: Desk | null): void {
    this.tries = 0;
    const ahead = now - this.around.now();
    const takenBy = works ? "" : this.view.takenBy;
    this.show({ health: "live", works, desk, ahead, takenBy, trouble: null });
  }

  private refused({ code, message }: Refusal): void {
    if (code === "restart") return; // the end of the connection follows
    this.drop();
    this.show({ health: code === "at_work" ? "at_work" : "over", trouble: { code, message } });
  }

  private answered(id: string, refusal: Refusal | null): void {
    this.waiting.get(id)?.(refusal);
    this.waiting.delete(id);
  }

  /** Nothing was heard for too long. */
  private listen(): void {
    this.stopSilence();
    this.stopSilence = this.around.later(SILENT_AFTER, () => this.resume());
  }

  /** What is shown is not what is: connect again at once. */
  private resume(): void {
    this.stale();
    this.start();
  }

  /** The connection ended: come back in a moment, later each time. */
  private comeBack(): void {
    this.stale();
    this.drop();
    const pause = Math.min(LONGEST_PAUSE, 0.25 * 2 ** this.tries) * (0.5 + this.around.random());
    this.tries += 1;
    this.stopPause = this.around.later(pause, () => this.start());
  }

  private stale(): void {
    if (this.view.health === "live") this.show({ health: "stale" });
  }

  private drop(): void {
    this.stopSilence();
    for (const answer of this.waiting.values()) answer(LOST);
    this.waiting.clear();
    const socket = this.socket;
    this.socket = null;
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

function same(one: Position, other: Position | undefined): boolean {
  return one.stream === other?.stream && one.number === other.number;
}
