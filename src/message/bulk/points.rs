//! Places in the plane or in space: an embedding, the samples of a task.

use super::{BulkError, check_length};
use crate::message::Kind;

/// Points of shape `[n, 2]` or `[n, 3]`, each with a class where classes are known. NaN and infinities are data.
#[derive(Clone, Debug, PartialEq)]
pub struct Points {
    shape: [usize; 2],
    coordinates: Vec<f32>,
    classes: Option<Vec<u32>>,
}

impl Points {
    /// Points of shape `[n, 2]` or `[n, 3]`, one after the other.
    ///
    /// # Errors
    /// [`BulkError::Shape`] for other dimensions, [`BulkError::Length`] where there are not as many coordinates as the shape says.
    pub fn new(shape: [usize; 2], coordinates: Vec<f32>) -> Result<Self, BulkError> {
        if !matches!(shape[1], 2 | 3) {
            return Err(BulkError::Shape {
                what: Kind::Points,
                given: shape.to_vec(),
                wanted: "[n, 2] or [n, 3]",
            });
        }
        check_length(Kind::Points, &shape, coordinates.len())?;
        Ok(Self {
            shape,
            coordinates,
            classes: None,
        })
    }

    /// The same points, each with the index of its class.
    ///
    /// # Errors
    /// [`BulkError::Classes`] where there is not a class for each point.
    pub fn with_classes(self, classes: Vec<u32>) -> Result<Self, BulkError> {
        if classes.len() != self.shape[0] {
            return Err(BulkError::Classes {
                points: self.shape[0],
                classes: classes.len(),
            });
        }
        Ok(Self {
            classes: Some(classes),
            ..self
        })
    }

    /// `[n, 2]` or `[n, 3]`.
    #[must_use]
    pub const fn shape(&self) -> [usize; 2] {
        self.shape
    }

    /// The points, one after the other.
    #[must_use]
    pub fn points(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.coordinates.chunks_exact(self.shape[1])
    }

    /// The class of each point, where classes are known.
    #[must_use]
    pub fn classes(&self) -> Option<&[u32]> {
        self.classes.as_deref()
    }

    pub(super) fn held_bytes(&self) -> usize {
        let classes = self.classes.as_ref().map_or(0, Vec::capacity);
        self.coordinates.capacity() * size_of::<f32>() + classes * size_of::<u32>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_come_one_after_the_other_with_their_classes() {
        let points = Points::new([2, 3], (0_u8..6).map(f32::from).collect())
            .and_then(|points| points.with_classes(vec![4, 9]))
            .expect("it fits");
        let told: Vec<_> = points.points().collect();
        assert_eq!(told, [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]);
        assert_eq!(points.classes(), Some(&[4, 9][..]));
        let none = Points::new([0, 2], Vec::new()).expect("no point is fine");
        assert_eq!(none.points().len(), 0);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let said = |made: Result<Points, BulkError>| made.expect_err("it is wrong").to_string();
        assert_eq!(
            said(Points::new([2, 4], vec![0.0; 8])),
            "set of points cannot have the shape [2, 4]: [n, 2] or [n, 3] is wanted"
        );
        assert_eq!(
            said(Points::new([2, 2], vec![0.0; 5])),
            "set of points of shape [2, 2] takes 4 values, not 5"
        );
        let two = || Points::new([2, 2], vec![0.0; 4]).expect("it fits");
        assert_eq!(
            said(two().with_classes(vec![1])),
            "2 points have 2 classes, not 1"
        );
    }
}
