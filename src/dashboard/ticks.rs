//! Round ticks for an axis: where they stand and what they say.
//!
//! In comes a range in axis space, the unit, the axis' length and the least distance between two ticks; out come the ticks
//! that lie within the range. Steps are 1, 2, 2.5 or 5 times a power of ten, the smallest that keeps the distance: the nice
//! numbers of Heckbert ("Nice numbers for graph labels", Graphics Gems, 1990), with 2.5 as most plotting programs have it.
//! All ticks of an axis are written with the same precision, which is what their step needs.

use super::number;
use crate::message::Unit;
use crate::scene::{Range, Scale};

/// The mantissas of steps, with how many digits each needs after its first.
const STEPS: [(f64, i32); 5] = [(1.0, 0), (2.0, 0), (2.5, 1), (5.0, 0), (10.0, -1)];

/// A tick.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    /// Its position in axis space.
    pub at: f64,
    /// What is written beside it.
    pub label: String,
}

/// An axis to be ticked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis<'a> {
    /// What is visible, in axis space.
    pub range: Range,
    /// How values map to positions.
    pub scale: Scale,
    /// What the values are.
    pub unit: &'a Unit,
    /// Whether only whole numbers mean something.
    pub is_whole: bool,
    /// Its length in points.
    pub length: f32,
    /// The least distance between two ticks, in points.
    pub spacing: f32,
}

impl Axis<'_> {
    /// Its ticks in rising order; none where the range is empty or not finite.
    pub(super) fn ticks(&self) -> Vec<Tick> {
        let Range { start, end } = self.range;
        let is_usable = start.is_finite()
            && end.is_finite()
            && start < end
            && (end - start).is_finite()
            && self.length > 0.0
            && self.spacing > 0.0;
        if !is_usable {
            return Vec::new();
        }
        match self.scale {
            Scale::Linear => self.linear(),
            Scale::Log => self.logarithmic(),
        }
    }

    /// The part of the axis that two ticks must be apart.
    fn least_part(&self) -> f64 {
        f64::from((self.spacing / self.length).min(1.0))
    }

    fn linear(&self) -> Vec<Tick> {
        let factor = self.unit.factor();
        let (start, end) = (self.range.start * factor, self.range.end * factor);
        let step = Step::at_least((end - start) * self.least_part(), self.is_whole);
        let writing = Writing::new(start.abs().max(end.abs()), step.digit, self.unit);
        step.multiples(start, end)
            .map(|value| Tick {
                at: value / factor,
                label: writing.label(value),
            })
            .collect()
    }

    fn logarithmic(&self) -> Vec<Tick> {
        let shift = self.unit.factor().log10();
        let (start, end) = (self.range.start + shift, self.range.end + shift);
        let powers = Step::at_least(((end - start) * self.least_part()).max(1.0), true);
        let decades: Vec<f64> = powers.multiples(start, end).collect();
        if decades.len() >= 3 || end - start > 3.0 {
            return decades
                .into_iter()
                .map(|power| Tick {
                    at: power - shift,
                    label: power_label(power),
                })
                .collect();
        }
        self.within_a_decade(start, end, shift)
    }

    /// Ticks at 1, 2 and 5 times a power of ten, or at equal steps where even those are too few.
    fn within_a_decade(&self, start: f64, end: f64, shift: f64) -> Vec<Tick> {
        let least = (end - start) * self.least_part();
        let mut ticks: Vec<Tick> = Vec::new();
        let mut push = |value: f64, writing: &Writing| {
            let at = value.log10();
            let is_clear = ticks
                .last()
                .is_none_or(|last| at - (last.at + shift) >= least * 0.75);
            if at.is_finite() && at >= start - 1e-9 && at <= end + 1e-9 && is_clear {
                ticks.push(Tick {
                    at: at - shift,
                    label: writing.label(value),
                });
            }
        };
        if end - start >= 0.7 {
            for power in whole(start.floor())..=whole(end.ceil()) {
                let ten = 10f64.powi(power);
                for mantissa in [1.0, 2.0, 5.0] {
                    push(mantissa * ten, &Writing::new(ten, power, self.unit));
                }
            }
        } else {
            let (low, high) = (10f64.powf(start), 10f64.powf(end));
            if low.is_finite() && high.is_finite() && low < high {
                let step = Step::at_least((high - low) * self.least_part(), false);
                let writing = Writing::new(high, step.digit, self.unit);
                for value in step.multiples(low, high) {
                    push(value, &writing);
                }
            }
        }
        ticks
    }
}

