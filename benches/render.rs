//! What drawing costs, offscreen, on the adapter that a headless run would take.
//!
//! `cargo bench --bench render`
//!
//! Each figure includes the GPU's work: an iteration ends when the device has nothing left to do. At the end there is a line
//! for each of the design's targets that was measured: what, figure, target, verdict.
#![allow(
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark prints its figures"
)]

#[path = "support/judged.rs"]
mod judged;
#[path = "../tests/support/scenes.rs"]
mod scenes;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use egui::{Pos2, Rect, pos2, vec2};
use emberscope::dashboard::{Dashboard, Model, RecordingView, Request};
use emberscope::message::{RunId, SeriesId, Split, Unit};
use emberscope::render::{Chrome, Gpu, Picture, Renderer, Target};
use emberscope::scene::{
    Bounds, Chunk, ChunkId, Dash, Line, Panel, PanelId, Part, Plot, PlotRect, Range, Scale, Scene,
    SeriesKey, Stroke, Theme, Vertex, XAxis, XRange,
};

const SIZE: [u32; 2] = [1920, 1080];
const STEPS: f64 = 1_000.0;
const LIMIT: Duration = Duration::from_secs(60);
const SMOOTH: Stroke = Stroke::Line {
    width: 2.0,
    is_faint: false,
};
const RAW: Stroke = Stroke::Line {
    width: 1.0,
    is_faint: true,
};

use judged::{is_measured, tell, timed};

/// Samples that each figure is the median of.
const SAMPLES: usize = 20;
type Times = judged::Times<SAMPLES>;

fn gpu() -> Gpu {
    Gpu::headless().expect("an adapter to draw with")
}

fn noise(index: u32) -> f32 {
    let mixed = index.wrapping_mul(0x9E37_79B9).rotate_left(13) ^ index;
    let bits = mixed.wrapping_mul(0x85EB_CA6B) >> 16;
    f32::from(u16::try_from(bits).unwrap_or(0)) / 32_767.5 - 1.0
}

/// A curve as a pyramid gives it: `each` vertices a pixel column.
fn chunk(id: u64, generation: u64, columns: u32, each: u32, amplitude: f32) -> Arc<Chunk> {
    let count = columns * each;
    let vertices = (0..count)
        .map(|i| {
            let share = f64::from(i / each) / f64::from(columns);
            // Nothing is lost that a pixel would show.
            #[allow(clippy::cast_possible_truncation)]
            let x = (share * STEPS) as f32;
            let decay = 0.15 + 1.4 * (-4.0 * x / 1_000.0).exp();
            let seed = i.wrapping_add(u32::try_from(generation * 7_919).unwrap_or(0));
            Vertex {
                x,
                y: decay * (1.0 + amplitude * noise(seed)),
            }
        })
        .collect();
    Arc::new(Chunk {
        id: ChunkId(id),
        generation,
        origin: [0.0, 0.0],
        vertices,
    })
}

fn panel(id: u32, lines: Vec<Vec<Part>>) -> Panel {
    let lines = lines.into_iter().zip(0_u32..).map(|(parts, i)| Line {
        key: SeriesKey {
            run: RunId(1),
            series: SeriesId(id * 16 + i),
        },
        label: "train".into(),
        split: Split::Train,
        color: (id + i) as usize,
        dash: Dash::Solid,
        strength: 1.0,
        parts,
        latest: None,
        at_cursor: None,
        at_pins: Vec::new(),
        visible: None,
    });
    Panel {
        id: PanelId(id),
        name: "loss".into(),
        title: "Loss".into(),
        note: "".into(),
        unit: Unit::default(),
        scale: Scale::Linear,
        x_axis: XAxis::Step,
        x_scale: Scale::Linear,
        x_range: XRange::All,
        fit: None,
        whole_x: None,
        newest_x: None,
        lines: lines.collect(),
        gaps: 0,
        marks: Vec::new(),
    }
}

fn scene(panels: Vec<Panel>) -> Arc<Scene> {
    Arc::new(Scene {
        panels: panels.into_iter().map(Arc::new).collect(),
        ..Scene::default()
    })
}

fn plot(id: u32, rect: Rect) -> Plot {
    Plot {
        panel: PanelId(id),
        rect: PlotRect {
            left: rect.left(),
            top: rect.top(),
            right: rect.right(),
            bottom: rect.bottom(),
        },
        bounds: Bounds {
            x: Range::new(0.0, STEPS),
            y: Range::new(0.0, 2.0),
        },
        highlight: None,
    }
}

/// Six panels as a dashboard lays them out in 1920×1080.
fn places() -> [Rect; 6] {
    std::array::from_fn(|i| {
        let [column, row] = [
            [0.0, 0.0],
            [1.0, 0.0],
            [0.0, 1.0],
            [1.0, 1.0],
            [0.0, 2.0],
            [1.0, 2.0],
        ][i];
        Rect::from_min_size(
            pos2(300.0 + column * 650.0, 140.0 + row * 310.0),
            vec2(590.0, 240.0),
        )
    })
}

