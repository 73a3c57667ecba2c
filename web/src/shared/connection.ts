// What a connection that comes back by itself needs of a browser, so that it can be tried without one.

/** What it needs of a WebSocket. */
export interface Socket {
  send(text: string): void;
  close(): void;
}

export interface Heard {
  opened(): void;
  message(text: string): void;
  closed(): void;
}

export interface Surroundings {
  open(heard: Heard): Socket;
  /** Seconds since the epoch, by this machine's clock. */
  now(): number;
  later(seconds: number, what: () => void): () => void;
  random(): number;
}

/** Those of a real browser; the WebSocket is at `address`. */
export function browserSurroundings(address: string): Surroundings {
  return {
    open(heard) {
      const socket = new WebSocket(address);
      socket.onopen = heard.opened;
      socket.onmessage = ({ data }) => heard.message(String(data));
      socket.onclose = heard.closed;
      return {
        send: (text) => socket.readyState === WebSocket.OPEN && socket.send(text),
        close: () => socket.close(),
      };
    },
    now: () => Date.now() / 1000,
    later(seconds, what) {
      const timer = setTimeout(what, seconds * 1000);
      return () => clearTimeout(timer);
    },
    random: Math.random,
  };
}
