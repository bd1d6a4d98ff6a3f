//! The dashboard without a pointer and without eyes: keys, the command palette, the accessibility tree, focus, size.

#[path = "support/bench.rs"]
mod bench;
#[path = "support/scenes.rs"]
mod scenes;

use std::collections::HashSet;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, pos2, vec2};
use egui_kittest::Node;
use egui_kittest::kittest::{NodeT, Queryable};
use emberscope::dashboard::Action;
use emberscope::message::Command;
use emberscope::scene::{Contrast, Scene, Theme, XAxis, XRange};

use bench::Bench;

const CONTROL: Modifiers = Modifiers {
    ctrl: true,
    command: true,
    ..Modifiers::NONE
};

impl Bench {
    fn write(&mut self, text: &str) {
        self.events.lock().push(Event::Text(text.to_owned()));
        drop(self.lay());
    }

    /// What the palette offers, in its order, and whether it is chosen.
    fn offered(&self) -> Vec<(String, bool)> {
        let rows = self.root();
        rows.query_all_by_role(Role::ListBoxOption)
            .map(|row| {
                let node = row.accesskit_node();
                let is_chosen = node.toggled() == Some(egui::accesskit::Toggled::True);
                (node.label().unwrap_or_default(), is_chosen)
            })
            .collect()
    }

    /// The title of the panel that was chosen by key.
    fn chosen_panel(&self) -> Option<String> {
        let root = self.root();
        let mut figures = root.query_all_by_role(Role::Figure);
        let chosen = figures.find(Node::is_focused)?;
        chosen.accesskit_node().label()
    }
}

fn laid(scene: Scene) -> Bench {
    let mut bench = Bench::new(scene);
    drop(bench.lay());
    bench
}

fn training() -> Bench {
    laid(scenes::run_at(1284))
}

#[test]
fn letters_do_nothing_while_the_help_is_open() {
    let mut bench = training();
    bench.press(Key::F1, Modifiers::NONE);
    assert!(bench.has_text("Zoom in"));
    for key in [Key::S, Key::T, Key::L, Key::Space, Key::X] {
        assert_eq!(bench.press(key, Modifiers::NONE), [], "{key:?}");
    }
    assert_eq!(bench.dashboard.theme(), Theme::DARK);
    assert_eq!(bench.lay().viewport.x_axis, XAxis::Step);
    assert_eq!(bench.press(Key::Q, CONTROL), [Action::Close]);
    bench.press(Key::F1, Modifiers::NONE);
    assert!(!bench.has_text("Zoom in"));
    assert_eq!(
        bench.press(Key::S, Modifiers::NONE),
        [Action::Ask(Command::Stop)]
    );
}

#[test]
fn the_palette_does_what_is_chosen_and_is_gone() {
    let mut bench = training();
    assert!(bench.offered().is_empty());
    bench.press(Key::K, CONTROL);
    let offered = bench.offered();
    assert_eq!(offered.len(), 12);
    assert_eq!(offered[0], ("Pause or resume".to_owned(), true));
    // Letters go into the field, and ask for nothing else.
    bench.write("stop");
    assert_eq!(bench.press(Key::S, Modifiers::NONE), []);
    assert_eq!(bench.offered()[0].0, "Stop the training");
    assert_eq!(
        bench.press(Key::Enter, Modifiers::NONE),
        [Action::Ask(Command::Stop)]
    );
    assert!(bench.offered().is_empty());
    // It remembers nothing.
    bench.press(Key::P, CONTROL | Modifiers::SHIFT);
    assert_eq!(bench.offered().len(), 12);
    bench.press(Key::ArrowDown, Modifiers::NONE);
    bench.press(Key::ArrowDown, Modifiers::NONE);
    bench.press(Key::ArrowUp, Modifiers::NONE);
    assert!(bench.offered()[1].1);
    assert_eq!(
        bench.press(Key::Enter, Modifiers::NONE),
        [Action::Ask(Command::Step)]
    );
    for close in [(Key::Escape, Modifiers::NONE), (Key::K, CONTROL)] {
        bench.press(Key::K, CONTROL);
        assert!(!bench.offered().is_empty());
        assert_eq!(bench.press(close.0, close.1), []);
        assert!(bench.offered().is_empty(), "{close:?}");
    }
}

#[test]
fn a_click_on_a_row_chooses_it() {
    let mut bench = training();
    bench.press(Key::K, CONTROL);
    bench.write("dark or");
    bench
        .root()
        .get_by_role_and_label(Role::ListBoxOption, "Dark or light")
        .click();
    assert_eq!(bench.lay().actions, [Action::ToggleTheme]);
    assert!(bench.offered().is_empty());
}

