//! Panels of few and of many points and series, from the store to the picture: 10, 10³ and 10⁷ points with 1, 8 and 200
//! series. Where 10⁷ points would not fit beside each other 200 times they are shared among the series.

#[path = "support/references.rs"]
mod references;

use std::sync::Arc;

use egui::{Event, Key, Modifiers, Pos2, RawInput, Rect, pos2, vec2};
use emberscope::dashboard::{Dashboard, FrameStats, Model, RecordingView, Request};
use emberscope::message::{Batch, Message, Point, RunId, RunInfo, Series, SeriesId};
use emberscope::refiner::Store;
use emberscope::render::{Chrome, Gpu, Picture, Renderer, Target};
use emberscope::scene::{
    Bounds, PanelId, PanelView, Plot, PlotRect, Range, Rgb, Scene, Selection, Smoothing, Theme,
    Viewport, XRange,
};
use references::{check, gpu};

const SIZE: [u32; 2] = [600, 360];
/// Series that somebody has put into one panel.
const LAYERS: [&str; 6] = [
    "layer/a", "layer/b", "layer/c", "layer/d", "layer/e", "layer/f",
];

/// Noise between −1 and 1, the same everywhere.
fn noise(seed: u64) -> f32 {
    let mut mixed = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let high = u16::try_from((mixed ^ mixed >> 27) >> 48).expect("16 bits");
    f32::from(high) / 32_767.5 - 1.0
}

/// A loss as runs of one sweep have it: each falls to a level of its own.
fn loss(series: u32, share: f32, step: u64) -> f32 {
    let level = 0.3 + 0.25 * noise(u64::from(series) + 77);
    let pace = 5.0 + 3.0 * noise(u64::from(series) + 991);
    let fall = (-share * pace).exp();
    let rough = 0.08 * noise(u64::from(series) << 40 | step);
    (level + 2.0 * fall) * (1.0 + rough)
}

/// A sweep of so many runs with so many points each.
fn store(series: u32, points: u64) -> Store {
    let mut store = Store::default();
    for run in 0..series {
        let mut batch = Batch::new(RunId(run));
        batch.push_message(Message::Start(Box::new(RunInfo {
            name: format!("sweep-{}", run + 1),
            ..RunInfo::default()
        })));
        batch.push_message(Message::Declare(SeriesId(0), Series::scalar("loss/train")));
        batch.extend_points((0..points).map(|step| Point {
            series: SeriesId(0),
            value: loss(run, step as f32 / points as f32, step),
            step,
        }));
        store.ingest(&batch);
    }
    store.close();
    store
}

/// Draws a store as a window would: laid out, shown as it was laid out, drawn.
fn draw(
    gpu: &Gpu,
    store: &mut Store,
    theme: Theme,
    smoothing: Smoothing,
    hand: &[Event],
) -> Picture {
    draw_sized(gpu, store, theme, smoothing, hand, SIZE)
}

fn draw_sized(
    gpu: &Gpu,
    store: &mut Store,
    theme: Theme,
    smoothing: Smoothing,
    hand: &[Event],
    size_px: [u32; 2],
) -> Picture {
    let mut target = Target::offscreen(gpu, size_px);
    let mut renderer = Renderer::new(gpu, target.format());
    let mut dashboard = Dashboard::new(theme);
    dashboard.set_utc_offset(0);
    dashboard.set_smoothing(smoothing);
    let mut scene = Arc::new(Scene::default());
    let mut plots = Vec::new();
    for round in 0..5 {
        scene = if round == 0 {
            scene
        } else {
            Arc::new(Scene {
                // A clock that runs is no part of these pictures.
                run: emberscope::scene::RunView::default(),
                ..store.scene(round, 0)
            })
        };
        let model = Model {
            scene: &scene,
            frames: &FrameStats::default(),
            adapter: "llvmpipe",
            is_software: true,
            recording: &RecordingView::Off,
            skipped_scenes: 0,
            request: Request::default(),
            closing: false,
            notices: &[],
            offers: &[],
            data_interval: std::time::Duration::ZERO,
        };
        let [width, height] = size_px.map(|length| length as f32);
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(width, height))),
            events: if round == 2 {
                hand.to_vec()
            } else {
                Vec::new()
            },
            ..RawInput::default()
        };
        let layout = dashboard.layout(&model, input);
        let moved = LAYERS.map(|name| (name.into(), "layer".into()));
        store.show(Viewport {
            selection: Arc::new(Selection {
                panels: moved.into(),
                ..Selection::default()
            }),
            ..layout.viewport
        });
        plots = layout.plots;
        let chrome = Chrome {
            primitives: layout.primitives,
            textures: layout.textures,
            size_px,
            pixels_per_point: layout.pixels_per_point,
        };
        renderer.paint_chrome(chrome, &theme);
    }
    while renderer
        .draw(&mut target, &scene, &plots, &theme)
        .is_pending
    {}
    target.read_rgba().expect("what was drawn can be read back")
}

#[test]
fn few_and_many_points_and_series_look_as_they_did() {
    let gpu = gpu();
    for series in [1, 8, 200] {
        for points in [10, 1_000, 10_000_000] {
            let each = if points > 1_000 {
                points / u64::from(series)
            } else {
                points
            };
            let mut store = store(series, each);
            let theme = if series == 8 {
                Theme::LIGHT
            } else {
                Theme::DARK
            };
            let name = format!("scale-{points}-points-{series}-series");
            check(&name, &draw(&gpu, &mut store, theme, Smoothing::USUAL, &[]));
        }
    }
}

