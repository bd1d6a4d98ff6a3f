//! A thread that makes figures, so that whoever draws a window waits for neither disk nor adapter.
//!
//! It keeps a device from the first picture on, until none is asked for in a while.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};

use super::pixels::Easel;
use super::{Figure, FigureError, Format, free_name};
use crate::refiner::Desk;
use crate::render::Picture;

/// So long after a figure a device is kept for the next.
const KEPT: Duration = Duration::from_secs(30);

/// Where a figure goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Into a file, in the format that its extension says.
    File(PathBuf),
    /// Into a file of a folder, under a name that no other has.
    Folder {
        /// The folder; it is made where there is none.
        folder: PathBuf,
        /// The first part of the name.
        run: String,
        /// The second.
        subject: String,
        /// The format.
        format: Format,
    },
    /// Back as pixels, for the clipboard.
    Pixels,
}

/// A figure and where it goes.
#[derive(Clone, Debug)]
pub struct Job {
    /// The figure.
    pub figure: Figure,
    /// Where it goes.
    pub output: Output,
}

/// What came of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// The file is written, whole.
    File(PathBuf),
    /// The pixels.
    Pixels(Picture),
}

/// Makes figures one after the other. Dropping it waits until all that were asked for are made.
#[derive(Debug)]
pub struct Exporter {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Exporter {
    /// Starts the thread; `report` is called on it when a figure is made or not.
    ///
    /// # Errors
    /// [`FigureError::Thread`] if it cannot be started.
    pub fn start(
        desk: Desk,
        report: impl Fn(Result<Done, FigureError>) + Send + 'static,
    ) -> Result<Self, FigureError> {
        let (sender, jobs) = unbounded::<Job>();
        let thread = std::thread::Builder::new()
            .name("emberscope-export".into())
            .spawn(move || work(&desk, &jobs, report))
            .map_err(FigureError::Thread)?;
        Ok(Self {
            jobs: Some(sender),
            thread: Some(thread),
        })
    }

    /// Asks for a figure.
    pub fn export(&self, job: Job) {
        if let Some(jobs) = &self.jobs {
            // The thread lives as long as the sender.
            let _ = jobs.send(job);
        }
    }
}

/// Makes figures until nobody can ask for one any more.
fn work(desk: &Desk, jobs: &Receiver<Job>, report: impl Fn(Result<Done, FigureError>)) {
    let mut easel = Easel::default();
    loop {
        let next = if easel.is_set_up() {
            jobs.recv_timeout(KEPT)
        } else {
            jobs.recv().map_err(RecvTimeoutError::from)
        };
        match next {
            Ok(job) => report(guarded(&mut easel, desk, job)),
            Err(RecvTimeoutError::Timeout) => easel.put_away(),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// A figure that cannot be made for a fault of ours is told like any other, and those after it are made.
fn guarded(easel: &mut Easel, desk: &Desk, job: Job) -> Result<Done, FigureError> {
    let output = job.output.clone();
    catch_unwind(AssertUnwindSafe(|| make(easel, desk, job))).unwrap_or_else(|_| {
        // What it left on the device is not known.
        easel.put_away();
        let why = "the thread that makes figures panicked".to_owned();
        Err(match output {
            Output::File(path) | Output::Folder { folder: path, .. } => {
                FigureError::Make { path, why }
            }
            Output::Pixels => FigureError::Drawing(why),
        })
    })
}

fn make(easel: &mut Easel, desk: &Desk, job: Job) -> Result<Done, FigureError> {
    match job.output {
        Output::File(path) => {
            job.figure.write_on(easel, desk, &path)?;
            Ok(Done::File(path))
        }
        Output::Folder {
            folder,
            run,
            subject,
            format,
        } => {
            let path = free_name(&folder, &run, &subject, format)?;
            job.figure.write_on(easel, desk, &path)?;
            Ok(Done::File(path))
        }
        Output::Pixels => job.figure.pixels_on(easel, desk).map(Done::Pixels),
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A panic of its own was told by the panic hook.
            let _ = thread.join();
        }
    }
}