/// A dashboard's data: in each panel a raw line and a smoothed one, in the first two a validation line with markers.
fn dashboard(generation: u64) -> Arc<Scene> {
    let panels = (0..6_u32).map(|id| {
        let first = u64::from(id) * 8;
        let part = |chunk, stroke| Part { chunk, stroke };
        let train = vec![
            part(chunk(first, generation, 590, 4, 0.2), RAW),
            part(chunk(first + 1, generation, 590, 1, 0.0), SMOOTH),
        ];
        let mut lines = vec![train];
        if id < 2 {
            let valid = chunk(first + 2, generation, 8, 1, 0.0);
            lines.push(vec![
                part(valid.clone(), SMOOTH),
                part(valid, Stroke::Markers { radius: 3.5 }),
            ]);
        }
        panel(id, lines)
    });
    scene(panels.collect())
}

/// A whole dashboard's chrome after so many steps, with the plots in it.
fn chrome(dashboard: &mut Dashboard, scene: &Scene) -> (Chrome, Vec<Plot>) {
    let frames = scenes::frames(true);
    let model = Model {
        scene,
        frames: &frames,
        adapter: "llvmpipe",
        is_software: true,
        recording: &RecordingView::Off,
        skipped_scenes: 0,
        request: Request::default(),
        closing: false,
        notices: &[],
        offers: &[],
        data_interval: Duration::ZERO,
    };
    let input = egui::RawInput {
        screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(1920.0, 1080.0))),
        max_texture_side: Some(4096),
        ..Default::default()
    };
    let layout = dashboard.layout(&model, input);
    let chrome = Chrome {
        primitives: layout.primitives,
        textures: layout.textures,
        size_px: SIZE,
        pixels_per_point: layout.pixels_per_point,
    };
    (chrome, layout.plots)
}

fn construction(c: &mut Criterion) {
    c.bench_function("a device", |b| b.iter(|| black_box(gpu())));
    let gpu = gpu();
    let target = Target::offscreen(&gpu, SIZE);
    c.bench_function("a renderer", |b| {
        b.iter(|| black_box(Renderer::new(&gpu, target.format())));
    });
}

fn upload(c: &mut Criterion) {
    let gpu = gpu();
    let mut target = Target::offscreen(&gpu, [64, 64]);
    let mut renderer = Renderer::new(&gpu, target.format());
    let plots = [plot(
        0,
        Rect::from_min_max(pos2(8.0, 8.0), pos2(56.0, 56.0)),
    )];
    // All of it is sent, nearly none of it is in sight.
    let scenes: Vec<_> = (1..=2)
        .map(|generation| {
            let mut chunk = Chunk::clone(&chunk(1, generation, 50_000, 2, 0.5));
            for vertex in &mut chunk.vertices {
                vertex.x += 2_000.0;
            }
            let part = Part {
                chunk: Arc::new(chunk),
                stroke: SMOOTH,
            };
            scene(vec![panel(0, vec![vec![part]])])
        })
        .collect();
    let mut turn = 0;
    let mut group = c.benchmark_group("upload");
    group.throughput(Throughput::Bytes(800_000));
    group.bench_function("100,000 vertices", |b| {
        b.iter(|| {
            turn += 1;
            let report = renderer.draw(&mut target, &scenes[turn % 2], &plots, &Theme::DARK);
            gpu.wait(LIMIT).expect("the device answers");
            report
        });
    });
    group.finish();
}

/// One plot with some lines, read back.
struct OnePlot {
    lines: u64,
    times: Times,
    /// Bytes that a frame sent to the device, for all its lines.
    uploaded: u64,
}

fn one_plot(c: &mut Criterion) -> [OnePlot; 2] {
    let mut group = c.benchmark_group("one plot, 1920×1080, read back");
    let plots = [(1, "one line"), (8, "eight lines")].map(|(lines, name)| {
        let gpu = gpu();
        let mut target = Target::offscreen(&gpu, SIZE);
        let mut renderer = Renderer::new(&gpu, target.format());
        let rect = Rect::from_min_max(pos2(60.0, 20.0), pos2(1900.0, 1050.0));
        let scenes: Vec<_> = (1..=2_u64)
            .map(|generation| {
                let lines = (0..lines).map(|line| {
                    vec![Part {
                        chunk: chunk(line, generation, 1_840, 4, 0.05),
                        stroke: SMOOTH,
                    }]
                });
                scene(vec![panel(0, lines.collect())])
            })
            .collect();
        let mut picture = Picture::default();
        let mut turn = 0;
        let (mut times, mut uploaded) = (Times::default(), 0);
        group.bench_function(name, |b| {
            timed(b, &mut times, || {
                turn += 1;
                let report = renderer.draw(
                    &mut target,
                    &scenes[turn % 2],
                    &[plot(0, rect)],
                    &Theme::DARK,
                );
                target
                    .read_rgba_into(&mut picture)
                    .expect("the picture can be read");
                uploaded = report.uploaded_bytes;
            });
        });
        OnePlot {
            lines,
            times,
            uploaded,
        }
    });
    group.finish();
    plots
}

