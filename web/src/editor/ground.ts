// What the fields of a form need to know of the flow that they are in.

import { createContext, useContext } from "react";
import type { Path } from "./document";
import type { Centre, Problem } from "./draft";
import type { Fields, Schema } from "./schema";

export interface Ground {
  root: Schema;
  flow: Fields;
  centre: Centre;
  flows: string[];
  problems: Problem[];
  /** Put a value in; without one, what is there goes. */
  change: (path: Path, value: unknown) => void;
}

export const GroundContext = createContext<Ground | null>(null);

export function useGround(): Ground {
  const ground = useContext(GroundContext);
  if (!ground) throw new Error("fields stand in a GroundContext");
  return ground;
}
