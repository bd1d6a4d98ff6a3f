"""pyqtgraph on Qt's offscreen platform, plain or with its downsampling to peaks.

Timed: `setData` and a paint of the whole widget into an image. No axes, no antialiasing, a pen one pixel wide; the range is given.
"""

import numpy as np
import pyqtgraph as pg
from PyQt6 import QtCore, QtGui, QtWidgets

from work import HEIGHT, WIDTH, Case

case = Case()
pg.setConfigOptions(antialias=False)
application = pg.mkQApp()
widget = pg.PlotWidget()
widget.resize(WIDTH, HEIGHT)
widget.setFrameStyle(0)
widget.hideAxis("left")
widget.hideAxis("bottom")
widget.hideButtons()
plot = widget.getPlotItem()
plot.layout.setContentsMargins(0, 0, 0, 0)
plot.disableAutoRange()
plot.setXRange(*case.x_range, padding=0)
plot.setYRange(*case.y_range, padding=0)
if case.variant == "peaks":
    plot.setDownsampling(auto=True, mode="peak")
    plot.setClipToView(True)
curve = plot.plot(pen=pg.mkPen("w", width=1), skipFiniteCheck=True)
widget.show()
application.processEvents()
image = QtGui.QImage(WIDTH, HEIGHT, QtGui.QImage.Format.Format_RGB32)
pixels = np.frombuffer(image.bits().asarray(image.sizeInBytes()), np.uint8).reshape(HEIGHT, WIDTH, 4)


def redraw(turn):
    curve.setData(case.x, case.lines[turn], skipFiniteCheck=True)
    QtWidgets.QWidget.render(widget, image, QtCore.QPoint())
    return pixels


using = f"NumPy {np.__version__}, PyQt6 {QtCore.PYQT_VERSION_STR}"
case.run("pyqtgraph", pg.__version__, redraw, using)
