//! A hand on the dashboard: wheel, drags, boxes, keys, and the way back to what was seen before.

#[path = "support/bench.rs"]
mod bench;
#[path = "support/scenes.rs"]
mod scenes;

use std::sync::Arc;

use egui::{
    Event, Key, Modifiers, MouseWheelUnit, PointerButton, Pos2, TouchPhase, Vec2, pos2, vec2,
};
use emberscope::dashboard::Layout;
use emberscope::scene::{Bounds, Plot, Range, RunState, Scale, XRange, YRange};
use proptest::prelude::*;

use bench::Bench;

const NONE: Modifiers = Modifiers::NONE;
const CONTROL: Modifiers = Modifiers {
    ctrl: true,
    command: true,
    ..Modifiers::NONE
};

impl Bench {
    fn turn(&mut self, at: Pos2, delta: Vec2, modifiers: Modifiers) -> Layout {
        self.events
            .lock()
            .extend([Event::PointerMoved(at), wheel(delta, modifiers)]);
        self.lay()
    }

    /// Presses a button, goes somewhere, and lets go.
    fn drag_with(&mut self, from: Pos2, to: Pos2, button: PointerButton) -> Layout {
        drop(self.hold_with(from, button, true));
        drop(self.point(from + (to - from) * 0.5));
        drop(self.point(to));
        self.hold_with(to, button, false)
    }

    /// Presses or lets go of a button.
    fn hold_with(&mut self, at: Pos2, button: PointerButton, pressed: bool) -> Layout {
        self.push_button(at, button, pressed, self.modifiers);
        self.lay()
    }
}

fn wheel(delta: Vec2, modifiers: Modifiers) -> Event {
    Event::MouseWheel {
        unit: MouseWheelUnit::Line,
        delta,
        phase: TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers,
    }
}

/// A place in a plot, by shares from its upper left corner.
fn within(plot: &Plot, x: f32, y: f32) -> Pos2 {
    let rect = plot.rect;
    pos2(
        rect.left + x * (rect.right - rect.left),
        rect.top + y * (rect.bottom - rect.top),
    )
}

fn bits(layout: &Layout) -> Vec<[u64; 4]> {
    let of = |Bounds { x, y }: Bounds| [x.start, x.end, y.start, y.end].map(f64::to_bits);
    layout.plots.iter().map(|plot| of(plot.bounds)).collect()
}

fn middle_of(range: Range) -> f64 {
    (range.start + range.end) / 2.0
}

#[test]
fn the_wheel_zooms_one_way_or_both() {
    for (modifiers, is_x, is_y) in [
        (NONE, true, false),
        (Modifiers::SHIFT, false, true),
        (CONTROL, true, true),
    ] {
        let mut bench = Bench::at(1284);
        let before = bench.lay().plots[0];
        let at = within(&before, 0.4, 0.5);
        let after = bench.turn(at, vec2(0.0, 3.0), modifiers).plots[0].bounds;
        assert_eq!(after.x.span() < before.bounds.x.span(), is_x);
        assert_eq!(after.y.span() < before.bounds.y.span(), is_y);
        // Where Shift turns the wheel sideways.
        if modifiers == Modifiers::SHIFT {
            let again = bench.turn(at, vec2(2.0, 0.0), modifiers).plots[0].bounds;
            assert!(again.y.span() < after.y.span());
            assert_eq!(again.x, after.x);
        }
    }
}

#[test]
fn as_many_notches_back_show_the_same_bits() {
    let mut bench = Bench::at(1284);
    let first = bench.lay();
    let at = within(&first.plots[1], 0.37, 0.61);
    for modifiers in [NONE, Modifiers::SHIFT, CONTROL] {
        for notches in [1.0, 7.0, 60.0] {
            drop(bench.turn(at, vec2(0.0, notches), modifiers));
            // Not in the same portions.
            for _ in 1..10 {
                drop(bench.turn(at, vec2(0.0, -notches / 10.0).ceil(), modifiers));
            }
            let mut left = notches - 9.0 * (notches / 10.0).floor();
            while left > 0.0 {
                drop(bench.turn(at, vec2(0.0, -1.0), modifiers));
                left -= 1.0;
            }
            assert_eq!(bits(&bench.lay()), bits(&first), "{modifiers:?} {notches}");
        }
    }
    drop(bench.strike(Key::Plus, NONE));
    drop(bench.strike(Key::Plus, NONE));
    let near = bench.lay();
    for key in [
        Key::ArrowLeft,
        Key::ArrowLeft,
        Key::ArrowRight,
        Key::ArrowRight,
    ] {
        drop(bench.strike(key, NONE));
    }
    assert_eq!(bits(&bench.lay()), bits(&near));
    drop(bench.strike(Key::Minus, NONE));
    assert_eq!(bits(&bench.strike(Key::Minus, NONE)), bits(&first));
}

