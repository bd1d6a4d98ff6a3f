//! What burn's metrics, progress and events become: points and lines of text of a probe.
//!
//! In: calls on the thread that burn processes its events on. Out: pushes into a probe, which never waits.
//!
//! The one idea: burn tells a batch's metrics before it tells that the batch is over, and an epoch's before it tells that the
//! split is over. So values are held until what follows says what they are.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use burn::train::logger::{EvaluationProgressLogger, TrainingProgressLogger};
use burn::train::metric::{MetricDefinition, MetricId, NumericEntry};
use burn::train::renderer::{
    EvaluationName, MetricState, MetricsRenderer, MetricsRendererEvaluation,
    MetricsRendererTraining,
};
use burn::train::{Interrupter, LearnerSummary};

use super::STOPPED;
use super::evaluation::Evaluation;
use super::metrics::{Metrics, Part, Span};
use super::ration::Ration;
use super::steps::Steps;
use super::summary::summary_lines;
use crate::flow::{Joint, Probe, Scope};
use crate::message::{Level, Step, grouped};

/// The event that burn tells with every batch.
const ITERATION: &str = "Iteration";

/// Shows a burn training: every metric as series by split, batch and epoch, with its unit and direction; text metrics, epochs,
/// events and the summary as text; and how far it has come.
///
/// [`Scope::renderer`] makes a plain one. With burn's strategies for several devices, say so ([`Renderer::with_devices`]): burn
/// tells the metrics of all devices one after another, and does not tell whose they are. Where ranks are to be told apart, each
/// reports through a [`Probe`] of its own ([`Scope::probe`]).
///
/// ```no_run
/// # use burn::train::{LearnerModel, SupervisedTraining};
/// # use emberscope::{Scope, worker::learner::Renderer};
/// # fn on_two_devices<M: LearnerModel>(scope: &Scope, training: SupervisedTraining<M>) -> SupervisedTraining<M> {
/// let renderer = Renderer::new(scope)
///     .with_devices(2)
///     .with_interrupter(training.interrupter());
/// training.renderer(Box::new(renderer))
/// # }
/// ```
pub struct Renderer {
    /// burn asks for `Sync`, and a probe is not: the lock says so, and is never taken.
    probe: Mutex<Probe>,
    joint: Arc<Joint>,
    interrupter: Option<Interrupter>,
    metrics: Metrics,
    steps: Steps,
    /// The splits under way, each with its items: an evaluation that was asked for interrupts a training split.
    open: Vec<(Part, usize)>,
    /// What is to be told when burn says what it was.
    held: Vec<(Part, MetricState)>,
    evaluation: Evaluation,
    ration: Ration,
}

impl std::fmt::Debug for Renderer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Renderer")
            .field("metrics", &self.metrics)
            .field("steps", &self.steps)
            .finish_non_exhaustive()
    }
}

impl Renderer {
    /// A renderer that reports through a probe of its own.
    #[must_use]
    pub fn new(scope: &Scope) -> Self {
        Self {
            probe: Mutex::new(scope.probe()),
            joint: scope.joint(),
            interrupter: None,
            metrics: Metrics::default(),
            steps: Steps::default(),
            open: Vec::new(),
            held: Vec::new(),
            evaluation: Evaluation::default(),
            ration: Ration::default(),
        }
    }

    /// The same for a training on several devices: each panel says that its values are merged.
    #[must_use]
    pub fn with_devices(mut self, devices: usize) -> Self {
        if devices > 1 {
            self.metrics
                .set_note(format!("merged over {devices} devices"));
            self.probe_mut().text(format!(
                "burn trains on {devices} devices: their metrics come merged, one device's batch after another's"
            ));
        }
        self
    }

    /// The same, which also has burn stop after the step under way when a stop is asked for: for strategies that are not
    /// [`Scope::strategy`], and hear nothing. They cannot be paused.
    #[must_use]
    pub fn with_interrupter(mut self, interrupter: Interrupter) -> Self {
        self.interrupter = Some(interrupter);
        self
    }

