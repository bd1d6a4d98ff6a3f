//! The MNIST database of handwritten digits, read from the four files it is distributed as.
//!
//! In: a folder. Out: 28×28 grey images with their labels, in two sets. What a file holds is read by [`idx`].

use std::path::{Path, PathBuf};

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::classify::{DataSet, Labelled};
use super::idx::{self, Content, IdxError, PIXELS, SIDE};
use crate::message::grouped;

/// Digits, and so classes.
pub(super) const CLASSES: usize = 10;

/// Why there are no images to learn from.
#[derive(Debug, thiserror::Error)]
#[error(
    "data: {}: {problem}. Wanted are the four files of the MNIST database of handwritten digits, as they come or gzipped: \
     train-images-idx3-ubyte (60,000 images of 28×28), train-labels-idx1-ubyte, t10k-images-idx3-ubyte (10,000) and \
     t10k-labels-idx1-ubyte; the database is free, and mirrored in many places under that name. Give their folder as `data`",
    place.display()
)]
pub(super) struct MnistError {
    /// The file or folder.
    place: PathBuf,
    problem: Problem,
}

/// What is wrong with a file or folder.
#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("no folder is given")]
    NoFolder,
    #[error("there is no such folder")]
    NotAFolder,
    #[error("there is no {0} in this folder")]
    Missing(&'static str),
    #[error(transparent)]
    File(#[from] IdxError),
    #[error("has {labels} labels, where the images beside it are {images}", labels = grouped(u64::from(*labels)), images = grouped(u64::from(*images)))]
    Disagree { labels: u32, images: u32 },
    #[error("says {label} of image {}, where 0 to 9 was expected", grouped(*index))]
    Label { label: u8, index: u64 },
}

impl Problem {
    fn at(self, place: &Path) -> MnistError {
        MnistError {
            place: place.to_owned(),
            problem: self,
        }
    }
}

/// Images with their labels, in the files' order.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Samples {
    /// Row after row, image after image, each from 0 (paper) to 255 (ink).
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

/// The whole database.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mnist {
    pub(super) train: Samples,
    /// The database's own test set, held out.
    pub(super) valid: Samples,
}

impl Mnist {
    /// Reads the four files of a folder.
    ///
    /// # Errors
    /// [`MnistError`] with the file that is missing or not what it should be.
    pub(super) fn load(folder: &str) -> Result<Self, MnistError> {
        let folder = Path::new(folder);
        if folder.as_os_str().is_empty() {
            return Err(Problem::NoFolder.at(Path::new("mnist-cnn")));
        }
        if !folder.is_dir() {
            return Err(Problem::NotAFolder.at(folder));
        }
        Ok(Self {
            train: Samples::load(folder, &TRAIN)?,
            valid: Samples::load(folder, &TEST)?,
        })
    }

    /// Both sets, as a classifier is given them.
    pub(super) fn data_set(&self) -> DataSet<'_, Samples> {
        DataSet {
            name: "MNIST",
            train: &self.train,
            valid: &self.valid,
        }
    }
}

impl Samples {
    fn load(folder: &Path, names: &[FileNames; 2]) -> Result<Self, MnistError> {
        let [images_at, labels_at] = names;
        let images_at = images_at.find(folder)?;
        let labels_at = labels_at.find(folder)?;
        let read = |path: &Path, content| {
            idx::read(path, content).map_err(|error| Problem::from(error).at(path))
        };
        let images = read(&images_at, Content::Images)?;
        let labels = read(&labels_at, Content::Labels)?;
        if images.count != labels.count {
            let problem = Problem::Disagree {
                labels: labels.count,
                images: images.count,
            };
            return Err(problem.at(&labels_at));
        }
        let is_wrong = |&(_, &label): &(u64, &u8)| usize::from(label) >= CLASSES;
        if let Some((index, &label)) = (1..).zip(&labels.bytes).find(is_wrong) {
            return Err(Problem::Label { label, index }.at(&labels_at));
        }
        Ok(Self {
            pixels: images.bytes,
            labels: labels.bytes,
        })
    }
}

impl Labelled<4> for Samples {
    fn len(&self) -> usize {
        self.labels.len()
    }

