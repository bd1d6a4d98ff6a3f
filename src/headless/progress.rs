//! A run's progress as one line on a terminal; nothing where standard error is no terminal.

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::message::Split;
use crate::scene::{RunState, Scene};

const WITH_LENGTH: &str = "{prefix} {bar:32} {percent:>3} %  {msg}";
const WITHOUT_LENGTH: &str = "{prefix} {msg}";

/// The line.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
    has_length: bool,
}

impl Progress {
    pub(super) fn new() -> Self {
        // Hidden by indicatif itself where standard error is no terminal.
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5));
        bar.set_style(style(WITHOUT_LENGTH));
        Self {
            bar,
            has_length: false,
        }
    }

    /// Shows where the run is.
    pub(super) fn show(&mut self, scene: &Scene) {
        let run = &scene.run;
        let progress = run.progress;
        if progress.steps > 0 && !self.has_length {
            self.has_length = true;
            self.bar.set_style(style(WITH_LENGTH));
            self.bar.set_length(progress.steps);
        }
        self.bar.set_prefix(run.info.name.clone());
        self.bar.set_position(progress.step);
        self.bar.set_message(line(scene));
    }

    /// Says a sentence above the line, whether or not there is one.
    pub(super) fn say(&self, sentence: &str) {
        self.bar.suspend(|| super::tell(sentence));
    }

    /// Takes the line away.
    pub(super) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸ ")
}

fn line(scene: &Scene) -> String {
    let run = &scene.run;
    let mut parts = Vec::new();
    match run.state {
        RunState::Waiting | RunState::Preparing if run.activity.is_empty() => {
            parts.push("starting".to_owned());
        }
        RunState::Paused => parts.push("paused".to_owned()),
        RunState::Stopping => parts.push("stopping".to_owned()),
        _ if !run.activity.is_empty() => parts.push(run.activity.to_string()),
        _ => {}
    }
    let progress = run.progress;
    if progress.epochs > 0 {
        parts.push(format!("epoch {}/{}", progress.epoch, progress.epochs));
    }
    if progress.step > 0 {
        parts.push(match progress.steps {
            0 => format!("step {}", progress.step),
            steps => format!("step {}/{steps}", progress.step),
        });
    }
    let newest_loss = scene
        .series
        .iter()
        .find(|series| series.split == Split::Train)
        .and_then(|series| Some((&series.name, series.latest?)));
    if let Some((name, value)) = newest_loss {
        parts.push(format!("{name} {value:.4}"));
    }
    if let Some(speed) = run.steps_per_second {
        parts.push(format!("{speed:.1} steps/s"));
    }
    if let Some(left) = run.remaining {
        parts.push(format!("{} left", HumanDuration(left)));
    }
    parts.join(" · ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::message;

    #[test]
    fn the_line_says_what_is_known_and_no_more() {
        let mut scene = Scene::default();
        assert_eq!(line(&scene), "starting");
        scene.run.state = RunState::Training;
        scene.run.progress = message::Progress {
            epoch: 2,
            epochs: 5,
            step: 40,
            steps: 100,
        };
        scene.run.steps_per_second = Some(12.34);
        scene.run.remaining = Some(Duration::from_secs(5));
        assert_eq!(
            line(&scene),
            "epoch 2/5 · step 40/100 · 12.3 steps/s · 5 seconds left"
        );
    }
}
