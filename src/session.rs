//! The wiring of a run: which threads there are, who hears what, and how all of it ends.
//!
//! [`run`] takes a closure that trains. It starts the recorder, the refiner and the courier, gives the closure a thread of its
//! own, and keeps the calling thread, which must be the main one, for the window. Where there is no window to be had, the
//! same thread drives the same dashboard offscreen. Every thread is joined before `run` returns.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::dashboard::{Notice, SavedView};
#[cfg(target_os = "linux")]
use crate::exit_guard::ExitGuard;
use crate::export::{self, FigureError, Format, MOST_SCALE};
use crate::flow::{
    Control, Hub, HubError, Overflow, Scope, Source, TextSink, Wake, WorkError, panic_message,
};
use crate::headless::{self, Headless, Snapshot, Snapshots};
use crate::layouts::{self, Keeper, LayoutError};
use crate::message::{BulkBudget, Command, Level, Outcome, RunInfo, Timestamp};
use crate::recording::{
    Recorder, RecorderError, RecorderOptions, RecordingStatus, RunDirectory, RunDirectoryError,
    TimingsError, TimingsReport, TimingsSink, TimingsWriter,
};
use crate::refiner::{Refiner, RefinerError};
use crate::scene::Theme;
use crate::signals::Signals;
use crate::window::{self, Display};

/// Bytes of messages that may wait for a disk before points are dropped from the recording.
const RECORDER_CAP: usize = 64 << 20;

/// How a run is shown and kept. Everything but the name has a sensible default.
#[derive(Clone, Debug)]
pub struct Options {
    /// What the run is. Its name is shown in the header and is part of its directory's name; the start is set by [`run`].
    pub info: RunInfo,
    /// Where run directories are made; `None` records nothing. The default is `runs`.
    pub runs: Option<PathBuf>,
    /// Whether to open no window even where there is a display.
    pub is_headless: bool,
    /// Where a picture of the dashboard is written at the end of the run. The extension says as what: pixels (`.png`), vectors
    /// (`.svg`, `.pdf`), or a table of every point that is visible (`.csv`).
    pub snapshot: Option<PathBuf>,
    /// Pixels a point in a snapshot that is a PNG, from 1 to 8.
    pub snapshot_scale: u32,
    /// The colours of the snapshot; `None` for those of the window.
    pub snapshot_theme: Option<Theme>,
    /// How often it is written in between.
    pub snapshot_every: Option<Duration>,
    /// Where a row for each frame drawn is written, as CSV.
    pub timings: Option<PathBuf>,
    /// The most frames a second that data may cause; `None` adapts to the adapter.
    pub max_fps: Option<f64>,
    /// The colours; `None` for those of the layout, or those that were chosen in the window the last time, or dark ones.
    pub theme: Option<Theme>,
    /// The layout that is shown, by the name that a person kept it under in the window. `None` shows a window as it was the last
    /// time, and pictures without one as things stand by themselves.
    pub layout: Option<String>,
    /// Size of the window, and of pictures without one, in points (logical pixels).
    pub size: [u32; 2],
    /// Whether the window stays when the run is over, until a person closes it.
    pub stays_open: bool,
    /// Whether Ctrl-C and SIGTERM stop the run cleanly, and end the program at the second time (exit code 130); a terminal that
    /// is closed (SIGHUP) stops it cleanly too.
    pub handles_signals: bool,
    /// The project directory in whose `.emberscope/layouts.json` it is kept how a person arranges the window; `None` keeps
    /// nothing. The default is the current directory.
    pub project: Option<PathBuf>,
    /// Bytes that histograms, images and other values bigger than a number may take in memory, on their way and kept to be looked
    /// at. What finds no room is counted and not kept, what is older makes room for what is newer; scalars are always all kept.
    /// The default is 256 MiB.
    pub bulk_budget: usize,
    /// Brings a program's log records into the run; see [`TextSink`].
    pub text: TextSink,
}