    /// Images `[batch, 1, 28, 28]` between 0 and 1.
    fn batch(&self, indices: &[usize], device: &Device) -> (Tensor<4>, Tensor<1, Int>) {
        let mut pixels = Vec::with_capacity(indices.len() * PIXELS);
        for &index in indices {
            let image = &self.pixels[index * PIXELS..(index + 1) * PIXELS];
            pixels.extend(image.iter().map(|&pixel| f32::from(pixel) / 255.0));
        }
        let labels: Vec<i32> = indices
            .iter()
            .map(|&index| i32::from(self.labels[index]))
            .collect();
        let count = indices.len();
        (
            Tensor::from_data(TensorData::new(pixels, [count, 1, SIDE, SIDE]), device),
            Tensor::from_data(TensorData::new(labels, [count]), device),
        )
    }
}

/// The spellings of a file's name, the canonical one first: some mirrors have a dot for a dash.
struct FileNames([&'static str; 3]);

const TRAIN: [FileNames; 2] = [
    FileNames([
        "train-images-idx3-ubyte",
        "train-images.idx3-ubyte",
        "train-images-idx3.ubyte",
    ]),
    FileNames([
        "train-labels-idx1-ubyte",
        "train-labels.idx1-ubyte",
        "train-labels-idx1.ubyte",
    ]),
];
const TEST: [FileNames; 2] = [
    FileNames([
        "t10k-images-idx3-ubyte",
        "t10k-images.idx3-ubyte",
        "t10k-images-idx3.ubyte",
    ]),
    FileNames([
        "t10k-labels-idx1-ubyte",
        "t10k-labels.idx1-ubyte",
        "t10k-labels-idx1.ubyte",
    ]),
];

impl FileNames {
    fn find(&self, folder: &Path) -> Result<PathBuf, MnistError> {
        let plain = self.0.iter().map(|name| folder.join(name));
        let gzipped = self.0.iter().map(|name| folder.join(format!("{name}.gz")));
        plain
            .chain(gzipped)
            .find(|path| path.is_file())
            .ok_or_else(|| Problem::Missing(self.0[0]).at(folder))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    /// A file of images or labels: the numbers of its head, and its bytes.
    fn idx(head: &[u32], bytes: &[u8]) -> Vec<u8> {
        let mut file: Vec<u8> = head
            .iter()
            .flat_map(|number| number.to_be_bytes())
            .collect();
        file.extend_from_slice(bytes);
        file
    }

    fn images(count: u32) -> Vec<u8> {
        let pixels: Vec<u8> = (0..count as usize * PIXELS)
            .map(|at| (at % 256) as u8)
            .collect();
        idx(&[0x803, count, 28, 28], &pixels)
    }

    fn labels(count: u32) -> Vec<u8> {
        let labels: Vec<u8> = (0..count).map(|at| (at % 10) as u8).collect();
        idx(&[0x801, count], &labels)
    }

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("memory takes it");
        encoder.finish().expect("memory takes it")
    }

    /// A folder with a small database, whose file `name` has another content.
    fn folder_with(name: &str, content: &[u8]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, content) in [
            ("train-images-idx3-ubyte", images(20)),
            ("train-labels-idx1-ubyte", labels(20)),
            ("t10k-images-idx3-ubyte", images(5)),
            ("t10k-labels-idx1-ubyte", labels(5)),
        ] {
            std::fs::write(folder.path().join(name), content).expect("a file");
        }
        std::fs::write(folder.path().join(name), content).expect("a file");
        folder
    }

    fn load(folder: &tempfile::TempDir) -> Result<Mnist, MnistError> {
        Mnist::load(folder.path().to_str().expect("a plain path"))
    }

    fn refused(name: &str, content: &[u8]) -> String {
        let error = load(&folder_with(name, content)).expect_err("it is refused");
        let error = error.to_string();
        assert!(error.contains(name), "{error}");
        assert!(
            error.contains("MNIST database of handwritten digits"),
            "{error}"
        );
        error
    }

    #[test]
    fn the_files_are_read_plain_or_gzipped_by_either_name() {
        let plain = load(&folder_with("other", b"")).expect("all are there");
        assert_eq!((plain.train.len(), plain.valid.len()), (20, 5));
        let (pixels, classes) = plain.train.batch(&[1, 13], &Device::flex());
        assert_eq!(pixels.dims(), [2, 1, 28, 28]);
        let pixels: Vec<f32> = pixels.try_into_vec_as().expect("flex reads");
        assert_eq!(pixels[..2], [16.0 / 255.0, 17.0 / 255.0]);
        let classes: Vec<i32> = classes.try_into_vec_as().expect("flex reads");
        assert_eq!(classes, [1, 3]);

        let folder = tempfile::tempdir().expect("a folder");
        for (name, content) in [
            ("train-images.idx3-ubyte", images(20)),
            ("train-labels-idx1-ubyte.gz", gzipped(&labels(20))),
            ("t10k-images.idx3-ubyte.gz", gzipped(&images(5))),
            // Unpacked by somebody who kept the name.
            ("t10k-labels-idx1-ubyte.gz", labels(5)),
        ] {
            std::fs::write(folder.path().join(name), content).expect("a file");
        }
        assert!(load(&folder).expect("all are there") == plain);
    }

    #[test]
    fn a_file_that_is_cut_off_is_named_wherever_it_ends() {
        for (name, whole) in [
            ("train-images-idx3-ubyte", images(20)),
            ("t10k-labels-idx1-ubyte", labels(5)),
        ] {
            for length in (0..=17).chain([whole.len() - 1]) {
                if length >= whole.len() {
                    continue;
                }
                let begin = &whole[..length];
                for content in [begin.to_vec(), gzipped(begin)] {
                    let error = refused(name, &content);
                    let found = format!("is cut off: it has {} bytes", grouped(length as u64));
                    assert!(error.contains(&found), "{length}: {error}");
                }
            }
            let packed = gzipped(&whole);
            for length in 0..packed.len() {
                refused(name, &packed[..length]);
            }
        }
    }

    #[test]
    fn a_file_of_another_kind_or_size_is_named() {
        let name = "train-images-idx3-ubyte";
        for (content, said) in [
            (
                labels(20),
                "begins with 00000801, where 00000803 was expected (images)",
            ),
            (
                b"<html>nothing here</html>".to_vec(),
                "begins with 3c68746d",
            ),
            (
                idx(&[0x803, 0, 28, 28], &[]),
                "says it has 0, where 1 to 1,000,000",
            ),
            (
                idx(&[0x803, u32::MAX, 28, 28], &[]),
                "says it has 4,294,967,295, where 1 to 1,000,000",
            ),
            (
                idx(&[0x803, 1_000_000, 28, 28], &[]),
                "784,000,016 were expected",
            ),
            (
                idx(&[0x803, 20, 32, 28], &[0; 20 * 32 * 28]),
                "images of 32×28",
            ),
            ([images(20), vec![0]].concat(), "more than the 15,696 bytes"),
        ] {
            let error = refused(name, &content);
            assert!(error.contains(said), "{error}");
            let error = refused(name, &gzipped(&content));
            assert!(error.contains(said), "{error}");
        }
        let mut damaged = gzipped(&images(20));
        let checksum = damaged.len() - 8;
        damaged[checksum] ^= 1;
        assert!(refused(name, &damaged).contains("cannot be read"));
    }

    #[test]
    fn labels_that_do_not_fit_the_images_are_named() {
        let name = "t10k-labels-idx1-ubyte";
        let error = refused(name, &labels(4));
        assert!(
            error.contains("has 4 labels, where the images beside it are 5"),
            "{error}"
        );
        let error = refused(name, &idx(&[0x801, 5], &[0, 1, 10, 0, 0]));
        assert!(
            error.contains("says 10 of image 3, where 0 to 9 was expected"),
            "{error}"
        );
    }

    #[test]
    fn a_folder_that_is_none_or_lacks_a_file_is_named() {
        let error = Mnist::load("").expect_err("none").to_string();
        assert!(error.contains("no folder is given"), "{error}");
        let error = Mnist::load("no/such").expect_err("none").to_string();
        assert!(
            error.starts_with("data: no/such: there is no such folder."),
            "{error}"
        );
        let folder = folder_with("other", b"");
        std::fs::remove_file(folder.path().join("t10k-images-idx3-ubyte")).expect("it was there");
        let error = load(&folder).expect_err("one is missing").to_string();
        assert!(
            error.contains("there is no t10k-images-idx3-ubyte in this folder"),
            "{error}"
        );
    }
}
