//! The way back to the worker: what a person asks of a run, obeyed between two steps.
//!
//! The worker reads one atomic a step. Only while it is paused does it wait, on a condition variable that the next command wakes.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::message::Command;

/// What is wished for, as bits: none, and the worker goes on.
const PAUSE: u8 = 1;
const STOP: u8 = 2;
/// There are orders to take.
const ORDERS: u8 = 4;
/// Nothing is heard any more.
const CLOSED: u8 = 8;

/// A handle to steer a worker. Clones steer the same one.
#[derive(Clone, Debug, Default)]
pub struct Control {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// Written only while `orders` is held, which pairs it with the condition variable: so no wake-up is missed.
    wish: AtomicU8,
    /// A producer was told to stop, and so has left its work undone.
    has_stopped: AtomicBool,
    /// The run is closed: nothing more will be said.
    has_ended: AtomicBool,
    /// What is to be done once each, in the order asked: all but pause, resume and stop.
    orders: Mutex<VecDeque<Command>>,
    changed: Condvar,
}

impl Control {
    /// Asks for `command`, and tells whether it can still be heard: a run that is stopping or has ended hears nothing more.
    ///
    /// A single step ([`Command::Step`]) asked of a run that is not paused pauses it after that step.
    #[allow(
        clippy::must_use_candidate,
        reason = "who asks a run that may be over need not know"
    )]
    pub fn ask(&self, command: Command) -> bool {
        let mut orders = self.orders();
        let wish = self.wish();
        if wish & (STOP | CLOSED) != 0 {
            return false;
        }
        let wish = match command {
            Command::Pause => wish | PAUSE,
            Command::Resume => wish & !PAUSE,
            // Orders that were not taken are answered when the run is closed.
            Command::Stop => STOP,
            Command::Step => {
                orders.push_back(command);
                wish | ORDERS | PAUSE
            }
            Command::Evaluate | Command::Checkpoint | Command::LearningRate(_) => {
                orders.push_back(command);
                wish | ORDERS
            }
        };
        self.shared.wish.store(wish, Ordering::Release);
        self.shared.changed.notify_all();
        true
    }

    fn orders(&self) -> MutexGuard<'_, VecDeque<Command>> {
        self.shared
            .orders
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn wish(&self) -> u8 {
        self.shared.wish.load(Ordering::Acquire)
    }

    /// Whether nothing is asked for.
    #[inline]
    pub(super) fn is_calm(&self) -> bool {
        self.wish() & !CLOSED == 0
    }

    /// The order that has waited longest; none are given out any more once a stop was asked for.
    pub(super) fn take_order(&self) -> Option<Command> {
        if self.wish() & ORDERS == 0 {
            return None;
        }
        let mut orders = self.orders();
        let wish = self.wish();
        let order = orders.pop_front().filter(|_| wish & STOP == 0);
        if orders.is_empty() {
            self.shared.wish.store(wish & !ORDERS, Ordering::Release);
        }
        order
    }

    /// Hears nothing from here on; gives the orders that nobody took.
    pub(super) fn close(&self) -> Vec<Command> {
        let mut orders = self.orders();
        let wish = self.wish() & !(ORDERS | PAUSE);
        self.shared.wish.store(wish | CLOSED, Ordering::Release);
        self.shared.changed.notify_all();
        orders.drain(..).collect()
    }

    /// Whether a stop was asked for.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.wish() & STOP != 0
    }

    /// Whether a pause was asked for and not taken back.
    #[must_use]
    pub fn is_pausing(&self) -> bool {
        self.wish() & PAUSE != 0
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

    /// Waits until the run is closed, at most so long; tells whether it is.
    #[must_use]
    pub fn wait_for_end(&self, longest: Duration) -> bool {
        let orders = self.orders();
        let goes_on = |_: &mut VecDeque<Command>| !self.has_ended();
        let waited = self
            .shared
            .changed
            .wait_timeout_while(orders, longest, goes_on);
        drop(waited);
        self.has_ended()
    }

    /// Notes that the run is closed.
    pub(super) fn end(&self) {
        let orders = self.orders();
        self.shared.has_ended.store(true, Ordering::Release);
        self.shared.changed.notify_all();
        drop(orders);
    }

    /// Notes that a producer obeys a stop; tells whether it is the first.
    pub(super) fn obey_stop(&self) -> bool {
        !self.shared.has_stopped.swap(true, Ordering::AcqRel)
    }

    /// Waits while a pause is asked for and there is nothing to do. Returns at once where none is.
    pub(super) fn wait_while_pausing(&self) {
        let mut orders = self.orders();
        while self.wish() == PAUSE {
            orders = self
                .shared
                .changed
                .wait(orders)
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
