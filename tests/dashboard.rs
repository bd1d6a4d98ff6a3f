//! The dashboard as a driver uses it: buttons, keys and dialogs by the accessibility tree; plots and shapes at many sizes.

#[path = "support/bench.rs"]
mod bench;
#[path = "support/scenes.rs"]
mod scenes;

use std::sync::Arc;
use std::time::Duration;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, MouseWheelUnit, Pos2, TouchPhase, pos2, vec2};
use egui_kittest::Node;
use egui_kittest::kittest::Queryable;
use emberscope::dashboard::{Action, DataLayer, Layout, Notice, RecordingView, Request};
use emberscope::message::{Command, Level, Split};
use emberscope::scene::{Bounds, Plot, RunState, Smoothing, Theme, XAxis, XRange, YRange};
use proptest::prelude::*;

use bench::Bench;

/// Over the middle of a window, the wheel and the pages turn it down.
fn turn_down(bench: &mut Bench) {
    let middle = (bench.size / 2.0).to_pos2();
    bench.events.lock().extend([
        Event::PointerMoved(middle),
        Event::MouseWheel {
            unit: MouseWheelUnit::Line,
            delta: vec2(0.0, -8.0),
            phase: TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
            modifiers: Modifiers::NONE,
        },
    ]);
    bench.press(Key::PageDown, Modifiers::NONE);
}

fn training() -> Bench {
    let mut bench = Bench::new(scenes::run_at(1284));
    drop(bench.lay());
    bench
}

#[test]
fn buttons_ask_for_what_they_say() {
    let mut bench = training();
    assert_eq!(bench.click("Pause"), [Action::Ask(Command::Pause)]);
    assert_eq!(bench.click("Stop"), [Action::Ask(Command::Stop)]);
    bench.request.is_pausing = true;
    bench.scene.run.state = RunState::Paused;
    drop(bench.lay());
    assert!(bench.button("Pause").is_none());
    assert_eq!(bench.click("Resume"), [Action::Ask(Command::Resume)]);
    bench.request.is_stopping = true;
    drop(bench.lay());
    assert_eq!(bench.click("Stopping"), []);
    assert_eq!(bench.click("Resume"), []);
}

#[test]
fn keys_ask_for_what_they_say() {
    let mut bench = training();
    let none = Modifiers::NONE;
    assert_eq!(bench.press(Key::Space, none), [Action::Ask(Command::Pause)]);
    assert_eq!(bench.press(Key::S, none), [Action::Ask(Command::Stop)]);
    let control = Modifiers {
        ctrl: true,
        command: true,
        ..none
    };
    assert_eq!(bench.press(Key::Q, control), [Action::Close]);
    assert_eq!(bench.press(Key::M, control), []);
    bench.request = Request {
        is_pausing: true,
        is_stopping: false,
    };
    assert_eq!(
        bench.press(Key::Space, none),
        [Action::Ask(Command::Resume)]
    );
    bench.request.is_stopping = true;
    assert_eq!(bench.press(Key::S, none), []);
    assert_eq!(bench.press(Key::Space, none), []);
    bench.request = Request::default();
    bench.scene.run.state = RunState::Finished;
    // The driver is asked all the same: it says that the run is over.
    let stop = [Action::Ask(Command::Stop)];
    assert_eq!(bench.press(Key::S, none), stop);
    assert_eq!(bench.press(Key::Space, none), [Action::Ask(Command::Pause)]);
    assert!(bench.button("Stop").is_none());
}

#[test]
fn space_belongs_to_a_button_chosen_with_tab() {
    let mut bench = training();
    for _ in 0..10 {
        bench.press(Key::Tab, Modifiers::NONE);
        if bench.button("Stop").is_some_and(|stop| stop.is_focused()) {
            assert_eq!(
                bench.press(Key::Space, Modifiers::NONE),
                [Action::Ask(Command::Stop)]
            );
            return;
        }
    }
    panic!("Tab never reached the stop button");
}

