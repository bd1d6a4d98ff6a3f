//! What reporting costs the one who reports, what taking it in costs the refiner, and what a finished scene costs the window.
//!
//! `cargo bench --bench flow`
//!
//! At the end there is a line for each of the design's targets that was measured: what, figure, target, verdict.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark prints its figures"
)]

#[path = "support/judged.rs"]
mod judged;

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use crossbeam_channel::bounded;
use emberscope::flow::{Hub, Inlet, Mailbox, Overflow, Received, Source};
use emberscope::message::{
    Batch, Message, Outcome, Point, RunId, RunInfo, Series, SeriesId, Step, StepMark, Timestamp,
};
use emberscope::refiner::Store;
use emberscope::scene::{PanelId, PanelView, Scene, Smoothing, Viewport};

use judged::{is_measured, tell, timed};

/// Samples that each figure is the median of.
const SAMPLES: usize = 50;
type Times = judged::Times<SAMPLES>;

/// What a training reports each step.
const SERIES: [&str; 6] = [
    "loss/train",
    "loss/valid",
    "accuracy/train",
    "optim/learning rate",
    "optim/gradient norm",
    "speed/throughput",
];

/// The times of single calls, the shortest first: to see the worst.
struct Tail(Vec<Duration>);

impl Tail {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// The time within which this part of the calls was done.
    fn at(&self, part: f64) -> Duration {
        let last = self.0.len().saturating_sub(1);
        let index = (part * last as f64) as usize;
        self.0.get(index).copied().unwrap_or_default()
    }
}

/// A thread that takes every batch and lets it go.
fn listener(inlet: Inlet) -> std::thread::JoinHandle<()> {
    std::thread::Builder::new()
        .name("listener".into())
        .spawn(move || while let Received::Batch(_) = inlet.receive_any() {})
        .expect("a thread can be started")
}

/// Gives the times of a scalar through a handle.
fn probe(criterion: &mut Criterion) -> Times {
    let mut hub = Hub::new();
    let listener = listener(hub.subscribe(Overflow::Keep));
    hub.open(RunInfo::default()).expect("the courier starts");
    let probe = hub.probe();
    let loss = probe.series("loss/train");
    let mut scalar = Times::default();
    let mut group = criterion.benchmark_group("probe");
    group.throughput(Throughput::Elements(1));
    group.bench_function("scalar, without a pause", |bencher| {
        bencher.iter(|| probe.scalar(black_box(loss), black_box(0.5)));
    });
    // As a training reports at its quickest: some millions a second, and a core to take them away.
    group.bench_function(
        "scalar, in bursts of 10,000 with rests of 3 ms",
        |bencher| {
            bencher.iter_custom(|count| {
                let mut took = Duration::ZERO;
                let mut left = count;
                while left > 0 {
                    let burst = left.min(10_000);
                    let start = Instant::now();
                    for _ in 0..burst {
                        probe.scalar(black_box(loss), black_box(0.5));
                    }
                    took += start.elapsed();
                    left -= burst;
                    std::thread::park_timeout(Duration::from_millis(3));
                }
                scalar.note(count, took)
            });
        },
    );
    let mut step = 0;
    group.bench_function("step of six scalars", |bencher| {
        bencher.iter(|| {
            step += 1;
            probe.step(step);
            for _ in 0..6 {
                probe.scalar(black_box(loss), black_box(0.5));
            }
        });
    });
    group.bench_function("phase", |bencher| {
        bencher.iter(|| drop(probe.phase(black_box("forward"))));
    });
    group.bench_function(
        "three phases of a step, the last within the second",
        |bencher| {
            bencher.iter(|| {
                drop(probe.phase(black_box("load")));
                let backward = probe.phase(black_box("backward"));
                drop(probe.phase(black_box("norms")));
                drop(backward);
            });
        },
    );
    group.bench_function("log by name", |bencher| {
        bencher.iter(|| probe.log(black_box("loss/train"), black_box(0.5)));
    });
    group.finish();
    drop(probe);
    hub.close(Outcome::Finished);
    listener.join().expect("the listener does not panic");
    scalar
}

/// Single calls: the courier runs beside them as it does in training. Each includes a reading of the clock.
fn probe_tail(criterion: &mut Criterion) -> Tail {
    let mut hub = Hub::new();
    let listener = listener(hub.subscribe(Overflow::Keep));
    hub.open(RunInfo::default()).expect("the courier starts");
    let probe = hub.probe();
    let loss = probe.series("loss/train");
    criterion.bench_function("probe/clock alone", |bencher| {
        bencher.iter(|| black_box(Instant::now()));
    });
    let calls = if is_measured() { 1_000_000 } else { 1_000 };
    let times = (0..calls).map(|_| {
        let start = Instant::now();
        probe.scalar(black_box(loss), black_box(0.5));
        start.elapsed()
    });
    let tail = Tail::of(times.collect());
    drop(probe);
    hub.close(Outcome::Finished);
    listener.join().expect("the listener does not panic");
    tail
}

