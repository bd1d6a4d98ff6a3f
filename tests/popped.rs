//! Panels in windows of their own: what the main window leaves out, what their windows show, and what all share.

#[path = "support/bench.rs"]
mod bench;
#[path = "support/scenes.rs"]
mod scenes;

use std::sync::Arc;
use std::time::Duration;

use egui::{Event, Key, Modifiers, MouseWheelUnit, Pos2, RawInput, Rect, TouchPhase, pos2, vec2};
use egui_kittest::Node;
use egui_kittest::kittest::{Queryable, State};
use emberscope::dashboard::{Action, Dashboard, DataLayer, Layout, Model, RecordingView, Request};
use emberscope::render::{Chrome, Gpu, Renderer, Target};
use emberscope::scene::{PanelId, Theme, XRange};

use bench::Bench;

const NONE: Modifiers = Modifiers::NONE;
const CONTROL: Modifiers = Modifiers {
    ctrl: true,
    command: true,
    ..Modifiers::NONE
};

impl Bench {
    fn training() -> Self {
        let mut bench = Self::new(scenes::run_at(1284));
        bench.dashboard.set_utc_offset(0);
        bench.tick = 0.1;
        drop(bench.main());
        bench
    }

    /// The first panel's name.
    fn first(&self) -> String {
        self.scene.panels[0].name.to_string()
    }

    fn main(&mut self) -> Layout {
        let layout = self.lay_in(None, self.size);
        layout.expect("it is always there")
    }

    fn popped(&mut self, name: &str) -> Layout {
        let layout = self.lay_in(Some(name), vec2(700.0, 420.0));
        layout.expect("it has a window")
    }

    fn push(&self, event: Event) {
        self.events.lock().push(event);
    }

    fn push_key(&self, key: Key, modifiers: Modifiers) {
        self.push(Event::Key {
            key,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers,
        });
    }

    fn turn(&self, at: Pos2, notches: f32) {
        self.push(Event::PointerMoved(at));
        self.push(Event::MouseWheel {
            unit: MouseWheelUnit::Line,
            delta: vec2(0.0, notches),
            phase: TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
            modifiers: NONE,
        });
    }
}

fn panels(layout: &Layout) -> Vec<PanelId> {
    layout.plots.iter().map(|plot| plot.panel).collect()
}

fn listed(layout: &Layout) -> Vec<PanelId> {
    let mut ids: Vec<_> = layout
        .viewport
        .panels
        .iter()
        .map(|view| view.panel)
        .collect();
    ids.sort_unstable();
    ids
}

fn middle(layout: &Layout) -> Pos2 {
    let rect = layout.plots[0].rect;
    pos2(
        (rect.left + rect.right) / 2.0,
        (rect.top + rect.bottom) / 2.0,
    )
}

/// Whether the window says that to assistive technology.
fn says(bench: &Bench, layout: &mut Layout, part: &str) -> bool {
    let update = layout.platform.accesskit_update.take();
    let state = State::new(update.expect("accessibility is on"));
    let root = Node::new(state.root(), &bench.events, 1.0);
    root.query_all_by_label_contains(part).next().is_some()
}

#[test]
fn a_panel_that_is_pointed_at_gets_a_window_by_key_and_goes_back_by_the_same() {
    let mut bench = Bench::training();
    let before = bench.main();
    let (all, at) = (panels(&before), middle(&before));
    bench.push(Event::PointerMoved(at));
    bench.push_key(Key::O, NONE);
    let main = bench.main();
    let name = bench.first();
    let popped = bench.dashboard.popped().to_vec();
    assert_eq!(popped.len(), 1);
    assert_eq!(popped[0].name, name);
    assert!(popped[0].size[0] > 300.0 && popped[0].size[1] > 200.0);
    assert_eq!(panels(&main), all[1..]);

    let own = bench.popped(&name);
    assert_eq!(panels(&own), [all[0]]);
    // It fills its window.
    let rect = own.plots[0].rect;
    assert!(
        rect.right - rect.left > 500.0 && rect.bottom - rect.top > 280.0,
        "{rect:?}"
    );
    let has_data_layer = own.primitives.iter().any(|primitive| {
        matches!(&primitive.primitive, egui::epaint::Primitive::Callback(callback)
            if callback.callback.is::<DataLayer>())
    });
    assert!(has_data_layer);

    bench.push_key(Key::O, NONE);
    let back = bench.popped(&name);
    assert_eq!(back.actions, []);
    assert_eq!(bench.dashboard.popped(), []);
    assert!(bench.lay_in(Some(&name), vec2(700.0, 420.0)).is_none());
    assert_eq!(panels(&bench.main()), all);
}

