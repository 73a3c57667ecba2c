// The settings as this page changes them: what is in force, what is made of it, and what the server finds with that.

import { useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import type { Failure } from "../shared/api";
import { LanguageContext } from "../shared/language";
import type { Person } from "../shared/session";
import { apply, type Checked, check, type InForce, inForce, settingsSchema } from "./asked";
import { type Content, merge, type Path, type Plain, put, same } from "./draft";
import type { Schema } from "./schema";

const CHECK_AFTER = 350;
const CHECK_AGAIN = 3000;
const NOTHING: Checked = { findings: [], changes: [] };

interface Draft {
  by: string;
  base: InForce;
  mine: Content;
}

/** What somebody changed and has not saved: it is there again after their session was over and they signed in anew. */
let left: Draft | null = null;

export interface Editing {
  inForce: InForce;
  schema: Schema;
  mine: Content;
  changed: boolean;
  /** Null while they are looked for. */
  checked: Checked | null;
  set: (path: Path, value: Plain | undefined) => void;
  discard: () => void;
  save: (note: string) => Promise<Failure | null>;
  /** Takes what is in force now; with `mine` my changes are made anew on it. Tells where both changed the same. */
  renew: (mine: boolean) => Promise<string[]>;
}

/** Null until they are there. */
export function useSettings(person: Person, onFailed: () => void): Editing | Failure | null {
  const { csrf, name } = person;
  const mayChange = person.role === "admin";
  const [base, setBase] = useState<InForce | null>(null);
  const [schema, setSchema] = useState<Schema | null>(null);
  const [mine, setMine] = useState<Content>({});
  const [failure, setFailure] = useState<Failure | null>(null);
  const kept = useRef({ base, mine });
  kept.current = { base, mine };

  const load = useCallback(async () => {
    const answer = await inForce();
    if (answer.ok) return answer.content;
    setFailure(answer.failure);
    onFailed();
    return null;
  }, [onFailed]);

  useEffect(() => {
    (async () => {
      const [found, described] = [await load(), await settingsSchema()];
      if (!found || !described.ok) return;
      const draft = left?.by === name && mayChange ? left : { base: found, mine: found.settings };
      setSchema(described.content);
      setMine(draft.mine);
      setBase(draft.base);
    })();
  }, [load, name, mayChange]);

  const changed = useMemo(() => base !== null && !same(base.settings, mine), [base, mine]);
  useEffect(() => {
    if (base) left = changed ? { by: name, base, mine } : null;
  }, [base, mine, changed, name]);
  const checked = useChecked(mine, changed && mayChange, csrf, onFailed, useContext(LanguageContext));
  const set = useCallback(
    (path: Path, value: Plain | undefined) => setMine((mine) => put(mine, path, value) as Content),
    [],
  );

  const renew = useCallback(
    async (withMine: boolean) => {
      const { base, mine } = kept.current;
      const found = await load();
      if (!found || !base) return [];
      const merged = withMine ? merge(base.settings, mine, found.settings) : { content: found.settings, both: [] };
      setBase(found);
      setMine(merged.content as Content);
      return merged.both;
    },
    [load],
  );
  const save = useCallback(
    async (note: string) => {
      const { base, mine } = kept.current;
      if (!base) return null;
      const answer = await apply({ settings: mine }, note, base.number, csrf);
      if (!answer.ok) return answer.failure;
      await renew(false);
      return null;
    },
    [csrf, renew],
  );
  const discard = useCallback(() => setMine(kept.current.base?.settings ?? {}), []);

  if (!base || !schema) return failure;
  return { inForce: base, schema, mine, changed, checked, set, discard, save, renew };
}

/** What the server says of it, a moment after the last key. */
function useChecked(
  mine: Content,
  wanted: boolean,
  csrf: string,
  onFailed: () => void,
  language: string,
): Checked | null {
  const [found, setFound] = useState<{ of: Content; checked: Checked }>({ of: mine, checked: NOTHING });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was found is told in a language
  useEffect(() => {
    if (!wanted) return;
    let over = false;
    const look = async () => {
      const answer = await check({ settings: mine }, csrf);
      if (over) return;
      if (answer.ok) setFound({ of: mine, checked: answer.content });
      else {
        onFailed();
        timer = setTimeout(look, CHECK_AGAIN);
      }
    };
    let timer = setTimeout(look, CHECK_AFTER);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [mine, wanted, csrf, onFailed, language]);
  if (!wanted) return NOTHING;
  return found.of === mine ? found.checked : null;
}
