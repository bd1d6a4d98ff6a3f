//! The whole dashboard, drawn.
//!
//! `EMBERSCOPE_LOOK=1` writes every picture below `target/look/`, to be looked at.

#[path = "support/scenes.rs"]
mod scenes;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use egui::{Pos2, RawInput, Rect, vec2};
use emberscope::dashboard::{Dashboard, Model, RecordingView, Request};
use emberscope::message::Split;
use emberscope::render::{Chrome, Gpu, Picture, Renderer, Target};
use emberscope::scene::{RunState, Scene, Theme};

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
        }
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
            data_interval: Duration::ZERO,
        };
        let [width, height] = self.size.map(|length| length as f32 / self.scale);
        let mut input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(width, height))),
            max_texture_side: Some(4096),
            focused: true,
            ..RawInput::default()
        };
        let viewport = input.viewports.entry(input.viewport_id).or_default();
        viewport.native_pixels_per_point = Some(self.scale);
        if let Some(pointer) = self.pointer {
            let layout = dashboard.layout(&model, input.clone());
            let chrome = Chrome {
                primitives: layout.primitives,
                textures: layout.textures,
                size_px: self.size,
                pixels_per_point: layout.pixels_per_point,
            };
            renderer.paint_chrome(chrome, &self.theme);
            input.events.push(egui::Event::PointerMoved(pointer));
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

fn look_directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/look")
}

#[test]
fn look() {
    if std::env::var_os("EMBERSCOPE_LOOK").is_none() {
        return;
    }
    let gpu = Gpu::software().expect("the software adapter");
    let directory = look_directory();
    std::fs::create_dir_all(&directory).expect("a directory");
    let (hd, full, small) = ([1280, 720], [1920, 1080], [640, 400]);
    let mut shots = Vec::new();
    for (theme, suffix) in [(Theme::DARK, "dark"), (Theme::LIGHT, "light")] {
        let name = |size: &str| -> &'static str { format!("{size}-{suffix}").leak() };
        shots.push(Shot::new(name("mock"), [1600, 1000], theme));
        shots.push(Shot::new(name("hd"), hd, theme));
        shots.push(Shot::new(name("full"), full, theme));
        shots.push(Shot::new(name("small"), small, theme));
        shots.push(Shot {
            scale: 2.0,
            ..Shot::new(name("hd2"), [2560, 1440], theme)
        });
        shots.push(Shot {
            scale: 1.5,
            ..Shot::new(name("hd15"), [1920, 1080], theme)
        });
        shots.push(Shot {
            closing: true,
            ..Shot::new(name("closing"), hd, theme)
        });
        shots.push(Shot {
            scene: scenes::run_at(0),
            is_software: true,
            ..Shot::new(name("preparing"), hd, theme)
        });
        shots.push(Shot {
            scene: scenes::run_at(3370),
            ..Shot::new(name("finished"), hd, theme)
        });
        shots.push(Shot {
            scene: scenes::run_at(1),
            ..Shot::new(name("one"), hd, theme)
        });
        let mut failed = Shot::new(name("failed"), hd, theme);
        failed.scene.run.state = RunState::Failed("thread 'worker' panicked at src/model.rs:41:9:\nshape mismatch: expected [64, 1, 8, 8], got [64, 8, 8]".into());
        failed.recording = RecordingView::Failing {
            path: "runs/digits-cnn-3".into(),
            error: "No space left on device (os error 28)".into(),
            lost_points: 1200,
        };
        scenes::add_empty(&mut failed.scene, "Broken", Split::None, 7);
        scenes::add_series(&mut failed.scene, 200);
        shots.push(failed);
        let mut paused = Shot::new(name("paused"), [1000, 700], theme);
        paused.scene.run.state = RunState::Paused;
        paused.request.is_pausing = true;
        paused.pointer = Some(egui::pos2(830.0, 24.0));
        shots.push(paused);
        let mut long = Shot::new(name("long"), [760, 560], theme);
        let mut info = (*long.scene.run.info).clone();
        info.name = "a-very-long-run-name-that-somebody-chose-because-they-could".into();
        long.scene.run.info = Arc::new(info);
        scenes::add_empty(
            &mut long.scene,
            "a very long title of a panel that has no end",
            Split::Valid,
            0,
        );
        shots.push(long);
        shots.push(Shot::new(name("narrow"), [420, 700], theme));
    }
    for shot in shots {
        let path = directory.join(format!("{}.png", shot.name));
        shot.draw(&gpu).save_png(path).expect("it can be written");
    }
}
