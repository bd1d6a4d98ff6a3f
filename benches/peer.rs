//! emberscope's part of `benches/peers`: the work that plotting libraries are given too, on the software adapter.
//!
//! `cargo bench --bench peer -- VARIANT DATA POINTS` prints one case as a line of JSON, as the peers do; `benches/peers/run` collects
//! them. Without arguments it goes through all variants with a random walk from 10⁴ to 10⁷ points, with `EMBERSCOPE_BENCH_POINTS=1e8` to 10⁸.
//!
//! - `all new`: an empty store takes in all points, from an array of values; the scene is made, drawn and read back.
//! - `live`: a store that has the points takes in one more; the scene is made, what is new in it is drawn, all of the picture is
//!   read back.
//! - `live, other range`: the same, but the range shown is another each time, so that all of the line is found and drawn anew.
#![allow(
    clippy::cast_possible_truncation,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark prints its figures"
)]

#[path = "support/judged.rs"]
mod judged;

use std::time::Instant;

use emberscope::message::{Batch, Message, Point, RunId, Series, SeriesId, Step};
use emberscope::refiner::Store;
use emberscope::render::{Gpu, Picture, Renderer, Target};
use emberscope::scene::{
    Bounds, PanelId, PanelView, Plot, PlotRect, Range, Theme, Viewport, XRange,
};
use judged::is_measured;

const SIZE: [u32; 2] = [1920, 1080];
/// Points that are handed over at once: a megabyte.
const BATCH: usize = 1 << 16;
const VARIANTS: [&str; 3] = ["all new", "live", "live, other range"];
const DATA: [&str; 2] = ["walk", "loss"];

/// The first `count` values of the line that all peers draw at so many points; see `peers/work.py`.
fn line(data: &str, points: u32, count: u32, seed: u32) -> Vec<f32> {
    let mut y = 0.0_f64;
    let value = |i: u32| {
        let mut mixed = i
            .wrapping_mul(0x9E37_79B9)
            .wrapping_add(seed.wrapping_mul(0x85EB_CA6B));
        mixed = (mixed ^ mixed >> 16).wrapping_mul(0x21F0_AAAD);
        mixed = (mixed ^ mixed >> 15).wrapping_mul(0x735A_2D97);
        let noise = f64::from(mixed ^ mixed >> 15) / 2_147_483_648.0 - 1.0;
        y = match data {
            "walk" => y + noise,
            _ => 1.0 / (1.0 + 4.0 * f64::from(i) / f64::from(points)) + 0.1 * noise,
        };
        y as f32
    };
    (0..count).map(value).collect()
}

/// An empty store that knows its series: exact, so that there is one line.
fn declared() -> Store {
    let mut batch = Batch::new(RunId(0));
    let series = Series::scalar("loss").with_exact_values();
    batch.push_message(Message::Declare(SeriesId(0), series));
    let mut store = Store::default();
    store.ingest(&batch);
    store
}

fn ingest(store: &mut Store, values: &[f32], first: Step) {
    let mut step = first;
    for values in values.chunks(BATCH) {
        let mut batch = Batch::new(RunId(0));
        let points = values.iter().zip(step..).map(|(value, step)| Point {
            series: SeriesId(0),
            value: *value,
            step,
        });
        batch.extend_points(points);
        store.ingest(&batch);
        step += values.len() as Step;
    }
}

/// Everything from a store to pixels.
struct Screen {
    gpu: Gpu,
    target: Target,
    renderer: Renderer,
    picture: Picture,
    scenes: u64,
}

impl Screen {
    fn new() -> Self {
        let gpu = Gpu::software().expect("a software adapter to draw with");
        let target = Target::offscreen(&gpu, SIZE);
        let renderer = Renderer::new(&gpu, target.format());
        Self {
            gpu,
            target,
            renderer,
            picture: Picture::default(),
            scenes: 0,
        }
    }

    /// Draws what the store has, over all of the picture, and reads that back. `x` is the range to show, if not all.
    fn show(&mut self, store: &mut Store, x: Option<Range>) {
        store.show(Viewport {
            panels: vec![PanelView {
                x: x.map_or(XRange::All, XRange::Part),
                ..PanelView::all(PanelId(0), SIZE)
            }],
            ..Viewport::default()
        });
        self.scenes += 1;
        let scene = store.scene(self.scenes, 0);
        let fit = scene.panels[0].fit.expect("there are points");
        let plot = Plot {
            panel: PanelId(0),
            rect: PlotRect {
                left: 0.0,
                top: 0.0,
                right: SIZE[0] as f32,
                bottom: SIZE[1] as f32,
            },
            bounds: Bounds {
                x: x.unwrap_or(fit.x),
                ..fit
            },
            highlight: None,
        };
        let report = self
            .renderer
            .draw(&mut self.target, &scene.into(), &[plot], &Theme::DARK);
        assert!(!report.is_pending, "all is drawn at once");
        self.target
            .read_rgba_into(&mut self.picture)
            .expect("the picture can be read");
    }
}