/// A whole power of ten: `10⁻²`.
fn power_label(power: f64) -> String {
    number::power_of_ten(i64::from(whole(power)))
}

/// A rounded float as an integer; axis space of a logarithmic axis lies within ±400.
fn whole(value: f64) -> i32 {
    // `as` saturates, and what saturates is far outside any axis.
    #[allow(clippy::cast_possible_truncation)]
    let whole = value.round() as i32;
    whole
}

/// The distance between two ticks.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Step {
    /// The distance itself.
    size: f64,
    /// The power of ten of its last digit: −1 for 0.2, −2 for 0.25.
    digit: i32,
}

impl Step {
    /// The smallest nice step that is not below `least`, which is positive and finite.
    fn at_least(least: f64, is_whole: bool) -> Self {
        let least = if is_whole { least.max(1.0) } else { least };
        let mut power = whole(least.log10().floor());
        loop {
            let ten = 10f64.powi(power);
            for (mantissa, digits) in STEPS {
                let size = mantissa * ten;
                let digit = power - digits;
                // A little slack, so that rounding does not turn 0.2 into 0.5.
                let is_enough = size >= least * (1.0 - 1e-9);
                if is_enough && !(is_whole && digit < 0) {
                    return Self { size, digit };
                }
            }
            power += 1;
        }
    }

    /// Its multiples from `start` to `end`; none where they cannot be told apart.
    fn multiples(self, start: f64, end: f64) -> impl Iterator<Item = f64> {
        let first = (start / self.size - 1e-9).ceil();
        let last = (end / self.size + 1e-9).floor();
        // Near 2⁵³ neighbouring multiples are the same float.
        let can_count = first.abs() < 1e14 && last.abs() < 1e14 && last - first < 1e4;
        // Both are whole and below 2⁵³.
        #[allow(clippy::cast_possible_truncation)]
        let (first, last) = if can_count {
            (first as i64, last as i64)
        } else {
            (0, -1)
        };
        (first..=last).map(move |index| index as f64 * self.size)
    }
}

/// How the ticks of an axis are written.
#[derive(Clone, Debug, PartialEq)]
enum Writing {
    /// Digits after the point of the value divided by the scale, then a suffix.
    Fixed {
        scale: f64,
        decimals: usize,
        suffix: String,
    },
    /// Mantissa and exponent, exact to the power of ten of the step's last digit.
    Scientific { digit: i32 },
}

impl Writing {
    /// For values up to `largest` whose step's last digit stands at the power `digit`.
    fn new(largest: f64, digit: i32, unit: &Unit) -> Self {
        let (scale_power, suffix) = match unit {
            Unit::Seconds => seconds_prefix(largest),
            Unit::Bytes => {
                let (power, prefix) = prefix(largest, digit, 1e3);
                (power, format!(" {prefix}B"))
            }
            Unit::None | Unit::Fraction | Unit::Percent | Unit::Other(_) => {
                let (power, prefix) = prefix(largest, digit, 1e6);
                (power, prefix.to_owned())
            }
        };
        let is_tiny = largest <= 1e-3 && suffix.is_empty();
        if is_tiny || largest >= 1e21 || digit - scale_power < -9 {
            return Self::Scientific { digit };
        }
        Self::Fixed {
            scale: 10f64.powi(scale_power),
            decimals: usize::try_from(scale_power - digit).unwrap_or(0),
            suffix,
        }
    }

