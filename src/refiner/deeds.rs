//! What a run has done of what it was asked: a mark for each thing that matters to what its charts show.
//!
//! In come answers, out come marks with their places on a horizontal axis. A pause and the going on after it are one mark. Single
//! steps and what was refused leave none.

use std::sync::Arc;
use std::time::Duration;

use super::clock::Clock;
use super::grid::Abscissa;
use crate::message::{Answer, Command, Reply, RunId, Step, Timestamp};
use crate::scene::Mark;

/// Marks that are kept of a run; beyond them the oldest goes.
const MOST: usize = 1000;

/// What was done.
#[derive(Clone, Debug)]
struct Deed {
    command: Command,
    step: Step,
    time: Timestamp,
    text: Arc<str>,
}

/// All that was done, oldest first.
#[derive(Debug, Default)]
pub(super) struct Deeds {
    list: Vec<Deed>,
    /// The last pause among them is not over.
    is_held: bool,
}

impl Deeds {
    /// Takes note of an answer whose step is that of the run.
    pub(super) fn note(&mut self, answer: &Answer) {
        if matches!(answer.reply, Reply::Refused(_)) {
            return;
        }
        let deed = Deed {
            command: answer.command,
            step: answer.step,
            time: answer.time,
            text: answer.to_string().into(),
        };
        match answer.command {
            Command::Resume => self.end_pause(answer.time),
            Command::Step => {}
            Command::Pause => {
                self.is_held = true;
                self.keep(deed);
            }
            Command::Stop | Command::Evaluate | Command::Checkpoint | Command::LearningRate(_) => {
                self.keep(deed);
            }
        }
    }

    /// The pause and the going on after it are one.
    fn end_pause(&mut self, time: Timestamp) {
        let mut newest_first = self.list.iter_mut().rev();
        let pause = newest_first.find(|deed| deed.command == Command::Pause);
        if let Some(pause) = pause
            && std::mem::take(&mut self.is_held)
        {
            let lasted = spoken(time.since(pause.time));
            pause.text = format!("{} for {lasted}", pause.text).into();
        }
    }

    fn keep(&mut self, deed: Deed) {
        if self.list.len() == MOST {
            self.list.remove(0);
        }
        self.list.push(deed);
    }

    /// A mark for each of them on an axis of the run's charts.
    pub(super) fn marks(
        &self,
        run: RunId,
        clock: &Clock,
        abscissa: Abscissa,
    ) -> impl Iterator<Item = Mark> {
        self.list.iter().map(move |deed| Mark {
            run,
            step: deed.step,
            x: clock.position(abscissa, deed.step),
            command: deed.command,
            text: Arc::clone(&deed.text),
        })
    }
}

