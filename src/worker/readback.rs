//! The read-back thread: gathers tensors, has them read in one transfer, and sees to it that their values arrive.
//!
//! In: [`Parcel`]s from a [`super::TensorProbe`]. Out: points through a probe of the thread's own. The one idea is the hold: what
//! comes within [`LONGEST_HOLD`] travels together, so a device is waited for a few times a second and not a few times a step.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use burn::tensor::Tensor;

use super::queue::Output;
use super::tensors::Transfers;
use super::throughput::Throughput;
use super::transfer::{ReadError, panic_text, read};
use crate::flow::Probe;
use crate::message::{Level, SeriesId, Step};

/// The longest a value is held back so that others can travel with it.
pub const LONGEST_HOLD: Duration = Duration::from_millis(50);
/// The most steps whose values are held back on purpose.
pub const MOST_STEPS: usize = 32;
/// The most tensors of a transfer: each takes a buffer of its own on the way.
const MOST_TENSORS: usize = 512;
/// A transfer quicker than this found the work done already.
const PROMPT: Duration = Duration::from_millis(1);

/// What is called with values that somebody asked for.
pub(super) type Then = Box<dyn FnOnce(&[f32], &Probe) + Send>;

/// What travels to the read-back thread: tensors, and what is to become of their values.
pub(super) struct Parcel {
    pub(super) tensors: Vec<Tensor<1>>,
    pub(super) purpose: Purpose,
}

/// What is to become of a parcel's values.
pub(super) enum Purpose {
    /// The value of a series at a step.
    Scalar { series: SeriesId, step: Step },
    /// Somebody wants the values, and gets them on the read-back thread.
    Read(Then),
    /// Samples that a step has trained on; the rate is reported when the tensors before this are read.
    Samples {
        series: SeriesId,
        step: Step,
        count: u64,
        submitted: Instant,
    },
    /// The producer does something else than training now: read what there is, and measure no throughput.
    Flush,
    /// The producer trains again since that moment.
    Resumed(Instant),
}

/// What the two threads share.
#[derive(Debug, Default)]
pub(super) struct State {
    transfers: AtomicU64,
    tensors: AtomicU64,
    /// Steps are so slow that holding a step's values back for those of the next is of no use.
    is_slow: AtomicBool,
    lost: AtomicU64,
    reason: Mutex<Option<String>>,
}

impl State {
    fn reason(&self) -> MutexGuard<'_, Option<String>> {
        self.reason.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the values of a step are to be read when the step ends.
    pub(super) fn is_slow(&self) -> bool {
        self.is_slow.load(Ordering::Relaxed)
    }

    /// What has been read so far.
    pub(super) fn transfers(&self) -> Transfers {
        Transfers {
            transfers: self.transfers.load(Ordering::Relaxed),
            tensors: self.tensors.load(Ordering::Relaxed),
        }
    }

    /// How many values were lost and why the first of them, if any were.
    pub(super) fn loss(&self) -> Option<(u64, String)> {
        match self.lost.load(Ordering::Acquire) {
            0 => None,
            lost => Some((lost, self.reason().clone().unwrap_or_default())),
        }
    }

    pub(super) fn lose(&self, count: u64, reason: String) {
        self.reason().get_or_insert(reason);
        // At least one, so that a loss of nobody knows how many shows.
        self.lost.fetch_add(count.max(1), Ordering::Release);
    }
}

/// How quickly steps follow one another.
#[derive(Debug, Default)]
struct Pace {
    step: Option<(Step, Instant)>,
    /// Whether waiting for another step is of no use: it would not come within the hold.
    is_slow: bool,
}

impl Pace {
    fn tell(&mut self, step: Step, at: Instant) {
        if let Some((known, since)) = self.step {
            if known == step {
                return;
            }
            self.is_slow = at.saturating_duration_since(since) >= LONGEST_HOLD;
        }
        self.step = Some((step, at));
    }
}

/// What runs on the thread.
pub(super) struct Reader {
    probe: Probe,
    parcels: Output<Parcel>,
    state: Arc<State>,
    throughput: Throughput,
    pace: Pace,
}

/// How many values the tensors have.
fn values_of(tensors: &[Tensor<1>]) -> usize {
    tensors
        .iter()
        .map(|tensor| tensor.shape().num_elements())
        .sum()
}

/// What travels together.
#[derive(Default)]
struct Load {
    tensors: Vec<Tensor<1>>,
    /// Each with how many of the tensors' values are its own.
    purposes: Vec<(usize, Purpose)>,
}