#[test]
fn the_view_obeys_at_once() {
    let mut bench = training();
    assert_eq!(bench.press(Key::T, Modifiers::NONE), [Action::ToggleTheme]);
    assert_eq!(bench.dashboard.theme(), Theme::LIGHT);
    assert_eq!(bench.lay().theme, Theme::LIGHT);
    assert_eq!(bench.click("Theme"), [Action::ToggleTheme]);
    assert_eq!(bench.dashboard.theme(), Theme::DARK);

    assert!(bench.has_text("gradient norm 61.2"));
    assert_eq!(bench.press(Key::L, Modifiers::NONE), [Action::ToggleLog]);
    assert!(!bench.has_text("gradient norm 61.2"));
    assert!(bench.has_text("p50 / p99"));
    assert_eq!(
        bench.press(Key::F3, Modifiers::NONE),
        [Action::ToggleFrames]
    );
    assert!(!bench.has_text("p50 / p99"));
    bench.press(Key::L, Modifiers::NONE);
    assert!(bench.has_text("gradient norm 61.2"));
    assert!(
        [Action::ToggleLog, Action::ToggleFrames, Action::ToggleTheme]
            .iter()
            .all(Action::is_done)
    );
}

#[test]
fn smoothing_goes_into_the_viewport() {
    let mut bench = training();
    let weight = |bench: &mut Bench| match bench.lay().viewport.smoothing {
        Smoothing::Ema { weight } => weight,
        other => panic!("{other:?}"),
    };
    let usual = Smoothing::USUAL_WEIGHT;
    assert!((weight(&mut bench) - usual).abs() < 1e-12);
    let slider = bench.root().get_by_role(Role::Slider);
    assert_eq!(slider.accesskit_node_label(), "Smoothing");
    let rect = slider.rect();
    for (pressed, x) in [(true, rect.center().x), (false, rect.right() - 1.0)] {
        bench
            .events
            .lock()
            .push(Event::PointerMoved(pos2(x, rect.center().y)));
        bench.events.lock().push(Event::PointerButton {
            pos: pos2(x, rect.center().y),
            button: egui::PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        });
        drop(bench.lay());
    }
    let smoothing = weight(&mut bench);
    assert!(smoothing > usual && smoothing <= 0.999, "{smoothing}");
    bench
        .dashboard
        .set_smoothing(Smoothing::Ema { weight: f64::NAN });
    assert!(weight(&mut bench) < 1e-12);
    bench
        .dashboard
        .set_smoothing(Smoothing::Ema { weight: 7.0 });
    assert!((weight(&mut bench) - 0.999).abs() < 1e-12);
    assert!(bench.has_text("0.999"));
    bench.click("smoothing");
    bench.press(Key::M, Modifiers::NONE);
    let Smoothing::Gaussian { sigma } = bench.lay().viewport.smoothing else {
        panic!("two kinds on");
    };
    assert!(sigma > 0.0);
    assert!(bench.has_text("Gaussian"));
}

trait Label {
    fn accesskit_node_label(&self) -> String;
}

impl Label for Node<'_> {
    fn accesskit_node_label(&self) -> String {
        use egui_kittest::kittest::NodeT;
        let node = self.accesskit_node();
        node.label().or_else(|| node.value()).unwrap_or_default()
    }
}

#[test]
fn the_closing_question_has_three_answers() {
    let mut bench = training();
    bench.closing = true;
    drop(bench.lay());
    assert_eq!(bench.click("Stop the training"), [Action::CloseStop]);
    assert_eq!(
        bench.click("Let it finish without the window"),
        [Action::CloseFinishHeadless]
    );
    assert_eq!(bench.click("Cancel"), [Action::CloseCancel]);
    let none = Modifiers::NONE;
    assert_eq!(bench.press(Key::Enter, none), [Action::CloseStop]);
    assert_eq!(bench.press(Key::Escape, none), [Action::CloseCancel]);
    // The keys of the window itself rest while it is open.
    assert_eq!(bench.press(Key::S, none), []);
    assert_eq!(bench.press(Key::Space, none), []);
    bench.closing = false;
    drop(bench.lay());
    assert!(bench.button("Cancel").is_none());
    assert_eq!(bench.press(Key::Escape, none), []);
    assert_eq!(bench.press(Key::Space, none), [Action::Ask(Command::Pause)]);
}

