//! Tensors through a probe: reported at once, read back later, many in one transfer, on a thread of their own.
//!
//! Reading a loss every step makes a training loop wait for its device every step. A [`TensorProbe`] takes the tensor
//! instead, without its autodiff graph, and hands it to the thread `emberscope-readback`. That thread holds what comes for
//! [`LONGEST_HOLD`](super::LONGEST_HOLD) or [`MOST_STEPS`](super::MOST_STEPS) steps, whichever ends first, reads it all in one
//! transfer, and reports each value at the step it belongs to. Nothing is dropped: while a transfer takes long, tensors of one
//! number each wait on the device, and the next transfer takes them all.

use std::cell::Cell;
use std::ops::Deref;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use burn::tensor::Tensor;

use super::queue::{Input, queue};
use super::readback::{MOST_STEPS, Parcel, Purpose, Reader, State};
use super::transfer::panic_text;
use crate::flow::Probe;
use crate::message::{Command, Reply, SeriesId, Step};

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
    parcels: Option<Input<Parcel>>,
    /// The step that was reported last, and how many there were since the reader was told to look.
    step: Cell<(Step, usize)>,
    thread: Option<JoinHandle<()>>,
    state: Arc<State>,
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
        let (parcels, received) = queue();
        let state = Arc::new(State::default());
        let reader = Reader::new(probe.clone(), received, Arc::clone(&state));
        let thread = std::thread::Builder::new()
            .name("emberscope-readback".into())
            .spawn(move || reader.run())
            .map_err(TensorError::Thread)?;
        Ok(Self {
            probe,
            parcels: Some(parcels),
            step: Cell::default(),
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

    /// The same with tensors of any number of elements, outside autodiff: `then` gets the values of one after those of another.
    pub(super) fn read_whole(
        &self,
        tensors: Vec<Tensor<1>>,
        then: impl FnOnce(&[f32], &Probe) + Send + 'static,
    ) {
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
        self.held_up_by(Probe::proceed)
    }

    /// Call before each step, as [`Probe::checkpoint_point`]; a pause shows all that was reported before it, and is left out of
    /// the throughput, as is what takes long in `obey`.
    #[must_use]
    pub fn checkpoint_point(&self, obey: impl FnMut(Command) -> Reply) -> bool {
        self.held_up_by(|probe| probe.checkpoint_point(obey))
    }

    fn held_up_by(&self, steer: impl FnOnce(&Probe) -> bool) -> bool {
        let is_pausing = self.control().is_pausing();
        if is_pausing {
            self.flush();
        }
        let asked = Instant::now();
        let goes_on = steer(&self.probe);
        let now = Instant::now();
        if is_pausing || now.duration_since(asked) > NO_PAUSE {
            self.send(Vec::new(), Purpose::Resumed(now));
        }
        goes_on
    }

    /// What has been read back so far.
    #[must_use]
    pub fn transfers(&self) -> Transfers {
        self.state.transfers()
    }

    /// Whether all values could be read back so far.
    ///
    /// # Errors
    /// [`TensorError::Lost`] with the first failure: the device will most likely fail from then on.
    pub fn check(&self) -> Result<(), TensorError> {
        match self.state.loss() {
            None => Ok(()),
            Some((lost, reason)) => Err(TensorError::Lost { lost, reason }),
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
        let at_once = match &purpose {
            Purpose::Scalar { step, .. } => self.is_enough(*step),
            Purpose::Samples { .. } => self.state.is_slow(),
            Purpose::Flush => true,
            Purpose::Read(_) | Purpose::Resumed(_) => false,
        };
        if let Some(parcels) = &self.parcels {
            parcels.put(Parcel { tensors, purpose }, at_once);
        }
    }

    /// Whether as many steps as may be held back have been reported.
    fn is_enough(&self, step: Step) -> bool {
        let (last, steps) = self.step.get();
        if last == step {
            return false;
        }
        let steps = steps + 1;
        let is_enough = steps >= MOST_STEPS;
        self.step.set((step, if is_enough { 0 } else { steps }));
        is_enough
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

/// The tensor outside autodiff, as one element: nothing of a graph is kept alive by it.
fn detached<const D: usize>(tensor: Tensor<D>) -> Tensor<1> {
    let tensor = tensor.without_autodiff();
    if tensor.shape().num_elements() == 1 {
        tensor.reshape([1])
    } else {
        tensor.mean()
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use crossbeam_channel::bounded;

    use super::super::backend::{Backend, BackendError, Choice};
    use super::super::testing::record;
    use super::super::transfer::transfers_on_this_thread;
    use super::*;

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

    /// The same path on burn's wgpu backend, on a software adapter where there is no other. Small: every kernel takes seconds
    /// to compile there.
    #[test]
    fn tensors_of_a_gpu_come_back_in_one_transfer_from_another_thread() {
        let choice = Choice::new(Some(Backend::Wgpu), false).expect("wgpu is always compiled in");
        let device = match choice.open() {
            Ok(open) => open.device,
            Err(error @ BackendError::NoDevice { .. }) => {
                #[allow(clippy::print_stderr, reason = "what cannot run says so by name")]
                {
                    eprintln!("tensors_of_a_gpu_… cannot run here: {error}");
                }
                return;
            }
            Err(error) => panic!("{error}"),
        };
        let before = transfers_on_this_thread();
        let (transfers, told) = record(|probe| {
            let probe = TensorProbe::new(probe).expect("a thread starts");
            let series = probe.series("x");
            for step in 1..=100 {
                probe.step(step);
                let tensor = Tensor::<1>::from_data([step as f32], &device);
                probe.tensor(series, tensor * 2.0);
            }
            probe.finish().expect("the device reads")
        });
        let points = told.points_of("x");
        assert_eq!(points.len(), 100);
        for point in points {
            assert_eq!(point.value, 2.0 * point.step as f32);
        }
        assert_eq!(transfers.tensors, 100);
        assert!(transfers.transfers < 100, "{transfers:?}");
        assert_eq!(
            transfers_on_this_thread(),
            before,
            "the training thread waited"
        );
    }
}
