//! For a display server that ends before the run does.
//!
//! The X library answers a broken connection by calling `exit` on the thread that talks to the server, and nothing in safe
//! Rust keeps it from that. But `exit` first runs the destructors of that thread's locals, while all other threads go on. So
//! one such destructor is put there: it holds `exit` up for good, and has another thread carry the run on to its end. That
//! thread then ends the program, past all that `exit` would still do.

use std::cell::RefCell;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread::Scope;

use crossbeam_channel::{Sender, bounded};

thread_local! {
    static FUSE: RefCell<Option<Fuse>> = const { RefCell::new(None) };
}

/// Held up by this, `exit` does not return.
struct Fuse {
    is_armed: bool,
    gone: Sender<()>,
}

impl Drop for Fuse {
    fn drop(&mut self) {
        if !self.is_armed || self.gone.try_send(()).is_err() {
            return;
        }
        // Neither parked nor on a channel: what those keep in thread-locals may be gone by now.
        let bell = Condvar::new();
        let lock = Mutex::new(());
        let mut locked = lock.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            locked = bell.wait(locked).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// As long as this lives, an `exit` called on this thread by a C library carries the run on.
#[derive(Debug)]
pub(crate) struct ExitGuard {
    /// It is about the thread that made it.
    _here: std::marker::PhantomData<*const ()>,
}

impl ExitGuard {
    /// Guards the calling thread. `carry_on` is called on a thread of its own if need be, and gives the exit code.
    ///
    /// # Errors
    /// If the system does not start the thread.
    pub(crate) fn arm<'scope>(
        threads: &'scope Scope<'scope, '_>,
        carry_on: impl FnOnce() -> i32 + Send + 'scope,
    ) -> io::Result<Self> {
        let (gone, is_gone) = bounded(1);
        std::thread::Builder::new()
            .name("emberscope-exit".into())
            .spawn_scoped(threads, move || {
                if is_gone.recv().is_ok() {
                    let code = catch_unwind(AssertUnwindSafe(carry_on)).unwrap_or(1);
                    signal_hook::low_level::exit(code);
                }
            })?;
        let fuse = Fuse {
            is_armed: true,
            gone,
        };
        FUSE.with_borrow_mut(|place| *place = Some(fuse));
        Ok(Self {
            _here: std::marker::PhantomData,
        })
    }
}

impl Drop for ExitGuard {
    /// From now on `exit` is what it was.
    fn drop(&mut self) {
        FUSE.with_borrow_mut(|place| {
            if let Some(mut fuse) = place.take() {
                fuse.is_armed = false;
            }
        });
    }
}
