// Who the centre knows a contact to be, and what they had to do with it before.

import { useState } from "react";
import type { KnownCustomer, PastContact } from "../cti/messages";
import { ask } from "../shared/api";
import { Recordings, useMayHear } from "../shared/Recordings";
import { dayAndTime } from "../shared/time";
import { useWords as useSharedWords } from "../shared/words/words";
import { detailsOf, type Entry, toldOf } from "./history";
import { useWords } from "./words/words";

const PAGE = 20;

export function CustomerPanel({ customer }: { customer: KnownCustomer }) {
  const words = useWords();
  const { customer: texts } = words;
  const [all, setAll] = useState<Entry[] | null>(null);
  const [more, setMore] = useState(true);
  const [problem, setProblem] = useState("");

  const read = async () => {
    const last = all?.at(-1);
    const before = last ? `&before=${last.at}` : "";
    const answer = await ask<Entry[]>("GET", `/customers/${customer.customer}/history?limit=${PAGE}${before}`);
    setProblem(answer.ok ? "" : texts.notRead);
    if (!answer.ok) return;
    setAll([...(all ?? []), ...answer.content]);
    setMore(answer.content.length === PAGE);
  };

  return (
    <section className="customer" aria-label={texts.title}>
      <h3>{texts.title}</h3>
      <p className="chips">
        {customer.name && <strong>{customer.name}</strong>}
        {customer.tier && <span className="chip tier">{customer.tier}</span>}
        {customer.tags.map((tag) => (
          <span key={tag} className="chip">
            {tag}
          </span>
        ))}
        {!customer.proven && <span className="chip unproven">{texts.unproven}</span>}
      </p>
      {customer.last.length === 0 && <p>{texts.first}</p>}
      <ol className="path past">
        {all
          ? all.map((entry) => <Past key={entry.contact} past={entry} details={detailsOf(entry, words)} heard />)
          : customer.last.map((past) => <Past key={past.contact} past={past} details={[]} />)}
      </ol>
      {customer.last.length > 0 && more && (
        <button type="button" onClick={() => void read()}>
          {all ? texts.more : texts.all}
        </button>
      )}
      <p role="alert">{problem}</p>
    </section>
  );
}

interface PastProps {
  past: PastContact;
  details: string[];
  /** What was recorded in it can be asked for. */
  heard?: boolean;
}

function Past({ past, details, heard = false }: PastProps) {
  const words = useWords();
  const { recordings } = useSharedWords();
  const mayHear = useMayHear();
  const [open, setOpen] = useState(false);
  return (
    <li>
      <time>{dayAndTime(past.at)}</time>
      <span>{words.channel[past.channel] ?? past.channel}</span>
      <span className="detail">{[...toldOf(past, words), ...details].join(" · ")}</span>
      {heard && mayHear && (
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          {recordings.hear}
        </button>
      )}
      {open && <Recordings contact={past.contact} />}
    </li>
  );
}