fn point(series: u32, step: Step) -> Point {
    Point {
        series: SeriesId(series),
        value: (step as f32 * 0.01).sin(),
        step,
    }
}

/// Points of the first series, a step each.
fn points_of_one(from: Step, count: u64) -> Batch {
    let mut batch = Batch::new(RunId(0));
    batch.extend_points((from..from + count).map(|step| point(0, step)));
    batch
}

/// Points of all series, step by step, as a training reports them.
fn points_of_six(from: Step, steps: u64) -> Batch {
    let mut batch = Batch::new(RunId(0));
    for step in from..from + steps {
        let time = Timestamp::now();
        batch.push_message(Message::Step(StepMark { step, time }));
        batch.extend_points((0..6).map(|series| point(series, step)));
    }
    batch
}

/// A store that knows the first `count` series, and no point.
fn store_of(count: usize) -> Store {
    let mut batch = Batch::new(RunId(0));
    for (name, id) in SERIES.into_iter().take(count).zip(0..) {
        batch.push_message(Message::Declare(SeriesId(id), Series::scalar(name)));
    }
    let mut store = Store::default();
    store.ingest(&batch);
    store
}

fn take_in(series: usize, batches: &[Batch]) -> Store {
    let mut store = store_of(series);
    for batch in batches {
        store.ingest(batch);
    }
    store
}

/// What taking points in came to.
struct Intake {
    points: u64,
    lost: u64,
    times: Times,
}

/// Gives what one series alone, and six together, came to.
fn intake(criterion: &mut Criterion) -> [Intake; 2] {
    const STEPS: u64 = 1024;
    // About as many points in either.
    let (points, batches) = if is_measured() {
        (1_000_000, 163)
    } else {
        (1_000, 1)
    };
    let one = vec![points_of_one(1, points)];
    let six = (0..batches).map(|index| points_of_six(1 + index * STEPS, STEPS));
    let mut group = criterion.benchmark_group("refine");
    let mut measure = |name: &str, series: usize, batches: &[Batch]| {
        let points = batches.iter().map(|batch| batch.points().len() as u64);
        let points: u64 = points.sum();
        let mut times = Times::default();
        group.throughput(Throughput::Elements(points));
        group.bench_function(name, |bencher| {
            timed(bencher, &mut times, || take_in(series, batches));
        });
        let scene = take_in(series, batches).scene(1, 0);
        let kept: u64 = scene.series.iter().map(|series| series.points).sum();
        Intake {
            points,
            lost: points.abs_diff(kept),
            times,
        }
    };
    let intakes = [
        measure("take in a million points", 1, &one),
        measure(
            "take in six series, a step at a time",
            SERIES.len(),
            &six.collect::<Vec<_>>(),
        ),
    ];
    group.finish();
    intakes
}

/// A history to which points are added one by one: never more than a hundredth of it, then it is made anew.
struct Growing {
    length: u64,
    store: Store,
    /// A point each, in order.
    news: Vec<Batch>,
    /// How many of them were taken in.
    told: usize,
    /// Held as the window holds it: who frees a scene is the window.
    shown: Scene,
}

impl Growing {
    /// `length` is at least 100.
    fn new(length: u64) -> Self {
        let count = (length / 100).min(1_000);
        let news = (1..=count).map(|index| points_of_one(length + index, 1));
        let mut growing = Self {
            length,
            store: Store::default(),
            news: news.collect(),
            told: 0,
            shown: Scene::default(),
        };
        growing.begin_anew();
        growing
    }

    fn begin_anew(&mut self) {
        const PART: u64 = 100_000;
        self.store = store_of(1);
        for from in (1..=self.length).step_by(PART as usize) {
            let count = PART.min(self.length + 1 - from);
            self.store.ingest(&points_of_one(from, count));
        }
        self.store.show(Viewport {
            panels: vec![PanelView::all(PanelId(0), [600, 300])],
            smoothing: Smoothing::USUAL,
            ..Viewport::default()
        });
        // What is there already is smoothed once and for all.
        self.shown = self.store.scene(1, 0);
        while self.store.is_smoothing() {
            self.shown = self.store.scene(1, 0);
        }
        self.told = 0;
    }

    /// Takes in a point and makes the scene, `count` times. Gives the time that took.
    fn tick(&mut self, count: u64) -> Duration {
        let mut took = Duration::ZERO;
        for _ in 0..count {
            if self.told == self.news.len() {
                self.begin_anew();
            }
            let start = Instant::now();
            self.store.ingest(&self.news[self.told]);
            let scene = self.store.scene(1, 0);
            took += start.elapsed();
            self.told += 1;
            drop(std::mem::replace(&mut self.shown, scene));
        }
        took
    }
}

/// Gives the times of a tick, by the length of the history.
fn ticks(criterion: &mut Criterion) -> Vec<(u64, Times)> {
    let lengths: &[u64] = if is_measured() {
        &[1_000, 100_000, 10_000_000]
    } else {
        &[1_000]
    };
    let mut group = criterion.benchmark_group("refine");
    group.throughput(Throughput::Elements(1));
    let mut ticks = Vec::new();
    for &length in lengths {
        let mut times = Times::default();
        let mut growing = None;
        group.bench_function(
            format!("tick with one new point after {length}"),
            |bencher| {
                let growing = growing.get_or_insert_with(|| Growing::new(length));
                bencher.iter_custom(|count| times.note(count, growing.tick(count)));
            },
        );
        ticks.push((length, times));
    }
    group.finish();
    ticks
}

