//! Values read on the dashboard: crosshair, readout, pins, statistics, what is copied.

#[path = "support/bench.rs"]
mod bench;
#[path = "support/scenes.rs"]
mod scenes;

use std::sync::Arc;

use egui::{Key, Modifiers, OutputCommand, Pos2, Rect, pos2, vec2};
use egui_kittest::kittest::Queryable;
use emberscope::dashboard::Layout;
use emberscope::scene::{Plot, Range, XAxis};

use bench::Bench;

const NONE: Modifiers = Modifiers::NONE;
const CONTROL: Modifiers = Modifiers {
    ctrl: true,
    command: true,
    ..Modifiers::NONE
};

impl Bench {
    /// The pointer at a place on a plot's axis, and what is read there: as when the answer of the refiner has come.
    fn read(&mut self, plot: usize, step: f64, pins: &[u64]) -> Layout {
        let Plot { rect, bounds, .. } = self.lay().plots[plot];
        let share = (step - bounds.x.start) / bounds.x.span();
        let at = pos2(
            rect.left + single(share) * (rect.right - rect.left),
            (rect.top + rect.bottom) / 2.0,
        );
        let cursor = self.point(at).viewport.cursor;
        scenes::read(&mut self.scene, cursor, pins);
        self.lay()
    }

    fn copied(&mut self, modifiers: Modifiers) -> Option<String> {
        let layout = self.strike(Key::C, modifiers);
        layout
            .platform
            .commands
            .into_iter()
            .find_map(|command| match command {
                OutputCommand::CopyText(text) => Some(text),
                _ => None,
            })
    }
}

/// A share as a place in a window.
fn single(value: f64) -> f32 {
    // Rounding is what is wanted.
    #[allow(clippy::cast_possible_truncation)]
    let value = value as f32;
    value
}

#[test]
fn the_pointer_asks_for_what_is_where_it_is() {
    let mut bench = Bench::at(1284);
    assert_eq!(bench.lay().viewport.cursor, None);
    let layout = bench.read(0, 700.0, &[]);
    let cursor = layout.viewport.cursor.expect("the pointer is over a plot");
    assert!((cursor - 700.0).abs() < 1.5, "{cursor}");
    assert!(bench.has_text("at step 700"), "every head says where");
    assert!(bench.has_text("train: "));
    drop(bench.point(pos2(3.0, 3.0)));
    assert_eq!(bench.lay().viewport.cursor, None);
    assert!(!bench.has_text("at step 700"));
}

#[test]
fn what_is_told_is_what_was_read() {
    let mut bench = Bench::at(1284);
    drop(bench.read(0, 700.0, &[]));
    for (value, smoothed) in [
        (0.5, Some(0.25)),
        (f32::NAN, Some(0.25)),
        (f32::NEG_INFINITY, None),
    ] {
        let line = &mut Arc::make_mut(&mut bench.scene.panels[0]).lines[0];
        let reading = line.at_cursor.as_mut().expect("it was read");
        (reading.value, reading.smoothed) = (value, smoothed);
        drop(bench.lay());
        let told = match (value, smoothed) {
            (_, None) => "train: −∞",
            (value, _) if value.is_nan() => "train: 0.2500, raw NaN",
            _ => "train: 0.2500, raw 0.5000",
        };
        assert!(bench.has_text(told), "{told}");
    }
    // Measured seldom, it says at which step.
    assert!(bench.has_text("valid: ") && bench.has_text("at 674"));
}

#[test]
fn readings_of_another_step_say_so_until_the_answer_comes() {
    let mut bench = Bench::at(1284);
    drop(bench.read(0, 700.0, &[]));
    let plot = bench.lay().plots[0];
    let at = pos2(plot.rect.left + 20.0, plot.rect.top + 30.0);
    let layout = bench.point(at);
    assert!(layout.viewport.cursor.is_some_and(|x| x < 200.0));
    assert!(bench.has_text("at step 700"));
    scenes::read(&mut bench.scene, layout.viewport.cursor, &[]);
    drop(bench.lay());
    assert!(!bench.has_text("at step 700"));
}

#[test]
fn keys_read_point_after_point() {
    let mut bench = Bench::at(1284);
    drop(bench.read(0, 700.0, &[]));
    let next = bench.strike(Key::Period, NONE).viewport.cursor;
    assert_eq!(next, Some(701.0));
    scenes::read(&mut bench.scene, next, &[]);
    assert_eq!(bench.strike(Key::Period, NONE).viewport.cursor, Some(702.0));
    for _ in 0..4 {
        drop(bench.strike(Key::Comma, NONE));
    }
    assert_eq!(bench.lay().viewport.cursor, Some(698.0));
    // At the ends there is no further point.
    scenes::read(&mut bench.scene, Some(1284.0), &[]);
    let Range { end, .. } = bench.lay().plots[0].bounds.x;
    for _ in 0..700 {
        drop(bench.strike(Key::Period, NONE));
    }
    let last = bench.lay().viewport.cursor;
    assert!(last.is_some_and(|x| x <= end), "{last:?}");
    assert_eq!(last, Some(1284.0));
}

