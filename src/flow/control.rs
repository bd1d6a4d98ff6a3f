//! The way back to the worker: pause, resume and stop, asked for by anyone, obeyed between two steps.
//!
//! The worker reads one atomic a step. Only while it is paused does it wait, on a condition variable that a resume or a stop
//! wakes.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::message::Command;

const RUN: u8 = 0;
const PAUSE: u8 = 1;
const STOP: u8 = 2;

/// A handle to ask a worker to pause, resume or stop. Clones ask the same worker.
#[derive(Clone, Debug, Default)]
pub struct Control {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    wish: AtomicU8,
    /// A producer was told to stop, and so has left its work undone.
    has_stopped: AtomicBool,
    /// The run is closed: nothing more will be said.
    has_ended: AtomicBool,
    /// Guards nothing: it pairs with the condition variable so that no wake-up is missed.
    gate: Mutex<()>,
    changed: Condvar,
}

impl Control {
    /// Asks for `command`. A stop cannot be taken back: later commands do nothing.
    pub fn ask(&self, command: Command) {
        let wish = match command {
            Command::Pause => PAUSE,
            Command::Resume => RUN,
            Command::Stop => STOP,
        };
        let _gate = self
            .shared
            .gate
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if self.shared.wish.load(Ordering::Acquire) != STOP {
            self.shared.wish.store(wish, Ordering::Release);
            self.shared.changed.notify_all();
        }
    }

    /// Whether a stop was asked for.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.shared.wish.load(Ordering::Acquire) == STOP
    }

    /// Whether a pause was asked for and not taken back.
    #[must_use]
    pub fn is_pausing(&self) -> bool {
        self.shared.wish.load(Ordering::Acquire) == PAUSE
    }

    /// Whether a producer has left its work undone because a stop was asked for.
    #[must_use]
    pub fn has_stopped(&self) -> bool {
        self.shared.has_stopped.load(Ordering::Acquire)
    }

    /// Whether the run is closed: all that will ever be said of it is on its way. It holds whatever became of those who listen.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.shared.has_ended.load(Ordering::Acquire)
    }

    /// Notes that the run is closed.
    pub(super) fn end(&self) {
        self.shared.has_ended.store(true, Ordering::Release);
    }

    /// Notes that a producer obeys a stop; tells whether it is the first.
    pub(super) fn obey_stop(&self) -> bool {
        !self.shared.has_stopped.swap(true, Ordering::AcqRel)
    }

    /// Waits until no pause is asked for. Returns at once where none is.
    pub(super) fn wait_while_pausing(&self) {
        let mut gate = self
            .shared
            .gate
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        while self.is_pausing() {
            gate = self
                .shared
                .changed
                .wait(gate)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_is_final() {
        let control = Control::default();
        control.ask(Command::Stop);
        control.ask(Command::Resume);
        control.ask(Command::Pause);
        assert!(control.is_stopping());
        assert!(!control.is_pausing());
    }

    #[test]
    fn a_stop_ends_a_pause() {
        let control = Control::default();
        control.ask(Command::Pause);
        let waiter = control.clone();
        let thread = std::thread::Builder::new()
            .name("paused".into())
            .spawn(move || waiter.wait_while_pausing())
            .expect("a thread can be started");
        control.ask(Command::Stop);
        thread.join().expect("the waiter returns");
    }
}
