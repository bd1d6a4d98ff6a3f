//! Ticks of logarithmic axes, and of those that are linear near zero.
//!
//! Which ticks there are is a [`Ladder`], chosen by how much is in sight and how near ticks may come, not by where the range
//! begins: powers of ten over two decades and more, round parts of a decade below, and equal steps within a fraction of one.
//! Places are logarithms here; a value's sign and, on an axis that is linear near zero, its distance from it are put to them
//! by [`Symlog`].

use super::super::number;
use super::step::Step;
use super::writing::Writing;
use super::{Axis, MINOR_SPACING, Quantity, Tick, whole};
use crate::message::Unit;
use crate::scene::{Range, Scale};

/// How much nearer than the axis says two ticks may come where steps are not equal.
const NEARER: f64 = 0.75;
/// The least length of a decade, in points, that has minor ticks at all whole multiples of its power of ten. The last of them
/// are close, as on logarithmic paper.
const ALL_MULTIPLES: f64 = 45.0;
/// That of one that has them at 2 and 5.
const TWO_AND_FIVE: f64 = 17.0;

/// Which values of a logarithmic axis have ticks.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ladder {
    /// Powers of ten whose exponents are the multiples of a whole step.
    Powers(Step),
    /// These multiples of every power of ten.
    Mantissas(&'static [f64]),
    /// The multiples of a step.
    Values(Step),
}

impl Ladder {
    /// For a range of logarithms with `least` between two ticks.
    fn new(range: Range, least: f64, is_whole: bool) -> Self {
        let span = range.span();
        if span >= 2.0 {
            return Self::powers(least);
        }
        if span >= 0.7
            && let Some(mantissas) = mantissas(least)
        {
            return Self::Mantissas(mantissas);
        }
        // Enough for the two topmost ticks, which are the closest.
        let high = 10f64.powf(range.end);
        Self::Values(Step::at_least(
            high * (1.0 - 10f64.powf(-NEARER * least)),
            is_whole,
        ))
    }

    /// Every power of ten, or every second, third, fifth and so on.
    fn powers(least: f64) -> Self {
        Self::Powers(if least > 2.0 && least <= 3.0 {
            Step {
                size: 3.0,
                digit: 0,
                parts: 3,
            }
        } else {
            Step::at_least(least, true)
        })
    }
}

/// The most round multiples of a power of ten that are `least` apart.
fn mantissas(least: f64) -> Option<&'static [f64]> {
    if NEARER * least <= 2f64.log10() {
        Some(&[1.0, 2.0, 5.0])
    } else if NEARER * least <= 3f64.log10() {
        Some(&[1.0, 3.0])
    } else {
        None
    }
}

/// A power of ten as the ticks of a logarithmic axis are written: with its unit where labels carry one, else as `10⁻²`.
pub(super) fn power_label(power: i32, quantity: Quantity<'_>) -> String {
    let ten = 10f64.powi(power);
    let unit = quantity.unit();
    let is_count = matches!(quantity, Quantity::Whole);
    match unit {
        Unit::Seconds | Unit::Bytes if (1e-12..1e18).contains(&ten) => {
            Writing::new(ten, power, unit).label(ten)
        }
        Unit::Seconds | Unit::Bytes => {
            format!("{} {}", number::power_of_ten(power.into()), unit.label())
        }
        _ if is_count && ten.is_finite() => Writing::new(ten, power, unit).label(ten),
        _ => number::power_of_ten(power.into()),
    }
}

