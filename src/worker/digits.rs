//! Real data: the UCI optical digits, 1,797 handwritten digits of 8×8 pixels in ten classes, embedded in the program.
//!
//! The file is the one scikit-learn ships (`assets/digits/`, CC BY 4.0): a row an image, 64 pixels from 0 to 16, then the
//! label. In: those bytes. Out: two fixed sets of samples, and of each, batches as tensors. The split belongs to the data and
//! the order to the seed: the same seed draws the same batches, on every backend.

use burn::tensor::{Device, Int, Tensor, TensorData};
use flate2::read::GzDecoder;

use super::classify::{DataSet, Labelled};

/// Pixels along a side of an image.
pub const SIDE: usize = 8;
/// Pixels of an image.
pub const PIXELS: usize = SIDE * SIDE;
/// Digits, and so classes.
pub const CLASSES: usize = 10;
/// Of the samples sorted by class, every fifth is held out for validation.
const HELD_OUT: usize = 5;
/// The brightest pixel of the file.
const BRIGHTEST: u8 = 16;

static FILE: &[u8] = include_bytes!("../../assets/digits/digits.csv.gz");

/// What is wrong with the embedded data: only a damaged build shows one.
#[derive(Debug, thiserror::Error)]
pub enum DigitsError {
    /// A row is not a row of numbers, or the compressed bytes are damaged.
    #[error("the embedded digits cannot be read: {0}")]
    Read(#[from] csv::Error),
    /// A row has numbers of another count or range than a digit has.
    #[error("row {row} of the embedded digits is not 64 pixels of 0 to 16 and a label of 0 to 9")]
    Row {
        /// The row, from 1.
        row: usize,
    },
}

/// Images with their labels, in a fixed order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Samples {
    /// Row after row, image after image, each between 0 (paper) and 1 (ink).
    pixels: Vec<f32>,
    labels: Vec<u8>,
}

/// Some samples as tensors.
#[derive(Clone, Debug)]
pub struct Batch {
    /// `[batch, 1, 8, 8]`, each between 0 and 1.
    pub images: Tensor<4>,
    /// `[batch]`, each between 0 and 9.
    pub labels: Tensor<1, Int>,
}

impl Samples {
    fn push(&mut self, pixels: &[u8], label: u8) {
        let scaled = pixels
            .iter()
            .map(|&pixel| f32::from(pixel) / f32::from(BRIGHTEST));
        self.pixels.extend(scaled);
        self.labels.push(label);
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The digit each image shows.
    #[must_use]
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    /// The pixels of one image, row after row.
    ///
    /// # Panics
    /// If there is no sample `index`.
    #[must_use]
    pub fn image(&self, index: usize) -> &[f32] {
        &self.pixels[index * PIXELS..(index + 1) * PIXELS]
    }

    /// The samples at `indices` as tensors on a device.
    ///
    /// # Panics
    /// If an index is not below [`Samples::len`].
    #[must_use]
    pub fn batch(&self, indices: &[usize], device: &Device) -> Batch {
        let mut pixels = Vec::with_capacity(indices.len() * PIXELS);
        let mut labels = Vec::with_capacity(indices.len());
        for &index in indices {
            pixels.extend_from_slice(self.image(index));
            labels.push(i32::from(self.labels[index]));
        }
        let count = indices.len();
        Batch {
            images: Tensor::from_data(TensorData::new(pixels, [count, 1, SIDE, SIDE]), device),
            labels: Tensor::from_data(TensorData::new(labels, [count]), device),
        }
    }
}

/// The whole data set, split.
///
/// Sorted by class, and by the file's order within a class, every fifth sample, from the first on, is held out: 360 of 1,797,
/// of each class a fifth. The file has no groups to keep apart: who wrote which digit is not recorded, so both sets hold the
/// same writers' hands.
#[derive(Clone, Debug, PartialEq)]
pub struct Digits {
    /// 1,437 samples to train on.
    pub train: Samples,
    /// 360 samples held out.
    pub valid: Samples,
}

impl Digits {
    /// Unpacks the embedded file.
    ///
    /// # Errors
    /// [`DigitsError`] if the file is damaged.
    pub fn load() -> Result<Self, DigitsError> {
        let mut rows = read(FILE)?;
        rows.sort_by_key(|row| row[PIXELS]);
        let mut digits = Self {
            train: Samples::default(),
            valid: Samples::default(),
        };
        for (index, row) in rows.iter().enumerate() {
            let part = if index % HELD_OUT == 0 {
                &mut digits.valid
            } else {
                &mut digits.train
            };
            part.push(&row[..PIXELS], row[PIXELS]);
        }
        Ok(digits)
    }
}

impl Digits {
    /// Both sets, as a classifier is given them.
    pub(super) fn data_set(&self) -> DataSet<'_, Samples> {
        DataSet {
            name: "digits",
            train: &self.train,
            valid: &self.valid,
        }
    }
}

