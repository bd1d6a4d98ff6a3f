//! The whole dashboard, drawn: compared with reference pictures, and to be looked at.

#[path = "support/references.rs"]
mod references;
#[path = "support/scenes.rs"]
mod scenes;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use egui::{Key, Modifiers, Pos2, RawInput, Rect, pos2, vec2};
use emberscope::dashboard::{Dashboard, Model, Offer, RecordingView, Request};
use emberscope::message::{Command, Kind, LearningRate, Reply, Split};
use emberscope::render::{Chrome, Gpu, Picture, Renderer, Target};
use emberscope::scene::{RunState, Scene, Theme};
use references::{check, gpu};

/// A dashboard about to be drawn.
struct Shot {
    name: &'static str,
    scene: Scene,
    size: [u32; 2],
    scale: f32,
    theme: Theme,
    closing: bool,
    is_software: bool,
    recording: RecordingView,
    request: Request,
    pointer: Option<Pos2>,
    /// What a person did before, layout by layout.
    events: Vec<Vec<egui::Event>>,
    /// What comes after the pointer is there.
    then: Vec<egui::Event>,
    /// The experiments that can be started.
    offers: Vec<Offer>,
    /// What is pressed, and then what is written.
    pressed: Option<(Key, Modifiers)>,
    written: &'static str,
    zoom: f32,
    /// What was shown until then.
    before: Option<Scene>,
}

impl Shot {
    fn new(name: &'static str, size: [u32; 2], theme: Theme) -> Self {
        Self {
            name,
            scene: scenes::run_at(1284),
            size,
            scale: 1.0,
            theme,
            closing: false,
            is_software: false,
            recording: RecordingView::On {
                path: "runs/digits-cnn-3".into(),
                bytes: 1_200_000,
            },
            request: Request::default(),
            pointer: None,
            events: Vec::new(),
            then: Vec::new(),
            offers: Vec::new(),
            pressed: None,
            written: "",
            zoom: 1.0,
            before: None,
        }
    }

    /// The pointer at a place in the first plot, and what is read there.
    fn reading(name: &'static str, size: [u32; 2], theme: Theme, at: [f32; 2], step: f64) -> Self {
        let mut shot = Self::new(name, size, theme);
        scenes::read(&mut shot.scene, Some(step), &[]);
        shot.pointer = Some(pos2(at[0], at[1]));
        shot
    }

    /// A key pressed.
    fn press(mut self, key: Key) -> Self {
        self.then.push(egui::Event::Key {
            key,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers: Modifiers::NONE,
        });
        self
    }

    fn draw(self, gpu: &Gpu) -> Picture {
        let mut target = Target::offscreen(gpu, self.size);
        let mut renderer = Renderer::new(gpu, target.format());
        let mut dashboard = Dashboard::new(self.theme);
        dashboard.set_utc_offset(0);
        let frames = scenes::frames(self.is_software);
        let model = Model {
            scene: &self.scene,
            frames: &frames,
            adapter: if self.is_software {
                "llvmpipe (LLVM 15.0.6, 256 bits)"
            } else {
                "NVIDIA RTX 4090"
            },
            is_software: self.is_software,
            recording: &self.recording,
            skipped_scenes: 12,
            request: self.request,
            closing: self.closing,
            notices: &[],
            offers: &self.offers,
            data_interval: Duration::ZERO,
        };
        dashboard.set_zoom(self.zoom);
        let points = |length| length as f32 / (self.scale * self.zoom);
        let [width, height] = self.size.map(points);
        let mut input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(width, height))),
            max_texture_side: Some(4096),
            focused: true,
            ..RawInput::default()
        };
        let viewport = input.viewports.entry(input.viewport_id).or_default();
        viewport.native_pixels_per_point = Some(self.scale);
        let batches = self.events.into_iter().map(Some);
        for events in batches.chain(self.pointer.map(|_| None)) {
            let mut input = input.clone();
            input.events = events.unwrap_or_default();
            let layout = dashboard.layout(&model, input);
            let chrome = Chrome {
                primitives: layout.primitives,
                textures: layout.textures,
                size_px: self.size,
                pixels_per_point: layout.pixels_per_point,
            };
            renderer.paint_chrome(chrome, &self.theme);
        }
        let before = Model {
            scene: self.before.as_ref().unwrap_or(&self.scene),
            ..model
        };
        let pointer = self.pointer.map(egui::Event::PointerMoved);
        let mut then: Vec<_> = pointer.into_iter().chain(self.then).collect();
        then.extend(self.pressed.map(|(key, modifiers)| egui::Event::Key {
            key,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers,
        }));
        if !self.written.is_empty() {
            then.push(egui::Event::Text(self.written.into()));
        }
        for event in then {
            input.events.push(event);
            let layout = dashboard.layout(&before, input.clone());
            let chrome = Chrome {
                primitives: layout.primitives,
                textures: layout.textures,
                size_px: self.size,
                pixels_per_point: layout.pixels_per_point,
            };
            renderer.paint_chrome(chrome, &self.theme);
            input.events.clear();
        }
        let layout = dashboard.layout(&model, input);
        let plots = layout.plots;
        let chrome = Chrome {
            primitives: layout.primitives,
            textures: layout.textures,
            size_px: self.size,
            pixels_per_point: layout.pixels_per_point,
        };
        renderer.paint_chrome(chrome, &self.theme);
        let scene = Arc::new(self.scene);
        while renderer
            .draw(&mut target, &scene, &plots, &self.theme)
            .is_pending
        {}
        target.read_rgba().expect("what was drawn can be read back")
    }
}