#[test]
fn buttons_under_the_closing_question_do_not_answer() {
    let mut bench = training();
    let pause = bench.button("Pause").expect("it is there").rect().center();
    bench.closing = true;
    drop(bench.lay());
    for pressed in [true, false] {
        bench.events.lock().extend([
            Event::PointerMoved(pause),
            Event::PointerButton {
                pos: pause,
                button: egui::PointerButton::Primary,
                pressed,
                modifiers: Modifiers::NONE,
            },
        ]);
    }
    assert_eq!(bench.lay().actions, [Action::CloseCancel]);
}

#[test]
fn nothing_under_the_closing_question_is_explained() {
    let mut bench = training();
    let stop = bench.button("Stop").expect("it is there").rect().center();
    bench.events.lock().push(Event::PointerMoved(stop));
    drop(bench.lay());
    assert!(bench.has_text("with everything written (S)"));
    bench.closing = true;
    drop(bench.lay());
    assert!(!bench.has_text("with everything written (S)"));
}

#[test]
fn nothing_under_the_closing_question_is_turned() {
    let mut bench = training();
    bench.size = vec2(640.0, 400.0);
    let first = bench.lay().plots[0].panel;
    bench.closing = true;
    drop(bench.lay());
    turn_down(&mut bench);
    assert_eq!(bench.lay().plots[0].panel, first);
    bench.closing = false;
    turn_down(&mut bench);
    assert_ne!(bench.lay().plots[0].panel, first);
}

#[test]
fn the_help_opens_and_closes() {
    let mut bench = training();
    let none = Modifiers::NONE;
    let line = "Show or hide frame timings";
    assert!(!bench.has_text(line));
    assert_eq!(bench.click("Keys"), []);
    assert!(bench.has_text(line));
    assert_eq!(bench.press(Key::Escape, none), []);
    assert!(!bench.has_text(line));
    for key in [Key::Questionmark, Key::F1] {
        assert_eq!(bench.press(key, none), []);
        assert!(bench.has_text(line), "{key:?}");
        assert_eq!(bench.press(key, none), []);
        assert!(!bench.has_text(line), "{key:?}");
    }
    // A click closes it wherever it falls: on the help, beside it, on the stop button under it.
    let stop = bench.button("Stop").expect("it is there").rect().center();
    for place in [(bench.size / 2.0).to_pos2(), pos2(5.0, 500.0), stop] {
        bench.press(Key::F1, none);
        assert!(bench.has_text(line));
        for pressed in [true, false] {
            bench.events.lock().extend([
                Event::PointerMoved(place),
                Event::PointerButton {
                    pos: place,
                    button: egui::PointerButton::Primary,
                    pressed,
                    modifiers: none,
                },
            ]);
        }
        assert_eq!(bench.lay().actions, []);
        assert!(!bench.has_text(line), "{place:?}");
    }
    // The closing question takes its place.
    bench.press(Key::F1, none);
    bench.closing = true;
    drop(bench.lay());
    assert!(!bench.has_text(line) && bench.button("Cancel").is_some());
    bench.closing = false;
    drop(bench.lay());
    assert!(!bench.has_text(line));
}

#[test]
fn the_help_answers_to_enter() {
    let mut bench = training();
    for _ in 0..10 {
        bench.press(Key::Tab, Modifiers::NONE);
        if bench.button("Keys").is_some_and(|keys| keys.is_focused()) {
            bench.press(Key::Enter, Modifiers::NONE);
            assert!(bench.has_text("Show or hide frame timings"));
            bench.press(Key::Enter, Modifiers::NONE);
            assert!(!bench.has_text("Show or hide frame timings"));
            return;
        }
    }
    panic!("Tab never reached the help");
}

#[test]
fn where_there_is_room_for_one_the_keys_show_what_they_name() {
    let mut bench = training();
    bench.size = vec2(1280.0, 500.0);
    drop(bench.lay());
    let shown = |bench: &Bench| {
        (
            bench.has_text("nothing said yet"),
            bench.has_text("p50 / p99"),
        )
    };
    bench.scene.log = Arc::default();
    drop(bench.lay());
    assert_eq!(shown(&bench), (true, false));
    for (key, expected) in [
        (Key::F3, (false, true)),
        (Key::L, (true, false)),
        (Key::F3, (false, true)),
        (Key::F3, (true, false)),
        (Key::L, (false, false)),
        (Key::L, (true, false)),
    ] {
        bench.press(key, Modifiers::NONE);
        assert_eq!(shown(&bench), expected, "{key:?}");
    }
    // A sentence across the top takes the room for the second.
    bench.size = vec2(1280.0, 560.0);
    bench.press(Key::F3, Modifiers::NONE);
    assert_eq!(shown(&bench), (true, true));
    bench.scene.run.state = RunState::Failed("it broke".into());
    drop(bench.lay());
    assert_eq!(shown(&bench), (false, true));
    bench.press(Key::L, Modifiers::NONE);
    assert_eq!(shown(&bench), (true, false));
}