/// Gives the times of a frame in which all data is new and the chrome stands.
fn six_panels(c: &mut Criterion) -> Times {
    let gpu = gpu();
    let theme = Theme::DARK;
    let mut target = Target::offscreen(&gpu, SIZE);
    let mut renderer = Renderer::new(&gpu, target.format());
    let plots: Vec<_> = (0..)
        .zip(places())
        .map(|(id, rect)| plot(id, rect))
        .collect();
    let scenes = [dashboard(1), dashboard(2)];
    let mut group = c.benchmark_group("six panels, 1920×1080");
    let mut turn = 0;
    let mut times = Times::default();
    group.bench_function("all have new data", |b| {
        timed(b, &mut times, || {
            turn += 1;
            let report = renderer.draw(&mut target, &scenes[turn % 2], &plots, &theme);
            gpu.wait(LIMIT).expect("the device answers");
            report
        });
    });
    group.bench_function("nothing is new", |b| {
        b.iter(|| {
            let report = renderer.draw(&mut target, &scenes[0], &plots, &theme);
            gpu.wait(LIMIT).expect("the device answers");
            report
        });
    });
    group.finish();
    times
}

/// A run after so many steps, whose curves say that they are others than before.
fn run_at(step: u64) -> Arc<Scene> {
    let mut scene = scenes::run_at(step);
    let panels = scene.panels.iter_mut().map(Arc::make_mut);
    let lines = panels.flat_map(|panel| &mut panel.lines);
    for part in lines.flat_map(|line| &mut line.parts) {
        Arc::make_mut(&mut part.chunk).generation = step;
    }
    Arc::new(scene)
}

fn whole_dashboard(c: &mut Criterion) {
    let gpu = gpu();
    let mut target = Target::offscreen(&gpu, SIZE);
    let mut renderer = Renderer::new(&gpu, target.format());
    let mut dashboard = Dashboard::new(Theme::DARK);
    let runs = [1_284, 1_285].map(run_at);
    let mut turn = 0;
    let mut frame = |theme: &Theme| {
        turn += 1;
        let scene = &runs[turn % 2];
        let (chrome, plots) = chrome(&mut dashboard, scene);
        renderer.paint_chrome(chrome, theme);
        let report = renderer.draw(&mut target, scene, &plots, theme);
        gpu.wait(LIMIT).expect("the device answers");
        report
    };
    let mut group = c.benchmark_group("whole dashboard, 1920×1080, layout included");
    group.bench_function("readouts and data changed", |b| {
        b.iter(|| frame(&Theme::DARK));
    });
    group.bench_function("all of it changed", |b| {
        let mut theme = Theme::DARK;
        b.iter(|| {
            // Another background damages every pixel.
            theme.background.0 ^= 1;
            frame(&theme)
        });
    });
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(SAMPLES)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(4))
        .configure_from_args();
    construction(&mut criterion);
    upload(&mut criterion);
    let plots = one_plot(&mut criterion);
    let panels = six_panels(&mut criterion);
    whole_dashboard(&mut criterion);
    criterion.final_summary();
    if is_measured() {
        tell_targets(&plots, &panels);
    }
}

/// What was not run, as `cargo bench --bench render -- WORD` leaves out, has no line. The targets are those of a software
/// adapter: the adapter is named.
fn tell_targets(plots: &[OnePlot], panels: &Times) {
    let adapter = gpu().adapter_name().to_owned();
    let tell_time = |what: &str, times: &Times, target_ms: f64| {
        if let Some(seconds) = times.median() {
            let ms = seconds * 1e3;
            tell(
                what,
                &format!("{ms:.2} ms ({adapter})"),
                &format!("≤ {target_ms} ms"),
                ms <= target_ms,
            );
        }
    };
    for plot in plots {
        let (what, target_ms) = match plot.lines {
            1 => ("one plot 1920×1080 with read-back, one line", 5.0),
            _ => ("one plot 1920×1080 with read-back, eight lines", 12.0),
        };
        tell_time(what, &plot.times, target_ms);
    }
    for plot in plots.iter().filter(|plot| plot.uploaded > 0) {
        let kib = plot.uploaded as f64 / plot.lines as f64 / 1024.0;
        tell(
            &format!(
                "upload per frame and line, all of 1,840 columns changed, of {}",
                plot.lines
            ),
            &format!("{kib:.1} KiB"),
            "≤ 32 KiB",
            kib <= 32.0,
        );
    }
    tell_time(
        "dashboard frame 1920×1080, six panels, only data changed",
        panels,
        12.0,
    );
}