#[test]
fn a_box_is_zoomed_to() {
    for (modifiers, button) in [
        (Modifiers::SHIFT, PointerButton::Primary),
        (NONE, PointerButton::Secondary),
    ] {
        let mut bench = Bench::at(1284);
        bench.modifiers = modifiers;
        let plot = bench.lay().plots[0];
        let (from, to) = (within(&plot, 0.25, 0.25), within(&plot, 0.5, 0.75));
        let after = bench.drag_with(from, to, button).plots[0].bounds;
        let (x, y) = (plot.bounds.x, plot.bounds.y);
        assert!((after.x.span() / x.span() - 0.25).abs() < 1e-3, "{after:?}");
        assert!((after.y.span() / y.span() - 0.5).abs() < 1e-3);
        assert!((after.x.start - (x.start + 0.25 * x.span())).abs() < 1e-3 * x.span());
        assert!((middle_of(after.y) - middle_of(y)).abs() < 1e-3 * y.span());
        // One that is flat means steps alone.
        let to = within(&plot, 0.75, 0.25) + vec2(0.0, 5.0);
        let flat = bench.drag_with(from, to, button).plots[0].bounds;
        assert_eq!(flat.y, after.y);
        assert!((flat.x.span() / after.x.span() - 0.5).abs() < 1e-3);
        // One that is narrow means values alone.
        let to = within(&plot, 0.25, 0.75) + vec2(5.0, 0.0);
        let narrow = bench.drag_with(from, to, button).plots[0].bounds;
        assert_eq!(narrow.x, flat.x);
        assert!(narrow.y.span() < flat.y.span());
    }
}

#[test]
fn a_box_that_is_given_up_changes_nothing() {
    let mut bench = Bench::at(1284);
    bench.modifiers = Modifiers::SHIFT;
    let before = bench.lay();
    let (from, to) = (
        within(&before.plots[0], 0.2, 0.2),
        within(&before.plots[0], 0.6, 0.6),
    );
    drop(bench.hold_with(from, PointerButton::Primary, true));
    drop(bench.point(to));
    drop(bench.strike(Key::Escape, NONE));
    drop(bench.point(to + vec2(20.0, 0.0)));
    let after = bench.hold_with(to, PointerButton::Primary, false);
    assert_eq!(bits(&after), bits(&before));
    let small = bench.drag_with(from, from + vec2(7.0, 7.0), PointerButton::Primary);
    assert_eq!(bits(&small), bits(&before));
}

#[test]
fn axes_have_a_wheel_and_a_drag_of_their_own() {
    let mut bench = Bench::at(1284);
    let before = bench.lay().plots[0];
    let (labels, steps) = (
        within(&before, 0.0, 0.5) - vec2(20.0, 0.0),
        within(&before, 0.5, 1.0) + vec2(0.0, 12.0),
    );
    let y = bench.turn(labels, vec2(0.0, 2.0), NONE).plots[0].bounds;
    assert!(y.y.span() < before.bounds.y.span() && y.x == before.bounds.x);
    let moved = bench.drag_with(labels, labels + vec2(30.0, 40.0), PointerButton::Primary);
    let moved = moved.plots[0].bounds;
    assert!(moved.y.start > y.y.start && moved.x == y.x);
    let x = bench.turn(steps, vec2(0.0, 6.0), NONE).plots[0].bounds;
    assert!(x.x.span() < y.x.span() && x.y == moved.y);
    let back = bench.drag_with(steps, steps + vec2(40.0, 30.0), PointerButton::Middle);
    let back = back.plots[0].bounds;
    assert!(back.x.start < x.x.start && back.y == moved.y);
}

