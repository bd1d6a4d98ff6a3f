//! Round ticks for an axis: where they stand and what they say.
//!
//! In comes a range in axis space, the quantity, the axis' length and the least distance between two ticks; out come the ticks
//! that lie within the range, and the minor ones between them. Steps are 1, 2, 2.5 or 5 times a power of ten, the smallest
//! that keeps the distance: the nice numbers of Heckbert ("Nice numbers for graph labels", Graphics Gems, 1990), with 2.5 as
//! most plotting programs have it. Times have the steps of clocks.
//!
//! Labels do not crawl: the step follows from how much is in sight, and ticks are its multiples. Where the range moves, those
//! that stay in sight stay where they are in the data and keep their words.

mod logarithmic;
mod step;
mod time;
mod writing;

use step::Step;
use writing::Writing;

use crate::message::Unit;
use crate::scene::{Range, Scale};

/// Minor ticks are not nearer to each other than that, in points; the last ones of a decade come nearer.
const MINOR_SPACING: f64 = 5.0;

/// A tick.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    /// Its position in axis space.
    pub at: f64,
    /// What is written beside it.
    pub label: String,
}

/// What the values of an axis are, and with it how they are stepped and written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Quantity<'a> {
    /// Numbers in a unit.
    Number(&'a Unit),
    /// A count: only whole numbers mean something.
    Whole,
    /// Seconds since something began.
    Elapsed,
    /// The wall clock, in seconds since the Unix epoch. Days begin at midnight of the place it is read at.
    Clock {
        /// What that place's clocks are ahead of UTC, in seconds.
        utc_offset_s: i32,
    },
}

impl Quantity<'_> {
    /// The unit of its numbers.
    fn unit(&self) -> &Unit {
        static NUMBER: Unit = Unit::None;
        static SECONDS: Unit = Unit::Seconds;
        match self {
            Self::Number(unit) => unit,
            Self::Whole => &NUMBER,
            Self::Elapsed | Self::Clock { .. } => &SECONDS,
        }
    }

    const fn is_whole(self) -> bool {
        matches!(self, Self::Whole)
    }
}

/// An axis to be ticked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis<'a> {
    /// What is visible, in axis space.
    pub range: Range,
    /// How values map to positions.
    pub scale: Scale,
    /// What the values are.
    pub quantity: Quantity<'a>,
    /// Its length in points.
    pub length: f32,
    /// The least distance between two ticks, in points.
    pub spacing: f32,
}

impl Axis<'_> {
    /// Its ticks in rising order; none where the range is empty or not finite.
    pub(super) fn ticks(&self) -> Vec<Tick> {
        if !self.is_usable() {
            return Vec::new();
        }
        match self.scale {
            Scale::Linear => self.linear(),
            Scale::Log => self.logarithmic(),
            Scale::Symlog { power } => self.symlog(power),
        }
    }

    /// The positions of the minor ticks between them, in rising order; none where they would be too close.
    pub(super) fn minor_ticks(&self) -> Vec<f64> {
        if !self.is_usable() {
            return Vec::new();
        }
        match self.scale {
            Scale::Linear => self.minor_linear(),
            Scale::Log => self.minor_logarithmic(),
            Scale::Symlog { power } => self.minor_symlog(power),
        }
    }

    fn is_usable(&self) -> bool {
        let Range { start, end } = self.range;
        start.is_finite()
            && end.is_finite()
            && start < end
            && (end - start).is_finite()
            && self.length > 0.0
            && self.spacing > 0.0
    }

    /// The least distance between two ticks, in axis space.
    fn least(&self) -> f64 {
        self.range.span() * f64::from((self.spacing / self.length).min(1.0))
    }

    /// Points of its length for one unit of axis space.
    fn points_per_unit(&self) -> f64 {
        f64::from(self.length) / self.range.span()
    }

    fn linear(&self) -> Vec<Tick> {
        let Linear {
            step,
            factor,
            shift,
            start,
            end,
        } = Linear::new(self);
        let largest = start.abs().max(end.abs());
        let writing = Writing::new(largest, step.digit, self.quantity.unit());
        step.multiples(start, end)
            .filter_map(|value| {
                let at = (value + shift) / factor;
                let label = match self.quantity {
                    Quantity::Number(_) | Quantity::Whole => writing.label(value),
                    Quantity::Elapsed => time::elapsed(value, step, &writing),
                    Quantity::Clock { .. } => time::clock(value + time::anchor(step), step)?,
                };
                Some(Tick { at, label })
            })
            .collect()
    }

    fn minor_linear(&self) -> Vec<f64> {
        let Linear {
            step,
            factor,
            shift,
            start,
            end,
        } = Linear::new(self);
        if step.part() * self.points_per_unit() / factor < MINOR_SPACING {
            return Vec::new();
        }
        step.between(start, end)
            .map(|value| (value + shift) / factor)
            .collect()
    }
}

