//! Numbers as a person reads them: values with their units, counts, sizes and times.
//!
//! In comes a number and its unit, out goes its text. Digits are chosen by magnitude, never by what is left after trailing
//! zeros are cut: a value that changes a little keeps its width. A minus is `−` (U+2212), as wide as a digit.

use std::time::Duration;

use crate::message::{Unit, group, grouped};

/// The SI prefixes for 10³ and up.
const LARGE: [(f64, &str); 6] = [
    (1e18, "E"),
    (1e15, "P"),
    (1e12, "T"),
    (1e9, "G"),
    (1e6, "M"),
    (1e3, "k"),
];

/// How closely a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Digits {
    /// Three significant digits, two where zeros come before them: a panel's legend.
    Short,
    /// Four significant digits, fewer where zeros come before them: a list of values.
    Full,
}

impl Digits {
    /// Significant digits.
    const fn significant(self) -> i32 {
        match self {
            Self::Short => 3,
            Self::Full => 4,
        }
    }
}

/// A value without its unit's sign: what stands beside a title that already names the unit.
pub(super) fn bare(value: f64, unit: &Unit, digits: Digits) -> String {
    let value = value * unit.factor();
    if !value.is_finite() {
        return not_finite(value);
    }
    match unit {
        Unit::Fraction | Unit::Percent => percent(value),
        Unit::Seconds => seconds(value, digits),
        Unit::Bytes => bytes(value),
        Unit::None | Unit::Other(_) => plain(value, digits),
    }
}

/// A value with its unit.
pub(super) fn with_unit(value: f64, unit: &Unit, digits: Digits) -> String {
    let text = bare(value, unit, digits);
    match unit {
        // Seconds and bytes carry theirs, with its prefix.
        Unit::None | Unit::Seconds | Unit::Bytes => text,
        Unit::Fraction | Unit::Percent | Unit::Other(_) if !(value * unit.factor()).is_finite() => {
            text
        }
        Unit::Fraction | Unit::Percent => format!("{text} %"),
        Unit::Other(label) => format!("{text} {label}"),
    }
}

/// The widest text that [`bare`] gives in short for usual values of a unit: what a column of them is as wide as.
pub(super) const fn widest(unit: &Unit) -> &'static str {
    match unit {
        Unit::Fraction | Unit::Percent => "100.0",
        Unit::Seconds | Unit::Bytes => "00.0 ms",
        // 0.0042 and 8.2e−4 have room in it, too.
        Unit::None | Unit::Other(_) => "0.0000",
    }
}

/// NaN and the infinities.
fn not_finite(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value > 0.0 {
        "∞".to_owned()
    } else {
        "−∞".to_owned()
    }
}

/// A plain number of any magnitude.
fn plain(value: f64, digits: Digits) -> String {
    let size = value.abs();
    let significant = digits.significant();
    if size == 0.0 {
        "0".to_owned()
    } else if !(1e-3..1e21).contains(&size) {
        scientific(value, precision(significant - 2))
    } else if size >= 999_999.5 {
        let (scale, prefix) = prefix(size);
        format!("{}{prefix}", fixed(value / scale, 2))
    } else {
        // Below 1 the digits after the point stay the same (0.0841 and 0.1127 stand under each other) while they leave two
        // that say something.
        let exponent = exponent(size);
        let most = significant.max(1 - exponent);
        fixed(
            value,
            precision((significant - 1 - exponent).clamp(0, most)),
        )
    }
}

/// A percentage, already multiplied by 100.
fn percent(value: f64) -> String {
    let size = value.abs();
    let is_tiny = size != 0.0 && size < 0.05;
    if is_tiny || size >= 1e6 {
        plain(value, Digits::Short)
    } else {
        fixed(value, 1)
    }
}

/// Seconds with a prefix: `32.9 ms`.
fn seconds(value: f64, digits: Digits) -> String {
    let size = value.abs();
    let (scale, unit) = match size {
        0.0 => (1.0, "s"),
        _ if size < 1e-6 => (1e9, "ns"),
        _ if size < 1e-3 => (1e6, "µs"),
        _ if size < 1.0 => (1e3, "ms"),
        _ => (1.0, "s"),
    };
    let scaled = value * scale;
    let text = if scaled == 0.0 {
        "0".to_owned()
    } else if (0.1..999.5).contains(&scaled.abs()) {
        fixed(scaled, precision((2 - exponent(scaled.abs())).clamp(0, 2)))
    } else {
        plain(scaled, digits)
    };
    format!("{text} {unit}")
}

