//! Text to learn from: a file of one's own, or the first volume of "Pride and Prejudice", embedded in the program
//! (`assets/text/`, in the public domain).
//!
//! In: UTF-8. Out: its characters as tokens, and of those, windows as tensors: `context` tokens, and the `context` tokens that
//! follow each of them. The last tenth is held out.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use burn::tensor::{Device, Int, Tensor, TensorData};
use flate2::read::GzDecoder;

use crate::message::grouped;

/// One in so many characters is held out.
const HELD_OUT: usize = 10;
/// A text has at least so many windows, so that there are two among those held out.
const FEWEST_WINDOWS: usize = 2 * HELD_OUT;
/// The largest file that is read.
const MOST_BYTES: u64 = 32 << 20;
/// The most different characters that are told apart.
const MOST_CHARACTERS: usize = 8192;

static EMBEDDED: &[u8] = include_bytes!("../../assets/text/pride-and-prejudice-1.txt.gz");

/// Why there is no text to learn from.
#[derive(Debug, thiserror::Error)]
pub(super) enum CorpusError {
    /// The file is missing, or cannot be read.
    #[error("text: cannot read {}: {source}", path.display())]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    /// A folder or a pipe.
    #[error("text: {} is not a file", .0.display())]
    NoFile(PathBuf),
    /// More than can be held.
    #[error("text: {} is larger than {} MiB, the most that is read", .0.display(), MOST_BYTES >> 20)]
    TooLarge(PathBuf),
    /// Bytes that are no text.
    #[error(
        "text: {} is not UTF-8: byte {} (line {}) begins no character; convert the file, or give another",
        path.display(), grouped(*offset), grouped(*line)
    )]
    NotUtf8 {
        path: PathBuf,
        /// Where, from 0.
        offset: u64,
        /// The line that it is in, from 1.
        line: u64,
    },
    /// Too little to hold some of it out.
    #[error(
        "text: {} is too short: it ends after {} characters, and a context of {context} needs at least {}",
        path.display(), grouped(*found as u64), grouped(*needed as u64)
    )]
    TooShort {
        path: PathBuf,
        found: usize,
        needed: usize,
        context: usize,
    },
    /// More different characters than a model for characters is made for.
    #[error(
        "text: {} has {} different characters; at most {} are told apart",
        path.display(), grouped(*found as u64), grouped(MOST_CHARACTERS as u64)
    )]
    TooVaried { path: PathBuf, found: usize },
    /// Only a damaged build shows this.
    #[error("the embedded text cannot be read: {0}")]
    Embedded(#[source] std::io::Error),
}

/// A text as tokens: a character's number among those that occur.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Corpus {
    /// The characters that occur, in their order.
    characters: Vec<char>,
    pub(super) train: Tokens,
    pub(super) valid: Tokens,
}

impl Corpus {
    /// The text of a file, or the embedded one where the path is empty, for windows of `context` tokens.
    ///
    /// # Errors
    /// [`CorpusError`] if it is not UTF-8, too short, too long, or cannot be read.
    pub(super) fn load(path: &str, context: usize) -> Result<Self, CorpusError> {
        if path.is_empty() {
            let mut text = String::new();
            GzDecoder::new(EMBEDDED)
                .read_to_string(&mut text)
                .map_err(CorpusError::Embedded)?;
            return Self::of(&text, Path::new("the embedded text"), context);
        }
        let path = Path::new(path);
        let bytes = bytes_of(path)?;
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            let before = &bytes[..error.valid_up_to()];
            CorpusError::NotUtf8 {
                path: path.to_owned(),
                offset: before.len() as u64,
                line: 1 + before.iter().filter(|&&byte| byte == b'\n').count() as u64,
            }
        })?;
        Self::of(text, path, context)
    }

    fn of(text: &str, path: &Path, context: usize) -> Result<Self, CorpusError> {
        let found = text.chars().count();
        let needed = FEWEST_WINDOWS * context;
        if found < needed {
            return Err(CorpusError::TooShort {
                path: path.to_owned(),
                found,
                needed,
                context,
            });
        }
        let occurring: std::collections::BTreeSet<char> = text.chars().collect();
        let characters: Vec<char> = occurring.into_iter().collect();
        if characters.len() > MOST_CHARACTERS {
            return Err(CorpusError::TooVaried {
                path: path.to_owned(),
                found: characters.len(),
            });
        }
        let number = |character: char| {
            let index = characters.binary_search(&character).unwrap_or_default();
            i32::try_from(index).unwrap_or_default()
        };
        let mut train: Vec<i32> = text.chars().map(number).collect();
        let valid = train.split_off(found - found / HELD_OUT);
        Ok(Self {
            characters,
            train: Tokens {
                tokens: train,
                context,
            },
            valid: Tokens {
                tokens: valid,
                context,
            },
        })
    }

    /// How many different characters there are.
    pub(super) fn characters(&self) -> &[char] {
        &self.characters
    }
}

