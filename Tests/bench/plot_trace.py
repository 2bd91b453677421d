#!/usr/bin/env python3
"""Plots what the controller of transfers did: the rate, the connections wanted and those in use, a row for each trace.

    .venv/bin/python Tests/bench/plot_trace.py OUT.png [NAME=]TRACE…

OUT's ending says the format (.png, .svg). A trace is what the program writes to the file that
MODELKIT_ASSETS_TRANSFER_TRACE names: a JSON object a line, with `t` in seconds, `target`, `in_flight`, and `bytes`
received so far. `Tests/bench/run --traces DIR` keeps those of the grid.
"""

import argparse
import bisect
import json
import sys
from dataclasses import dataclass
from pathlib import Path

# Ticks come more often than data: a rate is that of the last quarter of a second.
WINDOW_SECONDS = 0.25
RATE, TARGET, IN_FLIGHT = "#2a6fbb", "#c4442b", "#e2a04a"


@dataclass(frozen=True)
class Trace:
    name: str
    seconds: list
    target: list
    in_flight: list
    received: list

    @classmethod
    def read(cls, argument):
        name, separator, path = argument.rpartition("=")
        path = Path(path)
        ticks = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
        if not ticks:
            sys.exit(f"plot_trace: {path} has no ticks")
        columns = ([tick[key] for tick in ticks] for key in ("t", "target", "in_flight", "bytes"))
        return cls(name if separator else path.stem, *columns)

    def rates(self):
        """MB/s at each tick."""
        return [self.rate(number) for number in range(len(self.seconds))]

    def rate(self, number):
        first = bisect.bisect_left(self.seconds, self.seconds[number] - WINDOW_SECONDS)
        seconds = self.seconds[number] - self.seconds[first]
        return (self.received[number] - self.received[first]) / seconds / 1e6 if seconds > 0 else 0.0


def plot(traces, target):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, rows = pyplot.subplots(len(traces), figsize=(9, 2.6 * len(traces)), squeeze=False, layout="constrained")
    for trace, [axes] in zip(traces, rows, strict=True):
        plot_one(trace, axes)
    rows[-1][0].set_xlabel("seconds")
    handles = [line for axes in figure.axes[: len(rows) + 1] for line in axes.get_lines()]
    named = {line.get_label(): line for line in handles}
    figure.legend(named.values(), named.keys(), loc="outside upper right", ncols=3, frameon=False)
    figure.savefig(target, dpi=120)


def plot_one(trace, axes):
    rates = trace.rates()
    axes.set_title(trace.name, loc="left", fontsize="medium")
    axes.plot(trace.seconds, rates, color=RATE, linewidth=1.2, label="MB/s")
    axes.fill_between(trace.seconds, rates, color=RATE, alpha=0.15, linewidth=0)
    axes.set_ylabel("MB/s", color=RATE)
    axes.set(ylim=(0, 1.1 * max(*rates, 1)), xlim=(0, max(trace.seconds)))
    connections = axes.twinx()
    connections.step(trace.seconds, trace.in_flight, where="post", color=IN_FLIGHT, linewidth=1, label="in use")
    connections.step(trace.seconds, trace.target, where="post", color=TARGET, linewidth=1.4, label="wanted")
    connections.set_ylabel("connections", color=TARGET)
    connections.set_ylim(0, 1.15 * max(*trace.target, *trace.in_flight, 1))
    for each in (axes, connections):
        each.spines["top"].set_visible(False)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", metavar="OUT")
    parser.add_argument("traces", nargs="+", metavar="[NAME=]TRACE")
    asked = parser.parse_args()
    plot([Trace.read(each) for each in asked.traces], asked.out)


if __name__ == "__main__":
    main()
