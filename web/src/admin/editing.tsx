// What every form of the settings has at hand: values, how to change them, and what was found with them.

import { createContext, useContext, useMemo } from "react";
import type { Finding } from "./asked";
import { at, dotted, isMap, type Path, type Plain } from "./draft";
import type { Schema } from "./schema";
import type { Editing } from "./useSettings";

export interface Form {
  editing: Editing;
  mayChange: boolean;
  /** What was found by the server last; while it looks again, what it found before. */
  findings: Finding[];
}

export const FormContext = createContext<Form | null>(null);

export function useForm(): Form {
  const form = useContext(FormContext);
  if (!form) throw new Error("a form stands outside of the settings");
  return form;
}

export function useRoot(): Schema {
  return useForm().editing.schema;
}

export function useValue(path: Path): Plain | undefined {
  return at(useForm().editing.mine, path);
}

/** The names in a section, and those that are known without being written. */
export function useNames(section: string): string[] {
  const { mine, schema } = useForm().editing;
  return useMemo(() => {
    const known = section === "channels" ? schema.$defs?.Form?.properties?.channels?.default : undefined;
    return [...new Set([...namesIn(known), ...namesIn(mine[section])])];
  }, [mine, schema, section]);
}

export function namesIn(value: Plain | undefined): string[] {
  return isMap(value) ? Object.keys(value) : [];
}

/** What was found right here, or within where nothing else shows it. */
export function useFindings(path: Path, within: boolean): Finding[] {
  const { findings } = useForm();
  const here = dotted(path);
  return findings.filter((one) => one.path === here || (within && isWithin(one.path, here)));
}

export function isWithin(path: string, place: string): boolean {
  return path.startsWith(`${place}.`) || path.startsWith(`${place}[`);
}

/** What a field of this name may be filled with, from elsewhere in the settings. */
export function useSuggestions(field: string): string[] {
  const { mine } = useForm().editing;
  const channels = useNames("channels");
  return useMemo(() => {
    const agents = Object.values(isMap(mine.agents) ? mine.agents : {});
    const customers = Object.values(isMap(mine.customers) ? mine.customers : {});
    const told: Record<string, () => string[]> = {
      channel: () => channels,
      move: () => namesIn(mine.queues),
      queues: () => namesIn(mine.queues),
      team: () => agents.map((agent) => String(at(agent, ["team"]) ?? "")),
      vendor: () => agents.map((agent) => String(at(agent, ["vendor"]) ?? "")),
      tier: () => customers.map((customer) => String(at(customer, ["tier"]) ?? "")),
      needs: () => skillsOf(mine.agents),
      skills: () => skillsOf(mine.agents),
      certified_until: () => skillsOf(mine.agents),
      costs: () => channels,
      time_zone: zones,
      zone: zones,
    };
    return [...new Set(told[field]?.() ?? [])].filter(Boolean).sort();
  }, [mine, channels, field]);
}

/** Every skill that an agent has. */
export function skillsOf(agents: Plain | undefined): string[] {
  const each = Object.values(isMap(agents) ? agents : {});
  return [...new Set(each.flatMap((agent) => namesIn(at(agent, ["skills"]))))].sort();
}

function zones(): string[] {
  return ["UTC", ...Intl.supportedValuesOf("timeZone")];
}