const CONTROL: Modifiers = Modifiers {
    ctrl: true,
    command: true,
    ..Modifiers::NONE
};

/// A shot in which step 200 was pinned before.
fn compared(mut shot: Shot) -> Shot {
    let mut before = shot.scene.clone();
    scenes::read(&mut before, Some(200.0), &[]);
    shot.before = Some(before);
    scenes::read(&mut shot.scene, Some(640.0), &[200]);
    shot.press(Key::P)
}

/// The shots that are compared: no curves, which have references of their own, and every part of the chrome.
fn references() -> Vec<Shot> {
    let mut wide = Shot::new("dashboard-dark", [1120, 640], Theme::DARK);
    scenes::add_empty(&mut wide.scene, "Broken", Split::None, 7);
    let mut narrow = Shot::new("dashboard-light", [820, 480], Theme::LIGHT);
    narrow.scene.run.state = RunState::Paused;
    narrow.request.is_pausing = true;
    // On the stop button, for its tooltip.
    narrow.pointer = Some(pos2(698.0, 24.0));
    let mut failed = Shot {
        is_software: true,
        recording: RecordingView::Failing {
            path: "runs/digits-cnn-3".into(),
            error: "No space left on device (os error 28)".into(),
            lost_points: 1200,
        },
        ..Shot::new("dashboard-failed", [640, 400], Theme::DARK)
    };
    failed.scene.run.state = RunState::Failed("shape mismatch: got [64, 8, 8]".into());
    let closing = Shot {
        closing: true,
        scene: scenes::run_at(0),
        scale: 1.5,
        ..Shot::new("dashboard-closing", [900, 600], Theme::LIGHT)
    };
    let crosshair = compared(Shot::reading(
        "crosshair",
        [1120, 640],
        Theme::DARK,
        [560.0, 170.0],
        640.0,
    ));
    let mut statistics = Shot::new("statistics", [820, 860], Theme::LIGHT).press(Key::V);
    scenes::tell_statistics(&mut statistics.scene);
    let contrast = Shot {
        pressed: Some((Key::J, Modifiers::NONE)),
        ..Shot::new("dashboard-high-contrast", [1120, 640], Theme::HIGH_CONTRAST)
    };
    let palette = Shot {
        pressed: Some((Key::K, CONTROL)),
        written: "lo",
        ..Shot::new("dashboard-palette", [820, 480], Theme::DARK)
    };
    let mut marks = Shot::new("marks", [820, 480], Theme::LIGHT);
    scenes::steer(&mut marks.scene);
    let mut new_run = Shot {
        pressed: Some((Key::N, CONTROL)),
        offers: scenes::offers(),
        ..Shot::new("new-run", [1000, 720], Theme::LIGHT)
    };
    scenes::sweep(&mut new_run.scene);
    let mut table = Shot {
        pressed: Some((Key::R, Modifiers::SHIFT)),
        ..Shot::new("runs-table", [1120, 480], Theme::DARK)
    };
    scenes::sweep(&mut table.scene);
    let mut shots = vec![
        wide, narrow, failed, closing, crosshair, statistics, contrast, palette, marks, new_run,
        table,
    ];
    for shot in &mut shots {
        for line in shot
            .scene
            .panels
            .iter_mut()
            .map(Arc::make_mut)
            .flat_map(|panel| &mut panel.lines)
        {
            line.parts.clear();
        }
    }
    shots
}