#[test]
fn the_log_follows_until_it_is_turned_back() {
    let mut bench = training();
    bench.scene.log = scenes::long_log(200).into();
    drop(bench.lay());
    assert!(bench.has_text("follow") && bench.has_text("line 199"));
    assert!(bench.button("to the newest").is_none());
    bench.events.lock().extend([
        Event::PointerMoved(pos2(1400.0, 300.0)),
        Event::MouseWheel {
            unit: MouseWheelUnit::Line,
            delta: vec2(0.0, 50.0),
            phase: TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
            modifiers: Modifiers::NONE,
        },
    ]);
    drop(bench.lay());
    assert!(!bench.has_text("line 199"));
    assert_eq!(bench.click("to the newest"), []);
    assert!(bench.has_text("line 199"));
}

#[test]
fn the_time_changes_nothing() {
    for (closing, help) in [(false, false), (true, false), (false, true)] {
        let mut bench = training();
        bench.closing = closing;
        if help {
            bench.press(Key::F1, Modifiers::NONE);
        }
        // Over a button, so that a tooltip is open.
        let pause = bench.button("Pause").expect("it is there").rect().center();
        bench.events.lock().push(Event::PointerMoved(pause));
        drop(bench.lay());
        let before = bench.lay();
        for later in [0.016, 0.4, 1.0, 60.0, 86_400.0] {
            bench.time += later;
            let after = bench.lay();
            assert!(!after.is_changed, "{later} s later");
            assert_eq!(
                format!("{:?}", before.primitives),
                format!("{:?}", after.primitives)
            );
            assert_eq!(before.plots, after.plots);
            assert_eq!(after.actions, []);
            assert_eq!(after.platform.num_completed_passes, 1);
        }
    }
}

#[test]
fn what_changes_is_told() {
    let mut bench = training();
    assert!(!bench.lay().is_changed);
    bench.scene.run.elapsed += Duration::from_secs(1);
    assert!(bench.lay().is_changed);
    assert!(!bench.lay().is_changed);
    bench.size.x += 1.0;
    assert!(bench.lay().is_changed);
}

#[test]
fn one_marker_divides_what_lies_under_the_data_from_what_lies_over_it() {
    let mut bench = training();
    let data_layer = |layout: &Layout| {
        let is_marker = |primitive: &egui::ClippedPrimitive| match &primitive.primitive {
            egui::epaint::Primitive::Callback(callback) => callback.callback.is::<DataLayer>(),
            egui::epaint::Primitive::Mesh(_) => false,
        };
        let places: Vec<usize> = (0..layout.primitives.len())
            .filter(|index| is_marker(&layout.primitives[*index]))
            .collect();
        assert_eq!(places.len(), 1);
        layout.primitives.len() - 1 - places[0]
    };
    assert_eq!(data_layer(&bench.lay()), 0);
    bench.closing = true;
    assert!(data_layer(&bench.lay()) > 0);
    bench.closing = false;
    drop(bench.lay());
    let stop = bench.button("Stop").expect("it is there").rect().center();
    bench.events.lock().push(Event::PointerMoved(stop));
    assert!(data_layer(&bench.lay()) > 0, "a tooltip lies over the data");
}

