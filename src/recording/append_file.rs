//! A file that only grows, on a disk that may fail: what cannot be written now stays in memory, and a record that was
//! written by half is taken back.
//!
//! Bytes are appended to [`AppendFile::pending`] and written by [`AppendFile::flush`]. When a write fails, the records that
//! arrived whole stay in the file, the file is cut behind the last of them, and the rest stays pending: the next flush
//! goes on from there. So the file holds whole records in order at any moment, but for the moments of a write.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};

/// Memory kept for pending bytes after a failure is over.
const KEPT_CAPACITY: usize = 1 << 20;

/// What a file asks of the disk; tests put a failing one in its place.
pub(super) trait Disk: Send {
    /// Writes some of `bytes` at the end, and says how many.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;
    /// Cuts the file to `length` bytes and goes on from there.
    fn truncate(&mut self, length: u64) -> io::Result<()>;
    /// Waits until all that was written is on the disk itself.
    fn sync(&mut self) -> io::Result<()>;
}

impl Disk for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Write::write(self, bytes)
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)?;
        self.seek(SeekFrom::Start(length)).map(drop)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

/// A file of records that only grows.
pub(super) struct AppendFile {
    disk: Box<dyn Disk>,
    /// Bytes of whole records in the file.
    written: u64,
    pending: Vec<u8>,
    /// Whether the file may hold more than `written` bytes.
    is_torn: bool,
}

impl std::fmt::Debug for AppendFile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("AppendFile")
            .field("written", &self.written)
            .field("pending", &self.pending.len())
            .field("is_torn", &self.is_torn)
            .finish_non_exhaustive()
    }
}

impl AppendFile {
    /// An empty file on `disk`.
    pub(super) fn new(disk: Box<dyn Disk>) -> Self {
        Self {
            disk,
            written: 0,
            pending: Vec::new(),
            is_torn: false,
        }
    }

    /// Bytes in the file.
    pub(super) fn written_bytes(&self) -> u64 {
        self.written
    }

    /// What is to be written next.
    pub(super) fn pending(&self) -> &[u8] {
        &self.pending
    }

    /// Where records are appended. What is there already must stay.
    pub(super) fn pending_mut(&mut self) -> &mut Vec<u8> {
        &mut self.pending
    }

    /// Writes all that is pending.
    ///
    /// `whole` is asked after a failure only: of bytes that were written before it, how many are whole records? Those stay
    /// in the file; the others are taken back and stay pending.
    pub(super) fn flush(&mut self, whole: impl FnOnce(&[u8]) -> usize) -> io::Result<()> {
        if self.is_torn {
            self.disk.truncate(self.written)?;
            self.is_torn = false;
        }
        let (done, result) = write_all(&mut *self.disk, &self.pending);
        let kept = if result.is_ok() {
            done
        } else {
            whole(&self.pending[..done]).min(done)
        };
        self.written += kept as u64;
        self.pending.drain(..kept);
        if result.is_ok() {
            self.pending.shrink_to(KEPT_CAPACITY);
        } else {
            // Cut at once, so that a reader of the moment finds whole records; if that fails too, before the next write.
            self.is_torn = self.disk.truncate(self.written).is_err();
        }
        result
    }

    /// Waits until all that was flushed is on the disk itself.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        self.disk.sync()
    }
}

/// Writes `bytes`, and says how many of them were written, which is all of them unless the disk fails.
fn write_all(disk: &mut dyn Disk, bytes: &[u8]) -> (usize, io::Result<()>) {
    let mut done = 0;
    while done < bytes.len() {
        match disk.write(&bytes[done..]) {
            Ok(0) => return (done, Err(io::ErrorKind::WriteZero.into())),
            Ok(count) => done += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (done, Err(error)),
        }
    }
    (done, Ok(()))
}

/// A disk in memory that can be filled up and cleared.
#[cfg(test)]
pub(super) mod test_disk {
    use std::sync::{Arc, Mutex, MutexGuard};

    use super::*;

    /// What is on it, and what it can do.
    #[derive(Debug)]
    pub(in super::super) struct State {
        pub(in super::super) bytes: Vec<u8>,
        /// Bytes it has room for.
        pub(in super::super) room: usize,
        /// Whether it refuses to cut the file.
        pub(in super::super) is_stuck: bool,
        /// Writes that failed.
        pub(in super::super) failures: usize,
        /// After this many failures room comes back by itself.
        pub(in super::super) recovers_after: usize,
    }

