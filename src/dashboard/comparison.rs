//! Runs side by side, as plain data: the hyperparameters in which they differ, how far each has come, its best and last value
//! of a metric; in any order.

use std::cmp::Ordering;
use std::sync::Arc;
use std::time::Duration;

use super::best::more_is_better;
use crate::message::{RunId, Split, Step, Unit};
use crate::scene::{RunState, RunSummary, Scene};

/// Series that metrics are looked for in.
const LOOKED_AT: usize = 5000;

/// What a table of runs can be sorted by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// The order they came in.
    Run,
    State,
    Steps,
    Duration,
    /// A hyperparameter.
    Setting(String),
    Best,
    Last,
}

/// The order of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Order {
    pub column: Column,
    pub is_descending: bool,
}

/// What runs are compared by.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Metric {
    /// The series' path.
    pub name: Arc<str>,
    pub unit: Unit,
    /// Whether more is better.
    pub is_largest: bool,
}

/// A run.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub run: RunId,
    pub name: Arc<str>,
    /// Index into the theme's colours, where nobody has chosen another.
    pub color: usize,
    pub is_current: bool,
    pub state: RunState,
    pub step: Step,
    pub elapsed: Duration,
    /// Its value of each hyperparameter that differs; `None` where it has none.
    pub settings: Vec<Option<String>>,
    /// The best value of the metric, and its step.
    pub best: Option<(f32, Step)>,
    pub last: Option<f32>,
}

/// All of them.
#[derive(Clone, Debug)]
pub(super) struct Comparison {
    /// The hyperparameters that are not the same in all runs.
    pub settings: Vec<String>,
    pub rows: Vec<Row>,
}

impl Comparison {
    /// The runs of a scene, by a metric where there is one.
    pub(super) fn new(scene: &Scene, metric: Option<&Metric>, order: Option<&Order>) -> Self {
        let told: Vec<Vec<(String, String)>> = scene.runs.iter().map(settings).collect();
        let differing = differing(&told);
        let rows = scene.runs.iter().zip(&told).map(|(run, told)| {
            let value = |name: &String| {
                let mut own = told.iter();
                let found = own.find(|(known, _)| known == name);
                found.map(|(_, value)| value.clone())
            };
            let mut row = Row {
                run: run.id,
                name: Arc::clone(&run.name),
                color: run.color,
                is_current: run.is_current,
                state: run.state.clone(),
                step: run.step,
                elapsed: run.elapsed,
                settings: differing.iter().map(value).collect(),
                best: None,
                last: None,
            };
            if let Some(metric) = metric {
                measure(&mut row, scene, metric);
            }
            row
        });
        let mut comparison = Self {
            rows: rows.collect(),
            settings: differing,
        };
        if let Some(order) = order {
            comparison.sort(order);
        }
        comparison
    }

    /// Rows of which nothing is known come last, whatever the direction; among equals the order they came in stays.
    fn sort(&mut self, order: &Order) {
        let settings = &self.settings;
        self.rows.sort_by(|a, b| {
            let (a, b) = (
                key(a, settings, &order.column),
                key(b, settings, &order.column),
            );
            match (a, b) {
                (Key::Nothing, Key::Nothing) => Ordering::Equal,
                (Key::Nothing, _) => Ordering::Greater,
                (_, Key::Nothing) => Ordering::Less,
                (a, b) if order.is_descending => b.cmp(&a),
                (a, b) => a.cmp(&b),
            }
        });
    }
}

/// What runs can be compared by: what is measured on held-out data first, accuracy and its like before losses.
pub(super) fn metrics(scene: &Scene) -> Vec<Metric> {
    let mut found: Vec<((bool, bool), Metric)> = Vec::new();
    for series in scene.series.iter().take(LOOKED_AT) {
        let is_known = found.iter().any(|(_, known)| known.name == series.name);
        let direction = more_is_better(series).filter(|_| !is_known);
        if let Some(is_largest) = direction {
            let is_held_out = matches!(series.split, Split::Valid | Split::Test);
            let metric = Metric {
                name: Arc::clone(&series.name),
                unit: series.unit.clone(),
                is_largest,
            };
            found.push(((!is_held_out, !is_largest), metric));
        }
    }
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, metric)| metric).collect()
}

