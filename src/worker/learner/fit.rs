//! The training loop of [`Strategy`](super::Strategy): burn's own for one device, with a point between two steps where it is
//! steered.
//!
//! In: a learner, its data, burn's event processor and a probe. Out: the trained model, and burn's events in burn's order. The
//! one idea: whatever changes weights is called as burn calls it, in the same order and as often; what is added only reads.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use burn::data::dataloader::Progress;
use burn::data::dataset::DatasetError;
use burn::optim::{GradientsAccumulator, GradientsParams};
use burn::train::metric::store::EventStoreClient;
use burn::train::{
    CloneEarlyStoppingStrategy, EventProcessorTraining as _, InferenceStep, Interrupter, Learner,
    LearnerEvent, LearnerModel, LearningCheckpointer, SupervisedTrainingEventProcessor,
    TrainLoader, TrainStep, TrainingComponents, TrainingItem, ValidLoader,
};

use super::{STOPPED, checkpoints, scheduler::loses_groups, steps::steps_before};
use crate::flow::{Joint, Probe, Scope};
use crate::message::{Command, LearningRate, Level, Reply, Step, grouped};
use crate::worker::{LayerNorms, TensorProbe};

/// What is said of a schedule that cannot be wrapped as a whole.
const GROUPS: &str = "the schedule given to `scope.scheduler` has groups of parameters: wrap the schedule of each group";

/// What steers a training, and what it reports with.
pub(super) struct Steering {
    /// Counted: the point where it is asked what to do borrows it while the training obeys.
    probe: Rc<Probe>,
    joint: Arc<Joint>,
    checkpoints: Option<PathBuf>,
    norms: Option<Norms>,
}

/// When norms are measured, and what takes them.
struct Norms {
    probe: TensorProbe,
    every: Step,
    /// The next step to measure.
    next: Step,
}

impl Steering {
    pub(super) fn new(scope: &Scope, checkpoints: Option<PathBuf>, norms_every: Step) -> Self {
        let probe = scope.probe();
        let norms = (norms_every > 0).then(|| TensorProbe::new(scope.probe()));
        let norms = norms.and_then(|norms| {
            norms
                .inspect_err(|error| {
                    probe.text_at(Level::Warn, format!("norms are not measured: {error}"));
                })
                .ok()
        });
        Self {
            probe: Rc::new(probe),
            joint: scope.joint(),
            checkpoints,
            norms: norms.map(|probe| Norms {
                probe,
                every: norms_every,
                next: 0,
            }),
        }
    }
}

impl Norms {
    /// Whether this step's norms are wanted: those of the first one, then of every `every`th, or of the next that updates.
    fn are_due(&mut self, step: Step) -> bool {
        let is_due = step >= self.next;
        if is_due {
            self.next = (step / self.every + 1) * self.every;
            self.probe.stand_at(step);
        }
        is_due
    }
}

/// A training under way.
pub(super) struct Fit<M: LearnerModel> {
    learner: Learner<M>,
    train: TrainLoader<M>,
    valid: ValidLoader<M>,
    processor: SupervisedTrainingEventProcessor<M>,
    interrupter: Interrupter,
    event_store: Arc<EventStoreClient>,
    accumulation: Option<usize>,
    steering: Steering,
    starting_epoch: usize,
    epoch: usize,
    /// The step done last; unknown before the first batch.
    step: Option<Step>,
}

impl<M: LearnerModel> Fit<M> {
    pub(super) fn new(
        components: TrainingComponents<M>,
        learner: Learner<M>,
        train: TrainLoader<M>,
        valid: ValidLoader<M>,
        steering: Steering,
        starting_epoch: usize,
    ) -> Self {
        Self {
            learner,
            train,
            valid,
            processor: components.event_processor,
            interrupter: components.interrupter,
            event_store: components.event_store,
            accumulation: components.grad_accumulation,
            steering,
            starting_epoch,
            epoch: starting_epoch,
            step: None,
        }
    }

    /// The model and the processor of events, when all that was measured on the way is told.
    pub(super) fn end(self) -> (M, SupervisedTrainingEventProcessor<M>) {
        if let Some(error) = self.interrupter.error() {
            let text = format!("the training ends early: {error}");
            self.steering.probe.text_at(Level::Error, text);
        }
        // Waits until all norms are reported; what could not be read back was told when it happened.
        drop(self.steering);
        (self.learner.model(), self.processor)
    }