#[test]
fn letters_that_nothing_has_choose_nothing() {
    let mut bench = training();
    bench.press(Key::K, CONTROL);
    bench.write("qqqq");
    assert!(bench.has_text("Nothing has these letters"));
    assert_eq!(bench.press(Key::Enter, Modifiers::NONE), []);
    assert!(bench.has_text("Nothing has these letters"));
    bench.closing = true;
    drop(bench.lay());
    assert!(!bench.has_text("Nothing has these letters"));
}

#[test]
fn the_palette_goes_to_a_panel_that_is_out_of_sight() {
    let mut bench = training();
    bench.size = vec2(640.0, 400.0);
    let plots = bench.lay().plots;
    let last = bench.scene.panels.last().expect("it has panels").clone();
    assert!(plots.iter().all(|plot| plot.panel != last.id));
    bench.press(Key::K, CONTROL);
    bench.write(&last.name);
    bench.press(Key::Enter, Modifiers::NONE);
    let plots = bench.lay().plots;
    assert!(plots.iter().any(|plot| plot.panel == last.id));
    assert_eq!(bench.chosen_panel().as_deref(), Some(&*last.title));
}

#[test]
fn a_panel_is_chosen_by_key_until_the_pointer_moves() {
    let mut bench = training();
    assert_eq!(bench.chosen_panel(), None);
    let titles: Vec<String> = bench
        .scene
        .panels
        .iter()
        .map(|panel| panel.title.to_string())
        .collect();
    for title in &titles {
        bench.press(Key::J, Modifiers::NONE);
        assert_eq!(bench.chosen_panel().as_ref(), Some(title));
    }
    bench.press(Key::F6, Modifiers::SHIFT);
    let chosen = bench.chosen_panel();
    assert_eq!(chosen.as_ref(), titles.get(titles.len() - 2));
    // It is the one that letters mean, and arrows move in it.
    bench.press(Key::G, Modifiers::NONE);
    let panels = bench.lay().viewport.panels;
    let changed: Vec<_> = panels.iter().filter(|view| view.is_log.is_some()).collect();
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0].panel, bench.scene.panels[titles.len() - 2].id);
    bench.press(Key::Plus, Modifiers::NONE);
    bench.press(Key::ArrowLeft, Modifiers::NONE);
    assert_eq!(bench.chosen_panel(), chosen);
    assert_ne!(bench.lay().viewport.panels[0].x, XRange::All);
    assert_eq!(
        bench.press(Key::Space, Modifiers::NONE),
        [Action::Ask(Command::Pause)]
    );
    bench
        .events
        .lock()
        .push(Event::PointerMoved(pos2(700.0, 400.0)));
    drop(bench.lay());
    assert_eq!(bench.chosen_panel(), None);
}

#[test]
fn every_chart_is_told_in_a_sentence() {
    let bench = training();
    let root = bench.root();
    let figures: Vec<Node<'_>> = root.query_all_by_role(Role::Figure).collect();
    assert_eq!(figures.len(), bench.scene.panels.len());
    for (figure, panel) in figures.iter().zip(&bench.scene.panels) {
        let node = figure.accesskit_node();
        assert_eq!(node.label().as_deref(), Some(&*panel.title));
        let text = node.description().unwrap_or_default();
        let noun = if panel.lines.len() == 1 {
            "line"
        } else {
            "lines"
        };
        assert!(
            text.starts_with(&format!("{} {noun}, steps 0 to ", panel.lines.len())),
            "{text}"
        );
        assert!(
            panel.lines.iter().all(|line| text.contains(&*line.label)),
            "{text}"
        );
        assert!(
            text.contains("latest") && text.contains("y axis "),
            "{text}"
        );
    }
}

/// Roles of what a person can act on.
const INTERACTIVE: [Role; 8] = [
    Role::Button,
    Role::Slider,
    Role::CheckBox,
    Role::TextInput,
    Role::ListBoxOption,
    Role::MenuItem,
    Role::Figure,
    Role::ComboBox,
];

#[test]
fn whatever_can_be_acted_on_has_a_name_and_a_role() {
    let mut bench = training();
    for (key, modifiers) in [
        (None, CONTROL),
        (Some(Key::F1), Modifiers::NONE),
        (Some(Key::R), Modifiers::NONE),
        (Some(Key::K), CONTROL),
    ] {
        if let Some(key) = key {
            bench.press(Key::Escape, Modifiers::NONE);
            bench.press(key, modifiers);
        }
        let root = bench.root();
        let mut count = 0;
        for node in root.children_recursive() {
            let node = node.accesskit_node();
            let can_be_focused = node.data().supports_action(egui::accesskit::Action::Focus);
            if INTERACTIVE.contains(&node.role()) || can_be_focused {
                count += 1;
                let name = node.label().unwrap_or_default();
                assert!(
                    !name.trim().is_empty(),
                    "{:?} at {:?}",
                    node.role(),
                    node.bounding_box()
                );
                assert_ne!(node.role(), Role::Unknown, "{name}");
            }
        }
        assert!(count > 8, "{count}");
    }
    bench.press(Key::Escape, Modifiers::NONE);
    let root = bench.root();
    let slider = root.get_by_role(Role::Slider);
    assert!(slider.accesskit_node().numeric_value().is_some());
}

