//! Tensors through a probe: reported at once, read back later, many in one transfer, on a thread of their own.
//!
//! Reading a loss every step makes a training loop wait for its device every step. A [`TensorProbe`] takes the tensor
//! instead, without its autodiff graph, and hands it to the thread `emberscope-readback`. That thread holds what comes for
//! [`LONGEST_HOLD`] or [`MOST_STEPS`] steps, whichever ends first, reads it all in one transfer, and reports each value at the
//! step it belongs to. Nothing is dropped: while a transfer takes long, tensors of one number each wait on the device, and the
//! next transfer takes them all.

use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use burn::tensor::Tensor;
use crossbeam_channel::{Receiver, Sender, unbounded};

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
/// How long `proceed` may take without being taken for a pause.
const NO_PAUSE: Duration = Duration::from_millis(2);

/// Why tensors cannot be reported, or were not.
#[derive(Debug, thiserror::Error)]
pub enum TensorError {
    /// The system would not start the thread.
    #[error("cannot start the thread that reads tensors back: {0}")]
    Thread(#[source] std::io::Error),
    /// Values were lost. The first reason is told.
    #[error("{lost} values could not be read back: {reason}")]
    Lost {
        /// How many.
        lost: u64,
        /// Why, for the first of them.
        reason: String,
    },
}

/// What has been read back so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Transfers {
    /// Times the read-back thread waited for a device.
    pub transfers: u64,
    /// Tensors that were read.
    pub tensors: u64,
}

/// A probe that takes tensors besides numbers. Everything a [`Probe`] does, it does too.
///
/// ```no_run
/// # use burn::tensor::Tensor;
/// # use emberscope::{flow::Probe, worker::TensorProbe};
/// # fn training(probe: Probe, next_loss: impl Fn() -> Tensor<1>) -> Result<(), emberscope::worker::TensorError> {
/// let probe = TensorProbe::new(probe)?;
/// let loss = probe.series("loss/train");
/// for step in 1..=1000 {
///     if !probe.proceed() {
///         break;
///     }
///     probe.step(step);
///     probe.tensor(loss, next_loss()); // does not wait for the device
/// }
/// probe.finish()?; // waits until every value is reported
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct TensorProbe {
    probe: Probe,
    /// `None` once finishing.
    parcels: Option<Sender<Parcel>>,
    thread: Option<JoinHandle<()>>,
    state: Arc<State>,
}

/// What the two threads share.
#[derive(Debug, Default)]
struct State {
    transfers: AtomicU64,
    tensors: AtomicU64,
    lost: AtomicU64,
    reason: Mutex<Option<String>>,
}

type Then = Box<dyn FnOnce(&[f32], &Probe) + Send>;

/// What travels to the read-back thread: tensors, and what is to become of their values.
struct Parcel {
    tensors: Vec<Tensor<1>>,
    purpose: Purpose,
}

enum Purpose {
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

impl Deref for TensorProbe {
    type Target = Probe;

    fn deref(&self) -> &Probe {
        &self.probe
    }
}

impl TensorProbe {
    /// A probe for tensors, with a read-back thread of its own, from a plain one.
    ///
    /// # Errors
    /// [`TensorError::Thread`] if the thread cannot be started.
    pub fn new(probe: Probe) -> Result<Self, TensorError> {
        let (parcels, received) = unbounded();
        let state = Arc::new(State::default());
        let mut reader = Reader {
            probe: probe.clone(),
            parcels: received,
            state: Arc::clone(&state),
            throughput: Throughput::default(),
            pace: Pace::default(),
        };
        let thread = std::thread::Builder::new()
            .name("emberscope-readback".into())
            .spawn(move || reader.run())
            .map_err(TensorError::Thread)?;
        Ok(Self {
            probe,
            parcels: Some(parcels),
            thread: Some(thread),
            state,
        })
    }

    /// Reports a tensor of one element as a scalar of the current step, whatever its rank; of a tensor of more elements, their
    /// mean.
    ///
    /// Does not wait for the device: the value arrives a little later. Keeps no autodiff graph.
    pub fn tensor<const D: usize>(&self, series: SeriesId, tensor: Tensor<D>) {
        let step = self.current_step();
        self.send(vec![detached(tensor)], Purpose::Scalar { series, step });
    }

