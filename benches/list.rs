//! What a sidebar of 10,000 series costs: the layout that lists them first, one that changes nothing, and each key of a filter.
//!
//! `cargo bench --bench list`
//!
//! Each figure is of a whole layout of a dashboard at 1920×1080, tessellation included: what a person waits for before the next
//! picture is painted. The goal is 50 ms.
#![allow(
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark prints its figures"
)]

#[path = "support/judged.rs"]
mod judged;
#[path = "../tests/support/scenes.rs"]
mod scenes;

use std::time::{Duration, Instant};

use egui::{Event, Key, Modifiers, Pos2, RawInput, Rect, vec2};
use emberscope::dashboard::{Dashboard, FrameStats, Layout, Model, RecordingView, Request};
use emberscope::scene::{Scene, Theme};

use judged::{is_measured, tell};

const SERIES: u32 = 10_000;
const GOAL_MS: f64 = 50.0;
/// What is typed: it lets everything through at first, and a few at last.
const TYPED: &str = "layer 99";
/// The same, so that it is an expression.
const EXPRESSION: &str = "(layer|loss).*[02468]/w";

/// A dashboard and what it shows.
struct Bench {
    dashboard: Dashboard,
    frames: FrameStats,
    scene: Scene,
}

impl Bench {
    /// A dashboard that has shown a run of few series: fonts are ready.
    fn warm() -> Self {
        let mut bench = Self {
            dashboard: Dashboard::new(Theme::DARK),
            frames: scenes::frames(false),
            scene: scenes::run_at(1284),
        };
        bench.lay(Vec::new());
        scenes::add_series(&mut bench.scene, SERIES);
        bench
    }

    /// How long a layout takes that answers `events`.
    fn lay(&mut self, events: Vec<Event>) -> Duration {
        let model = Model {
            scene: &self.scene,
            frames: &self.frames,
            adapter: "none",
            is_software: false,
            recording: &RecordingView::Off,
            skipped_scenes: 0,
            request: Request::default(),
            closing: false,
            notices: &[],
            offers: &[],
            data_interval: Duration::ZERO,
        };
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(1920.0, 1080.0))),
            max_texture_side: Some(4096),
            focused: true,
            events,
            ..RawInput::default()
        };
        let start = Instant::now();
        let layout: Layout = std::hint::black_box(self.dashboard.layout(&model, input));
        let took = start.elapsed();
        let mut textures = layout.textures;
        textures.clear();
        took
    }

    fn press(&mut self, key: Key) -> Duration {
        let held = |pressed| Event::Key {
            key,
            physical_key: None,
            pressed,
            repeat: false,
            modifiers: Modifiers::NONE,
        };
        self.lay(vec![held(true), held(false)])
    }

    /// What each key of a text takes.
    fn write(&mut self, text: &str) -> Vec<Duration> {
        let letters = text.chars();
        letters
            .map(|letter| self.lay(vec![Event::Text(letter.to_string())]))
            .collect()
    }
}

/// Says the median of some times and the longest, which is held against the goal.
fn say(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let ms = |time: Option<&Duration>| time.map_or(f64::NAN, |time| time.as_secs_f64() * 1e3);
    let (median, most) = (ms(times.get(times.len() / 2)), ms(times.last()));
    tell(
        what,
        &format!("{median:.2} ms, at most {most:.2} ms"),
        &format!("{GOAL_MS} ms"),
        most < GOAL_MS,
    );
}

fn main() {
    let rounds = if is_measured() { 25 } else { 1 };
    let (mut first, mut steady, mut typed, mut matched) = (vec![], vec![], vec![], vec![]);
    for _ in 0..rounds {
        let mut bench = Bench::warm();
        first.push(bench.lay(Vec::new()));
        steady.push(bench.lay(Vec::new()));
        bench.press(Key::Slash);
        typed.extend(bench.write(TYPED));
        bench.press(Key::Escape);
        // From the field to its neighbour, which makes it an expression, and back.
        bench.press(Key::Tab);
        bench.press(Key::Space);
        bench.press(Key::Escape);
        bench.press(Key::Slash);
        matched.extend(bench.write(EXPRESSION));
    }
    say("10,000 series listed first", first);
    say("10,000 series, nothing changed", steady);
    say("10,000 series, a key of a filter", typed);
    say("10,000 series, a key of an expression", matched);
}
