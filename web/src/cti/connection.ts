// One desktop's connection to its desk, as docs/cti.md has it: it follows the numbered events, says so when it is stale,
// and comes back by itself. It holds no state of the page; whoever shows it subscribes.

import { after, type Desk, deskOf } from "./desk";
import { type Around, Following, same } from "./following";
import type { Hello, Received } from "./messages";

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

/** Seconds between two signs that the agent writes, and after which a customer who gave no new sign writes no more. */
const TYPING_EVERY = 3;
const TYPING_FOR = 6;
const LOST: Refusal = { code: "lost", message: "" };

export class Connection extends Following<View, Received> {
  view: View = { health: "connecting", desk: null, works: false, takenBy: "", trouble: null, ahead: 0, typists: [] };

  private waiting = new Map<string, (refusal: Refusal | null) => void>();
  private stopTyping = new Map<string, () => void>();
  private saidTyping = new Map<string, number>();
  private verbs = 0;
  private mode: Hello["mode"] = "work";
  private taking = false;

  /** `name` is any text that no other desktop has. */
  constructor(
    around: Around,
    private readonly name: string,
    private readonly agent = "",
  ) {
    super(around);
  }

  /** Work here although another session does. */
  takeOver(): void {
    this.mode = "work";
    this.taking = true;
    this.start();
  }

  watch(): void {
    this.mode = "watch";
    this.start();
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

  protected hello(): Hello {
    const take = this.taking;
    this.taking = false;
    const hello: Hello = { type: "hello", agent: this.agent, mode: this.mode, take, desktop: this.name };
    const position = this.view.desk?.position;
    return position ? { ...hello, after: position } : hello;
  }

  protected take(message: Received): void {
    switch (message.type) {
      case "snapshot":
        this.has(message.now, message.works, deskOf(message));
        break;
      case "resumed":
        this.has(message.now, message.works, this.view.desk);
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

  private has(now: number, works: boolean, desk: Desk | null): void {
    this.there();
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

  protected stale(): void {
    if (this.view.health === "live") this.show({ health: "stale" });
  }

  protected drop(): void {
    for (const answer of this.waiting.values()) answer(LOST);
    this.waiting.clear();
    super.drop();
  }
}