/// What is known of a run's settings, the seed among them.
fn settings(run: &RunSummary) -> Vec<(String, String)> {
    let info = &run.info;
    let named = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut settings = Vec::new();
    if !info.model.is_empty() {
        // `digits-cnn, 93,322 parameters`: its name is what it is told apart by.
        let model = info.model.split(',').next().unwrap_or_default();
        settings.push(named("model", model));
    }
    settings.extend((info.hyperparameters.iter()).map(|one| named(&one.name, &one.value)));
    settings.extend(info.seed.map(|seed| named("seed", &seed.to_string())));
    if !info.backend.is_empty() {
        settings.push(named("backend", &info.backend));
    }
    settings
}

/// The names of those that are not the same in all runs, in the order they are first told.
fn differing(told: &[Vec<(String, String)>]) -> Vec<String> {
    let mut names: Vec<&String> = Vec::new();
    for (name, _) in told.iter().flatten() {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let value = |run: &'_ [(String, String)], name: &String| {
        let found = run.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone())
    };
    names.retain(|name| {
        let mut values = told.iter().map(|run| value(run, name));
        let first = values.next();
        values.any(|value| Some(value) != first)
    });
    names.into_iter().cloned().collect()
}

fn measure(row: &mut Row, scene: &Scene, metric: &Metric) {
    let mut series = scene.series.iter();
    let own = series.find(|series| series.key.run == row.run && series.name == metric.name);
    if let Some(series) = own {
        let best = if metric.is_largest {
            series.largest
        } else {
            series.smallest
        };
        row.best = best.map(|best| (best.value, best.step));
        row.last = series.latest;
    }
}

/// What rows are sorted by: numbers before words.
enum Key {
    Number(f64),
    Word(String),
    Nothing,
}

impl Key {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Number(_), _) => Ordering::Less,
            (_, Self::Number(_)) => Ordering::Greater,
            (Self::Word(a), Self::Word(b)) => a.cmp(b),
            _ => Ordering::Equal,
        }
    }
}

fn key(row: &Row, settings: &[String], column: &Column) -> Key {
    let value = |value: Option<f32>| match value {
        Some(value) if !value.is_nan() => Key::Number(value.into()),
        _ => Key::Nothing,
    };
    match column {
        Column::Run => Key::Number(row.run.0.into()),
        Column::State => Key::Word(state_word(&row.state).to_owned()),
        Column::Steps => Key::Number(row.step as f64),
        Column::Duration => Key::Number(row.elapsed.as_secs_f64()),
        Column::Best => value(row.best.map(|(value, _)| value)),
        Column::Last => value(row.last),
        Column::Setting(name) => {
            let place = settings.iter().position(|known| known == name);
            let text = place.and_then(|place| row.settings[place].as_ref());
            match text.map(|text| (text.parse::<f64>(), text)) {
                Some((Ok(number), _)) if !number.is_nan() => Key::Number(number),
                Some((_, text)) => Key::Word(text.clone()),
                None => Key::Nothing,
            }
        }
    }
}

