// The systems outside that are told what happens: which, of what, and how that goes.

import { useEffect, useState } from "react";
import type { Answer } from "../../shared/api";
import { type DeliveryView, deliveries, type ReceiverView, receivers, redeliver, testWebhook } from "../asked";
import { moment } from "../moment";
import { useAsked } from "../useAsked";
import { useWords } from "../words/words";
import { Entries } from "./Entries";

interface WebhooksProps {
  chosen: string;
  onChoose: (name: string) => void;
  csrf: string;
  mayChange: boolean;
}

export function Webhooks({ chosen, onChoose, csrf, mayChange }: WebhooksProps) {
  const { webhooks } = useWords();
  return (
    <>
      <p className="hint">{webhooks.hint}</p>
      <Entries section="webhooks" chosen={chosen} onChoose={onChoose} />
      {mayChange && chosen && <Delivery key={chosen} name={chosen} csrf={csrf} />}
    </>
  );
}

function Delivery({ name, csrf }: { name: string; csrf: string }) {
  const words = useWords();
  const { webhooks } = words;
  const all = useAsked(receivers);
  const receiver = all.content?.find((one) => one.name === name);
  const [listed, setListed] = useState<DeliveryView[]>([]);
  const [said, setSaid] = useState("");
  const [problem, setProblem] = useState("");
  const known = receiver !== undefined;

  async function take<T>(asked: Promise<Answer<T>>, onDone: (content: T) => void) {
    const answer = await asked;
    setProblem(answer.ok ? "" : answer.failure.message || words.signIn.unreached);
    if (answer.ok) onDone(answer.content);
  }
  const look = async () => {
    await all.again();
    await take(deliveries(name), setListed);
  };
  const test = () =>
    take(testWebhook(name, csrf), ({ taken, reason }) => setSaid(taken ? webhooks.taken : webhooks.notTaken(reason)));
  const sendAgain = async (id: string) => {
    await take(redeliver(name, id, csrf), ({ count }) => setSaid(webhooks.sentAgain(count)));
    await look();
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once it is known to the server
  useEffect(() => {
    if (known) void take(deliveries(name), setListed);
  }, [known, name]);

  if (!receiver) return all.content && <p className="hint">{webhooks.notYet}</p>;
  return (
    <section className="part" aria-label={webhooks.delivery}>
      <h2>{webhooks.delivery}</h2>
      <Standing receiver={receiver} />
      <div className="bar">
        <button type="button" onClick={() => void test()}>
          {webhooks.test}
        </button>
        <button type="button" disabled={receiver.given_up === 0} onClick={() => void sendAgain("")}>
          {webhooks.again}
        </button>
        <button type="button" onClick={() => void look()}>
          {webhooks.refresh}
        </button>
      </div>
      <output>{said}</output>
      <p className="problem" role="alert">
        {problem}
      </p>
      <Newest deliveries={listed} onAgain={(id) => void sendAgain(id)} />
    </section>
  );
}

function Standing({ receiver }: { receiver: ReceiverView }) {
  const words = useWords();
  const { webhooks } = words;
  return (
    <dl className="facts">
      <dt>{webhooks.columns.state}</dt>
      <dd className={receiver.state === "well" ? undefined : "problem"}>{webhooks.state[receiver.state]}</dd>
      <dt>{webhooks.waiting}</dt>
      <dd>
        {receiver.waiting}
        {receiver.oldest !== null && ` (${webhooks.since(moment(receiver.oldest))})`}
      </dd>
      <dt>{webhooks.givenUp}</dt>
      <dd>{receiver.given_up}</dd>
      <dt>{webhooks.newest}</dt>
      <dd>{receiver.delivered_at === null ? words.none : moment(receiver.delivered_at)}</dd>
      <dt>{webhooks.trouble}</dt>
      <dd>{receiver.trouble ? `${moment(receiver.trouble_at)} ${receiver.trouble}` : words.none}</dd>
    </dl>
  );
}

function Newest({ deliveries, onAgain }: { deliveries: DeliveryView[]; onAgain: (id: string) => void }) {
  const words = useWords();
  const { webhooks } = words;
  if (deliveries.length === 0) return <p className="hint">{words.nothing}</p>;
  return (
    <div className="scroll">
      <table>
        <thead>
          <tr>
            {Object.values(webhooks.columns).map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {deliveries.map((one) => (
            <tr key={one.id}>
              <td>{moment(one.at)}</td>
              <td>{words.values[one.kind] ?? one.kind}</td>
              <td>{one.subject}</td>
              <td>
                {webhooks.delivered[one.state]}{" "}
                {one.state === "failed" && (
                  <button type="button" aria-label={webhooks.one(one.id)} onClick={() => onAgain(one.id)}>
                    ↻
                  </button>
                )}
              </td>
              <td>{one.attempts}</td>
              <td>{one.reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
