//! How samples spread: bins and how many samples fell into each.

use super::BulkError;

/// Bins side by side and the samples in each. Edges are in the unit of the series.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// One more than there are bins, rising.
    edges: Vec<f64>,
    counts: Vec<u64>,
    left_out: u64,
}

impl Histogram {
    /// The most bins that one may have.
    pub const MOST_BINS: usize = 1 << 16;

    /// Of samples, in `bins` bins of equal width from the smallest to the largest. What is NaN or infinite falls into none and is
    /// counted. As numpy's `histogram` has it, a bin holds its lower edge and the last one its upper edge too; equal samples have
    /// a range of 1 about them.
    ///
    /// # Errors
    /// [`BulkError::Bins`] for none or too many bins, [`BulkError::NoSample`] where no sample is finite.
    pub fn of(samples: &[f32], bins: usize) -> Result<Self, BulkError> {
        if !(1..=Self::MOST_BINS).contains(&bins) {
            return Err(BulkError::Bins { given: bins });
        }
        let finite = || samples.iter().copied().filter(|sample| sample.is_finite());
        let (least, most) = finite()
            .map(f64::from)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), one| {
                (least.min(one), most.max(one))
            });
        if least > most {
            return Err(BulkError::NoSample {
                samples: samples.len(),
            });
        }
        let edges = edges(least, most, bins);
        let mut counts = vec![0; bins];
        for sample in finite() {
            counts[bin_of(f64::from(sample), &edges)] += 1;
        }
        let counted: u64 = counts.iter().sum();
        Ok(Self {
            edges,
            counts,
            left_out: samples.len() as u64 - counted,
        })
    }

    /// Of bins that are counted already: `edges` has one more than `counts`.
    ///
    /// # Errors
    /// [`BulkError::Bins`] for none or too many bins, [`BulkError::Edges`] where edges and counts do not go together,
    /// [`BulkError::Edge`] for edges that are not finite or do not rise.
    pub fn from_counts(edges: Vec<f64>, counts: Vec<u64>) -> Result<Self, BulkError> {
        let bins = counts.len();
        if !(1..=Self::MOST_BINS).contains(&bins) {
            return Err(BulkError::Bins { given: bins });
        }
        if edges.len() != bins + 1 {
            let edges = edges.len();
            return Err(BulkError::Edges { bins, edges });
        }
        let is_wrong = |index: &usize| {
            let edge = edges[*index];
            let rises = *index == 0 || edges[*index - 1] < edge;
            !edge.is_finite() || !rises
        };
        if let Some(index) = (0..edges.len()).find(is_wrong) {
            let edge = edges[index].to_string();
            return Err(BulkError::Edge { index, edge });
        }
        Ok(Self {
            edges,
            counts,
            left_out: 0,
        })
    }

    /// The edges of the bins, rising: one more than there are bins.
    #[must_use]
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// How many samples are in each bin.
    #[must_use]
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// How many samples were NaN or infinite.
    #[must_use]
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    pub(super) fn held_bytes(&self) -> usize {
        self.edges.capacity() * size_of::<f64>() + self.counts.capacity() * size_of::<u64>()
    }
}

/// The edges of bins of equal width. In double precision they rise even between neighbouring samples of single precision.
fn edges(least: f64, most: f64, bins: usize) -> Vec<f64> {
    let (least, most) = if least < most {
        (least, most)
    } else {
        // Of a large value a half would be nothing.
        let half = 0.5_f64.max(least.abs() * 1e-6);
        (least - half, most + half)
    };
    let part = |edge: usize| edge as f64 / bins as f64;
    let mut edges: Vec<f64> = (0..=bins)
        .map(|edge| (most - least).mul_add(part(edge), least))
        .collect();
    edges[bins] = most;
    edges
}

