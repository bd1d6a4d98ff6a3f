//! Two ways to look at a training: through burn's eyes, written down, and through a run's.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use burn::train::LearnerSummary;
use burn::train::logger::{EvaluationProgressLogger, TrainingProgressLogger};
use burn::train::metric::{MetricDefinition, NumericEntry};
use burn::train::renderer::{
    EvaluationName, MetricState, MetricsRenderer, MetricsRendererEvaluation,
    MetricsRendererTraining,
};
use emberscope::Scope;
use emberscope::flow::{Control, Hub, Overflow, Received, Source as _};
use emberscope::message::{
    Answer, Command, Entry, Level, Message, Outcome, Point, Reply, RunInfo, Series, Step,
};

/// By series name, its points in the order they came: step and value by bits.
pub(crate) type Curves = BTreeMap<String, Vec<(Step, u32)>>;

/// What burn's plain terminal renderer receives, written down.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    pub(crate) curves: Curves,
    /// The text metrics at the end of each split.
    pub(crate) texts: Vec<String>,
    steps: Step,
    is_training: bool,
    held: Vec<(&'static str, String)>,
}

/// A renderer that writes down what it receives, and shows nothing.
#[derive(Clone, Default)]
pub(crate) struct Plain(Arc<Mutex<Notes>>);

impl Plain {
    pub(crate) fn received(&self) -> Notes {
        self.locked().clone()
    }

    fn locked(&self) -> MutexGuard<'_, Notes> {
        self.0.lock().expect("no test panics with it")
    }

    fn update(&self, split: &'static str, state: MetricState) {
        let mut received = self.locked();
        match state {
            MetricState::Numeric(entry, Some(value)) => {
                let id = format!("{:?}", entry.metric_id);
                let name = id.split('"').nth(1).expect("an id is its name");
                let is_final = matches!(value, NumericEntry::Final(_));
                let over = if is_final { "/epoch" } else { "" };
                // burn tells a batch's metrics before it tells that it is over.
                let step = match (split, is_final) {
                    ("train", false) => received.steps + 1,
                    _ => received.steps,
                };
                let value = (value.current() as f32).to_bits();
                let curve = received.curves.entry(format!("{name}{over}/{split}"));
                curve.or_default().push((step, value));
            }
            MetricState::Numeric(_, None) => {}
            MetricState::Generic(entry) => {
                received
                    .held
                    .push((split, entry.serialized_entry.formatted));
            }
        }
    }
}

impl MetricsRendererTraining for Plain {
    fn update_train(&mut self, state: MetricState) {
        self.update("train", state);
    }

    fn update_valid(&mut self, state: MetricState) {
        self.update("valid", state);
    }

    fn on_train_end(&mut self, _: Option<LearnerSummary>) -> Result<(), Box<dyn Error>> {
        Ok(())
    }
}

impl MetricsRendererEvaluation for Plain {
    fn update_test(&mut self, _: EvaluationName, _: MetricState) {}
}

impl MetricsRenderer for Plain {
    fn manual_close(&mut self) {}
    fn register_metric(&mut self, _: MetricDefinition) {}
}

impl TrainingProgressLogger for Plain {
    fn start(&mut self, _: usize, _: usize, _: Option<usize>, _: Option<&str>) {}

    fn update_epoch(&mut self, _: usize) {}

    fn start_split(&mut self, split: &str, _: usize) {
        self.locked().is_training = split == "train";
    }

    fn update_split(&mut self, _: usize) {
        let mut received = self.locked();
        if received.is_training {
            received.steps += 1;
        }
        received.held.clear();
    }

    fn end_split(&mut self) {
        let mut received = self.locked();
        for (split, text) in std::mem::take(&mut received.held) {
            received
                .texts
                .push(format!("Top-K Accuracy @ TopK(2) {split}: {text}"));
        }
    }

    fn end(&mut self) {}

    fn log_event_training(&mut self, _: String) {}
}

impl EvaluationProgressLogger for Plain {
    fn start_global_progress(&mut self, _: usize) {}
    fn start_test(&mut self, _: &str, _: usize) {}
    fn update_test_progress(&mut self, _: usize) {}
    fn end_test(&mut self) {}
    fn end_global_progress(&mut self) {}
    fn log_event_evaluation(&mut self, _: String) {}
}

