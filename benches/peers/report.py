"""Makes docs/benchmarks.md of what the peers printed: `report.py RESULTS.jsonl`."""

import json
import os
import platform
import sys

TITLES = {
    "walk": "A random walk",
    "loss": "A loss that falls and scatters",
}
SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
# What the others are held against.
OURS = ["live", "all new"]

HEAD = """# Beside other plotting libraries

One line gets new data, and a picture of 1920×1080 pixels shows it: the same work for all, on the same machine, one after the
other. `benches/peers/run` installs what it needs from PyPI, npm and crates.io into `target/peers` and writes this page;
`benches/peers/` holds each library's program.
"""

TAIL = """## What is timed

From the new data to the pixels in memory. Nobody draws axes, ticks or a legend: it is the line alone. All draw the same numbers
over the same part of the width. Two sets of them take turns, so that every point is new each time; emberscope does less only
where it says so.

| | given | timed |
| --- | --- | --- |
| emberscope, all new | an array of float32, an empty store | taking in all points, making the scene, drawing, reading back; bounds are found |
| emberscope, live | a store with the points | taking in one more, making the scene, drawing what is new in it, reading all of the picture back |
| emberscope, live, other range | the same | the same; the range shown is another each time, so that the whole line is found and drawn anew |
| matplotlib | float64; limits; QtAgg's canvas offscreen; the style `fast` (`path.simplify`, threshold 1.0, `agg.path.chunksize` 10,000) | `set_ydata`, `canvas.draw()`; not Qt's copy to the screen |
| pyqtgraph | float64; range; Qt's offscreen platform; a pen of 1 px, no antialiasing, `skipFiniteCheck`; *peaks*: `setDownsampling(auto=True, mode="peak")`, `setClipToView(True)` | `setData`, painting the widget into a `QImage` |
| fastplotlib | float32; range; an offscreen canvas; no supersampling, no postprocessing; *thin*: `thin=True`; *one point*: only the last value is new | `line.data[:, 1] = …` or `line.data[N - 1, 1] = …`, `canvas.draw()`, which reads back |
| egui_plot | its own points, borrowed; bounds; egui-wgpu; 1 px; *plain*: no feathering, no dithering | layout, tessellation, sending, drawing, reading back |
| uPlot | float64; ranges; Skia's canvas in Node.js in place of a browser's; 1 px | `setData`, the redraw it schedules, getting the pixels |

What a live run costs a library, point by point, is the time above: it is given the whole line again, or, as with fastplotlib's
*one point*, draws the whole line again. emberscope takes in and draws the one, so *live* is what to hold a live frame against,
and *all new* a line that is not known yet.

Each figure is the median of 7 to 200 redraws, or 3 where one takes longer than 2 s, or what a minute holds, after two that do not
count. Each case is a process of its own, ended after four minutes: its redraw is said to take over 60 s. emberscope, fastplotlib
and egui_plot draw on the software adapter, with all cores; on a GPU they would be quicker. matplotlib, pyqtgraph and uPlot draw
on the processor everywhere. emberscope's line is 2 px wide and antialiased, matplotlib's 1 px and antialiased.
"""


def seconds(value):
    """Three digits in ms, or in s from 10 s on."""
    if value >= 10:
        return f"{value:.1f} s"
    ms = value * 1e3
    return f"{ms:,.0f} ms" if ms >= 100 else f"{ms:.1f} ms" if ms >= 10 else f"{ms:.2f} ms"


def ratio(value):
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def cell(case, ours):
    """A median, and for the peers how many times emberscope's it is, by each of OURS."""
    if case is None:
        return ""
    if "why" in case:
        return case["why"]
    text = seconds(case["seconds"])
    if case["peer"] == "emberscope":
        return text
    ratios = [ratio(case["seconds"] / base["seconds"]) if base else "–" for base in ours]
    return f"{text} ({', '.join(ratios)})"


def table(cases):
    points = sorted({case["points"] for case in cases})
    found = {(case["peer"], case["variant"], case["points"]): case for case in cases}
    ours = {
        count: [
            case if (case := found.get(("emberscope", variant, count))) and "seconds" in case else None
            for variant in OURS
        ]
        for count in points
    }
    yield "| | " + " | ".join(power(count) for count in points) + " |"
    yield "| --- |" + " ---: |" * len(points)
    for peer, variant in dict.fromkeys((case["peer"], case["variant"]) for case in cases):
        cells = [cell(found.get((peer, variant, count)), ours[count]) for count in points]
        yield f"| {peer}{'' if variant == 'default' else ', ' + variant} | " + " | ".join(cells) + " |"


def power(count):
    text = f"{count:.0e}".replace("e+0", "e")
    digit, exponent = text.split("e")
    if float(text) != count:
        return f"{count:,}"
    factor = "" if digit == "1" else f"{digit}·"
    return f"{factor}10{exponent.translate(SUPERSCRIPT)}"


def machine(cases):
    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo") as info:
            model = next(line.split(":", 1)[1].strip() for line in info if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    adapters = dict.fromkeys(case["adapter"] for case in cases if "adapter" in case)
    return f"{os.cpu_count()} cores ({model}), {platform.system()}, software adapter {', '.join(adapters) or 'unknown'}"


def version(case):
    using = f" ({case['using']})" if "using" in case else ""
    return f"{case['peer']} {case['version']}{using}"


def main():
    with open(sys.argv[1]) as file:
        cases = [json.loads(line) for line in file]
    versions = dict.fromkeys(version(case) for case in cases if "version" in case)
    print(HEAD)
    print(f"Machine: {machine(cases)}. Python {platform.python_version()}.\n")
    print(f"Versions: {', '.join(versions)}.\n")
    print("In brackets: how many times emberscope's *live* that is, and how many times its *all new*.\n")
    for data, title in TITLES.items():
        if of_data := [case for case in cases if case["data"] == data]:
            print(f"## {title}\n")
            print("\n".join(table(of_data)) + "\n")
    print(TAIL, end="")


main()