/// The bin that a value between the first edge and the last is in.
fn bin_of(value: f64, edges: &[f64]) -> usize {
    let bins = edges.len() - 1;
    let (least, most) = (edges[0], edges[bins]);
    let part = (value - least) / (most - least) * bins as f64;
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the number of bins"
    )]
    let mut bin = (part as usize).min(bins - 1);
    // Where rounding has it on the wrong side of an edge.
    while bin > 0 && value < edges[bin] {
        bin -= 1;
    }
    while bin + 1 < bins && value >= edges[bin + 1] {
        bin += 1;
    }
    bin
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn samples_fall_where_numpy_has_them() {
        // numpy.histogram([1, 2, 1, 4, 3], bins=3)
        let made = Histogram::of(&[1.0, 2.0, 1.0, 4.0, 3.0], 3).expect("it can be made");
        assert_eq!(made.edges(), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(made.counts(), [2, 1, 2]);
        // numpy.histogram([7, 7], bins=2)
        let equal = Histogram::of(&[7.0, 7.0], 2).expect("it can be made");
        assert_eq!(
            (equal.edges(), equal.counts()),
            (&[6.5, 7.0, 7.5][..], &[0, 2][..])
        );
    }

    #[test]
    fn what_is_not_finite_is_counted_apart() {
        let samples = [f32::NAN, 1.0, f32::INFINITY, 2.0];
        let made = Histogram::of(&samples, 2).expect("two samples are finite");
        assert_eq!((made.counts(), made.left_out()), (&[1, 1][..], 2));
        let none = Histogram::of(&[f32::NAN; 3], 2);
        assert_eq!(none, Err(BulkError::NoSample { samples: 3 }));
        assert_eq!(
            Histogram::of(&[], 2),
            Err(BulkError::NoSample { samples: 0 })
        );
    }

    #[test]
    fn what_is_wrong_with_bins_is_named() {
        let said = |made: Result<Histogram, BulkError>| made.expect_err("it is wrong").to_string();
        assert_eq!(
            said(Histogram::of(&[1.0], 0)),
            "a histogram has 1 to 65536 bins, not 0"
        );
        assert_eq!(
            said(Histogram::of(&[1.0], usize::MAX)),
            format!("a histogram has 1 to 65536 bins, not {}", usize::MAX)
        );
        assert_eq!(
            said(Histogram::from_counts(vec![0.0, 1.0], vec![1, 2])),
            "a histogram of 2 bins has 3 edges, not 2"
        );
        assert_eq!(
            said(Histogram::from_counts(vec![0.0, 1.0, 1.0], vec![1, 2])),
            "the edges of bins are finite and rise, and edge 2 does not: 1"
        );
        assert_eq!(
            said(Histogram::from_counts(vec![f64::NAN, 1.0], vec![1])),
            "the edges of bins are finite and rise, and edge 0 does not: NaN"
        );
    }

    proptest! {
        #[test]
        fn every_finite_sample_is_between_the_edges_of_its_bin(
            bits in proptest::collection::vec(any::<u32>(), 1..200),
            bins in 1..300_usize,
        ) {
            let samples: Vec<f32> = bits.into_iter().map(f32::from_bits).collect();
            let Ok(made) = Histogram::of(&samples, bins) else {
                prop_assert!(samples.iter().all(|sample| !sample.is_finite()));
                return Ok(());
            };
            prop_assert_eq!(made.counts().len(), bins);
            prop_assert!(made.edges().windows(2).all(|pair| pair[0] < pair[1]));
            let again = Histogram::from_counts(made.edges().to_vec(), made.counts().to_vec());
            prop_assert!(again.is_ok());
            for (bin, count) in made.counts().iter().enumerate() {
                let (low, high) = (made.edges()[bin], made.edges()[bin + 1]);
                let is_within = |sample: &&f32| {
                    let sample = f64::from(**sample);
                    low <= sample && (sample < high || (bin + 1 == bins && sample <= high))
                };
                prop_assert_eq!(samples.iter().filter(is_within).count() as u64, *count);
            }
        }
    }
}
