"""What every peer in Python shares: the data, the clock, and the line that says what came out.

The work: a line of so many points gets other points, and the picture, 1920x1080, shows them. Two lines take turns, so that all
points are new each time. The same lines are drawn in `work.mjs`, `egui_plot/src/main.rs` and `../peer.rs`.
"""

import json
import os
import sys
import time

import numpy as np

WIDTH, HEIGHT = 1920, 1080
# A part of the width stays empty at the right, as emberscope leaves it for the points to come.
AHEAD = 1.05
# A case ends after so many seconds of redraws, or so many redraws.
LONGEST, MOST = 60.0, 200


def values(data, points, seed):
    """A line in float64: a random `walk`, or a `loss` that falls and scatters. Their noise, in [-1, 1), is a hash of the index."""
    mixed = np.arange(points, dtype=np.uint32)
    mixed *= np.uint32(0x9E3779B9)
    mixed += np.uint32(seed * 0x85EBCA6B & 0xFFFFFFFF)
    mixed = (mixed ^ mixed >> np.uint32(16)) * np.uint32(0x21F0AAAD)
    mixed = (mixed ^ mixed >> np.uint32(15)) * np.uint32(0x735A2D97)
    mixed ^= mixed >> np.uint32(15)
    noise = mixed / 2_147_483_648.0 - 1.0
    if data == "walk":
        return np.cumsum(noise)
    return 1.0 / (1.0 + 4.0 * np.arange(points) / points) + 0.1 * noise


class Case:
    """Variant, data and number of points, from the command line: the horizontal values, two lines, the bounds of both."""

    def __init__(self):
        self.variant, self.data, points = sys.argv[1:]
        self.points = int(points)
        self.x = np.arange(self.points, dtype=np.float64)
        self.lines = [values(self.data, self.points, seed) for seed in (1, 2)]
        self.x_range = 0.0, self.points * AHEAD
        self.y_range = min(map(np.min, self.lines)).item(), max(map(np.max, self.lines)).item()

    def run(self, peer, version, redraw, using, **more):
        """Times `redraw`, which takes 0 or 1, draws that line and gives `[height, width, channels]` bytes. `using` names what it is built on."""
        first = np.array(redraw(0))
        second = np.array(redraw(1))
        if first.shape[:2] != (HEIGHT, WIDTH):
            sys.exit(f"the picture is of shape {first.shape}")
        if (first == first[0, 0]).all() or (first == second).all():
            sys.exit("the picture does not show the data")
        if path := os.environ.get("PEERS_PICTURE"):
            np.ascontiguousarray(first).tofile(path)
        times = []
        while not is_enough(times):
            began = time.perf_counter()
            redraw(len(times) % 2)
            times.append(time.perf_counter() - began)
        line = {
            "peer": peer,
            "variant": self.variant,
            "data": self.data,
            "points": self.points,
            "seconds": sorted(times)[len(times) // 2],
            "runs": len(times),
            "version": version,
            "using": using,
        }
        print(json.dumps(line | more), flush=True)


def is_enough(times):
    """Seven redraws and two seconds of them; three where one takes longer than two seconds."""
    if not times:
        return False
    least = 3 if times[0] > 2.0 else 7
    total = sum(times)
    return (len(times) >= least and total >= 2.0) or len(times) == MOST or total >= LONGEST
