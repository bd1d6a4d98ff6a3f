//! What a person has asked of the run, and what came of it.
//!
//! In come commands on their way to the driver, and answers from the scene; out go the command that waits for its step, for the
//! header, and sentences across the top. The one idea: answers are numbered, so that none is lost where scenes are skipped. A
//! sentence stands until a person does something else; the log keeps it.

use egui::{Event, Ui};

use super::Action;
use super::header::is_stopping;
use super::model::{Model, Notice};
use super::view::View;
use crate::message::{Command, Level, Reply};
use crate::scene::{RunAnswer, Scene};

/// Sentences that stand across the top at once.
const MOST: usize = 3;

/// What a person has asked, and what of the answers was said.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    /// What is not answered yet, oldest first. Pause, resume and stop are the driver's to tell.
    waiting: Vec<Command>,
    /// The number of the newest answer that was heard; `None` before the first scene.
    heard: Option<u64>,
    /// The number of the newest one that was laid out before.
    laid: u64,
    /// The number of the newest one that a person has seen.
    seen: u64,
}

impl Asked {
    /// The command that has waited longest for its step.
    pub(super) fn waiting(&self) -> Option<Command> {
        self.waiting.first().copied()
    }

    /// What was said is out of the way once a person has done something else. To be called when that is done: what goes moves the
    /// charts, and a click belongs where it was made.
    pub(super) fn dismiss(&mut self, ui: &Ui) {
        let is_deed = |event: &Event| {
            matches!(
                event,
                Event::Key { pressed: true, .. } | Event::PointerButton { pressed: false, .. }
            )
        };
        if ui.input(|input| input.events.iter().any(is_deed)) {
            self.seen = self.laid;
        }
    }

    /// In a window that shows no sentences: what the main one has heard, it has laid out.
    pub(super) fn dismiss_elsewhere(&mut self, ui: &Ui) {
        self.laid = self.heard.unwrap_or_default();
        self.dismiss(ui);
    }

    /// Takes note of answers. What was said before the first scene is known: nobody who sees this asked for it.
    pub(super) fn hear(&mut self, scene: &Scene) {
        let newest = scene.answers.last().map_or(0, |told| told.number);
        let Some(heard) = self.heard.replace(newest) else {
            (self.laid, self.seen) = (newest, newest);
            return;
        };
        self.laid = heard;
        let fresh = scene.answers.iter().filter(|told| told.number > heard);
        for RunAnswer { answer, .. } in fresh {
            let mut waiting = self.waiting.iter();
            if let Some(index) = waiting.position(|command| *command == answer.command) {
                self.waiting.remove(index);
            }
        }
        if scene.run.state.is_over() {
            self.waiting.clear();
        }
    }

    /// What is to be said of answers that nobody has seen, oldest first.
    pub(super) fn notices(&self, scene: &Scene) -> Vec<Notice> {
        let answers = scene.answers.iter();
        let unseen: Vec<&RunAnswer> = answers.filter(|answer| answer.number > self.seen).collect();
        let mut notices: Vec<Notice> = (unseen.iter())
            .filter_map(|answer| notice(scene, answer))
            .collect();
        // Those that a scene holds no longer may have been of any kind.
        let oldest = unseen.first().map_or(self.seen + 1, |answer| answer.number);
        let gone = oldest.saturating_sub(self.seen + 1);
        let rest = notices.len().saturating_sub(MOST) as u64 + gone;
        if rest > 0 {
            notices.drain(..notices.len().saturating_sub(MOST));
            let noun = if rest == 1 { "answer" } else { "answers" };
            let text = format!("and {rest} earlier {noun}: the log has them");
            notices.insert(
                0,
                Notice {
                    level: Level::Info,
                    text,
                },
            );
        }
        notices
    }
}

/// What is said across the top of an answer; nothing where the header shows what came of it.
fn notice(scene: &Scene, told: &RunAnswer) -> Option<Notice> {
    let answer = &told.answer;
    let level = match (&answer.reply, answer.command) {
        (Reply::Refused(_), _) => Level::Warn,
        (Reply::Done(_), Command::Evaluate | Command::Checkpoint | Command::LearningRate(_)) => {
            Level::Info
        }
        (Reply::Done(_), Command::Pause | Command::Resume | Command::Step | Command::Stop) => {
            return None;
        }
    };
    let mut runs = scene.runs.iter();
    let of = match runs.find(|run| run.id == told.run) {
        Some(run) if scene.runs.len() > 1 && !run.name.is_empty() => format!("{}: ", run.name),
        _ => String::new(),
    };
    Some(Notice {
        level,
        text: format!("{of}{answer}"),
    })
}

