//! The way back: what a window shows, for whoever builds scenes; and where in the window it shows it, for the renderer.

use std::sync::Arc;

use super::{Bounds, PanelId, Range, Selection, SeriesKey, Smoothing, XAxis};
use crate::message::{RunId, Step};

/// What a panel shows horizontally.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum XRange {
    /// All there is.
    #[default]
    All,
    /// The newest points and what is this far before them, in axis space.
    Newest(f64),
    /// A part, in axis space.
    Part(Range),
}

/// What a panel shows vertically.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum YRange {
    /// Every finite point of it.
    #[default]
    All,
    /// Every finite point of its visible horizontal range.
    Visible,
    /// The points of its visible horizontal range between the 5th and the 95th percentile, and a tenth of their extent more
    /// on either side. Percentiles are of at most some thousands of points at equal distances.
    WithoutOutliers,
    /// Every finite point of it, and zero. As [`YRange::All`] on a logarithmic axis.
    FromZero,
    /// A part, in axis space.
    Part(Range),
}

/// How a window shows one panel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PanelView {
    /// The panel.
    pub panel: PanelId,
    /// What it shows horizontally, on the viewport's axis.
    pub x: XRange,
    /// What it shows vertically.
    pub y: YRange,
    /// Whether its vertical axis is logarithmic; `None` as its series want it.
    pub is_log: Option<bool>,
    /// The plot's width and height in physical pixels.
    pub size_px: [u32; 2],
}

impl PanelView {
    /// All of a panel, on a plot of so many pixels.
    #[must_use]
    pub const fn all(panel: PanelId, size_px: [u32; 2]) -> Self {
        Self {
            panel,
            x: XRange::All,
            y: YRange::All,
            is_log: None,
            size_px,
        }
    }
}

/// What a window shows. The newest wins.
#[derive(Clone, Debug, PartialEq)]
pub struct Viewport {
    /// The visible panels. A panel that is not listed is built at a moderate width.
    pub panels: Vec<PanelView>,
    /// What horizontal axes count, where it is known.
    pub x_axis: XAxis,
    /// Whether horizontal axes are logarithmic, where that says anything.
    pub is_x_log: bool,
    /// How lines are smoothed.
    pub smoothing: Smoothing,
    /// Which series are drawn, and where.
    pub selection: Arc<Selection>,
    /// The run that headers and the log tell of; `None` for the one that was the last to start.
    pub focus: Option<RunId>,
    /// A place on horizontal axes, in axis space, at which every visible line is read.
    pub cursor: Option<f64>,
    /// Steps at which every visible line is read.
    pub pins: Vec<Step>,
    /// Physical pixels per point.
    pub pixels_per_point: f32,
    /// The least time between two scenes, in seconds, as drawing them allows; 0 for no limit.
    pub scene_interval_s: f64,
}

impl Viewport {
    /// Whether the same is to be seen as in another, however often.
    #[must_use]
    pub fn shows_as(&self, other: &Self) -> bool {
        let scene_interval_s = other.scene_interval_s;
        *other
            == Self {
                scene_interval_s,
                ..self.clone()
            }
    }
}

impl Default for Viewport {
    fn default() -> Self {
        Self {
            panels: Vec::new(),
            x_axis: XAxis::Step,
            is_x_log: false,
            smoothing: Smoothing::USUAL,
            selection: Arc::default(),
            focus: None,
            cursor: None,
            pins: Vec::new(),
            pixels_per_point: 1.0,
            scene_interval_s: 0.0,
        }
    }
}

/// A rectangle in points (logical pixels) from the window's upper left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PlotRect {
    /// Left edge.
    pub left: f32,
    /// Upper edge.
    pub top: f32,
    /// Right edge.
    pub right: f32,
    /// Lower edge.
    pub bottom: f32,
}

/// Where a panel's lines are drawn and which part of its plane is visible there.
///
/// Laid out with the chrome and kept until the next layout: axes and data always agree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plot {
    /// The panel.
    pub panel: PanelId,
    /// Where, inside its axes.
    pub rect: PlotRect,
    /// What part of the plane.
    pub bounds: Bounds,
    /// The line that stands out, the others faded.
    pub highlight: Option<SeriesKey>,
}
