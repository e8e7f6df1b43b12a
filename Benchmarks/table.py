"""What a run has measured, and how it is shown."""
import json
import statistics
import sys

import measure

MIB = 1 << 20


class Table:
    """The rows, and how they are shown."""

    def __init__(self):
        self.rows = []

    def add(self, figure, goal, runs, **beside):
        middle = measure.median(runs)
        row = {
            "figure": figure, "goal": goal, "seconds": round(middle, 3),
            "runs": [round(run.seconds, 3) for run in runs],
            "cpu": round(statistics.median(run.cpu for run in runs), 3),
            "peak_mib": round(max(run.peak for run in runs) / MIB, 1),
            "beside": {name: {"seconds": round(measure.median(other), 3),
                              "cpu": round(statistics.median(run.cpu for run in other), 3),
                              "ratio": round(middle / measure.median(other), 2)} for name, other in beside.items()}}
        self.rows.append(row)
        print(json.dumps(row), file=sys.stderr, flush=True)

    def show(self):
        print("| figure | goal | measured | processors' time | peak | beside, and the ratio to it |")
        print("|---|---|---|---|---|---|")
        for row in self.rows:
            beside = "; ".join(f"{name} {other['seconds']:.2f} s: {other['ratio']:.2f}"
                               for name, other in row["beside"].items())
            print(f"| {row['figure']} | {row['goal']} | {row['seconds']:.3f} s | {row['cpu']:.2f} s | "
                  f"{row['peak_mib']:.0f} MiB | {beside} |")