/// How long something lasted: `0.4 s`, `12 s`, `3:07`.
fn spoken(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", duration.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{}:{:02}", seconds / 60, seconds % 60),
        _ => format!(
            "{}:{:02}:{:02}",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Store;
    use super::*;
    use crate::message::{
        Batch, LearningRate, Message, Point, Progress, Series, SeriesId, StepMark,
    };
    use crate::scene::{PanelId, PanelView, Scene, Viewport, XAxis};

    fn at(seconds: f64) -> Timestamp {
        Timestamp::from_unix_ns(1_790_000_000_000_000_000 + (seconds * 1e9) as u64)
    }

    fn answer(command: Command, step: Step, seconds: f64, reply: Reply) -> Message {
        Message::Answer(Box::new(Answer {
            command,
            step,
            time: at(seconds),
            reply,
        }))
    }

    /// Steps at an uneven pace, each with a point.
    fn trained(batch: &mut Batch, steps: std::ops::RangeInclusive<Step>) {
        for step in steps {
            let pace = if step > 40 { 3.0 } else { 0.5 };
            let time = at(step as f64 * pace);
            batch.push_message(Message::Step(StepMark { step, time }));
            batch.push_point(Point {
                series: SeriesId(0),
                value: 1.0,
                step,
            });
        }
    }

    /// A run that was steered.
    fn steered() -> Store {
        let mut batch = Batch::new(RunId(3));
        batch.push_message(Message::Start(Box::default()));
        batch.push_message(Message::Declare(SeriesId(0), Series::scalar("loss")));
        batch.push_message(Message::Progress(Progress {
            epoch: 1,
            epochs: 4,
            step: 0,
            steps: 200,
        }));
        let rate = Command::LearningRate(LearningRate::Scaled(0.5));
        trained(&mut batch, 1..=30);
        batch.push_message(answer(rate, 30, 15.0, Reply::done()));
        batch.push_message(answer(
            Command::Checkpoint,
            30,
            15.0,
            Reply::Refused("the disk is full".into()),
        ));
        trained(&mut batch, 31..=60);
        batch.push_message(answer(Command::Pause, 60, 180.0, Reply::done()));
        batch.push_message(answer(Command::Step, 60, 181.0, Reply::done()));
        trained(&mut batch, 61..=61);
        batch.push_message(answer(
            Command::Evaluate,
            61,
            184.0,
            Reply::Done("97 %".into()),
        ));
        batch.push_message(answer(Command::Resume, 61, 192.5, Reply::done()));
        trained(&mut batch, 62..=100);
        batch.push_message(answer(Command::Stop, 100, 300.0, Reply::done()));
        let mut store = Store::default();
        store.ingest(&batch);
        store
    }

    fn texts(scene: &Scene) -> Vec<(&str, Step)> {
        let marks = scene.panels[0].marks.iter();
        marks.map(|mark| (&*mark.text, mark.step)).collect()
    }

    #[test]
    fn what_matters_is_marked_once_where_it_was_done() {
        let scene = steered().scene(1, 0);
        assert_eq!(
            texts(&scene),
            [
                ("learning rate × 0.5 from step 30", 30),
                ("paused at step 60 for 12 s", 60),
                ("evaluated at step 61: 97 %", 61),
                ("stopping at step 100", 100),
            ]
        );
        assert!(
            scene.panels[0]
                .marks
                .iter()
                .all(|mark| mark.run == RunId(3))
        );
    }

    #[test]
    fn a_pause_is_marked_while_it_lasts() {
        let mut batch = Batch::new(RunId(0));
        batch.push_message(Message::Declare(SeriesId(0), Series::scalar("loss")));
        trained(&mut batch, 1..=5);
        batch.push_message(answer(Command::Pause, 5, 3.0, Reply::done()));
        let mut store = Store::default();
        store.ingest(&batch);
        assert_eq!(texts(&store.scene(1, 0)), [("paused at step 5", 5)]);
        let mut on = Batch::new(RunId(0));
        on.push_message(answer(Command::Resume, 5, 70.0, Reply::done()));
        store.ingest(&on);
        assert_eq!(
            texts(&store.scene(2, 0)),
            [("paused at step 5 for 1:07", 5)]
        );
    }

    #[test]
    fn marks_stand_where_the_points_of_their_steps_do_on_every_axis() {
        let mut store = steered();
        let pins = vec![30, 60, 61, 100];
        for x_axis in [
            XAxis::Step,
            XAxis::Epoch,
            XAxis::RelativeTime,
            XAxis::WallTime,
        ] {
            for is_x_log in [false, true] {
                store.show(Viewport {
                    panels: vec![PanelView::all(PanelId(0), [800, 300])],
                    x_axis,
                    is_x_log,
                    pins: pins.clone(),
                    ..Viewport::default()
                });
                let scene = store.scene(1, 0);
                let panel = &scene.panels[0];
                assert_eq!(panel.x_axis, x_axis);
                let places: Vec<f64> = panel.marks.iter().map(|mark| mark.x).collect();
                let read = panel.lines[0].at_pins.iter().flatten();
                let read: Vec<f64> = read.map(|reading| reading.x).collect();
                assert_eq!(places, read, "{x_axis:?}, {is_x_log}");
            }
        }
    }

    #[test]
    fn of_very_many_marks_the_newest_are_kept() {
        let mut deeds = Deeds::default();
        for step in 1..=3000 {
            deeds.note(&Answer {
                command: Command::Checkpoint,
                step,
                time: at(0.0),
                reply: Reply::done(),
            });
        }
        let marks: Vec<Mark> = deeds
            .marks(RunId(0), &Clock::default(), Abscissa::default())
            .collect();
        assert_eq!(marks.len(), MOST);
        assert_eq!(marks.last().map(|mark| mark.step), Some(3000));
    }
}
