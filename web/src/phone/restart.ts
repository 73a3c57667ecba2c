// A voice whose way broke is led another way, in the same call: ICE is started again, and once more if that was too early.

/** What is known of a call's way, and done about it. */
export interface Way {
  /** Whether the voice gets through, as ICE says. */
  broken(): boolean;
  /** Offer the far end new ways; what can't be done now is passed over. */
  renew(): void;
  /** Nothing helped in time. */
  lost(): void;
}

/**
 * Milliseconds: a way that is only slow comes back by itself; how often another is tried, and for how long. Asterisk ends
 * a call from which it hears nothing for 20 s, and it takes a browser about 5 s to miss its way.
 */
export const TIMES = { before: 500, between: 2500, longest: 8000 };

export class Restart {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private since = 0;

  constructor(private readonly way: Way) {}

  /** The way is there again, or broke. */
  changed(): void {
    if (!this.way.broken()) this.end();
    else if (!this.since) this.begin(TIMES.before);
  }

  /** The network is another one: do not wait until the way is missed. */
  now(): void {
    this.end();
    this.way.renew();
    this.begin(TIMES.between);
  }

  /** The call is over, or its voice came back. */
  end(): void {
    clearTimeout(this.timer);
    this.since = 0;
  }

  private begin(wait: number): void {
    this.since = Date.now();
    this.look(wait);
  }

  private look(wait: number): void {
    this.timer = setTimeout(() => this.tried(), wait);
  }

  private tried(): void {
    if (!this.way.broken()) this.end();
    else if (Date.now() - this.since >= TIMES.longest) {
      this.end();
      this.way.lost();
    } else {
      this.way.renew();
      this.look(TIMES.between);
    }
  }
}
