//! What travels: points by the thousand, and between them the rarer messages, in the order they were said.
//!
//! Points are kept apart from messages because there are millions of them: 16 bytes each, no enum tag, no allocation. A
//! message remembers how many of the batch's points came before it, so that the order can be told again.

use std::sync::Arc;

use super::{
    Answer, Bulk, Hyperparameter, Outcome, Progress, RunId, RunInfo, Series, SeriesId, Step, Text,
    Timestamp,
};

/// One value of a scalar series at a step. NaN and infinities are data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The series, interned within the run.
    pub series: SeriesId,
    /// The value, in the series' unit.
    pub value: f32,
    /// The step it was measured at.
    pub step: Step,
}

/// When a step began to be reported. Points of that step share its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepMark {
    /// The step.
    pub step: Step,
    /// When it was reported.
    pub time: Timestamp,
}

/// Everything a run says that is not a point.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// The run starts. The first message of every run.
    Start(Box<RunInfo>),
    /// More has become known of the run (its model's size, its device).
    Info(Box<RunInfo>),
    /// A series is declared, before its first point.
    Declare(SeriesId, Series),
    /// A step is reached.
    Step(StepMark),
    /// How far the run has come.
    Progress(Progress),
    /// What the run is doing now, in a word or two: `compiling kernels`, `validating`. Empty: plain training.
    Activity(String),
    /// A hyperparameter has become known, or has changed.
    Hyperparameter(Hyperparameter),
    /// A value bigger than a number. It obeys a budget: see [`Bulk`].
    Bulk {
        /// The series, of the value's kind.
        series: SeriesId,
        /// The step it belongs to.
        step: Step,
        /// When it was reported.
        time: Timestamp,
        /// The value.
        value: Arc<Bulk>,
    },
    /// A bulk value that was reported and could not be kept: it was unsound, or the budget had no room for it.
    Skipped {
        /// The series.
        series: SeriesId,
        /// The step it belongs to.
        step: Step,
    },
    /// A line of text.
    Text(Text),
    /// What the run says to a command.
    Answer(Box<Answer>),
    /// Points that a full disk or queue made it drop; only on the way to the recorder.
    Gap {
        /// How many points are missing here.
        points: u64,
    },
    /// The run has ended. The last message of every run.
    End {
        /// How it ended.
        outcome: Outcome,
        /// When it ended.
        time: Timestamp,
    },
}

/// One thing of a batch, told in order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Entry<'a> {
    /// Points said one after another with no message between them.
    Points(&'a [Point]),
    /// A message.
    Message(&'a Message),
}

/// Some of what one run said, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// The run it belongs to.
    pub run: RunId,
    points: Vec<Point>,
    /// Each with the number of points that came before it; never decreasing.
    messages: Vec<(usize, Message)>,
}

impl Batch {
    /// An empty batch of a run.
    #[must_use]
    pub fn new(run: RunId) -> Self {
        Self {
            run,
            ..Self::default()
        }
    }

    /// Adds a point at the end.
    pub fn push_point(&mut self, point: Point) {
        self.points.push(point);
    }

    /// Adds points at the end.
    pub fn extend_points(&mut self, points: impl IntoIterator<Item = Point>) {
        self.points.extend(points);
    }

    /// Adds a message at the end.
    pub fn push_message(&mut self, message: Message) {
        self.messages.push((self.points.len(), message));
    }

    /// The scalars of this batch, in order.
    #[must_use]
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// The messages of this batch, in order, without the points between them.
    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        self.messages.iter().map(|(_, message)| message)
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.points.is_empty() && self.messages.is_empty()
    }

    /// What it takes in memory, roughly, in bytes.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        let bulk: usize = self.messages().map(bulk_bytes).sum();
        self.own_bytes() + bulk
    }

    /// The same without its bulk values: for queues with a byte cap. Bulk values have a budget of their own and must not push
    /// scalars out.
    #[must_use]
    pub fn own_bytes(&self) -> usize {
        let text: usize = self
            .messages
            .iter()
            .map(|(_, message)| match message {
                Message::Text(line) => line.text.len() + line.target.len(),
                _ => 0,
            })
            .sum();
        size_of::<Self>()
            + size_of_val(self.points.as_slice())
            + size_of_val(self.messages.as_slice())
            + text
    }

    /// The same without its bulk values, where it has any.
    #[must_use]
    pub fn without_bulk(&self) -> Option<Self> {
        let is_bulk = |message: &Message| matches!(message, Message::Bulk { .. });
        self.messages().any(is_bulk).then(|| {
            let kept = self.messages.iter().filter(|(_, said)| !is_bulk(said));
            Self {
                run: self.run,
                points: self.points.clone(),
                messages: kept.cloned().collect(),
            }
        })
    }

    /// Everything in the order it was said.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let ends = self
            .messages
            .iter()
            .map(|(at, message)| (*at, Some(message)))
            .chain([(self.points.len(), None)]);
        let mut from = 0;
        ends.flat_map(move |(to, message)| {
            let points = &self.points[from..to];
            from = to;
            let points = (!points.is_empty()).then_some(Entry::Points(points));
            points.into_iter().chain(message.map(Entry::Message))
        })
    }
}

fn bulk_bytes(message: &Message) -> usize {
    match message {
        Message::Bulk { value, .. } => value.size_bytes(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::BulkValue;

    fn point(step: Step) -> Point {
        Point {
            series: SeriesId(0),
            value: step as f32,
            step,
        }
    }

    #[test]
    fn a_point_is_sixteen_bytes() {
        assert_eq!(size_of::<Point>(), 16);
    }

    #[test]
    fn entries_come_in_the_order_said() {
        let mut batch = Batch::new(RunId(3));
        batch.push_message(Message::Activity("a".into()));
        batch.push_point(point(1));
        batch.push_point(point(2));
        batch.push_message(Message::Activity("b".into()));
        batch.push_message(Message::Activity("c".into()));
        batch.push_point(point(3));
        let told: Vec<String> = batch
            .entries()
            .map(|entry| match entry {
                Entry::Points(points) => points.iter().map(|p| p.step.to_string()).collect(),
                Entry::Message(Message::Activity(text)) => text.clone(),
                Entry::Message(other) => format!("{other:?}"),
            })
            .collect();
        assert_eq!(told, ["a", "12", "b", "c", "3"]);
    }

    #[test]
    fn bulk_values_are_counted_apart_and_can_be_left_out() {
        let mut batch = Batch::new(RunId(0));
        batch.push_point(point(1));
        batch.push_message(Message::Activity("a".into()));
        assert_eq!(batch.size_bytes(), batch.own_bytes());
        assert_eq!(batch.without_bulk(), None);
        let without = batch.clone();
        batch.push_message(Message::Bulk {
            series: SeriesId(1),
            step: 1,
            time: Timestamp::default(),
            value: Arc::new(Bulk::new(BulkValue::Text("x".repeat(5_000)))),
        });
        assert!(batch.size_bytes() >= batch.own_bytes() + 5_000);
        assert!(batch.own_bytes() < 5_000);
        assert_eq!(batch.without_bulk(), Some(without));
    }

    #[test]
    fn an_empty_batch_tells_nothing() {
        let batch = Batch::new(RunId(0));
        assert!(batch.is_empty());
        assert_eq!(batch.entries().count(), 0);
    }
}
