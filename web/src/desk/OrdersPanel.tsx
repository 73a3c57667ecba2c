// The orders of the customer, as a system outside tells them: on their way, there, or not to be had now.

import { useState } from "react";
import type { Orders } from "../cti/messages";
import type { Do } from "./DeskView";
import { useWords } from "./words/words";

interface OrdersPanelProps {
  contact: string;
  orders: Orders;
  able: boolean;
  act: Do;
}

export function OrdersPanel({ contact, orders, able, act }: OrdersPanelProps) {
  const { orders: words } = useWords();
  const [problem, setProblem] = useState("");
  const again = async () => setProblem((await act("ask-orders", { contact }))?.message ?? "");
  const said = {
    asked: words.asked,
    failed: words.failed(orders.reason),
    known: orders.found.length === 0 ? words.none : "",
  }[orders.state];
  return (
    <section className="orders" aria-label={words.title}>
      <h3>{words.title}</h3>
      <output className={orders.state === "failed" ? "problem" : undefined}>{said}</output>
      <ol>
        {orders.state === "known" &&
          orders.found.map((order) => (
            <li key={JSON.stringify(order)}>
              <dl>
                {Object.entries(order).map(([field, value]) => (
                  <div key={field}>
                    <dt>{words.field[field] ?? field}</dt>
                    <dd>{value}</dd>
                  </div>
                ))}
              </dl>
            </li>
          ))}
      </ol>
      {orders.state !== "asked" && (
        <button type="button" disabled={!able} onClick={() => void again()}>
          {orders.state === "failed" ? words.again : words.anew}
        </button>
      )}
      <p role="alert">{problem}</p>
    </section>
  );
}
