//! Pixels, a byte each.

use super::{BulkError, check_length};
use crate::message::Kind;

/// An image of shape `[channels, height, width]`, row by row of each channel: grey, red–green–blue, or that with opacity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    shape: [usize; 3],
    pixels: Vec<u8>,
}

impl Image {
    /// Of bytes, 0 to 255, in the order `[channels, height, width]`; 1, 3 or 4 channels.
    ///
    /// # Errors
    /// [`BulkError::Shape`] for other channels and for sides of 0, [`BulkError::Length`] where there are not as many bytes as the
    /// shape says.
    pub fn from_bytes(shape: [usize; 3], pixels: Vec<u8>) -> Result<Self, BulkError> {
        check(shape, pixels.len())?;
        Ok(Self { shape, pixels })
    }

    /// Of fractions, 0 (dark) to 1 (bright), in the order `[channels, height, width]`; 1, 3 or 4 channels. What is beyond is taken
    /// as the nearer of the two, NaN as 0.
    ///
    /// # Errors
    /// As [`Image::from_bytes`].
    pub fn from_fractions(shape: [usize; 3], pixels: &[f32]) -> Result<Self, BulkError> {
        check(shape, pixels.len())?;
        Ok(Self {
            shape,
            pixels: pixels.iter().copied().map(byte).collect(),
        })
    }

    /// `[channels, height, width]`.
    #[must_use]
    pub const fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// Its bytes, row by row of each channel.
    #[must_use]
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    pub(super) fn held_bytes(&self) -> usize {
        self.pixels.capacity()
    }
}

fn check(shape: [usize; 3], given: usize) -> Result<(), BulkError> {
    let [channels, height, width] = shape;
    if !matches!(channels, 1 | 3 | 4) || height == 0 || width == 0 {
        return Err(BulkError::Shape {
            what: Kind::Image,
            given: shape.to_vec(),
            wanted: "[channels, height, width] with 1, 3 or 4 channels",
        });
    }
    check_length(Kind::Image, &shape, given)
}

/// A fraction as a byte.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 255; of NaN it is 0"
)]
fn byte(fraction: f32) -> u8 {
    (fraction.clamp(0.0, 1.0) * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_become_the_nearest_bytes() {
        let pixels = [-1.0, 0.0, 0.5, 1.0, 7.0, f32::NAN, f32::INFINITY, 0.25];
        let image = Image::from_fractions([1, 2, 4], &pixels).expect("the shape fits");
        assert_eq!(image.pixels(), [0, 0, 128, 255, 255, 0, 255, 64]);
        assert_eq!(image.shape(), [1, 2, 4]);
    }

    #[test]
    fn what_is_wrong_with_a_shape_is_named() {
        let said = |shape, bytes: usize| {
            let made = Image::from_bytes(shape, vec![0; bytes]);
            made.expect_err("it is wrong").to_string()
        };
        let wanted = "[channels, height, width] with 1, 3 or 4 channels is wanted";
        assert_eq!(
            said([2, 28, 28], 1568),
            format!("image cannot have the shape [2, 28, 28]: {wanted}")
        );
        assert_eq!(
            said([3, 0, 28], 0),
            format!("image cannot have the shape [3, 0, 28]: {wanted}")
        );
        assert_eq!(
            said([3, 28, 28], 784),
            "image of shape [3, 28, 28] takes 2352 values, not 784"
        );
    }
}
