//! What `run.json` says of one series: what it is, how many points it has, its last and its best values.

use serde::{Deserialize, Serialize};

use crate::message::{Direction, Kind, Point, Series, Split, Step, Unit};

/// A value and where it was.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Extreme {
    /// The step it was measured at.
    pub step: Step,
    /// The value, in the series' unit. NaN and infinities are written as text: JSON has no numbers for them.
    #[serde(with = "any_float")]
    pub value: f32,
}

/// Which values of a series are the better ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BestIs {
    /// Low ones: a loss, an error.
    Lowest,
    /// High ones: an accuracy, a score.
    Highest,
}

/// One series of a run, summed up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SeriesRecord {
    /// The path: `loss/train`.
    pub name: String,
    /// `fraction` (of 1), `percent`, `seconds`, `bytes`, empty for plain numbers, else as it is written after a number.
    pub unit: String,
    /// `train`, `valid`, `test`, or empty.
    pub split: String,
    /// A few words: `cross-entropy`.
    pub note: String,
    /// Whether a logarithmic axis suits the values.
    pub log_axis: bool,
    /// Which values were declared the better ones: `lower`, `higher`, `neither`; empty where nobody said.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub direction: String,
    /// What its values are: `scalar`, `histogram`, `image`, `points`, `confusion` or `text`.
    pub kind: Kind,
    /// Values reported, recorded or not; of scalars, its points.
    pub points: u64,
    /// Values among them that were unsound or found no room within the budget of bulk values.
    pub skipped: u64,
    /// Values of another kind that were reported to it beside those.
    pub misfits: u64,
    /// Points among them that are NaN or infinite.
    pub non_finite: u64,
    /// The value reported last.
    pub last: Option<Extreme>,
    /// The lowest finite value.
    pub min: Option<Extreme>,
    /// The highest finite value.
    pub max: Option<Extreme>,
    /// Which values are the better ones, as declared, else as far as the name tells.
    pub best_is: Option<BestIs>,
    /// The best finite value: `min` or `max`, as `best_is` says.
    pub best: Option<Extreme>,
}

impl SeriesRecord {
    /// What is known of a series before its first point.
    #[must_use]
    pub fn new(series: &Series) -> Self {
        Self {
            name: series.name.to_string(),
            unit: unit_word(&series.unit).to_owned(),
            split: series.split.label().to_owned(),
            note: series.note.to_string(),
            log_axis: series.is_log,
            direction: direction_word(series.direction).to_owned(),
            kind: series.kind,
            best_is: best_is(series).filter(|_| series.kind == Kind::Scalar),
            ..Self::default()
        }
    }

    /// The series as it was declared.
    #[must_use]
    pub fn series(&self) -> Series {
        let mut series = Series::of(self.kind, &self.name)
            .with_unit(unit_of_word(&self.unit))
            .with_note(&self.note);
        series.split = Split::from_segment(&self.split).unwrap_or_default();
        series.is_log = self.log_axis;
        series.direction = direction_of_word(&self.direction);
        series
    }

    /// Takes a bulk value into account.
    pub(super) fn add_bulk(&mut self, kind: Kind) {
        if self.kind == kind {
            self.points += 1;
        } else {
            self.misfits += 1;
        }
    }

    /// Takes a bulk value into account that did not come.
    pub(super) fn add_skipped(&mut self) {
        if self.kind == Kind::Scalar {
            self.misfits += 1;
        } else {
            self.points += 1;
            self.skipped += 1;
        }
    }

    /// Takes a point into account.
    pub(super) fn add(&mut self, point: Point) {
        if self.kind != Kind::Scalar {
            self.misfits += 1;
            return;
        }
        let here = Extreme {
            step: point.step,
            value: point.value,
        };
        self.points += 1;
        self.last = Some(here);
        if !point.value.is_finite() {
            self.non_finite += 1;
            return;
        }
        if self.min.is_none_or(|min| point.value < min.value) {
            self.min = Some(here);
        }
        if self.max.is_none_or(|max| point.value > max.value) {
            self.max = Some(here);
        }
        self.best = match self.best_is {
            Some(BestIs::Lowest) => self.min,
            Some(BestIs::Highest) => self.max,
            None => None,
        };
    }
}

fn unit_word(unit: &Unit) -> &str {
    match unit {
        Unit::None => "",
        Unit::Fraction => "fraction",
        Unit::Percent => "percent",
        Unit::Seconds => "seconds",
        Unit::Bytes => "bytes",
        Unit::Other(label) => label,
    }
}

fn unit_of_word(word: &str) -> Unit {
    match word {
        "" => Unit::None,
        "fraction" => Unit::Fraction,
        "percent" => Unit::Percent,
        "seconds" => Unit::Seconds,
        "bytes" => Unit::Bytes,
        label => Unit::Other(label.into()),
    }
}

fn direction_word(direction: Direction) -> &'static str {
    match direction {
        Direction::Unsaid => "",
        Direction::Lower => "lower",
        Direction::Higher => "higher",
        Direction::Neither => "neither",
    }
}

fn direction_of_word(word: &str) -> Direction {
    match word {
        "lower" => Direction::Lower,
        "higher" => Direction::Higher,
        "neither" => Direction::Neither,
        _ => Direction::Unsaid,
    }
}

fn best_is(series: &Series) -> Option<BestIs> {
    match series.direction {
        Direction::Lower => Some(BestIs::Lowest),
        Direction::Higher => Some(BestIs::Highest),
        Direction::Neither => None,
        Direction::Unsaid => said_by_name(series),
    }
}

