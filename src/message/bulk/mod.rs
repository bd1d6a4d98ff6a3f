//! Values bigger than a number: histograms, images, points, confusion matrices and texts, as plain data.
//!
//! Each says its shape and units, and its constructors refuse what does not fit with a [`BulkError`] that names what is wrong.
//! On their way they are shared as `Arc<Bulk>`: a [`Bulk`] holds its place within a [`BulkBudget`] for as long as anybody holds
//! the value, so that whoever reports faster than others let go fills a budget and never the memory.

mod budget;
mod confusion;
mod histogram;
mod image;
mod points;

pub use budget::BulkBudget;
pub use confusion::Confusion;
pub use histogram::Histogram;
pub use image::Image;
pub use points::Points;

use super::Kind;
use budget::Claim;

/// Why a bulk value cannot be made or kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BulkError {
    /// It cannot have that shape.
    #[error("{what} cannot have the shape {given:?}: {wanted} is wanted")]
    Shape {
        /// Of what.
        what: Kind,
        /// The shape that was given.
        given: Vec<usize>,
        /// Which shapes there are, in words.
        wanted: &'static str,
    },
    /// There are more or fewer values than its shape says.
    #[error("{what} of shape {shape:?} takes {wanted} values, not {given}")]
    Length {
        /// Of what.
        what: Kind,
        /// The shape.
        shape: Vec<usize>,
        /// How many values that takes.
        wanted: usize,
        /// How many there are.
        given: usize,
    },
    /// There is not one edge more than there are bins.
    #[error("a histogram of {bins} bins has {} edges, not {edges}", bins + 1)]
    Edges {
        /// How many bins there are.
        bins: usize,
        /// How many edges.
        edges: usize,
    },
    /// There is not a class for each point.
    #[error("{points} points have {points} classes, not {classes}")]
    Classes {
        /// How many points there are.
        points: usize,
        /// How many classes were given.
        classes: usize,
    },
    /// There are too many bins, or none.
    #[error("a histogram has 1 to {} bins, not {given}", Histogram::MOST_BINS)]
    Bins {
        /// How many were asked for.
        given: usize,
    },
    /// The edges of bins do not rise, or are not finite.
    #[error("the edges of bins are finite and rise, and edge {index} does not: {edge}")]
    Edge {
        /// The first that is wrong, from 0.
        index: usize,
        /// It, as text.
        edge: String,
    },
    /// A histogram was asked for of nothing.
    #[error("none of {samples} samples is finite: there is no range to have bins in")]
    NoSample {
        /// How many samples there were.
        samples: usize,
    },
    /// It would leave no room for others.
    #[error(
        "{bytes} bytes are too many for one value: at most half of the budget of {budget} bytes"
    )]
    TooLarge {
        /// What it takes.
        bytes: usize,
        /// What all together may take.
        budget: usize,
    },
    /// There is no room for it now.
    #[error("there is no room for its {bytes} bytes now: the budget of {budget} bytes is in use")]
    Full {
        /// What it takes.
        bytes: usize,
        /// What all together may take.
        budget: usize,
    },
}

/// A value bigger than a number.
#[derive(Clone, Debug, PartialEq)]
pub enum BulkValue {
    /// How samples spread.
    Histogram(Histogram),
    /// Pixels.
    Image(Image),
    /// Places in the plane or in space.
    Points(Points),
    /// What was taken for what.
    Confusion(Confusion),
    /// A text that a model made, or was given.
    Text(String),
}

impl BulkValue {
    /// Which kind of series it is a value of.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Histogram(_) => Kind::Histogram,
            Self::Image(_) => Kind::Image,
            Self::Points(_) => Kind::Points,
            Self::Confusion(_) => Kind::Confusion,
            Self::Text(_) => Kind::Text,
        }
    }

    /// What it holds beside itself, in bytes.
    fn held_bytes(&self) -> usize {
        match self {
            Self::Histogram(histogram) => histogram.held_bytes(),
            Self::Image(image) => image.held_bytes(),
            Self::Points(points) => points.held_bytes(),
            Self::Confusion(confusion) => confusion.held_bytes(),
            Self::Text(text) => text.capacity(),
        }
    }
}

impl From<Histogram> for BulkValue {
    fn from(histogram: Histogram) -> Self {
        Self::Histogram(histogram)
    }
}

