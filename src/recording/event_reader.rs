//! Reads an event file, event by event, and believes nothing that its checksums do not bear out.
//!
//! A file that a program was killed over, or that is still being written, ends within a frame: the reader gives what is
//! whole and says where it ends. Damaged data is an error with its offset, after which reading goes on; a damaged length
//! ends the reading, since nothing tells where the next frame begins.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use prost::Message as _;

use super::event::Event;
use super::frame::{FrameReader, Read};

/// What was wrong with an event file. Offsets are in bytes from its start, to the beginning of the frame.
#[derive(Debug, thiserror::Error)]
pub enum EventFileError {
    /// It could not be opened.
    #[error("cannot open the event file `{}`: {source}", path.display())]
    Open {
        /// Where it was looked for.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It could not be read further.
    #[error("cannot read the event at byte {offset}: {source}")]
    Read {
        /// Where the frame begins.
        offset: u64,
        /// Why not.
        source: io::Error,
    },
    /// A frame's length does not agree with its checksum: nothing behind it can be read.
    #[error(
        "the file is damaged at byte {offset}: the length's checksum is {stored:#010x}, its content's {computed:#010x}; \
         what follows cannot be read"
    )]
    LengthChecksum {
        /// Where the frame begins.
        offset: u64,
        /// The checksum in the file.
        stored: u32,
        /// The checksum of what is in the file.
        computed: u32,
    },
    /// An event does not agree with its checksum; the next one may.
    #[error(
        "the event at byte {offset} is damaged: its checksum is {stored:#010x}, its content's {computed:#010x}"
    )]
    DataChecksum {
        /// Where the frame begins.
        offset: u64,
        /// The checksum in the file.
        stored: u32,
        /// The checksum of what is in the file.
        computed: u32,
    },
    /// A frame holds something else than an event; the next one may hold one.
    #[error("the frame at byte {offset} holds no event: {source}")]
    Decode {
        /// Where the frame begins.
        offset: u64,
        /// Why it is none.
        source: prost::DecodeError,
    },
}

/// Reads the events of a file in order. An iterator: `None` at the end, be it clean or within a frame.
#[derive(Debug)]
pub struct EventReader<R> {
    frames: FrameReader<R>,
    is_done: bool,
    is_truncated: bool,
}

impl EventReader<BufReader<File>> {
    /// Opens the event file at `path`.
    ///
    /// # Errors
    /// [`EventFileError::Open`] if there is none that can be read.
    pub fn open(path: &Path) -> Result<Self, EventFileError> {
        let file = File::open(path).map_err(|source| EventFileError::Open {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self::new(BufReader::with_capacity(1 << 16, file)))
    }
}

impl<R: BufRead> EventReader<R> {
    /// Reads events from `source`.
    #[must_use]
    pub fn new(source: R) -> Self {
        Self {
            frames: FrameReader::new(source),
            is_done: false,
            is_truncated: false,
        }
    }

    /// Where the next frame begins, in bytes from the start: at the end of the reading, where the whole frames end.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.frames.offset()
    }

    /// Whether the source ended within a frame. Known once the iterator has ended.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.is_truncated
    }
}

impl<R: BufRead> Iterator for EventReader<R> {
    type Item = Result<Event, EventFileError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let offset = self.frames.offset();
        let item = match self.frames.read() {
            Ok(Read::Frame(data)) => {
                return Some(
                    Event::decode(data).map_err(|source| EventFileError::Decode { offset, source }),
                );
            }
            Ok(Read::BadData { stored, computed }) => {
                return Some(Err(EventFileError::DataChecksum {
                    offset,
                    stored,
                    computed,
                }));
            }
            Ok(Read::End) => None,
            Ok(Read::Truncated) => {
                self.is_truncated = true;
                None
            }
            Ok(Read::BadLength { stored, computed }) => Some(Err(EventFileError::LengthChecksum {
                offset,
                stored,
                computed,
            })),
            Err(source) => Some(Err(EventFileError::Read { offset, source })),
        };
        self.is_done = true;
        item
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::event::{self, ScalarTemplate};
    use super::super::frame;
    use super::*;