#[test]
fn states_are_said() {
    let mut bench = Bench::new(scenes::run_at(0));
    drop(bench.lay());
    assert!(bench.has_text("compiling kernels") && bench.has_text("preparing"));
    assert!(bench.has_text("Before the first value"));
    // The first step is said before it is computed.
    bench.scene = scenes::compiling();
    drop(bench.lay());
    assert!(bench.has_text("preparing") && !bench.has_text("training"));
    let places = bench
        .root()
        .query_all_by_label_contains("compiling kernels")
        .count();
    assert!(places > 4, "the sub-header and every panel say it");
    assert!(!bench.has_text("no value yet:"));

    bench.scene = scenes::run_at(3370);
    drop(bench.lay());
    assert!(bench.has_text("Finished in 1:51 · best accuracy/valid"));

    bench.scene = scenes::run_at(900);
    bench.scene.run.state = RunState::Failed("out of memory\nat block 3".into());
    bench.recording = RecordingView::Failing {
        path: "runs/x".into(),
        error: "No space left on device (os error 28)".into(),
        lost_points: 0,
    };
    bench.notices.push(Notice {
        level: Level::Info,
        text: "a third thing".into(),
    });
    drop(bench.lay());
    let notices: Vec<_> = bench
        .root()
        .query_all_by_label_contains("")
        .map(|node| node.accesskit_node_label())
        .collect();
    let place = |part: &str| notices.iter().position(|label| label.contains(part));
    assert!(place("Failed at step 900: out of memory").is_some());
    assert!(place("Failed at step") < place("Recording to runs/x fails: No space left"));
    assert!(place("No space left") < place("a third thing"));
    // The data is kept.
    assert_eq!(bench.lay().plots.len(), 5);
}

#[test]
fn a_phase_is_said_and_moves_nothing() {
    let mut bench = training();
    for width in [1600.0, 1000.0, 640.0] {
        let places = |bench: &mut Bench, phase: &str| {
            bench.size.x = width;
            bench.scene.run.activity = phase.into();
            drop(bench.lay());
            bench
                .root()
                .query_all_by_label_contains("")
                .map(|node| (node.accesskit_node_label(), format!("{:?}", node.rect())))
                .filter(|(label, _)| !["", "training", phase].contains(&&**label))
                .collect::<Vec<_>>()
        };
        let before = places(&mut bench, "");
        assert!(bench.has_text("training"));
        for phase in ["validating", "writing a checkpoint of everything there is"] {
            assert_eq!(places(&mut bench, phase), before, "{width}");
            assert!(bench.has_text(phase) && !bench.has_text("training"));
        }
    }
    bench.request.is_stopping = true;
    bench.scene.run.activity = "validating".into();
    drop(bench.lay());
    assert!(bench.has_text("stopping · validating"));
    bench.request.is_stopping = false;
    scenes::add_empty(&mut bench.scene, "Held out", Split::Valid, 0);
    drop(bench.lay());
    assert!(bench.has_text("no value yet: validating"));
}

#[test]
fn a_long_name_leaves_the_state_whole() {
    let mut bench = training();
    let mut info = (*bench.scene.run.info).clone();
    info.name = "a name that has no end ".repeat(8);
    bench.scene.run.info = Arc::new(info);
    bench.scene.run.state = RunState::Preparing;
    let mut state_width = |width: f32| {
        bench.size.x = width;
        drop(bench.lay());
        let state = bench.root().query_by_label("preparing");
        state.map(|node| node.rect().width())
    };
    let whole = state_width(1600.0).expect("there is room");
    for width in [320.0, 360.0, 420.0, 480.0, 560.0, 640.0, 800.0] {
        if let Some(here) = state_width(width) {
            assert!((here - whole).abs() < 0.5, "{width}: {here} of {whole}");
        }
    }
    assert!(state_width(420.0).is_some());
}

#[test]
fn what_is_not_drawn_is_counted_even_where_there_is_none() {
    let mut bench = training();
    assert!(bench.has_text("skipped scenes 12"));
    bench.skipped_scenes = 0;
    bench.size.x = 1100.0;
    drop(bench.lay());
    assert!(bench.has_text("skipped scenes 0"));
}

#[test]
fn numbers_of_the_sidebar_have_their_units() {
    let mut bench = training();
    let throughput = Arc::make_mut(&mut bench.scene.series).last_mut();
    throughput.expect("a few series").latest = Some(260.2);
    drop(bench.lay());
    assert!(bench.has_text("speed/throughput 260.2 samples/s"));
}