    fn label(&self, value: f64) -> String {
        if value == 0.0 {
            return "0".to_owned();
        }
        match self {
            Self::Fixed {
                scale,
                decimals,
                suffix,
            } => format!("{}{suffix}", number::fixed(value / scale, *decimals)),
            Self::Scientific { digit } => {
                let exponent = whole((value.abs() * (1.0 + 1e-9)).log10().floor());
                let needed = usize::try_from(exponent - digit).unwrap_or(0).min(12);
                shorten(&number::scientific(value, needed))
            }
        }
    }
}

/// A mantissa without the zeros at its end, but for one: `1.00e−3` is `1.0e−3`.
fn shorten(text: &str) -> String {
    let Some((mantissa, exponent)) = text.split_once('e') else {
        return text.to_owned();
    };
    let Some((whole, fraction)) = mantissa.split_once('.') else {
        return format!("{mantissa}.0e{exponent}");
    };
    let fraction = fraction.trim_end_matches('0');
    let fraction = if fraction.is_empty() { "0" } else { fraction };
    format!("{whole}.{fraction}e{exponent}")
}

/// The prefix for values up to `largest`, from `smallest` on, and its power of ten; none where the step would need more than
/// three digits after the point.
fn prefix(largest: f64, digit: i32, smallest: f64) -> (i32, &'static str) {
    const PREFIXES: [(i32, &str); 6] = [
        (18, "E"),
        (15, "P"),
        (12, "T"),
        (9, "G"),
        (6, "M"),
        (3, "k"),
    ];
    PREFIXES
        .into_iter()
        .find(|(power, _)| largest >= smallest && largest >= 10f64.powi(*power))
        .filter(|(power, _)| power - digit <= 3)
        .unwrap_or((0, ""))
}

/// Seconds below 1 are written with a prefix.
fn seconds_prefix(largest: f64) -> (i32, String) {
    let (power, unit) = match largest {
        _ if largest >= 1.0 => (0, " s"),
        _ if largest >= 1e-3 => (-3, " ms"),
        _ if largest >= 1e-6 => (-6, " µs"),
        _ => (-9, " ns"),
    };
    (power, unit.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn axis(start: f64, end: f64, scale: Scale, unit: &Unit) -> Axis<'_> {
        Axis {
            range: Range::new(start, end),
            scale,
            unit,
            is_whole: false,
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
            is_whole: true,
            ..axis(0.0, 3.0, Scale::Linear, &Unit::None)
        };
        assert_eq!(texts(&steps), ["0", "1", "2", "3"]);
        let steps = Axis {
            is_whole: true,
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
        assert_eq!(log_labels(0.0, 0.3), ["1.00", "1.25", "1.50", "1.75"]);
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

    proptest! {
        #[test]
        fn ticks_rise_within_the_range_and_keep_their_distance(
            middle in -1e12f64..1e12,
            power in -6f64..12.0,
            length in 1f32..4000.0,
            is_whole in any::<bool>(),
            is_log in any::<bool>(),
        ) {
            let half = 10f64.powf(power);
            let (start, end) = if is_log {
                ((middle / 1e11) - half.min(40.0), (middle / 1e11) + half.min(40.0))
            } else {
                (middle - half, middle + half)
            };
            let axis = Axis {
                range: Range::new(start, end),
                scale: if is_log { Scale::Log } else { Scale::Linear },
                unit: &Unit::None,
                is_whole: is_whole && !is_log,
                length,
                spacing: 40.0,
            };
            let ticks = axis.ticks();
            let span = end - start;
            for tick in &ticks {
                prop_assert!(tick.at >= start - span * 1e-6 && tick.at <= end + span * 1e-6);
                prop_assert!(!tick.label.is_empty() && tick.label.chars().count() <= 24);
            }
            for pair in ticks.windows(2) {
                let apart = (pair[1].at - pair[0].at) / span * f64::from(length);
                prop_assert!(apart >= 40.0 * 0.7, "{apart}");
                prop_assert!(pair[0].label != pair[1].label, "{:?}", pair);
            }
        }
    }
}