    /// Has tensors of one element each read back, then calls `then` with their values, in order, on the read-back thread.
    ///
    /// The probe `then` gets is that thread's own: it stands at step 0, so report scalars with [`Probe::scalar_at`]. If the
    /// values cannot be read, `then` is not called.
    pub fn read(
        &self,
        tensors: impl IntoIterator<Item = Tensor<1>>,
        then: impl FnOnce(&[f32], &Probe) + Send + 'static,
    ) {
        let tensors = tensors.into_iter().map(detached).collect();
        self.send(tensors, Purpose::Read(Box::new(then)));
    }

    /// Calls `then` on the read-back thread, when all that was reported before has been computed and read.
    pub fn when_computed(&self, then: impl FnOnce(&Probe) + Send + 'static) {
        self.read([], move |_, probe| then(probe));
    }

    /// Tells that the current step trains on `count` samples: call it after the step's tensors are reported. The samples per
    /// second are reported as `series` whenever tensors arrive.
    ///
    /// Samples count when the tensors reported before them have been read, so what is told is what the device has computed,
    /// not what it was asked for. The rate is that of the last second; pauses ([`TensorProbe::proceed`]) and what follows a
    /// [`TensorProbe::flush`] until the next step are left out.
    pub fn samples(&self, series: SeriesId, count: usize) {
        let samples = Purpose::Samples {
            series,
            step: self.current_step(),
            count: count as u64,
            submitted: Instant::now(),
        };
        self.send(Vec::new(), samples);
    }

    /// Asks for all that was reported to be read now: before something that takes long. Does not wait.
    pub fn flush(&self) {
        self.send(Vec::new(), Purpose::Flush);
    }

    /// Call before each step, as [`Probe::proceed`]; a pause shows all that was reported before it, and is left out of the
    /// throughput.
    #[must_use]
    pub fn proceed(&self) -> bool {
        let is_pausing = self.control().is_pausing();
        if is_pausing {
            self.flush();
        }
        let asked = Instant::now();
        let goes_on = self.probe.proceed();
        let now = Instant::now();
        if is_pausing || now.duration_since(asked) > NO_PAUSE {
            self.send(Vec::new(), Purpose::Resumed(now));
        }
        goes_on
    }

    /// What has been read back so far.
    #[must_use]
    pub fn transfers(&self) -> Transfers {
        Transfers {
            transfers: self.state.transfers.load(Ordering::Relaxed),
            tensors: self.state.tensors.load(Ordering::Relaxed),
        }
    }

    /// Whether all values could be read back so far.
    ///
    /// # Errors
    /// [`TensorError::Lost`] with the first failure: the device will most likely fail from then on.
    pub fn check(&self) -> Result<(), TensorError> {
        match self.state.lost.load(Ordering::Acquire) {
            0 => Ok(()),
            lost => Err(TensorError::Lost {
                lost,
                reason: self.state.reason().clone().unwrap_or_default(),
            }),
        }
    }

    /// Waits until all that was reported has been read back, and tells how much that was. Dropping the probe waits as well.
    ///
    /// # Errors
    /// [`TensorError::Lost`] if values were lost.
    pub fn finish(mut self) -> Result<Transfers, TensorError> {
        self.join();
        self.check()?;
        Ok(self.transfers())
    }

    fn send(&self, tensors: Vec<Tensor<1>>, purpose: Purpose) {
        if let Some(parcels) = &self.parcels {
            // The thread lives as long as the sender does: it ends only when this is dropped.
            let _ = parcels.send(Parcel { tensors, purpose });
        }
    }

