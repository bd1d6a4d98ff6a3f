//! What the length of a history costs: memory, taking points in, looking at another part of it, and a live point's frame.
//!
//! `cargo bench --bench scale` goes from 10³ to 10⁸ points, which take half a gigabyte; with `EMBERSCOPE_BENCH_POINTS=1e9` it
//! goes to 10⁹, which take five. Medians of many; each row is a history of its own. With `EMBERSCOPE_BENCH=smoothing` only the
//! smoothed lines are measured, with `EMBERSCOPE_BENCH=series` only scenes of 10,000 series.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    reason = "a benchmark prints its figures"
)]

#[path = "support/judged.rs"]
mod judged;

use std::alloc::System;
use std::sync::Arc;
use std::time::{Duration, Instant};

use emberscope::message::{Batch, Message, Point, RunId, Series, SeriesId, Step};
use emberscope::refiner::Store;
use emberscope::render::{Gpu, Renderer, Target};
use emberscope::scene::{
    Bounds, Panel, PanelId, PanelView, Plot, PlotRect, Range, Scene, Selection, Smoothing, Theme,
    Viewport, XRange,
};
use judged::{is_measured, tell};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const SIZE: [u32; 2] = [1920, 1080];
const WAIT: Duration = Duration::from_secs(60);
/// Points that are handed over at once.
const BATCH: u64 = 1 << 20;

/// What a history of some length costs.
struct Row {
    points: u64,
    bytes_per_point: f64,
    points_per_second: f64,
    zoom: Duration,
    append: Duration,
    frame: Duration,
    uploaded: u64,
}

fn value(step: Step) -> f32 {
    let mixed = (step as u32).wrapping_mul(0x9E37_79B9);
    let noise = (mixed ^ mixed >> 15).wrapping_mul(0x85EB_CA6B) >> 8;
    1.0 / (1.0 + step as f32 * 1e-6) + noise as f32 * 1e-8
}

fn batch(steps: std::ops::Range<Step>) -> Batch {
    let mut batch = Batch::new(RunId(0));
    batch.extend_points(steps.map(|step| Point {
        series: SeriesId(0),
        value: value(step),
        step,
    }));
    batch
}

