//! A series: one named quantity over the steps of a run.

use std::fmt;
use std::sync::Arc;

/// A series of one run, interned: cheap to copy and to compare. Dense from 0 in the order of declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesId(pub u32);

/// What the values of a series are.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Deserialize, serde::Serialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One number a step.
    #[default]
    Scalar,
    /// How samples spread over bins: [`super::Histogram`].
    Histogram,
    /// Pixels of shape `[channels, height, width]`: [`super::Image`].
    Image,
    /// Places of shape `[n, 2]` or `[n, 3]`: [`super::Points`].
    Points,
    /// What was taken for what, counts of shape `[n, n]`: [`super::Confusion`].
    Confusion,
    /// A text a step.
    Text,
}

impl Kind {
    /// One of its values, in a word or two.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Scalar => "number",
            Self::Histogram => "histogram",
            Self::Image => "image",
            Self::Points => "set of points",
            Self::Confusion => "confusion matrix",
            Self::Text => "text",
        }
    }

    /// Several of its values, in a word or two.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Scalar => "numbers",
            Self::Histogram => "histograms",
            Self::Image => "images",
            Self::Points => "sets of points",
            Self::Confusion => "confusion matrices",
            Self::Text => "texts",
        }
    }

    /// So many of its values: `1 image`, `2,400 images`.
    #[must_use]
    pub fn counted(self, count: u64) -> String {
        let noun = if count == 1 {
            self.noun()
        } else {
            self.plural()
        };
        format!("{} {noun}", super::grouped(count))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.noun())
    }
}

/// Which part of the data a value was measured on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Split {
    /// Belongs to the run as a whole: learning rate, throughput.
    #[default]
    None,
    /// Measured on training batches.
    Train,
    /// Measured on held-out data during training.
    Valid,
    /// Measured on held-out data after training.
    Test,
}

impl Split {
    /// The split's name as users write it, empty for [`Split::None`].
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Train => "train",
            Self::Valid => "valid",
            Self::Test => "test",
        }
    }

    /// Whether it is of data that is not trained on: lines of such have markers.
    #[must_use]
    pub const fn is_held_out(self) -> bool {
        matches!(self, Self::Valid | Self::Test)
    }

    /// The split that a path segment names, if it names one.
    #[must_use]
    pub fn from_segment(segment: &str) -> Option<Self> {
        match segment {
            "train" | "training" => Some(Self::Train),
            "valid" | "validation" | "val" | "eval" => Some(Self::Valid),
            "test" => Some(Self::Test),
            _ => None,
        }
    }
}

/// The unit of a series' values, and with it how they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A plain number.
    #[default]
    None,
    /// A fraction of 1, written as a percentage.
    Fraction,
    /// Already multiplied by 100.
    Percent,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// Anything else, written after the number as it stands: `samples/s`.
    Other(Arc<str>),
}

impl Unit {
    /// The unit as written beside a panel's title; empty where there is none.
    #[must_use]
    pub fn label(&self) -> &str {
        match self {
            Self::None => "",
            Self::Fraction | Self::Percent => "%",
            Self::Seconds => "s",
            Self::Bytes => "B",
            Self::Other(label) => label,
        }
    }

    /// What a stored value is multiplied by before it is written with [`Unit::label`].
    #[must_use]
    pub const fn factor(&self) -> f64 {
        match self {
            Self::Fraction => 100.0,
            _ => 1.0,
        }
    }
}

/// Which values of a series are the better ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Nobody says: the words of the name may.
    #[default]
    Unsaid,
    /// Low ones: a loss, an error.
    Lower,
    /// High ones: an accuracy, a score.
    Higher,
    /// None: the value of a single batch, a learning rate.
    Neither,
}

/// What a producer declares of a series before its first point.
///
/// The name is a path, `/` between its parts, as TensorBoard's tags are. Series whose path agrees but for a part that names
/// a split share a panel: `loss/train` and `loss/valid` are the panel `loss`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// The path, unique within the run: `loss/train`.
    pub name: Arc<str>,
    /// What its values are.
    pub kind: Kind,
    /// The unit of its values.
    pub unit: Unit,
    /// The part of the data it was measured on.
    pub split: Split,
    /// A few words beside the panel's title: `cross-entropy`. Empty where there are none.
    pub note: Arc<str>,
    /// Whether a logarithmic vertical axis suits the values.
    pub is_log: bool,
    /// Whether the values are set rather than measured (a learning rate): they carry no noise and are never smoothed.
    pub is_exact: bool,
    /// Which of its values are the better ones.
    pub direction: Direction,
}

impl Series {
    /// A series of scalars; the split is read from the path.
    #[must_use]
    pub fn scalar(name: &str) -> Self {
        Self::of(Kind::Scalar, name)
    }

    /// A series of values of some kind; the split is read from the path.
    #[must_use]
    pub fn of(kind: Kind, name: &str) -> Self {
        let split = name
            .split('/')
            .find_map(Split::from_segment)
            .unwrap_or_default();
        Self {
            name: name.into(),
            kind,
            unit: Unit::None,
            split,
            note: "".into(),
            is_log: false,
            is_exact: false,
            direction: Direction::Unsaid,
        }
    }

    /// The same series with a unit.
    #[must_use]
    pub fn with_unit(mut self, unit: Unit) -> Self {
        self.unit = unit;
        self
    }

    /// The same series with a few words beside its panel's title.
    #[must_use]
    pub fn with_note(mut self, note: &str) -> Self {
        self.note = note.into();
        self
    }

    /// The same series with a logarithmic vertical axis: linear near zero where some values are zero or negative.
    #[must_use]
    pub const fn with_log_axis(mut self) -> Self {
        self.is_log = true;
        self
    }

    /// The same series as one whose values are set rather than measured.
    #[must_use]
    pub const fn with_exact_values(mut self) -> Self {
        self.is_exact = true;
        self
    }

    /// The same series with the better end of its values said: what is called its best value.
    #[must_use]
    pub const fn with_direction(mut self, direction: Direction) -> Self {
        self.direction = direction;
        self
    }

    /// The path without the part that names the split: series that agree in it share a panel.
    #[must_use]
    pub fn panel(&self) -> String {
        let rest: Vec<&str> = self
            .name
            .split('/')
            .filter(|segment| Split::from_segment(segment).is_none())
            .collect();
        if rest.is_empty() {
            self.name.to_string()
        } else {
            rest.join("/")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_split_is_read_from_the_path() {
        assert_eq!(Series::scalar("loss/train").split, Split::Train);
        assert_eq!(Series::scalar("val/loss").split, Split::Valid);
        assert_eq!(Series::scalar("optim/learning rate").split, Split::None);
        assert_eq!(Series::of(Kind::Image, "valid/worst").split, Split::Valid);
    }

    #[test]
    fn splits_of_one_quantity_share_a_panel() {
        assert_eq!(Series::scalar("loss/train").panel(), "loss");
        assert_eq!(Series::scalar("loss/valid").panel(), "loss");
        assert_eq!(Series::scalar("valid/loss").panel(), "loss");
        assert_eq!(Series::scalar("optim/lr").panel(), "optim/lr");
        assert_eq!(Series::scalar("train").panel(), "train");
    }
}