#[test]
fn panels_move_together_or_apart() {
    let mut bench = Bench::at(1284);
    let before = bench.lay();
    bench.tap("x linked");
    assert!(bench.has_text("x apart"));
    let at = within(&before.plots[1], 0.5, 0.5);
    let after = bench.turn(at, vec2(0.0, 5.0), NONE);
    assert_eq!(after.plots[0].bounds, before.plots[0].bounds);
    assert!(after.plots[1].bounds.x.span() < before.plots[1].bounds.x.span());
    let views = &after.viewport.panels;
    assert_eq!(
        (views[0].x, views[1].x),
        (XRange::All, XRange::Part(after.plots[1].bounds.x))
    );
    let linked = bench.strike(Key::U, NONE);
    for plot in &linked.plots {
        assert_eq!(plot.bounds.x, after.plots[1].bounds.x);
    }
}

#[test]
fn the_newest_point_is_followed_left_and_found_again() {
    let mut bench = Bench::at(1284);
    assert!(bench.has_text("following") && !bench.has_text("newest →"));
    let plot = bench.lay().plots[0];
    let at = within(&plot, 0.2, 0.5);
    let near = bench.turn(at, vec2(0.0, 8.0), NONE);
    let span = near.plots[0].bounds.x.span();
    assert!(bench.has_text("not following"));
    let newest = bench.tap("newest →");
    let (after, newest_x) = (newest.plots[0].bounds.x, bench.scene.panels[0].newest_x);
    assert!(newest_x.is_some_and(|x| after.contains(x)), "{after:?}");
    assert!((after.span() / span - 1.0).abs() < 1e-9);
    assert_eq!(newest.viewport.panels[0].x, XRange::Newest(after.span()));
    assert!(!bench.has_text("newest →") && !bench.has_text("not following"));
    // A key lets go of it, and takes it up.
    let held = bench.strike(Key::N, NONE);
    assert_eq!(held.viewport.panels[0].x, XRange::Part(after));
    let again = bench.strike(Key::N, NONE);
    assert!(matches!(again.viewport.panels[0].x, XRange::Newest(_)));
    // What is over has no newest point to come.
    bench.scene.run.state = RunState::Finished;
    drop(bench.lay());
    assert!(!bench.has_text("following"));
}

#[test]
fn what_one_gesture_did_is_undone_at_once() {
    let mut bench = Bench::at(1284);
    let first = bench.lay();
    let at = within(&first.plots[0], 0.5, 0.5);
    for _ in 0..5 {
        drop(bench.turn(at, vec2(0.0, 1.0), NONE));
    }
    let near = bench.lay();
    let dragged = bench.drag_with(at, at + vec2(60.0, 0.0), PointerButton::Primary);
    assert_ne!(bits(&dragged), bits(&near));
    drop(bench.strike(Key::Y, NONE));
    drop(bench.strike(Key::U, NONE));
    assert_eq!(
        bench.strike(Key::Z, CONTROL).viewport.panels[0].y,
        YRange::Visible
    );
    assert!(bench.has_text("x linked"));
    assert_eq!(bits(&bench.strike(Key::Backspace, NONE)), bits(&dragged));
    assert_eq!(bits(&bench.strike(Key::Z, CONTROL)), bits(&near));
    assert_eq!(bits(&bench.strike(Key::Z, CONTROL)), bits(&first));
    assert_eq!(bits(&bench.strike(Key::Z, CONTROL)), bits(&first));
    assert_eq!(bits(&bench.strike(Key::Y, CONTROL)), bits(&near));
    let shift = Modifiers {
        shift: true,
        ..CONTROL
    };
    assert_eq!(bits(&bench.strike(Key::Z, shift)), bits(&dragged));
}

