//! burn's metrics as series: their names, units and directions.
//!
//! | burn tells | series |
//! | --- | --- |
//! | a value with a batch of training or validation | `Loss/train`, `Loss/valid` |
//! | a value at the end of a split: that of the whole epoch | `Loss/epoch/train`, `Loss/epoch/valid` |
//! | a value with a batch of an evaluation | `Loss/NAME/test`, or `Loss/test` if it is called `test` |
//! | nothing at the end of an evaluation; the mean over its batches is made here | `Loss/epoch/NAME/test`, `Loss/epoch/test` |
//!
//! A batch of validation belongs to the step the model had then, so all batches of one validation stand at one step. Which value
//! is the best is asked of whole epochs: that of a lucky batch means nothing.

use std::collections::HashMap;
use std::sync::Arc;

use burn::train::metric::{MetricAttributes, MetricDefinition, MetricId};

use crate::flow::Probe;
use crate::message::{Direction, Series, SeriesId, Split, Unit};

/// Metrics of burn's that say something of the program and not of the model: none of their values is the best.
const OF_THE_PROGRAM: [&str; 6] = [
    "Learning Rate",
    "Iteration Speed",
    "CPU Usage",
    "CPU Memory",
    "CPU Temperature",
    "Cuda",
];
/// The one whose values are set, not measured.
const SET: &str = "Learning Rate";

/// The longest description of a metric that fits beside its panel's title, in characters.
const NOTE: usize = 40;

/// What a value was measured over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Span {
    /// One batch.
    Batch,
    /// A whole split of an epoch.
    Epoch,
}

/// Which part of the data a value is from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Part {
    /// Training.
    Train,
    /// Validation.
    Valid,
    /// An evaluation, by its name.
    Test(Arc<str>),
}

impl Part {
    /// Whether its values are shown with those of training: an evaluation by a name of its own has panels of its own.
    fn shares_panel(&self) -> bool {
        match self {
            Self::Train | Self::Valid => true,
            Self::Test(name) => &**name == "test",
        }
    }

    pub(super) fn split(&self) -> Split {
        match self {
            Self::Train => Split::Train,
            Self::Valid => Split::Valid,
            Self::Test(_) => Split::Test,
        }
    }
}

/// All metrics of a training.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    known: HashMap<MetricId, Metric>,
    /// A few words beside each panel.
    note: String,
}

#[derive(Debug)]
struct Metric {
    name: String,
    unit: Unit,
    direction: Direction,
    note: String,
    series: HashMap<(Part, Span), SeriesId>,
}

impl Metric {
    fn new(definition: &MetricDefinition) -> Self {
        let (unit, mut direction) = match &definition.attributes {
            MetricAttributes::Numeric(numeric) => (
                unit(numeric.unit.as_deref()),
                if numeric.higher_is_better {
                    Direction::Higher
                } else {
                    Direction::Lower
                },
            ),
            MetricAttributes::None => (Unit::None, Direction::Unsaid),
        };
        if OF_THE_PROGRAM.contains(&definition.name.as_str()) {
            direction = Direction::Neither;
        }
        Self {
            name: path(&definition.name),
            unit,
            direction,
            note: definition
                .description
                .clone()
                .filter(|text| text.chars().count() <= NOTE)
                .unwrap_or_default(),
            series: HashMap::new(),
        }
    }

    /// The few words beside the panel's title, which is the last part of its path: the metric, where it is not that, and more.
    fn noted(&self, part: &Part, span: Span, note: &str) -> String {
        let is_title = span == Span::Batch && part.shares_panel();
        let name = if is_title { "" } else { &self.name };
        joined(&joined(name, &self.note), note)
    }

    fn declared(&self, part: &Part, span: Span, note: &str) -> Series {
        let mut series = Series::scalar(&series_name(&self.name, part, span))
            .with_unit(self.unit.clone())
            .with_note(&self.noted(part, span, note))
            .with_direction(match (part, span) {
                (Part::Valid | Part::Test(_), Span::Batch) => Direction::Neither,
                _ => self.direction,
            });
        series.split = part.split();
        series.is_exact = self.name == SET;
        series
    }
}

impl Metrics {
    /// Writes a few words beside the panel of each metric that is not declared yet.
    pub(super) fn set_note(&mut self, note: String) {
        self.note = note;
    }

    /// A metric is there. One that is known already keeps its series.
    pub(super) fn register(&mut self, definition: &MetricDefinition) {
        self.known
            .entry(definition.metric_id.clone())
            .or_insert_with(|| Metric::new(definition));
    }

    /// The series of a metric's values; `None` if nobody has registered it.
    pub(super) fn series(
        &mut self,
        probe: &Probe,
        id: &MetricId,
        part: &Part,
        span: Span,
    ) -> Option<SeriesId> {
        let metric = self.known.get_mut(id)?;
        let place = (part.clone(), span);
        if let Some(series) = metric.series.get(&place) {
            return Some(*series);
        }
        let series = probe.declare(metric.declared(part, span, &self.note));
        metric.series.insert(place, series);
        // A panel's place is that of its first series: that of whole epochs belongs beside that of batches.
        if span == Span::Batch && metric.direction != Direction::Neither {
            self.series(probe, id, part, Span::Epoch);
        }
        Some(series)
    }

    /// The metric's name; empty if nobody has registered it.
    pub(super) fn name(&self, id: &MetricId) -> &str {
        self.known.get(id).map_or("", |metric| &metric.name)
    }