#[test]
fn pins_are_compared_with() {
    let mut bench = Bench::at(1284);
    drop(bench.read(0, 400.0, &[]));
    let pinned = bench.strike(Key::P, NONE).viewport.pins;
    assert_eq!(pinned, [400]);
    assert!(bench.root().query_all_by_label("pin 1 at step 400").count() == 5);
    drop(bench.read(0, 700.0, &[400]));
    for (cursor, pin) in [(0.2, 0.4), (0.5, 0.0)] {
        let line = &mut Arc::make_mut(&mut bench.scene.panels[0]).lines[0];
        let at_pin = line.at_pins[0].as_mut().expect("it was read");
        (at_pin.value, at_pin.smoothed) = (pin, None);
        line.at_cursor.as_mut().expect("it was read").value = cursor;
        drop(bench.lay());
        if pin > 0.0 {
            assert!(bench.has_text("−0.2000 since the pin, −50.0 %"));
        } else {
            assert!(bench.has_text("+0.5000 since the pin, –"));
        }
    }
    assert!(bench.has_text("step 700 · +300 from pin 1"));
    // No more than nine, none twice.
    for step in 0..12 {
        let step = 410.0 + 20.0 * f64::from(step);
        scenes::read(&mut bench.scene, Some(step), &[400]);
        drop(bench.strike(Key::P, NONE));
    }
    let pins = bench.lay().viewport.pins;
    assert_eq!(pins.len(), 9);
    scenes::read(&mut bench.scene, Some(400.0), &pins);
    assert!(!bench.strike(Key::P, NONE).viewport.pins.contains(&400));
    let clicked = bench.tap("pin 2 at step 430");
    assert!(!clicked.viewport.pins.contains(&430));
    assert_eq!(clicked.viewport.pins.len(), 7);
    assert!(
        bench
            .strike(Key::P, Modifiers::SHIFT)
            .viewport
            .pins
            .is_empty()
    );
    assert_eq!(bench.strike(Key::Z, CONTROL).viewport.pins.len(), 7);
}

#[test]
fn what_was_read_is_copied() {
    let mut bench = Bench::at(1284);
    assert_eq!(bench.copied(NONE), None);
    drop(bench.read(0, 1284.0, &[]));
    let line = &mut Arc::make_mut(&mut bench.scene.panels[0]).lines[0];
    let reading = line.at_cursor.as_mut().expect("it was read");
    (reading.value, reading.smoothed) = (0.0312, Some(0.0330));
    let text = bench.copied(NONE).expect("something was read");
    assert_eq!(text, "loss/train, step 1,284: 0.0312 (smoothed 0.0330)");
    let table = bench.copied(Modifiers::SHIFT).expect("something was read");
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!(
        rows[..2],
        [
            "series\tstep\tvalue\tsmoothed",
            "loss/train\t1284\t0.0312\t0.033"
        ]
    );
    assert!(rows[2].starts_with("loss/valid\t1011\t") && rows.len() == 3);
}

#[test]
fn statistics_of_what_is_in_sight_unfold_where_there_is_room() {
    let mut bench = Bench::at(1284);
    scenes::tell_statistics(&mut bench.scene);
    let before = bench.lay();
    let after = bench.strike(Key::V, NONE);
    assert!(after.plots[0].rect.top > before.plots[0].rect.top + 40.0);
    assert!(bench.has_text("train: min ") && bench.has_text("of 1,284 points in sight"));
    // Low panels keep their room for curves.
    bench.size = vec2(640.0, 300.0);
    drop(bench.lay());
    assert!(!bench.has_text("train: min "));
    bench.size = vec2(1600.0, 1000.0);
    drop(bench.strike(Key::V, NONE));
    assert_eq!(bench.lay().plots, before.plots);
}

#[test]
fn many_lines_are_counted_and_no_box_leaves_the_window() {
    let mut bench = Bench::at(1284);
    let line = bench.scene.panels[0].lines[0].clone();
    Arc::make_mut(&mut bench.scene.panels[0])
        .lines
        .extend(vec![line; 30]);
    drop(bench.read(0, 700.0, &[]));
    assert!(bench.has_text("+20 more"));
    for size in [vec2(1600.0, 1000.0), vec2(640.0, 400.0), vec2(330.0, 260.0)] {
        bench.size = size;
        let plots = bench.lay().plots;
        for plot in plots {
            for at in [
                pos2(plot.rect.left, plot.rect.top),
                pos2(plot.rect.right - 1.0, plot.rect.bottom - 1.0),
            ] {
                drop(bench.point(at));
                drop(bench.lay());
                let Some(node) = bench
                    .root()
                    .query_by_label_contains("step 700 ·")
                    .or_else(|| {
                        let mut found = bench.root().query_all_by_label("step 700");
                        found.next()
                    })
                else {
                    continue;
                };
                let rect = node.rect();
                let window = Rect::from_min_size(Pos2::ZERO, size).expand(0.5);
                assert!(window.contains_rect(rect), "{rect} {size}");
                assert!(!rect.expand(4.0).contains(at), "{rect} covers {at}");
            }
        }
    }
}

#[test]
fn a_scene_of_another_axis_is_not_read_wrongly() {
    let mut bench = Bench::at(1284);
    drop(bench.read(0, 700.0, &[]));
    drop(bench.strike(Key::X, NONE));
    let layout = bench.lay();
    assert_eq!(layout.viewport.x_axis, XAxis::Epoch);
    assert_eq!(layout.viewport.cursor, None, "the plots still count steps");
    for panel in bench.scene.panels.iter_mut().map(Arc::make_mut) {
        panel.x_axis = XAxis::Epoch;
    }
    assert!(bench.lay().viewport.cursor.is_some());
}
