//! Best values: which series have one, and which end of them is good.

use crate::message::{Direction, Split, Step, Unit};
use crate::scene::{Extreme, SeriesSummary};

use super::number::{Digits, with_unit};

/// Words in a path that say that less is better.
const LESS: [&str; 14] = [
    "loss",
    "error",
    "err",
    "perplexity",
    "ppl",
    "mae",
    "mse",
    "rmse",
    "wer",
    "cer",
    "fid",
    "nll",
    "entropy",
    "divergence",
];

/// Words in a path that say that more is better.
const MORE: [&str; 16] = [
    "accuracy",
    "acc",
    "top1",
    "top5",
    "f1",
    "auc",
    "auroc",
    "precision",
    "recall",
    "iou",
    "miou",
    "bleu",
    "rouge",
    "dice",
    "psnr",
    "reward",
];

/// Series that a headline is looked for in: what a run reports first is what it is about.
const LOOKED_AT: usize = 200;

/// The best value of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Best {
    /// The series: `accuracy/valid`.
    pub name: String,
    /// The value, in the series' unit.
    pub value: f32,
    /// The first step that has it.
    pub step: Step,
    /// The unit.
    pub unit: Unit,
    /// Whether it is the largest value, not the smallest.
    pub is_largest: bool,
}

impl Best {
    /// In a few words: `best accuracy/valid 97.8 % at step 3,033`.
    #[must_use]
    pub fn text(&self) -> String {
        let word = if self.is_largest { "best" } else { "lowest" };
        let value = with_unit(f64::from(self.value), &self.unit, Digits::Full);
        let step = super::number::count(self.step);
        format!("{word} {} {value} at step {step}", self.name)
    }
}

/// The best values of a run: what was measured on held-out data where there is such, accuracy and its like before losses.
#[must_use]
pub fn best_values<'a>(series: impl IntoIterator<Item = &'a SeriesSummary>) -> Vec<Best> {
    let mut best: Vec<(bool, Best)> = series
        .into_iter()
        .filter_map(|summary| Some((is_held_out(summary), best_value(summary)?)))
        .collect();
    if best.iter().any(|(is_held_out, _)| *is_held_out) {
        best.retain(|(is_held_out, _)| *is_held_out);
    }
    best.sort_by_key(|(_, best)| !best.is_largest);
    best.into_iter().map(|(_, best)| best).collect()
}

/// The series that says best how good the model is, for a place that has room for one: the first of [`best_values`].
pub(super) fn headline<'a>(
    series: impl IntoIterator<Item = &'a SeriesSummary>,
) -> Option<&'a SeriesSummary> {
    let rank = |summary: &SeriesSummary| {
        let is_largest = more_is_better(summary)?;
        summary.smallest?;
        Some((!is_held_out(summary), !is_largest))
    };
    series
        .into_iter()
        .take(LOOKED_AT)
        .filter_map(|summary| Some((rank(summary)?, summary)))
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, summary)| summary)
}

fn is_held_out(summary: &SeriesSummary) -> bool {
    matches!(summary.split, Split::Valid | Split::Test)
}

fn best_value(summary: &SeriesSummary) -> Option<Best> {
    let is_largest = more_is_better(summary)?;
    let Extreme { value, step } = if is_largest {
        summary.largest?
    } else {
        summary.smallest?
    };
    Some(Best {
        name: summary.name.to_string(),
        value,
        step,
        unit: summary.unit.clone(),
        is_largest,
    })
}

/// Whether more is better, as it was declared, else as the path says; `None` where neither tells.
pub(super) fn more_is_better(summary: &SeriesSummary) -> Option<bool> {
    match summary.direction {
        Direction::Higher => Some(true),
        Direction::Lower => Some(false),
        Direction::Neither => None,
        Direction::Unsaid => said_by_path(&summary.name),
    }
}

fn said_by_path(path: &str) -> Option<bool> {
    let mut words = path.split(|c: char| !c.is_alphanumeric());
    words.find_map(|word| {
        let is_among = |list: &[&str]| list.iter().any(|known| word.eq_ignore_ascii_case(known));
        if is_among(&MORE) {
            Some(true)
        } else if is_among(&LESS) {
            Some(false)
        } else {
            None
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{RunId, SeriesId};
    use crate::scene::SeriesKey;

    fn summary(name: &str, split: Split, unit: Unit, low: f32, high: f32) -> SeriesSummary {
        SeriesSummary {
            key: SeriesKey {
                run: RunId(0),
                series: SeriesId(0),
            },
            name: name.into(),
            group: "".into(),
            label: name.into(),
            panel: name.into(),
            split,
            unit,
            direction: Direction::Unsaid,
            color: 0,
            points: 2,
            latest: Some(high),
            smallest: Some(Extreme {
                value: low,
                step: 1200,
            }),
            largest: Some(Extreme {
                value: high,
                step: 3033,
            }),
            bulk: None,
            misfits: 0,
        }
    }

    #[test]
    fn held_out_data_and_accuracy_come_first() {
        let series = [
            summary("loss/train", Split::Train, Unit::None, 0.02, 2.3),
            summary("loss/valid", Split::Valid, Unit::None, 0.1127, 2.3),
            summary("accuracy/train", Split::Train, Unit::Fraction, 0.1, 1.0),
            summary("accuracy/valid", Split::Valid, Unit::Fraction, 0.1, 0.978),
            summary("optim/learning rate", Split::None, Unit::None, 0.0, 1e-3),
        ];
        let texts: Vec<_> = best_values(&series).iter().map(Best::text).collect();
        assert_eq!(
            texts,
            [
                "best accuracy/valid 97.8 % at step 3,033",
                "lowest loss/valid 0.1127 at step 1,200"
            ]
        );
        assert_eq!(headline(&series).map(|s| &*s.name), Some("accuracy/valid"));
    }

    #[test]
    fn what_was_declared_goes_before_what_the_path_says() {
        let of = |name, direction| SeriesSummary {
            direction,
            ..summary(name, Split::Valid, Unit::None, 0.25, 0.5)
        };
        let series = [
            of("loss/valid", Direction::Neither),
            of("loss/epoch/valid", Direction::Lower),
            of("agreement/valid", Direction::Higher),
        ];
        let texts: Vec<_> = best_values(&series).iter().map(Best::text).collect();
        assert_eq!(
            texts,
            [
                "best agreement/valid 0.5000 at step 3,033",
                "lowest loss/epoch/valid 0.2500 at step 1,200"
            ]
        );
        assert_eq!(headline(&series).map(|s| &*s.name), Some("agreement/valid"));
    }

    #[test]
    fn training_values_stand_in_and_unknown_ones_have_no_best() {
        let series = [
            summary("loss/train", Split::Train, Unit::None, 0.02, 2.3),
            summary("glossary/size", Split::Valid, Unit::None, 0.0, 1.0),
        ];
        assert_eq!(best_values(&series).len(), 1);
        assert_eq!(best_values(&series)[0].name, "loss/train");
        assert_eq!(best_values(&[]), []);
        assert!(headline(&[]).is_none());
    }
}
