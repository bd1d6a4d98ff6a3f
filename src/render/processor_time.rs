//! What drawing really takes of the processor.
//!
//! On a busy machine the clock on the wall says little about the cost of a frame: most of it is waiting for a turn. Linux tells
//! for each thread how long it has run. In: the device that draws. Out: the time that the calling thread and the threads that
//! rasterise for the device have run. Elsewhere nobody can tell, and the wall clock has to do.

use std::path::PathBuf;
use std::time::Duration;

use super::gpu::Gpu;

/// A reading: how long threads have run since they began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProcessorTime {
    /// The thread that asked.
    pub thread: Duration,
    /// The threads together that rasterise for the device.
    pub rasteriser: Duration,
}

/// Reads how long this thread has run, and how long a device's rasteriser. Without a device there is the thread alone.
#[derive(Debug, Default)]
pub struct ProcessorClock {
    /// The rasteriser's threads, by the files that tell of them.
    rasteriser: Vec<PathBuf>,
}

impl ProcessorClock {
    /// A clock for the threads that rasterise for `gpu`, and not for another device. They are known by the names that they
    /// give themselves when they begin: make it after the [`super::Renderer`].
    #[must_use]
    pub fn new(gpu: &Gpu) -> Self {
        if !gpu.is_software() {
            return Self::default();
        }
        let threads = gpu.threads().rasteriser();
        Self {
            rasteriser: threads
                .iter()
                .map(|id| PathBuf::from(format!("/proc/self/task/{id}/schedstat")))
                .collect(),
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
    use crate::render::target::OFFSCREEN_FORMAT;
    use crate::render::{Chrome, Renderer};
    use crate::scene::Theme;

    /// Has a large window filled twice, and waits for it.
    fn fill(gpu: &Gpu, renderer: &mut Renderer) {
        for theme in [Theme::DARK, Theme::LIGHT] {
            let chrome = Chrome {
                primitives: Vec::new(),
                textures: egui::TexturesDelta::default(),
                size_px: [1024; 2],
                pixels_per_point: 1.0,
            };
            renderer.paint_chrome(chrome, &theme);
        }
        gpu.wait(Duration::from_secs(60)).expect("it is filled");
    }

    #[test]
    fn what_another_device_draws_does_not_count() {
        let [mut busy, mut idle] = [(); 2].map(|()| {
            let gpu = Gpu::software().expect("these tests need a software adapter");
            let renderer = Renderer::new(&gpu, OFFSCREEN_FORMAT);
            (gpu, renderer)
        });
        // All threads have begun once something was drawn.
        for (gpu, renderer) in [&mut busy, &mut idle] {
            fill(gpu, renderer);
        }
        let clocks = [&busy, &idle].map(|(gpu, _)| ProcessorClock::new(gpu));
        let read = || {
            clocks
                .each_ref()
                .map(|clock| clock.read().expect("Linux tells").rasteriser)
        };
        let before = read();
        for _ in 0..20 {
            fill(&busy.0, &mut busy.1);
        }
        let after = read();
        let [busy, idle] = [0, 1].map(|i| after[i] - before[i]);
        // On a machine with one core there are no threads, and both are 0.
        assert!(idle <= busy / 2, "{idle:?} of {busy:?}");
    }

    #[test]
    fn a_thread_that_works_has_run_and_one_that_waits_has_not() {
        let clock = ProcessorClock::default();
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