    /// A file of `count` scalars, and where each frame begins.
    fn file(count: i64) -> (Vec<u8>, Vec<usize>) {
        let template = ScalarTemplate::new("loss");
        let mut bytes = Vec::new();
        let mut starts = Vec::new();
        for step in 1..=count {
            let start = frame::begin(&mut bytes);
            template.encode(1.0, step, 0.5, &mut bytes);
            frame::seal(&mut bytes, start);
            starts.push(start);
        }
        (bytes, starts)
    }

    #[test]
    fn a_truncated_file_gives_what_is_whole_and_says_where_it_ends() {
        let (bytes, starts) = file(3);
        let mut reader = EventReader::new(&bytes[..bytes.len() - 1]);
        let steps: Vec<i64> = reader
            .by_ref()
            .map(|event| event.expect("it is whole").step)
            .collect();
        assert_eq!(steps, [1, 2]);
        assert!(reader.is_truncated());
        assert_eq!(reader.offset(), starts[2] as u64);
    }

    #[test]
    fn damaged_data_is_named_and_passed_over() {
        let (mut bytes, starts) = file(3);
        bytes[starts[1] + frame::HEADER_BYTES + 3] ^= 1;
        let results: Vec<_> = EventReader::new(bytes.as_slice()).collect();
        assert_eq!(results.len(), 3);
        assert!(matches!(
            results[1],
            Err(EventFileError::DataChecksum { offset, .. }) if offset == starts[1] as u64
        ));
        assert!(results[2].as_ref().is_ok_and(|event| event.step == 3));
    }

    #[test]
    fn a_damaged_length_ends_the_reading() {
        let (mut bytes, starts) = file(3);
        bytes[starts[1]] ^= 1;
        let mut reader = EventReader::new(bytes.as_slice());
        assert!(reader.next().is_some_and(|event| event.is_ok()));
        let error = reader
            .next()
            .expect("it is reported")
            .expect_err("it is damaged");
        assert!(matches!(
            error,
            EventFileError::LengthChecksum { offset, .. } if offset == starts[1] as u64
        ));
        assert!(error.to_string().contains(&starts[1].to_string()));
        assert!(reader.next().is_none());
        assert!(!reader.is_truncated());
    }

    #[test]
    fn a_frame_that_holds_no_event_is_named_and_passed_over() {
        let mut bytes = Vec::new();
        let start = frame::begin(&mut bytes);
        bytes.extend_from_slice(&[0xff; 20]);
        frame::seal(&mut bytes, start);
        let start = frame::begin(&mut bytes);
        event::encode(&Event::file_version(1.0), &mut bytes);
        frame::seal(&mut bytes, start);
        let results: Vec<_> = EventReader::new(bytes.as_slice()).collect();
        assert!(matches!(
            results[0],
            Err(EventFileError::Decode { offset: 0, .. })
        ));
        assert!(results[1].is_ok());
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = EventReader::open(Path::new("no/such/file")).expect_err("it is not there");
        assert!(error.to_string().contains("no/such/file"));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
            let mut reader = EventReader::new(bytes.as_slice());
            let _ = reader.by_ref().count();
            prop_assert!(reader.offset() <= bytes.len() as u64);
        }

        /// Right frames around arbitrary bytes, so that the decoder is reached.
        #[test]
        fn arbitrary_frames_never_panic(frames: Vec<Vec<u8>>) {
            let mut bytes = Vec::new();
            for data in &frames {
                let start = frame::begin(&mut bytes);
                bytes.extend_from_slice(data);
                frame::seal(&mut bytes, start);
            }
            prop_assert_eq!(EventReader::new(bytes.as_slice()).count(), frames.len());
        }
    }
}
