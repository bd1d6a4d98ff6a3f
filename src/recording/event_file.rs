//! Writes an event file: scalars by the million, and a line of text now and then.
//!
//! Events are encoded straight into one buffer and written when it is flushed. Two events of one series share all but time,
//! step and value, which is what makes a point cost little: see [`super::event::ScalarTemplate`].

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use prost::Message as _;

use super::append_file::{AppendFile, Disk};
use super::event::{self, Event, ScalarTemplate};
use super::frame;
use crate::message::{Point, Series, SeriesId, Step, Timestamp, Unit};

/// Writes one event file.
///
/// What is written stays in memory until [`EventWriter::flush`]. Dropping the writer writes nothing.
#[derive(Debug)]
pub struct EventWriter {
    path: PathBuf,
    file: AppendFile,
    /// By series id.
    tags: Vec<Option<Tag>>,
    points: u64,
    pending_points: u64,
}

/// What is known of a series.
#[derive(Debug)]
struct Tag {
    name: String,
    description: String,
    template: ScalarTemplate,
    has_metadata: bool,
}

impl EventWriter {
    /// A new event file in `directory`, named as TensorBoard expects it:
    /// `events.out.tfevents.<unix seconds>.<host name>.<process id>.<n>`.
    ///
    /// # Errors
    /// Whatever making a file comes to.
    pub fn create(directory: &Path) -> io::Result<Self> {
        let path = directory.join(file_name());
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)?;
        Ok(Self::on(Box::<File>::new(file), path))
    }

    /// A new event file on `disk`, which is said to be at `path`.
    pub(super) fn on(disk: Box<dyn Disk>, path: PathBuf) -> Self {
        let mut writer = Self {
            path,
            file: AppendFile::new(disk),
            tags: Vec::new(),
            points: 0,
            pending_points: 0,
        };
        writer.event(&Event::file_version(Timestamp::now().unix_seconds()));
        writer
    }

    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes in the file, without those pending.
    #[must_use]
    pub fn written_bytes(&self) -> u64 {
        self.file.written_bytes()
    }

    /// Bytes that wait for [`EventWriter::flush`].
    #[must_use]
    pub fn pending_bytes(&self) -> usize {
        self.file.pending().len()
    }

    /// Points in the file, without those pending.
    #[must_use]
    pub fn written_points(&self) -> u64 {
        self.points
    }

    /// Points that wait for [`EventWriter::flush`].
    #[must_use]
    pub fn pending_points(&self) -> u64 {
        self.pending_points
    }

    /// Says what a series is called. Its note and unit become the description that TensorBoard shows.
    pub fn declare(&mut self, id: SeriesId, series: &Series) {
        self.set_tag(id, Tag::new(series.name.to_string(), description(series)));
    }

    fn set_tag(&mut self, id: SeriesId, tag: Tag) {
        let index = id.0 as usize;
        if self.tags.len() <= index {
            self.tags.resize_with(index + 1, || None);
        }
        self.tags[index] = Some(tag);
    }

    /// Writes a point. A series that was never declared is called by its number.
    #[inline]
    pub fn scalar(&mut self, wall_time: f64, point: Point) {
        let step = event_step(point.step);
        match self.tags.get(point.series.0 as usize) {
            Some(Some(tag)) if tag.has_metadata => {
                let buffer = self.file.pending_mut();
                let start = frame::begin(buffer);
                tag.template.encode(wall_time, step, point.value, buffer);
                frame::seal(buffer, start);
            }
            _ => self.first_scalar(wall_time, step, point),
        }
        self.pending_points += 1;
    }

    #[cold]
    fn first_scalar(&mut self, wall_time: f64, step: i64, point: Point) {
        let index = point.series.0 as usize;
        if !matches!(self.tags.get(index), Some(Some(_))) {
            let name = format!("series {}", point.series.0);
            self.set_tag(point.series, Tag::new(name, String::new()));
        }
        if let Some(Some(tag)) = self.tags.get_mut(index) {
            tag.has_metadata = true;
            let event =
                Event::first_scalar(wall_time, step, &tag.name, point.value, &tag.description);
            self.event(&event);
        }
    }

    /// Writes a line of text under a name of its own.
    pub fn text(&mut self, wall_time: f64, step: Step, tag: &str, text: &str) {
        self.event(&Event::text(wall_time, event_step(step), tag, text));
    }

    fn event(&mut self, event: &Event) {
        let buffer = self.file.pending_mut();
        let start = frame::begin(buffer);
        event::encode(event, buffer);
        frame::seal(buffer, start);
    }

    /// Hands all that is pending to the system. After an error the file holds whole events only, the rest stays pending,
    /// and another call goes on from there.
    ///
    /// # Errors
    /// Whatever writing to a file comes to.
    pub fn flush(&mut self) -> io::Result<()> {
        let mut kept_points = None;
        let result = self.file.flush(|written| {
            let (bytes, points) = whole_events(written);
            kept_points = Some(points);
            bytes
        });
        let kept = match &result {
            Ok(()) => self.pending_points,
            // Without an answer nothing was written: the file could not even be cut.
            Err(_) => kept_points.unwrap_or(0),
        };
        self.points += kept;
        self.pending_points -= kept;
        result
    }

    /// Waits until all that was flushed is on the disk itself.
    ///
    /// # Errors
    /// Whatever writing to a disk comes to.
    pub fn sync(&mut self) -> io::Result<()> {
        self.file.sync()
    }
}

