//! TFRecord frames: bytes in, checked bytes out.
//!
//! A frame is `u64 length, u32 masked CRC32C of the length's 8 bytes, data, u32 masked CRC32C of the data`, all little
//! endian (TensorFlow, `tensorflow/core/lib/io/record_writer.h`). The checksum of the length makes a torn file detectable at
//! every byte; the mask keeps the checksum of data that holds checksums from being trivial.

use std::io::{self, BufRead};

/// Bytes of the length and its checksum.
pub(super) const HEADER_BYTES: usize = 12;
/// Bytes of the data's checksum.
const FOOTER_BYTES: usize = 4;

/// The CRC32C of `data`, masked as TensorFlow does: rotated right by 15 bits, plus a constant
/// (`tensorflow/core/lib/hash/crc32c.h`, `Mask`).
pub(super) fn masked_crc(data: &[u8]) -> u32 {
    crc32c::crc32c(data)
        .rotate_right(15)
        .wrapping_add(0xa282_ead8)
}

/// Begins a frame at the end of `buffer`: append its data, then [`seal`] it. Returns where it begins.
pub(super) fn begin(buffer: &mut Vec<u8>) -> usize {
    let start = buffer.len();
    buffer.extend_from_slice(&[0; HEADER_BYTES]);
    start
}

/// Ends the frame that begins at `start`: its data is all that was appended since.
pub(super) fn seal(buffer: &mut Vec<u8>, start: usize) {
    let data = start + HEADER_BYTES;
    let length = ((buffer.len() - data) as u64).to_le_bytes();
    let crc = masked_crc(&buffer[data..]);
    buffer[start..start + 8].copy_from_slice(&length);
    buffer[start + 8..data].copy_from_slice(&masked_crc(&length).to_le_bytes());
    buffer.extend_from_slice(&crc.to_le_bytes());
}

/// The data of each whole frame in `bytes`, which begin with one, and the offset where it ends.
///
/// For bytes this program framed itself: checksums are not verified.
pub(super) fn whole_frames(bytes: &[u8]) -> impl Iterator<Item = (&[u8], usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let length = bytes.get(at..at + 8)?;
        let length = u64::from_le_bytes(length.try_into().ok()?);
        let data = at + HEADER_BYTES;
        let data_end = data.checked_add(usize::try_from(length).ok()?)?;
        let end = data_end.checked_add(FOOTER_BYTES)?;
        if end > bytes.len() {
            return None;
        }
        at = end;
        Some((&bytes[data..data_end], end))
    })
}

/// What reading a frame came to.
#[derive(Debug)]
pub(super) enum Read<'a> {
    /// The data of a whole frame whose checksums hold.
    Frame(&'a [u8]),
    /// The source ends where a frame would begin.
    End,
    /// The source ends within a frame.
    Truncated,
    /// The length is not to be trusted, and with it nothing that follows.
    BadLength {
        /// The checksum in the file.
        stored: u32,
        /// The checksum of what is in the file.
        computed: u32,
    },
    /// The data is damaged; the next frame may be whole.
    BadData {
        /// The checksum in the file.
        stored: u32,
        /// The checksum of what is in the file.
        computed: u32,
    },
}

/// Reads frames one after another.
#[derive(Debug)]
pub(super) struct FrameReader<R> {
    source: R,
    /// Where the next frame begins, in bytes from the start.
    offset: u64,
    buffer: Vec<u8>,
}