#[test]
fn the_dashboard_looks_as_it_did() {
    let gpu = gpu();
    for shot in references() {
        let name = shot.name;
        check(name, &shot.draw(&gpu));
    }
}

#[test]
fn curves_lie_under_the_closing_question() {
    let gpu = gpu();
    let shot = |closing| Shot {
        closing,
        ..Shot::new("", [640, 400], Theme::DARK)
    };
    let (open, asked) = (shot(false).draw(&gpu), shot(true).draw(&gpu));
    let embers = |picture: &Picture| {
        // Beside the dialog, below the legend: curves alone are of that colour there, and a question dims them.
        let is_ember = |x, y| {
            let [r, g, b, _] = picture.pixel(x, y);
            r > 200 && (90..200).contains(&g) && b < 120
        };
        (70..110)
            .flat_map(|x| (140..330).map(move |y| (x, y)))
            .filter(|(x, y)| is_ember(*x, *y))
            .count()
    };
    assert!(embers(&open) > 40, "{}", embers(&open));
    assert_eq!(embers(&asked), 0);
}

/// Writes the states and sizes that matter, in both themes, below `target/look/`.
#[test]
#[ignore = "for the eye: cargo test --test dashboard_pictures -- --ignored"]
fn pictures_to_be_looked_at() {
    let gpu = gpu();
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/look");
    std::fs::create_dir_all(&directory).expect("target/ can be written");
    for (theme, suffix) in [
        (Theme::DARK, "dark"),
        (Theme::LIGHT, "light"),
        (Theme::HIGH_CONTRAST, "high-dark"),
        (Theme::HIGH_CONTRAST_LIGHT, "high-light"),
    ] {
        for shot in shots(theme) {
            let path = directory.join(format!("{}-{suffix}.png", shot.name));
            shot.draw(&gpu).save_png(path).expect("it can be written");
        }
    }
}

/// A text as a keyboard gives it; a single letter is a key too.
fn typed(text: &str) -> Vec<egui::Event> {
    let key = |pressed| {
        Key::from_name(&text.to_uppercase()).map(|key| egui::Event::Key {
            key,
            physical_key: None,
            pressed,
            repeat: false,
            modifiers: Modifiers::NONE,
        })
    };
    let mut events: Vec<_> = key(true).into_iter().collect();
    events.push(egui::Event::Text(text.to_owned()));
    events.extend(key(false));
    events
}

fn press(key: Key, modifiers: Modifiers) -> Vec<egui::Event> {
    let key = |pressed| egui::Event::Key {
        key,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers,
    };
    vec![key(true), key(false)]
}

fn clicked(at: Pos2, button: egui::PointerButton) -> Vec<egui::Event> {
    let held = |pressed| egui::Event::PointerButton {
        pos: at,
        button,
        pressed,
        modifiers: Modifiers::NONE,
    };
    vec![egui::Event::PointerMoved(at), held(true), held(false)]
}