/// What a run said.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) messages: Vec<Message>,
    pub(crate) points: Vec<Point>,
}

impl Told {
    pub(crate) fn series(&self) -> Vec<Series> {
        self.declared().map(|(_, series)| series.clone()).collect()
    }

    fn declared(&self) -> impl Iterator<Item = (emberscope::message::SeriesId, &Series)> {
        self.messages.iter().filter_map(|message| match message {
            Message::Declare(id, series) => Some((*id, series)),
            _ => None,
        })
    }

    /// Every point of every series.
    pub(crate) fn curves(&self) -> Curves {
        let mut curves = Curves::new();
        for (id, series) in self.declared() {
            let points = self.points.iter().filter(|point| point.series == id);
            let curve = points.map(|point| (point.step, point.value.to_bits()));
            curves.insert(series.name.to_string(), curve.collect());
        }
        curves
    }

    /// The points of a series: step and value.
    pub(crate) fn points_of(&self, name: &str) -> Vec<(Step, f32)> {
        let curves = self.curves();
        let points = curves
            .get(name)
            .unwrap_or_else(|| panic!("no series {name}"));
        points
            .iter()
            .map(|&(step, bits)| (step, f32::from_bits(bits)))
            .collect()
    }

    /// The steps that were begun.
    pub(crate) fn steps(&self) -> Vec<Step> {
        let step = |message: &Message| match message {
            Message::Step(mark) => Some(mark.step),
            _ => None,
        };
        self.messages.iter().filter_map(step).collect()
    }

    pub(crate) fn texts(&self) -> Vec<(Level, &str)> {
        self.messages
            .iter()
            .filter_map(|message| match message {
                Message::Text(text) => Some((text.level, text.text.as_str())),
                _ => None,
            })
            .collect()
    }

    pub(crate) fn answers(&self) -> Vec<&Answer> {
        self.messages
            .iter()
            .filter_map(|message| match message {
                Message::Answer(answer) => Some(&**answer),
                _ => None,
            })
            .collect()
    }

    /// The answer to a command, and the step it took effect at.
    pub(crate) fn answer(&self, command: Command) -> (Step, &Reply) {
        let all = self.answers();
        let answer = all.iter().find(|answer| answer.command == command);
        let answer = answer.unwrap_or_else(|| panic!("{command} was not answered: {all:?}"));
        (answer.step, &answer.reply)
    }

    pub(crate) fn has_answered(&self, command: Command) -> bool {
        self.answers()
            .iter()
            .any(|answer| answer.command == command)
    }

    /// The last step with a point of training.
    pub(crate) fn newest_step(&self) -> Step {
        self.points
            .iter()
            .map(|point| point.step)
            .max()
            .unwrap_or(0)
    }
}

/// Runs `work` as a run of its own, with somebody who sees all that was said so far whenever more is, and may steer the run.
pub(crate) fn watched<T>(
    directory: Option<&Path>,
    mut watch: impl FnMut(&Told, &Control) + Send + 'static,
    work: impl FnOnce(&Scope) -> T,
) -> (T, Told) {
    let mut hub = Hub::new();
    let inlet = hub.subscribe(Overflow::Keep);
    let control = hub.control();
    hub.open(RunInfo::default()).expect("the courier starts");
    let listener = std::thread::Builder::new()
        .name("listener".into())
        .spawn(move || {
            let mut told = Told::default();
            while let Received::Batch(batch) = inlet.receive_any() {
                for entry in batch.entries() {
                    match entry {
                        Entry::Points(points) => told.points.extend_from_slice(points),
                        Entry::Message(message) => told.messages.push(message.clone()),
                    }
                }
                watch(&told, &control);
            }
            told
        })
        .expect("a thread starts");
    let result = work(&Scope::new(hub.probe(), directory.map(Path::to_owned)));
    hub.close(Outcome::Finished);
    (
        result,
        listener.join().expect("the listener does not panic"),
    )
}