/// An empty store that knows its series. An exact one is one line; another is smoothed too.
fn declared(series: Series) -> Store {
    let mut batch = Batch::new(RunId(0));
    batch.push_message(Message::Declare(SeriesId(0), series));
    let mut store = Store::default();
    store.ingest(&batch);
    store
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn view(x: XRange) -> Viewport {
    Viewport {
        panels: vec![PanelView {
            x,
            ..PanelView::all(PanelId(0), SIZE)
        }],
        ..Viewport::default()
    }
}

/// Where the whole picture shows one panel.
fn plot(panel: &Panel) -> Plot {
    Plot {
        panel: panel.id,
        rect: PlotRect {
            left: 0.0,
            top: 0.0,
            right: SIZE[0] as f32,
            bottom: SIZE[1] as f32,
        },
        bounds: panel.fit.unwrap_or(Bounds {
            x: Range::new(0.0, 1.0),
            y: Range::new(0.0, 1.0),
        }),
        highlight: None,
    }
}

fn measure(points: u64, rounds: u32) -> Row {
    let mut store = declared(Series::scalar("loss").with_exact_values());
    let region = Region::new(ALLOCATOR);
    let mut took = Duration::ZERO;
    let mut next = 0;
    while next < points {
        let end = (next + BATCH).min(points);
        let batch = batch(next..end);
        let start = Instant::now();
        store.ingest(&batch);
        took += start.elapsed();
        next = end;
    }
    let change = region.change();
    // What is reallocated is counted among both.
    let bytes = change.bytes_allocated as i64 - change.bytes_deallocated as i64;

    // Another part of it each time, from all to a thousandth.
    store.show(view(XRange::All));
    let mut number = 0;
    let mut scene = |store: &mut Store| -> Scene {
        number += 1;
        store.scene(number, 0)
    };
    scene(&mut store);
    let zooms = (0..rounds).map(|round| {
        let span = points as f64 * 0.001_f64.powf(f64::from(round % 10) / 9.0);
        let start = (points as f64 - span) * f64::from(round) / f64::from(rounds);
        store.show(view(XRange::Part(Range::new(start, start + span.max(1.0)))));
        let begin = Instant::now();
        std::hint::black_box(scene(&mut store));
        begin.elapsed()
    });
    let zoom = median(zooms.collect());

    // A point more, and the picture with it. The range grows now and then, and the chrome with it: that is no such frame.
    let gpu = Gpu::headless().expect("an adapter to draw with");
    let mut target = Target::offscreen(&gpu, SIZE);
    let mut renderer = Renderer::new(&gpu, target.format());
    store.show(view(XRange::All));
    let first = scene(&mut store);
    let mut stands = plot(&first.panels[0]);
    renderer.draw(&mut target, &first.into(), &[stands], &Theme::DARK);
    gpu.wait(WAIT).expect("the device answers");
    let (mut appends, mut frames, mut uploads) = (Vec::new(), Vec::new(), Vec::new());
    while appends.len() < rounds as usize {
        let one = batch(next..next + 1);
        next += 1;
        let begin = Instant::now();
        store.ingest(&one);
        let scene = scene(&mut store);
        let append = begin.elapsed();
        let now = plot(&scene.panels[0]);
        let report = renderer.draw(&mut target, &scene.into(), &[now], &Theme::DARK);
        gpu.wait(WAIT).expect("the device answers");
        if now.bounds == stands.bounds {
            appends.push(append);
            frames.push(begin.elapsed());
            uploads.push(report.uploaded_bytes);
        }
        stands = now;
    }
    uploads.sort_unstable();
    Row {
        points,
        bytes_per_point: bytes as f64 / points as f64,
        points_per_second: points as f64 / took.as_secs_f64(),
        zoom,
        append: median(appends),
        frame: median(frames),
        uploaded: uploads[uploads.len() / 2],
    }
}

/// What a smoothed line costs.
struct Smoothed {
    bytes_per_point: f64,
    total: Duration,
    longest: Duration,
    scenes: usize,
    /// Back from a part to all: a column for each pixel.
    all: Duration,
    /// To another part, with what is beside it: three times as many.
    zoom: Duration,
    append: Duration,
}

/// Moves the slider from nothing to each of some kinds, with everything in view.
fn smoothed(points: u64, rounds: u32, kinds: &[Smoothing]) -> Vec<Smoothed> {
    let mut store = declared(Series::scalar("loss"));
    let mut next = 0;
    while next < points {
        let end = (next + BATCH).min(points);
        store.ingest(&batch(next..end));
        next = end;
    }
    let scene = |store: &mut Store, x: XRange, smoothing: Smoothing| {
        store.show(Viewport {
            smoothing,
            ..view(x)
        });
        let begin = Instant::now();
        std::hint::black_box(store.scene(1, 0));
        begin.elapsed()
    };
    let kinds = kinds.iter().map(|kind| {
        scene(&mut store, XRange::All, Smoothing::NONE);
        let region = Region::new(ALLOCATOR);
        let mut times = vec![scene(&mut store, XRange::All, *kind)];
        while store.is_smoothing() {
            times.push(scene(&mut store, XRange::All, *kind));
        }
        let change = region.change();
        let bytes = change.bytes_allocated as i64 - change.bytes_deallocated as i64;
        let (mut zooms, mut alls) = (Vec::new(), Vec::new());
        for round in 0..rounds {
            let span = points as f64 * 0.001_f64.powf(f64::from(round % 10 + 1) / 10.0);
            let start = (points as f64 - span) * f64::from(round) / f64::from(rounds);
            let part = XRange::Part(Range::new(start, start + span.max(1.0)));
            zooms.push(scene(&mut store, part, *kind));
            alls.push(scene(&mut store, XRange::All, *kind));
        }
        let appends = (0..rounds).map(|_| {
            store.ingest(&batch(next..next + 1));
            next += 1;
            scene(&mut store, XRange::All, *kind)
        });
        Smoothed {
            bytes_per_point: bytes as f64 / points as f64,
            total: times.iter().sum(),
            longest: times.iter().copied().max().unwrap_or_default(),
            scenes: times.len(),
            all: median(alls),
            zoom: median(zooms),
            append: median(appends.collect()),
        }
    });
    kinds.collect()
}

/// Measures smoothed lines of so many points.
fn judge_smoothing(points: u64) {
    let kinds = [
        Smoothing::NONE,
        Smoothing::Ema { weight: 0.999 },
        Smoothing::USUAL,
        Smoothing::TimeWeightedEma { weight: 0.999 },
        Smoothing::RunningAverage { points: 101 },
        Smoothing::RunningAverage { points: 10_001 },
        Smoothing::Gaussian { sigma: 5.0 },
    ];
    let rows = smoothed(points, 50, &kinds);
    let raw = &rows[0];
    println!("smoothed lines of {points} points, all in view");
    println!(
        "{:>36} {:>12} {:>10} {:>11} {:>7} {:>8} {:>9} {:>11}",
        "",
        "bytes/point",
        "total, ms",
        "longest, ms",
        "scenes",
        "all, ms",
        "zoom, ms",
        "append, µs"
    );
    for (kind, row) in kinds.iter().zip(&rows) {
        println!(
            "{:>36} {:>12.3} {:>10.1} {:>11.2} {:>7} {:>8.3} {:>9.3} {:>11.1}",
            format!("{kind:?}"),
            row.bytes_per_point,
            milliseconds(row.total),
            milliseconds(row.longest),
            row.scenes,
            milliseconds(row.all),
            milliseconds(row.zoom),
            row.append.as_secs_f64() * 1e6,
        );
    }
    let slider = &rows[1];
    let all = milliseconds(slider.all) - milliseconds(raw.all);
    tell(
        &format!("moving the slider at {points} points: total time, longest scene"),
        &format!(
            "{:.0} ms; {:.1} ms",
            milliseconds(slider.total),
            milliseconds(slider.longest)
        ),
        "≤ 1 s; ≤ 33 ms",
        slider.total <= Duration::from_secs(1) && slider.longest <= Duration::from_millis(33),
    );
    tell(
        &format!("memory of a smoothed line (EMA) beside a scalar's 5.1 bytes, at {points}"),
        &format!("{:.3} bytes", slider.bytes_per_point),
        "≤ 0.15 bytes",
        slider.bytes_per_point <= 0.15,
    );
    tell(
        &format!(
            "re-query of the smoothed line (EMA), 1,920 columns, beside the raw one's, at {points}"
        ),
        &format!("{all:.3} ms"),
        "≤ 6 ms",
        all <= 6.0,
    );
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// What a scene of many series costs.
struct Many {
    /// The first with all points, of which some panels are seen.
    first: Duration,
    /// After a point more of every series; and what taking those in costs.
    news: Duration,
    ingest: Duration,
    /// After a point more of one series.
    one: Duration,
    /// Without news.
    same: Duration,
    /// With the cursor elsewhere.
    cursor: Duration,
    /// After a series was hidden or shown.
    choice: Duration,
}

/// So many series of 100 points each, in so many panels, six of which are seen.
fn many(series: u32, panels: u32, rounds: u32) -> Many {
    let mut store = Store::default();
    let mut selection = Selection::default();
    if panels < series {
        let shared = (0..series).map(|id| (format!("layer {id}/norm"), format!("{}", id % panels)));
        selection.panels = shared
            .map(|(name, panel)| (name.into(), panel.into()))
            .collect();
    }
    store.show(Viewport {
        selection: Arc::new(selection.clone()),
        ..Viewport::default()
    });
    let mut batch = Batch::new(RunId(0));
    for id in 0..series {
        let series = Series::scalar(&format!("layer {id}/norm"));
        batch.push_message(Message::Declare(SeriesId(id), series));
    }
    store.ingest(&batch);
    let points = |steps: std::ops::Range<Step>, series: std::ops::Range<u32>| {
        let mut batch = Batch::new(RunId(0));
        for step in steps {
            batch.extend_points(series.clone().map(|id| Point {
                series: SeriesId(id),
                value: value(step + Step::from(id)),
                step,
            }));
        }
        batch
    };
    let declared = store.scene(1, 0);
    let seen = declared.panels.iter().take(6);
    let mut view = Viewport {
        panels: seen
            .map(|panel| PanelView::all(panel.id, [640, 360]))
            .collect(),
        selection: Arc::new(selection.clone()),
        ..Viewport::default()
    };
    store.show(view.clone());
    store.ingest(&points(0..100, 0..series));
    let mut number = 1;
    let mut scene = |store: &mut Store| {
        number += 1;
        let begin = Instant::now();
        // The scene that it takes the place of is let go by somebody else.
        let scene = std::hint::black_box(store.scene(number, 0));
        let took = begin.elapsed();
        drop(scene);
        took
    };
    let first = scene(&mut store);
    let (mut news, mut ingests, mut ones, mut sames) = (vec![], vec![], vec![], vec![]);
    let (mut cursors, mut choices) = (vec![], vec![]);
    for round in 0..rounds {
        let step = 100 + 2 * Step::from(round);
        let all = points(step..step + 1, 0..series);
        let begin = Instant::now();
        store.ingest(&all);
        ingests.push(begin.elapsed());
        news.push(scene(&mut store));
        store.ingest(&points(step + 1..step + 2, 0..1));
        ones.push(scene(&mut store));
        sames.push(scene(&mut store));
        view.cursor = Some(f64::from(round));
        store.show(view.clone());
        cursors.push(scene(&mut store));
        let hidden = (round % 2 == 0).then(|| "layer 0/norm".into());
        selection.hidden = hidden.into_iter().collect();
        view.selection = Arc::new(selection.clone());
        let begin = Instant::now();
        store.show(view.clone());
        let shown = begin.elapsed();
        choices.push(shown + scene(&mut store));
    }
    Many {
        first,
        news: median(news),
        ingest: median(ingests),
        one: median(ones),
        same: median(sames),
        cursor: median(cursors),
        choice: median(choices),
    }
}

/// Measures scenes of so many series.
fn judge_series(series: u32) {
    println!("scenes of {series} series of 100 points each, six panels in view; ms");
    println!(
        "{:>8} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "panels", "first", "all news", "taken in", "one news", "no news", "cursor", "choice"
    );
    for panels in [series, 100, 1] {
        let row = many(series, panels, 30);
        let Many {
            first,
            news,
            ingest,
            one,
            same,
            cursor,
            choice,
        } = row;
        let [first, news, ingest, one, same, cursor, choice] =
            [first, news, ingest, one, same, cursor, choice].map(milliseconds);
        println!(
            "{panels:>8} {first:>9.3} {news:>9.3} {ingest:>9.3} {one:>9.3} {same:>9.3} {cursor:>9.3} {choice:>9.3}"
        );
        if panels == series {
            tell(
                &format!("a scene of {series} series in as many panels, news in all; none"),
                &format!("{news:.2} ms; {same:.2} ms"),
                "≤ 5 ms; ≤ 1 ms",
                news <= 5.0 && same <= 1.0,
            );
        }
    }
}

/// What a reading costs: a scene of one long line with the cursor elsewhere, and statistics of all of it.
fn judge_reading(points: u64, rounds: u32) {
    let mut store = declared(Series::scalar("loss").with_exact_values());
    let mut next = 0;
    while next < points {
        let end = (next + BATCH).min(points);
        store.ingest(&batch(next..end));
        next = end;
    }
    let mut view = view(XRange::Part(Range::new(3.0, points as f64 - 5.0)));
    store.show(view.clone());
    store.scene(1, 0);
    let times = (0..rounds).map(|round| {
        view.cursor = Some(points as f64 * f64::from(round) / f64::from(rounds));
        store.show(view.clone());
        let begin = Instant::now();
        std::hint::black_box(store.scene(1, 0));
        begin.elapsed()
    });
    let took = milliseconds(median(times.collect()));
    tell(
        &format!("reading a line at the cursor, with its mean, at {points} points"),
        &format!("{took:.4} ms"),
        "≤ 0.2 ms",
        took <= 0.2,
    );
}

fn main() {
    if !is_measured() {
        let row = measure(2_000, 3);
        many(20, 7, 2);
        judge_reading(3_000, 2);
        assert!(row.bytes_per_point < 64.0);
        for row in smoothed(100_000, 2, &[Smoothing::USUAL]) {
            assert!(row.bytes_per_point < 16.0 && row.scenes > 0);
        }
        return;
    }
    let most = std::env::var("EMBERSCOPE_BENCH_POINTS").map_or(1e8, |points| {
        points
            .parse::<f64>()
            .expect("EMBERSCOPE_BENCH_POINTS is a number")
    }) as u64;
    if std::env::var("EMBERSCOPE_BENCH").is_ok_and(|wish| wish == "smoothing") {
        judge_smoothing(most);
        return;
    }
    if std::env::var("EMBERSCOPE_BENCH").is_ok_and(|wish| wish == "series") {
        judge_series(10_000);
        judge_reading(most, 200);
        return;
    }
    println!(
        "{:>13} {:>12} {:>14} {:>12} {:>12} {:>12} {:>12}",
        "points", "bytes/point", "taken in/s", "zoom, ms", "append, µs", "frame, ms", "uploaded, B"
    );
    let mut rows = Vec::new();
    let mut points = 1_000;
    while points <= most {
        let row = measure(points, 200);
        println!(
            "{:>13} {:>12.3} {:>12.1} M {:>12.3} {:>12.1} {:>12.3} {:>12}",
            row.points,
            row.bytes_per_point,
            row.points_per_second * 1e-6,
            milliseconds(row.zoom),
            row.append.as_secs_f64() * 1e6,
            milliseconds(row.frame),
            row.uploaded
        );
        rows.push(row);
        points *= 10;
    }
    let row_of = |points: u64| rows.iter().find(|row| row.points == points);
    let (Some(last), Some(million)) = (rows.last(), row_of(1_000_000)) else {
        return;
    };
    let at = format!("10^{}", (last.points as f64).log10().round());
    tell(
        &format!("memory per scalar, regular steps, at {at}"),
        &format!("{:.3} bytes", last.bytes_per_point),
        "≤ 5.1 bytes",
        last.bytes_per_point <= 5.1,
    );
    tell(
        &format!("ingest into store and pyramid, one series of {at}, on one core"),
        &format!("{:.1} M scalars/s", last.points_per_second * 1e-6),
        "≥ 50 M scalars/s",
        last.points_per_second >= 50e6,
    );
    let zoom = milliseconds(last.zoom);
    let ratio = last.zoom.as_secs_f64() / million.zoom.as_secs_f64();
    tell(
        &format!("re-query after a zoom, 1,920 columns, at {at}; to 10^6"),
        &format!("{zoom:.3} ms; {ratio:.2}"),
        "≤ 0.5 ms; ≤ 5",
        zoom <= 0.5 && ratio <= 5.0,
    );
    let ratio = last.append.as_secs_f64() / million.append.as_secs_f64();
    tell(
        &format!("a live append in the refiner, cost({at})/cost(10^6)"),
        &format!("{ratio:.2}"),
        "≤ 1.1 with the renderer's part",
        ratio <= 1.1,
    );
    let ratio = last.frame.as_secs_f64() / million.frame.as_secs_f64();
    tell(
        &format!("a live append's frame, refiner and drawing, cost({at})/cost(10^6)"),
        &format!("{ratio:.2}"),
        "≤ 1.1",
        ratio <= 1.1,
    );
    let kib = last.uploaded as f64 / 1024.0;
    tell(
        &format!("upload of a live append's frame at {at}"),
        &format!("{kib:.1} KiB"),
        "≤ 32 KiB",
        kib <= 32.0,
    );
    judge_smoothing(last.points);
    judge_series(10_000);
    judge_reading(last.points, 200);
}
