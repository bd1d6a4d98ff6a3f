"""fastplotlib on an offscreen canvas and the software adapter: its default line, or its thin one.

Timed: new vertical values in the line's buffer and the canvas's `draw`, which gives the pixels. No axes; the range is given. With
`thin, one point` only the last value is new: fastplotlib sends only that, and draws all.
"""

import fastplotlib as fpl
import numpy as np
import pygfx
import wgpu

from work import HEIGHT, WIDTH, Case

case = Case()
figure = fpl.Figure(canvas="offscreen", size=(WIDTH, HEIGHT))
# The quickest that the renderer offers.
figure.renderer.pixel_scale = 1.0
figure.renderer.ppaa = "none"
subplot = figure[0, 0]
subplot.axes.visible = False
lines = [line.astype(np.float32) for line in case.lines]
data = np.column_stack([case.x, lines[0]]).astype(np.float32)
line = subplot.add_line(data, thin=case.variant != "default")
figure.show(autoscale=False)
subplot.camera.maintain_aspect = False
(left, right), (bottom, top) = case.x_range, case.y_range
subplot.camera.show_rect(left, right, bottom, top)


def redraw(turn):
    if case.variant == "thin, one point":
        line.data[case.points - 1, 1] = case.y_range[turn]
    else:
        line.data[:, 1] = lines[turn]
    return np.asarray(figure.canvas.draw())


adapter = figure.renderer.device.adapter.info
using = f"pygfx {pygfx.__version__}, wgpu-py {wgpu.__version__}"
case.run("fastplotlib", fpl.__version__, redraw, using, adapter=adapter["device"])