/// A linear axis in the numbers that its ticks are multiples in.
struct Linear {
    step: Step,
    /// What values are multiplied by.
    factor: f64,
    /// And what is then taken from them.
    shift: f64,
    /// The range's ends.
    start: f64,
    end: f64,
}

impl Linear {
    fn new(axis: &Axis<'_>) -> Self {
        let factor = axis.quantity.unit().factor();
        let least = axis.least() * factor;
        let step = match axis.quantity {
            Quantity::Number(_) => Step::at_least(least, false),
            Quantity::Whole => Step::at_least(least, true),
            Quantity::Elapsed | Quantity::Clock { .. } => time::step(least),
        };
        let shift = match axis.quantity {
            Quantity::Clock { utc_offset_s } => time::anchor(step) - f64::from(utc_offset_s),
            Quantity::Number(_) | Quantity::Whole | Quantity::Elapsed => 0.0,
        };
        Self {
            step,
            factor,
            shift,
            start: axis.range.start * factor - shift,
            end: axis.range.end * factor - shift,
        }
    }
}

/// The threshold of [`Scale::Symlog`] in a unit, as its tick is written: `10⁻²`, `1 ms`.
pub(super) fn threshold(power: i8, unit: &Unit) -> String {
    let power = i32::from(power) + whole(unit.factor().log10());
    logarithmic::power_label(power, Quantity::Number(unit))
}