impl<R: BufRead> FrameReader<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            source,
            offset: 0,
            buffer: Vec::new(),
        }
    }

    /// Where the next frame begins, in bytes from the start.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Reads the next frame. Only whole frames, and those with damaged data, move the offset.
    ///
    /// Takes memory as data arrives: a length that promises more than the source holds costs nothing.
    pub(super) fn read(&mut self) -> io::Result<Read<'_>> {
        if !self.fill(HEADER_BYTES as u64)? {
            return Ok(if self.buffer.is_empty() {
                Read::End
            } else {
                Read::Truncated
            });
        }
        let (length, stored) = (u64_at(&self.buffer, 0), u32_at(&self.buffer, 8));
        let computed = masked_crc(&self.buffer[..8]);
        if stored != computed {
            return Ok(Read::BadLength { stored, computed });
        }
        let Some(size) = length.checked_add((HEADER_BYTES + FOOTER_BYTES) as u64) else {
            return Ok(Read::Truncated);
        };
        if !self.fill(size - HEADER_BYTES as u64)? {
            return Ok(Read::Truncated);
        }
        self.offset += size;
        let (data, footer) = self.buffer.split_at(self.buffer.len() - FOOTER_BYTES);
        let (stored, computed) = (u32_at(footer, 0), masked_crc(data));
        Ok(if stored == computed {
            Read::Frame(data)
        } else {
            Read::BadData { stored, computed }
        })
    }

    /// Reads exactly `wanted` bytes into the buffer; false if the source ends first.
    fn fill(&mut self, wanted: u64) -> io::Result<bool> {
        self.buffer.clear();
        loop {
            let missing = wanted - self.buffer.len() as u64;
            if missing == 0 {
                return Ok(true);
            }
            let available = match self.source.fill_buf() {
                Ok(available) => available,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if available.is_empty() {
                return Ok(false);
            }
            let taken = usize::try_from(missing)
                .map_or(available.len(), |missing| missing.min(available.len()));
            self.buffer.extend_from_slice(&available[..taken]);
            self.source.consume(taken);
        }
    }
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(word)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut word = [0; 4];
    word.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn framed(data: &[&[u8]]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for data in data {
            let start = begin(&mut bytes);
            bytes.extend_from_slice(data);
            seal(&mut bytes, start);
        }
        bytes
    }

    #[test]
    fn checksums_are_those_of_the_standard_and_the_mask_is_tensorflows() {
        // RFC 3720, B.4, and the check value of CRC-32C.
        assert_eq!(crc32c::crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c::crc32c(&[0xff; 32]), 0x62a8_ab43);
        assert_eq!(crc32c::crc32c(b"123456789"), 0xe306_9283);
        // By hand: 0xe3069283 >> 15 is 0x0001c60d, << 17 is 0x25060000; their union plus 0xa282ead8, without the carry.
        assert_eq!(0x0001_c60d_u32 | 0x2506_0000, 0x2507_c60d);
        assert_eq!(masked_crc(b"123456789"), 0x2507_c60d + 0xa282_ead8);
    }

    #[test]
    fn a_frame_is_laid_out_as_tensorflow_does() {
        // The first frame of every file that TensorBoard's own writer makes is 24 bytes long; these are the documented
        // masked checksums of that length.
        let frame = framed(&[&[7; 24]]);
        assert_eq!(frame.len(), 24 + 16);
        assert_eq!(frame[..8], [24, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(frame[8..12], [0xa3, 0x7f, 0x4b, 0x22]);
        assert_eq!(frame[12..36], [7; 24]);
        assert_eq!(frame[36..], masked_crc(&[7; 24]).to_le_bytes());
    }

    #[test]
    fn a_length_beyond_the_source_takes_no_memory() {
        let mut bytes = u64::MAX.to_le_bytes().to_vec();
        bytes.extend_from_slice(&masked_crc(&u64::MAX.to_le_bytes()).to_le_bytes());
        assert!(matches!(
            FrameReader::new(bytes.as_slice()).read(),
            Ok(Read::Truncated)
        ));
        let length = (u64::MAX / 2).to_le_bytes();
        bytes[..8].copy_from_slice(&length);
        bytes[8..12].copy_from_slice(&masked_crc(&length).to_le_bytes());
        bytes.extend_from_slice(&[0; 100]);
        let mut reader = FrameReader::new(bytes.as_slice());
        assert!(matches!(reader.read(), Ok(Read::Truncated)));
        assert!(reader.buffer.capacity() < 1000);
    }

    proptest! {
        #[test]
        fn frames_come_back_as_they_went(data: Vec<Vec<u8>>, capacity in 1_usize..50) {
            let slices: Vec<&[u8]> = data.iter().map(Vec::as_slice).collect();
            let bytes = framed(&slices);
            let mut reader = FrameReader::new(io::BufReader::with_capacity(capacity, bytes.as_slice()));
            for expected in &data {
                match reader.read().expect("memory does not fail") {
                    Read::Frame(found) => prop_assert_eq!(found, expected.as_slice()),
                    other => prop_assert!(false, "{:?}", other),
                }
            }
            prop_assert!(matches!(reader.read(), Ok(Read::End)));
            prop_assert_eq!(reader.offset(), bytes.len() as u64);
            let again: Vec<&[u8]> = whole_frames(&bytes).map(|(data, _)| data).collect();
            prop_assert_eq!(again, slices);
        }

        #[test]
        fn a_cut_file_gives_its_whole_frames(data in prop::collection::vec(any::<Vec<u8>>(), 1..8), cut: prop::sample::Index) {
            let slices: Vec<&[u8]> = data.iter().map(Vec::as_slice).collect();
            let bytes = framed(&slices);
            let cut = &bytes[..cut.index(bytes.len())];
            let mut reader = FrameReader::new(cut);
            let mut count = 0;
            let is_clean = loop {
                match reader.read().expect("memory does not fail") {
                    Read::Frame(found) => {
                        prop_assert_eq!(found, slices[count]);
                        count += 1;
                    }
                    Read::End => break true,
                    Read::Truncated => break false,
                    other => prop_assert!(false, "{:?}", other),
                }
            };
            let whole: Vec<usize> = whole_frames(cut).map(|(_, end)| end).collect();
            prop_assert_eq!(count, whole.len());
            prop_assert_eq!(is_clean, whole.last().copied().unwrap_or(0) == cut.len());
        }

        #[test]
        fn a_flipped_bit_never_passes(data in prop::collection::vec(any::<Vec<u8>>(), 1..5), at: prop::sample::Index, bit in 0_u8..8) {
            let slices: Vec<&[u8]> = data.iter().map(Vec::as_slice).collect();
            let mut bytes = framed(&slices);
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            let mut reader = FrameReader::new(bytes.as_slice());
            let mut good = 0;
            let mut bad = 0;
            loop {
                match reader.read().expect("memory does not fail") {
                    Read::Frame(_) => good += 1,
                    Read::BadData { .. } => bad += 1,
                    Read::BadLength { .. } => { bad += 1; break; }
                    Read::End | Read::Truncated => break,
                }
            }
            prop_assert_eq!(bad, 1);
            prop_assert!(good < data.len());
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
            let mut reader = FrameReader::new(bytes.as_slice());
            while let Ok(Read::Frame(_) | Read::BadData { .. }) = reader.read() {}
            prop_assert!(reader.offset() <= bytes.len() as u64);
            prop_assert!(whole_frames(&bytes).all(|(_, end)| end <= bytes.len()));
        }
    }
}