#[test]
fn the_axis_is_named_while_there_is_room() {
    let mut bench = training();
    for (width, is_named) in [
        (1600.0, true),
        (480.0, true),
        (420.0, true),
        (400.0, true),
        (320.0, false),
    ] {
        bench.size.x = width;
        drop(bench.lay());
        assert_eq!(bench.has_text("x: step"), is_named, "{width}");
        assert!(bench.has_text("epoch 4 / 10"), "{width}");
    }
}

#[test]
fn panels_without_data_say_why() {
    let mut bench = training();
    scenes::add_empty(&mut bench.scene, "Held out", Split::Valid, 0);
    scenes::add_empty(&mut bench.scene, "Broken", Split::None, 7);
    let layout = bench.lay();
    assert_eq!(layout.plots.len(), 5);
    assert!(bench.has_text("measured at the end of an epoch"));
    assert!(bench.has_text("only NaN or infinite values so far: 7"));
}

#[test]
fn software_drawing_is_said_once() {
    let mut bench = training();
    assert!(!bench.has_text("software drawing"));
    bench.is_software = true;
    drop(bench.lay());
    assert_eq!(
        bench
            .root()
            .query_all_by_label_contains("software drawing")
            .count(),
        1
    );
}

#[test]
fn a_long_list_of_series_scrolls() {
    let mut bench = training();
    scenes::add_series(&mut bench.scene, 200);
    drop(bench.lay());
    assert!(bench.has_text("loss/train"));
    assert!(!bench.has_text("layer 199/weight"));
    bench.events.lock().extend([
        Event::PointerMoved(pos2(100.0, 600.0)),
        Event::MouseWheel {
            unit: MouseWheelUnit::Page,
            delta: vec2(0.0, -100.0),
            phase: TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
            modifiers: Modifiers::NONE,
        },
    ]);
    drop(bench.lay());
    assert!(!bench.has_text("loss/train"));
    assert!(bench.has_text("layer 199/weight"));
}

#[test]
fn rows_of_panels_that_do_not_fit_come_with_the_wheel() {
    let mut bench = training();
    bench.size = vec2(640.0, 400.0);
    let first = bench.lay().plots;
    assert_eq!(first.len(), 1);
    assert!(
        first[0].rect.bottom - first[0].rect.top > 100.0,
        "the loss can be read"
    );
    // Over a title: over a plot it zooms.
    let title = pos2(first[0].rect.left + 40.0, first[0].rect.top - 20.0);
    let next = bench.wheel(title, vec2(0.0, -4.0), Modifiers::NONE);
    assert_ne!(next.plots[0].panel, first[0].panel);
    assert_eq!(next.viewport.panels.len(), next.plots.len());
    assert_eq!(next.viewport.panels[0].panel, next.plots[0].panel);
}

/// The middle of a plot, and what is visible there.
fn middle(plot: &Plot) -> (Pos2, Bounds) {
    let rect = plot.rect;
    let at = pos2(
        (rect.left + rect.right) / 2.0,
        (rect.top + rect.bottom) / 2.0,
    );
    (at, plot.bounds)
}

#[test]
fn the_wheel_zooms_about_the_pointer_in_the_same_layout() {
    let mut bench = training();
    let (at, before) = middle(&bench.lay().plots[0]);
    let zoomed = bench.wheel(at, vec2(0.0, 5.0), Modifiers::NONE);
    for plot in &zoomed.plots {
        let (_, after) = middle(plot);
        let factor = before.x.span() / after.x.span();
        assert!((factor - 2.46).abs() < 0.01, "{factor}");
        let still = (before.x.start + before.x.end) / 2.0;
        assert!(((after.x.start + after.x.end) / 2.0 - still).abs() < 1e-3);
    }
    assert_eq!(zoomed.plots[0].bounds.y, before.y);
    let view = zoomed.viewport.panels[0];
    assert_eq!(view.x, XRange::Part(zoomed.plots[0].bounds.x));

    let shift = Modifiers::SHIFT;
    let higher = bench.wheel(at, vec2(0.0, 5.0), shift);
    assert!(higher.plots[0].bounds.y.span() < before.y.span() / 2.0);
    assert_eq!(higher.plots[0].bounds.x, zoomed.plots[0].bounds.x);
    assert_ne!(higher.plots[1].bounds.y, higher.plots[0].bounds.y);
    let view = higher.viewport.panels[0];
    assert_eq!(view.y, YRange::Part(higher.plots[0].bounds.y));

    bench.press(Key::Num0, Modifiers::NONE);
    assert_eq!(bench.lay().plots[0].bounds, before);
}