#[test]
fn escape_and_ctrl_q_in_a_window_of_its_own_take_the_panel_back_and_close_nothing_else() {
    for (key, modifiers) in [(Key::Escape, NONE), (Key::Q, CONTROL)] {
        let mut bench = Bench::training();
        let name = bench.first();
        bench.dashboard.pop_out(&name);
        drop(bench.popped(&name));
        bench.push_key(key, modifiers);
        assert_eq!(bench.popped(&name).actions, []);
        assert_eq!(bench.dashboard.popped(), []);
        // In the main window it is still what it was.
        bench.push_key(Key::Q, CONTROL);
        assert_eq!(bench.main().actions, [Action::Close]);
    }
}

#[test]
fn every_layout_lists_what_all_windows_show_with_the_pixels_of_each() {
    let mut bench = Bench::training();
    let all = listed(&bench.main());
    let name = bench.first();
    bench.dashboard.pop_out(&name);
    let own = bench.popped(&name);
    assert_eq!(listed(&own), all);
    let main = bench.main();
    assert_eq!(listed(&main), all);
    assert!(main.viewport.shows_as(&bench.popped(&name).viewport));
    let view = main
        .viewport
        .panels
        .iter()
        .find(|view| view.panel == own.plots[0].panel);
    let rect = own.plots[0].rect;
    let width = view.expect("it is listed").size_px[0];
    assert!(
        (width as f32 - (rect.right - rect.left)).abs() < 1.0,
        "{width} {rect:?}"
    );
}

#[test]
fn what_a_hand_does_in_one_window_is_seen_in_all() {
    let mut bench = Bench::training();
    let name = bench.first();
    bench.dashboard.pop_out(&name);
    let before = bench.popped(&name).plots[0].bounds;
    let at = middle(&bench.popped(&name));
    bench.turn(at, 5.0);
    let zoomed = bench.popped(&name);
    let bounds = zoomed.plots[0].bounds;
    assert!(bounds.x.span() < before.x.span() * 0.6);
    let main = bench.main();
    for plot in &main.plots {
        assert_eq!(plot.bounds.x, bounds.x);
    }
    for view in &main.viewport.panels {
        assert_eq!(view.x, XRange::Part(bounds.x));
    }
    // Keys, too: the theme is one.
    bench.push_key(Key::T, NONE);
    let own = bench.popped(&name);
    assert_eq!(own.actions, [Action::ToggleTheme]);
    assert!(!own.theme.is_dark && !bench.main().theme.is_dark);
    bench.push_key(Key::Num0, NONE);
    drop(bench.main());
    assert_eq!(bench.popped(&name).plots[0].bounds.x, before.x);
}

#[test]
fn windows_that_nothing_happens_in_stay_as_they_are() {
    let mut bench = Bench::training();
    let name = bench.first();
    bench.dashboard.pop_out(&name);
    // The pointer is in one of them, then in the other.
    let at = middle(&bench.popped(&name));
    bench.push(Event::PointerMoved(at));
    drop(bench.popped(&name));
    let mut viewport = bench.main().viewport;
    for _ in 0..3 {
        let own = bench.popped(&name);
        assert!(!own.is_changed);
        assert_eq!(own.viewport, viewport);
        let main = bench.main();
        assert!(!main.is_changed);
        assert_eq!(main.viewport, viewport);
        viewport = main.viewport;
    }
    bench.push(Event::PointerGone);
    drop(bench.popped(&name));
    drop(bench.main());
    assert!(!bench.popped(&name).is_changed);
}