impl Labelled<4> for Samples {
    fn len(&self) -> usize {
        self.labels.len()
    }

    fn batch(&self, indices: &[usize], device: &Device) -> (Tensor<4>, Tensor<1, Int>) {
        let Batch { images, labels } = Samples::batch(self, indices, device);
        (images, labels)
    }
}

/// The rows of a compressed file, checked, each 64 pixels and a label.
fn read(compressed: &[u8]) -> Result<Vec<Vec<u8>>, DigitsError> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(GzDecoder::new(compressed));
    let mut rows = Vec::new();
    for (index, row) in reader.deserialize().enumerate() {
        let row: Vec<u8> = row?;
        let is_digit = row.len() == PIXELS + 1
            && row[..PIXELS].iter().all(|&pixel| pixel <= BRIGHTEST)
            && usize::from(row[PIXELS]) < CLASSES;
        if !is_digit {
            return Err(DigitsError::Row { row: index + 1 });
        }
        rows.push(row);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn histogram(samples: &Samples) -> [usize; CLASSES] {
        let mut counts = [0; CLASSES];
        for &label in samples.labels() {
            counts[usize::from(label)] += 1;
        }
        counts
    }

    fn compressed(text: &str) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text.as_bytes()).expect("memory takes it");
        encoder.finish().expect("memory takes it")
    }

    #[test]
    fn the_split_is_as_documented() {
        let digits = Digits::load().expect("the file is whole");
        assert_eq!((digits.train.len(), digits.valid.len()), (1437, 360));
        let (train, valid) = (histogram(&digits.train), histogram(&digits.valid));
        let whole = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180];
        for class in 0..CLASSES {
            assert_eq!(train[class] + valid[class], whole[class]);
            assert!(valid[class] == whole[class] / 5 || valid[class] == whole[class].div_ceil(5));
        }
    }

    #[test]
    fn no_sample_is_in_both_parts() {
        let digits = Digits::load().expect("the file is whole");
        let known: std::collections::HashSet<Vec<u32>> = (0..digits.train.len())
            .map(|index| {
                digits
                    .train
                    .image(index)
                    .iter()
                    .map(|p| p.to_bits())
                    .collect()
            })
            .collect();
        for index in 0..digits.valid.len() {
            let image: Vec<u32> = digits
                .valid
                .image(index)
                .iter()
                .map(|p| p.to_bits())
                .collect();
            assert!(
                !known.contains(&image),
                "held-out sample {index} is trained on"
            );
        }
    }

    #[test]
    fn pixels_reach_the_tensor_scaled_and_upright() {
        let digits = Digits::load().expect("the file is whole");
        // The first image of the file, a zero, is the first held out.
        let batch = digits.valid.batch(&[0], &Device::flex());
        assert_eq!(batch.images.dims(), [1, 1, 8, 8]);
        let pixels: Vec<f32> = batch.images.try_into_vec_as().expect("flex reads");
        let first_row = [0., 0., 5., 13., 9., 1., 0., 0.].map(|pixel| pixel / 16.);
        assert_eq!(pixels[..8], first_row);
        assert_eq!(pixels[63], 0.0);
        let labels: Vec<i32> = batch.labels.try_into_vec_as().expect("flex reads");
        assert_eq!(labels, [0]);
    }

    #[test]
    fn a_row_that_is_no_digit_is_named() {
        let good = "1,".repeat(64) + "9\n";
        let short = "1,".repeat(60) + "9\n";
        let bright = "17,".repeat(64) + "9\n";
        let label = "1,".repeat(64) + "10\n";
        for bad in [&short, &bright, &label] {
            // A reader of its own that takes rows of any length would hide the difference.
            let result = read(&compressed(&bad.to_string()));
            assert!(
                matches!(result, Err(DigitsError::Row { row: 1 })),
                "{result:?}"
            );
        }
        assert!(matches!(
            read(&compressed(&(good.clone() + &bright))),
            Err(DigitsError::Row { row: 2 })
        ));
        assert!(matches!(
            read(&compressed("1,x\n")),
            Err(DigitsError::Read(_))
        ));
        assert_eq!(read(&compressed(&good)).expect("a digit").len(), 1);
        assert!(matches!(read(&FILE[..1000]), Err(DigitsError::Read(_))));
    }
}
