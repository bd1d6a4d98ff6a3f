//! Ctrl-C and SIGTERM: once to stop cleanly, twice to end at once.

use std::io;
#[cfg(unix)]
use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(unix)]
use std::sync::{Arc, OnceLock};

use crate::flow::Control;
use crate::message::Command;

/// The exit code of a program ended by Ctrl-C, as shells count it.
#[cfg(unix)]
const INTERRUPTED: i32 = 130;

/// A thread that waits for signals, as long as this lives.
#[derive(Debug)]
pub(crate) struct Signals {
    #[cfg(unix)]
    handle: signal_hook::iterator::Handle,
    #[cfg(unix)]
    thread: std::thread::JoinHandle<()>,
    #[cfg(unix)]
    is_unused: Arc<AtomicBool>,
}

#[cfg(unix)]
impl Signals {
    /// From now on the first signal asks the run to stop and calls `leave`; the second ends the program with exit code 130.
    pub(crate) fn install(
        control: Control,
        leave: Box<dyn Fn() + Send + Sync>,
    ) -> io::Result<Self> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        use signal_hook::flag;

        // What the system does of itself comes back when this is uninstalled: the program is the caller's.
        static IS_UNUSED: OnceLock<Arc<AtomicBool>> = OnceLock::new();
        let is_unused = match IS_UNUSED.get() {
            Some(is_unused) => is_unused,
            None => {
                let is_unused = IS_UNUSED.get_or_init(Arc::default);
                for signal in [SIGINT, SIGTERM, SIGHUP] {
                    flag::register_conditional_default(signal, Arc::clone(is_unused))?;
                }
                is_unused
            }
        };
        is_unused.store(false, Ordering::Relaxed);
        let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let handle = signals.handle();
        let thread = std::thread::Builder::new()
            .name("emberscope-signals".into())
            .spawn(move || {
                let mut received = signals.forever();
                if received.next().is_some() {
                    tracing::warn!("stopping after this step; once more ends the program at once");
                    control.ask(Command::Stop);
                    leave();
                }
                if received.next().is_some() {
                    signal_hook::low_level::exit(INTERRUPTED);
                }
            })?;
        Ok(Self {
            handle,
            thread,
            is_unused: Arc::clone(is_unused),
        })
    }

    /// Waits for no more signals; from now on they do what they did before.
    pub(crate) fn uninstall(self) {
        self.is_unused.store(true, Ordering::Relaxed);
        self.handle.close();
        // It ends when the handle is closed and cannot panic.
        let _ = self.thread.join();
    }
}

/// Elsewhere the system's own handling stands: the program ends at once, and the recording holds all but the last second.
#[cfg(not(unix))]
impl Signals {
    pub(crate) fn install(_: Control, _: Box<dyn Fn() + Send + Sync>) -> io::Result<Self> {
        Ok(Self {})
    }

    pub(crate) fn uninstall(self) {}
}