impl View {
    /// Asks something of the run. To one that is stopping there is no more to say of going on and stopping; what one that is
    /// over says, the driver tells.
    pub(super) fn ask(&mut self, command: Command, model: &Model<'_>, actions: &mut Vec<Action>) {
        if model.is_idle() {
            return;
        }
        let is_over = model.scene.run.state.is_over();
        let is_deaf = is_over || is_stopping(model);
        let is_order = !matches!(command, Command::Pause | Command::Resume | Command::Stop);
        if is_deaf && !is_over && !is_order {
            return;
        }
        if is_order && !is_deaf {
            self.asked.waiting.push(command);
        }
        actions.push(Action::Ask(command));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Answer, LearningRate, RunId, Timestamp};

    fn answer(number: u64, command: Command, reply: Reply) -> RunAnswer {
        RunAnswer {
            number,
            run: RunId(0),
            answer: Answer {
                command,
                step: 12,
                time: Timestamp::default(),
                reply,
            },
        }
    }

    fn scene(answers: &[RunAnswer]) -> Scene {
        Scene {
            answers: answers.into(),
            ..Scene::default()
        }
    }

    fn texts(asked: &Asked, scene: &Scene) -> Vec<String> {
        let notices = asked.notices(scene).into_iter();
        notices.map(|notice| notice.text).collect()
    }

    #[test]
    fn every_answer_is_told_or_counted_however_many_scenes_were_skipped() {
        let full = || Reply::Refused("the disk is full".to_owned());
        let all: Vec<RunAnswer> = (1..=120)
            .map(|number| answer(number, Command::Checkpoint, full()))
            .collect();
        let mut asked = Asked::default();
        asked.hear(&scene(&[]));
        asked.hear(&scene(&all[..1]));
        assert_eq!(
            texts(&asked, &scene(&all[..1])),
            ["checkpoint refused: the disk is full"]
        );
        let late = scene(&all[50..]);
        asked.hear(&late);
        let told = texts(&asked, &late);
        assert_eq!(told.len(), MOST + 1);
        assert_eq!(told[0], "and 117 earlier answers: the log has them");
        asked.seen = asked.heard.expect("some were heard");
        assert!(texts(&asked, &late).is_empty());
        // Whoever looks later did not ask.
        let mut other = Asked::default();
        other.hear(&late);
        assert!(texts(&other, &late).is_empty());
    }

    #[test]
    fn what_the_header_shows_is_not_said_again() {
        let commands = [
            Command::Pause,
            Command::Step,
            Command::Resume,
            Command::Stop,
        ];
        let answers: Vec<RunAnswer> = (1..)
            .zip(commands)
            .map(|(number, command)| answer(number, command, Reply::done()))
            .collect();
        assert!(texts(&Asked::default(), &scene(&answers)).is_empty());
        let rate = Command::LearningRate(LearningRate::Fixed(0.1));
        let told = texts(&Asked::default(), &scene(&[answer(1, rate, Reply::done())]));
        assert_eq!(told, ["learning rate 0.1 from step 12"]);
    }

    #[test]
    fn a_command_waits_until_it_is_answered_or_the_run_is_over() {
        let mut asked = Asked {
            waiting: vec![Command::Evaluate, Command::Step, Command::Evaluate],
            heard: Some(0),
            ..Asked::default()
        };
        let mut answers = vec![answer(1, Command::Evaluate, Reply::done())];
        asked.hear(&scene(&answers));
        // The same scene again answers nothing more.
        asked.hear(&scene(&answers));
        assert_eq!(asked.waiting(), Some(Command::Step));
        answers.push(answer(2, Command::Step, Reply::done()));
        asked.hear(&scene(&answers));
        assert_eq!(asked.waiting(), Some(Command::Evaluate));
        let mut over = scene(&answers);
        over.run.state = crate::scene::RunState::Finished;
        asked.hear(&over);
        assert_eq!(asked.waiting(), None);
    }
}
