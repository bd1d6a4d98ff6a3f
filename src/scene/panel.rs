//! Charts: axes, and the lines in them.
//!
//! *Axis space* is what vertices and bounds are in: the value itself on a linear axis, its base-10 logarithm on a
//! logarithmic one; steps on the horizontal axis.

use std::sync::Arc;

use super::Chunk;
use crate::message::{RunId, SeriesId, Split, Unit};

/// A panel, the same over all scenes of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PanelId(pub u32);

/// A series of one of several runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesKey {
    /// The run.
    pub run: RunId,
    /// The series within it.
    pub series: SeriesId,
}

/// How an axis maps values to positions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scale {
    /// Equal distances are equal differences.
    #[default]
    Linear,
    /// Equal distances are equal ratios; axis space is log₁₀ of the value.
    Log,
}

impl Scale {
    /// Whether an axis of this scale can show a value. What it cannot is a gap.
    #[must_use]
    pub fn shows(self, value: f32) -> bool {
        value.is_finite() && (self == Self::Linear || value > 0.0)
    }

    /// Where a value stands in axis space.
    #[must_use]
    pub fn position(self, value: f32) -> f64 {
        match self {
            Self::Linear => f64::from(value),
            Self::Log => f64::from(value).log10(),
        }
    }
}

/// What a horizontal axis counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum XAxis {
    /// Steps of training.
    #[default]
    Step,
    /// Epochs: a step is its share of one.
    Epoch,
    /// Seconds since the run's start.
    RelativeTime,
    /// Unix time, in seconds.
    WallTime,
}

/// From `start` to `end` in axis space, `start < end`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The lower end.
    pub start: f64,
    /// The upper end.
    pub end: f64,
}

impl Range {
    /// From `start` to `end`.
    #[must_use]
    pub const fn new(start: f64, end: f64) -> Self {
        Self { start, end }
    }

    /// The distance between the ends.
    #[must_use]
    pub fn span(self) -> f64 {
        self.end - self.start
    }

    /// Whether `value` lies in it, ends included.
    #[must_use]
    pub fn contains(self, value: f64) -> bool {
        (self.start..=self.end).contains(&value)
    }
}

/// The part of a panel's plane that is visible, in axis space.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// Horizontal.
    pub x: Range,
    /// Vertical.
    pub y: Range,
}

/// How a part of a line is drawn. Lengths are in points (logical pixels).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stroke {
    /// An anti-aliased polyline.
    Line {
        /// Its width.
        width: f32,
        /// Behind a smoothed line: at 28 % of its colour's strength over the panel.
        is_faint: bool,
    },
    /// A disc at each vertex, ringed in the panel's colour.
    Markers {
        /// The disc's radius.
        radius: f32,
    },
    /// A mark on the panel's lower edge at each vertex's horizontal position: a value there is NaN or infinite.
    Gaps,
}

/// Vertices and how they are drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The vertices.
    pub chunk: Arc<Chunk>,
    /// How they are drawn.
    pub stroke: Stroke,
}

/// One series in a panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The series.
    pub key: SeriesKey,
    /// Its name in the legend: the split, or else the last part of its path.
    pub label: Arc<str>,
    /// The part of the data it was measured on.
    pub split: Split,
    /// Index into [`super::Theme::series`].
    pub color: usize,
    /// What is drawn, back to front.
    pub parts: Vec<Part>,
    /// The newest value, in the series' unit; may be NaN or infinite.
    pub latest: Option<f32>,
}

/// A chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// Its identity.
    pub id: PanelId,
    /// The path its series share: `loss`, `optim/gradient norm`.
    pub name: Arc<str>,
    /// Its title: the last part of the path, capitalised.
    pub title: Arc<str>,
    /// A few words beside the title; may be empty.
    pub note: Arc<str>,
    /// The unit of the vertical axis.
    pub unit: Unit,
    /// The vertical axis' scale.
    pub scale: Scale,
    /// What the horizontal axis counts.
    pub x_axis: XAxis,
    /// The bounds that show what its [`super::PanelView`] asks for, with room to grow; `None` while there is no finite point.
    pub fit: Option<Bounds>,
    /// All that there is horizontally, with room to grow; `None` while there is no finite point.
    pub whole_x: Option<Range>,
    /// Its lines, in legend order.
    pub lines: Vec<Line>,
    /// Values in it that are NaN or infinite.
    pub gaps: u64,
}
