// The sound of an offer: two soft tones, made here, so that no file is needed.

let context: AudioContext | null = null;

/** Browsers let a page make sound only after a key or a click: from then on it may. */
export function allowSound(): void {
  context ??= new AudioContext();
  void context.resume();
}

export function ring(): void {
  if (context?.state !== "running") return;
  for (const [index, frequency] of [660, 880].entries()) {
    const begins = context.currentTime + index * 0.22;
    const tone = new OscillatorNode(context, { frequency });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(0, begins);
    volume.gain.linearRampToValueAtTime(0.2, begins + 0.03);
    volume.gain.linearRampToValueAtTime(0, begins + 0.2);
    tone.connect(volume).connect(context.destination);
    tone.start(begins);
    tone.stop(begins + 0.25);
  }
}
