// A day by quarter-hours. The table beside it has the same figures.

import { useEffect, useRef } from "react";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useWords } from "./words/words";

const COLOURS = ["--text", "--good", "--bad"];
const DASHES = [[], [6, 3], [2, 3]];
const HEIGHT = 220;

export function Plot({ data }: { data: [number[], number[], number[], number[]] }) {
  const words = useWords();
  const place = useRef<HTMLDivElement>(null);
  const labels = [words.names.offered, words.names.answered, words.names.abandoned].join("|");
  useEffect(() => {
    const parent = place.current;
    if (!parent) return;
    const colour = (name: string) => colourOf(parent, name);
    const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--line") } };
    const series = labels.split("|").map((label, index) => ({
      label,
      stroke: colour(COLOURS[index] ?? "--text"),
      dash: DASHES[index],
      width: 2,
    }));
    const options = { width: parent.clientWidth, height: HEIGHT, axes: [axis, axis], series: [{}, ...series] };
    const plot = new UPlot(options, data, parent);
    const fit = new ResizeObserver(() => plot.setSize({ width: parent.clientWidth, height: HEIGHT }));
    fit.observe(parent);
    return () => {
      fit.disconnect();
      plot.destroy();
    };
  }, [data, labels]);
  return <div ref={place} className="plot" role="img" aria-label={words.history.plot} />;
}

/** A colour of the theme, light or dark as it is, as a canvas takes it. */
function colourOf(parent: HTMLElement, name: string): string {
  const sample = document.createElement("span");
  sample.style.color = `var(${name})`;
  parent.append(sample);
  const { color } = getComputedStyle(sample);
  sample.remove();
  return color;
}
