//! From a hand to the picture: how long a wheel's notch, a drag's step and a move of the pointer take until something is
//! drawn in answer, and until it is drawn as sharp as it gets.
//!
//! `cargo bench --bench input` has histories of 10³ and 10⁶ points; with `EMBERSCOPE_BENCH_POINTS=1e9` one of 10⁹ too, which
//! takes five gigabytes. A real refiner's thread prepares what is drawn, a stage of 1280×720 draws it offscreen, and a
//! picture counts when the device is done with it. *First* is the layout that answers, with the lines that stand drawn in its
//! ranges; *sharp* is the scene that was made for these ranges, laid out and drawn.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark prints its figures"
)]

#[path = "support/judged.rs"]
mod judged;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded};
use egui::{Event, Modifiers, MouseWheelSource, MouseWheelUnit, PointerButton, TouchPhase};
use egui::{Pos2, RawInput, Rect, pos2, vec2};
use emberscope::flow::{Hub, Overflow, Probe, Source};
use emberscope::message::{RunInfo, Series};
use emberscope::refiner::Refiner;
use emberscope::render::{Gpu, Target};
use emberscope::scene::{Scene, Theme, Viewport};
use emberscope::stage::{Facts, Seat, Stage};
use judged::{is_measured, tell};

const SIZE: [u32; 2] = [1280, 720];
const WAIT: Duration = Duration::from_secs(60);
/// Between an answer and the next input, as a hand rests.
const REST: Duration = Duration::from_millis(40);
/// Over a curve, somewhat left of the middle.
const AT: Pos2 = pos2(700.0, 330.0);

/// What a hand does.
#[derive(Clone, Copy)]
enum Hand {
    Wheel,
    Drag,
    Pointer,
}

impl Hand {
    const fn name(self) -> &'static str {
        match self {
            Self::Wheel => "wheel",
            Self::Drag => "drag",
            Self::Pointer => "pointer",
        }
    }

    /// What it does in a round. Never the same as in the one before.
    fn events(self, round: u32) -> Vec<Event> {
        let back_and_forth = (round % 20).abs_diff(10) as f32;
        match self {
            // In, out, and a little further along each time.
            Self::Wheel => {
                let notch = if round.is_multiple_of(2) { 1.0 } else { -1.0 };
                let at = AT + vec2(back_and_forth * 9.0, 0.0);
                vec![Event::PointerMoved(at), wheel(notch)]
            }
            Self::Drag => vec![Event::PointerMoved(AT + vec2(back_and_forth * 7.0, 0.0))],
            Self::Pointer => {
                let aside = vec2(back_and_forth * 7.0, back_and_forth * 3.0);
                vec![Event::PointerMoved(AT + aside)]
            }
        }
    }
}

fn wheel(notches: f32) -> Event {
    Event::MouseWheel {
        unit: MouseWheelUnit::Line,
        delta: vec2(0.0, notches),
        phase: TouchPhase::Move,
        source: MouseWheelSource::Unknown,
        modifiers: Modifiers::NONE,
    }
}

fn button(pressed: bool) -> Event {
    Event::PointerButton {
        pos: AT,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    }
}

/// A run that is watched: a history, the thread that prepares pictures of it, and what draws them.
struct Bench {
    // A run lives while it has a probe.
    _probe: Probe,
    _hub: Hub,
    refiner: Refiner,
    rings: Receiver<()>,
    gpu: Gpu,
    stage: Stage,
    scene: Arc<Scene>,
    viewport: Viewport,
    epoch: Instant,
}

/// How long something took in all rounds, in order.
struct Times(Vec<Duration>);

impl Times {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// The time that so many of a hundred stay below.
    fn percentile(&self, percent: usize) -> Option<f64> {
        let index = (self.0.len() * percent / 100).min(self.0.len().checked_sub(1)?);
        Some(self.0[index].as_secs_f64() * 1e3)
    }

    fn written(&self) -> String {
        match (self.percentile(50), self.percentile(99)) {
            (Some(p50), Some(p99)) => format!("{p50:8.2} {p99:8.2}"),
            _ => format!("{:>8} {:>8}", "–", "–"),
        }
    }
}

impl Bench {
    /// With so many points of one series, and as many panels as they make.
    fn new(points: u64) -> Self {
        let mut hub = Hub::new();
        let (ring, rings) = bounded(1);
        let wake = move || {
            let _ = ring.try_send(());
        };
        let inlet = hub.subscribe(Overflow::Keep);
        let refiner = Refiner::start(inlet, Arc::new(wake)).expect("the refiner starts");
        hub.open(RunInfo::default()).expect("the courier starts");
        let probe = hub.probe();
        let loss = probe.declare(Series::scalar("loss"));
        for step in 1..=points {
            let part = step as f32 / points as f32;
            let noise = (step as u32).wrapping_mul(0x9E37_79B9) >> 8;
            probe.scalar_at(loss, step, 1.0 / (1.0 + part * 9.0) + noise as f32 * 1e-9);
            // The courier takes them away meanwhile: they need not all wait at once.
            if step.is_multiple_of(1 << 22) {
                probe.step(step);
                drop(scene_of(&refiner, step.saturating_sub(1 << 23)));
            }
        }
        probe.step(points);
        let scene = scene_of(&refiner, points);
        let gpu = Gpu::headless().expect("an adapter to draw with");
        let target = Target::offscreen(&gpu, SIZE);
        let epoch = Instant::now();
        let stage = Stage::new(gpu.clone(), target, Theme::DARK, None, epoch);
        let mut bench = Self {
            _probe: probe,
            _hub: hub,
            scene,
            refiner,
            rings,
            gpu,
            stage,
            viewport: Viewport::default(),
            epoch,
        };
        // Shaders are made, and the curves are as sharp as the panels want them.
        for _ in 0..3 {
            bench.answer(vec![Event::PointerMoved(AT)]);
        }
        bench
    }

