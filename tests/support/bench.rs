//! A dashboard on a bench: given input as a window would give it, read by its accessibility tree and its layouts.

// Every test that holds one uses its part of it.
#![allow(dead_code)]

use std::time::Duration;

use egui::accesskit::Role;
use egui::{
    Event, Key, Modifiers, MouseWheelUnit, PointerButton, Pos2, RawInput, Rect, TouchPhase, vec2,
};
use egui_kittest::Node;
use egui_kittest::kittest::{Queryable, State};
use emberscope::dashboard::{
    Action, Dashboard, FrameStats, Layout, Model, Notice, Offer, RecordingView, Request, Still,
};
use emberscope::scene::{Scene, Theme};

use super::scenes;

/// What a bench shows; it borrows fields only, so that its dashboard may be changed meanwhile.
macro_rules! model {
    ($bench:expr) => {
        Model {
            scene: &$bench.scene,
            frames: &$bench.frames,
            adapter: "NVIDIA RTX 4090",
            is_software: $bench.is_software,
            recording: &$bench.recording,
            skipped_scenes: $bench.skipped_scenes,
            request: $bench.request,
            closing: $bench.closing,
            notices: &$bench.notices,
            offers: &$bench.offers,
            data_interval: Duration::from_millis(250),
        }
    };
}

/// A dashboard on a bench: what it shows, where its window ends, what it is given.
pub(crate) struct Bench {
    pub(crate) dashboard: Dashboard,
    pub(crate) scene: Scene,
    pub(crate) frames: FrameStats,
    pub(crate) recording: RecordingView,
    pub(crate) notices: Vec<Notice>,
    pub(crate) offers: Vec<Offer>,
    pub(crate) request: Request,
    pub(crate) closing: bool,
    pub(crate) is_software: bool,
    pub(crate) skipped_scenes: u64,
    pub(crate) size: egui::Vec2,
    pub(crate) pixels_per_point: f32,
    pub(crate) time: f64,
    /// How much later each layout is than the one before.
    pub(crate) tick: f64,
    /// What is held down while events come.
    pub(crate) modifiers: Modifiers,
    pub(crate) events: egui::mutex::Mutex<Vec<Event>>,
    pub(crate) tree: Option<State>,
}

impl Bench {
    pub(crate) fn new(scene: Scene) -> Self {
        let dashboard = Dashboard::new(Theme::DARK);
        dashboard.context().enable_accesskit();
        Self {
            dashboard,
            scene,
            frames: scenes::frames(false),
            recording: RecordingView::On {
                path: "runs/digits-cnn-3".into(),
                bytes: 1_200_000,
            },
            notices: Vec::new(),
            offers: Vec::new(),
            request: Request::default(),
            closing: false,
            is_software: false,
            skipped_scenes: 12,
            size: vec2(1600.0, 1000.0),
            pixels_per_point: 1.0,
            time: 1.0,
            tick: 0.0,
            modifiers: Modifiers::NONE,
            events: egui::mutex::Mutex::default(),
            tree: None,
        }
    }

    /// The run at a step, laid out once; every layout is so much later than the last that no click makes a double one.
    pub(crate) fn at(step: u64) -> Self {
        let mut bench = Self::new(scenes::run_at(step));
        bench.tick = 1.0;
        drop(bench.lay());
        bench
    }

    /// Lays out what was prepared, textures applied.
    pub(crate) fn lay(&mut self) -> Layout {
        let layout = self.lay_in(None, self.size);
        let mut layout = layout.expect("the main window is always there");
        if let Some(update) = layout.platform.accesskit_update.take() {
            match &mut self.tree {
                Some(tree) => tree.update(update),
                None => self.tree = Some(State::new(update)),
            }
        }
        layout
    }

