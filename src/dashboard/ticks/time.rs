//! Ticks of time axes: their steps are parts and multiples of seconds, minutes, hours and days.

use super::super::number;
use super::step::Step;
use super::writing::Writing;

const MINUTE: f64 = 60.0;
const HOUR: f64 = 3600.0;
const DAY: f64 = 86_400.0;
const WEEK: f64 = 7.0 * DAY;

/// Steps of a second and more, with the parts that minor ticks divide them into: each is itself one that a clock knows.
const STEPS: [(f64, u8); 20] = [
    (1.0, 5),
    (2.0, 4),
    (5.0, 5),
    (10.0, 5),
    (15.0, 3),
    (30.0, 6),
    (MINUTE, 6),
    (2.0 * MINUTE, 4),
    (5.0 * MINUTE, 5),
    (10.0 * MINUTE, 5),
    (15.0 * MINUTE, 3),
    (30.0 * MINUTE, 6),
    (HOUR, 6),
    (2.0 * HOUR, 4),
    (3.0 * HOUR, 6),
    (6.0 * HOUR, 6),
    (12.0 * HOUR, 4),
    (DAY, 4),
    (2.0 * DAY, 4),
    (WEEK, 7),
];

/// The smallest step that is not below `least` seconds: below one of them and above a week as with other numbers.
pub(super) fn step(least: f64) -> Step {
    if least <= 0.5 {
        return Step::at_least(least, false);
    }
    STEPS
        .into_iter()
        .find(|(size, _)| *size >= least * (1.0 - 1e-9))
        .map_or_else(
            || {
                let days = Step::at_least(least / DAY, true);
                Step {
                    size: days.size * DAY,
                    ..days
                }
            },
            |(size, parts)| Step {
                size,
                digit: 0,
                parts,
            },
        )
}

/// From the Unix epoch, a Thursday, to where steps of that size are counted from: weeks begin on a Monday.
pub(super) fn anchor(step: Step) -> f64 {
    if step.size == WEEK { 4.0 * DAY } else { 0.0 }
}

/// A span of time: `30 s`, `5 min`, `1 h 30 min`, `2 d 6 h`. Where steps are shorter than a minute it is written as clocks do
/// from the first minute on: `1:30`, `1:00:30`. `writing` is for seconds.
pub(super) fn elapsed(value: f64, step: Step, writing: &Writing) -> String {
    let sign = if value < 0.0 { "−" } else { "" };
    let (seconds, fraction) = parts(value.abs(), step);
    if seconds == 0 && fraction.is_empty() {
        return "0".to_owned();
    }
    if seconds < 60 {
        return if step.size < 1.0 {
            writing.label(value)
        } else {
            format!("{sign}{seconds} s")
        };
    }
    let (minutes, rest) = (seconds / 60 % 60, seconds % 60);
    let (days, hours) = (seconds.unsigned_abs() / 86_400, seconds / 3600 % 24);
    let text = if step.size < MINUTE {
        match (days, hours) {
            (0, 0) => format!("{minutes}:{rest:02}{fraction}"),
            (0, _) => format!("{hours}:{minutes:02}:{rest:02}{fraction}"),
            _ => format!(
                "{} d {hours:02}:{minutes:02}:{rest:02}{fraction}",
                number::count(days)
            ),
        }
    } else {
        match (days, hours, minutes) {
            (0, 0, _) => format!("{minutes} min"),
            (0, _, 0) => format!("{hours} h"),
            (0, _, _) => format!("{hours} h {minutes} min"),
            (_, 0, 0) => format!("{} d", number::count(days)),
            (_, _, 0) => format!("{} d {hours} h", number::count(days)),
            _ => format!("{} d {hours:02}:{minutes:02}", number::count(days)),
        }
    };
    format!("{sign}{text}")
}

/// A time of day, or the date where a day begins: `14:05`, `14:05:30`, `24 Nov`. `local` is in seconds since the Unix epoch,
/// the offset from UTC added. `None` beyond the calendar's ends.
pub(super) fn clock(local: f64, step: Step) -> Option<String> {
    let (seconds, fraction) = parts(local, step);
    let time = jiff::Timestamp::from_second(seconds).ok()?;
    let time = jiff::tz::Offset::UTC.to_datetime(time);
    let is_midnight =
        seconds.rem_euclid(86_400) == 0 && fraction.bytes().all(|b| !matches!(b, b'1'..=b'9'));
    let format = match step.size {
        // The same day of several years may be in sight.
        size if size > WEEK => "%-d %b %Y",
        _ if is_midnight => "%-d %b",
        size if size < MINUTE => "%H:%M:%S",
        _ => "%H:%M",
    };
    let text = time.strftime(format);
    Some(if is_midnight {
        text.to_string()
    } else {
        format!("{text}{fraction}")
    })
}

/// Whole seconds, and what is left as digits after the point where the step needs any.
fn parts(value: f64, step: Step) -> (i64, String) {
    let decimals = if step.size < 1.0 {
        u32::try_from(-step.digit).unwrap_or(0).min(12)
    } else {
        0
    };
    let ten = 10_i64.pow(decimals);
    // Multiples of a step are below 10¹⁵ of its last digit; `as` saturates beyond.
    #[allow(clippy::cast_possible_truncation)]
    let units = (value * ten as f64).round() as i64;
    let fraction = if decimals == 0 {
        String::new()
    } else {
        let width = usize::try_from(decimals).unwrap_or(0);
        format!(".{:0width$}", units.rem_euclid(ten))
    };
    (units.div_euclid(ten), fraction)
}
