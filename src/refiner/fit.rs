//! Bounds that show all of a panel and rarely change.
//!
//! A live axis that grows with every point never rests: labels crawl and every column changes. So a range grows in steps: the
//! horizontal one by a twentieth ahead of the newest step, the vertical one to the next round number. For the same reason a
//! logarithmic axis turns linear near zero only where it must, and at a power of ten.

use crate::scene::{Range, Scale};

/// How far ahead of the newest step a growing horizontal range ends, as a part of its span.
const AHEAD: f64 = 0.05;
/// What a power of ten in single precision may be off, as a logarithm.
const SLACK: f64 = 1e-7;

/// The vertical range for values from `low` to `high`, in axis space. `ceiling` is a value that the quantity cannot exceed.
pub(super) fn fit_y(low: f64, high: f64, scale: Scale, ceiling: Option<f64>) -> Range {
    match scale {
        Scale::Linear => fit_linear(low, high, ceiling),
        Scale::Log => fit_log(low, high),
        Scale::Symlog { .. } => fit_symlog(low, high),
    }
}

/// The scale of an axis that is asked to be logarithmic, for finite values from `low` to `high`: [`Scale::Log`] if all are
/// above zero. If some are not it is [`Scale::Symlog`], whose threshold is the power of ten at or below the smallest
/// magnitude beside zero, so that its linear part holds next to nothing but zeros; yet not less than 10⁻⁶ of the largest
/// magnitude, so that a value that almost vanished leaves the others their room. [`Scale::Linear`] if all are zero or there
/// are none.
pub(super) fn log_scale(low: f32, high: f32, smallest_magnitude: Option<f32>) -> Scale {
    let Some(smallest) = smallest_magnitude else {
        return Scale::Linear;
    };
    if low > 0.0 {
        return Scale::Log;
    }
    let exponent = |value: f32| f64::from(value).log10();
    let power = (exponent(smallest) + SLACK).floor();
    let least = (exponent(low.abs().max(high)) - 6.0 - SLACK).ceil();
    // Single precision ends at 10⁻⁴⁵ and 10³⁹.
    #[allow(clippy::cast_possible_truncation)]
    let power = power.max(least) as i8;
    Scale::Symlog { power }
}

/// The horizontal range for positions from `start` to `last`, changed from `previous` only where it does not fit any more.
/// `total` is where the run will end, if that is known; `least_ahead` is the least that a growing range ends ahead of it.
pub(super) fn fit_x(
    previous: Option<Range>,
    start: f64,
    last: f64,
    total: Option<f64>,
    least_ahead: f64,
) -> Range {
    if let Some(range) = previous
        && range.start == start
        && range.contains(last)
        // Where a run's length becomes known late, or a run is over, the room left empty is given back.
        && last - start >= 0.8 * range.span()
    {
        return range;
    }
    let room = ((last - start) * AHEAD / least_ahead).max(1.0).ceil() * least_ahead;
    let ahead = last + room;
    let end = match total {
        Some(total) if total >= last && total > start => ahead.min(total),
        _ => ahead,
    };
    Range::new(start, end)
}

/// The horizontal range that shows the newest points, up to `last`, and `span` before its end, on so many columns of pixels.
/// It moves on by a twentieth at a time, and by whole columns, so that nothing but new ones is to be made.
pub(super) fn follow_x(last: f64, span: f64, columns: u32) -> Range {
    let pitch = span / f64::from(columns.max(1));
    let stride = (f64::from(columns) * AHEAD).round().max(1.0) * pitch;
    let end = ((last / stride).floor() + 1.0) * stride;
    Range::new(end - span, end)
}