#[test]
fn where_all_panels_are_away_the_main_window_says_so_and_takes_them_back() {
    let mut bench = Bench::training();
    let names: Vec<_> = bench
        .scene
        .panels
        .iter()
        .map(|panel| panel.name.to_string())
        .collect();
    for name in &names {
        bench.dashboard.pop_out(name);
    }
    drop(bench.main());
    let mut main = bench.main();
    assert_eq!(main.plots, []);
    let text = format!("{} panels in windows of their own", names.len());
    assert!(says(&bench, &mut main, &text));
    // There is nothing to point at.
    bench.push_key(Key::O, NONE);
    drop(bench.main());
    assert_eq!(bench.dashboard.popped().len(), names.len());
    for _ in 1..names.len() {
        bench.push_key(Key::Escape, NONE);
        let name = bench.dashboard.popped()[0].name.clone();
        drop(bench.popped(&name));
    }
    let main = bench.main();
    assert_eq!(panels(&main).len(), names.len() - 1);
}

#[test]
fn the_note_that_all_are_away_brings_them_back_when_it_is_clicked() {
    let mut bench = Bench::training();
    let panel = bench.scene.panels[0].clone();
    bench.scene.panels = vec![panel];
    let name = bench.first();
    bench.dashboard.pop_out(&name);
    let mut main = bench.main();
    assert!(says(&bench, &mut main, "1 panel in a window of its own"));
    let log = vec2(320.0, 0.0);
    let at = ((bench.size + vec2(240.0, 91.0 - 28.0) - log) / 2.0).to_pos2();
    for pressed in [true, false] {
        bench.push(Event::PointerMoved(at));
        bench.push(Event::PointerButton {
            pos: at,
            button: egui::PointerButton::Primary,
            pressed,
            modifiers: NONE,
        });
        drop(bench.main());
    }
    assert_eq!(bench.dashboard.popped(), []);
    assert_eq!(bench.main().plots.len(), 1);
}

#[test]
fn the_help_opens_where_it_is_asked_for_and_escape_closes_it_first() {
    let mut bench = Bench::training();
    let name = bench.first();
    bench.dashboard.pop_out(&name);
    let context = bench
        .dashboard
        .popped_context(&name)
        .expect("it has a window");
    context.enable_accesskit();
    drop(bench.popped(&name));
    bench.push_key(Key::F1, NONE);
    let mut own = bench.popped(&name);
    assert!(says(&bench, &mut own, "Ctrl+Q"));
    let mut main = bench.main();
    assert!(!says(&bench, &mut main, "Ctrl+Q"));
    bench.push_key(Key::Escape, NONE);
    let mut own = bench.popped(&name);
    assert!(!says(&bench, &mut own, "Ctrl+Q"));
    assert_eq!(bench.dashboard.popped().len(), 1);
}

#[test]
fn while_the_closing_question_is_open_keys_in_other_windows_answer_nothing() {
    let mut bench = Bench::training();
    let name = bench.first();
    bench.dashboard.pop_out(&name);
    drop(bench.popped(&name));
    bench.closing = true;
    for key in [Key::Enter, Key::F, Key::Escape, Key::O] {
        bench.push_key(key, NONE);
        assert_eq!(bench.popped(&name).actions, []);
    }
    assert_eq!(bench.dashboard.popped().len(), 1);
}

