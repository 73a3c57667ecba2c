// Figures by quarter-hour. What is plotted stands in a table beside it, or can be asked for.

import { useEffect, useRef } from "react";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { dayAndTime, timeOfDay } from "../shared/time";
import { useWords } from "./words/words";

const HEIGHT = 220;
/** Pixels between two times of day at least. */
const HOUR_SPACE = 60;

/** `colour`: a variable of the theme. */
export interface Series {
  label: string;
  colour: string;
  dash: number[];
}

export interface PlotProps {
  /** The moments (epoch seconds), and a list of values for each of the series. */
  data: UPlot.AlignedData;
  series: Series[];
  label: string;
  /** The two series, counted from 1, between which the ground is coloured: the upper one first. */
  band?: [number, number];
}

export function Plot({ data, series, label, band }: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const look = JSON.stringify({ series, band });
  const { start } = useWords().dispatch;
  useEffect(() => {
    const parent = place.current;
    if (!parent) return;
    const { series, band } = JSON.parse(look) as Pick<PlotProps, "series" | "band">;
    const colour = (name: string) => colourOf(parent, name);
    const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--line") } };
    const options: UPlot.Options = {
      width: parent.clientWidth,
      height: HEIGHT,
      axes: [{ ...axis, space: HOUR_SPACE, values: (_, at) => at.map((one) => timeOfDay(one).slice(0, 5)) }, axis],
      series: [
        { label: start, value: (_, at) => (at === null ? "–" : dayAndTime(at)) },
        ...series.map(({ label, colour: name, dash }) => ({ label, stroke: colour(name), dash, width: 2 })),
      ],
      ...(band && { bands: [{ series: band, fill: colour("--busy-ground") }] }),
    };
    const plot = new UPlot(options, data, parent);
    const fit = new ResizeObserver(() => plot.setSize({ width: parent.clientWidth, height: HEIGHT }));
    fit.observe(parent);
    return () => {
      fit.disconnect();
      plot.destroy();
    };
  }, [data, look, start]);
  return <div ref={place} className="plot" role="img" aria-label={label} />;
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