    fn join(&mut self) {
        self.parcels = None;
        if let Some(thread) = self.thread.take()
            && let Err(payload) = thread.join()
        {
            self.state.lose(0, panic_text(&*payload));
            tracing::error!("the read-back thread panicked: {}", panic_text(&*payload));
        }
    }
}

impl Drop for TensorProbe {
    fn drop(&mut self) {
        self.join();
    }
}

impl State {
    fn reason(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.reason.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lose(&self, count: u64, reason: String) {
        self.reason().get_or_insert(reason);
        // At least one, so that a loss of nobody knows how many shows.
        self.lost.fetch_add(count.max(1), Ordering::Release);
    }
}

/// The tensor outside autodiff, as one element: nothing of a graph is kept alive by it.
fn detached<const D: usize>(tensor: Tensor<D>) -> Tensor<1> {
    let tensor = tensor.without_autodiff();
    if tensor.shape().num_elements() == 1 {
        tensor.reshape([1])
    } else {
        tensor.mean()
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

struct Reader {
    probe: Probe,
    parcels: Receiver<Parcel>,
    state: Arc<State>,
    throughput: Throughput,
    pace: Pace,
}

/// What travels together.
#[derive(Default)]
struct Load {
    tensors: Vec<Tensor<1>>,
    /// Each with how many of the tensors are its own.
    purposes: Vec<(usize, Purpose)>,
}

impl Reader {
    fn run(&mut self) {
        while let Ok(first) = self.parcels.recv() {
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
        let started = Instant::now();
        let mut next = Some(first);
        while let Some(parcel) = next {
            let is_flush = matches!(parcel.purpose, Purpose::Flush);
            let is_end_of_step = matches!(parcel.purpose, Purpose::Samples { .. });
            if let Purpose::Scalar { step, .. } = &parcel.purpose
                && last_step.replace(*step) != Some(*step)
            {
                steps += 1;
                self.pace.tell(*step, Instant::now());
            }
            load.purposes.push((parcel.tensors.len(), parcel.purpose));
            load.tensors.extend(parcel.tensors);
            let is_all = is_end_of_step && self.pace.is_slow && self.parcels.is_empty();
            if is_flush || is_all || load.tensors.len() >= MOST_TENSORS {
                break;
            }
            next = if steps < MOST_STEPS {
                self.parcels.recv_deadline(started + LONGEST_HOLD).ok()
            } else {
                self.parcels.try_recv().ok()
            };
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
        let is_first = self.state.lost.load(Ordering::Acquire) == 0;
        self.state.lose(lost, reason.to_owned());
        if is_first {
            self.probe
                .text_at(Level::Error, format!("values are lost: {reason}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use crossbeam_channel::bounded;

    use super::super::testing::record;
    use super::super::transfer::transfers_on_this_thread;
    use super::*;
    use crate::message::Command;

    fn one(value: f32) -> Tensor<1> {
        Tensor::from_data([value], &Device::flex())
    }

    #[test]
    fn every_value_arrives_at_its_step_and_many_share_a_transfer() {
        const STEPS: u64 = 1000;
        let before = transfers_on_this_thread();
        let (transfers, told) = record(|probe| {
            let probe = TensorProbe::new(probe).expect("a thread starts");
            let (a, b) = (probe.series("a"), probe.series("b"));
            for step in 1..=STEPS {
                probe.step(step);
                probe.tensor(a, one(step as f32));
                probe.tensor(b, one(-(step as f32)));
            }
            probe.finish().expect("flex reads")
        });
        for (name, sign) in [("a", 1.0), ("b", -1.0)] {
            let points = told.points_of(name);
            assert_eq!(points.len() as u64, STEPS);
            for (point, step) in points.iter().zip(1..) {
                assert_eq!((point.step, point.value), (step, sign * step as f32));
            }
        }
        assert_eq!(transfers.tensors, 2 * STEPS);
        assert!(
            transfers.transfers * 2 <= transfers.tensors,
            "{transfers:?}"
        );
        assert_eq!(
            transfers_on_this_thread(),
            before,
            "the training thread waited"
        );
    }

    #[test]
    fn values_arrive_though_no_other_call_comes() {
        let (done, is_done) = bounded(1);
        let ((), told) = record(|probe| {
            let probe = TensorProbe::new(probe).expect("a thread starts");
            let series = probe.series("x");
            probe.step(1);
            probe.tensor(series, one(5.0));
            probe.when_computed(move |_| done.send(()).expect("somebody waits"));
            is_done
                .recv_timeout(Duration::from_secs(20))
                .expect("the value never came");
            drop(probe);
        });
        assert_eq!(told.points_of("x").len(), 1);
    }

    #[test]
    fn a_tensor_is_kept_without_its_graph() {
        let device = Device::flex().autodiff();
        let weight = Tensor::<2>::from_data([[1.0f32, 2.0]], &device).require_grad();
        let loss = (weight * 3.0).mean();
        assert!(loss.is_tracked());
        let kept = detached(loss);
        assert!(!kept.is_autodiff() && !kept.is_tracked());
        assert_eq!(kept.into_scalar::<f32>(), 4.5);
    }

    #[test]
    fn more_elements_than_one_are_reported_as_their_mean() {
        let matrix = Tensor::<2>::from_data([[1.0f32, 2.0], [3.0, 6.0]], &Device::flex());
        assert_eq!(detached(matrix).into_scalar::<f32>(), 3.0);
        let single = Tensor::<3>::from_data([[[7.0f32]]], &Device::flex());
        assert_eq!(detached(single).into_scalar::<f32>(), 7.0);
    }

    #[test]
    fn what_follows_a_read_sees_its_values_in_order() {
        let ((), told) = record(|probe| {
            let probe = TensorProbe::new(probe).expect("a thread starts");
            let series = probe.series("valid");
            probe.read([one(1.0), one(2.0)], move |values, probe| {
                for (&value, step) in values.iter().zip(10..) {
                    probe.scalar_at(series, step, value);
                }
                probe.text("read");
            });
            probe.when_computed(|probe| probe.text("then"));
        });
        let points: Vec<_> = told
            .points_of("valid")
            .iter()
            .map(|point| (point.step, point.value))
            .collect();
        assert_eq!(points, [(10, 1.0), (11, 2.0)]);
        assert_eq!(told.texts(), ["read", "then"]);
    }

    #[test]
    fn a_panic_on_the_read_back_thread_is_told_and_later_values_still_come() {
        let (result, told) = record(|probe| {
            let probe = TensorProbe::new(probe).expect("a thread starts");
            let series = probe.series("x");
            probe.when_computed(|_| panic!("this panic is part of a test"));
            probe.flush();
            probe.step(1);
            probe.tensor(series, one(1.0));
            probe.finish()
        });
        assert_eq!(told.points_of("x").len(), 1);
        let error = result.expect_err("a panic is no success").to_string();
        assert!(error.contains("this panic is part of a test"), "{error}");
        assert_eq!(told.texts().len(), 1);
        assert!(told.texts()[0].contains("this panic is part of a test"));
    }

    #[test]
    fn a_pause_shows_what_was_before_it_and_throughput_goes_on_after_it() {
        const STEPS: u64 = 40;
        let ((), told) = record(|probe| {
            let (shown, is_shown) = bounded(1);
            let control = probe.control().clone();
            let resumer = std::thread::Builder::new()
                .name("resumer".into())
                .spawn(move || {
                    is_shown
                        .recv_timeout(Duration::from_secs(20))
                        .expect("the pause shows what was before it");
                    control.ask(Command::Resume);
                })
                .expect("a thread starts");
            let probe = TensorProbe::new(probe).expect("a thread starts");
            let (loss, rate) = (probe.series("loss"), probe.series("rate"));
            for step in 1..=STEPS {
                if step == STEPS / 2 {
                    let shown = shown.clone();
                    probe.when_computed(move |_| shown.send(()).expect("somebody waits"));
                    probe.control().ask(Command::Pause);
                }
                assert!(probe.proceed());
                probe.step(step);
                // Long enough for a rate to mean something.
                let until = Instant::now() + Duration::from_millis(2);
                while Instant::now() < until {
                    std::hint::spin_loop();
                }
                probe.tensor(loss, one(1.0));
                probe.samples(rate, 10);
            }
            drop(probe);
            resumer.join().expect("the resumer does not panic");
        });
        let rates = told.points_of("rate");
        assert_eq!(rates.last().map(|point| point.step), Some(STEPS));
        assert!(
            rates
                .iter()
                .all(|point| point.value > 0.0 && point.value.is_finite())
        );
        assert_eq!(told.points_of("loss").len() as u64, STEPS);
    }
}