    /// Trains to the last epoch, or until something ends it.
    pub(super) fn run(
        &mut self,
        last_epoch: usize,
        mut checkpointer: Option<LearningCheckpointer<M>>,
        mut early_stopping: Option<Box<dyn CloneEarlyStoppingStrategy>>,
    ) {
        if !self.keeps_rates() || !self.is_to_go_on() {
            return;
        }
        for epoch in self.starting_epoch..=last_epoch {
            self.epoch = epoch;
            self.train_epoch();
            if self.interrupter.should_stop() {
                if let Some(interruption) = self.interrupter.interruption() {
                    let reason = interruption.reason.as_deref().unwrap_or("reason unknown");
                    log::info!("Training interrupted: {reason}");
                }
                break;
            }
            self.validate_epoch();
            self.tell_train(LearnerEvent::EndEpoch(epoch));
            if checkpointer.is_some() || early_stopping.is_some() {
                self.interrupter.fail_on_error(self.processor.flush());
            }
            if self.interrupter.should_stop() {
                break;
            }
            if let Some(checkpointer) = &mut checkpointer {
                checkpointer.checkpoint(&self.learner, epoch, &self.event_store);
            }
            if let Some(early_stopping) = &mut early_stopping
                && early_stopping.should_stop(epoch, &self.event_store)
            {
                break;
            }
            if epoch < last_epoch && !self.is_to_go_on() {
                break;
            }
        }
    }

    /// Whether the learning rates are those the program means. Training with others would be worse than not training.
    fn keeps_rates(&self) -> bool {
        let loses = loses_groups(&self.steering.joint, &self.learner.model());
        if loses {
            self.steering.probe.text_at(Level::Error, GROUPS);
            self.interrupter.stop(Some(GROUPS));
        }
        !loses
    }

    fn tell_train(&mut self, event: LearnerEvent<<M as TrainStep>::Output>) {
        let result = self.processor.process_train(event);
        self.interrupter.fail_on_error(result);
    }

    fn tell_valid(&mut self, event: LearnerEvent<<M as InferenceStep>::Output>) {
        let result = self.processor.process_valid(event);
        self.interrupter.fail_on_error(result);
    }

    fn train_epoch(&mut self) {
        let loader = Arc::clone(&self.train);
        self.tell_train(LearnerEvent::StartSplit {
            epoch_number: self.epoch,
            total_items: loader.num_items(),
        });
        log::info!("Executing training step for epoch {}", self.epoch);
        let mut batches = loader.iter();
        let mut iteration = 0;
        let mut accumulator = GradientsAccumulator::new();
        let mut accumulated = 0;
        while let Some(batch) = batches.next() {
            let batch = match batch {
                Ok(batch) => batch,
                Err(error) => {
                    self.interrupter.fail(error);
                    break;
                }
            };
            iteration += 1;
            let progress = batches.progress();
            self.begin_step(&progress);
            let output = self.learner.train_step(batch);
            match self.accumulation {
                Some(accumulation) => {
                    accumulator.accumulate(&self.learner.model(), output.grads);
                    accumulated += 1;
                    if accumulation <= accumulated || progress.is_completed() {
                        self.update(accumulator.grads());
                        accumulated = 0;
                    }
                }
                None => self.update(output.grads),
            }
            let is_last = progress.is_completed();
            let rate = self.learner.lr_current();
            let item = TrainingItem::new(output.item, progress, Some(iteration), Some(rate));
            self.tell_train(LearnerEvent::ProcessedItem(item));
            // The next step is of the next epoch: it is held after the validation then.
            let goes_on = if is_last {
                !self.is_stopping()
            } else {
                self.is_to_go_on()
            };
            if self.interrupter.should_stop() || !goes_on {
                break;
            }
        }
        self.tell_train(LearnerEvent::EndSplit(self.epoch));
    }

    /// A batch is there: a step begins.
    fn begin_step(&mut self, progress: &Progress) {
        let before = match self.step {
            Some(step) => step,
            None if self.starting_epoch <= 1 => self.steering.joint.step(),
            None => steps_before(
                self.starting_epoch,
                progress.items_total,
                progress.items_processed,
            ),
        };
        let step = before + 1;
        self.step = Some(step);
        self.steering.joint.begin(step);
        self.steering.probe.step(step);
    }