    /// A value with its metric's name and unit, for a person: `Accuracy 91.25 %`.
    pub(super) fn written(&self, id: &MetricId, value: f64) -> String {
        let Some(metric) = self.known.get(id) else {
            return short(value);
        };
        let unit = metric.unit.label();
        let gap = if unit.is_empty() { "" } else { " " };
        format!("{} {}{gap}{unit}", metric.name, short(value))
    }
}

fn joined(first: &str, second: &str) -> String {
    let gap = if first.is_empty() || second.is_empty() {
        ""
    } else {
        ", "
    };
    format!("{first}{gap}{second}")
}

/// A number in a few digits.
pub(super) fn short(value: f64) -> String {
    let magnitude = value.abs();
    if value == 0.0 || (1e-3..1e6).contains(&magnitude) {
        let digits = if magnitude >= 10.0 { 2 } else { 4 };
        format!("{value:.digits$}")
    } else if value.is_finite() {
        format!("{value:.3e}")
    } else {
        format!("{value}")
    }
}

/// A name of burn's or of a user's as a path: no empty parts, no control characters.
pub(super) fn path(name: &str) -> String {
    let part = |part: &str| {
        let clean: String = part.chars().filter(|c| !c.is_control()).collect();
        clean.trim().to_owned()
    };
    let parts: Vec<String> = name
        .split('/')
        .map(part)
        .filter(|part| !part.is_empty())
        .collect();
    if parts.is_empty() {
        "unnamed".to_owned()
    } else {
        parts.join("/")
    }
}

fn series_name(metric: &str, part: &Part, span: Span) -> String {
    let over = match span {
        Span::Batch => "",
        Span::Epoch => "/epoch",
    };
    let split = part.split().label();
    match part {
        Part::Test(name) if !part.shares_panel() => {
            format!("{metric}{over}/{}/{split}", path(name))
        }
        _ => format!("{metric}{over}/{split}"),
    }
}

/// burn's words for units. It gives percentages already multiplied, and gigabytes as `Gb`.
fn unit(word: Option<&str>) -> Unit {
    match word.map_or("", str::trim) {
        "" => Unit::None,
        "%" => Unit::Percent,
        "s" | "sec" | "seconds" => Unit::Seconds,
        "B" | "bytes" => Unit::Bytes,
        "Gb" => Unit::Other("GB".into()),
        "iter/sec" => Unit::Other("steps/s".into()),
        other => Unit::Other(other.into()),
    }
}

#[cfg(test)]
mod tests {
    use burn::train::metric::{AccuracyMetric, LearningRateMetric, LossMetric, Metric as Theirs};

    use super::*;

    fn declared<M: Theirs>(metric: &M, part: &Part, span: Span) -> Series {
        let definition = MetricDefinition::new(MetricId::new(metric.name()), metric);
        Metric::new(&definition).declared(part, span, "")
    }

    #[test]
    fn units_and_directions_are_as_burn_says() {
        let loss = declared(&LossMetric::new(), &Part::Train, Span::Batch);
        assert_eq!((&*loss.name, loss.split), ("Loss/train", Split::Train));
        assert_eq!((loss.unit, loss.direction), (Unit::None, Direction::Lower));
        let accuracy = declared(&AccuracyMetric::new(), &Part::Valid, Span::Epoch);
        assert_eq!(&*accuracy.name, "Accuracy/epoch/valid");
        assert_eq!(accuracy.panel(), "Accuracy/epoch");
        assert_eq!(
            (accuracy.unit, accuracy.direction),
            (Unit::Percent, Direction::Higher)
        );
        let rate = declared(&LearningRateMetric::new(), &Part::Train, Span::Batch);
        assert!(rate.is_exact);
        assert_eq!(rate.direction, Direction::Neither);
    }

    #[test]
    fn the_best_of_single_held_out_batches_is_not_looked_for() {
        let accuracy = AccuracyMetric::new();
        for part in [Part::Valid, Part::Test("digits".into())] {
            let batch = declared(&accuracy, &part, Span::Batch);
            assert_eq!(batch.direction, Direction::Neither);
        }
        let test = declared(&accuracy, &Part::Test("digits".into()), Span::Epoch);
        assert_eq!(&*test.name, "Accuracy/epoch/digits/test");
        assert_eq!(test.direction, Direction::Higher);
        let plain = declared(&accuracy, &Part::Test("test".into()), Span::Epoch);
        assert_eq!(plain.panel(), "Accuracy/epoch");
    }

    #[test]
    fn names_become_paths() {
        assert_eq!(path(" loss // train\u{7}ing/"), "loss/training");
        assert_eq!(path("Top-K Accuracy @ TopK(5)"), "Top-K Accuracy @ TopK(5)");
        assert_eq!(path("/\n/"), "unnamed");
        // A metric named after a split keeps the split it was measured on.
        let part = Part::Valid;
        let metric = Metric {
            name: "train/loss".into(),
            unit: Unit::None,
            direction: Direction::Unsaid,
            note: "weighted".into(),
            series: HashMap::new(),
        };
        let noted = metric.declared(&part, Span::Batch, "merged");
        assert_eq!(&*noted.note, "weighted, merged");
        let noted = metric.declared(&part, Span::Epoch, "");
        assert_eq!(&*noted.note, "train/loss, weighted");
        assert_eq!(metric.declared(&part, Span::Batch, "").split, Split::Valid);
    }

    #[test]
    fn numbers_are_short() {
        let shown = [0.0, 0.312_34, 91.25, 12_345_678.0, 1e-9, f64::NAN, -3.5].map(short);
        assert_eq!(
            shown,
            [
                "0.0000", "0.3123", "91.25", "1.235e7", "1.000e-9", "NaN", "-3.5000"
            ]
        );
    }
}