#[test]
fn a_drag_moves_by_whole_pixels_and_a_double_click_shows_all() {
    let mut bench = training();
    let (at, all) = middle(&bench.lay().plots[0]);
    let zoomed = bench.wheel(at, vec2(0.0, 8.0), Modifiers::NONE);
    let (_, before) = middle(&zoomed.plots[0]);
    bench.hold(at, true);
    let to = at - vec2(40.3, 0.0);
    bench.events.lock().push(Event::PointerMoved(to));
    drop(bench.lay());
    let after = bench.hold(to, false);
    let rect = after.plots[0].rect;
    let pixel = before.x.span() / f64::from(rect.right - rect.left);
    let moved = (after.plots[0].bounds.x.start - before.x.start) / pixel;
    assert!((moved - 40.0).abs() < 1e-6, "{moved} pixels");

    for pressed in [true, false, true, false] {
        bench.time += 0.05;
        drop(bench.hold(at, pressed));
    }
    assert_eq!(bench.lay().plots[0].bounds, all);
}

#[test]
fn axes_count_and_show_what_was_chosen() {
    let mut bench = training();
    drop(bench.lay());
    bench.click("x: step");
    assert!(bench.has_text("x: epoch"));
    let layout = bench.lay();
    assert_eq!(layout.viewport.x_axis, XAxis::Epoch);
    // The scene was made for steps, and is shown so.
    assert_eq!(Some(layout.plots[0].bounds), bench.scene.panels[0].fit);
    bench.press(Key::X, Modifiers::SHIFT);
    assert!(bench.lay().viewport.is_x_log);
    assert!(bench.has_text("x: epoch, log"));
    bench.press(Key::Y, Modifiers::NONE);
    assert_eq!(bench.lay().viewport.panels[0].y, YRange::Visible);
    assert!(bench.has_text("y: visible"));
    bench.press(Key::G, Modifiers::NONE);
    assert_eq!(bench.lay().viewport.panels[0].is_log, Some(true));
}

#[test]
fn the_viewport_is_in_physical_pixels() {
    let mut bench = training();
    bench.pixels_per_point = 2.0;
    bench.size = vec2(800.0, 600.0);
    let layout = bench.lay();
    let (plot, view) = (&layout.plots[0], &layout.viewport.panels[0]);
    assert_eq!(layout.pixels_per_point, 2.0);
    assert_eq!(
        f64::from(view.size_px[0]),
        f64::from((plot.rect.right - plot.rect.left) * 2.0).round()
    );
    assert!((layout.viewport.scene_interval_s - 0.25).abs() < 1e-12);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn plots_lie_apart_within_the_window_at_any_size(
        width in 1f32..4000.0,
        height in 1f32..3000.0,
        scale in 1f32..3.0,
        step in 0u64..1500,
        closing in any::<bool>(),
        is_failed in any::<bool>(),
    ) {
        let mut bench = Bench::new(scenes::run_at(step));
        scenes::add_empty(&mut bench.scene, "a very long title that goes on and on and never seems to find its end", Split::Valid, 3);
        (bench.size, bench.pixels_per_point, bench.closing) = (vec2(width, height), scale, closing);
        if is_failed {
            bench.scene.run.state = RunState::Failed("it broke ".repeat(200).into());
        }
        let layout = bench.lay();
        for (index, plot) in layout.plots.iter().enumerate() {
            let rect = plot.rect;
            prop_assert!(0.0 <= rect.left && rect.left < rect.right && rect.right <= width);
            prop_assert!(0.0 <= rect.top && rect.top < rect.bottom && rect.bottom <= height);
            for other in &layout.plots[index + 1..] {
                let is_apart = rect.right <= other.rect.left || other.rect.right <= rect.left
                    || rect.bottom <= other.rect.top || other.rect.bottom <= rect.top;
                prop_assert!(is_apart, "{plot:?} {other:?}");
            }
        }
    }
}