    #[derive(Clone, Debug)]
    pub(in super::super) struct TestDisk(Arc<Mutex<State>>);

    impl TestDisk {
        pub(in super::super) fn with_room(room: usize) -> Self {
            Self(Arc::new(Mutex::new(State {
                bytes: Vec::new(),
                room,
                is_stuck: false,
                failures: 0,
                recovers_after: usize::MAX,
            })))
        }

        pub(in super::super) fn state(&self) -> MutexGuard<'_, State> {
            self.0.lock().expect("no test panics while it looks")
        }
    }

    impl Disk for TestDisk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut state = self.state();
            if state.failures >= state.recovers_after {
                state.room = usize::MAX;
            }
            // In pieces, so that writes are partial even where there is room.
            let count = bytes
                .len()
                .min(state.room.saturating_sub(state.bytes.len()))
                .min(1000);
            if count == 0 {
                state.failures += 1;
                // ENOSPC on every Unix.
                return Err(io::Error::from(io::ErrorKind::StorageFull));
            }
            state.bytes.extend_from_slice(&bytes[..count]);
            Ok(count)
        }

        fn truncate(&mut self, length: u64) -> io::Result<()> {
            let mut state = self.state();
            if state.is_stuck {
                return Err(io::ErrorKind::Other.into());
            }
            let length = usize::try_from(length).expect("tests write little");
            assert!(length <= state.bytes.len(), "a file is never cut longer");
            state.bytes.truncate(length);
            Ok(())
        }

        fn sync(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::test_disk::TestDisk;
    use super::*;

    /// Records of this test are lines.
    fn whole_lines(bytes: &[u8]) -> usize {
        bytes
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1)
    }

    #[test]
    fn a_full_disk_keeps_whole_records_and_goes_on_when_there_is_room() {
        let disk = TestDisk::with_room(10);
        let mut file = AppendFile::new(Box::new(disk.clone()));
        file.pending_mut().extend_from_slice(b"one\ntwo\nthree\n");
        let error = file.flush(whole_lines).expect_err("the disk is full");
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert_eq!(disk.state().bytes, b"one\ntwo\n");
        assert_eq!(file.pending(), b"three\n");
        assert_eq!(file.written_bytes(), 8);
        file.pending_mut().extend_from_slice(b"four\n");
        file.flush(whole_lines).expect_err("the disk is still full");
        disk.state().room = 1000;
        file.flush(whole_lines).expect("there is room again");
        assert_eq!(disk.state().bytes, b"one\ntwo\nthree\nfour\n");
        assert_eq!(file.written_bytes(), 19);
    }

    #[test]
    fn a_torn_record_is_cut_before_the_next_write_if_not_at_once() {
        let disk = TestDisk::with_room(6);
        let mut file = AppendFile::new(Box::new(disk.clone()));
        file.pending_mut().extend_from_slice(b"one\ntwo\n");
        disk.state().is_stuck = true;
        file.flush(whole_lines).expect_err("the disk is full");
        assert_eq!(disk.state().bytes, b"one\ntw");
        disk.state().room = 1000;
        file.flush(whole_lines)
            .expect_err("nothing is written behind a torn record");
        assert_eq!(disk.state().bytes, b"one\ntw");
        disk.state().is_stuck = false;
        file.flush(whole_lines).expect("all is well again");
        assert_eq!(disk.state().bytes, b"one\ntwo\n");
    }

    #[test]
    fn a_real_file_is_cut_and_continued() {
        let mut file = tempfile::tempfile().expect("a temporary file can be made");
        Write::write_all(&mut file, b"whole\nto").expect("it can be written");
        Disk::truncate(&mut file, 6).expect("it can be cut");
        Disk::write(&mut file, b"next\n").expect("it can be written");
        file.sync().expect("it can be synced");
        file.seek(SeekFrom::Start(0)).expect("it can be read");
        let mut text = String::new();
        file.read_to_string(&mut text).expect("it can be read");
        assert_eq!(text, "whole\nnext\n");
    }
}
