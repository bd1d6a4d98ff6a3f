//! How the values beside ticks are written: all of an axis with the same precision, which is what their step needs.

use super::super::number;
use super::whole;
use crate::message::Unit;

/// How the ticks of an axis are written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Writing {
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
    pub(super) fn new(largest: f64, digit: i32, unit: &Unit) -> Self {
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

    /// What is written beside a value.
    pub(super) fn label(&self, value: f64) -> String {
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
