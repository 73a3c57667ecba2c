// A board's connection, as docs/operator.md has it.

import { Following, same } from "../cti/following";
import { after, type Board, boardOf, type Received } from "./board";

export interface View {
  /** `stale`: what is shown may be old; `over`: it can't go on. */
  health: "connecting" | "live" | "stale" | "over";
  board: Board | null;
  /** The server's clock minus ours, seconds. */
  ahead: number;
  trouble: string;
}

export class BoardFollowing extends Following<View, Received> {
  view: View = { health: "connecting", board: null, ahead: 0, trouble: "" };

  /** The network is back, or the page is looked at again: do not wait for the next try. */
  wake(): void {
    if (this.view.health === "stale" || this.view.health === "connecting") this.start();
  }

  protected hello(): unknown {
    const position = this.view.board?.position;
    return position ? { type: "hello", after: position } : { type: "hello" };
  }

  protected take(message: Received): void {
    switch (message.type) {
      case "snapshot":
        this.has(message.now, boardOf(message));
        break;
      case "resumed":
        this.has(message.now, this.view.board);
        break;
      case "event": {
        const board = this.view.board && after(this.view.board, message);
        if (board) this.show({ board });
        else this.resume();
        break;
      }
      case "beat":
        this.send({ type: "beat" });
        if (!same(message.position, this.view.board?.position)) this.resume();
        break;
      case "error":
        if (message.code === "restart") return; // the end of the connection follows
        this.drop();
        this.show({ health: "over", trouble: message.message });
        this.around.failed();
    }
  }

  protected stale(): void {
    if (this.view.health === "live") this.show({ health: "stale" });
  }

  private has(now: number, board: Board | null): void {
    this.there();
    this.show({ health: "live", board, ahead: now - this.around.now(), trouble: "" });
  }
}
