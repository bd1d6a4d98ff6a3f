//! Frame timings: one row a frame, as CSV, written by a thread of its own.
//!
//! A frame hands over its row and goes on: the queue has no bound, a row is 160 bytes, and the writer takes them as they
//! come. A disk that fails is tried again each second; beyond a cap rows are dropped and counted.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use serde::{Serialize, Serializer};

use super::append_file::{AppendFile, Disk};

/// The longest that a row waits to be written, and the time between two tries of a failing disk.
const INTERVAL: Duration = Duration::from_secs(1);
/// Bytes of rows kept in memory while the disk fails: an hour at 60 frames a second.
const PENDING_BYTES: usize = 16 << 20;

/// The first line of the file.
const COLUMNS: [&str; 10] = [
    "frame",
    "time_s",
    "newest_point_age_us",
    "events_us",
    "upload_us",
    "encode_us",
    "gpu_us",
    "acquire_us",
    "present_us",
    "total_us",
];

/// Where the time of one frame went. A row is sent when it is complete: the GPU's part comes some frames later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FrameRow {
    /// The number of the row in its file, from 1: [`TimingsSink::row`] sets it, whoever drew the frame. A number that is
    /// missing in the file is a row that was lost.
    pub frame: u64,
    /// When it began: time on the monotonic clock since the program began to draw.
    #[serde(rename = "time_s", serialize_with = "seconds")]
    pub time: Duration,
    /// From when the newest point in the picture was reported to when the picture was presented; none without points.
    #[serde(
        rename = "newest_point_age_us",
        serialize_with = "optional_microseconds"
    )]
    pub newest_point_age: Option<Duration>,
    /// Handling of events since the frame before, and where the chrome is made anew egui's layout of it.
    #[serde(rename = "events_us", serialize_with = "microseconds")]
    pub events: Duration,
    /// Writing vertices and texels into GPU buffers.
    #[serde(rename = "upload_us", serialize_with = "microseconds")]
    pub upload: Duration,
    /// Encoding and submitting commands.
    #[serde(rename = "encode_us", serialize_with = "microseconds")]
    pub encode: Duration,
    /// What the GPU spent on it; none where it has no timestamp queries.
    #[serde(rename = "gpu_us", serialize_with = "optional_microseconds")]
    pub gpu: Option<Duration>,
    /// Waiting for a surface texture.
    #[serde(rename = "acquire_us", serialize_with = "microseconds")]
    pub acquire: Duration,
    /// Presenting it.
    #[serde(rename = "present_us", serialize_with = "microseconds")]
    pub present: Duration,
    /// From the begin of the frame to the return of present.
    #[serde(rename = "total_us", serialize_with = "microseconds")]
    pub total: Duration,
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn seconds<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{:.6}", time.as_secs_f64()))
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn microseconds<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{:.1}", time.as_secs_f64() * 1e6))
}

#[allow(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn optional_microseconds<S: Serializer>(
    time: &Option<Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => microseconds(time, serializer),
        None => serializer.serialize_none(),
    }
}

/// Why there will be no frame timings.
#[derive(Debug, thiserror::Error)]
pub enum TimingsError {
    /// The file cannot be written.
    #[error("cannot write frame timings to `{}`: {source}; name a file in a directory that exists and can be written (--timings FILE.csv)", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The system would not start the writer's thread.
    #[error("cannot start the thread that writes frame timings: {0}")]
    Thread(#[source] io::Error),
}

/// What became of the frame timings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimingsReport {
    /// The file.
    pub path: PathBuf,
    /// Rows in it.
    pub rows: u64,
    /// Rows that are not in it.
    pub lost: u64,
    /// Why not, if rows were lost.
    pub error: Option<String>,
}

/// Writes frame timings into a file. Dropped without [`TimingsWriter::finish`] it writes what it has received and ends.
#[derive(Debug)]
pub struct TimingsWriter {
    path: PathBuf,
    sink: TimingsSink,
    thread: Option<JoinHandle<TimingsReport>>,
}

/// Takes rows from whoever draws. Clones feed the same file.
#[derive(Clone, Debug)]
pub struct TimingsSink {
    rows: Sender<Sent>,
    /// Rows handed over so far.
    frames: Arc<AtomicU64>,
    /// Rows that came after the end.
    late: Arc<AtomicU64>,
}

