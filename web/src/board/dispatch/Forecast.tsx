// What is to come to a queue, and the staff that it takes.

import { useMemo } from "react";
import type { AlignedData } from "uplot";
import { share } from "../figures";
import { Plot } from "../Plot";
import { type Column, Table } from "../Table";
import { useWords } from "../words/words";
import { arrivals, hour, type Outlook, opening, type Quarter, type QueueOutlook, staff } from "./dispatch";

export function Forecast({ queue, outlook }: { queue: QueueOutlook; outlook: Outlook }) {
  const words = useWords().dispatch;
  const shown = useMemo(() => opening(queue.quarters), [queue]);
  const came = useMemo(() => arrivals(shown) as AlignedData, [shown]);
  const agents = useMemo(() => staff(queue) as AlignedData, [queue]);
  const figure = (name: keyof Quarter, title: string): Column<Quarter> => ({
    name,
    title,
    key: (quarter) => quarter[name],
    cell: (quarter) => (quarter[name] === null ? "–" : `${Math.round(quarter[name])}`),
  });
  const columns: Column<Quarter>[] = [
    { name: "start", title: words.start, key: ({ start }) => start, cell: ({ start }) => hour(start) },
    figure("came", words.came),
    figure("expected", words.expected),
    figure("low", words.low),
    figure("high", words.high),
    figure("needed", words.needed),
    { name: "there", title: words.there, key: () => queue.there, cell: () => `${queue.there}` },
  ];
  const ahead = shown.filter(({ expected }) => expected !== null);
  return (
    <>
      <p className="note">{words.about(share(queue.factor), queue.days, share(queue.ratio), share(queue.weight))}</p>
      <Plot
        data={came}
        label={words.forecast}
        band={[1, 2]}
        series={[
          { label: words.high, colour: "--quiet", dash: [2, 4] },
          { label: words.low, colour: "--quiet", dash: [2, 4] },
          { label: words.came, colour: "--text", dash: [] },
          { label: words.expected, colour: "--accent", dash: [6, 3] },
        ]}
      />
      <Plot
        data={agents}
        label={words.staff}
        series={[
          { label: words.needed, colour: "--bad", dash: [6, 3] },
          { label: words.there, colour: "--good", dash: [] },
        ]}
      />
      <p className="note">{words.formula(share(queue.target), queue.seconds)}</p>
      <Table caption={words.forecast} columns={columns} rows={ahead} name={({ start }) => `${start}`} first="start" />
      <Groups outlook={outlook} />
    </>
  );
}

function Groups({ outlook }: { outlook: Outlook }) {
  const words = useWords().dispatch;
  type Row = Outlook["groups"][number];
  const columns: Column<Row>[] = [
    { name: "group", title: words.group, key: ({ group }) => group, cell: ({ group }) => group },
    { name: "there", title: words.there, key: ({ there }) => there, cell: ({ there }) => `${there}` },
    { name: "needed", title: words.needed, key: ({ needed }) => needed, cell: ({ needed }) => `${needed ?? "–"}` },
  ];
  return (
    <Table
      caption={words.groups(hour(outlook.until))}
      columns={columns}
      rows={outlook.groups}
      name={({ group }) => group}
      first="group"
    />
  );
}