/// Bytes with a decimal prefix: `1.2 MB`.
pub(super) fn bytes(value: f64) -> String {
    let size = value.abs();
    if size < 999.5 {
        return format!("{} B", fixed(value, 0));
    }
    if size >= 1e21 {
        return format!("{} B", scientific(value, 1));
    }
    let (scale, prefix) = prefix(size);
    format!("{} {prefix}B", fixed(value / scale, 1))
}

/// A count with a comma between thousands: `48,792`.
pub(super) fn count(value: u64) -> String {
    grouped(value)
}

/// A rate a second: `30.4`, `1,946`.
pub(super) fn rate(value: f64) -> String {
    if !value.is_finite() {
        return not_finite(value);
    }
    match value.abs() {
        size if size >= 999_999.5 => plain(value, Digits::Short),
        size if size >= 99.95 => fixed(value, 0),
        size if size >= 0.1 || size == 0.0 => fixed(value, 1),
        _ => plain(value, Digits::Short),
    }
}

/// A span of time as a clock shows it: `0:42`, `1:01:05`, `2 d 03:10`.
pub(super) fn clock(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (days, hours) = (seconds / 86_400, seconds / 3600 % 24);
    let (minutes, seconds) = (seconds / 60 % 60, seconds % 60);
    if days > 0 {
        format!("{} d {hours:02}:{minutes:02}", count(days))
    } else if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// A short span of time: `2.1 ms`, `180 ms`, `1.2 s`.
pub(super) fn brief(duration: Duration) -> String {
    let ms = duration.as_secs_f64() * 1e3;
    match ms {
        _ if ms < 99.95 => format!("{ms:.1} ms"),
        _ if ms < 999.5 => format!("{ms:.0} ms"),
        _ if ms < 99_950.0 => format!("{:.1} s", ms / 1e3),
        _ => clock(duration),
    }
}

/// The power of ten of a positive finite number: 2 for 123.4. It looks at the rounded text's magnitude only roughly: a
/// value that rounds up to the next power may be written with one digit more.
fn exponent(size: f64) -> i32 {
    let exponent = size.log10().floor();
    // Finite f64 lie between 10⁻³²⁴ and 10³⁰⁹.
    #[allow(clippy::cast_possible_truncation)]
    let exponent = exponent as i32;
    exponent
}

/// Digits after the point as the formatter takes them.
fn precision(digits: i32) -> usize {
    usize::try_from(digits).unwrap_or(0)
}

/// The largest prefix whose scaled value is at least 1 once it is rounded.
fn prefix(size: f64) -> (f64, &'static str) {
    LARGE
        .into_iter()
        .find(|(scale, _)| size >= scale * 0.9995)
        .unwrap_or((1.0, ""))
}

/// A number with that many digits after the point, thousands separated; never `−0`.
pub(super) fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let sign = if value < 0.0 && !is_zero { "−" } else { "" };
    let (whole, fraction) = text
        .split_once('.')
        .map_or((text.as_str(), None), |(whole, fraction)| {
            (whole, Some(fraction))
        });
    let whole = group(whole);
    fraction.map_or_else(
        || format!("{sign}{whole}"),
        |fraction| format!("{sign}{whole}.{fraction}"),
    )
}

/// A number as mantissa and power of ten: `8.2e−4`.
pub(super) fn scientific(value: f64, decimals: usize) -> String {
    format!("{value:.decimals$e}").replace('-', "−")
}

