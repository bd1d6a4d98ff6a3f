//! A file in the IDX format (LeCun, Cortes, Burges, "The MNIST database of handwritten digits"): a magic number that says the
//! type and the dimensions, each dimension's size as 32 bits big-endian, then bytes. It may be gzipped.
//!
//! In: a path, and whether images of 28×28 or labels are wanted. Out: how many there are, and their bytes. Every size is checked
//! before anything is made room for.

use std::fs::File;
use std::io::{BufReader, Read, Seek as _, SeekFrom};
use std::path::Path;

use flate2::read::GzDecoder;

use crate::message::grouped;

/// Pixels along a side of an image.
pub(super) const SIDE: usize = 28;
/// Pixels of an image.
pub(super) const PIXELS: usize = SIDE * SIDE;
/// More images than any known edition has: a file that says more is damaged.
const MOST_IMAGES: u32 = 1_000_000;
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Why a file is not what was wanted.
#[derive(Debug, thiserror::Error)]
pub(super) enum IdxError {
    #[error("cannot be read: {0}")]
    Unreadable(std::io::Error),
    #[error("begins with {found:08x}, where {wanted:08x} was expected ({what})")]
    Magic {
        found: u32,
        wanted: u32,
        what: &'static str,
    },
    #[error("has images of {rows}×{columns}, where 28×28 was expected")]
    Shape { rows: u32, columns: u32 },
    #[error("says it has {}, where 1 to {} were expected", grouped(u64::from(*.0)), grouped(u64::from(MOST_IMAGES)))]
    Count(u32),
    #[error("is cut off: it has {} bytes, where {} were expected", grouped(*found), grouped(*wanted))]
    CutOff { found: u64, wanted: u64 },
    #[error("has more than the {} bytes that its head announces", grouped(*.0))]
    Overlong(u64),
}

/// What a file is to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Images,
    Labels,
}

impl Content {
    /// Bytes, and how many dimensions.
    fn magic(self) -> u32 {
        match self {
            Self::Images => 0x0803,
            Self::Labels => 0x0801,
        }
    }

    fn what(self) -> &'static str {
        match self {
            Self::Images => "images",
            Self::Labels => "labels",
        }
    }

    /// Numbers in the head: the magic one and a size for each dimension.
    fn numbers(self) -> u64 {
        match self {
            Self::Images => 4,
            Self::Labels => 2,
        }
    }

    fn bytes_each(self) -> u64 {
        match self {
            Self::Images => PIXELS as u64,
            Self::Labels => 1,
        }
    }
}

/// What a file holds.
pub(super) struct Idx {
    /// Images or labels.
    pub(super) count: u32,
    /// What comes after the head.
    pub(super) bytes: Vec<u8>,
}

/// Reads a file, gzipped or not, to its end.
pub(super) fn read(path: &Path, content: Content) -> Result<Idx, IdxError> {
    let mut file = File::open(path).map_err(IdxError::Unreadable)?;
    let mut begin = [0; 2];
    // A file too short to tell is read as it is, and found cut off.
    let is_gzipped = file.read_exact(&mut begin).is_ok() && begin == GZIP;
    file.seek(SeekFrom::Start(0))
        .map_err(IdxError::Unreadable)?;
    let file = BufReader::new(file);
    if is_gzipped {
        parse(GzDecoder::new(file), content)
    } else {
        parse(file, content)
    }
}

fn parse(mut file: impl Read, content: Content) -> Result<Idx, IdxError> {
    let head = take(&mut file, 4 * content.numbers())?;
    let (numbers, _) = head.bytes.as_chunks::<4>();
    let numbers: Vec<u32> = numbers
        .iter()
        .map(|&four| u32::from_be_bytes(four))
        .collect();
    // Judged first, however little there is: a file of another kind is not called cut off.
    if let Some(&found) = numbers.first()
        && found != content.magic()
    {
        return Err(IdxError::Magic {
            found,
            wanted: content.magic(),
            what: content.what(),
        });
    }
    let head_bytes = head.whole()?.len() as u64;
    let (count, sizes) = (numbers[1], &numbers[2..]);
    if !(1..=MOST_IMAGES).contains(&count) {
        return Err(IdxError::Count(count));
    }
    if let &[rows, columns] = sizes
        && (rows as usize, columns as usize) != (SIDE, SIDE)
    {
        return Err(IdxError::Shape { rows, columns });
    }
    let wanted = u64::from(count) * content.bytes_each();
    let mut body = take(&mut file, wanted)?;
    body.before = head_bytes;
    let bytes = body.whole()?;
    // To read on shows whether the file does, and has a gzipped one's checksum compared.
    match file.read(&mut [0]) {
        Ok(0) => Ok(Idx { count, bytes }),
        Ok(_) => Err(IdxError::Overlong(head_bytes + wanted)),
        Err(error) => Err(IdxError::Unreadable(error)),
    }
}

/// Bytes of a file, perhaps fewer than wanted.
struct Taken {
    bytes: Vec<u8>,
    wanted: u64,
    /// How many came before them.
    before: u64,
}

impl Taken {
    /// The bytes, if they are all there.
    fn whole(self) -> Result<Vec<u8>, IdxError> {
        let found = self.bytes.len() as u64;
        if found == self.wanted {
            return Ok(self.bytes);
        }
        Err(IdxError::CutOff {
            found: self.before + found,
            wanted: self.before + self.wanted,
        })
    }
}

/// The next bytes of a file, as many as there are. A gzipped file that is cut off gives what can be unpacked.
fn take(file: &mut impl Read, wanted: u64) -> Result<Taken, IdxError> {
    let mut bytes = Vec::new();
    match file.take(wanted).read_to_end(&mut bytes) {
        Err(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
            Err(IdxError::Unreadable(error))
        }
        _ => Ok(Taken {
            bytes,
            wanted,
            before: 0,
        }),
    }
}
