//! A queue whose reader is woken when there is reason to, not for everything that is put in.
//!
//! Waking a thread costs the one who wakes it some microseconds, and a step has several tensors to report. So the reader is
//! woken when it has nothing and waits for the first of many, and when it is asked to look at once; for what comes meanwhile
//! it looks by itself when its hold is over.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded, unbounded};

/// The end that puts in. The reader ends when it is dropped.
pub(super) struct Input<T> {
    items: Sender<T>,
    bell: Sender<()>,
    is_waiting: Arc<AtomicBool>,
}

impl<T> std::fmt::Debug for Input<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input")
            .field("waiting", &self.items.len())
            .finish_non_exhaustive()
    }
}

/// The end that takes out.
pub(super) struct Output<T> {
    items: Receiver<T>,
    bell: Receiver<()>,
    is_waiting: Arc<AtomicBool>,
}

/// The two ends of a queue without a bound.
pub(super) fn queue<T>() -> (Input<T>, Output<T>) {
    let (items, taken) = unbounded();
    let (ring, bell) = bounded(1);
    let is_waiting = Arc::new(AtomicBool::new(false));
    let input = Input {
        items,
        bell: ring,
        is_waiting: Arc::clone(&is_waiting),
    };
    let output = Output {
        items: taken,
        bell,
        is_waiting,
    };
    (input, output)
}

impl<T> Input<T> {
    /// Puts an item in. With `at_once` the reader looks at it now; else when it looks next, unless it has nothing at all.
    pub(super) fn put(&self, item: T, at_once: bool) {
        // The reader lives as long as this does: it ends only when this is dropped.
        let _ = self.items.send(item);
        let is_waiting =
            self.is_waiting.load(Ordering::SeqCst) && self.is_waiting.swap(false, Ordering::SeqCst);
        if at_once || is_waiting {
            // A full bell is a bell that rings.
            let _ = self.bell.try_send(());
        }
    }
}

impl<T> Output<T> {
    /// The next item, however long it takes; `None` when none will come any more.
    pub(super) fn wait(&self) -> Option<T> {
        loop {
            // A ring that is left over is for an item that is there: it is seen now, and shall not end the hold after it.
            let _ = self.bell.try_recv();
            match self.items.try_recv() {
                Ok(item) => return Some(item),
                Err(TryRecvError::Disconnected) => return None,
                Err(TryRecvError::Empty) => {}
            }
            self.is_waiting.store(true, Ordering::SeqCst);
            // What was put in before that was seen rings no bell.
            if self.items.is_empty() {
                // A bell that is gone means that the items are: the next look tells.
                let _ = self.bell.recv();
            }
            self.is_waiting.store(false, Ordering::SeqCst);
        }
    }

    /// The next item that is there already.
    pub(super) fn take(&self) -> Option<T> {
        self.items.try_recv().ok()
    }

    /// Lets items come until `deadline`, or until the reader shall look at once.
    pub(super) fn hold(&self, deadline: Instant) {
        // A ring, the deadline and a bell that is gone all mean: look.
        let _ = self.bell.recv_deadline(deadline);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn reader<T: Send + 'static>(
        name: &str,
        read: impl FnOnce() -> T + Send + 'static,
    ) -> std::thread::JoinHandle<T> {
        std::thread::Builder::new()
            .name(name.into())
            .spawn(read)
            .expect("a thread can be started")
    }

    #[test]
    fn nothing_is_lost_and_the_end_is_seen() {
        let (input, output) = queue();
        let reader = reader("reader", move || {
            std::iter::from_fn(|| output.wait()).collect::<Vec<u32>>()
        });
        for item in 0..100_000 {
            input.put(item, item % 777 == 0);
        }
        drop(input);
        let read = reader.join().expect("it does not panic");
        assert!(read.into_iter().eq(0..100_000));
    }

    #[test]
    fn the_first_item_wakes_and_an_urgent_one_ends_the_hold() {
        let (input, output) = queue();
        let (told, tells) = bounded(4);
        let reader = reader("reader", move || {
            let begun = Instant::now();
            let first = output.wait();
            told.send(first).expect("somebody listens");
            output.hold(begun + LONG);
            told.send(output.take()).expect("somebody listens");
            begun.elapsed()
        });
        input.put(1, false);
        assert_eq!(tells.recv_timeout(LONG), Ok(Some(1)));
        input.put(2, true);
        assert_eq!(tells.recv_timeout(LONG), Ok(Some(2)));
        assert!(reader.join().expect("it does not panic") < LONG);
    }
}