/// What the event loop's handler does when a scene is ready: clear the mark, take the scene, let the one before go. As in the
/// program, scenes are made by another thread, and each has vertices of its own.
fn main_thread(criterion: &mut Criterion) -> Tail {
    const STEPS: u64 = 10_000;
    let (finished, scenes) = bounded(4);
    let maker = std::thread::Builder::new()
        .name("maker".into())
        .spawn(move || {
            let mut store = store_of(SERIES.len());
            store.ingest(&points_of_six(1, STEPS));
            for step in STEPS + 1.. {
                store.ingest(&points_of_six(step, 1));
                if finished.send(Arc::new(store.scene(step, 0))).is_err() {
                    break;
                }
            }
        })
        .expect("a thread can be started");
    let mailbox = Mailbox::default();
    let mut held: Arc<Scene> = scenes.recv().expect("the maker goes on");
    let mut takes = Vec::new();
    criterion.bench_function("main thread/take a scene", |bencher| {
        bencher.iter_custom(|count| {
            let mut sum = Duration::ZERO;
            for _ in 0..count {
                mailbox.publish(scenes.recv().expect("the maker goes on"), &|| ());
                let start = Instant::now();
                if let Some(newest) = mailbox.take() {
                    held = newest;
                }
                let took = start.elapsed();
                black_box(held.number);
                takes.push(took);
                sum += took;
            }
            sum
        });
    });
    drop(scenes);
    maker.join().expect("the maker does not panic");
    Tail::of(takes)
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(SAMPLES)
        .configure_from_args();
    let scalar = probe(&mut criterion);
    let calls = probe_tail(&mut criterion);
    let intakes = intake(&mut criterion);
    let ticks = ticks(&mut criterion);
    let takes = main_thread(&mut criterion);
    criterion.final_summary();
    if is_measured() {
        tell_tails(&calls, &takes);
        tell_targets(&scalar, &calls, &intakes, &ticks, &takes);
    }
}

fn tell_tails(calls: &Tail, takes: &Tail) {
    println!(
        "probe/single calls with their clock: p50 {} ns, p99 {} ns, p99.9 {} ns, most {} ns",
        calls.at(0.5).as_nanos(),
        calls.at(0.99).as_nanos(),
        calls.at(0.999).as_nanos(),
        calls.at(1.0).as_nanos(),
    );
    if !takes.0.is_empty() {
        let at = |part| takes.at(part).as_secs_f64() * 1e6;
        println!(
            "main thread/single takes of a scene: p50 {:.1} µs, p99 {:.1} µs, most {:.1} µs, of {}",
            at(0.5),
            at(0.99),
            at(1.0),
            takes.0.len(),
        );
    }
}

/// What was not run, as `cargo bench --bench flow -- WORD` leaves out, has no line.
fn tell_targets(
    scalar: &Times,
    calls: &Tail,
    intakes: &[Intake],
    ticks: &[(u64, Times)],
    takes: &Tail,
) {
    if let Some(amortised) = scalar.median() {
        let slow = calls.at(0.999);
        tell(
            "Probe::scalar through a handle, amortised, in bursts; p99.9 of single calls with their clock",
            &format!("{:.1} ns; {} ns", amortised * 1e9, slow.as_nanos()),
            "≤ 10 ns; < 1 µs",
            amortised <= 10e-9 && slow < Duration::from_micros(1),
        );
    }
    let speed = |intake: &Intake| Some(intake.points as f64 / intake.times.median()?);
    if let [one, six] = intakes
        && let (Some(of_one), Some(of_six)) = (speed(one), speed(six))
    {
        let lost = one.lost + six.lost;
        tell(
            "ingest into store and pyramid, on one core: one series; six, a step at a time",
            &format!(
                "{:.1} M scalars/s; {:.1} M scalars/s; {lost} lost",
                of_one / 1e6,
                of_six / 1e6
            ),
            "≥ 50 M scalars/s, none lost",
            of_one.min(of_six) >= 50e6 && lost == 0,
        );
    }
    if let [.., (short, before), (long, after)] = ticks
        && let (Some(before), Some(after)) = (before.median(), after.median())
    {
        // Judged with the drawing by `cargo bench --bench scale`.
        println!(
            "a live append in the refiner: {:.1} µs after {short} points, {:.1} µs after {long}",
            before * 1e6,
            after * 1e6
        );
    }
    if !takes.0.is_empty() {
        let slow = takes.at(0.99);
        tell(
            "a main-thread callback (design, section 1), p99: taking a scene and freeing the one before",
            &format!("{:.1} µs", slow.as_secs_f64() * 1e6),
            "≤ 2 ms",
            slow <= Duration::from_millis(2),
        );
    }
}
