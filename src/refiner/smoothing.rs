//! TensorBoard's smoothing: an exponential moving average, debiased for its start from zero.
//!
//! For a weight *w* of the past, `m ← w·m + (1 − w)·x` and the shown value is `m / (1 − wⁿ)` after *n* finite values, as
//! TensorBoard's line chart computes it (the bias correction is Adam's: Kingma and Ba, 2015). NaN and infinities are passed on
//! and leave the average as it was.

use super::history::{History, Sample};

/// A history and its smoothed twin, kept up as points are added.
#[derive(Clone, Debug, Default)]
pub(super) struct Smoothed {
    history: History,
    weight: f64,
    mean: f64,
    /// wⁿ: the weight that the start from zero still has.
    bias: f64,
    edits: u64,
}

impl Smoothed {
    /// The smoothed history, brought up to date with `raw` for the weight `weight`.
    pub(super) fn update(&mut self, raw: &History, weight: f64) -> &History {
        if self.weight != weight || self.edits != raw.edits() || self.history.len() > raw.len() {
            *self = Self {
                weight,
                edits: raw.edits(),
                ..Self::default()
            };
        }
        if self.history.len() == 0 {
            self.mean = 0.0;
            self.bias = 1.0;
        }
        for index in self.history.len()..raw.len() {
            let Sample { step, value } = raw.at(index);
            let value = if value.is_finite() {
                self.mean = weight * self.mean + (1.0 - weight) * f64::from(value);
                self.bias *= weight;
                // The average of f32 values lies within f32.
                #[allow(clippy::cast_possible_truncation)]
                let shown = (self.mean / (1.0 - self.bias)) as f32;
                shown
            } else {
                value
            };
            self.history.push(Sample { step, value });
        }
        &self.history
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smooth(values: &[f32], weight: f64) -> Vec<f32> {
        let mut raw = History::default();
        let mut smoothed = Smoothed::default();
        for (value, step) in values.iter().zip(1..) {
            raw.push(Sample {
                step,
                value: *value,
            });
            smoothed.update(&raw, weight);
        }
        (0..values.len())
            .map(|index| smoothed.history.at(index).value)
            .collect()
    }

    #[test]
    fn it_gives_the_numbers_worked_out_by_hand() {
        // w = 0.5: 1; (0.25 + 1)/0.75... m1 = 0.5, m2 = 0.25 + 1 = 1.25, m3 = 0.625 + 1.5 = 2.125.
        let shown = smooth(&[1.0, 2.0, 3.0], 0.5);
        let by_hand = [0.5 / 0.5, 1.25 / 0.75, 2.125 / 0.875];
        for (value, expected) in shown.iter().zip(by_hand) {
            assert!((value - expected).abs() < 1e-6, "{shown:?}");
        }
    }

    #[test]
    fn a_constant_stays_and_a_gap_changes_nothing() {
        let shown = smooth(&[4.0, f32::NAN, 4.0, f32::INFINITY, 4.0], 0.9);
        assert!((shown[0] - 4.0).abs() < 1e-6);
        assert!(shown[1].is_nan());
        assert!((shown[2] - 4.0).abs() < 1e-6);
        assert_eq!(shown[3], f32::INFINITY);
        assert!((shown[4] - 4.0).abs() < 1e-6);
    }

    #[test]
    fn no_weight_is_no_smoothing() {
        assert_eq!(smooth(&[1.0, 5.0, -3.0], 0.0), [1.0, 5.0, -3.0]);
    }

    #[test]
    fn a_late_point_or_a_new_weight_starts_anew() {
        let mut raw = History::default();
        let mut smoothed = Smoothed::default();
        for (step, value) in [(1, 1.0), (3, 3.0), (2, 2.0)] {
            raw.push(Sample { step, value });
            smoothed.update(&raw, 0.5);
        }
        assert!((smoothed.history.at(2).value - 2.125 / 0.875).abs() < 1e-6);
        smoothed.update(&raw, 0.0);
        assert_eq!(smoothed.history.at(1).value, 2.0);
    }
}
