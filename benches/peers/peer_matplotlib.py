"""matplotlib on the canvas of its Qt window, offscreen, in its documented "fast" style.

Timed: `set_ydata` and `FigureCanvasQTAgg.draw`, after which the pixels lie in the canvas's buffer. Not timed: Qt's copy of that
buffer to the screen. No axes; the limits are given.
"""

import matplotlib
import matplotlib.style
import numpy as np
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.backends.qt_compat import QtWidgets
from matplotlib.figure import Figure
from PyQt6.QtCore import PYQT_VERSION_STR

from work import HEIGHT, WIDTH, Case

case = Case()
# path.simplify, path.simplify_threshold 1.0, agg.path.chunksize 10000
matplotlib.style.use("fast")
DPI = 100
application = QtWidgets.QApplication([])
figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI)
canvas = FigureCanvasQTAgg(figure)
canvas.resize(WIDTH, HEIGHT)
canvas.show()
application.processEvents()
axes = figure.add_axes((0, 0, 1, 1))
axes.set_axis_off()
axes.set(xlim=case.x_range, ylim=case.y_range)
# Widths are in points of 1/72 inch: this is a pixel.
(line,) = axes.plot(case.x, case.lines[0], linewidth=72 / DPI, scalex=False, scaley=False)


def redraw(turn):
    line.set_ydata(case.lines[turn])
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())


using = f"NumPy {np.__version__}, PyQt6 {PYQT_VERSION_STR}"
case.run("matplotlib", matplotlib.__version__, redraw, using)
