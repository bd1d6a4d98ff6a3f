//! Charts: axes, and the lines in them.
//!
//! *Axis space* is what vertices and bounds are in: the value itself on a linear axis, its base-10 logarithm on a
//! logarithmic one, [`Scale::Symlog`] between the two; steps on the horizontal axis.

use std::sync::Arc;

use super::{Chunk, Dash, Mark, Reading, Statistics, XRange};
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
    /// Linear up to a threshold either side of zero, logarithmic beyond it: for values of which some are zero or negative.
    ///
    /// With *t* = 10^`power` the position of *v* is 10/9 · *v*/*t* where |*v*| ≤ *t*, and ±(10/9 + log₁₀(|*v*|/*t*)) beyond:
    /// matplotlib's `SymmetricalLogTransform` of base 10 and `linscale` 1, with *t* as the unit of length.
    Symlog {
        /// The threshold's power of ten.
        power: i8,
    },
}

impl Scale {
    /// How far from zero the threshold of [`Self::Symlog`] stands in axis space. 10/9 is what matplotlib has: the decades
    /// below the threshold, 0.9 + 0.09 + …, take as much room as one of those above it.
    pub const THRESHOLD: f64 = 10.0 / 9.0;

    /// Whether an axis of this scale can show a value. What it cannot is a gap.
    #[must_use]
    pub fn shows(self, value: f32) -> bool {
        value.is_finite() && (self != Self::Log || value > 0.0)
    }

    /// Where a value stands in axis space.
    #[must_use]
    pub fn position(self, value: f32) -> f64 {
        self.position_of(f64::from(value))
    }

    /// Where a value of double precision stands in axis space.
    #[must_use]
    pub fn position_of(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Log => value.log10(),
            Self::Symlog { power } => {
                let part = value / 10_f64.powi(power.into());
                if part.abs() <= 1.0 {
                    part * Self::THRESHOLD
                } else {
                    (Self::THRESHOLD + part.abs().log10()).copysign(part)
                }
            }
        }
    }

    /// The value that stands at a position: the inverse of [`Self::position_of`].
    #[must_use]
    pub fn value(self, position: f64) -> f64 {
        match self {
            Self::Linear => position,
            Self::Log => 10_f64.powf(position),
            Self::Symlog { power } => {
                let threshold = 10_f64.powi(power.into());
                let beyond = position.abs() - Self::THRESHOLD;
                if beyond <= 0.0 {
                    position / Self::THRESHOLD * threshold
                } else {
                    (10_f64.powf(beyond) * threshold).copysign(position)
                }
            }
        }
    }
}

/// What a horizontal axis counts.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Deserialize, serde::Serialize,
)]
#[serde(rename_all = "snake_case")]
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