    /// Lays out the main window, or that of a panel; `None` where the panel is at home.
    pub(crate) fn lay_in(&mut self, window: Option<&str>, size: egui::Vec2) -> Option<Layout> {
        let model = model!(self);
        self.time += self.tick;
        let mut events = std::mem::take(&mut *self.events.lock());
        if self.modifiers.any() {
            events.insert(0, Event::ModifiersChanged(self.modifiers));
        }
        let size = size / self.dashboard.zoom();
        let mut input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, size)),
            time: Some(self.time),
            events,
            focused: true,
            ..RawInput::default()
        };
        let viewport = input.viewports.entry(input.viewport_id).or_default();
        viewport.native_pixels_per_point = Some(self.pixels_per_point);
        let mut layout = match window {
            None => self.dashboard.layout(&model, input),
            Some(name) => self.dashboard.layout_popped(name, &model, input)?,
        };
        layout.textures.clear();
        Some(layout)
    }

    /// What is seen now, frozen.
    pub(crate) fn still(&self) -> Still {
        self.dashboard.still(&model!(self))
    }

    pub(crate) fn root(&self) -> Node<'_> {
        let tree = self.tree.as_ref().expect("it was laid out");
        Node::new(tree.root(), &self.events, self.pixels_per_point)
    }

    pub(crate) fn button<'a>(&'a self, name: &'a str) -> Option<Node<'a>> {
        self.root().query_by_role_and_label(Role::Button, name)
    }

    /// Clicks what is named so; gives what was asked for by it.
    pub(crate) fn click(&mut self, name: &str) -> Vec<Action> {
        self.button(name)
            .unwrap_or_else(|| panic!("no button {name}"))
            .click();
        self.lay().actions
    }

    /// Clicks the first button that is named so.
    pub(crate) fn tap(&mut self, name: &str) -> Layout {
        self.root()
            .query_all_by_role_and_label(Role::Button, name)
            .next()
            .unwrap_or_else(|| panic!("no button {name}"))
            .click();
        self.lay()
    }

    /// Presses a key; gives what was asked for by it.
    pub(crate) fn press(&mut self, key: Key, modifiers: Modifiers) -> Vec<Action> {
        self.strike(key, modifiers).actions
    }

    /// Presses a key; gives what is laid out then.
    pub(crate) fn strike(&mut self, key: Key, modifiers: Modifiers) -> Layout {
        for pressed in [true, false] {
            self.events.lock().push(Event::Key {
                key,
                physical_key: None,
                pressed,
                repeat: false,
                modifiers,
            });
        }
        self.lay()
    }

    pub(crate) fn point(&mut self, at: Pos2) -> Layout {
        self.events.lock().push(Event::PointerMoved(at));
        self.lay()
    }

    /// A button that is pressed or let go of, in the next layout.
    pub(crate) fn push_button(
        &self,
        at: Pos2,
        button: PointerButton,
        pressed: bool,
        modifiers: Modifiers,
    ) {
        self.events.lock().extend([
            Event::PointerMoved(at),
            Event::PointerButton {
                pos: at,
                button,
                pressed,
                modifiers,
            },
        ]);
    }

    /// Turns the wheel by so many notches.
    pub(crate) fn wheel(&mut self, at: Pos2, notches: egui::Vec2, modifiers: Modifiers) -> Layout {
        self.events.lock().extend([
            Event::PointerMoved(at),
            Event::MouseWheel {
                unit: MouseWheelUnit::Line,
                delta: notches,
                phase: TouchPhase::Move,
                source: egui::MouseWheelSource::Unknown,
                modifiers,
            },
        ]);
        self.lay()
    }

    /// Presses or lets go of the primary button.
    pub(crate) fn hold(&mut self, at: Pos2, pressed: bool) -> Layout {
        self.push_button(at, PointerButton::Primary, pressed, Modifiers::NONE);
        self.lay()
    }

    /// Drags from one place to another; gives what is laid out after it.
    pub(crate) fn drag(&mut self, from: Pos2, to: Pos2) -> Layout {
        drop(self.hold(from, true));
        for share in [0.1, 0.5, 1.0] {
            let at = from + (to - from) * share;
            self.events.lock().push(Event::PointerMoved(at));
            drop(self.lay());
        }
        drop(self.hold(to, false));
        self.lay()
    }

    pub(crate) fn has_text(&self, part: &str) -> bool {
        self.root()
            .query_all_by_label_contains(part)
            .next()
            .is_some()
    }
}
