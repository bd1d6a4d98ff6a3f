//! What drawing really takes of the processor.
//!
//! On a busy machine the clock on the wall says little about the cost of a frame: most of it is waiting for a turn. Linux tells
//! for each thread how long it has run; the threads of Mesa's software rasteriser are known by their names. In: nothing.
//! Out: the time that the calling thread and the rasteriser have run. Elsewhere nobody can tell, and the wall clock has to do.

use std::path::PathBuf;
use std::time::Duration;

/// How the rasteriser names its threads.
#[cfg(target_os = "linux")]
const RASTERISER: [&str; 2] = ["llvmpipe", "lvp"];

/// A reading: how long threads have run since they began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProcessorTime {
    /// The thread that asked.
    pub thread: Duration,
    /// The software rasteriser's threads together.
    pub rasteriser: Duration,
}

/// Reads how long this thread and the rasteriser's have run.
#[derive(Debug, Default)]
pub struct ProcessorClock {
    /// The rasteriser's threads, by the files that tell of them.
    rasteriser: Vec<PathBuf>,
}

impl ProcessorClock {
    /// A clock for the rasteriser's threads that run now: make it after the device.
    #[must_use]
    pub fn new() -> Self {
        Self {
            rasteriser: rasteriser_threads(),
        }
    }

    /// What the clock says; `None` where the system does not tell.
    #[must_use]
    pub fn read(&self) -> Option<ProcessorTime> {
        let thread = run_time(&PathBuf::from("/proc/thread-self/schedstat"))?;
        // A thread that has ended tells nothing, and costs nothing.
        let rasteriser = self.rasteriser.iter().filter_map(run_time).sum();
        Some(ProcessorTime { thread, rasteriser })
    }
}

#[cfg(target_os = "linux")]
fn rasteriser_threads() -> Vec<PathBuf> {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else {
        return Vec::new();
    };
    threads
        .flatten()
        .filter(|thread| {
            std::fs::read_to_string(thread.path().join("comm"))
                .is_ok_and(|name| RASTERISER.iter().any(|prefix| name.starts_with(prefix)))
        })
        .map(|thread| thread.path().join("schedstat"))
        .collect()
}

#[cfg(not(target_os = "linux"))]
fn rasteriser_threads() -> Vec<PathBuf> {
    Vec::new()
}

/// The first number of a thread's `schedstat`: nanoseconds on a processor.
fn run_time(file: &PathBuf) -> Option<Duration> {
    let text = std::fs::read_to_string(file).ok()?;
    text.split_whitespace()
        .next()?
        .parse()
        .ok()
        .map(Duration::from_nanos)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_thread_that_works_has_run_and_one_that_waits_has_not() {
        let clock = ProcessorClock::new();
        let read = || clock.read().expect("Linux tells").thread;
        let before = read();
        let start = Instant::now();
        while read() - before < Duration::from_millis(20) {
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "the clock stands"
            );
        }
        let before = read();
        std::thread::park_timeout(Duration::from_millis(200));
        assert!(read() - before < Duration::from_millis(100));
    }
}