#[test]
fn what_tab_reaches_is_seen_to_be_reached() {
    let mut bench = training();
    let mut reached = HashSet::new();
    for _ in 0..40 {
        let focus = |bench: &mut Bench| {
            for pressed in [true, false] {
                bench.events.lock().push(Event::Key {
                    key: Key::Tab,
                    physical_key: None,
                    pressed,
                    repeat: false,
                    modifiers: Modifiers::NONE,
                });
            }
            let is_changed = bench.lay().is_changed;
            let root = bench.root();
            let focused = root.children_recursive().filter(Node::is_focused);
            let names: Vec<String> = focused
                .filter_map(|node| node.accesskit_node().label())
                .collect();
            (is_changed, names)
        };
        let (is_changed, names) = focus(&mut bench);
        assert!(is_changed, "{names:?}");
        reached.extend(names);
    }
    for name in ["Stop", "Keys", "Theme", "Smoothing", "x: step", "Loss"] {
        assert!(reached.contains(name), "{name} in {reached:?}");
    }
}

#[test]
fn a_reader_hears_the_windows_name_and_how_far_lines_are_smoothed() {
    let mut bench = training();
    bench.lay();
    let root = bench.root();
    let window = root.accesskit_node().label();
    assert!(window.is_some_and(|name| name.ends_with(" — emberscope")));
    let sliders = root.children_recursive().map(|node| node.accesskit_node());
    let smoothing = sliders
        .filter(|node| node.label().as_deref() == Some("Smoothing"))
        .map(|node| (node.numeric_value(), node.value()))
        .next();
    assert_eq!(smoothing, Some((Some(0.6), Some("0.60".to_owned()))));
}

#[test]
fn size_goes_in_steps_and_has_ends() {
    let mut bench = training();
    let zoom = |bench: &Bench| (bench.dashboard.zoom() * 10.0).round();
    bench.press(Key::Plus, CONTROL);
    assert!((zoom(&bench) - 11.0).abs() < 0.01);
    // On many keyboards it takes Shift to write a plus.
    bench.press(Key::Equals, CONTROL | Modifiers::SHIFT);
    assert!((zoom(&bench) - 12.0).abs() < 0.01);
    bench.press(Key::Num0, CONTROL);
    assert!((zoom(&bench) - 10.0).abs() < 0.01);
    for _ in 0..30 {
        bench.press(Key::Minus, CONTROL);
    }
    assert!((zoom(&bench) - 8.0).abs() < 0.01);
    for _ in 0..30 {
        bench.press(Key::Plus, CONTROL);
    }
    assert!((zoom(&bench) - 20.0).abs() < 0.01);
    for wild in [f32::NAN, f32::INFINITY, -3.0, 0.0] {
        bench.dashboard.set_zoom(wild);
        assert!((0.8..=2.0).contains(&bench.dashboard.zoom()), "{wild}");
    }
}

#[test]
fn twice_as_large_is_laid_out_as_in_a_window_half_as_large() {
    let mut large = training();
    large.size = vec2(1280.0, 720.0);
    large.dashboard.set_zoom(2.0);
    let large = large.lay();
    let mut small = training();
    small.size = vec2(640.0, 360.0);
    let small = small.lay();
    assert!((large.pixels_per_point - 2.0).abs() < 1e-6);
    assert_eq!(large.plots.len(), small.plots.len());
    for (large, small) in large.plots.iter().zip(&small.plots) {
        let widths = large.rect.right - large.rect.left - (small.rect.right - small.rect.left);
        assert!(widths.abs() <= 1.0, "{large:?} {small:?}");
        // Whole pixels.
        assert!((large.rect.left * 2.0).fract().abs() < 1e-3);
    }
}

#[test]
fn ground_and_contrast_are_changed_by_key() {
    let mut bench = training();
    assert_eq!(bench.press(Key::T, Modifiers::SHIFT), [Action::ToggleTheme]);
    assert_eq!(bench.dashboard.theme(), Theme::HIGH_CONTRAST);
    bench.press(Key::T, Modifiers::NONE);
    assert_eq!(bench.dashboard.theme(), Theme::HIGH_CONTRAST_LIGHT);
    assert_eq!(bench.dashboard.theme().contrast, Contrast::High);
    bench.press(Key::T, Modifiers::SHIFT);
    assert_eq!(bench.dashboard.theme(), Theme::LIGHT);
}
