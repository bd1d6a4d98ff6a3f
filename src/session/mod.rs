//! The wiring of runs: which threads there are, who hears what, and how all of it ends.
//!
//! [`run`] takes a closure that trains, [`run_gallery`] experiments to pick from. A [`Session`] is what runs have in common:
//! the refiner that hears all of them, the signals, and the calling thread, which must be the main one, for the window. Each
//! run has a worker thread, a courier and a recorder of its own (`worker.rs`). Where there is no window to be had, the same
//! thread drives the same dashboard offscreen (`show.rs`). Every thread is joined before `run` returns (`books.rs`).

mod books;
mod error;
mod gallery;
mod look;
mod options;
mod show;
mod worker;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender};

use crate::dashboard::SavedView;
use crate::flow::{Junction, Overflow, Scope, Wake, WorkError};
use crate::message::{BulkBudget, RunId, Timestamp};
use crate::recording::{TimingsSink, TimingsWriter};
use crate::refiner::Refiner;
use crate::runs::Runs;
use crate::signals::Signals;

use books::Books;
pub use error::Error;
pub use gallery::run_gallery;
use look::Look;
pub use options::Options;
use show::Driver;

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
    let layout = options.check()?;
    let directory = options.run_directory(&options.info.name)?;
    let (session, driver, no_window) = Session::open(options, layout, epoch)?;
    let opened = session.open_run(session.options.info.clone(), directory)?;
    session.seal();
    session.warn(&opened, &driver, no_window);
    let (result, notes) = std::thread::scope(|threads| {
        let worker = session.begin(threads, opened, work)?;
        let notes = session.show(driver, threads, None);
        Ok::<_, Error>((worker::joined(worker), notes))
    })?;
    session.close(notes);
    result
}

/// What the runs of a program have in common.
struct Session {
    options: Options,
    look: Look,
    /// What values bigger than a number may take, of all runs together.
    bulk: BulkBudget,
    epoch: Instant,
    runs: Runs,
    refiner: Refiner,
    wake: Arc<dyn Wake>,
    /// Rings when a scene waits, where there is no window.
    rings: Receiver<()>,
    timings: Option<TimingsSink>,
    /// What is to be closed; taken by whoever closes it.
    books: Mutex<Option<Books>>,
    /// Each run that is closed, and whether it ended well.
    end: Sender<(RunId, bool)>,
    ended: Receiver<(RunId, bool)>,
}

impl Session {
    /// A session without a run, what drives it, and why that is no window where that is worth saying.
    fn open(
        options: Options,
        layout: Option<SavedView>,
        epoch: Instant,
    ) -> Result<(Self, Driver, Option<String>), Error> {
        let timings = options
            .timings
            .as_deref()
            .map(TimingsWriter::create)
            .transpose()?;
        let (driver, no_window) = Driver::open(options.is_headless);
        let look = Look::new(&options, layout, &driver);
        let (bell, rings) = crossbeam_channel::bounded(1);
        let wake = driver.wake(bell);
        let (junction, inlet) = Junction::new(Overflow::Keep);
        let refiner = Refiner::start(inlet, Arc::clone(&wake))?;
        let runs = Runs::default();
        let signals = options
            .handles_signals
            .then(|| {
                let (runs, leave) = (runs.clone(), driver.leave());
                Signals::install(Box::new(move || {
                    runs.end();
                    leave();
                }))
            })
            .transpose()
            .map_err(|source| Error::Thread {
                name: "emberscope-signals",
                source,
            })?;
        let (end, ended) = crossbeam_channel::unbounded();
        let session = Self {
            epoch,
            runs,
            refiner,
            wake,
            rings,
            timings: timings.as_ref().map(TimingsWriter::handle),
            books: Mutex::new(Some(Books {
                junction: Some(junction),
                recorders: Vec::new(),
                timings,
                signals,
            })),
            end,
            ended,
            look,
            bulk: BulkBudget::new(options.bulk_budget),
            options,
        };
        Ok((session, driver, no_window))
    }

    fn books(&self) -> MutexGuard<'_, Option<Books>> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// No further run will come: when those that are open end, so does all that is shown.
    fn seal(&self) {
        if let Some(books) = self.books().as_mut() {
            books.junction = None;
        }
    }

    /// Closes everything, once. Every run must be closed.
    fn close(&self, notes: Vec<String>) {
        let books = self.books().take();
        if let Some(books) = books {
            books.close(self, notes);
        }
    }
}