impl Reader {
    pub(super) fn new(probe: Probe, parcels: Output<Parcel>, state: Arc<State>) -> Self {
        Self {
            probe,
            parcels,
            state,
            throughput: Throughput::default(),
            pace: Pace::default(),
        }
    }

    /// Reads until nobody sends any more.
    pub(super) fn run(mut self) {
        while let Some(first) = self.parcels.wait() {
            let load = self.gather(first);
            let told = catch_unwind(AssertUnwindSafe(|| self.deliver(load)));
            if let Err(payload) = told {
                let reason = format!("a panic on the read-back thread: {}", panic_text(&*payload));
                self.fail(0, &reason);
            }
        }
    }

    /// What comes within the hold, then what has come meanwhile.
    fn gather(&mut self, first: Parcel) -> Load {
        let mut load = Load::default();
        let mut steps = 0;
        let mut last_step = None;
        let deadline = Instant::now() + LONGEST_HOLD;
        let mut next = Some(first);
        while let Some(parcel) = next {
            let is_flush = matches!(parcel.purpose, Purpose::Flush);
            let is_end_of_step = matches!(parcel.purpose, Purpose::Samples { .. });
            if let Purpose::Scalar { step, .. } = &parcel.purpose
                && last_step.replace(*step) != Some(*step)
            {
                steps += 1;
                self.pace.tell(*step, Instant::now());
                self.state
                    .is_slow
                    .store(self.pace.is_slow, Ordering::Relaxed);
            }
            load.purposes
                .push((values_of(&parcel.tensors), parcel.purpose));
            load.tensors.extend(parcel.tensors);
            if is_flush || load.tensors.len() >= MOST_TENSORS {
                break;
            }
            next = self.parcels.take();
            let is_all = steps >= MOST_STEPS || (is_end_of_step && self.pace.is_slow);
            if next.is_none() && !is_all && Instant::now() < deadline {
                self.parcels.hold(deadline);
                next = self.parcels.take();
            }
        }
        load
    }

    fn deliver(&mut self, load: Load) {
        let count = load.tensors.len() as u64;
        let asked = Instant::now();
        let values = match self.read(load.tensors) {
            Ok(values) => values,
            Err(error) => {
                self.fail(count, &error.to_string());
                return;
            }
        };
        let arrived = Instant::now();
        let found_done = arrived.duration_since(asked) < PROMPT;
        let mut values = values.as_slice();
        let mut trained: Option<(SeriesId, Step, u64, Instant)> = None;
        for (count, purpose) in load.purposes {
            let (own, rest) = values.split_at(count);
            values = rest;
            match purpose {
                Purpose::Scalar { series, step } => {
                    for &value in own {
                        self.probe.scalar_at(series, step, value);
                    }
                }
                Purpose::Read(then) => then(own, &self.probe),
                Purpose::Samples {
                    series,
                    step,
                    count,
                    submitted,
                } => {
                    let before = trained.map_or(0, |(_, _, count, _)| count);
                    trained = Some((series, step, before + count, submitted));
                }
                Purpose::Flush => {
                    self.tell_throughput(trained.take(), found_done, arrived);
                    self.throughput.restart(arrived);
                }
                Purpose::Resumed(at) => {
                    trained = None;
                    self.throughput.restart(at);
                }
            }
        }
        self.tell_throughput(trained, found_done, arrived);
    }

    /// Reports the rate at a batch's end. Where the device had the values ready, it has computed them as they were submitted:
    /// the hold before the transfer is none of its time.
    fn tell_throughput(
        &mut self,
        trained: Option<(SeriesId, Step, u64, Instant)>,
        found_done: bool,
        arrived: Instant,
    ) {
        if let Some((series, step, count, submitted)) = trained {
            let at = if found_done { submitted } else { arrived };
            if let Some(rate) = self.throughput.done(count, at) {
                #[allow(
                    clippy::cast_possible_truncation,
                    reason = "a rate is shown, not summed"
                )]
                self.probe.scalar_at(series, step, rate as f32);
            }
        }
    }

    fn read(&self, tensors: Vec<Tensor<1>>) -> Result<Vec<f32>, ReadError> {
        if !tensors.is_empty() {
            let count = tensors.len() as u64;
            self.state.transfers.fetch_add(1, Ordering::Relaxed);
            self.state.tensors.fetch_add(count, Ordering::Relaxed);
        }
        read(tensors)
    }

    /// Says the first failure aloud and counts all.
    fn fail(&self, lost: u64, reason: &str) {
        let is_first = self.state.loss().is_none();
        self.state.lose(lost, reason.to_owned());
        if is_first {
            self.probe
                .text_at(Level::Error, format!("values are lost: {reason}"));
        }
    }
}
