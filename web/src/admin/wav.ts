// Sound in the browser as the centre takes it: 16-bit mono WAV.

export const RATE = 16000;
const HEADER = 44;

/** One channel of samples from -1 to 1 as a WAV file. */
export function wavOf(samples: Float32Array, rate = RATE): ArrayBuffer {
  const file = new DataView(new ArrayBuffer(HEADER + 2 * samples.length));
  const text = (at: number, letters: string) => {
    for (const [n, letter] of [...letters].entries()) file.setUint8(at + n, letter.charCodeAt(0));
  };
  text(0, "RIFF");
  file.setUint32(4, HEADER - 8 + 2 * samples.length, true);
  text(8, "WAVEfmt ");
  file.setUint32(16, 16, true);
  file.setUint16(20, 1, true);
  file.setUint16(22, 1, true);
  file.setUint32(24, rate, true);
  file.setUint32(28, 2 * rate, true);
  file.setUint16(32, 2, true);
  file.setUint16(34, 16, true);
  text(36, "data");
  file.setUint32(40, 2 * samples.length, true);
  samples.forEach((sample, n) => {
    file.setInt16(HEADER + 2 * n, Math.round(Math.max(-1, Math.min(1, sample)) * 32767), true);
  });
  return file.buffer as ArrayBuffer;
}

/** Several channels as one. */
export function mono(channels: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array()] = channels;
  return first.map((_, at) => channels.reduce((sum, channel) => sum + (channel[at] ?? 0), 0) / channels.length);
}

/** Whether it is a WAV file by its first bytes: the centre reads more kinds of these than browsers do. */
export function isWav(bytes: ArrayBuffer): boolean {
  const letters = (at: number) => String.fromCharCode(...new Uint8Array(bytes.slice(at, at + 4)));
  return letters(0) === "RIFF" && letters(8) === "WAVE";
}

/** Any sound that this browser can play as a WAV file; throws for one that it can't. */
export async function converted(sound: Blob): Promise<Blob> {
  const bytes = await sound.arrayBuffer();
  if (isWav(bytes)) return new Blob([bytes], { type: "audio/wav" });
  const decoded = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(bytes);
  const channels = Array.from({ length: decoded.numberOfChannels }, (_, at) => decoded.getChannelData(at));
  return new Blob([wavOf(mono(channels))], { type: "audio/wav" });
}
