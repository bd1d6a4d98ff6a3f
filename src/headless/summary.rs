//! What runs came to, in the words of a terminal.

use std::fmt::Write as _;

use crate::dashboard::{best_values, clock, written};
use crate::scene::{RunState, RunSummary, Scene, SeriesSummary};

/// The closing summary: of each run the outcome, the duration, and each series' best and last values.
///
/// `notes` are further lines: where the recording is, what of it is missing.
#[must_use]
pub fn summary(scene: &Scene, notes: &[String]) -> String {
    let mut text = String::new();
    for run in scene.runs.iter() {
        tell(&mut text, scene, run);
    }
    if scene.gaps > 0 {
        let _ = writeln!(text, "  {} values were NaN or infinite", scene.gaps);
    }
    for note in notes {
        let _ = writeln!(text, "  {note}");
    }
    text
}

/// What one of its runs came to.
fn tell(text: &mut String, scene: &Scene, run: &RunSummary) {
    let outcome = match &run.state {
        RunState::Finished => "finished".to_owned(),
        RunState::Stopped => "stopped".to_owned(),
        RunState::Failed(error) => format!("failed: {error}"),
        _ => "ended without an outcome".to_owned(),
    };
    // Writing to a string does not fail.
    let _ = writeln!(
        text,
        "{} {outcome} after {} and {} steps",
        run.name,
        clock(run.elapsed),
        run.step
    );
    let is_own = |series: &&SeriesSummary| series.key.run == run.id;
    let own: Vec<&SeriesSummary> = scene.series.iter().filter(is_own).collect();
    let widths = own.iter().map(|series| series.name.chars().count());
    let name_width = widths.max().unwrap_or(0);
    let best_values = best_values(own.iter().copied());
    for series in own {
        if let Some(bulk) = series.bulk {
            let count = bulk.kind.counted(bulk.reported);
            let _ = writeln!(text, "  {:name_width$}  {count}", series.name);
            continue;
        }
        let last = series.latest.map_or_else(
            || "none".to_owned(),
            |value| written(f64::from(value), &series.unit),
        );
        let _ = write!(text, "  {:name_width$}  last {last:>12}", series.name);
        if let Some(best) = best_values.iter().find(|best| *best.name == *series.name) {
            let value = written(f64::from(best.value), &series.unit);
            let _ = write!(text, "   best {value:>12}  at step {}", best.step);
        }
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::message::Unit;
    use crate::message::{
        Batch, Kind, Message, Outcome, Point, RunId, RunInfo, Series, SeriesId, StepMark, Timestamp,
    };
    use crate::refiner::Store;

    #[test]
    fn it_tells_outcome_best_and_last() {
        let mut store = Store::default();
        let mut batch = Batch::new(RunId(0));
        let start = Timestamp::from_unix_ns(1_000_000_000);
        batch.push_message(Message::Start(Box::new(RunInfo {
            name: "digits".into(),
            started: start,
            ..RunInfo::default()
        })));
        let series = [
            Series::scalar("loss/train"),
            Series::scalar("accuracy/valid").with_unit(Unit::Fraction),
            Series::scalar("speed").with_unit(Unit::Other(Arc::from("samples/s"))),
        ];
        for (index, series) in series.into_iter().enumerate() {
            let id = SeriesId(index as u32);
            batch.push_message(Message::Declare(id, series));
            for (step, value) in [(1, 0.5), (2, 0.25), (3, 0.375)] {
                batch.push_point(Point {
                    series: id,
                    value,
                    step,
                });
            }
        }
        let images = Series::of(Kind::Image, "worst");
        batch.push_message(Message::Declare(SeriesId(3), images));
        for step in 1..=2 {
            let (series, time) = (SeriesId(3), start);
            batch.push_message(Message::Skipped { series, step });
            batch.push_message(Message::Step(StepMark { step, time }));
        }
        batch.push_message(Message::End {
            outcome: Outcome::Finished,
            time: Timestamp::from_unix_ns(
                start.unix_ns() + Duration::from_secs(7).as_nanos() as u64,
            ),
        });
        store.ingest(&batch);
        let text = summary(
            &store.scene(1, 0),
            &["recorded in runs/digits-1".to_owned()],
        );
        assert!(text.starts_with("digits finished after 0:07"), "{text}");
        assert!(
            text.contains("loss/train      last       0.3750\n"),
            "{text}"
        );
        assert!(
            text.contains("last       37.5 %   best       50.0 %  at step 1"),
            "{text}"
        );
        assert!(text.contains("0.3750 samples/s"), "{text}");
        assert!(text.contains("worst           2 images\n"), "{text}");
        assert!(text.ends_with("recorded in runs/digits-1\n"), "{text}");
    }
}