/// A power of ten with its exponent raised: `10⁻²`.
pub(super) fn power_of_ten(exponent: i64) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raised = exponent
        .to_string()
        .chars()
        .map(|c| {
            c.to_digit(10)
                .and_then(|digit| RAISED.get(digit as usize).copied())
                .unwrap_or('⁻')
        })
        .collect::<String>();
    format!("10{raised}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full(value: f64) -> String {
        bare(value, &Unit::None, Digits::Full)
    }

    fn short(value: f64) -> String {
        bare(value, &Unit::None, Digits::Short)
    }

    #[test]
    fn plain_values_keep_their_width() {
        assert_eq!(full(0.0841), "0.0841");
        assert_eq!(full(0.112_74), "0.1127");
        assert_eq!(full(1.9), "1.900");
        assert_eq!(full(61.2), "61.20");
        assert_eq!(full(1946.3), "1,946");
        assert_eq!(full(93_322.0), "93,322");
        assert_eq!(short(0.0841), "0.084");
        assert_eq!(short(0.317), "0.317");
        assert_eq!(short(12.34), "12.3");
    }

    #[test]
    fn two_digits_at_least_say_something() {
        assert_eq!(short(0.0013), "0.0013");
        assert_eq!(short(0.0042), "0.0042");
        assert_eq!(short(-0.009_94), "−0.0099");
        assert_eq!(full(0.0013), "0.0013");
        let column = widest(&Unit::None).chars().count();
        for power in -8..3 {
            for mantissa in [1.0, 1.04, 4.2, 9.94, 9.996] {
                let value = mantissa * 10f64.powi(power);
                for text in [short(value), full(value)] {
                    let mantissa = text.split('e').next().unwrap_or("");
                    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
                    let telling = digits.trim_start_matches('0').len();
                    assert!(telling >= 2, "{value}: {text}");
                }
                assert!(short(value).chars().count() <= column, "{value}");
            }
        }
    }

    #[test]
    fn tiny_and_huge_values_are_readable() {
        assert_eq!(short(8.2e-4), "8.2e−4");
        assert_eq!(full(-8.25e-4), "−8.25e−4");
        assert_eq!(short(1.5e6), "1.50M");
        assert_eq!(short(999_999.9), "1.00M");
        assert_eq!(short(3.2e12), "3.20T");
        assert_eq!(short(1e30), "1.0e30");
        assert_eq!(short(f64::MIN_POSITIVE), "2.2e−308");
        assert_eq!(short(f64::MAX), "1.8e308");
        assert_eq!(short(5e-324), "4.9e−324");
    }

    #[test]
    fn what_is_not_finite_says_so_without_a_unit() {
        assert_eq!(with_unit(f64::NAN, &Unit::Fraction, Digits::Full), "NaN");
        assert_eq!(with_unit(f64::INFINITY, &Unit::Seconds, Digits::Full), "∞");
        assert_eq!(full(f64::NEG_INFINITY), "−∞");
    }

    #[test]
    fn zero_and_negatives_have_one_sign_at_most() {
        assert_eq!(full(0.0), "0");
        assert_eq!(full(-0.0), "0");
        assert_eq!(fixed(-0.001, 1), "0.0");
        assert_eq!(full(-1234.0), "−1,234");
    }

    #[test]
    fn units_are_written_as_the_field_writes_them() {
        assert_eq!(with_unit(0.981, &Unit::Fraction, Digits::Full), "98.1 %");
        assert_eq!(with_unit(97.8, &Unit::Percent, Digits::Full), "97.8 %");
        assert_eq!(with_unit(0.0004, &Unit::Percent, Digits::Full), "4.0e−4 %");
        assert_eq!(with_unit(0.0329, &Unit::Seconds, Digits::Full), "32.9 ms");
        assert_eq!(with_unit(2.5e-7, &Unit::Seconds, Digits::Full), "250 ns");
        assert_eq!(with_unit(75.0, &Unit::Seconds, Digits::Full), "75.0 s");
        assert_eq!(with_unit(0.0, &Unit::Seconds, Digits::Full), "0 s");
        assert_eq!(with_unit(1.2e6, &Unit::Bytes, Digits::Full), "1.2 MB");
        assert_eq!(with_unit(512.0, &Unit::Bytes, Digits::Full), "512 B");
        let unit = Unit::Other("samples/s".into());
        assert_eq!(with_unit(1946.0, &unit, Digits::Full), "1,946 samples/s");
    }

    #[test]
    fn counts_rates_and_times() {
        assert_eq!(count(0), "0");
        assert_eq!(count(1_000), "1,000");
        assert_eq!(count(u64::MAX), "18,446,744,073,709,551,615");
        assert_eq!(rate(30.42), "30.4");
        assert_eq!(rate(1946.2), "1,946");
        assert_eq!(rate(0.012), "0.012");
        assert_eq!(clock(Duration::from_secs(42)), "0:42");
        assert_eq!(clock(Duration::from_secs(3665)), "1:01:05");
        assert_eq!(clock(Duration::from_secs(183_000)), "2 d 02:50");
        assert_eq!(brief(Duration::from_micros(2100)), "2.1 ms");
        assert_eq!(brief(Duration::from_millis(180)), "180 ms");
        assert_eq!(brief(Duration::from_millis(1234)), "1.2 s");
        assert_eq!(brief(Duration::ZERO), "0.0 ms");
    }

    #[test]
    fn powers_of_ten_are_raised() {
        assert_eq!(power_of_ten(-2), "10⁻²");
        assert_eq!(power_of_ten(0), "10⁰");
        assert_eq!(power_of_ten(137), "10¹³⁷");
    }
}