impl XAxis {
    /// How it maps to positions where it is wished to be logarithmic: linear up to a step, a hundredth of an epoch, a second. A
    /// time of day has no logarithm that says anything.
    #[must_use]
    pub const fn scale(self, is_log: bool) -> Scale {
        match self {
            Self::Step | Self::RelativeTime if is_log => Scale::Symlog { power: 0 },
            Self::Epoch if is_log => Scale::Symlog { power: -2 },
            _ => Scale::Linear,
        }
    }
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
    /// Its name in the legend: the split, or else the last part of its path; where there are several runs, the run.
    pub label: Arc<str>,
    /// The part of the data it was measured on.
    pub split: Split,
    /// Index into [`super::Theme::series`].
    pub color: usize,
    /// How it is dashed, which tells it apart from others without its colour. Its parts are cut already.
    pub dash: Dash,
    /// How strongly it covers what is under it, 0 to 1: less where there are many.
    pub strength: f32,
    /// What is drawn, back to front.
    pub parts: Vec<Part>,
    /// The newest value, in the series' unit; may be NaN or infinite.
    pub latest: Option<f32>,
    /// The point that is nearest to [`super::Viewport::cursor`] horizontally, which is taken as a place on this panel's own axis;
    /// of equally near ones the last. `None` without a cursor or a point, and where the panel is not visible.
    pub at_cursor: Option<Reading>,
    /// The points nearest to each of [`super::Viewport::pins`], in their order.
    pub at_pins: Vec<Option<Reading>>,
    /// The points of the visible horizontal range; `None` where there is no finite one.
    pub visible: Option<Statistics>,
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
    /// The horizontal axis' scale.
    pub x_scale: Scale,
    /// What it was asked to show horizontally.
    pub x_range: XRange,
    /// The bounds that show what its [`super::PanelView`] asks for, with room to grow; `None` while there is no finite point.
    pub fit: Option<Bounds>,
    /// All that there is horizontally, with room to grow; `None` while there is no finite point.
    pub whole_x: Option<Range>,
    /// Where the newest point stands horizontally; `None` while there is none.
    pub newest_x: Option<f64>,
    /// Its lines, in legend order; without those that are hidden.
    pub lines: Vec<Line>,
    /// Values of its lines that are NaN or infinite.
    pub gaps: u64,
    /// What the runs of its lines have done of what they were asked, from left to right.
    pub marks: Vec<Mark>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn symlog_positions_are_those_of_matplotlib() {
        // linthresh · (linscale / (1 − 1/base) + log(|v| / linthresh) / log(base)) beyond the threshold, and
        // v · linscale / (1 − 1/base) within, both divided by the threshold, here 0.01.
        let scale = Scale::Symlog { power: -2 };
        for (value, position) in [
            (0.0, 0.0),
            (0.005, 0.5 / 0.9),
            (0.009, 1.0),
            (0.01, 1.0 / 0.9),
            (0.1, 1.0 / 0.9 + 1.0),
            (2.0, 1.0 / 0.9 + 2.301_029_995_663_981),
            (1000.0, 6.111_111_111_111_111),
        ] {
            for sign in [1.0, -1.0] {
                let at = scale.position_of(sign * value);
                assert!((at - sign * position).abs() < 1e-12, "{value}: {at}");
            }
        }
    }

    #[test]
    fn a_logarithm_leaves_out_what_symlog_shows() {
        for value in [0.0, -0.0, -3.0, f32::MIN, f32::MAX, 1e-45] {
            assert!(Scale::Symlog { power: 0 }.shows(value));
            assert!(Scale::Symlog { power: -45 }.position(value).is_finite());
            assert_eq!(Scale::Log.shows(value), value > 0.0);
        }
        for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert!(!Scale::Symlog { power: 0 }.shows(value));
        }
    }

    proptest! {
        #[test]
        fn a_position_rises_with_its_value_and_leads_back_to_it(
            mantissas in (1.0_f64..10.0, 1.0_f64..10.0),
            exponents in (-50_i32..40, -50_i32..40),
            signs in (any::<bool>(), any::<bool>()),
            power in -45_i8..39,
            kind in 0..3_usize,
        ) {
            let scales = [Scale::Linear, Scale::Log, Scale::Symlog { power }];
            let scale: Scale = scales[kind];
            let value = |mantissa: f64, exponent, is_negative: bool| {
                let sign = if is_negative && scale != Scale::Log { -1.0 } else { 1.0 };
                sign * mantissa * 10_f64.powi(exponent)
            };
            let a = value(mantissas.0, exponents.0, signs.0);
            let b = value(mantissas.1, exponents.1, signs.1);
            let (low, high) = (a.min(b), a.max(b));
            prop_assert!(scale.position_of(low) <= scale.position_of(high));
            if high - low > 1e-9 * high.abs().max(low.abs()) {
                prop_assert!(scale.position_of(low) < scale.position_of(high));
            }
            let back = scale.value(scale.position_of(a));
            prop_assert!((back - a).abs() <= 1e-12 * a.abs(), "{a} came back as {back}");
        }
    }
}