impl Axis<'_> {
    /// Ticks of a logarithmic axis.
    pub(super) fn logarithmic(&self) -> Vec<Tick> {
        let (range, shift) = self.logarithms();
        let ladder = Ladder::new(range, self.least(), self.quantity.is_whole());
        let majors = self.rungs(ladder, range).into_iter();
        majors
            .map(|(at, label)| Tick {
                at: at - shift,
                label,
            })
            .collect()
    }

    /// Minor ticks of a logarithmic axis.
    pub(super) fn minor_logarithmic(&self) -> Vec<f64> {
        let (range, shift) = self.logarithms();
        let ladder = Ladder::new(range, self.least(), self.quantity.is_whole());
        let minors = self.minor_rungs(ladder, range).into_iter();
        minors.map(|at| at - shift).collect()
    }

    /// The logarithms of what is written at the range's ends, and what was added to those of the values.
    fn logarithms(&self) -> (Range, f64) {
        let shift = self.quantity.unit().factor().log10();
        let Range { start, end } = self.range;
        (Range::new(start + shift, end + shift), shift)
    }

    /// The rungs of a ladder within a range of logarithms, rising, each with its label.
    fn rungs(&self, ladder: Ladder, range: Range) -> Vec<(f64, String)> {
        let unit = self.quantity.unit();
        let is_whole = self.quantity.is_whole();
        match ladder {
            Ladder::Powers(step) => step
                .multiples(range.start, range.end)
                .filter(|power| !is_whole || *power >= 0.0)
                .map(|power| (power, power_label(whole(power), self.quantity)))
                .collect(),
            Ladder::Mantissas(mantissas) => decades(range, mantissas, is_whole)
                .map(|(at, power, mantissa)| {
                    let ten = 10f64.powi(power);
                    (at, Writing::new(ten, power, unit).label(mantissa * ten))
                })
                .collect(),
            Ladder::Values(step) => {
                let (low, high) = (10f64.powf(range.start), 10f64.powf(range.end));
                if !(low.is_normal() && high.is_finite() && low < high) {
                    return Vec::new();
                }
                let writing = Writing::new(high, step.digit, unit);
                step.multiples(low, high)
                    .filter(|value| *value > 0.0)
                    .map(|value| (value.log10(), writing.label(value)))
                    .collect()
            }
        }
    }

    /// What lies between the rungs.
    fn minor_rungs(&self, ladder: Ladder, range: Range) -> Vec<f64> {
        let is_whole = self.quantity.is_whole();
        let decade = self.points_per_unit();
        let between = |mantissas: &[f64]| {
            decades(range, mantissas, is_whole)
                .map(|(at, ..)| at)
                .collect()
        };
        match ladder {
            Ladder::Powers(step) if step.size > 1.0 => {
                if decade < MINOR_SPACING {
                    return Vec::new();
                }
                let every = Step { size: 1.0, ..step };
                every
                    .multiples(range.start, range.end)
                    .filter(|power| !is_whole || *power >= 0.0)
                    .filter(|power| power.rem_euclid(step.size) != 0.0)
                    .collect()
            }
            Ladder::Powers(_) if decade >= ALL_MULTIPLES => {
                between(&[2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0])
            }
            Ladder::Powers(_) if decade >= TWO_AND_FIVE => between(&[2.0, 5.0]),
            Ladder::Mantissas([1.0, 3.0]) if decade >= ALL_MULTIPLES => {
                between(&[2.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0])
            }
            Ladder::Mantissas(_) if decade >= ALL_MULTIPLES => {
                between(&[3.0, 4.0, 6.0, 7.0, 8.0, 9.0])
            }
            Ladder::Powers(_) | Ladder::Mantissas(_) => Vec::new(),
            Ladder::Values(step) => {
                let (low, high) = (10f64.powf(range.start), 10f64.powf(range.end));
                let is_clear = -(1.0 - step.part() / high).log10() * decade >= MINOR_SPACING;
                if !(low.is_normal() && high.is_finite() && low < high && is_clear) {
                    return Vec::new();
                }
                step.between(low, high).map(f64::log10).collect()
            }
        }
    }

    /// Ticks of an axis that is linear up to a power of ten and logarithmic beyond.
    pub(super) fn symlog(&self, power: i8) -> Vec<Tick> {
        let symlog = Symlog::new(self, power);
        let below = symlog.below().map(|side| symlog.ticks(side));
        let mut ticks: Vec<Tick> = below
            .into_iter()
            .flatten()
            .rev()
            .map(|(at, label)| Tick {
                at: -at,
                label: format!("−{label}"),
            })
            .collect();
        if self.range.contains(0.0) {
            ticks.push(Tick {
                at: 0.0,
                label: "0".to_owned(),
            });
        }
        let above = symlog.above().map(|side| symlog.ticks(side));
        ticks.extend(
            above
                .into_iter()
                .flatten()
                .map(|(at, label)| Tick { at, label }),
        );
        ticks
    }

    /// Minor ticks of such an axis.
    pub(super) fn minor_symlog(&self, power: i8) -> Vec<f64> {
        let symlog = Symlog::new(self, power);
        let below = symlog.below().map(|side| symlog.minor_ticks(side));
        let above = symlog.above().map(|side| symlog.minor_ticks(side));
        below
            .into_iter()
            .flatten()
            .rev()
            .map(|at| -at)
            .chain(above.into_iter().flatten())
            .collect()
    }
}

/// The multiples of every power of ten in a range of logarithms, rising: logarithm, power, multiple.
fn decades(
    range: Range,
    mantissas: &[f64],
    is_whole: bool,
) -> impl Iterator<Item = (f64, i32, f64)> {
    let first = whole(range.start.floor());
    let first = if is_whole { first.max(0) } else { first };
    (first..=whole(range.end.ceil()))
        .flat_map(move |power| {
            mantissas
                .iter()
                .map(move |mantissa| (f64::from(power) + mantissa.log10(), power, *mantissa))
        })
        .filter(move |(at, ..)| *at >= range.start - 1e-9 && *at <= range.end + 1e-9)
}

