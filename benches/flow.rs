//! What reporting costs the one who reports, and what taking it in costs the refiner.
//!
//! `cargo bench --bench flow`
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    reason = "a benchmark prints its figures"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use emberscope::flow::{Hub, Inlet, Mailbox, Overflow, Received, Source};
use emberscope::message::{Batch, Message, Outcome, Point, RunId, RunInfo, Series, SeriesId};
use emberscope::refiner::Store;
use emberscope::scene::{PanelId, PanelView, Scene, Viewport};

/// A thread that takes every batch and lets it go.
fn listener(inlet: Inlet) -> std::thread::JoinHandle<()> {
    std::thread::Builder::new()
        .name("listener".into())
        .spawn(move || while let Received::Batch(_) = inlet.receive_any() {})
        .expect("a thread can be started")
}

fn probe(criterion: &mut Criterion) {
    let mut hub = Hub::new();
    let listener = listener(hub.subscribe(Overflow::Keep));
    hub.open(RunInfo::default()).expect("the courier starts");
    let probe = hub.probe();
    let loss = probe.series("loss/train");
    let mut group = criterion.benchmark_group("probe");
    group.throughput(Throughput::Elements(1));
    group.bench_function("scalar", |bencher| {
        bencher.iter(|| probe.scalar(black_box(loss), black_box(0.5)));
    });
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
    group.bench_function("log by name", |bencher| {
        bencher.iter(|| probe.log(black_box("loss/train"), black_box(0.5)));
    });
    group.finish();
    drop(probe);
    hub.close(Outcome::Finished);
    listener.join().expect("the listener does not panic");
}

/// Single calls, to see the worst: the courier runs beside them as it does in training.
fn probe_tail(criterion: &mut Criterion) {
    let mut hub = Hub::new();
    let listener = listener(hub.subscribe(Overflow::Keep));
    hub.open(RunInfo::default()).expect("the courier starts");
    let probe = hub.probe();
    let loss = probe.series("loss/train");
    criterion.bench_function(
        "probe/clock alone, then p99.9 of single calls on standard error",
        |bencher| {
            bencher.iter(|| black_box(Instant::now()));
        },
    );
    let mut nanoseconds: Vec<u64> = (0..1_000_000)
        .map(|_| {
            let start = Instant::now();
            probe.scalar(black_box(loss), black_box(0.5));
            u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX)
        })
        .collect();
    nanoseconds.sort_unstable();
    let at = |part: f64| nanoseconds[(part * (nanoseconds.len() - 1) as f64) as usize];
    eprintln!(
        "probe/single call with its clock: p50 {} ns, p99 {} ns, p99.9 {} ns, most {} ns",
        at(0.5),
        at(0.99),
        at(0.999),
        at(1.0)
    );
    drop(probe);
    hub.close(Outcome::Finished);
    listener.join().expect("the listener does not panic");
}

fn batch_of(points: u64, from: u64) -> Batch {
    let mut batch = Batch::new(RunId(0));
    batch.push_message(Message::Declare(SeriesId(0), Series::scalar("loss/train")));
    batch.extend_points((from..from + points).map(|step| Point {
        series: SeriesId(0),
        value: (step as f32 * 0.01).sin(),
        step,
    }));
    batch
}

fn refine(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("refine");
    let million = batch_of(1_000_000, 1);
    group.sample_size(20);
    group.throughput(Throughput::Elements(1_000_000));
    group.bench_function("take in a million points", |bencher| {
        bencher.iter(|| {
            let mut store = Store::default();
            store.ingest(&million);
            store
        });
    });
    group.throughput(Throughput::Elements(1));
    for points in [1_000, 100_000] {
        let mut store = Store::default();
        store.ingest(&batch_of(points, 1));
        store.show(Viewport {
            panels: vec![PanelView {
                panel: PanelId(0),
                x: None,
                width_px: 600,
            }],
            smoothing: 0.6,
            scene_interval_s: 0.0,
        });
        let mut next = points;
        group.bench_function(
            format!("tick with one new point after {points}"),
            |bencher| {
                bencher.iter(|| {
                    next += 1;
                    store.ingest(&batch_of(1, next));
                    store.scene(1, 0)
                });
            },
        );
    }
    group.finish();
}

/// What the event loop's handler does when a scene is ready: clear the mark, take the scene.
fn main_thread(criterion: &mut Criterion) {
    let mailbox: Mailbox<Arc<Scene>> = Mailbox::default();
    let mut store = Store::default();
    store.ingest(&batch_of(10_000, 1));
    let scene = Arc::new(store.scene(1, 0));
    let mut held: Arc<Scene> = Arc::default();
    criterion.bench_function("main thread/take a scene", |bencher| {
        bencher.iter(|| {
            mailbox.publish(Arc::clone(&scene), &|| ());
            if let Some(newest) = mailbox.take() {
                held = newest;
            }
            held.number
        });
    });
}

criterion_group!(benches, probe, probe_tail, refine, main_thread);
criterion_main!(benches);