impl Options {
    /// The defaults for a run of that name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            info: RunInfo {
                name: name.to_owned(),
                ..RunInfo::default()
            },
            runs: Some("runs".into()),
            is_headless: false,
            snapshot: None,
            snapshot_scale: 1,
            snapshot_theme: None,
            snapshot_every: None,
            timings: None,
            max_fps: None,
            theme: None,
            layout: None,
            size: [1280, 720],
            stays_open: true,
            handles_signals: true,
            project: Some(".".into()),
            bulk_budget: BulkBudget::USUAL_BYTES,
            text: TextSink::default(),
        }
    }

    /// What is written when the run ends.
    fn last_picture(&self, look: &Look) -> Option<Snapshot> {
        self.snapshot.as_ref().map(|path| Snapshot {
            path: path.clone(),
            size: self.size,
            scale: self.snapshot_scale,
            theme: self.snapshot_theme.unwrap_or(look.theme),
            layout: look.layout.clone(),
        })
    }

    /// The layout that is asked for.
    fn find_layout(&self) -> Result<Option<SavedView>, Error> {
        let Some(name) = &self.layout else {
            return Ok(None);
        };
        let project = self.project.as_deref();
        let project = project.ok_or_else(|| LayoutError::NoProject(name.clone()))?;
        Ok(Some(layouts::find(&layouts::place(project), name)?))
    }

    /// Whether what is asked for as a snapshot can be had.
    fn check_snapshot(&self) -> Result<(), Error> {
        let Some(path) = &self.snapshot else {
            return Ok(());
        };
        if self.timings.as_ref() == Some(path) {
            return Err(Error::SameFile(path.clone()));
        }
        let format = Format::of(path).map_err(Error::SnapshotFormat)?;
        let is_sound = (1..=MOST_SCALE).contains(&self.snapshot_scale);
        if !is_sound || (self.snapshot_scale > 1 && format != Format::Png) {
            return Err(Error::SnapshotScale(path.clone()));
        }
        export::check_writable(path).map_err(Error::Snapshot)
    }
}

