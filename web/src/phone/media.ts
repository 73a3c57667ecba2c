// The microphone and the speaker: which ones, whether they may be used, and how loud it is there.

/** Why there is no microphone. */
export type Trouble = "denied" | "missing" | "in_use" | "insecure";

export class MicrophoneError extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble);
  }
}

const TROUBLES: Record<string, Trouble> = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "in_use",
  AbortError: "in_use",
};

/** Open a microphone, `device` if it is there. MicrophoneError says why there is none. */
export async function openMicrophone(device: string): Promise<MediaStream> {
  if (!navigator.mediaDevices) throw new MicrophoneError("insecure");
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: device ? { deviceId: { ideal: device } } : true });
  } catch (error) {
    throw new MicrophoneError(troubleOf(error));
  }
}

export function troubleOf(error: unknown): Trouble {
  return TROUBLES[(error as { name?: string } | null)?.name ?? ""] ?? "in_use";
}

export function release(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

export interface Devices {
  microphones: MediaDeviceInfo[];
  speakers: MediaDeviceInfo[];
}

/** What is there; browsers tell the names only to whom the microphone is open. */
export async function devices(): Promise<Devices> {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  const of = (kind: MediaDeviceKind) => all.filter((one) => one.kind === kind && one.deviceId);
  return { microphones: of("audioinput"), speakers: of("audiooutput") };
}

/** Have a player sound from a speaker, where the browser lets us choose. */
export function soundFrom(player: HTMLMediaElement, speaker: string): void {
  if ("setSinkId" in player) void player.setSinkId(speaker).catch(() => player.setSinkId(""));
}

export interface Check {
  /** How loud it is now, 0 to 1. */
  level(): number;
  /** Let who speaks hear themselves, a second later. */
  echo(on: boolean): void;
  end(): void;
}

const ECHO_SECONDS = 1;

/** Listen to a microphone. */
export function checkOf(stream: MediaStream): Check {
  const context = new AudioContext();
  const source = context.createMediaStreamSource(stream);
  const analyser = new AnalyserNode(context, { fftSize: 1024 });
  const echo = new GainNode(context, { gain: 0 });
  source.connect(analyser);
  source.connect(new DelayNode(context, { delayTime: ECHO_SECONDS, maxDelayTime: ECHO_SECONDS })).connect(echo);
  echo.connect(context.destination);
  const samples = new Float32Array(analyser.fftSize);
  return {
    level: () => {
      analyser.getFloatTimeDomainData(samples);
      return levelOf(samples);
    },
    echo: (on) => {
      echo.gain.value = on ? 1 : 0;
    },
    end: () => void context.close(),
  };
}

const QUIETEST = -60;

/** Loudness as a meter shows it: nothing at -60 dB, full at 0 dB. */
export function levelOf(samples: Float32Array): number {
  const power = samples.reduce((sum, one) => sum + one * one, 0) / (samples.length || 1);
  const decibels = 10 * Math.log10(power || 1e-12);
  return Math.min(1, Math.max(0, 1 - decibels / QUIETEST));
}
