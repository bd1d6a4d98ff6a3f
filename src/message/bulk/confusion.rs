//! What a classifier took for what.

use super::{BulkError, check_length};
use crate::message::Kind;

/// Counts of shape `[n, n]` for `n` classes: a row is what samples are, a column what they were taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confusion {
    classes: Vec<String>,
    counts: Vec<u64>,
}

impl Confusion {
    /// Of the classes' names and counts of shape `[n, n]`, row by row: a row is what samples are.
    ///
    /// # Errors
    /// [`BulkError::Shape`] where there are no classes, [`BulkError::Length`] where there is not a count for each pair of them.
    pub fn new(classes: Vec<String>, counts: Vec<u64>) -> Result<Self, BulkError> {
        let shape = [classes.len(); 2];
        if classes.is_empty() {
            return Err(BulkError::Shape {
                what: Kind::Confusion,
                given: shape.to_vec(),
                wanted: "[n, n] with a name for each of n classes",
            });
        }
        check_length(Kind::Confusion, &shape, counts.len())?;
        Ok(Self { classes, counts })
    }

    /// The classes' names.
    #[must_use]
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// What the samples of each class were taken for, class by class.
    #[must_use]
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[u64]> {
        self.counts.chunks_exact(self.classes.len())
    }

    pub(super) fn held_bytes(&self) -> usize {
        let names: usize = self.classes.iter().map(String::capacity).sum();
        names
            + self.classes.capacity() * size_of::<String>()
            + self.counts.capacity() * size_of::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_what_samples_are() {
        let names = || vec!["cat".to_owned(), "dog".to_owned()];
        let made = Confusion::new(names(), vec![5, 1, 2, 7]).expect("it fits");
        assert_eq!(made.rows().collect::<Vec<_>>(), [[5, 1], [2, 7]]);
        assert_eq!(made.classes(), names());
        let said = |made: Result<Confusion, BulkError>| made.expect_err("it is wrong").to_string();
        assert_eq!(
            said(Confusion::new(names(), vec![1, 2, 3])),
            "confusion matrix of shape [2, 2] takes 4 values, not 3"
        );
        assert_eq!(
            said(Confusion::new(Vec::new(), Vec::new())),
            "confusion matrix cannot have the shape [0, 0]: \
             [n, n] with a name for each of n classes is wanted"
        );
    }
}
