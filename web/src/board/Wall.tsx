// The board for a big screen: figures that are read from afar, and nothing to press.

import type { ReactNode } from "react";
import { clock, timeOfDay } from "../shared/time";
import type { Board } from "./board";
import * as figures from "./figures";
import { Marked, wordsOf } from "./Live";
import { useWords } from "./words/words";

export function Wall({ board, now, health }: { board: Board; now: number; health: ReactNode }) {
  const words = useWords();
  const alarms = figures.alarmsOf(board, now);
  return (
    <main className="wall">
      <title>{words.tabs.wall}</title>
      <div className="wall-top">
        <h1>{words.title}</h1>
        <p className="time">{timeOfDay(now)}</p>
        {health}
      </div>
      <ul className="wall-queues">
        {[...board.queues.values()].map((queue) => (
          <li key={queue.queue}>
            <h2>{queue.queue}</h2>
            <dl>
              <div>
                <dt>{words.columns.waiting}</dt>
                <dd>
                  <Marked level={figures.levelOf(board, queue, "waiting", now)}>{`${queue.waiting}`}</Marked>
                </dd>
              </div>
              <div>
                <dt>{words.columns.longest_wait}</dt>
                <dd>
                  <Marked level={figures.levelOf(board, queue, "longest_wait", now)}>
                    {clock(figures.longestWait(queue, now))}
                  </Marked>
                </dd>
              </div>
              <div>
                <dt>{words.columns.service_level}</dt>
                <dd>
                  <Marked level={figures.levelOf(board, queue, "service_level", now)}>
                    {figures.share(figures.serviceLevel(queue, now))}
                  </Marked>
                </dd>
              </div>
              <div>
                <dt>{words.columns.ready}</dt>
                <dd>{`${queue.ready} / ${queue.at_work}`}</dd>
              </div>
            </dl>
          </li>
        ))}
      </ul>
      <ul className="wall-alarms" aria-live="polite" aria-label={words.alarms.title}>
        {alarms.slice(0, 4).map((alarm) => (
          <li key={figures.nameOf(alarm)}>
            <Marked level={alarm.level}>{wordsOf(alarm, words)}</Marked>
          </li>
        ))}
      </ul>
    </main>
  );
}
