//! A slot for the newest value, with at most one wake-up under way.
//!
//! The writer replaces what is in the slot and wakes the reader only if no wake-up is pending. The reader calls
//! [`Mailbox::take`], which clears the pending mark before it empties the slot: a value that arrives in between causes one
//! more wake-up, never a lost one.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Wakes the thread that reads a mailbox. Must not block.
pub trait Wake: Send + Sync {
    /// Says that there is something to take.
    fn wake(&self);
}

impl<F: Fn() + Send + Sync> Wake for F {
    fn wake(&self) {
        self();
    }
}

/// A latest-wins slot between two threads.
#[derive(Debug)]
pub struct Mailbox<T> {
    slot: Mutex<Option<T>>,
    is_wake_pending: AtomicBool,
    replaced: AtomicU64,
}

impl<T> Default for Mailbox<T> {
    fn default() -> Self {
        Self {
            slot: Mutex::new(None),
            is_wake_pending: AtomicBool::new(false),
            replaced: AtomicU64::new(0),
        }
    }
}

impl<T> Mailbox<T> {
    /// Puts `value` in the slot, replacing what was not taken, and wakes the reader unless a wake-up is pending.
    pub fn publish(&self, value: T, wake: &dyn Wake) {
        // The old value is dropped after the lock is released: freeing a scene may take a while.
        let old = self
            .slot
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .replace(value);
        if old.is_some() {
            self.replaced.fetch_add(1, Ordering::Relaxed);
        }
        if !self.is_wake_pending.swap(true, Ordering::AcqRel) {
            wake.wake();
        }
    }

    /// Takes the newest value, if there is one the reader has not had.
    #[must_use]
    pub fn take(&self) -> Option<T> {
        self.is_wake_pending.store(false, Ordering::Release);
        self.slot
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// Whether a value waits to be taken.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.slot
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_some()
    }

    /// How many values were replaced before anyone took them.
    #[must_use]
    pub fn replaced(&self) -> u64 {
        self.replaced.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[test]
    fn a_flood_wakes_once_and_leaves_the_newest() {
        let wakes = AtomicUsize::new(0);
        let wakes = Arc::new(wakes);
        let counted = Arc::clone(&wakes);
        let wake = move || {
            counted.fetch_add(1, Ordering::Relaxed);
        };
        let mailbox = Mailbox::default();
        for value in 0..1000 {
            mailbox.publish(value, &wake);
        }
        assert_eq!(wakes.load(Ordering::Relaxed), 1);
        assert_eq!(mailbox.replaced(), 999);
        assert_eq!(mailbox.take(), Some(999));
        assert_eq!(mailbox.take(), None);
        mailbox.publish(7, &wake);
        assert_eq!(wakes.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn the_last_value_always_reaches_a_reader_that_waits_for_wakes() {
        let (bell, rings) = crossbeam_channel::unbounded();
        let mailbox = Arc::new(Mailbox::default());
        let writer = {
            let mailbox = Arc::clone(&mailbox);
            std::thread::Builder::new()
                .name("mailbox-writer".into())
                .spawn(move || {
                    let wake = move || bell.send(()).expect("the reader outlives the writer");
                    for value in 1..=10_000_u32 {
                        mailbox.publish(value, &wake);
                    }
                })
                .expect("a thread can be started")
        };
        let mut newest = 0;
        while rings.recv().is_ok() {
            if let Some(value) = mailbox.take() {
                assert!(value > newest);
                newest = value;
            }
        }
        writer.join().expect("the writer does not panic");
        assert_eq!(newest, 10_000);
    }
}