/// Until columns are made anew for where a hand went, those that stand are drawn there.
#[test]
fn nothing_is_missing_while_a_hand_moves_the_picture() {
    let gpu = gpu();
    let mut store = store(1, 1_000_000);
    let [width, height] = SIZE;
    let part = Range::new(400_000.0, 410_000.0);
    let size_px = [width, height];
    store.show(Viewport {
        panels: vec![PanelView {
            x: XRange::Part(part),
            ..PanelView::all(PanelId(0), size_px)
        }],
        ..Viewport::default()
    });
    let scene = Arc::new(store.scene(1, 0));
    let fit = scene.panels[0].fit.expect("there are points");
    let mut target = Target::offscreen(&gpu, SIZE);
    let mut renderer = Renderer::new(&gpu, target.format());
    for x in [
        part,
        // A little, a lot, very far; out, all, and in.
        Range::new(400_900.0, 410_900.0),
        Range::new(404_000.0, 414_000.0),
        Range::new(800_000.0, 810_000.0),
        Range::new(300_000.0, 510_000.0),
        Range::new(0.0, 999_999.0),
        Range::new(405_000.0, 405_050.0),
    ] {
        let plot = Plot {
            panel: PanelId(0),
            rect: PlotRect {
                left: 0.0,
                top: 0.0,
                right: width as f32,
                bottom: height as f32,
            },
            bounds: Bounds { x, ..fit },
            highlight: None,
        };
        renderer.draw(&mut target, &scene, &[plot], &Theme::DARK);
        let picture = target.read_rgba().expect("what was drawn can be read back");
        let ground = Theme::DARK.background;
        for column in 0..width {
            let is_ink = |row| {
                let [red, green, blue, _] = picture.pixel(column, row);
                Rgb(red, green, blue) != ground
            };
            assert!((0..height).any(is_ink), "nothing at {column} of {x:?}");
        }
    }
}

#[test]
fn the_line_under_the_pointer_stands_out_among_two_hundred() {
    let gpu = gpu();
    let mut store = store(200, 1_000);
    let hand = [Event::PointerMoved(pos2(400.0, 227.0))];
    check(
        "scale-highlight",
        &draw(&gpu, &mut store, Theme::DARK, Smoothing::USUAL, &hand),
    );
}

/// Where points are many, the faint line behind a smoothed one is the envelope of all of them.
#[test]
fn a_smoothed_line_has_its_envelope_behind_it_on_any_axis() {
    let gpu = gpu();
    let mut store = store(2, 1_000_000);
    let smoothing = Smoothing::Ema { weight: 0.999 };
    let key = |key, modifiers| Event::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers,
    };
    let all = draw(&gpu, &mut store, Theme::DARK, smoothing, &[]);
    check("scale-envelope", &all);
    let hand = [key(Key::X, Modifiers::SHIFT), key(Key::G, Modifiers::NONE)];
    let logarithmic = draw(&gpu, &mut store, Theme::LIGHT, smoothing, &hand);
    check("scale-logarithmic", &logarithmic);
}

/// Runs that have these series.
fn store_of(runs: u32, series: &[&str], points: u64) -> Store {
    let mut store = Store::default();
    for run in 0..runs {
        let mut batch = Batch::new(RunId(run));
        batch.push_message(Message::Start(Box::new(RunInfo {
            name: format!("sweep-{}", run + 1),
            ..RunInfo::default()
        })));
        for (id, name) in (0..).zip(series) {
            let is_held_out = name.ends_with("valid");
            let every = if is_held_out { points / 40 } else { 1 };
            batch.push_message(Message::Declare(SeriesId(id), Series::scalar(name)));
            let steps = (0..points).filter(|step| step % every == 0);
            batch.extend_points(steps.map(|step| Point {
                series: SeriesId(id),
                value: loss(run * 16 + id, step as f32 / points as f32, step),
                step,
            }));
        }
        store.ingest(&batch);
    }
    store.close();
    store
}

/// A theme in which all lines have the colour of text.
fn colorless() -> Theme {
    Theme {
        series: [Theme::LIGHT.text; Theme::LIGHT.series.len()],
        ..Theme::LIGHT
    }
}

#[test]
fn series_of_a_panel_are_told_apart_without_their_colours() {
    let gpu = gpu();
    let mut store = store_of(1, &LAYERS, 400);
    let smoothing = Smoothing::Ema { weight: 0.9 };
    let size_px = [1000, 420];
    let colored = draw_sized(&gpu, &mut store, Theme::DARK, smoothing, &[], size_px);
    check("dashes-series", &colored);
    let as_reported = draw_sized(&gpu, &mut store, colorless(), Smoothing::NONE, &[], size_px);
    check("dashes-as-reported", &as_reported);
}

#[test]
fn runs_and_splits_are_told_apart_without_their_colours() {
    let gpu = gpu();
    let mut store = store_of(3, &["loss/train", "loss/valid"], 400);
    let hand = [Event::PointerMoved(pos2(620.0, 300.0))];
    let smoothing = Smoothing::Ema { weight: 0.9 };
    let runs = draw_sized(&gpu, &mut store, colorless(), smoothing, &hand, [1000, 420]);
    check("dashes-runs", &runs);
}
