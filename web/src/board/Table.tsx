// A table whose rows somebody may put in another order.

import { type ReactNode, useState } from "react";
import { type Key, sorted } from "./sorting";

export interface Column<T> {
  name: string;
  title: string;
  /** What it means, where the title does not say it. */
  hint?: string;
  /** Words stand where they begin, numbers where they end. */
  words?: boolean;
  key: (row: T) => Key;
  cell: (row: T) => ReactNode;
}

interface TableProps<T> {
  caption: string;
  columns: Column<T>[];
  rows: Iterable<T>;
  name: (row: T) => string;
  first: string;
  down?: boolean;
}

export function Table<T>({ caption, columns, rows, name, first, down = false }: TableProps<T>) {
  const [order, setOrder] = useState({ by: first, down });
  const column = columns.find((one) => one.name === order.by) ?? columns[0];
  const sort = (by: string) => setOrder((before) => ({ by, down: before.by === by && !before.down }));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
    <section className="table" tabIndex={0} aria-label={caption}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((one) => (
              <th
                key={one.name}
                scope="col"
                className={one.words ? "words" : undefined}
                aria-sort={one.name !== order.by ? undefined : order.down ? "descending" : "ascending"}
              >
                <button type="button" title={one.hint} onClick={() => sort(one.name)}>
                  {one.title}
                  <span aria-hidden="true">{one.name !== order.by ? "" : order.down ? " ▾" : " ▴"}</span>
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {column &&
            sorted(rows, column.key, order.down).map((row) => (
              <tr key={name(row)} data-row={name(row)}>
                {columns.map((one, index) =>
                  index ? (
                    <td key={one.name} className={one.words ? "words" : undefined}>
                      {one.cell(row)}
                    </td>
                  ) : (
                    <th key={one.name} scope="row">
                      {one.cell(row)}
                    </th>
                  ),
                )}
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  );
}
