//! An evaluation under way: how many batches it has had, and the mean of each metric over them.
//!
//! burn makes no value of a whole evaluation. The mean here is made as burn makes those of epochs: each batch by its size.

use burn::train::metric::MetricId;

use crate::message::Step;

/// The evaluation under way.
#[derive(Debug, Default)]
pub(super) struct Evaluation {
    batches: Step,
    /// Of each metric the sum over its batches and their sizes, in the order they came.
    sums: Vec<(MetricId, f64, usize)>,
}

impl Evaluation {
    /// A batch's value of a metric, and how many samples it is the mean of.
    pub(super) fn add(&mut self, id: &MetricId, value: f64, count: usize) {
        let known = self.sums.iter().position(|(known, ..)| known == id);
        let place = known.unwrap_or_else(|| {
            self.sums.push((id.clone(), 0.0, 0));
            self.sums.len() - 1
        });
        let (_, sum, samples) = &mut self.sums[place];
        *sum += value * count as f64;
        *samples += count;
    }

    /// A batch is over.
    pub(super) fn end_batch(&mut self) {
        self.batches += 1;
    }

    /// Batches so far.
    pub(super) fn batches(&self) -> Step {
        self.batches
    }

    /// The mean of each metric over all samples; NaN where there were none.
    pub(super) fn means(self) -> impl Iterator<Item = (MetricId, f64)> {
        let mean = |(id, sum, samples): (MetricId, f64, usize)| (id, sum / samples as f64);
        self.sums.into_iter().map(mean)
    }
}