#[test]
fn a_storm_of_input_leaves_a_picture() {
    for scale in [Scale::Linear, Scale::Log, Scale::Symlog { power: -2 }] {
        let mut bench = Bench::at(1284);
        for panel in bench.scene.panels.iter_mut().map(Arc::make_mut) {
            panel.scale = scale;
        }
        let plot = bench.lay().plots[0];
        let at = within(&plot, 0.3, 0.3);
        let deltas = [
            vec2(0.0, 1.0),
            vec2(3.0, -0.25),
            vec2(f32::NAN, f32::INFINITY),
            vec2(f32::MAX, f32::MIN),
            vec2(0.0, 400.0),
        ];
        let kinds = [NONE, Modifiers::SHIFT, CONTROL];
        bench.events.lock().push(Event::PointerMoved(at));
        for index in 0..10_000_usize {
            let event = match index % 11 {
                10 => Event::Zoom([0.0, f32::NAN, -1.0, 1e30, 0.9][index % 5]),
                _ => wheel(deltas[index % 5], kinds[index % 3]),
            };
            bench.events.lock().push(event);
        }
        let layout = bench.lay();
        assert_eq!(layout.plots.len(), 5);
        for Plot { bounds, .. } in layout.plots {
            assert!(bounds.x.start < bounds.x.end && bounds.x.span().is_finite());
            assert!(bounds.y.start < bounds.y.end && bounds.y.span().is_finite());
        }
        // Far beyond the data there is still some of it.
        for _ in 0..50 {
            drop(bench.drag_with(at, at - vec2(3000.0, 900.0), PointerButton::Primary));
        }
        let Range { start, .. } = bench.lay().plots[0].bounds.x;
        assert!(start < 1300.0, "{start}");
        drop(bench.strike(Key::Num0, NONE));
        assert_eq!(Some(bench.lay().plots[0].bounds), bench.scene.panels[0].fit);
    }
}

/// Something a person does.
#[derive(Clone, Copy, Debug)]
enum Doing {
    Key(Key, Modifiers),
    Wheel(f32, f32, f32, Modifiers),
    Drag(f32, f32, PointerButton),
}

fn doing() -> impl Strategy<Value = Doing> {
    let keys = [
        Key::X,
        Key::Y,
        Key::G,
        Key::U,
        Key::N,
        Key::M,
        Key::P,
        Key::Plus,
        Key::Minus,
        Key::ArrowLeft,
        Key::ArrowRight,
        Key::Num0,
    ];
    let modifiers = || prop::sample::select(vec![NONE, Modifiers::SHIFT, CONTROL]);
    let buttons = vec![
        PointerButton::Primary,
        PointerButton::Secondary,
        PointerButton::Middle,
    ];
    prop_oneof![
        prop::sample::select(keys.to_vec()).prop_map(|key| Doing::Key(key, NONE)),
        (0.0_f32..1.0, 0.0_f32..1.0, -4.0_f32..6.0, modifiers())
            .prop_map(|(x, y, by, modifiers)| Doing::Wheel(x, y, by, modifiers)),
        (0.0_f32..1.0, 0.0_f32..1.0, prop::sample::select(buttons))
            .prop_map(|(x, y, button)| Doing::Drag(x, y, button)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn whatever_was_done_is_undone_to_the_same_bits_and_redone(
        doings in prop::collection::vec(doing(), 1..12),
    ) {
        let mut bench = Bench::at(700);
        let first = bench.lay();
        let plot = first.plots[0];
        for doing in doings {
            drop(match doing {
                Doing::Key(key, modifiers) => bench.strike(key, modifiers),
                Doing::Wheel(x, y, by, modifiers) => {
                    bench.turn(within(&plot, x, y), vec2(0.0, by), modifiers)
                }
                Doing::Drag(x, y, button) => {
                    bench.drag_with(within(&plot, x, y), within(&plot, y, x), button)
                }
            });
        }
        drop(bench.point(pos2(2.0, 2.0)));
        let last = bench.lay();
        for _ in 0..40 {
            drop(bench.strike(Key::Z, CONTROL));
        }
        let undone = bench.lay();
        prop_assert_eq!(bits(&undone), bits(&first));
        prop_assert!(undone.viewport.shows_as(&first.viewport));
        for _ in 0..40 {
            drop(bench.strike(Key::Y, CONTROL));
        }
        let redone = bench.lay();
        prop_assert_eq!(bits(&redone), bits(&last));
        prop_assert!(redone.viewport.shows_as(&last.viewport));
    }
}