/// Why a run could not be started, or how it failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The run's directory cannot be made.
    #[error(transparent)]
    RunDirectory(#[from] RunDirectoryError),
    /// The file for frame timings cannot be written.
    #[error(transparent)]
    Timings(#[from] TimingsError),
    /// The picture's file cannot be written.
    #[error("{0}; name a file in a directory that exists and can be written (--snapshot FILE.png)")]
    Snapshot(#[source] FigureError),
    /// The picture's name says no format.
    #[error("{0} (--snapshot)")]
    SnapshotFormat(#[source] FigureError),
    /// The picture cannot be magnified so.
    #[error(
        "{}: a scale is from 1 to {MOST_SCALE}, and only a .png has one, vectors have no pixels (--snapshot-scale)",
        .0.display()
    )]
    SnapshotScale(PathBuf),
    /// There is no layout of that name.
    #[error("{0} (--layout)")]
    Layout(#[from] LayoutError),
    /// One file cannot hold both.
    #[error("the snapshot and the frame timings cannot both be written to {}", .0.display())]
    SameFile(PathBuf),
    /// The recording could not be started.
    #[error(transparent)]
    Recorder(#[from] RecorderError),
    /// A thread could not be started.
    #[error(transparent)]
    Courier(#[from] HubError),
    /// A thread could not be started.
    #[error(transparent)]
    Refiner(#[from] RefinerError),
    /// A thread could not be started.
    #[error("cannot start the thread {name}: {source}")]
    Thread {
        /// Its name.
        name: &'static str,
        /// What the system says.
        source: std::io::Error,
    },
    /// The closure returned an error.
    #[error("{0}")]
    Work(WorkError),
    /// The closure panicked.
    #[error("the training panicked: {0}")]
    Panicked(String),
}

impl Error {
    /// Whether it came from the training; else nothing was trained.
    #[must_use]
    pub const fn is_from_training(&self) -> bool {
        matches!(self, Self::Work(_) | Self::Panicked(_))
    }
}

/// What drives the dashboard.
enum Driver {
    Window(Box<Display>),
    Headless,
}

/// Trains and shows: calls `work` on a thread of its own and keeps the calling thread, which must be the main one, for the
/// window. Returns when the run is over and the window closed, with what `work` returned.
///
/// Without a display, or if [`Options::is_headless`], nothing is shown; pictures, timings and the recording are written all the
/// same, and a summary is printed. Where there is no graphics adapter the run goes on without pictures and says so once. A
/// program can have one window: where this is called again, the later runs are headless.
///
/// If an X server ends before the window is closed, the X library ends the calling thread. The run goes on to its end, and the
/// program ends there, with exit code 0 or 1: what stands after this call is not reached. What must not be lost, a model's
/// weights say, is best saved inside `work`.
///
/// # Errors
/// Anything that can be refused is refused before `work` is called: paths that cannot be written, threads that do not start.
/// After that: [`Error::Work`] with what `work` returned, or [`Error::Panicked`].
pub fn run<T: Send>(
    mut options: Options,
    work: impl FnOnce(&Scope) -> Result<T, WorkError> + Send,
) -> Result<T, Error> {
    let epoch = Instant::now();
    options.info.started = Timestamp::now();
    // All that can be refused is refused before anything is made or emptied.
    options.check_snapshot()?;
    let layout = options.find_layout()?;
    if let Some(path) = &options.timings {
        TimingsWriter::check(path)?;
    }
    let directory = options
        .runs
        .as_deref()
        .map(|root| RunDirectory::create(root, &options.info.name))
        .transpose()?;
    let timings = options
        .timings
        .as_deref()
        .map(TimingsWriter::create)
        .transpose()?;

    let (driver, no_window) = driver(options.is_headless);
    let look = Look::new(&options, layout, &driver);
    let (bell, rings) = crossbeam_channel::bounded(1);
    let wake: Arc<dyn Wake> = match &driver {
        Driver::Window(display) => display.wake(),
        Driver::Headless => Arc::new(move || {
            let _ = bell.try_send(());
        }),
    };
    let mut hub = Hub::with_bulk_budget(BulkBudget::new(options.bulk_budget));
    let control = hub.control();
    let refiner = Refiner::start(hub.subscribe(Overflow::Keep), Arc::clone(&wake))?;
    let place = directory
        .as_ref()
        .map(|directory| directory.path().to_owned());
    let recorder = directory
        .map(|directory| {
            let inlet = hub.subscribe(Overflow::DropBeyond(RECORDER_CAP));
            let arguments = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
            Recorder::start(
                inlet,
                directory,
                RecorderOptions {
                    arguments: arguments.collect(),
                    ..RecorderOptions::default()
                },
            )
        })
        .transpose()?;
    let signals = options
        .handles_signals
        .then(|| {
            let leave = match &driver {
                Driver::Window(display) => display.leave(),
                Driver::Headless => Box::new(|| ()),
            };
            Signals::install(control.clone(), leave)
        })
        .transpose()
        .map_err(|source| Error::Thread {
            name: "emberscope-signals",
            source,
        })?;
    hub.open(options.info.clone())?;
    let probe = hub.probe();
    options.text.connect(probe.clone());
    if let Some(why) = no_window {
        probe.text_at(Level::Warn, why);
    } else if options.snapshot_every.is_some() && matches!(driver, Driver::Window(_)) {
        probe.text_at(
            Level::Warn,
            "there is a window: a picture is written at the end alone",
        );
    }

    let show = Show {
        options: &options,
        look: &look,
        refiner: &refiner,
        control: &control,
        recording: recorder.as_ref().map(Recorder::status),
        timings: timings.as_ref().map(TimingsWriter::handle),
        rings,
        epoch,
    };
    let closing = Mutex::new(Some(Closing {
        recorder,
        timings,
        signals,
    }));
    let text = options.text.clone();
    let info = options.info.clone();
    let worker_control = control.clone();
    let (ended, end) = crossbeam_channel::bounded(1);
    let (result, notes) = std::thread::scope(|threads| {
        let body = move || {
            let scope = Scope::new(probe, place).with_info(info);
            let caught = catch_unwind(AssertUnwindSafe(|| work(&scope)));
            drop(scope);
            text.disconnect();
            let (result, outcome) = conclude(caught, &worker_control);
            hub.close(outcome);
            // Should scenes come no more, the end is seen all the same.
            wake.wake();
            // Only heard where the display is gone.
            let _ = ended.send(result.is_ok());
            result
        };
        let worker = std::thread::Builder::new()
            .name("emberscope-worker".into())
            .spawn_scoped(threads, body)
            .map_err(|source| Error::Thread {
                name: "emberscope-worker",
                source,
            })?;
        let notes = show.guarded(driver, threads, &closing, end);
        // Whatever the closure does, its panic was caught inside.
        let result = worker
            .join()
            .unwrap_or_else(|payload| Err(Error::Panicked(panic_text(&*payload))));
        Ok::<_, Error>((result, notes))
    })?;

    let closing = closing.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(closing) = closing {
        closing.close(&options, &look, &refiner, notes);
    }
    result
}

/// How a dashboard looks at first.
struct Look {
    theme: Theme,
    /// The layout that was asked for.
    layout: Option<SavedView>,
    /// What is kept of a window.
    kept: layouts::Read,
}

impl Look {
    fn new(options: &Options, layout: Option<SavedView>, driver: &Driver) -> Self {
        let mut kept = match (&options.project, driver) {
            (Some(project), Driver::Window(_)) => layouts::read(&layouts::place(project)),
            _ => layouts::Read::default(),
        };
        if let Some(layout) = &layout {
            let last = &mut kept.views.last;
            // How large everything is drawn is of no layout.
            *last = SavedView {
                zoom: last.zoom,
                theme: layout.theme.or(last.theme),
                ..layout.clone()
            };
        }
        let theme = kept.views.last.theme.map(Theme::from);
        Self {
            theme: options.theme.or(theme).unwrap_or(Theme::DARK),
            layout,
            kept,
        }
    }
}

/// A window if one may and can be had, else why not, where that is worth saying.
fn driver(is_headless: bool) -> (Driver, Option<String>) {
    if is_headless {
        return (Driver::Headless, None);
    }
    match window::open() {
        Ok(display) => (Driver::Window(Box::new(display)), None),
        Err(error) => (Driver::Headless, Some(format!("{error}; running headless"))),
    }
}

/// What became of the closure: its result, and the run's outcome.
fn conclude<T>(
    caught: std::thread::Result<Result<T, WorkError>>,
    control: &Control,
) -> (Result<T, Error>, Outcome) {
    match caught {
        Ok(Ok(value)) if control.has_stopped() => (Ok(value), Outcome::Stopped),
        Ok(Ok(value)) => (Ok(value), Outcome::Finished),
        Ok(Err(error)) => {
            let outcome = Outcome::Failed(error.to_string());
            (Err(Error::Work(error)), outcome)
        }
        Err(payload) => {
            let text = panic_text(&*payload);
            (
                Err(Error::Panicked(text.clone())),
                Outcome::Failed(format!("panicked: {text}")),
            )
        }
    }
}

fn timings_note(report: &TimingsReport) -> String {
    let TimingsReport {
        path,
        rows,
        lost,
        error,
    } = report;
    let path = path.display();
    match error {
        Some(error) => format!("{rows} frame timings in {path}, {lost} lost: {error}"),
        None => format!("{rows} frame timings in {path}"),
    }
}

/// What keeps how a window is arranged from now on.
fn keeper(place: PathBuf) -> Option<Keeper> {
    Keeper::start(place)
        .inspect_err(|error| tracing::warn!("how the window is arranged is not kept: {error}"))
        .ok()
}

/// What a panic said.
fn panic_text(payload: &(dyn std::any::Any + Send)) -> String {
    panic_message(payload).unwrap_or_else(|| "without a message".to_owned())
}

/// What is to be closed when a run is over.
struct Closing {
    recorder: Option<Recorder>,
    timings: Option<TimingsWriter>,
    signals: Option<Signals>,
}

impl Closing {
    /// Waits until everything is written, and prints the summary.
    fn close(self, options: &Options, look: &Look, refiner: &Refiner, mut notes: Vec<String>) {
        let recording = self.recorder.as_ref().map(Recorder::status);
        notes.extend(self.recorder.map(|recorder| recorder.finish().to_string()));
        if let Some(snapshot) = options.last_picture(look) {
            let written = headless::last_snapshot(refiner, &snapshot, recording.as_deref());
            let note = match written {
                Ok(()) => format!("picture in {}", snapshot.path.display()),
                Err(error) => error.to_string(),
            };
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        notes.extend(self.timings.map(|timings| timings_note(&timings.finish())));
        if let Some(signals) = self.signals {
            signals.uninstall();
        }
        let scene = refiner.finish();
        if refiner.has_failed() {
            notes.push(
                "the thread that prepares pictures failed: the last points may be missing here"
                    .to_owned(),
            );
        }
        headless::print_summary(&scene, &notes);
    }
}

/// All that a driver needs.
#[derive(Clone)]
struct Show<'a> {
    options: &'a Options,
    look: &'a Look,
    refiner: &'a Refiner,
    control: &'a Control,
    recording: Option<Arc<RecordingStatus>>,
    timings: Option<TimingsSink>,
    rings: crossbeam_channel::Receiver<()>,
    epoch: Instant,
}

impl<'a> Show<'a> {
    /// Shows the run until it is over. If the X library takes the main thread with it, the run goes on without; then `end`
    /// tells whether the training ended well, all is closed from here, and this does not return.
    fn guarded<'scope>(
        &self,
        driver: Driver,
        threads: &'scope std::thread::Scope<'scope, '_>,
        closing: &'scope Mutex<Option<Closing>>,
        end: crossbeam_channel::Receiver<bool>,
    ) -> Vec<String>
    where
        'a: 'scope,
    {
        #[cfg(target_os = "linux")]
        let _guard = matches!(driver, Driver::Window(_)).then(|| {
            let show = self.clone();
            let carry_on = move || {
                let notes = show.go_on("the display is gone");
                let is_well = end.recv() == Ok(true);
                let closing = closing
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .take();
                if let Some(closing) = closing {
                    closing.close(show.options, show.look, show.refiner, notes);
                }
                i32::from(!is_well)
            };
            ExitGuard::arm(threads, carry_on).inspect_err(|error| {
                tracing::warn!("cannot guard against a display that ends: {error}");
            })
        });
        #[cfg(not(target_os = "linux"))]
        let _ = (threads, closing, end);
        self.drive(driver)
    }

    /// Shows the run until it is over. Gives what a person should know of what went wrong.
    fn drive(&self, driver: Driver) -> Vec<String> {
        let Driver::Window(display) = driver else {
            return self.drive_headless();
        };
        let kept = self.look.kept.clone();
        let setup = window::Setup {
            views: kept.views,
            project: self.options.project.clone().unwrap_or_else(|| ".".into()),
            keeper: kept.place.and_then(keeper),
            notice: kept.notice.map(|text| Notice {
                level: Level::Warn,
                text,
            }),
            name: self.options.info.name.clone(),
            theme: self.look.theme,
            size: self.options.size,
            max_fps: self.options.max_fps,
            stays_open: self.options.stays_open,
            refiner: self.refiner,
            control: self.control.clone(),
            recording: self.recording.clone(),
            timings: self.timings.clone(),
            epoch: self.epoch,
        };
        match window::drive(*display, setup) {
            Ok(()) => self.go_on("the window is closed"),
            Err(error) => self.go_on(&error.to_string()),
        }
    }

    /// The run goes on without the window it had, if it is not over: nobody could take a pause back any more.
    fn go_on(&self, why: &str) -> Vec<String> {
        if self.control.has_ended() || self.refiner.latest().run.state.is_over() {
            return Vec::new();
        }
        let what = if self.control.is_stopping() {
            "the run is stopping (Ctrl-C twice ends it)"
        } else if self.control.is_pausing() {
            self.control.ask(Command::Resume);
            "the run resumes and goes on without it"
        } else {
            "the run goes on without it"
        };
        headless::tell(&format!("{why}: {what}"));
        self.drive_headless()
    }

    fn drive_headless(&self) -> Vec<String> {
        let options = self.options;
        let headless = Headless {
            refiner: self.refiner,
            control: self.control,
            rings: self.rings.clone(),
            snapshots: options.last_picture(self.look).and_then(|snapshot| {
                let every = options.snapshot_every?;
                Some(Snapshots { snapshot, every })
            }),
            recording: self.recording.clone(),
            timings: self.timings.clone(),
            max_fps: options.max_fps,
            theme: self.look.theme,
            layout: self.look.layout.clone(),
            size: options.size,
            epoch: self.epoch,
        };
        headless.drive()
    }
}