impl Tag {
    fn new(name: String, description: String) -> Self {
        Self {
            template: ScalarTemplate::new(&name),
            name,
            description,
            has_metadata: false,
        }
    }
}

/// The bytes of whole events that `bytes` begin with, and how many of those are points.
fn whole_events(bytes: &[u8]) -> (usize, u64) {
    frame::whole_frames(bytes).fold((0, 0), |(_, points), (data, end)| {
        let is_point = Event::decode(data)
            .is_ok_and(|event| event.values().iter().any(|value| value.scalar().is_some()));
        (end, points + u64::from(is_point))
    })
}

/// A step as event files store it.
fn event_step(step: Step) -> i64 {
    i64::try_from(step).unwrap_or(i64::MAX)
}

/// What TensorBoard shows beside the series' name.
fn description(series: &Series) -> String {
    let unit = match &series.unit {
        Unit::None => String::new(),
        Unit::Fraction => "fraction of 1".to_owned(),
        unit => format!("in {}", unit.label()),
    };
    match (series.note.is_empty(), unit.is_empty()) {
        (false, false) => format!("{}, {unit}", series.note),
        (false, true) => series.note.to_string(),
        (true, _) => unit,
    }
}

fn file_name() -> OsString {
    /// Files of one process in one second are told apart.
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let seconds = Timestamp::now().unix_ns() / 1_000_000_000;
    let mut name = OsString::from(format!("events.out.tfevents.{seconds:010}."));
    name.push(host_name());
    name.push(format!(
        ".{}.{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    ));
    name
}

/// The machine's name as far as it is easily had: it only tells files of several machines apart.
fn host_name() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| std::env::var("HOSTNAME").ok())
        .or_else(|| std::env::var("COMPUTERNAME").ok())
        .map(|name| {
            name.trim().replace(
                |c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '.',
                "-",
            )
        })
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "localhost".to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::append_file::test_disk::TestDisk;
    use super::super::event::{DataClass, What};
    use super::super::event_reader::EventReader;
    use super::*;

    fn point(series: u32, step: Step, value: f32) -> Point {
        Point {
            series: SeriesId(series),
            value,
            step,
        }
    }

    fn events(bytes: &[u8]) -> Vec<Event> {
        EventReader::new(bytes)
            .collect::<Result<_, _>>()
            .expect("every frame is whole")
    }

    fn on(disk: &TestDisk) -> EventWriter {
        EventWriter::on(Box::new(disk.clone()), PathBuf::from("test"))
    }

    #[test]
    fn what_is_written_is_read_back() {
        let disk = TestDisk::with_room(usize::MAX);
        let mut writer = on(&disk);
        let series = Series::scalar("accuracy/train")
            .with_unit(Unit::Fraction)
            .with_note("top 1");
        writer.declare(SeriesId(1), &series);
        writer.scalar(10.5, point(1, 1, 0.25));
        writer.scalar(11.5, point(1, 2, f32::NAN));
        writer.scalar(11.5, point(0, 2, f32::NEG_INFINITY));
        writer.text(12.0, 2, "text/info", "so far, so good");
        assert_eq!(writer.pending_points(), 3);
        writer.flush().expect("there is room");
        assert_eq!((writer.pending_points(), writer.written_points()), (0, 3));
        let bytes = disk.state().bytes.clone();
        assert_eq!(writer.written_bytes(), bytes.len() as u64);

        let events = events(&bytes);
        assert_eq!(events.len(), 5);
        assert_eq!(
            events[0].what,
            Some(What::FileVersion("brain.Event:2".to_owned()))
        );
        let first = &events[1].values()[0];
        assert_eq!((events[1].wall_time, events[1].step), (10.5, 1));
        assert_eq!(
            (first.tag.as_str(), first.scalar()),
            ("accuracy/train", Some(0.25))
        );
        let metadata = first.metadata.as_ref().expect("a first value has metadata");
        assert_eq!(metadata.summary_description, "top 1, fraction of 1");
        assert_eq!(metadata.data_class(), DataClass::Scalar);
        let second = &events[2].values()[0];
        assert!(second.scalar().is_some_and(f32::is_nan));
        assert_eq!(second.metadata, None);
        assert_eq!(events[3].values()[0].tag, "series 0");
        assert_eq!(events[3].values()[0].scalar(), Some(f32::NEG_INFINITY));
        assert_eq!(
            events[4].values()[0].text(),
            Some(("text/info", "so far, so good"))
        );
    }

    #[test]
    fn files_are_named_for_tensorboard_and_never_overwritten() {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let names: Vec<String> = (0..3)
            .map(|_| {
                let writer = EventWriter::create(directory.path()).expect("it can be made");
                let name = writer.path().file_name().expect("it has a name");
                name.to_string_lossy().into_owned()
            })
            .collect();
        assert!(names[0] != names[1] && names[1] != names[2]);
        for name in names {
            let rest = name
                .strip_prefix("events.out.tfevents.")
                .expect("TensorBoard looks for this");
            assert!(rest.split('.').count() >= 4, "{name}");
            assert!(
                rest.split('.')
                    .next()
                    .is_some_and(|seconds| seconds.len() == 10),
                "{name}"
            );
            assert!(
                rest.contains(&format!(".{}.", std::process::id())),
                "{name}"
            );
        }
    }

    proptest! {
        /// Whatever the disk does, the file holds a whole beginning of what was written, and all of it in the end.
        #[test]
        fn a_failing_disk_loses_and_doubles_nothing(
            rooms in prop::collection::vec((0_usize..6000, any::<bool>(), 0_u64..20), 1..12),
        ) {
            let disk = TestDisk::with_room(0);
            let mut writer = on(&disk);
            writer.declare(SeriesId(0), &Series::scalar("loss/train"));
            let mut step = 0;
            for (room, is_stuck, count) in rooms {
                {
                    let mut state = disk.state();
                    state.room = room;
                    state.is_stuck = is_stuck;
                }
                for _ in 0..count {
                    step += 1;
                    writer.scalar(step as f64, point(0, step, step as f32));
                }
                if step % 3 == 0 {
                    writer.text(1.0, step, "text/info", "a line between the points");
                }
                let _ = writer.flush();
                prop_assert_eq!(writer.written_points() + writer.pending_points(), step);
                let bytes = disk.state().bytes.clone();
                let whole = usize::try_from(writer.written_bytes()).expect("tests write little");
                let (_, points) = whole_events(&bytes[..whole]);
                prop_assert_eq!(points, writer.written_points());
            }
            {
                let mut state = disk.state();
                state.room = usize::MAX;
                state.is_stuck = false;
            }
            writer.flush().expect("there is room");
            let bytes = disk.state().bytes.clone();
            let steps: Vec<i64> = events(&bytes)
                .iter()
                .filter(|event| event.values().iter().any(|value| value.scalar().is_some()))
                .map(|event| event.step)
                .collect();
            prop_assert_eq!(steps, (1..=event_step(step)).collect::<Vec<_>>());
        }
    }
}
