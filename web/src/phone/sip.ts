// The SIP line of a browser phone. JsSIP is loaded when a line is opened, and known in this file only.

import type { RTCSession } from "jssip/lib/RTCSession";
import type { RTCSessionEvent, UAConfiguration } from "jssip/lib/UA";

/** What the centre gives the agent's own browser to register with. */
export interface Account {
  account: string;
  uri: string;
  password: string;
  path: string;
}

/** A call on the line, from its first ring. */
export interface Ring {
  number: string;
  name: string;
  /** Seconds after which it is to be answered by itself; null: somebody does. */
  answersAfter: number | null;
  answer(microphone: MediaStream): void;
  /** Turn it away, or hang up. */
  end(): void;
  stats(): Promise<RTCStatsReport> | null;
  hears: {
    talks(voice: MediaStream): void;
    /** Its voice does not get through any more: another network, a sleep. */
    lost(): void;
    ended(): void;
  };
}

export interface LineHeard {
  registered(): void;
  /** Not reached any more; it comes back by itself, unless it was opened `elsewhere`. */
  lost(elsewhere: boolean): void;
  /** The centre does not take what we register with. */
  refused(): void;
  rings(ring: Ring): void;
}

export interface Line {
  /** Close the line, and hang up. `quietly`: say nothing to anybody, as the calls go on elsewhere. */
  close(quietly: boolean): void;
}

/** How the centre closes the line when the same agent's phone is opened elsewhere. */
const TAKEN_OVER = 4001;
const EXPIRES = 120;
/** Milliseconds to wait for more ways to the far end, once the first was found. */
const GATHERED = 200;
/** Milliseconds without a way to the far end: well before JsSIP gives the call up. */
const LOST_AFTER = 3000;

export async function openLine({ account, uri, password, path }: Account, heard: LineHeard): Promise<Line> {
  const { default: JsSIP } = await import("jssip");
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const socket = new JsSIP.WebSocketInterface(`${scheme}://${location.host}${path}`);
  const place = crypto.randomUUID();
  const settings: UAConfiguration = {
    sockets: [socket],
    uri,
    password,
    authorization_user: account,
    contact_uri: `sip:${account}@${place}.invalid;transport=ws`,
    register_expires: EXPIRES,
    session_timers: false,
    connection_recovery_min_interval: 1,
    connection_recovery_max_interval: 5,
    user_agent: "Tandem desk",
  };
  const agent = new JsSIP.UA(settings);
  let closed = false;
  const here =
    <T extends unknown[]>(what: (...given: T) => void) =>
    (...given: T) => {
      if (!closed) what(...given);
    };
  agent.on("registered", here(heard.registered));
  agent.on(
    "registrationFailed",
    here(({ response }) => {
      if (response) heard.refused();
    }),
  );
  agent.on(
    "disconnected",
    here(({ code }) => heard.lost(code === TAKEN_OVER)),
  );
  agent.on("newRTCSession", ({ session, originator, request }: RTCSessionEvent) => {
    if (originator !== ("remote" as never)) return;
    if (closed) session.terminate({ status_code: 486 });
    else heard.rings(ringOf(session, request.getHeader("Call-Info")));
  });
  agent.start();
  return {
    close: (quietly) => {
      closed = true;
      if (quietly) {
        socket.disconnect();
        socket.connect = () => {};
      }
      agent.stop();
    },
  };
}

function ringOf(session: RTCSession, callInfo: string | undefined): Ring {
  const connection = () => session.connection as RTCPeerConnection | null;
  const ring: Ring = {
    number: session.remote_identity.uri.user ?? "",
    name: session.remote_identity.display_name ?? "",
    answersAfter: answersAfter(callInfo),
    answer: (mediaStream) => session.answer({ mediaStream, pcConfig: { iceServers: [], bundlePolicy: "max-bundle" } }),
    end: () => !session.isEnded() && session.terminate(session.isEstablished() ? {} : { status_code: 486 }),
    stats: () => connection()?.getStats() ?? null,
    hears: { talks: () => {}, lost: () => {}, ended: () => {} },
  };
  session.on("peerconnection", ({ peerconnection }) => {
    peerconnection.addEventListener("track", ({ track, streams }) =>
      ring.hears.talks(streams[0] ?? new MediaStream([track])),
    );
    let lost = 0;
    peerconnection.addEventListener("iceconnectionstatechange", () => {
      clearTimeout(lost);
      if (peerconnection.iceConnectionState === "disconnected")
        lost = window.setTimeout(() => ring.hears.lost(), LOST_AFTER);
    });
  });
  let gathered = 0;
  session.on("icecandidate", ({ ready }) => {
    clearTimeout(gathered);
    gathered = window.setTimeout(ready, GATHERED);
  });
  session.on("ended", () => ring.hears.ended());
  session.on("failed", () => ring.hears.ended());
  return ring;
}

/** Seconds after which a phone is to answer by itself, from the header Call-Info; null: it is not. */
export function answersAfter(callInfo: string | undefined): number | null {
  const found = /;answer-after=(\d+)/.exec(callInfo ?? "");
  return found ? Number(found[1]) : null;
}
