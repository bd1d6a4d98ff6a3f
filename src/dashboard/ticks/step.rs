//! Steps: the round distances between ticks, their multiples, and the parts between those.
//!
//! Everything is a multiple counted from zero: a tick does not move when the range does.

use super::whole;

/// The mantissas of steps, with how many digits each needs after its first, and how many parts it is divided into, which is
/// what matplotlib's `AutoMinorLocator` has.
const STEPS: [(f64, i32, u8); 5] = [
    (1.0, 0, 5),
    (2.0, 0, 4),
    (2.5, 1, 5),
    (5.0, 0, 5),
    (10.0, -1, 5),
];

/// The distance between two ticks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    /// The distance itself.
    pub(super) size: f64,
    /// The power of ten of its last digit: −1 for 0.2, −2 for 0.25.
    pub(super) digit: i32,
    /// The parts that minor ticks divide it into; 1 for none.
    pub(super) parts: u8,
}

impl Step {
    /// The smallest nice step that is not below `least`, which is positive and finite.
    pub(super) fn at_least(least: f64, is_whole: bool) -> Self {
        let least = if is_whole { least.max(1.0) } else { least };
        let mut power = whole(least.log10().floor());
        loop {
            let ten = 10f64.powi(power);
            for (mantissa, digits, parts) in STEPS {
                let size = mantissa * ten;
                let digit = power - digits;
                // A little slack, so that rounding does not turn 0.2 into 0.5.
                let is_enough = size >= least * (1.0 - 1e-9);
                if is_enough && !(is_whole && digit < 0) {
                    let parts = match size {
                        1.0 if is_whole => 1,
                        2.0 if is_whole => 2,
                        _ => parts,
                    };
                    return Self { size, digit, parts };
                }
            }
            power += 1;
        }
    }

    /// Its multiples from `start` to `end`; none where they cannot be told apart.
    pub(super) fn multiples(self, start: f64, end: f64) -> impl Iterator<Item = f64> {
        indices(start / self.size, end / self.size).map(move |index| index as f64 * self.size)
    }

    /// The distance between minor ticks.
    pub(super) fn part(self) -> f64 {
        self.size / f64::from(self.parts)
    }

    /// The multiples of its parts from `start` to `end` that are none of its own.
    pub(super) fn between(self, start: f64, end: f64) -> impl Iterator<Item = f64> {
        let parts = i64::from(self.parts);
        indices(start / self.part(), end / self.part())
            .filter(move |index| index % parts != 0)
            .map(move |index| index as f64 * self.size / parts as f64)
    }
}

/// The whole numbers between two; none where there are too many, or neighbours are the same float.
fn indices(start: f64, end: f64) -> impl Iterator<Item = i64> {
    let (first, last) = ((start - 1e-9).ceil(), (end + 1e-9).floor());
    let can_count = first.abs() < 1e14 && last.abs() < 1e14 && last - first < 1e4;
    // Both are whole and below 2⁵³.
    #[allow(clippy::cast_possible_truncation)]
    let (first, last) = if can_count {
        (first as i64, last as i64)
    } else {
        (0, -1)
    };
    first..=last
}
