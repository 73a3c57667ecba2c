// What is heard while something waits to be taken.

import { useEffect, useRef } from "react";
import { allowSound, ring } from "../shared/sound";

const AGAIN_EVERY = 3000;

/** A sound while something is offered. */
export function useOfferSound(offered: string, on: boolean): void {
  useEffect(() => {
    window.addEventListener("pointerdown", allowSound);
    window.addEventListener("keydown", allowSound);
    return () => {
      window.removeEventListener("pointerdown", allowSound);
      window.removeEventListener("keydown", allowSound);
    };
  }, []);
  const heard = useRef(on);
  heard.current = on;
  useEffect(() => {
    if (!offered) return;
    const sound = () => heard.current && ring();
    sound();
    const timer = setInterval(sound, AGAIN_EVERY);
    return () => clearInterval(timer);
  }, [offered]);
}