fn shots(theme: Theme) -> Vec<Shot> {
    let hd = [1280, 720];
    let mut failed = Shot::new("failed", hd, theme);
    failed.scene.run.state = RunState::Failed(
        "thread 'worker' panicked at src/model.rs:41:9:\nshape mismatch: got [64, 8, 8]".into(),
    );
    failed.recording = RecordingView::Failing {
        path: "runs/digits-cnn-3".into(),
        error: "No space left on device (os error 28)".into(),
        lost_points: 1200,
    };
    scenes::add_empty(&mut failed.scene, "Broken", Split::None, 7);
    scenes::add_series(&mut failed.scene, 200);

    let mut paused = Shot::new("paused", [1000, 700], theme);
    paused.scene.run.state = RunState::Paused;
    paused.request.is_pausing = true;
    paused.pointer = Some(pos2(830.0, 24.0));

    let mut long = Shot::new("long", [760, 560], theme);
    let mut info = (*long.scene.run.info).clone();
    info.name = "a-very-long-run-name-that-somebody-chose-because-they-could".into();
    long.scene.run.info = Arc::new(info);
    let title = "a very long title of a panel that has no end";
    scenes::add_empty(&mut long.scene, title, Split::Valid, 0);

    let mut bulk = Shot::new("bulk", hd, theme);
    for (name, kind, reported) in [
        ("weights/layer 1", Kind::Histogram, 1_284),
        ("weights/layer 2", Kind::Histogram, 1),
        ("samples/worst of the validation", Kind::Image, 24),
        ("samples/embedding", Kind::Points, 3),
        ("samples/confusion", Kind::Confusion, 12),
        ("generated", Kind::Text, 0),
    ] {
        scenes::add_bulk(&mut bulk.scene, name, kind, reported, reported.min(20));
    }
    bulk.pointer = Some(pos2(100.0, 480.0));

    let mut many = Shot::new("many", hd, theme);
    scenes::add_series(&mut many.scene, 10_000);
    many.events = vec![typed("/"), typed("layer 99")];
    let name = "a/series whose name goes on and on and never seems to find its end";
    Arc::make_mut(&mut many.scene.series)[1].label = name.into();
    let mut nothing = Shot::new("nothing", [820, 480], theme);
    nothing.events = vec![typed("/"), typed("no such series")];
    let mut menu = Shot::new("menu", hd, theme);
    menu.events = vec![
        Vec::new(),
        clicked(pos2(100.0, 262.0), egui::PointerButton::Secondary),
    ];
    let mut hidden = Shot::new("hidden", hd, theme);
    hidden.events = vec![
        Vec::new(),
        clicked(pos2(100.0, 262.0), egui::PointerButton::Primary),
        vec![egui::Event::PointerMoved(pos2(120.0, 350.0))],
    ];
    let mut overlay = Shot::new("overlay", [480, 400], theme);
    overlay.events = vec![typed("b")];
    let mut runs = Shot::new("runs", hd, theme);
    scenes::add_run(&mut runs.scene, "digits-mlp");

    let mut steered = Shot::reading("steered", [1280, 800], theme, [620.0, 260.0], 571.0);
    scenes::steer(&mut steered.scene);
    let mut steered_large = Shot::new("steered-2", [2560, 1600], theme);
    steered_large.scale = 2.0;
    scenes::steer(&mut steered_large.scene);
    let mut answered = Shot::new("answered", [1280, 800], theme);
    let half = Command::LearningRate(LearningRate::Scaled(0.5));
    for (command, reply) in [
        (half, Reply::done()),
        (
            Command::Checkpoint,
            Reply::Refused("no space left in runs/digits-cnn-3".into()),
        ),
    ] {
        scenes::tell_answer(&mut answered.scene, 1, scenes::answer(command, 1284, reply));
    }
    scenes::steer(&mut answered.scene);
    answered.before = Some(scenes::run_at(1284));
    answered.then = vec![egui::Event::PointerGone];
    let mut waiting = Shot::new("waiting", [1280, 800], theme);
    waiting.events = vec![typed("e")];
    let mut rate = Shot::new("learning-rate", [1000, 640], theme);
    rate.events = vec![
        typed("r"),
        clicked(pos2(380.0, 331.0), egui::PointerButton::Primary),
    ];
    let mut asking = Shot::new("more", [1000, 640], theme);
    asking.events = vec![
        Vec::new(),
        clicked(pos2(902.0, 24.0), egui::PointerButton::Primary),
    ];
    let mut new_run = Shot {
        offers: scenes::offers(),
        pressed: Some((Key::N, CONTROL)),
        ..Shot::new("new-run", hd, theme)
    };
    scenes::sweep(&mut new_run.scene);
    let refused = Shot {
        offers: scenes::offers(),
        events: vec![
            press(Key::N, CONTROL),
            // From the list to the second field, and all that is in it written over.
            press(Key::Tab, Modifiers::NONE),
            press(Key::Tab, Modifiers::NONE),
            press(Key::A, CONTROL),
            vec![egui::Event::Text("99999999".into())],
        ],
        ..Shot::new("new-run-refused", hd, theme)
    };
    let first = Shot {
        offers: scenes::offers(),
        pressed: Some((Key::N, CONTROL)),
        scene: Scene::default(),
        ..Shot::new("new-run-first", [760, 520], theme)
    };
    let mut table = Shot {
        offers: scenes::offers(),
        pressed: Some((Key::R, Modifiers::SHIFT)),
        ..Shot::new("runs-table", hd, theme)
    };
    scenes::sweep(&mut table.scene);
    let mut small_table = Shot {
        pressed: Some((Key::R, Modifiers::SHIFT)),
        ..Shot::new("runs-table-small", [640, 400], theme)
    };
    scenes::sweep(&mut small_table.scene);

    let mut symlog = Shot::new("symlog", hd, theme);
    scenes::add_symlog(&mut symlog.scene);

    let read = |name, size| Shot::reading(name, size, theme, [620.0, 260.0], 640.0);
    let compared = compared(read("compared", [1280, 800]));
    let mut boxed = read("boxed", [1280, 800]);
    boxed.then = vec![
        egui::Event::ModifiersChanged(Modifiers::SHIFT),
        egui::Event::PointerButton {
            pos: pos2(420.0, 220.0),
            button: egui::PointerButton::Primary,
            pressed: true,
            modifiers: Modifiers::SHIFT,
        },
        egui::Event::PointerMoved(pos2(480.0, 260.0)),
        egui::Event::PointerMoved(pos2(540.0, 330.0)),
    ];
    let mut statistics = Shot::new("statistics", [1280, 800], theme).press(Key::V);
    scenes::tell_statistics(&mut statistics.scene);

    vec![
        steered,
        steered_large,
        answered,
        waiting,
        rate,
        asking,
        read("crosshair", [1280, 800]),
        Shot::reading("crosshair-small", [640, 400], theme, [400.0, 200.0], 640.0),
        compared,
        boxed,
        statistics,
        Shot::new("target", [1600, 1000], theme),
        Shot::new("hd", hd, theme),
        Shot::new("full", [1920, 1080], theme),
        Shot::new("small", [640, 400], theme),
        Shot::new("narrow", [420, 700], theme),
        Shot {
            scale: 2.0,
            ..Shot::new("hd-2", [2560, 1440], theme)
        },
        Shot {
            scale: 1.5,
            ..Shot::new("hd-1.5", [1920, 1080], theme)
        },
        Shot {
            closing: true,
            ..Shot::new("closing", hd, theme)
        },
        Shot {
            scene: scenes::run_at(0),
            is_software: true,
            ..Shot::new("preparing", hd, theme)
        },
        Shot {
            scene: scenes::run_at(1),
            ..Shot::new("one", hd, theme)
        },
        Shot {
            scene: scenes::run_at(3370),
            ..Shot::new("finished", hd, theme)
        },
        Shot {
            pressed: Some((Key::F1, Modifiers::NONE)),
            ..Shot::new("help", hd, theme)
        },
        Shot {
            pressed: Some((Key::F1, Modifiers::NONE)),
            ..Shot::new("help-small", [640, 400], theme)
        },
        Shot {
            pressed: Some((Key::K, CONTROL)),
            ..Shot::new("palette", hd, theme)
        },
        Shot {
            pressed: Some((Key::K, CONTROL)),
            written: "lo",
            ..Shot::new("palette-small", [640, 400], theme)
        },
        Shot {
            zoom: 2.0,
            pressed: Some((Key::J, Modifiers::NONE)),
            ..Shot::new("zoomed", hd, theme)
        },
        failed,
        paused,
        long,
        bulk,
        many,
        nothing,
        menu,
        hidden,
        overlay,
        runs,
        Shot {
            events: vec![typed("b")],
            ..Shot::new("small-sidebar", [640, 400], theme)
        },
        symlog,
        new_run,
        refused,
        first,
        table,
        small_table,
    ]
}
