//! What is known of a run as a whole: what it is, how far it has come, how it ended.

use super::{Step, Timestamp, grouped};

/// A run within this process. Every batch belongs to one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub u32);

/// A named setting of a run, as its text form: `("learning rate", "0.001")`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hyperparameter {
    /// The field's word for it.
    pub name: String,
    /// Its value, as written for a person.
    pub value: String,
}

/// What a run is: said once, when it starts. Text that is not known is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunInfo {
    /// The run's name, shown in the header: `digits-cnn`.
    pub name: String,
    /// The model in a few words: `digits-cnn, 93,322 parameters`.
    pub model: String,
    /// What computes: `burn flex`, `burn wgpu`.
    pub backend: String,
    /// The device the backend runs on, as it names itself.
    pub device: String,
    /// The seed, where the run has one.
    pub seed: Option<u64>,
    /// Settings in the order they should be read.
    pub hyperparameters: Vec<Hyperparameter>,
    /// When it started.
    pub started: Timestamp,
}

impl RunInfo {
    /// Takes in what has become known since: what `said` leaves open stays as it was, and a setting replaces that of its name.
    pub fn learn(&mut self, said: &Self) {
        for (known, said) in [
            (&mut self.name, &said.name),
            (&mut self.model, &said.model),
            (&mut self.backend, &said.backend),
            (&mut self.device, &said.device),
        ] {
            if !said.is_empty() {
                known.clone_from(said);
            }
        }
        self.seed = said.seed.or(self.seed);
        for setting in &said.hyperparameters {
            self.set(setting);
        }
    }

    /// A setting has become known, or has changed.
    pub fn set(&mut self, setting: &Hyperparameter) {
        let mut known = self.hyperparameters.iter_mut();
        match known.find(|known| known.name == setting.name) {
            Some(known) => known.value.clone_from(&setting.value),
            None => self.hyperparameters.push(setting.clone()),
        }
    }
}

/// How far a run has come. A total of 0 means that it is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The epoch under way, from 1.
    pub epoch: u32,
    /// Epochs in all.
    pub epochs: u32,
    /// Steps done.
    pub step: Step,
    /// Steps in all.
    pub steps: Step,
}

impl Progress {
    /// The part done, between 0 and 1; `None` where the total is not known.
    #[must_use]
    pub fn fraction(&self) -> Option<f64> {
        (self.steps > 0).then(|| (self.step as f64 / self.steps as f64).clamp(0.0, 1.0))
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It did all it set out to do.
    Finished,
    /// It was asked to stop, and did.
    Stopped,
    /// It failed or panicked: the text says how.
    Failed(String),
}

/// What a person asks of a run. It takes effect between two steps, and the run answers it ([`Answer`]).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Command {
    /// Hold before the next step.
    Pause,
    /// Go on after a pause.
    Resume,
    /// Do one step and hold again.
    Step,
    /// End after the step under way, with everything written.
    Stop,
    /// Measure on held-out data now.
    Evaluate,
    /// Write a checkpoint now.
    Checkpoint,
    /// Take another learning rate from the next step on.
    LearningRate(LearningRate),
}

/// Which learning rate a run is to take.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum LearningRate {
    /// The one its schedule says.
    #[default]
    Scheduled,
    /// The schedule's times a factor.
    Scaled(f64),
    /// This one, whatever the schedule says.
    Fixed(f64),
}

impl LearningRate {
    /// The learning rate to take where the schedule says `scheduled`.
    #[must_use]
    pub fn of(self, scheduled: f64) -> f64 {
        match self {
            Self::Scheduled => scheduled,
            Self::Scaled(factor) => scheduled * factor,
            Self::Fixed(rate) => rate,
        }
    }
}

impl std::fmt::Display for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Pause => f.write_str("pause"),
            Self::Resume => f.write_str("resume"),
            Self::Step => f.write_str("single step"),
            Self::Stop => f.write_str("stop"),
            Self::Evaluate => f.write_str("evaluate"),
            Self::Checkpoint => f.write_str("checkpoint"),
            Self::LearningRate(LearningRate::Scheduled) => {
                f.write_str("learning rate as scheduled")
            }
            Self::LearningRate(LearningRate::Scaled(factor)) => {
                write!(f, "learning rate × {factor}")
            }
            Self::LearningRate(LearningRate::Fixed(rate)) => write!(f, "learning rate {rate}"),
        }
    }
}

/// What a run says to a command.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What was asked.
    pub command: Command,
    /// The step after which it took effect; 0 before the first.
    pub step: Step,
    /// When.
    pub time: Timestamp,
    /// What came of it.
    pub reply: Reply,
}

/// What came of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It is done, or takes effect from here on; with what there is to tell of it, mostly nothing.
    Done(String),
    /// It cannot be done: why, as a sentence without a capital and a full stop.
    Refused(String),
}

impl std::fmt::Display for Answer {
    /// What came of it, as a log says it: `paused at step 1,406`, `evaluate refused: this training loop does not offer it`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = match &self.reply {
            Reply::Refused(why) => return write!(f, "{} refused: {why}", self.command),
            Reply::Done(what) => what,
        };
        let (at, from) = match self.step {
            0 => (
                "before the first step".to_owned(),
                "the first step".to_owned(),
            ),
            step => {
                let step = format!("step {}", grouped(step));
                (format!("at {step}"), step)
            }
        };
        match self.command {
            Command::Pause => write!(f, "paused {at}"),
            Command::Resume => f.write_str("resumed"),
            Command::Step => write!(f, "single step {at}"),
            Command::Stop => write!(f, "stopping {at}"),
            Command::Evaluate => write!(f, "evaluated {at}"),
            Command::Checkpoint => write!(f, "checkpoint {at}"),
            Command::LearningRate(_) => write!(f, "{} from {from}", self.command),
        }?;
        if what.is_empty() {
            Ok(())
        } else {
            write!(f, ": {what}")
        }
    }
}

impl Reply {
    /// Done, and nothing to tell of it.
    #[must_use]
    pub const fn done() -> Self {
        Self::Done(String::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(command: Command, step: Step, reply: Reply) -> String {
        let time = Timestamp::default();
        Answer {
            command,
            step,
            time,
            reply,
        }
        .to_string()
    }

    #[test]
    fn an_answer_says_what_was_done_where_and_why_not() {
        let half = Command::LearningRate(LearningRate::Scaled(0.5));
        assert_eq!(
            said(half, 0, Reply::done()),
            "learning rate × 0.5 from the first step"
        );
        assert_eq!(
            said(half, 1284, Reply::done()),
            "learning rate × 0.5 from step 1,284"
        );
        let told = Reply::Done("97.8 %".to_owned());
        assert_eq!(
            said(Command::Evaluate, 12, told),
            "evaluated at step 12: 97.8 %"
        );
        assert_eq!(
            said(Command::Pause, 0, Reply::done()),
            "paused before the first step"
        );
        let why = Reply::Refused("the disk is full".to_owned());
        assert_eq!(
            said(Command::Checkpoint, 9, why),
            "checkpoint refused: the disk is full"
        );
    }
}
