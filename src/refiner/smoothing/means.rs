//! Exponential means: what they remember, how they go on, and how one is begun in the middle of a history.
//!
//! A mean forgets. After as many points as it takes to make a weight vanish in double precision (36,700 for a weight of
//! 0.999) it is the same whatever was before, but for values so much larger that even the vanished rest of them counts. So
//! any part of a history can be smoothed by itself: see [`Mean::at`].

use std::ops::Range;

use super::groups::GROUP;
use crate::refiner::history::History;

/// A weight below this adds nothing to 1 in double precision.
const NOTHING: f64 = f64::EPSILON / 4.0;
/// What a mean begun in the middle may be off by, relative to the mean of the values' magnitudes: a sixty-fourth of what a
/// value in single precision is rounded by.
const TOLERANCE: f64 = 1.0 / (1_u64 << 30) as f64;
/// What is nearer to zero counts as zero: numbers that are not normal are slow.
const LEAST: f64 = 1e-200;
/// A mean that remembers more points than that is not begun in the middle.
pub(super) const LONGEST_MEMORY: usize = 1 << 22;

/// How the past fades.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mean {
    /// By this weight a point.
    ByPoint(f64),
    /// By this weight a step.
    ByStep(f64),
}

/// What a mean remembers.
///
/// Of points: the mean from zero, and the weight that zero still has. Of steps: the weighted sum of the values, and the sum
/// of the weights.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Memory {
    sum: f64,
    weight: f64,
}

impl Mean {
    /// Before the first point.
    pub(super) const fn begin(self) -> Memory {
        Memory {
            sum: 0.0,
            weight: match self {
                Self::ByPoint(_) => 1.0,
                Self::ByStep(_) => 0.0,
            },
        }
    }

    /// Goes on over a range, and tells `visit` the smoothed values. What it remembers before is where it stood before that
    /// range.
    // A mean of f32 values lies within f32.
    #[allow(clippy::cast_possible_truncation)]
    pub(super) fn go(
        self,
        raw: &History,
        range: Range<usize>,
        memory: &mut Memory,
        mut visit: impl FnMut(f32),
    ) {
        let mut now = memory.without_dust();
        match self {
            Self::ByPoint(weight) => {
                let rest = 1.0 - weight;
                raw.values().each(range, |value| {
                    if !value.is_finite() {
                        visit(value);
                        return;
                    }
                    now.sum = weight * now.sum + rest * f64::from(value);
                    if now.weight > 0.0 {
                        now.weight *= weight;
                        visit((now.sum / (1.0 - now.weight)) as f32);
                        if now.weight < NOTHING {
                            now.weight = 0.0;
                        }
                    } else {
                        visit(now.sum as f32);
                    }
                });
            }
            Self::ByStep(weight) => over_steps(raw, range, weight, |fade, value| {
                now.sum *= fade;
                now.weight *= fade;
                if value.is_finite() {
                    now.sum += f64::from(value);
                    now.weight += 1.0;
                    visit((now.sum / now.weight) as f32);
                } else {
                    visit(value);
                }
            }),
        }
        *memory = now;
    }

    /// What is remembered before the point `index`, and how many points were looked at for it. `None` where that would be
    /// more than [`LONGEST_MEMORY`].
    pub(super) fn at(self, raw: &History, index: usize) -> Option<(Memory, usize)> {
        if index == 0 {
            return Some((self.begin(), 0));
        }
        let (Self::ByPoint(weight) | Self::ByStep(weight)) = self;
        // As far as a vanishing weight; by steps, that of all points before together.
        let (last, mut reach) = match self {
            Self::ByPoint(_) => (index as f64, NOTHING.ln() / weight.ln() + 2.0),
            Self::ByStep(_) => {
                let last = raw.at(index - 1).step as f64;
                let all = NOTHING / (index as f64 + 1.0);
                (last, all.ln() / weight.ln() + 2.0)
            }
        };
        loop {
            // A cast saturates: what lies before the first point is the first point.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let from = match self {
                Self::ByPoint(_) => (last - reach).floor() as usize,
                Self::ByStep(_) => raw.steps().before(last - reach),
            };
            if index - from > LONGEST_MEMORY {
                return None;
            }
            if let Some(memory) = self.warmed_up(raw, from..index) {
                return Some((memory, index - from));
            }
            reach = 2.0 * reach + 1.0;
        }
    }

    /// What is remembered after a range, if what was before it counts no more.
    fn warmed_up(self, raw: &History, range: Range<usize>) -> Option<Memory> {
        let before = raw.values().extent(0..range.start);
        let most = before.map_or(0.0, |[low, high]| f64::from(low.abs().max(high.abs())));
        let (mut sum, mut size) = (0.0, 0.0);
        match self {
            Self::ByPoint(weight) => {
                let rest = 1.0 - weight;
                let mut left = 1.0;
                raw.values().each(range.clone(), |value| {
                    if value.is_finite() {
                        let value = f64::from(value);
                        sum = weight * sum + rest * value;
                        size = weight * size + rest * value.abs();
                        // Far below what counts it stands still.
                        left *= if left < LEAST { 1.0 } else { weight };
                    }
                });
                let is_exact = before.is_none();
                let vanishes = left < NOTHING && (left < LEAST || most * left <= TOLERANCE * size);
                (is_exact || vanishes).then_some(Memory {
                    sum,
                    weight: if left < NOTHING { 0.0 } else { left },
                })
            }
            Self::ByStep(weight) => {
                let mut weights = 0.0;
                let end = range.end;
                over_steps(raw, range.clone(), weight, |fade, value| {
                    sum *= fade;
                    size *= fade;
                    weights *= fade;
                    if value.is_finite() {
                        sum += f64::from(value);
                        size += f64::from(value.abs());
                        weights += 1.0;
                    }
                });
                let is_exact = before.is_none();
                let vanishes = || {
                    let distance = raw.at(end - 1).step - raw.at(range.start - 1).step;
                    let left = range.start as f64 * weight.powf(distance as f64);
                    left < NOTHING * weights && (left < LEAST || most * left <= TOLERANCE * size)
                };
                (is_exact || vanishes()).then_some(Memory {
                    sum,
                    weight: weights,
                })
            }
        }
    }
}

impl Memory {
    fn without_dust(self) -> Self {
        let swept = |value: f64| if value.abs() < LEAST { 0.0 } else { value };
        Self {
            sum: swept(self.sum),
            weight: swept(self.weight),
        }
    }
}

/// Tells `visit` the values of a range, each with what the past's weight fades to over the steps since the point before.
fn over_steps(raw: &History, range: Range<usize>, weight: f64, mut visit: impl FnMut(f64, f32)) {
    if range.is_empty() {
        return;
    }
    let mut last = raw.at(range.start.saturating_sub(1)).step;
    // Most points are as far from the one before as that one was.
    let (mut usual, mut fade) = (1, weight);
    let mut fades = [0.0; GROUP];
    for start in range.clone().step_by(GROUP) {
        let piece = start..(start + GROUP).min(range.end);
        let mut slots = fades.iter_mut();
        raw.steps().each(piece.clone(), |step| {
            let distance = step - last;
            last = step;
            if distance != usual {
                usual = distance;
                fade = weight.powf(distance as f64);
            }
            if let Some(slot) = slots.next() {
                *slot = fade;
            }
        });
        let mut fades = fades.iter();
        raw.values().each(piece, |value| {
            if let Some(fade) = fades.next() {
                visit(*fade, value);
            }
        });
    }
}