/// A rounded float as an integer; axis space of a logarithmic axis lies within ±400.
fn whole(value: f64) -> i32 {
    // `as` saturates, and what saturates is far outside any axis.
    #[allow(clippy::cast_possible_truncation)]
    let whole = value.round() as i32;
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn axis(start: f64, end: f64, scale: Scale, unit: &Unit) -> Axis<'_> {
        Axis {
            range: Range::new(start, end),
            scale,
            quantity: Quantity::Number(unit),
            length: 208.0,
            spacing: 42.0,
        }
    }

    fn labels(start: f64, end: f64) -> Vec<String> {
        texts(&axis(start, end, Scale::Linear, &Unit::None))
    }

    fn log_labels(start: f64, end: f64) -> Vec<String> {
        texts(&axis(start, end, Scale::Log, &Unit::None))
    }

    fn texts(axis: &Axis<'_>) -> Vec<String> {
        axis.ticks().into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn steps_are_round() {
        assert_eq!(labels(0.0, 2.0), ["0", "0.5", "1.0", "1.5", "2.0"]);
        assert_eq!(labels(-0.4, 0.4), ["−0.4", "−0.2", "0", "0.2", "0.4"]);
        assert_eq!(labels(0.0, 2000.0), ["0", "500", "1,000", "1,500", "2,000"]);
        assert_eq!(
            labels(0.0, 1e-3),
            ["0", "2.5e−4", "5.0e−4", "7.5e−4", "1.0e−3"]
        );
    }

    #[test]
    fn ticks_lie_within_the_range_where_it_does_not_end_on_them() {
        assert_eq!(labels(0.03, 1.93), ["0.5", "1.0", "1.5"]);
        assert_eq!(labels(9.9, 10.3), ["9.9", "10.0", "10.1", "10.2", "10.3"]);
    }

    #[test]
    fn large_values_have_a_prefix_and_narrow_ranges_their_digits() {
        assert_eq!(labels(0.0, 4e6), ["0", "1M", "2M", "3M", "4M"]);
        assert_eq!(
            labels(5_000_000.0, 5_000_004.0),
            [
                "5,000,000",
                "5,000,001",
                "5,000,002",
                "5,000,003",
                "5,000,004"
            ]
        );
        assert_eq!(labels(0.0, 4e24)[1], "1.0e24");
    }

    #[test]
    fn percent_seconds_and_bytes() {
        let percent = axis(0.0, 1.0, Scale::Linear, &Unit::Fraction);
        assert_eq!(texts(&percent), ["0", "25", "50", "75", "100"]);
        assert!((percent.ticks()[1].at - 0.25).abs() < 1e-12);
        let seconds = axis(0.0, 0.04, Scale::Linear, &Unit::Seconds);
        assert_eq!(texts(&seconds), ["0", "10 ms", "20 ms", "30 ms", "40 ms"]);
        let bytes = axis(0.0, 2e9, Scale::Linear, &Unit::Bytes);
        assert_eq!(texts(&bytes), ["0", "0.5 GB", "1.0 GB", "1.5 GB", "2.0 GB"]);
    }

    #[test]
    fn whole_axes_have_whole_ticks() {
        let steps = Axis {
            quantity: Quantity::Whole,
            ..axis(0.0, 3.0, Scale::Linear, &Unit::None)
        };
        assert_eq!(texts(&steps), ["0", "1", "2", "3"]);
        let steps = Axis {
            quantity: Quantity::Whole,
            length: 430.0,
            spacing: 72.0,
            ..axis(1.0, 1284.0, Scale::Linear, &Unit::None)
        };
        assert_eq!(texts(&steps), ["250", "500", "750", "1,000", "1,250"]);
    }

    #[test]
    fn logarithmic_axes_show_powers() {
        assert_eq!(log_labels(-2.0, 2.0), ["10⁻²", "10⁻¹", "10⁰", "10¹", "10²"]);
        assert_eq!(log_labels(-12.0, 8.0), ["10⁻¹⁰", "10⁻⁵", "10⁰", "10⁵"]);
    }

    #[test]
    fn narrow_logarithmic_axes_show_values() {
        assert_eq!(log_labels(-1.0, 0.7), ["0.1", "0.2", "0.5", "1", "2", "5"]);
        assert_eq!(log_labels(0.0, 0.3), ["1.0", "1.2", "1.4", "1.6", "1.8"]);
    }

    #[test]
    fn what_cannot_be_ticked_has_no_ticks() {
        for (start, end) in [
            (1.0, 1.0),
            (2.0, 1.0),
            (f64::NAN, 1.0),
            (0.0, f64::INFINITY),
            (f64::NEG_INFINITY, f64::INFINITY),
            (f64::MIN, f64::MAX),
            (1e300, 1e300 * (1.0 + f64::EPSILON)),
        ] {
            assert_eq!(labels(start, end), Vec::<String>::new(), "{start} {end}");
            assert_eq!(log_labels(start, end).len(), 0, "{start} {end}");
        }
    }

    #[test]
    fn logarithms_of_what_has_a_unit_or_is_counted_carry_it() {
        let seconds = axis(-3.0, 1.0, Scale::Log, &Unit::Seconds);
        assert_eq!(texts(&seconds), ["1 ms", "10 ms", "100 ms", "1 s", "10 s"]);
        let steps = Axis {
            quantity: Quantity::Whole,
            length: 600.0,
            ..axis(-0.5, 6.2, Scale::Log, &Unit::None)
        };
        assert_eq!(
            texts(&steps),
            ["1", "10", "100", "1,000", "10,000", "100,000", "1M"]
        );
        let few = Axis {
            quantity: Quantity::Whole,
            ..axis(-1.0, 0.7, Scale::Log, &Unit::None)
        };
        assert_eq!(texts(&few), ["1", "2", "5"]);
    }

    #[test]
    fn symlog_axes_show_zero_and_powers_either_side() {
        let t = Scale::THRESHOLD;
        let scale = Scale::Symlog { power: -2 };
        let wide = Axis {
            length: 400.0,
            ..axis(-t - 1.0, t + 3.0, scale, &Unit::None)
        };
        assert_eq!(
            texts(&wide),
            ["−10⁻¹", "−10⁻²", "0", "10⁻²", "10⁻¹", "10⁰", "10¹"]
        );
        let thinned = axis(-t - 2.0, t + 4.0, scale, &Unit::None);
        assert_eq!(texts(&thinned), ["−10⁰", "0", "10⁰", "10²"]);
        for tick in wide.ticks().iter().chain(&thinned.ticks()) {
            let value = scale.value(tick.at).abs();
            let power = value.log10();
            assert!(value == 0.0 || (power - power.round()).abs() < 1e-9);
        }
        let percent = axis(0.0, t + 2.0, scale, &Unit::Fraction);
        assert_eq!(texts(&percent), ["0", "10⁰", "10¹", "10²"]);
        assert_eq!(threshold(-2, &Unit::Fraction), "10⁰");
        assert_eq!(threshold(-3, &Unit::Seconds), "1 ms");
    }

    #[test]
    fn symlog_axes_seen_from_near_show_values() {
        let t = Scale::THRESHOLD;
        let near = |start, end| texts(&axis(start, end, Scale::Symlog { power: 0 }, &Unit::None));
        assert_eq!(near(0.0, t), ["0", "0.25", "0.50", "0.75", "1.00"]);
        assert_eq!(near(-0.6 * t, t + 0.1), ["−0.5", "0", "0.5", "1.0"]);
        assert_eq!(near(t - 0.3, t + 0.8), ["0.8", "1.0", "2", "5"]);
        assert_eq!(near(-t - 1.1, -t - 0.8), ["−12", "−10", "−8"]);
    }

    fn elapsed(start: f64, end: f64) -> Vec<String> {
        texts(&Axis {
            quantity: Quantity::Elapsed,
            length: 480.0,
            spacing: 80.0,
            ..axis(start, end, Scale::Linear, &Unit::None)
        })
    }

    #[test]
    fn elapsed_times_have_the_steps_of_a_clock() {
        assert_eq!(elapsed(0.0, 0.005)[1], "1 ms");
        assert_eq!(elapsed(0.0, 2e-5)[1], "5 µs");
        assert_eq!(elapsed(0.0, 2.0)[1..3], ["0.5 s", "1.0 s"]);
        assert_eq!(elapsed(0.0, 42.0), ["0", "10 s", "20 s", "30 s", "40 s"]);
        assert_eq!(
            elapsed(0.0, 170.0),
            ["0", "30 s", "1:00", "1:30", "2:00", "2:30"]
        );
        assert_eq!(
            elapsed(3595.0, 3650.0),
            [
                "1:00:00", "1:00:10", "1:00:20", "1:00:30", "1:00:40", "1:00:50"
            ]
        );
        assert_eq!(elapsed(61.0, 62.0)[1..3], ["1:01.2", "1:01.4"]);
        assert_eq!(
            elapsed(0.0, 1500.0),
            ["0", "5 min", "10 min", "15 min", "20 min", "25 min"]
        );
        assert_eq!(
            elapsed(0.0, 9000.0),
            ["0", "30 min", "1 h", "1 h 30 min", "2 h", "2 h 30 min"]
        );
        assert_eq!(elapsed(0.0, 100_000.0), ["0", "6 h", "12 h", "18 h", "1 d"]);
        assert_eq!(elapsed(80_000.0, 150_000.0)[..2], ["1 d", "1 d 6 h"]);
        assert_eq!(elapsed(0.0, 864_000.0)[..2], ["0", "2 d"]);
        assert_eq!(elapsed(0.0, 2.5e6)[..3], ["0", "7 d", "14 d"]);
        assert_eq!(elapsed(0.0, 1e7)[..3], ["0", "20 d", "40 d"]);
        assert_eq!(elapsed(-65.0, 0.0)[..2], ["−1:00", "−45 s"]);
    }

    fn clock(start: f64, end: f64, utc_offset_s: i32) -> Vec<String> {
        texts(&Axis {
            quantity: Quantity::Clock { utc_offset_s },
            length: 480.0,
            spacing: 80.0,
            ..axis(start, end, Scale::Linear, &Unit::None)
        })
    }

    #[test]
    fn wall_clocks_show_the_time_of_day_and_the_date_where_it_begins() {
        // 24 November 2025, 14:05 UTC, a Monday.
        let noon = 1_763_993_100.0;
        assert_eq!(
            clock(noon, noon + 1200.0, 0),
            ["14:05", "14:10", "14:15", "14:20", "14:25"]
        );
        assert_eq!(
            clock(noon, noon + 70.0, 5400)[..2],
            ["15:35:00", "15:35:15"]
        );
        assert_eq!(
            clock(noon, noon + 0.5, 0)[..2],
            ["14:05:00.0", "14:05:00.1"]
        );
        assert_eq!(
            clock(noon, noon + 1e5, 3600),
            ["18:00", "25 Nov", "06:00", "12:00", "18:00"]
        );
        assert_eq!(
            clock(noon, noon + 3.0e6, 0),
            ["1 Dec", "8 Dec", "15 Dec", "22 Dec", "29 Dec"]
        );
        assert_eq!(clock(noon, noon + 9e6, 0)[0], "28 Nov 2025");
        assert_eq!(clock(1e15, 2e15, 0), Vec::<String>::new());
    }

    #[test]
    fn minor_ticks_divide_steps_into_round_parts() {
        let minor = |start, end| -> Vec<i64> {
            let minor = axis(start, end, Scale::Linear, &Unit::None).minor_ticks();
            minor.iter().map(|at| (at * 100.0).round() as i64).collect()
        };
        assert_eq!(minor(0.0, 1.0)[..5], [5, 10, 15, 20, 30]);
        assert_eq!(minor(0.0, 10.0)[..5], [50, 100, 150, 200, 300]);
        assert_eq!(minor(0.0, 8.0)[..4], [50, 100, 150, 250]);
        let whole = Axis {
            quantity: Quantity::Whole,
            ..axis(0.0, 8.0, Scale::Linear, &Unit::None)
        };
        assert_eq!(whole.minor_ticks(), [1.0, 3.0, 5.0, 7.0]);
        let minutes = Axis {
            quantity: Quantity::Elapsed,
            length: 480.0,
            spacing: 80.0,
            ..axis(0.0, 1500.0, Scale::Linear, &Unit::None)
        };
        assert_eq!(
            minutes.minor_ticks()[..5],
            [60.0, 120.0, 180.0, 240.0, 360.0]
        );
        let small = Axis {
            length: 90.0,
            ..axis(0.0, 1.0, Scale::Linear, &Unit::None)
        };
        assert_eq!(small.minor_ticks().len(), 8);
    }

    #[test]
    fn minor_ticks_of_decades_are_their_multiples_where_there_is_room() {
        let minor = |end, length| {
            Axis {
                length,
                ..axis(0.0, end, Scale::Log, &Unit::None)
            }
            .minor_ticks()
        };
        assert_eq!(minor(4.0, 200.0).len(), 4 * 8);
        assert_eq!(minor(4.0, 170.0).len(), 4 * 2);
        // Every second decade has a label.
        assert_eq!(minor(4.0, 100.0), [1.0, 3.0]);
        assert_eq!(minor(40.0, 100.0), Vec::<f64>::new());
        let both_sides = Axis {
            length: 400.0,
            ..axis(-2.2, 2.2, Scale::Symlog { power: 0 }, &Unit::None)
        }
        .minor_ticks();
        let mirrored: Vec<f64> = both_sides.iter().rev().map(|at| -at).collect();
        assert_eq!(both_sides, mirrored);
        assert_eq!(both_sides.len(), 2 * (4 + 8));
    }

    /// An axis of any scale and quantity that can be ticked.
    fn any_axis() -> impl Strategy<Value = Axis<'static>> {
        static UNITS: [Unit; 4] = [Unit::None, Unit::Fraction, Unit::Seconds, Unit::Bytes];
        let range = (-1f64..1.0, -6f64..12.0);
        (range, 40f32..4000.0, 0..7_usize, -6_i8..6, 0..4_usize).prop_map(
            |((middle, power), length, kind, threshold, unit)| {
                let number = Quantity::Number(&UNITS[unit]);
                let (scale, quantity) = match kind {
                    0 => (Scale::Linear, number),
                    1 => (Scale::Linear, Quantity::Whole),
                    2 => (Scale::Linear, Quantity::Elapsed),
                    3 => (
                        Scale::Linear,
                        Quantity::Clock {
                            utc_offset_s: 19_800,
                        },
                    ),
                    4 => (Scale::Log, number),
                    5 => (Scale::Log, Quantity::Whole),
                    _ => (Scale::Symlog { power: threshold }, number),
                };
                let half = 10f64.powf(power);
                let (middle, half) = match (scale, quantity) {
                    (Scale::Log | Scale::Symlog { .. }, _) => (middle * 10.0, half.min(40.0)),
                    (_, Quantity::Clock { .. }) => (1.7e9 + middle * 1e7, half.min(1e9)),
                    (_, Quantity::Elapsed) => (middle * 1e8, half.min(1e10)),
                    _ => (middle * 1e12, half),
                };
                // Nearer than that, doubles are too far apart.
                let half = half.max(middle.abs() * 1e-10);
                Axis {
                    range: Range::new(middle - half, middle + half),
                    scale,
                    quantity,
                    length,
                    spacing: 40.0,
                }
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn ticks_rise_within_the_range_and_keep_their_distance(axis in any_axis()) {
            let Range { start, end } = axis.range;
            let ticks = axis.ticks();
            let span = end - start;
            for tick in &ticks {
                prop_assert!(tick.at >= start - span * 1e-6 && tick.at <= end + span * 1e-6);
                prop_assert!(!tick.label.is_empty() && tick.label.chars().count() <= 26, "{}", tick.label);
            }
            for pair in ticks.windows(2) {
                let apart = (pair[1].at - pair[0].at) / span * f64::from(axis.length);
                prop_assert!(apart >= 40.0 * 0.7, "{apart}: {pair:?}");
            }
            // A time of day comes again, after a date.
            let is_date = |label: &str| label.contains(char::is_alphabetic);
            let is_clock = matches!(axis.quantity, Quantity::Clock { .. });
            for of_a_day in ticks.chunk_by(|_, next| !(is_clock && is_date(&next.label))) {
                let mut labels: Vec<&str> = of_a_day.iter().map(|tick| &*tick.label).collect();
                labels.sort_unstable();
                prop_assert!(labels.windows(2).all(|pair| pair[0] != pair[1]), "{labels:?}");
            }
        }

        #[test]
        fn minor_ticks_lie_between_the_others(axis in any_axis()) {
            let Range { start, end } = axis.range;
            let minor = axis.minor_ticks();
            let points = |distance: f64| distance / (end - start) * f64::from(axis.length);
            for at in &minor {
                prop_assert!(points(start - at) <= 0.1 && points(at - end) <= 0.1);
            }
            let least = if axis.scale == Scale::Linear { 4.99 } else { 1.9 };
            let all = axis.ticks().into_iter().map(|tick| tick.at);
            let mut all: Vec<f64> = all.chain(minor.iter().copied()).collect();
            prop_assert!(minor.windows(2).all(|pair| points(pair[1] - pair[0]) >= least), "{minor:?}");
            all.sort_by(f64::total_cmp);
            prop_assert!(all.windows(2).all(|pair| points(pair[1] - pair[0]) >= least), "{all:?}");
        }

        /// Where a live or moved axis shows the same values, it shows the same ticks.
        #[test]
        fn labels_do_not_crawl(axis in any_axis(), part in -0.2f64..0.2) {
            let span = axis.range.span();
            let by = span * part;
            let range = Range::new(axis.range.start + by, axis.range.end + by);
            let moved = Axis { range, ..axis };
            // A prefix changes where the largest number gains a digit, and steps between logarithms are equal in values.
            let digits = |axis: &Axis<'_>| {
                let Range { start, end } = axis.range;
                (start.abs().max(end.abs()) * axis.quantity.unit().factor()).log10().floor()
            };
            let is_same = if axis.scale == Scale::Linear {
                digits(&axis) == digits(&moved)
            } else {
                span >= 2.0
            };
            if !is_same {
                return Ok(());
            }
            let in_both = |at: f64| {
                let start = axis.range.start.max(range.start) + 1e-6 * span;
                let end = axis.range.end.min(range.end) - 1e-6 * span;
                (start..=end).contains(&at)
            };
            let of = |axis: &Axis<'_>| -> (Vec<Tick>, Vec<f64>) {
                (
                    axis.ticks().into_iter().filter(|tick| in_both(tick.at)).collect(),
                    axis.minor_ticks().into_iter().filter(|at| in_both(*at)).collect(),
                )
            };
            let ((before, minor_before), (after, minor_after)) = (of(&axis), of(&moved));
            prop_assert_eq!(before, after);
            let is_close = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-9 * span;
            prop_assert!(minor_before.len() == minor_after.len());
            prop_assert!(minor_before.iter().zip(&minor_after).all(is_close));
        }
    }
}
