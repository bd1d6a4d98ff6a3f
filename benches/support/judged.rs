//! Figures that are held against the design's targets.
#![allow(dead_code, reason = "each benchmark uses its part")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::Bencher;

/// `cargo test` and `cargo bench --no-run` only want to know that it works.
pub(crate) fn is_measured() -> bool {
    let has = |wanted: &str| std::env::args().any(|argument| argument == wanted);
    has("--bench") && !has("--test")
}

/// What an iteration took, in seconds, sample by sample; the last `SAMPLES` count.
#[derive(Default)]
pub(crate) struct Times<const SAMPLES: usize>(Vec<f64>);

impl<const SAMPLES: usize> Times<SAMPLES> {
    pub(crate) fn note(&mut self, count: u64, took: Duration) -> Duration {
        self.0.push(took.as_secs_f64() / count as f64);
        took
    }

    /// The median of the samples; what came before them was warm-up. None where it was not run.
    pub(crate) fn median(&self) -> Option<f64> {
        let warm_up = self.0.len().saturating_sub(SAMPLES);
        let mut samples = self.0[warm_up..].to_vec();
        samples.sort_by(f64::total_cmp);
        samples.get(samples.len() / 2).copied()
    }
}

/// Times `routine` as [`Bencher::iter`] does, and keeps the times.
pub(crate) fn timed<T, const SAMPLES: usize>(
    bencher: &mut Bencher<'_>,
    times: &mut Times<SAMPLES>,
    mut routine: impl FnMut() -> T,
) {
    bencher.iter_custom(|count| {
        let start = Instant::now();
        for _ in 0..count {
            black_box(routine());
        }
        times.note(count, start.elapsed())
    });
}

/// Prints one of the design's targets: what, figure, target, verdict.
#[allow(clippy::print_stdout, reason = "a benchmark prints its figures")]
pub(crate) fn tell(what: &str, figure: &str, target: &str, is_met: bool) {
    let verdict = if is_met { "met" } else { "missed" };
    println!("target | {what} | {figure} | {target} | {verdict}");
}
