"""Writes docs/peak_day.md: `python -m docs.peak_day [SEEDS] [SCALE]`, from tandem/sim/scenarios/peak_day.yaml."""

import gc
import sys
import time
from pathlib import Path

from bench.figure import machine
from tandem.sim.reading import read_scenario
from tandem.sim.report import lines_of, report_of
from tandem.sim.trial import trial

SCENARIO = Path("tandem/sim/scenarios/peak_day.yaml")
PAGE = Path(__file__).with_name("peak_day.md")
TEXT = """\
# A peak day

A model of a day like those of the great hotlines, run through the production router: ten times the contacts of a normal
day, 1.6 million over voice and chat. Self-service takes its part; 1,800 agents in shifts, of the house, a blended team
and two vendors, take the rest; plans relax skills, widen to the blended team and to the vendors by expected wait or
service level, and offer callbacks. The day is invented, but for its size: `{scenario}` says everything.

Made by `python -m docs.peak_day {seeds} {scale:g}` ({seeds} seeds; the second number is the scale: so many times the
agents and the contacts). The same figures come from `tandem sim run {scenario} --seeds {seeds} --scale {scale:g}`.

{contacts:,.0f} contacts a day came in the mean, {offered:,.0f} of them (with redials) to the router, with ringing
phones, plan steps and conditions. It took {cpu:.0f} CPU seconds a day: {rate:,.0f} contacts a CPU second, {routed:,.0f}
of those that reach the router, while other programs used the machine too ({machine}).

How to read it: a contact belongs to the queue that it came to, wherever it was served; a redial is offered again;
service levels hold each contact against the target of its queue; waits are seconds, from the queue to the agent, with
the ringing of the phone. Agents serve up to three chats at once, each of which then takes longer. "Spread" is the
coefficient of variation: of waits within a queue, and of idle shares within a group (0 is perfectly fair).

```text
{report}
```
"""


def main(seeds: int, scale: float) -> None:
    """Run the day with so many seeds, and write the page."""
    gc.set_threshold(100_000)
    scenario = read_scenario(SCENARIO.read_text(encoding="utf-8"), str(SCENARIO)).scaled(scale)
    began = time.process_time()
    report = report_of(scenario.name, (trial(scenario, seed) for seed in range(1, seeds + 1)))
    cpu = (time.process_time() - began) / seeds
    every = report.queues["all"]
    contacts, offered = every["contacts"].mean, every["offered"].mean
    about = ", ".join(f"{what} {value}" for what, value in machine().items())
    page = TEXT.format(
        scenario=SCENARIO,
        seeds=seeds,
        scale=scale,
        contacts=contacts,
        offered=offered,
        cpu=cpu,
        rate=contacts / cpu,
        routed=offered / cpu,
        machine=about,
        report="\n".join(lines_of(report)),
    )
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20, float(sys.argv[2]) if len(sys.argv) > 2 else 1.0)