#[derive(Debug)]
enum Sent {
    Row(FrameRow),
    End,
}

impl TimingsSink {
    /// Hands over the row of a frame, and numbers it. Never waits.
    pub fn row(&self, row: FrameRow) {
        let frame = self.frames.fetch_add(1, Ordering::Relaxed) + 1;
        let row = FrameRow { frame, ..row };
        if self.rows.send(Sent::Row(row)).is_err() {
            self.late.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl TimingsWriter {
    /// Whether the file can be written. Leaves what is there as it is, and nothing new.
    ///
    /// # Errors
    /// [`TimingsError::Create`] if it cannot.
    pub fn check(path: &Path) -> Result<(), TimingsError> {
        can_be_written(path).map_err(|source| TimingsError::Create {
            path: path.to_owned(),
            source,
        })
    }

    /// Makes the file, or empties it, writes its first line, and starts a thread named `emberscope-timings`.
    ///
    /// # Errors
    /// [`TimingsError`]. To be called before training, after [`TimingsWriter::check`] and all else that can be refused.
    pub fn create(path: &Path) -> Result<Self, TimingsError> {
        let create_error = |source| TimingsError::Create {
            path: path.to_owned(),
            source,
        };
        let file = File::create(path).map_err(create_error)?;
        let mut table = Table::on(Box::new(file));
        table.flush().map_err(create_error)?;
        Self::start(path.to_owned(), table, INTERVAL).map_err(TimingsError::Thread)
    }

    fn start(path: PathBuf, table: Table, interval: Duration) -> io::Result<Self> {
        let (rows, received) = unbounded();
        let sink = TimingsSink {
            rows,
            frames: Arc::default(),
            late: Arc::default(),
        };
        let thread_path = path.clone();
        let thread = std::thread::Builder::new()
            .name("emberscope-timings".into())
            .spawn(move || write_rows(&received, table, thread_path, interval))?;
        Ok(Self {
            path,
            sink,
            thread: Some(thread),
        })
    }

    /// Where whoever draws hands over its rows.
    #[must_use]
    pub fn handle(&self) -> TimingsSink {
        self.sink.clone()
    }

    /// Writes all rows handed over so far, and says what became of them. Later rows go nowhere.
    #[must_use]
    pub fn finish(mut self) -> TimingsReport {
        let report = self.join().unwrap_or_else(|| TimingsReport {
            path: self.path.clone(),
            rows: 0,
            lost: 0,
            error: Some("the writer of frame timings panicked".to_owned()),
        });
        let late = self.sink.late.load(Ordering::Relaxed);
        TimingsReport {
            lost: report.lost + late,
            ..report
        }
    }

    /// The thread's report; none if it panicked.
    fn join(&mut self) -> Option<TimingsReport> {
        let thread = self.thread.take()?;
        // It may have ended by itself.
        let _ = self.sink.rows.send(Sent::End);
        thread.join().ok()
    }
}

impl Drop for TimingsWriter {
    fn drop(&mut self) {
        if self.thread.is_some() && self.join().is_none() {
            tracing::error!("the writer of frame timings panicked");
        }
    }
}

/// Whether a file can be made there or written. Leaves what is there as it is, and nothing new.
fn can_be_written(path: &Path) -> io::Result<()> {
    match std::fs::metadata(path) {
        // A pipe or a device is opened once only: opening may wait for a reader, closing may end it.
        Ok(about) if !about.is_file() && !about.is_dir() => Ok(()),
        Ok(_) => File::options().write(true).open(path).map(drop),
        Err(_) => {
            let mut new = File::options();
            new.write(true).create(true).truncate(false).open(path)?;
            // Where a link leads, if there is one: the link was there before.
            std::fs::remove_file(std::fs::canonicalize(path)?)
        }
    }
}

fn write_rows(
    received: &Receiver<Sent>,
    mut table: Table,
    path: PathBuf,
    interval: Duration,
) -> TimingsReport {
    // None while there is nothing to write: then a row is waited for, however long.
    let mut next_flush: Option<Instant> = None;
    loop {
        let sent = match next_flush {
            Some(deadline) => received.recv_deadline(deadline),
            None => received.recv().map_err(RecvTimeoutError::from),
        };
        match sent {
            Ok(Sent::Row(row)) => table.add(&row),
            Ok(Sent::End) | Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        let now = Instant::now();
        next_flush = match next_flush {
            Some(deadline) if now >= deadline => table.try_flush().is_err().then(|| now + interval),
            None => Some(now + interval),
            deadline => deadline,
        };
    }
    let error = table.try_flush().err();
    let unwritten = table.pending_rows();
    TimingsReport {
        path,
        rows: table.rows - unwritten,
        lost: table.lost + unwritten,
        error: match (table.lost + unwritten, error) {
            (0, error) => error.map(|error| error.to_string()),
            (_, Some(error)) => Some(error.to_string()),
            (_, None) => table.past_error,
        },
    }
}

/// The file as rows.
struct Table {
    csv: csv::Writer<Lines>,
    /// Rows added, written or not.
    rows: u64,
    lost: u64,
    past_error: Option<String>,
}

impl Table {
    /// An empty table with its first line.
    fn on(disk: Box<dyn Disk>) -> Self {
        let csv = csv::WriterBuilder::new()
            .has_headers(false)
            .from_writer(Lines(AppendFile::new(disk)));
        let mut table = Self {
            csv,
            rows: 0,
            lost: 0,
            past_error: None,
        };
        // Into memory: nothing that could fail.
        if let Err(error) = table.csv.write_record(COLUMNS) {
            table.past_error = Some(error.to_string());
        }
        table
    }

    fn add(&mut self, row: &FrameRow) {
        if self.csv.get_ref().0.pending().len() > PENDING_BYTES {
            self.lost += 1;
            return;
        }
        match self.csv.serialize(row) {
            Ok(()) => self.rows += 1,
            Err(error) => {
                self.lost += 1;
                self.past_error = Some(error.to_string());
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.csv.flush()
    }

    /// Flushes, and says once when that begins to fail.
    fn try_flush(&mut self) -> io::Result<()> {
        let result = self.flush();
        if let Err(error) = &result {
            if self.past_error.is_none() {
                tracing::warn!("frame timings wait in memory for the disk: {error}");
            }
            self.past_error = Some(error.to_string());
        }
        result
    }

    /// Rows that are not written.
    fn pending_rows(&self) -> u64 {
        let pending = self.csv.get_ref().0.pending();
        pending.iter().filter(|byte| **byte == b'\n').count() as u64
    }
}

/// Lines of text in a file that only grows. Writing goes to memory, flushing to the disk.
struct Lines(AppendFile);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.pending_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush(whole_lines)
    }
}

/// The bytes of whole lines that `bytes` begin with.
fn whole_lines(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::super::append_file::test_disk::TestDisk;
    use super::*;

    /// The row of the `nth` frame, which does not know its number.
    fn row(nth: u32) -> FrameRow {
        FrameRow {
            frame: 0,
            time: Duration::from_millis(16) * nth,
            newest_point_age: Some(Duration::from_micros(3500)),
            events: Duration::from_nanos(12_340),
            upload: Duration::from_micros(20),
            encode: Duration::from_micros(30),
            gpu: None,
            acquire: Duration::ZERO,
            present: Duration::from_micros(50),
            total: Duration::from_millis(2),
        }
    }

    #[test]
    fn each_frame_is_a_row_with_units_in_the_columns() {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let path = directory.path().join("frames.csv");
        let writer = TimingsWriter::create(&path).expect("it can be made");
        let sink = writer.handle();
        let thread = std::thread::Builder::new()
            .name("drawing".into())
            .spawn(move || {
                for nth in 1..=1000 {
                    sink.row(row(nth));
                }
            })
            .expect("a thread can be started");
        thread.join().expect("drawing does not panic");
        let report = writer.finish();
        assert_eq!((report.rows, report.lost, report.error), (1000, 0, None));

        let text = std::fs::read_to_string(&path).expect("it can be read");
        let mut lines = text.lines();
        assert_eq!(
            lines.next(),
            Some(
                "frame,time_s,newest_point_age_us,events_us,upload_us,encode_us,gpu_us,acquire_us,present_us,total_us"
            )
        );
        assert_eq!(
            lines.next(),
            Some("1,0.016000,3500.0,12.3,20.0,30.0,,0.0,50.0,2000.0")
        );
        assert_eq!(lines.count(), 999);
    }

    #[test]
    fn the_first_line_names_the_fields_in_their_order() {
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.serialize(row(1)).expect("memory does not fail");
        let bytes = csv.into_inner().expect("memory does not fail");
        assert!(bytes.starts_with(COLUMNS.join(",").as_bytes()));
    }

    #[test]
    fn a_path_that_cannot_be_written_is_named_before_any_row() {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        for path in [
            directory.path().to_owned(),
            directory.path().join("missing/frames.csv"),
        ] {
            let error = TimingsWriter::create(&path).expect_err("it cannot be written");
            assert!(error.to_string().contains(&path.display().to_string()));
            assert!(error.to_string().contains("--timings"));
            let checked = TimingsWriter::check(&path).expect_err("it cannot be written");
            assert_eq!(checked.to_string(), error.to_string());
        }
    }

    #[test]
    fn a_check_leaves_what_is_there_and_nothing_new() {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let path = directory.path().join("frames.csv");
        TimingsWriter::check(&path).expect("it can be made");
        assert!(!path.exists());
        std::fs::write(&path, "of an earlier run").expect("it can be written");
        TimingsWriter::check(&path).expect("it can be written");
        let text = std::fs::read_to_string(&path).expect("it can be read");
        assert_eq!(text, "of an earlier run");
    }

    #[test]
    #[cfg(unix)]
    fn a_check_leaves_links_and_devices_alone() {
        TimingsWriter::check(Path::new("/dev/null")).expect("anything can be written there");
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let (link, target) = (
            directory.path().join("link.csv"),
            directory.path().join("frames.csv"),
        );
        std::os::unix::fs::symlink(&target, &link).expect("a link can be made");
        TimingsWriter::check(&link).expect("what it leads to can be made");
        assert!(link.is_symlink() && !target.exists());
    }

    #[test]
    fn rows_of_all_who_draw_are_numbered_as_they_come() {
        let disk = TestDisk::with_room(usize::MAX);
        let table = Table::on(Box::new(disk.clone()));
        let writer = TimingsWriter::start("test".into(), table, Duration::from_secs(3600))
            .expect("a thread can be started");
        let (window, headless) = (writer.handle(), writer.handle());
        window.row(row(7));
        window.row(row(8));
        headless.row(row(9));
        window.row(row(10));
        assert_eq!(writer.finish().rows, 4);
        assert_eq!(numbers(&disk), [1, 2, 3, 4]);
    }

    /// What the first column of the file says.
    fn numbers(disk: &TestDisk) -> Vec<u64> {
        let text = String::from_utf8(disk.state().bytes.clone()).expect("it is text");
        text.lines()
            .skip(1)
            .map(|line| {
                let (frame, rest) = line.split_once(',').expect("it has columns");
                assert_eq!(rest.split(',').count(), COLUMNS.len() - 1);
                frame.parse().expect("it is a number")
            })
            .collect()
    }

    #[test]
    fn a_disk_that_fills_up_and_recovers_loses_no_row() {
        let disk = TestDisk::with_room(300);
        disk.state().recovers_after = 3;
        let table = Table::on(Box::new(disk.clone()));
        let writer = TimingsWriter::start("test".into(), table, Duration::from_millis(1))
            .expect("a thread can be started");
        let sink = writer.handle();
        for nth in 1..=100 {
            sink.row(row(nth));
        }
        // The thread tries by itself until there is room; then the row below it is written too.
        while disk.state().failures < 3 {
            std::thread::yield_now();
        }
        sink.row(row(101));
        let report = writer.finish();
        assert_eq!((report.rows, report.lost, report.error), (101, 0, None));
        assert_eq!(numbers(&disk), (1..=101).collect::<Vec<_>>());
    }

    #[test]
    fn a_disk_that_stays_full_is_reported_with_what_was_lost() {
        let disk = TestDisk::with_room(300);
        let table = Table::on(Box::new(disk.clone()));
        let writer = TimingsWriter::start("test".into(), table, Duration::from_secs(3600))
            .expect("a thread can be started");
        let sink = writer.handle();
        for nth in 1..=10 {
            sink.row(row(nth));
        }
        let report = writer.finish();
        assert_eq!(report.rows + report.lost, 10);
        assert!(report.lost > 0 && report.error.is_some());
        let bytes = disk.state().bytes.clone();
        assert_eq!(whole_lines(&bytes), bytes.len());
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        assert_eq!(lines, report.rows + 1);
        sink.row(row(11));
    }
}