/// An axis that is linear near zero, looked at from there: both sides of it are the same.
struct Symlog<'a> {
    axis: &'a Axis<'a>,
    /// The threshold's power of ten, as it is written.
    power: i32,
    /// The step within the threshold, as a part of it; `None` where the two have no ticks between them.
    inner: Option<Step>,
}

impl<'a> Symlog<'a> {
    fn new(axis: &'a Axis<'a>, power: i8) -> Self {
        let factor = axis.quantity.unit().factor();
        let least = axis.least() / Scale::THRESHOLD;
        let is_close = axis.range.span() < 2.0 && least <= 1.0;
        Self {
            axis,
            power: i32::from(power) + whole(factor.log10()),
            inner: is_close.then(|| Step::at_least(least, false)),
        }
    }

    /// What is in sight above zero.
    fn above(&self) -> Option<Range> {
        let Range { start, end } = self.axis.range;
        (end > 0.0).then(|| Range::new(start.max(0.0), end))
    }

    /// What is in sight below zero, mirrored.
    fn below(&self) -> Option<Range> {
        let Range { start, end } = self.axis.range;
        (start < 0.0).then(|| Range::new((-end).max(0.0), -start))
    }

    /// What is added to a position for its logarithm.
    fn shift(&self) -> f64 {
        f64::from(self.power) - Scale::THRESHOLD
    }

    /// The linear part of a side, in thresholds.
    fn linear(&self, side: Range) -> Range {
        let threshold = Scale::THRESHOLD;
        Range::new(side.start / threshold, (side.end / threshold).min(1.0))
    }

    /// The rest of it, as logarithms, and its ladder. The range ends before it starts where none is in sight.
    fn logarithmic(&self, side: Range) -> (Range, Ladder) {
        let threshold = Scale::THRESHOLD;
        let range = Range::new(
            side.start.max(threshold) + self.shift(),
            side.end + self.shift(),
        );
        let least = self.axis.least();
        let ladder = if self.inner.is_none() {
            Ladder::powers(NEARER * least)
        } else if side.start >= threshold {
            Ladder::new(range, least, self.axis.quantity.is_whole())
        } else {
            Ladder::Mantissas(mantissas(least).unwrap_or(&[1.0]))
        };
        (range, ladder)
    }

    /// Where the ticks of the logarithmic part begin: apart from zero. The threshold itself is a tick of the linear part where
    /// that has any.
    fn outset(&self) -> f64 {
        if self.inner.is_some() {
            Scale::THRESHOLD + 1e-6
        } else {
            NEARER * self.axis.least()
        }
    }

    /// Ticks of a side, rising, without zero.
    fn ticks(&self, side: Range) -> Vec<(f64, String)> {
        let mut ticks = Vec::new();
        if let Some(step) = self.inner {
            let ten = 10f64.powi(self.power);
            let unit = self.axis.quantity.unit();
            let writing = Writing::new(ten, step.digit + self.power, unit);
            let Range { start, end } = self.linear(side);
            let parts = step.multiples(start, end).filter(|part| *part > 0.0);
            ticks.extend(parts.map(|part| (part * Scale::THRESHOLD, writing.label(part * ten))));
        }
        let least = self.outset();
        let (range, ladder) = self.logarithmic(side);
        let rungs = self.axis.rungs(ladder, range).into_iter();
        ticks.extend(
            rungs
                .map(|(at, label)| (at - self.shift(), label))
                .filter(|(at, _)| *at >= least),
        );
        ticks
    }

    /// Minor ticks of a side, rising.
    fn minor_ticks(&self, side: Range) -> Vec<f64> {
        let (range, ladder) = self.logarithmic(side);
        let is_every_decade = !matches!(ladder, Ladder::Powers(step) if step.size > 1.0);
        let step = self.inner.unwrap_or(Step {
            size: 1.0,
            digit: 0,
            parts: if is_every_decade { 5 } else { 1 },
        });
        let mut ticks = Vec::new();
        if step.part() * Scale::THRESHOLD * self.axis.points_per_unit() >= MINOR_SPACING {
            let Range { start, end } = self.linear(side);
            ticks.extend(step.between(start, end).map(|part| part * Scale::THRESHOLD));
        }
        if self.inner.is_none() && self.axis.points_per_unit() >= MINOR_SPACING {
            // What would be too close to zero's label.
            let rungs = self.axis.rungs(ladder, range).into_iter();
            let places = rungs.map(|(at, _)| at - self.shift());
            ticks.extend(places.filter(|at| *at < self.outset()));
        }
        let rungs = self.axis.minor_rungs(ladder, range).into_iter();
        ticks.extend(rungs.map(|at| at - self.shift()));
        ticks.sort_by(f64::total_cmp);
        ticks
    }
}