/// The bytes of a file, if they are not too many.
fn bytes_of(path: &Path) -> Result<Vec<u8>, CorpusError> {
    let failed = |source| CorpusError::Read {
        path: path.to_owned(),
        source,
    };
    // Looked at before it is opened: to open a pipe is to wait for its writer.
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        return Err(CorpusError::NoFile(path.to_owned()));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(MOST_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(CorpusError::TooLarge(path.to_owned()));
    }
    Ok(bytes)
}

/// A part of a text, seen through windows that do not overlap.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tokens {
    tokens: Vec<i32>,
    context: usize,
}

impl Tokens {
    /// How many windows there are, wherever the first begins.
    pub(super) fn windows(&self) -> usize {
        // The first may begin at any of `context` tokens, and after the last there is one token more.
        (self.tokens.len() / self.context).saturating_sub(1)
    }

    /// The first tokens, as many as a window has.
    pub(super) fn beginning(&self) -> &[i32] {
        &self.tokens[..self.context]
    }

    /// The windows at `indices`, where the first begins at token `offset` (below the context): tokens `[batch, context]`, and
    /// for each the one that follows it `[batch, context]`.
    pub(super) fn batch(
        &self,
        indices: &[usize],
        offset: usize,
        device: &Device,
    ) -> [Tensor<2, Int>; 2] {
        [0, 1].map(|ahead| {
            let window = |&index: &usize| {
                let from = index * self.context + offset + ahead;
                &self.tokens[from..from + self.context]
            };
            let tokens: Vec<i32> = indices.iter().flat_map(window).copied().collect();
            Tensor::from_data(
                TensorData::new(tokens, [indices.len(), self.context]),
                device,
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(content: &[u8]) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("text");
        std::fs::write(&path, content).expect("a file");
        let path = path.to_str().expect("a plain path");
        let error = Corpus::load(path, 8).expect_err("it is refused");
        error.to_string().replace(path, "TEXT")
    }

    #[test]
    fn the_embedded_text_is_whole() {
        let corpus = Corpus::load("", 64).expect("it is there");
        assert_eq!(corpus.characters().len(), 74);
        let (train, valid) = (corpus.train.tokens.len(), corpus.valid.tokens.len());
        assert_eq!((train + valid, valid), (231_267, 23_126));
        let begin: String = corpus.train.beginning()[..19]
            .iter()
            .map(|&token| corpus.characters()[token as usize])
            .collect();
        assert_eq!(begin, "PRIDE AND PREJUDICE");
    }

    #[test]
    fn what_follows_a_token_is_the_next_one_in_every_window_at_every_offset() {
        let text: String = ('a'..='z').cycle().take(1000).collect();
        let corpus = Corpus::of(&text, Path::new("x"), 8).expect("long enough");
        for part in [&corpus.train, &corpus.valid] {
            let all: Vec<usize> = (0..part.windows()).collect();
            assert!(all.len() > 1);
            for offset in 0..8 {
                let [tokens, next] = part.batch(&all, offset, &Device::flex());
                assert_eq!(tokens.dims(), [all.len(), 8]);
                let tokens: Vec<i32> = tokens.try_into_vec_as().expect("flex reads");
                let next: Vec<i32> = next.try_into_vec_as().expect("flex reads");
                assert!(
                    tokens
                        .iter()
                        .zip(next)
                        .all(|(token, next)| (token + 1) % 26 == next)
                );
            }
        }
    }

    #[test]
    fn what_is_no_text_is_refused_and_says_where() {
        let mut bytes = "täglich\nneu\n".repeat(20).into_bytes();
        bytes[20] = 0xff;
        assert_eq!(
            refused(&bytes),
            "text: TEXT is not UTF-8: byte 20 (line 3) begins no character; convert the file, or give another"
        );
        assert_eq!(
            refused("short".as_bytes()),
            "text: TEXT is too short: it ends after 5 characters, and a context of 8 needs at least 160"
        );
        assert_eq!(
            refused(&[]),
            "text: TEXT is too short: it ends after 0 characters, and a context of 8 needs at least 160"
        );
        let varied: String = ('\u{4e00}'..).take(9000).collect();
        assert_eq!(
            refused(varied.as_bytes()),
            "text: TEXT has 9,000 different characters; at most 8,192 are told apart"
        );
    }

    #[test]
    fn what_is_no_file_or_too_large_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name).display().to_string();
        let error = Corpus::load(&at(""), 8).expect_err("a folder").to_string();
        assert!(error.ends_with("is not a file"), "{error}");
        let error = Corpus::load(&at("none"), 8).expect_err("none").to_string();
        assert!(error.contains("cannot read"), "{error}");
        let large = File::create(at("large")).expect("a file");
        large.set_len(MOST_BYTES + 1).expect("room for holes");
        let error = Corpus::load(&at("large"), 8)
            .expect_err("large")
            .to_string();
        assert!(
            error.ends_with("is larger than 32 MiB, the most that is read"),
            "{error}"
        );
    }
}