/// The next round number at or beyond `value` on a ladder of 1, 2, 2.5, 4, 5, 6, 8, 10 times a power of ten.
fn round_up(value: f64) -> f64 {
    let magnitude = 10_f64.powf(value.log10().floor());
    let ladder = [1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    let part = value / magnitude;
    let rung = ladder
        .into_iter()
        .find(|rung| part <= rung * (1.0 + 1e-9))
        .unwrap_or(10.0);
    rung * magnitude
}

fn fit_linear(low: f64, high: f64, ceiling: Option<f64>) -> Range {
    if low == high {
        let room = if low == 0.0 { 1.0 } else { low.abs() * 0.1 };
        return if low >= 0.0 && low - room < 0.0 {
            Range::new(0.0, high + room)
        } else {
            Range::new(low - room, high + room)
        };
    }
    if low >= 0.0 && low <= 0.5 * high {
        let top = round_up(high * 1.02);
        let top = ceiling
            .filter(|ceiling| high <= *ceiling)
            .map_or(top, |ceiling| top.min(ceiling));
        return Range::new(0.0, top);
    }
    if high <= 0.0 && high >= 0.5 * low {
        return Range::new(-round_up(-low * 1.02), 0.0);
    }
    // Outward to multiples of a quarter-decade step of the span.
    let step = round_up((high - low) / 8.0);
    let room = (high - low) * 0.02;
    let bottom = ((low - room) / step).floor() * step;
    let top = ((high + room) / step).ceil() * step;
    let top = ceiling
        .filter(|ceiling| high <= *ceiling)
        .map_or(top, |ceiling| top.min(ceiling));
    Range::new(bottom, top)
}

/// `low` and `high` are logarithms; the range ends at decades where it spans some, else at 1, 2 or 5 of a decade.
fn fit_log(low: f64, high: f64) -> Range {
    if high - low >= 1.5 {
        return Range::new((low + 1e-9).floor(), (high - 1e-9).ceil());
    }
    let rungs = [0.0, 2_f64.log10(), 5_f64.log10(), 1.0];
    let below = rungs
        .into_iter()
        .rev()
        .find(|rung| *rung <= low - low.floor() + 1e-9)
        .unwrap_or(0.0);
    let above = rungs
        .into_iter()
        .find(|rung| *rung >= high - high.floor() - 1e-9)
        .unwrap_or(1.0);
    let (start, end) = (low.floor() + below, high.floor() + above);
    if end - start < 0.29 {
        Range::new(start - 0.15, end + 0.15)
    } else {
        Range::new(start, end)
    }
}

/// `low` and `high` are positions; the range ends at zero, at the threshold or at decades beyond it.
fn fit_symlog(low: f64, high: f64) -> Range {
    let (start, end) = (-symlog_place(-low), symlog_place(high));
    if start < end {
        Range::new(start, end)
    } else {
        // One value, on such a place.
        Range::new(-symlog_place(0.1 - start), symlog_place(end + 0.1))
    }
}

/// The next round place at or above a position.
fn symlog_place(position: f64) -> f64 {
    let threshold = Scale::THRESHOLD;
    if position > threshold + SLACK {
        threshold + (position - threshold - SLACK).ceil()
    } else if position > SLACK {
        threshold
    } else if position > SLACK - threshold {
        0.0
    } else {
        -threshold - (-position - threshold + SLACK).floor()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_live_range_grows_in_steps_of_a_twentieth() {
        let mut range = None;
        let mut changes = 0;
        for last in 1..=10_000 {
            let last = f64::from(last);
            let next = fit_x(range, 0.0, last, None, 1.0);
            assert!(next.contains(last));
            if range != Some(next) {
                changes += 1;
            }
            range = Some(next);
        }
        assert!(changes < 200, "{changes} changes");
    }

    #[test]
    fn a_range_that_follows_keeps_its_span_and_moves_by_whole_columns() {
        let (span, columns) = (1000.0, 640);
        let mut starts = Vec::new();
        for last in 5_000..7_000 {
            let range = follow_x(f64::from(last), span, columns);
            assert!((range.span() - span).abs() < 1e-9 && range.contains(f64::from(last)));
            starts.push(range.start);
        }
        starts.dedup();
        assert!(starts.len() <= 42, "{} moves", starts.len());
        let pitch = span / f64::from(columns);
        for pair in starts.windows(2) {
            let moved = (pair[1] - pair[0]) / pitch;
            assert!((moved - moved.round()).abs() < 1e-6, "{moved} columns");
        }
    }

    #[test]
    fn a_known_end_is_not_overshot() {
        let range = fit_x(None, 0.0, 99.0, Some(100.0), 1.0);
        assert_eq!(range, Range::new(0.0, 100.0));
    }

    #[test]
    fn vertical_ranges_end_at_round_numbers() {
        assert_eq!(fit_linear(0.05, 2.4, None), Range::new(0.0, 2.5));
        assert_eq!(fit_linear(0.1, 0.97, Some(1.0)), Range::new(0.0, 1.0));
        assert_eq!(fit_linear(0.1, 1.0, Some(1.0)), Range::new(0.0, 1.0));
        assert_eq!(fit_log(-1.3, 1.2), Range::new(-2.0, 2.0));
        let narrow = fit_log(0.31, 0.6);
        assert!(
            (narrow.start - 2_f64.log10()).abs() < 1e-9
                && (narrow.end - 5_f64.log10()).abs() < 1e-9
        );
    }

    #[test]
    fn the_threshold_is_a_power_of_ten_that_parts_zero_from_the_rest() {
        let power = |power| Scale::Symlog { power };
        assert_eq!(log_scale(0.5, 3.0, Some(0.5)), Scale::Log);
        assert_eq!(log_scale(0.0, 3.0, Some(0.5)), power(-1));
        assert_eq!(log_scale(0.0, 3.0, Some(0.01)), power(-2));
        assert_eq!(log_scale(-100.0, -1.0, Some(1.0)), power(0));
        assert_eq!(log_scale(-2000.0, 3.0, Some(1e-30)), power(-2));
        assert_eq!(log_scale(-1000.0, 3.0, Some(1e-30)), power(-3));
        assert_eq!(log_scale(0.0, 1e-45, Some(1e-45)), power(-45));
        assert_eq!(log_scale(f32::MIN, f32::MAX, Some(f32::MAX)), power(38));
        assert_eq!(log_scale(0.0, 0.0, None), Scale::Linear);
    }

    #[test]
    fn symlog_ranges_end_at_zero_the_threshold_or_decades() {
        let t = Scale::THRESHOLD;
        assert_eq!(fit_symlog(0.0, t + 1.2), Range::new(0.0, t + 2.0));
        assert_eq!(fit_symlog(-0.3, t), Range::new(-t, t));
        assert_eq!(fit_symlog(-t - 0.1, -t - 0.1), Range::new(-t - 1.0, -t));
        assert_eq!(fit_symlog(-t - 1.0, -t), Range::new(-t - 1.0, -t));
        assert_eq!(fit_symlog(t, t), Range::new(0.0, t + 1.0));
        assert_eq!(
            fit_symlog(-t - 2.0, -t - 2.0),
            Range::new(-t - 3.0, -t - 1.0)
        );
    }

    proptest! {
        #[test]
        fn symlog_shows_all_and_rarely_changes(values in prop::collection::vec((-45.0_f64..38.0, any::<bool>()), 1..300)) {
            let (mut low, mut high, mut smallest) = (0.0_f32, 0.0_f32, f32::INFINITY);
            let mut last = None;
            let mut changes = 0;
            for (exponent, is_negative) in values {
                let magnitude = 10_f64.powf(exponent) as f32;
                let value = if is_negative { -magnitude } else { magnitude };
                (low, high, smallest) = (low.min(value), high.max(value), smallest.min(magnitude));
                let scale = log_scale(low, high, Some(smallest));
                let (start, end) = (scale.position(low), scale.position(high));
                let y = fit_y(start, end, scale, None);
                prop_assert!(y.start <= start + SLACK && y.end >= end - SLACK && y.span() > 0.5, "{y:?}");
                changes += usize::from(last.replace((scale, y)) != Some((scale, y)));
            }
            // A threshold and an end of the range move by whole decades, and one way each.
            prop_assert!(changes < 3 * 84, "{changes} changes");
        }
    }

    proptest! {
        #[test]
        fn all_is_shown_and_no_range_is_empty(
            low in -1e30_f64..1e30, span in 0.0_f64..1e30, tiny in any::<bool>(),
            first in 0_u64..1_000_000, count in 0_u64..1_000_000,
        ) {
            let (low, high) = if tiny { (low * 1e-40, (low + span) * 1e-40) } else { (low, low + span) };
            let linear = fit_y(low, high, Scale::Linear, None);
            prop_assert!(linear.start <= low && linear.end >= high && linear.span() > 0.0, "{linear:?}");
            let (first, last) = (first as f64, (first + count) as f64);
            let x = fit_x(None, first, last, None, 1.0);
            prop_assert!(x.contains(first) && x.contains(last) && x.span() > 0.0);
            let (low, high) = (low.abs().log10().clamp(-45.0, 39.0), (low.abs() + span).log10().clamp(-45.0, 39.0));
            let (low, high) = (low.min(high), low.max(high));
            let log = fit_y(low, high, Scale::Log, None);
            prop_assert!(log.start <= low + 1e-8 && log.end >= high - 1e-8 && log.span() > 0.0, "{log:?}");
        }
    }
}
