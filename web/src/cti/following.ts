// A connection that follows a stream of numbered news: it comes back by itself, later each time, and notices silence.
// What a hello says, and what is made of a message, is the affair of whoever extends it.

import type { Socket, Surroundings } from "../shared/connection";
import type { Position } from "./messages";

export interface Around extends Surroundings {
  /** Ask whether the session is still good, after a connection that could not be opened. */
  failed(): void;
}

export const SILENT_AFTER = 12;
const LONGEST_PAUSE = 5;

export abstract class Following<View, Received> {
  abstract view: View;

  private socket: Socket | null = null;
  private listeners = new Set<() => void>();
  private stopSilence = () => {};
  private stopPause = () => {};
  private tries = 0;

  constructor(protected readonly around: Around) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = (): View => this.view;

  /** The first message. */
  protected abstract hello(): unknown;
  protected abstract take(message: Received): void;
  /** What is shown may be old from now on. */
  protected abstract stale(): void;

  start(): void {
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
        this.send(this.hello());
      }),
      message: here((text: string) => {
        this.listen();
        this.take(JSON.parse(text) as Received);
      }),
      closed: here(() => {
        if (!opened) this.around.failed();
        this.comeBack();
      }),
    });
    this.socket = socket;
    this.listen();
  }

  end(): void {
    this.stopPause();
    this.drop();
  }

  /** What is shown is what is: the next break is the first again. */
  protected there(): void {
    this.tries = 0;
  }

  /** What is shown is not what is: connect again at once. */
  protected resume(): void {
    this.stale();
    this.start();
  }

  protected drop(): void {
    this.stopSilence();
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  protected send(message: unknown): void {
    this.socket?.send(JSON.stringify(message));
  }

  protected show(change: Partial<View>): void {
    this.view = { ...this.view, ...change };
    for (const listener of this.listeners) listener();
  }

  /** Nothing was heard for too long. */
  private listen(): void {
    this.stopSilence();
    this.stopSilence = this.around.later(SILENT_AFTER, () => this.resume());
  }

  /** The connection ended: come back in a moment, later each time. */
  private comeBack(): void {
    this.stale();
    this.drop();
    const pause = Math.min(LONGEST_PAUSE, 0.25 * 2 ** this.tries) * (0.5 + this.around.random());
    this.tries += 1;
    this.stopPause = this.around.later(pause, () => this.start());
  }
}

export function same(one: Position, other: Position | undefined): boolean {
  return one.stream === other?.stream && one.number === other.number;
}