#[test]
fn a_panel_that_the_run_does_not_have_keeps_its_window_and_may_come_later() {
    let mut bench = Bench::training();
    bench.dashboard.pop_out("perplexity");
    bench.dashboard.pop_out("perplexity");
    assert_eq!(bench.dashboard.popped().len(), 1);
    let context = bench.dashboard.popped_context("perplexity");
    context.expect("it has a window").enable_accesskit();
    let mut own = bench.popped("perplexity");
    assert_eq!(own.plots, []);
    assert!(says(&bench, &mut own, "no series of this panel"));
    Arc::make_mut(&mut bench.scene.panels[0]).name = "perplexity".into();
    assert_eq!(bench.popped("perplexity").plots.len(), 1);
    bench
        .dashboard
        .place_popped("perplexity", [900.0, 500.0], Some([40, -7]));
    bench
        .dashboard
        .place_popped("perplexity", [910.0, 500.0], None);
    let panel = &bench.dashboard.popped()[0];
    assert_eq!(
        (panel.size, panel.position),
        ([910.0, 500.0], Some([40, -7]))
    );
    bench.dashboard.pop_in("perplexity");
    bench.dashboard.pop_in("perplexity");
    assert_eq!(bench.dashboard.popped(), []);
}

#[test]
fn a_window_of_any_size_holds_what_it_can() {
    let mut bench = Bench::training();
    let name = bench.first();
    bench.dashboard.pop_out(&name);
    for size in [
        (0.0, 0.0),
        (1.0, 1.0),
        (3.0, 900.0),
        (1500.0, 2.0),
        (60.0, 60.0),
        (5000.0, 3000.0),
    ] {
        let size = vec2(size.0, size.1);
        let layout = bench.lay_in(Some(&name), size).expect("it has a window");
        for plot in &layout.plots {
            assert!(plot.rect.left >= 0.0 && plot.rect.right <= size.x);
            assert!(plot.rect.top >= 0.0 && plot.rect.bottom <= size.y);
        }
    }
}

/// Pictures to be looked at.
#[test]
#[ignore = "writes pictures and compares nothing"]
fn look_at_a_popped_out_panel() {
    let gpu = Gpu::software().expect("these pictures need a software adapter");
    for (name, theme, size) in [
        ("popped-dark", Theme::DARK, [760, 480]),
        ("popped-light", Theme::LIGHT, [760, 480]),
        ("popped-small", Theme::DARK, [320, 240]),
        ("popped-away", Theme::DARK, [1280, 720]),
    ] {
        let mut dashboard = Dashboard::new(theme);
        let mut scene = scenes::run_at(1284);
        let panel = scene.panels[0].name.to_string();
        dashboard.pop_out(&panel);
        let frames = scenes::frames(false);
        if name == "popped-away" {
            scene.panels.truncate(1);
        }
        let model = Model {
            scene: &scene,
            frames: &frames,
            adapter: "llvmpipe",
            is_software: false,
            recording: &RecordingView::Off,
            skipped_scenes: 0,
            request: Request::default(),
            closing: false,
            notices: &[],
            offers: &[],
            data_interval: Duration::from_millis(250),
        };
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(
                Pos2::ZERO,
                vec2(size[0] as f32, size[1] as f32),
            )),
            ..RawInput::default()
        };
        let layout = if name == "popped-away" {
            dashboard.layout(&model, input)
        } else {
            let layout = dashboard.layout_popped(&panel, &model, input);
            layout.expect("it has a window")
        };
        let mut target = Target::offscreen(&gpu, size);
        let mut renderer = Renderer::new(&gpu, target.format());
        let chrome = Chrome {
            primitives: layout.primitives,
            textures: layout.textures,
            size_px: size,
            pixels_per_point: layout.pixels_per_point,
        };
        renderer.paint_chrome(chrome, &layout.theme);
        let (plots, theme) = (&layout.plots, &layout.theme);
        let scene = Arc::new(scene.clone());
        renderer.draw(&mut target, &scene, plots, theme);
        let picture = target.read_rgba().expect("it is read back");
        let folder = std::path::Path::new("target/look");
        std::fs::create_dir_all(folder).expect("a folder can be made");
        let path = folder.join(format!("{name}.png"));
        picture.save_png(&path).expect("it can be written");
    }
}
