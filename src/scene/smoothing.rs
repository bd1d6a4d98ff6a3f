//! How lines are smoothed: the kinds people know from other tools, with the numbers those show.
//!
//! Whatever the kind, NaN and infinities are shown as they are and left out of every average.

/// How lines are smoothed.
#[derive(Clone, Copy, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Smoothing {
    /// TensorBoard's: an exponential moving average over points, debiased for its start from zero.
    ///
    /// For a weight *w* of the past, `m ← w·m + (1 − w)·x`, and after *n* values `m / (1 − wⁿ)` is shown (`line-chart.ts` in
    /// TensorBoard's sources; the correction is Adam's: Kingma and Ba, 2015).
    Ema {
        /// The weight of the past, 0 (no smoothing) to 0.999.
        weight: f64,
    },
    /// The same where it is steps that count, not points: over a distance of *d* steps the past's weight becomes *wᵈ*.
    ///
    /// With `a = wᵈ`, `y ← y·a + x` and `s ← s·a + 1`, and `y / s` is shown: Weights & Biases' "time weighted EMA", but for
    /// its distances, which there are parts of what is visible. For points at every step it is [`Smoothing::Ema`].
    TimeWeightedEma {
        /// The weight of the past after one step, 0 (no smoothing) to 0.999.
        weight: f64,
    },
    /// A mean of the points around, weighted by `exp(−d²/2σ²)` for those that are *d* points away, up to `d = ⌊4σ + ½⌋`.
    ///
    /// As `scipy.ndimage.gaussian_filter1d` weighs them. At the ends and beside gaps the weights of the points that there are
    /// make up the whole. A point costs 8·σ additions when it is made.
    Gaussian {
        /// The kernel's standard deviation σ in points, 0 (no smoothing) to 1000.
        sigma: f64,
    },
    /// The plain mean of a window of points with the point in its middle; fewer at the ends and beside gaps.
    RunningAverage {
        /// The window's length in points, 1 (no smoothing) to 10,001. An even one is one more.
        points: u32,
    },
}

impl Smoothing {
    /// No smoothing at all.
    pub const NONE: Self = Self::Ema { weight: 0.0 };
    /// The smoothing where nobody has chosen another: TensorBoard's.
    pub const USUAL: Self = Self::Ema {
        weight: Self::USUAL_WEIGHT,
    };
    /// The weight of the past in [`Smoothing::USUAL`].
    pub const USUAL_WEIGHT: f64 = 0.6;
    /// The largest weight that the past can have.
    pub const MOST_WEIGHT: f64 = 0.999;
    /// The widest Gaussian, in points.
    pub const MOST_SIGMA: f64 = 1000.0;
    /// The longest window of a running average, in points.
    pub const MOST_POINTS: u32 = 10_001;

    /// The nearest that can be shown: what is too much is as much as there may be, and what is not a number is none.
    #[must_use]
    pub const fn limited(self) -> Self {
        // Comparing with NaN is false.
        const fn within(value: f64, most: f64) -> f64 {
            if value > most {
                most
            } else if value > 0.0 {
                value
            } else {
                0.0
            }
        }
        match self {
            Self::Ema { weight } => Self::Ema {
                weight: within(weight, Self::MOST_WEIGHT),
            },
            Self::TimeWeightedEma { weight } => Self::TimeWeightedEma {
                weight: within(weight, Self::MOST_WEIGHT),
            },
            Self::Gaussian { sigma } => Self::Gaussian {
                sigma: within(sigma, Self::MOST_SIGMA),
            },
            Self::RunningAverage { points } => Self::RunningAverage {
                points: if points > Self::MOST_POINTS {
                    Self::MOST_POINTS
                } else if points == 0 {
                    1
                } else {
                    points | 1
                },
            },
        }
    }

    /// Whether it leaves every value as it is.
    #[must_use]
    pub const fn is_none(self) -> bool {
        match self.limited() {
            Self::Ema { weight } | Self::TimeWeightedEma { weight } => weight <= 0.0,
            // Nearer than the kernel reaches there is no other point.
            Self::Gaussian { sigma } => sigma < 0.125,
            Self::RunningAverage { points } => points <= 1,
        }
    }
}

impl Default for Smoothing {
    fn default() -> Self {
        Self::USUAL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_is_limited_and_what_is_no_number_is_none() {
        let ema = |weight| Smoothing::Ema { weight }.limited();
        assert_eq!(ema(7.0), Smoothing::Ema { weight: 0.999 });
        assert_eq!(ema(0.6), Smoothing::USUAL);
        for nothing in [f64::NAN, 0.0, -1.0, f64::NEG_INFINITY] {
            assert_eq!(ema(nothing), Smoothing::NONE);
            assert!(Smoothing::TimeWeightedEma { weight: nothing }.is_none());
            assert!(Smoothing::Gaussian { sigma: nothing }.is_none());
        }
        let window = |points| Smoothing::RunningAverage { points }.limited();
        assert_eq!(window(4), window(5));
        assert_eq!(window(u32::MAX), window(10_001));
        assert!(window(0).is_none() && window(1).is_none() && !window(2).is_none());
        let wide = Smoothing::Gaussian {
            sigma: f64::INFINITY,
        };
        assert_eq!(wide.limited(), Smoothing::Gaussian { sigma: 1000.0 });
        assert!(!Smoothing::USUAL.is_none());
    }
}