    /// Changes the weights, and measures the step where that is due.
    fn update(&mut self, gradients: GradientsParams) {
        let step = self.step.unwrap_or(0);
        let norms = &mut self.steering.norms;
        let is_due = norms.as_mut().is_some_and(|norms| norms.are_due(step));
        let measured = is_due.then(|| LayerNorms::new(&self.learner.model(), &gradients));
        self.learner.lr_step();
        self.learner.optimizer_step(gradients);
        if let (Some(norms), Some(measured)) = (&self.steering.norms, measured) {
            let model = self.learner.model();
            norms.probe.norms(measured.with_updates(&model));
        }
    }

    fn validate_epoch(&mut self) {
        log::info!("Executing validation step for epoch {}", self.epoch);
        self.start_validation();
        let result = self.validate();
        if let Err(error) = result {
            self.interrupter.fail(error);
        }
        self.tell_valid(LearnerEvent::EndSplit(self.epoch));
    }

    fn start_validation(&mut self) {
        let total_items = self.valid.num_items();
        self.tell_valid(LearnerEvent::StartSplit {
            epoch_number: self.epoch,
            total_items,
        });
    }

    /// Measures all validation batches, or those before a stop.
    fn validate(&mut self) -> Result<(), DatasetError> {
        let model = self.learner.model().valid();
        let loader = Arc::clone(&self.valid);
        let mut batches = loader.iter();
        let mut iteration = 0;
        while let Some(batch) = batches.next() {
            let batch = batch?;
            let progress = batches.progress();
            iteration += 1;
            let output = InferenceStep::step(&model, batch);
            let item = TrainingItem::new(output, progress, Some(iteration), None);
            self.tell_valid(LearnerEvent::ProcessedItem(item));
            if self.is_stopping() || self.interrupter.should_stop() {
                break;
            }
        }
        Ok(())
    }

    /// The point between two steps: waits while paused, obeys, and tells whether to go on. A stop goes to burn's interrupter.
    fn is_to_go_on(&mut self) -> bool {
        let probe = Rc::clone(&self.steering.probe);
        let goes_on = probe.checkpoint_point(|command| self.obey(command));
        if !goes_on {
            self.interrupter.stop(Some(STOPPED));
        }
        goes_on
    }

    /// Whether a stop was asked for; if so, burn's interrupter knows it from here on.
    fn is_stopping(&mut self) -> bool {
        // Where something stops, nothing holds.
        self.steering.probe.control().is_stopping() && !self.is_to_go_on()
    }

    fn obey(&mut self, command: Command) -> Reply {
        match command {
            Command::Evaluate => self.evaluate_now(),
            Command::Checkpoint => self.checkpoint_now(),
            Command::LearningRate(rate) => self.take_rate(rate),
            // The probe does them itself.
            Command::Pause | Command::Resume | Command::Step | Command::Stop => Reply::done(),
        }
    }

    fn evaluate_now(&mut self) -> Reply {
        let count = self.valid.num_items();
        if count == 0 {
            return Reply::Refused("there is no validation data".to_owned());
        }
        self.start_validation();
        let result = self.validate();
        self.tell_valid(LearnerEvent::EndSplit(self.epoch));
        match result {
            Ok(()) => Reply::Done(format!("{} samples", grouped(count as u64))),
            Err(error) => Reply::Refused(format!("the validation data cannot be read: {error}")),
        }
    }

    fn checkpoint_now(&mut self) -> Reply {
        let Some(directory) = &self.steering.checkpoints else {
            return Reply::Refused(
                "the run has no directory: name one with `Strategy::with_checkpoints`".to_owned(),
            );
        };
        let step = self.step.unwrap_or(0);
        let shown = directory.display();
        match checkpoints::write(&self.learner, directory, step, &self.event_store) {
            Ok(()) => Reply::Done(format!("step {step} in {shown}")),
            Err(reason) => Reply::Refused(format!("cannot write to {shown}: {reason}")),
        }
    }

    fn take_rate(&self, rate: LearningRate) -> Reply {
        if !self.steering.joint.is_obeyed() {
            return Reply::Refused(
                "the schedule is burn's own: wrap it in `scope.scheduler(...)`".to_owned(),
            );
        }
        if let LearningRate::Fixed(number) | LearningRate::Scaled(number) = rate
            && !(number.is_finite() && number >= 0.0)
        {
            return Reply::Refused(format!("{number} is no learning rate"));
        }
        self.steering.joint.set_rate(rate);
        Reply::done()
    }
}