impl From<Image> for BulkValue {
    fn from(image: Image) -> Self {
        Self::Image(image)
    }
}

impl From<Points> for BulkValue {
    fn from(points: Points) -> Self {
        Self::Points(points)
    }
}

impl From<Confusion> for BulkValue {
    fn from(confusion: Confusion) -> Self {
        Self::Confusion(confusion)
    }
}

impl From<String> for BulkValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// A bulk value on its way, with its place in a budget: the place is free again when it is dropped.
#[derive(Debug)]
pub struct Bulk {
    value: BulkValue,
    claim: Option<Claim>,
}

impl Bulk {
    /// A value that no budget counts: of a recording, say, that can be read again.
    #[must_use]
    pub const fn new(value: BulkValue) -> Self {
        Self { value, claim: None }
    }

    /// A value within a budget.
    ///
    /// # Errors
    /// [`BulkError::TooLarge`] and [`BulkError::Full`], if there is no room for it.
    pub fn within(budget: &BulkBudget, value: BulkValue) -> Result<Self, BulkError> {
        let value = Self::new(value);
        let claim = Some(budget.claim(value.size_bytes())?);
        Ok(Self { claim, ..value })
    }

    /// The value.
    #[must_use]
    pub const fn value(&self) -> &BulkValue {
        &self.value
    }

    /// What it takes in memory, in bytes.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        size_of::<Self>() + self.value.held_bytes()
    }

    /// The budget that it has a place in.
    #[must_use]
    pub fn budget(&self) -> Option<&BulkBudget> {
        self.claim.as_ref().map(Claim::budget)
    }
}

impl PartialEq for Bulk {
    /// Whether the values are equal, whatever counts them.
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

/// A bulk value as it is reported: the value itself, or what came of making it, so that a training need not stop over a tensor
/// of another shape.
pub trait Reported<T> {
    /// The value.
    ///
    /// # Errors
    /// [`BulkError`] if it could not be made.
    fn checked(self) -> Result<T, BulkError>;
}

impl<T> Reported<T> for T {
    fn checked(self) -> Result<T, BulkError> {
        Ok(self)
    }
}

impl<T> Reported<T> for Result<T, BulkError> {
    fn checked(self) -> Self {
        self
    }
}

/// How many values a shape takes, if they can be counted.
fn values_of(shape: &[usize]) -> Option<usize> {
    shape
        .iter()
        .try_fold(1_usize, |product, side| product.checked_mul(*side))
}

/// Checks that there are as many values as a shape says.
fn check_length(what: Kind, shape: &[usize], given: usize) -> Result<(), BulkError> {
    let wanted = values_of(shape).ok_or_else(|| BulkError::Shape {
        what,
        given: shape.to_vec(),
        wanted: "one whose values can be counted",
    })?;
    if wanted == given {
        return Ok(());
    }
    Err(BulkError::Length {
        what,
        shape: shape.to_vec(),
        wanted,
        given,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_its_place_for_as_long_as_it_is_held() {
        let budget = BulkBudget::new(10_000);
        let text = |letters: usize| BulkValue::Text("x".repeat(letters));
        let first = Bulk::within(&budget, text(4_000)).expect("there is room");
        let taken = first.size_bytes();
        assert!(taken >= 4_000);
        assert_eq!(budget.live_bytes(), taken);
        let second = Bulk::within(&budget, text(4_000)).expect("there is room");
        let full = Bulk::within(&budget, text(4_000)).expect_err("there is none");
        assert!(matches!(full, BulkError::Full { budget: 10_000, .. }));
        drop(first);
        let third = Bulk::within(&budget, text(4_000)).expect("there is room again");
        drop((second, third));
        assert_eq!(budget.live_bytes(), 0);
        let large = Bulk::within(&budget, text(5_001)).expect_err("it is more than half");
        assert!(matches!(large, BulkError::TooLarge { .. }));
        assert_eq!(budget.live_bytes(), 0);
    }

    #[test]
    fn a_gigantic_shape_is_refused_and_not_multiplied() {
        let shape = [3, usize::MAX, 2];
        let error = Image::from_bytes(shape, Vec::new()).expect_err("it is too large");
        assert!(matches!(error, BulkError::Shape { given, .. } if given == shape));
        let error = Points::new([usize::MAX, 3], Vec::new()).expect_err("it is too large");
        assert!(matches!(error, BulkError::Shape { .. }));
    }
}
