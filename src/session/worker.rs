//! One run of a session: opened, worked on a thread of its own, closed.
//!
//! Whatever its closure does, fail or panic, is this run's end and no other's.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{Scope as Threads, ScopedJoinHandle};

use crossbeam_channel::Sender;

use crate::flow::{Control, Hub, Overflow, Scope, Source, WorkError, panic_message};
use crate::message::{Level, Outcome, RunId, RunInfo};
use crate::recording::{Recorder, RecorderOptions, RunDirectory};
use crate::runs::Handle;

use super::show::Driver;
use super::{Error, Session};

/// Bytes of messages that may wait for a disk before points are dropped from the recording.
const RECORDER_CAP: usize = 64 << 20;

/// A run that is heard, recorded and shown, and waits for its thread.
pub(super) struct Opened {
    hub: Hub,
    scope: Option<Scope>,
    end: Sender<(RunId, bool)>,
    is_closed: bool,
}

impl Opened {
    /// What the training is given; until the run is closed.
    pub(super) const fn scope(&self) -> Option<&Scope> {
        self.scope.as_ref()
    }

    fn close(&mut self, outcome: Outcome) {
        let is_well = !matches!(outcome, Outcome::Failed(_));
        self.is_closed = true;
        self.scope = None;
        self.hub.close(outcome);
        // Only heard where the display is gone.
        let _ = self.end.send((self.hub.id(), is_well));
    }
}

impl Drop for Opened {
    /// A run that no thread could be had for ends all the same.
    fn drop(&mut self) {
        if !self.is_closed {
            self.close(Outcome::Failed("its thread did not start".to_owned()));
        }
    }
}

impl Session {
    /// Opens a run, which is recorded in `directory`.
    pub(super) fn open_run(
        &self,
        info: RunInfo,
        directory: Option<RunDirectory>,
    ) -> Result<Opened, Error> {
        let mut books = self.books();
        let books = books.as_mut().ok_or(Error::Ending)?;
        let mut hub = Hub::with_bulk_budget(self.bulk.clone());
        hub.feed(books.junction.as_ref().ok_or(Error::Ending)?);
        let place = directory
            .as_ref()
            .map(|directory| directory.path().to_owned());
        let recorder = directory
            .map(|directory| record(&mut hub, directory))
            .transpose()?;
        let handle = Handle {
            id: hub.id(),
            name: info.name.clone(),
            control: hub.control(),
            recording: recorder.as_ref().map(Recorder::status),
        };
        hub.open(info.clone())?;
        self.runs.add(handle);
        books.recorders.extend(recorder);
        let probe = hub.probe();
        self.options.text.connect(probe.clone());
        Ok(Opened {
            hub,
            scope: Some(Scope::new(probe, place).with_info(info)),
            end: self.end.clone(),
            is_closed: false,
        })
    }

    /// Says in a run what became of the window, where that is worth saying.
    pub(super) fn warn(&self, opened: &Opened, driver: &Driver, no_window: Option<String>) {
        let Some(scope) = opened.scope() else { return };
        if let Some(why) = no_window {
            scope.probe().text_at(Level::Warn, why);
        } else if self.options.snapshot_every.is_some() && matches!(driver, Driver::Window(_)) {
            scope.probe().text_at(
                Level::Warn,
                "there is a window: a picture is written at the end alone",
            );
        }
    }

    /// Has a thread work on an open run.
    pub(super) fn begin<'scope, T: Send + 'scope>(
        &'scope self,
        threads: &'scope Threads<'scope, '_>,
        opened: Opened,
        work: impl FnOnce(&Scope) -> Result<T, WorkError> + Send + 'scope,
    ) -> Result<ScopedJoinHandle<'scope, Result<T, Error>>, Error> {
        std::thread::Builder::new()
            .name("emberscope-worker".into())
            .spawn_scoped(threads, move || self.work(opened, work))
            .map_err(|source| Error::Thread {
                name: "emberscope-worker",
                source,
            })
    }

    fn work<T>(
        &self,
        mut opened: Opened,
        work: impl FnOnce(&Scope) -> Result<T, WorkError>,
    ) -> Result<T, Error> {
        let control = opened.hub.control();
        let Some(scope) = opened.scope.take() else {
            return Err(Error::Ending);
        };
        let caught = catch_unwind(AssertUnwindSafe(|| work(&scope)));
        drop(scope);
        self.options.text.disconnect_run(opened.hub.id());
        let (result, outcome) = conclude(caught, &control);
        opened.close(outcome);
        // Should scenes come no more, the end is seen all the same.
        self.wake.wake();
        result
    }
}

/// Starts to record what a run will say.
fn record(hub: &mut Hub, directory: RunDirectory) -> Result<Recorder, Error> {
    let inlet = hub.subscribe(Overflow::DropBeyond(RECORDER_CAP));
    let arguments = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
    let options = RecorderOptions {
        arguments: arguments.collect(),
        ..RecorderOptions::default()
    };
    Ok(Recorder::start(inlet, directory, options)?)
}

/// What a run's thread came to. Whatever its closure does, its panic was caught inside.
pub(super) fn joined<T>(worker: ScopedJoinHandle<'_, Result<T, Error>>) -> Result<T, Error> {
    worker
        .join()
        .unwrap_or_else(|payload| Err(Error::Panicked(panic_text(&*payload))))
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

/// What a panic said.
fn panic_text(payload: &(dyn std::any::Any + Send)) -> String {
    panic_message(payload).unwrap_or_else(|| "without a message".to_owned())
}