/// The median of the redraws, in seconds, and how many there were; by the rules of `peers/work.py`.
fn median(mut redraw: impl FnMut(usize)) -> (f64, usize) {
    let mut times: Vec<f64> = Vec::new();
    loop {
        let begin = Instant::now();
        redraw(times.len());
        times.push(begin.elapsed().as_secs_f64());
        let total: f64 = times.iter().sum();
        let least = if times[0] > 2.0 { 3 } else { 7 };
        let is_enough = times.len() >= least && total >= 2.0;
        if is_enough || times.len() == 200 || total >= 60.0 || !is_measured() {
            times.sort_by(f64::total_cmp);
            return (times[times.len() / 2], times.len());
        }
    }
}

fn tell(variant: &str, data: &str, points: u32) {
    let mut screen = Screen::new();
    let (seconds, runs) = match variant {
        "all new" => {
            let lines = [1, 2].map(|seed| line(data, points, points, seed));
            let mut store = Store::default();
            let mut redraw = |turn: usize, screen: &mut Screen| {
                store = declared();
                ingest(&mut store, &lines[turn % 2], 0);
                screen.show(&mut store, None);
            };
            assert!(look(&mut screen, &mut redraw), "other points show");
            median(|turn| redraw(turn, &mut screen))
        }
        "live" | "live, other range" => {
            let mut store = declared();
            let mut values = line(data, points, points + 300, 1);
            let more = values.split_off(points as usize);
            ingest(&mut store, &values, 0);
            let mut appended = 0;
            let mut redraw = |turn: usize, screen: &mut Screen| {
                let value = more[appended];
                ingest(&mut store, &[value], Step::from(points) + appended as Step);
                appended += 1;
                let x = (variant != "live").then(|| {
                    let start = f64::from(points) * 1e-3 * (turn % 2) as f64;
                    Range::new(start, start + f64::from(points) * 1.05)
                });
                screen.show(&mut store, x);
            };
            // One point among millions need not change a pixel.
            let differs = look(&mut screen, &mut redraw);
            assert!(differs || variant == "live", "another range shows");
            median(|turn| redraw(turn, &mut screen))
        }
        other => panic!("no variant {other}; there are {VARIANTS:?}"),
    };
    let line = serde_json::json!({
        "peer": "emberscope",
        "variant": variant,
        "data": data,
        "points": points,
        "seconds": seconds,
        "runs": runs,
        "version": env!("CARGO_PKG_VERSION"),
        "adapter": screen.gpu.adapter_name(),
    });
    println!("{line}");
}

/// Draws twice; tells whether the pictures differ. There is a line in them.
fn look(screen: &mut Screen, redraw: &mut impl FnMut(usize, &mut Screen)) -> bool {
    redraw(0, screen);
    let first = screen.picture.clone();
    redraw(1, screen);
    let mut pixels = first.rgba.chunks_exact(4);
    assert!(
        pixels.any(|pixel| *pixel != first.rgba[..4]),
        "a line shows"
    );
    if let Some(path) = std::env::var_os("PEERS_PICTURE") {
        std::fs::write(path, &first.rgba).expect("the picture can be written");
    }
    first != screen.picture
}

fn main() {
    if !is_measured() {
        for data in DATA {
            VARIANTS
                .iter()
                .for_each(|variant| tell(variant, data, 2_000));
        }
        return;
    }
    let arguments: Vec<_> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    if let [variant, data, points] = &arguments[..] {
        tell(variant, data, points.parse().expect("a number of points"));
        return;
    }
    let most = std::env::var("EMBERSCOPE_BENCH_POINTS").map_or(1e7, |points| {
        points
            .parse::<f64>()
            .expect("EMBERSCOPE_BENCH_POINTS is a number")
    });
    let mut points = 10_000_u32;
    while f64::from(points) <= most {
        VARIANTS
            .iter()
            .for_each(|variant| tell(variant, "walk", points));
        points = points.saturating_mul(10);
    }
}