    fn probe_mut(&mut self) -> &mut Probe {
        self.probe.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    /// A batch of training is over.
    fn end_step(&mut self, items: usize, total: usize) {
        let step = self.steps.advance(items, total);
        let progress = self.steps.progress();
        let is_first = self.steps.is_first();
        let is_news = self.joint.begin(step);
        let probe = self.probe_mut();
        if is_news {
            probe.step(step);
        } else {
            probe.stand_at(step);
        }
        probe.progress(progress);
        if is_first {
            probe.activity("");
        }
    }

    /// Has burn stop if somebody asked to.
    fn pass_stop_on(&mut self) {
        if self.interrupter.is_some()
            && self.probe_mut().control().is_stopping()
            // It does not wait: nothing is paused that is stopping.
            && !self.probe_mut().proceed()
            && let Some(interrupter) = &self.interrupter
        {
            interrupter.stop(Some(STOPPED));
        }
    }

    /// An evaluation has no steps of its own: its batches stand after the last step of the training, if there was one.
    fn step_of_evaluation(&self) -> Step {
        self.steps.current() + self.evaluation.batches()
    }

    /// Tells what was held, now that it is known what it was; returns the numbers as text.
    fn tell(&mut self, span: Span, step: Step) -> Vec<String> {
        let mut numbers = Vec::new();
        for (part, state) in std::mem::take(&mut self.held) {
            match state {
                MetricState::Numeric(entry, Some(value)) => {
                    self.tell_number(&entry.metric_id, &part, span, step, &value);
                    if span == Span::Epoch {
                        numbers.push(self.metrics.written(&entry.metric_id, value.current()));
                    }
                }
                // Some metrics have no value before the epoch is over.
                MetricState::Numeric(_, None) => {}
                MetricState::Generic(entry) => {
                    let text = entry.serialized_entry.formatted;
                    self.tell_text(&entry.metric_id, &part, span, &text);
                }
            }
        }
        numbers
    }

    fn tell_number(
        &mut self,
        id: &MetricId,
        part: &Part,
        span: Span,
        step: Step,
        value: &NumericEntry,
    ) {
        let probe = self.probe.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(series) = self.metrics.series(probe, id, part, span) {
            probe.scalar_at(series, step, single(value.current()));
        }
        if let (
            Part::Test(_),
            NumericEntry::Aggregated {
                aggregated_value,
                count,
            },
        ) = (part, value)
        {
            self.evaluation.add(id, *aggregated_value, *count);
        }
    }

    fn tell_text(&mut self, id: &MetricId, part: &Part, span: Span, text: &str) {
        let about = format!("{} {}", self.metrics.name(id), part.split().label());
        let now = Instant::now();
        let is_told = match span {
            Span::Batch => self.ration.admits(&about, text, now),
            Span::Epoch => {
                self.ration.note(&about, text, now);
                true
            }
        };
        if is_told {
            self.probe_mut().text(format!("{about}: {text}"));
        }
    }

    fn tell_event(&mut self, event: &str) {
        if event == ITERATION {
            return;
        }
        if let Some(count) = self.ration.count(event, Instant::now()) {
            self.probe_mut().text(times(event, count));
        }
    }

    fn tell_summary(&mut self, summary: Option<LearnerSummary>) {
        let Some(summary) = summary else {
            return;
        };
        let probe = self.probe_mut();
        for line in summary_lines(&summary) {
            probe.text_at(Level::Success, line);
        }
    }
}

fn times(event: &str, count: u64) -> String {
    match count {
        1 => event.to_owned(),
        _ => format!("{event} × {}", grouped(count)),
    }
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "points are in single precision"
)]
fn single(value: f64) -> f32 {
    value as f32
}

impl MetricsRendererTraining for Renderer {
    fn update_train(&mut self, state: MetricState) {
        self.held.push((Part::Train, state));
    }

    fn update_valid(&mut self, state: MetricState) {
        self.held.push((Part::Valid, state));
    }

    fn on_train_end(&mut self, summary: Option<LearnerSummary>) -> Result<(), Box<dyn Error>> {
        self.tell_summary(summary);
        Ok(())
    }
}

impl MetricsRendererEvaluation for Renderer {
    fn update_test(&mut self, name: EvaluationName, state: MetricState) {
        self.held.push((Part::Test(name.as_str().into()), state));
    }

    fn on_test_end(&mut self, summary: Option<LearnerSummary>) -> Result<(), Box<dyn Error>> {
        self.tell_summary(summary);
        Ok(())
    }
}

