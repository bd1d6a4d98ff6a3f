//! What is said of the points of a range in a few numbers: from the pyramid and its sums, never from one point after the other.

use std::ops::Range;

use super::pyramid::Pyramid;
use crate::scene::Statistics;

/// Of some points of a series; `None` where none of them is finite.
///
/// # Panics
/// If the range goes beyond the values.
pub(super) fn statistics(values: &Pyramid, points: Range<usize>) -> Option<Statistics> {
    let last = points.end.checked_sub(1)?;
    let [smallest, largest] = values.extent(points.clone())?;
    let mean = values.sum(points.clone()).mean()?;
    Some(Statistics {
        points: points.len() as u64,
        smallest,
        largest,
        // A mean of equal values may be rounded away from them.
        mean: mean.clamp(smallest.into(), largest.into()),
        last: values.at(last),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::history::{History, Sample};
    use super::super::sums::BLOCK;
    use super::*;

    /// The same by looking at each value.
    fn by_looking(values: &[f32]) -> Option<Statistics> {
        let finite = || values.iter().copied().filter(|value| value.is_finite());
        let sum: f64 = finite().map(f64::from).sum();
        Some(Statistics {
            points: values.len() as u64,
            smallest: finite().reduce(f32::min)?,
            largest: finite().reduce(f32::max)?,
            mean: sum / finite().count() as f64,
            last: *values.last()?,
        })
    }

    fn check(history: &History, points: Range<usize>) {
        let values: Vec<f32> = points
            .clone()
            .map(|index| history.at(index).value)
            .collect();
        let told = statistics(history.values(), points);
        let Some(expected) = by_looking(&values) else {
            assert_eq!(told, None);
            return;
        };
        let told = told.expect("there is a finite value");
        let bits = |at: &Statistics| (at.points, at.smallest, at.largest, at.last.to_bits());
        assert_eq!(bits(&told), bits(&expected));
        let magnitude = values.iter().filter(|value| value.is_finite());
        let magnitude = magnitude.fold(0.0_f64, |most, value| most.max(f64::from(value.abs())));
        let apart = (told.mean - expected.mean).abs();
        assert!(apart <= 1e-12 * magnitude, "{told:?} and {expected:?}");
    }

    #[test]
    fn of_nothing_finite_there_is_nothing_to_say() {
        let mut history = History::default();
        assert_eq!(statistics(history.values(), 0..0), None);
        for (step, value) in [f32::NAN, f32::INFINITY, f32::NAN].into_iter().enumerate() {
            let step = step as u64;
            history.push(Sample { step, value });
        }
        assert_eq!(statistics(history.values(), 0..3), None);
        assert_eq!(statistics(history.values(), 2..2), None);
    }

    #[test]
    fn the_largest_values_there_are_have_a_mean() {
        let mut history = History::default();
        for step in 0..5_000 {
            let value = f32::MAX;
            history.push(Sample { step, value });
        }
        let told = statistics(history.values(), 0..5_000).expect("all are finite");
        assert_eq!(told.mean, f64::from(f32::MAX));
    }

    /// Long enough for a group of blocks, and for late points that cut into it.
    #[test]
    fn sums_over_groups_of_blocks_stand_an_edit() {
        let count = 300 * BLOCK as u64;
        let value = |step: u64| (step % 1013) as f32 - 500.0;
        let mut history = History::default();
        for step in (0..count).filter(|step| step % 70_001 != 0) {
            let value = value(step);
            history.push(Sample { step, value });
        }
        for step in (0..count).filter(|step| step % 70_001 == 0) {
            let value = value(step) * 1e6;
            history.push(Sample { step, value });
        }
        assert!(history.edits() > 0);
        let count = count as usize;
        for range in [
            0..count,
            1..count - 1,
            BLOCK..257 * BLOCK,
            5..1030,
            260_000..270_000,
        ] {
            check(&history, range);
        }
    }

    proptest! {
        #[test]
        fn statistics_are_those_of_a_loop(
            pattern in prop::collection::vec(prop_oneof![
                12 => -1e6_f32..1e6, 1 => Just(f32::NAN), 1 => Just(f32::INFINITY), 1 => Just(f32::NEG_INFINITY),
                2 => -1e-3_f32..1e-3,
            ], 1..60),
            count in prop_oneof![1_usize..80, 900_usize..5_000],
            late in prop::collection::vec((0_u64..10_000, -1e6_f32..1e6), 0..4),
            ends in (0.0_f64..1.0, 0.0_f64..1.0),
        ) {
            let mut history = History::default();
            for index in 0..count {
                let value = pattern[index * 7 % pattern.len()];
                history.push(Sample { step: 2 * index as u64, value });
            }
            for (step, value) in late {
                history.push(Sample { step, value });
            }
            let share = |share: f64| (share * (history.len() + 1) as f64) as usize;
            let (start, end) = (share(ends.0.min(ends.1)), share(ends.0.max(ends.1)).min(history.len()));
            check(&history, start..end);
            check(&history, 0..history.len());
        }
    }
}
