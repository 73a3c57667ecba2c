// The SIP line of a browser phone. JsSIP is loaded when a line is opened, and known in this file only.

import type { RTCSession } from "jssip/lib/RTCSession";
import type { RTCSessionEvent, UA, UAConfiguration } from "jssip/lib/UA";
import { Restart } from "./restart";

/** What the centre gives the agent's own browser to register with. */
export interface Account {
  account: string;
  uri: string;
  password: string;
  path: string;
  /** Whom to ask for a way to the centre. */
  ice: RTCIceServer[];
}

/** A call on the line, from its first ring. */
export interface Ring {
  number: string;
  name: string;
  /** Which of the centre's legs it is; empty: it has no talk to be recorded. */
  leg: string;
  /** Seconds after which it is to be answered by itself; null: somebody does. */
  answersAfter: number | null;
  answer(microphone: MediaStream): void;
  /** Turn it away, or hang up. */
  end(): void;
  stats(): Promise<RTCStatsReport> | null;
  /** The network is another one: look for a new way at once. */
  reach(): void;
  hears: {
    talks(voice: MediaStream): void;
    /** Its voice does not get through any more, whatever way was tried: another network, a sleep. */
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
  /** Ask these from now on for a way to the centre: their passwords are good for a time. */
  reachBy(servers: RTCIceServer[]): void;
  /** Close the line, and hang up. `quietly`: say nothing to anybody, as the calls go on elsewhere. */
  close(quietly: boolean): void;
}

/** How the centre closes the line when the same agent's phone is opened elsewhere. */
const TAKEN_OVER = 4001;
const EXPIRES = 120;
/** Milliseconds to wait for more ways to the far end, once the first was found; for a relay, which may be the only one. */
const GATHERED = 200;
const RELAYED = 2000;
/** Milliseconds after which Asterisk has ended a call from which it heard nothing. */
const SILENT = 20_000;

export async function openLine({ account, uri, password, path, ice }: Account, heard: LineHeard): Promise<Line> {
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
  let servers = ice;
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
    else heard.rings(ringOf(agent, session, request, () => servers));
  });
  agent.start();
  return {
    reachBy: (given) => {
      servers = given;
    },
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

function ringOf(
  agent: UA,
  session: RTCSession,
  request: RTCSessionEvent["request"],
  servers: () => RTCIceServer[],
): Ring {
  const connection = () => session.connection as RTCPeerConnection | null;
  let offering = false;
  let relayed = false;
  const hangUp = keptWhile(session, () => {
    const kept = offering || isBroken(connection());
    offering = false;
    return kept;
  });
  const renew = () => {
    const peer = connection();
    if (!peer || !agent.isConnected()) return;
    relayed = false;
    peer.setConfiguration({ ...peer.getConfiguration(), iceServers: servers() });
    const taken = () => {
      offering = false;
    };
    offering = session.renegotiate({ rtcOfferConstraints: { iceRestart: true } }, taken) || offering;
  };
  const lost = () => {
    ring.hears.lost();
    setTimeout(() => !session.isEnded() && isBroken(connection()) && hangUp(), SILENT);
  };
  const restart = new Restart({ broken: () => isBroken(connection()), renew, lost });
  const ring: Ring = {
    number: session.remote_identity.uri.user ?? "",
    name: session.remote_identity.display_name ?? "",
    leg: request.getHeader("X-Tandem-Leg") ?? "",
    answersAfter: answersAfter(request.getHeader("Call-Info")),
    answer: (mediaStream) =>
      session.answer({ mediaStream, pcConfig: { iceServers: servers(), bundlePolicy: "max-bundle" } }),
    end: () => !session.isEnded() && session.terminate(session.isEstablished() ? {} : { status_code: 486 }),
    stats: () => connection()?.getStats() ?? null,
    reach: () => session.isEstablished() && restart.now(),
    hears: { talks: () => {}, lost: () => {}, ended: () => {} },
  };
  session.on("peerconnection", ({ peerconnection }) => {
    peerconnection.addEventListener("track", ({ track, streams }) =>
      ring.hears.talks(streams[0] ?? new MediaStream([track])),
    );
    peerconnection.addEventListener("iceconnectionstatechange", () => restart.changed());
  });
  let gathered = 0;
  session.on("icecandidate", ({ candidate, ready }) => {
    relayed ||= candidate.type === "relay";
    clearTimeout(gathered);
    gathered = window.setTimeout(ready, relayed || !servers().some(isRelay) ? GATHERED : RELAYED);
  });
  const ended = () => {
    restart.end();
    ring.hears.ended();
  };
  session.on("ended", ended);
  session.on("failed", ended);
  return ring;
}

const isBroken = (peer: RTCPeerConnection | null) =>
  peer?.iceConnectionState === "disconnected" || peer?.iceConnectionState === "failed";

const isRelay = ({ urls }: RTCIceServer) => [urls].flat().some((url) => url.startsWith("turn"));

/**
 * JsSIP hangs up as soon as a way fails, or an offer of new ones; but not while there is hope, as `kept` says.
 * Gives how to hang up all the same.
 */
export function keptWhile(session: RTCSession, kept: () => boolean): () => void {
  const terminate = session.terminate.bind(session);
  session.terminate = (options) => {
    const itself = options?.cause !== undefined && options.status_code !== undefined;
    if (!(itself && session.isEstablished() && kept())) terminate(options);
  };
  return () => terminate();
}

/** Seconds after which a phone is to answer by itself, from the header Call-Info; null: it is not. */
export function answersAfter(callInfo: string | undefined): number | null {
  const found = /;answer-after=(\d+)/.exec(callInfo ?? "");
  return found ? Number(found[1]) : null;
}