/// What a run is doing, or how it ended, in a word.
pub(super) const fn state_word(state: &RunState) -> &'static str {
    match state {
        RunState::Waiting => "waiting",
        RunState::Preparing => "preparing",
        RunState::Training => "training",
        RunState::Paused => "paused",
        RunState::Stopping => "stopping",
        RunState::Finished => "finished",
        RunState::Stopped => "stopped",
        RunState::Failed(_) => "failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Hyperparameter, RunInfo, SeriesId};
    use crate::scene::{Extreme, SeriesKey, SeriesSummary};

    fn run(id: u32, seed: Option<u64>, settings: &[(&str, &str)]) -> RunSummary {
        let named = |(name, value): &(&str, &str)| Hyperparameter {
            name: (*name).to_owned(),
            value: (*value).to_owned(),
        };
        RunSummary {
            id: RunId(id),
            name: format!("run {id}").into(),
            info: Arc::new(RunInfo {
                model: "cnn, 10 parameters".to_owned(),
                seed,
                hyperparameters: settings.iter().map(named).collect(),
                ..RunInfo::default()
            }),
            ..RunSummary::default()
        }
    }

    fn series(run: u32, name: &str, split: Split, values: [f32; 3]) -> SeriesSummary {
        let [low, high, latest] = values;
        SeriesSummary {
            key: SeriesKey {
                run: RunId(run),
                series: SeriesId(0),
            },
            name: name.into(),
            group: "".into(),
            label: name.into(),
            panel: name.into(),
            split,
            direction: crate::message::Direction::Unsaid,
            bulk: None,
            misfits: 0,
            unit: Unit::None,
            color: 0,
            points: 2,
            latest: Some(latest),
            smallest: low.is_finite().then_some(Extreme {
                value: low,
                step: 3,
            }),
            largest: high.is_finite().then_some(Extreme {
                value: high,
                step: 4,
            }),
        }
    }

    fn scene() -> Scene {
        Scene {
            runs: vec![
                run(1, None, &[("epochs", "10"), ("rate", "0.1")]),
                run(2, Some(7), &[("epochs", "10"), ("rate", "0.02")]),
                run(
                    3,
                    Some(7),
                    &[("epochs", "10"), ("rate", "off"), ("warm up", "5")],
                ),
                run(4, Some(7), &[("epochs", "10")]),
            ]
            .into(),
            series: Arc::new(vec![
                series(1, "loss/train", Split::Train, [0.1, 2.0, 0.2]),
                series(1, "accuracy/valid", Split::Valid, [0.1, 0.9, 0.8]),
                series(2, "accuracy/valid", Split::Valid, [0.1, 0.7, 0.7]),
                series(2, "loss/train", Split::Train, [0.3, 2.0, f32::NAN]),
                series(3, "accuracy/valid", Split::Valid, [f32::NAN; 3]),
                series(3, "weights", Split::None, [0.0; 3]),
            ]),
            ..Scene::default()
        }
    }

    fn order(column: Column, is_descending: bool) -> Vec<u32> {
        let scene = scene();
        let metric = &metrics(&scene)[0];
        let order = Order {
            column,
            is_descending,
        };
        let comparison = Comparison::new(&scene, Some(metric), Some(&order));
        comparison.rows.iter().map(|row| row.run.0).collect()
    }

    #[test]
    fn what_is_the_same_in_all_runs_is_left_out() {
        let comparison = Comparison::new(&scene(), None, None);
        assert_eq!(comparison.settings, ["rate", "seed", "warm up"]);
        assert_eq!(
            comparison.rows[0].settings,
            [Some("0.1".to_owned()), None, None]
        );
        let one = Scene {
            runs: scene().runs[..1].to_vec().into(),
            ..Scene::default()
        };
        assert!(Comparison::new(&one, None, None).settings.is_empty());
        assert!(
            Comparison::new(&Scene::default(), None, None)
                .rows
                .is_empty()
        );
    }

    #[test]
    fn best_is_the_good_end_of_a_metric() {
        let scene = scene();
        let metrics = metrics(&scene);
        let names: Vec<&str> = metrics.iter().map(|metric| &*metric.name).collect();
        assert_eq!(names, ["accuracy/valid", "loss/train"]);
        let rows = Comparison::new(&scene, Some(&metrics[0]), None).rows;
        assert_eq!((rows[0].best, rows[0].last), (Some((0.9, 4)), Some(0.8)));
        assert_eq!((rows[2].best, rows[3].last), (None, None));
        let rows = Comparison::new(&scene, Some(&metrics[1]), None).rows;
        assert_eq!(rows[0].best, Some((0.1, 3)));
    }

    #[test]
    fn rows_are_sorted_by_any_column_and_what_is_not_known_is_last() {
        let rate = || Column::Setting("rate".to_owned());
        assert_eq!(order(rate(), false), [2, 1, 3, 4]);
        assert_eq!(order(rate(), true), [3, 1, 2, 4]);
        assert_eq!(order(Column::Best, true), [1, 2, 3, 4]);
        assert_eq!(order(Column::Best, false), [2, 1, 3, 4]);
        assert_eq!(order(Column::Run, true), [4, 3, 2, 1]);
        let gone = Column::Setting("no such".to_owned());
        assert_eq!(order(gone, true), [1, 2, 3, 4]);
    }
}