impl MetricsRenderer for Renderer {
    /// Nothing to do: the window stays open until somebody closes it.
    fn manual_close(&mut self) {}

    fn register_metric(&mut self, definition: MetricDefinition) {
        self.metrics.register(&definition);
    }
}

impl TrainingProgressLogger for Renderer {
    fn start(
        &mut self,
        total_epochs: usize,
        starting_epoch: usize,
        _total_items: Option<usize>,
        label: Option<&str>,
    ) {
        self.steps.start(total_epochs, starting_epoch);
        let label = label.unwrap_or("training");
        let epochs = match total_epochs {
            // Where there are no epochs, as in reinforcement learning.
            0 => String::new(),
            last => format!(": epochs {starting_epoch} to {last}"),
        };
        let probe = self.probe_mut();
        probe.text(format!("{label}{epochs}"));
        probe.activity("first step");
    }

    fn update_epoch(&mut self, epoch: usize) {
        self.steps.end_epoch(epoch);
    }

    fn start_split(&mut self, split: &str, total_items: usize) {
        let part = match split {
            "train" => Part::Train,
            _ => Part::Valid,
        };
        if part == Part::Valid {
            self.probe_mut().activity("validating");
        }
        self.open.push((part, total_items));
    }

    fn update_split(&mut self, items_processed: usize) {
        let (part, total) = self.open.last().cloned().unwrap_or((Part::Train, 0));
        if part == Part::Train {
            self.end_step(items_processed, total);
        }
        let step = self.steps.current();
        self.tell(Span::Batch, step);
        self.pass_stop_on();
    }

    fn end_split(&mut self) {
        let part = self.open.pop().map_or(Part::Train, |(part, _)| part);
        let step = self.steps.current();
        let numbers = self.tell(Span::Epoch, step);
        let epoch = self.steps.epoch();
        let probe = self.probe_mut();
        if !numbers.is_empty() {
            let split = part.split().label();
            probe.text(format!("epoch {epoch} {split}: {}", numbers.join(", ")));
        }
        if part == Part::Valid {
            probe.activity("");
        }
    }

    fn end(&mut self) {
        for (event, count) in self.ration.rest() {
            self.probe_mut().text(times(&event, count));
        }
        self.open.clear();
        self.held.clear();
        let step = self.steps.current();
        self.probe_mut()
            .text(format!("training ended after step {}", grouped(step)));
    }

    fn log_event_training(&mut self, event: String) {
        self.tell_event(&event);
    }
}

impl EvaluationProgressLogger for Renderer {
    fn start_global_progress(&mut self, total_tests: usize) {
        let s = if total_tests == 1 { "" } else { "s" };
        self.probe_mut()
            .text(format!("evaluating on {total_tests} dataset{s}"));
    }

    fn start_test(&mut self, name: &str, total_items: usize) {
        self.evaluation = Evaluation::default();
        self.open.push((Part::Test(name.into()), total_items));
        self.probe_mut().activity(&format!("evaluating {name}"));
    }

    fn update_test_progress(&mut self, _items_processed: usize) {
        self.evaluation.end_batch();
        let step = self.step_of_evaluation();
        self.tell(Span::Batch, step);
        self.pass_stop_on();
    }

    fn end_test(&mut self) {
        self.held.clear();
        let step = self.step_of_evaluation();
        let evaluation = std::mem::take(&mut self.evaluation);
        let Some((part @ Part::Test(_), _)) = self.open.pop() else {
            return;
        };
        let mut numbers = Vec::new();
        for (id, mean) in evaluation.means() {
            let mean = NumericEntry::Final(mean);
            self.tell_number(&id, &part, Span::Epoch, step, &mean);
            numbers.push(self.metrics.written(&id, mean.current()));
        }
        if let (Part::Test(name), false) = (&part, numbers.is_empty()) {
            let text = format!("evaluation {name}: {}", numbers.join(", "));
            self.probe_mut().text_at(Level::Success, text);
        }
        self.probe_mut().activity("");
    }

    fn end_global_progress(&mut self) {
        self.open.clear();
    }

    fn log_event_evaluation(&mut self, event: String) {
        self.tell_event(&event);
    }
}
