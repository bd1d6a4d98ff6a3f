//! Values read from the store, not from pixels: at a step, and over what is visible.

use crate::message::Step;

/// A point of a line, as it was reported.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// Its step.
    pub step: Step,
    /// Where it stands on its panel's horizontal axis, in axis space.
    pub x: f64,
    /// Its value, in the series' unit; may be NaN or infinite.
    pub value: f32,
    /// What smoothing makes of it, where the line is smoothed and that is known already.
    pub smoothed: Option<f32>,
}

/// The points of a line in its panel's visible horizontal range, in a few numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statistics {
    /// How many there are, NaN and infinities included.
    pub points: u64,
    /// The smallest of the finite ones.
    pub smallest: f32,
    /// The largest of them.
    pub largest: f32,
    /// Their mean.
    pub mean: f64,
    /// The last point; may be NaN or infinite.
    pub last: f32,
}