    /// Lays out, draws, and waits until the device is done.
    fn picture(&mut self, begin: Instant, events: Vec<Event>) -> Option<Viewport> {
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(
                Pos2::ZERO,
                vec2(SIZE[0] as f32, SIZE[1] as f32),
            )),
            time: Some(self.epoch.elapsed().as_secs_f64()),
            focused: true,
            events,
            ..RawInput::default()
        };
        let (facts, zero) = (Facts::default(), Duration::ZERO);
        let (stage, scene) = (&mut self.stage, &self.scene);
        let mut shot = stage.shoot(&Seat::Main, begin, zero, scene, &facts, Some(input));
        let viewport = shot.viewport.take();
        while shot.is_incomplete {
            shot = stage.shoot(&Seat::Main, Instant::now(), zero, scene, &facts, None);
        }
        assert_eq!(shot.skip, None);
        self.gpu.wait(WAIT).expect("the device answers");
        viewport
    }

    /// The times to the first picture and to the sharp one; the latter where what is visible changed.
    fn answer(&mut self, events: Vec<Event>) -> (Duration, Option<Duration>) {
        let begin = Instant::now();
        let viewport = self.picture(begin, events);
        let first = begin.elapsed();
        let Some(viewport) = viewport.filter(|viewport| !viewport.shows_as(&self.viewport)) else {
            return (first, None);
        };
        self.viewport = viewport.clone();
        let number = self.refiner.show(viewport);
        while self.scene.viewport < number {
            self.rings.recv_timeout(WAIT).expect("scenes come");
            if let Some(scene) = self.refiner.scenes().take() {
                self.scene = scene;
            }
        }
        self.picture(Instant::now(), Vec::new());
        (first, Some(begin.elapsed()))
    }

    fn rounds(&mut self, hand: Hand, rounds: u32) -> [Times; 2] {
        // A part is visible: all there is cannot be moved.
        self.answer(vec![Event::PointerMoved(AT), wheel(6.0)]);
        if matches!(hand, Hand::Drag) {
            self.answer(vec![button(true)]);
        }
        let (mut firsts, mut sharps) = (Vec::new(), Vec::new());
        for round in 0..rounds {
            let (first, sharp) = self.answer(hand.events(round));
            firsts.push(first);
            sharps.extend(sharp);
            // A refiner that is done, and a hand that comes when it likes.
            let _ = self.rings.recv_timeout(REST);
            if let Some(scene) = self.refiner.scenes().take() {
                self.scene = scene;
            }
        }
        if matches!(hand, Hand::Drag) {
            self.answer(vec![button(false)]);
        }
        self.answer(vec![Event::PointerMoved(AT), wheel(-40.0)]);
        [Times::of(firsts), Times::of(sharps)]
    }
}

/// The scene in which so many points are taken in. None is made while the last one waits to be taken.
fn scene_of(refiner: &Refiner, points: u64) -> Arc<Scene> {
    loop {
        assert!(!refiner.has_failed(), "the refiner failed");
        match refiner.scenes().take() {
            Some(scene) if scene.points >= points => return scene,
            _ => std::thread::park_timeout(Duration::from_millis(5)),
        }
    }
}

fn main() {
    let hands = [Hand::Wheel, Hand::Drag, Hand::Pointer];
    if !is_measured() {
        let mut bench = Bench::new(1_000);
        for hand in hands {
            let [first, sharp] = bench.rounds(hand, 3);
            assert_eq!(first.0.len(), 3);
            let is_zoomed = !matches!(hand, Hand::Pointer);
            assert!(!is_zoomed || !sharp.0.is_empty(), "{}", hand.name());
        }
        return;
    }
    let most = std::env::var("EMBERSCOPE_BENCH_POINTS").map_or(1e6, |points| {
        points
            .parse::<f64>()
            .expect("EMBERSCOPE_BENCH_POINTS is a number")
    }) as u64;
    println!("1280×720, milliseconds from input, p50 and p99");
    println!(
        "{:>13} {:>8} {:>17} {:>17}",
        "points", "hand", "first picture", "sharp picture"
    );
    for points in [1_000, 1_000_000, 1_000_000_000_u64] {
        if points > most {
            break;
        }
        let mut bench = Bench::new(points);
        for hand in hands {
            let [first, sharp] = bench.rounds(hand, 200);
            println!(
                "{points:>13} {:>8} {} {}",
                hand.name(),
                first.written(),
                sharp.written()
            );
            let p50 = first.percentile(50).unwrap_or_default();
            // Two refreshes of a display of 60: the one under way, and the one that shows it.
            tell(
                &format!("{} to first picture at {points} points, p50", hand.name()),
                &format!("{p50:.1} ms"),
                "≤ 16.7 ms",
                p50 <= 16.7,
            );
        }
    }
}