/// What the words of a name tell, where nobody declared it.
fn said_by_name(series: &Series) -> Option<BestIs> {
    const LOW: [&str; 8] = [
        "loss",
        "error",
        "perplexity",
        "mse",
        "mae",
        "rmse",
        "wer",
        "cer",
    ];
    const HIGH: [&str; 10] = [
        "accuracy",
        "acc",
        "precision",
        "recall",
        "f1",
        "auc",
        "iou",
        "bleu",
        "psnr",
        "ssim",
    ];
    let name = series.name.to_lowercase();
    let has = |words: &[&str]| {
        name.split(|character: char| !character.is_alphanumeric())
            .any(|word| words.contains(&word))
    };
    match (has(&LOW), has(&HIGH)) {
        (true, false) => Some(BestIs::Lowest),
        (false, true) => Some(BestIs::Highest),
        _ => None,
    }
}

/// Floats as JSON numbers where they are finite, else as the text `NaN`, `Infinity` or `-Infinity`.
mod any_float {
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum NumberOrText {
        Number(f32),
        Text(String),
    }

    #[allow(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde calls it with a reference"
    )]
    pub(super) fn serialize<S: Serializer>(value: &f32, serializer: S) -> Result<S::Ok, S::Error> {
        if value.is_nan() {
            serializer.serialize_str("NaN")
        } else if *value == f32::INFINITY {
            serializer.serialize_str("Infinity")
        } else if *value == f32::NEG_INFINITY {
            serializer.serialize_str("-Infinity")
        } else {
            serializer.serialize_f32(*value)
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f32, D::Error> {
        match NumberOrText::deserialize(deserializer)? {
            NumberOrText::Number(value) => Ok(value),
            NumberOrText::Text(text) => match text.as_str() {
                "NaN" => Ok(f32::NAN),
                "Infinity" => Ok(f32::INFINITY),
                "-Infinity" => Ok(f32::NEG_INFINITY),
                other => Err(D::Error::custom(format!("`{other}` is no number"))),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::message::SeriesId;

    fn record(name: &str, values: &[f32]) -> SeriesRecord {
        let mut record = SeriesRecord::new(&Series::scalar(name));
        for (step, value) in (1..).zip(values) {
            record.add(Point {
                series: SeriesId(0),
                value: *value,
                step,
            });
        }
        record
    }

    #[test]
    fn best_and_last_are_where_they_were() {
        let loss = record("loss/valid", &[3.0, 1.0, f32::NAN, 1.0, 2.0]);
        assert_eq!(
            loss.best,
            Some(Extreme {
                step: 2,
                value: 1.0
            })
        );
        assert_eq!(
            loss.last,
            Some(Extreme {
                step: 5,
                value: 2.0
            })
        );
        assert_eq!((loss.points, loss.non_finite), (5, 1));
        let accuracy = record("Top-1 Accuracy", &[0.5, 0.9, f32::INFINITY]);
        assert_eq!(
            accuracy.best,
            Some(Extreme {
                step: 2,
                value: 0.9
            })
        );
        let rate = record("learning rate", &[0.1]);
        assert_eq!((rate.best, rate.best_is), (None, None));
        assert_eq!(rate.min, rate.max);
        assert_eq!(record("loss", &[f32::NAN]).best, None);
    }

    #[test]
    fn bulk_values_are_counted_and_so_is_what_does_not_fit() {
        let mut images = SeriesRecord::new(&Series::of(Kind::Image, "accuracy/worst"));
        images.add_bulk(Kind::Image);
        images.add_bulk(Kind::Histogram);
        images.add_skipped();
        images.add(Point {
            series: SeriesId(0),
            value: 1.0,
            step: 1,
        });
        assert_eq!((images.points, images.skipped, images.misfits), (2, 1, 2));
        assert_eq!((images.last, images.best_is), (None, None));
        let mut loss = record("loss", &[1.0]);
        loss.add_bulk(Kind::Image);
        loss.add_skipped();
        assert_eq!((loss.points, loss.skipped, loss.misfits), (1, 0, 2));
    }

    #[test]
    fn a_series_is_read_back_as_it_was_declared() {
        for unit in [
            Unit::None,
            Unit::Fraction,
            Unit::Percent,
            Unit::Seconds,
            Unit::Bytes,
            Unit::Other("samples/s".into()),
        ] {
            let series = Series::scalar("speed/valid")
                .with_unit(unit)
                .with_note("a note")
                .with_log_axis();
            assert_eq!(SeriesRecord::new(&series).series(), series);
        }
        for direction in [Direction::Lower, Direction::Higher, Direction::Neither] {
            let series = Series::scalar("loss/valid").with_direction(direction);
            assert_eq!(SeriesRecord::new(&series).series(), series);
        }
        for (kind, word) in [
            (Kind::Scalar, "scalar"),
            (Kind::Histogram, "histogram"),
            (Kind::Image, "image"),
            (Kind::Points, "points"),
            (Kind::Confusion, "confusion"),
            (Kind::Text, "text"),
        ] {
            let series = Series::of(kind, "samples");
            let text =
                serde_json::to_value(SeriesRecord::new(&series)).expect("it has a JSON form");
            assert_eq!(text["kind"], word);
            let back: SeriesRecord = serde_json::from_value(text).expect("it was just written");
            assert_eq!(back.series(), series);
        }
        let mut odd = Series::scalar("loss/train");
        odd.split = Split::None;
        assert_eq!(SeriesRecord::new(&odd).series(), odd);
    }

    proptest! {
        #[test]
        fn every_value_survives_json(bits: u32, step: u64) {
            let there = Extreme { step, value: f32::from_bits(bits) };
            let text = serde_json::to_string(&there).expect("it has a JSON form");
            let back: Extreme = serde_json::from_str(&text).expect("it was just written");
            prop_assert_eq!(back.step, step);
            prop_assert!(back.value == there.value || (back.value.is_nan() && there.value.is_nan()), "{}", text);
        }
    }
}
