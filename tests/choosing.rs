//! Choosing series in the sidebar, as a person does: by pointer, by keys and by the accessibility tree; and the selection that
//! comes of it.

#[path = "support/bench.rs"]
mod bench;
#[path = "support/scenes.rs"]
mod scenes;

use std::sync::Arc;

use egui::accesskit::{Role, Toggled};
use egui::{
    Event, Key, Modifiers, MouseWheelUnit, PointerButton, Pos2, Rect, TouchPhase, pos2, vec2,
};
use egui_kittest::Node;
use egui_kittest::kittest::{NodeT, Queryable};
use emberscope::dashboard::Action;
use emberscope::message::{Kind, RunId};
use emberscope::scene::{Scene, Selection};

use bench::Bench;

impl Bench {
    fn laid(scene: Scene) -> Self {
        let mut bench = Self::new(scene);
        drop(bench.lay());
        bench
    }

    fn training() -> Self {
        Self::laid(scenes::run_at(1284))
    }

    fn many() -> Self {
        let mut scene = scenes::run_at(1284);
        scenes::add_series(&mut scene, 10_000);
        Self::laid(scene)
    }

    fn selection(&mut self) -> Arc<Selection> {
        self.lay().viewport.selection
    }

    fn hidden(&mut self) -> Vec<String> {
        let selection = self.selection();
        selection.hidden.iter().map(ToString::to_string).collect()
    }

    /// The toggle whose label begins so.
    fn find_row(&self, begin: &str) -> Option<Node<'_>> {
        let label = |node: &Node<'_>| node.accesskit_node().label().unwrap_or_default();
        let mut toggles = self.root().query_all_by_role(Role::CheckBox);
        toggles.find(|node| label(node).starts_with(begin))
    }

    fn row(&self, begin: &str) -> Node<'_> {
        self.find_row(begin)
            .unwrap_or_else(|| panic!("no row {begin}"))
    }

    fn is_on(&self, begin: &str) -> bool {
        self.row(begin).accesskit_node().toggled() == Some(Toggled::True)
    }

    fn center(&self, begin: &str) -> Pos2 {
        self.row(begin).rect().center()
    }

    /// The rows of the list, from the top.
    fn order(&self) -> Vec<String> {
        let mut rows: Vec<(f32, String)> = self
            .root()
            .query_all_by_role(Role::CheckBox)
            .map(|node| {
                let label = node.accesskit_node().label().unwrap_or_default();
                (node.rect().top(), label)
            })
            .filter(|(_, label)| label.contains('/') && !label.starts_with("all of"))
            .collect();
        rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        let name = |label: String| label.split(' ').next().unwrap_or_default().to_owned();
        rows.into_iter().map(|(_, label)| name(label)).collect()
    }

    /// The button of that name; that of a menu where there is one in it, too.
    fn find_button(&self, name: &str) -> Rect {
        let buttons = self.root().query_all_by_role_and_label(Role::Button, name);
        buttons
            .map(|node| node.rect())
            .max_by(|a, b| a.left().total_cmp(&b.left()))
            .unwrap_or_else(|| panic!("no button {name}"))
    }

    fn click_at(&mut self, at: Pos2, button: PointerButton, modifiers: Modifiers) -> Vec<Action> {
        // Not so soon that it would be a double click.
        self.time += 1.0;
        self.push_button(at, button, true, modifiers);
        self.push_button(at, button, false, modifiers);
        self.lay().actions
    }

    fn click_on(&mut self, at: Pos2) {
        self.click_at(at, PointerButton::Primary, Modifiers::NONE);
    }

    fn click_button(&mut self, name: &str) {
        let at = self.find_button(name).center();
        self.click_on(at);
    }

    /// Opens the menu of a row.
    fn menu(&mut self, begin: &str) {
        let at = self.center(begin);
        self.click_at(at, PointerButton::Secondary, Modifiers::NONE);
    }

    fn key(&mut self, key: Key) -> Vec<Action> {
        self.press(key, Modifiers::NONE)
    }

    /// Writes as a keyboard does: keys, and what they mean.
    fn write(&mut self, text: &str) -> Vec<Action> {
        let mut actions = Vec::new();
        for letter in text.chars() {
            let written = letter.to_string();
            self.events.lock().push(Event::Text(written.clone()));
            match Key::from_name(&written.to_uppercase()) {
                Some(key) => actions.extend(self.key(key)),
                None => actions.extend(self.lay().actions),
            }
        }
        actions
    }

    /// Filters by a text.
    fn filter(&mut self, text: &str) {
        self.key(Key::Slash);
        self.write(text);
    }

    fn turn(&mut self, at: Pos2, notches: f32) {
        self.events.lock().extend([
            Event::PointerMoved(at),
            Event::MouseWheel {
                unit: MouseWheelUnit::Line,
                delta: vec2(0.0, notches),
                phase: TouchPhase::Move,
                source: egui::MouseWheelSource::Unknown,
                modifiers: Modifiers::NONE,
            },
        ]);
        drop(self.lay());
    }

    /// Drags from a place to another.
    fn carry(&mut self, from: Pos2, to: Pos2) {
        drop(self.hold(from, true));
        drop(self.point(from + vec2(0.0, 8.0)));
        drop(self.point(to));
        drop(self.hold(to, false));
    }

    /// Gives the keyboard to a row.
    fn focus(&mut self, begin: &str) {
        self.key(Key::Slash);
        self.key(Key::ArrowDown);
        for _ in 0..30 {
            if self.row(begin).is_focused() {
                return;
            }
            self.key(Key::ArrowDown);
        }
        panic!("arrows never reached {begin}");
    }
}

#[test]
fn a_click_hides_a_series_and_another_shows_it() {
    let mut bench = Bench::training();
    assert!(bench.is_on("loss/train"));
    let at = bench.center("loss/train");
    bench.click_on(at);
    assert_eq!(bench.hidden(), ["loss/train"]);
    // It stays in the list.
    assert!(!bench.is_on("loss/train") && bench.is_on("loss/valid"));
    bench.click_on(at);
    assert_eq!(bench.hidden(), [""; 0]);
    bench.row("loss/valid").click_accesskit();
    drop(bench.lay());
    bench.click_on(at);
    assert_eq!(bench.hidden(), ["loss/train", "loss/valid"]);
    bench.click_on(bench.find_button("2 hidden").center());
    assert_eq!(bench.hidden(), [""; 0]);
}

#[test]
fn alt_and_a_click_leave_one_and_bring_all_again() {
    let mut bench = Bench::training();
    let all = bench.scene.series.len();
    let at = bench.center("loss/valid");
    bench.click_at(at, PointerButton::Primary, Modifiers::ALT);
    let hidden = bench.hidden();
    assert_eq!(hidden.len(), all - 1);
    assert!(!hidden.contains(&"loss/valid".to_owned()));
    bench.click_at(at, PointerButton::Primary, Modifiers::ALT);
    assert_eq!(bench.hidden(), [""; 0]);
}

#[test]
fn the_list_is_worked_by_keys_alone() {
    let mut bench = Bench::training();
    bench.focus("loss/train");
    assert_eq!(bench.key(Key::Space), []);
    assert_eq!(bench.hidden(), ["loss/train"]);
    bench.key(Key::Space);
    bench.key(Key::Enter);
    assert_eq!(bench.hidden().len(), bench.scene.series.len() - 1);
    bench.key(Key::Enter);
    assert_eq!(bench.hidden(), [""; 0]);

    assert_eq!(bench.order()[..2], ["loss/train", "loss/valid"]);
    bench.press(Key::ArrowDown, Modifiers::ALT);
    assert_eq!(bench.order()[..2], ["loss/valid", "loss/train"]);
    assert_eq!(bench.selection().order.len(), 2);
    assert!(bench.row("loss/train").is_focused());
    bench.press(Key::ArrowDown, Modifiers::ALT);
    assert_eq!(bench.order()[..2], ["loss/valid", "loss/train"]);
    bench.press(Key::ArrowUp, Modifiers::ALT);
    assert_eq!(bench.order()[..2], ["loss/train", "loss/valid"]);

    bench.key(Key::ArrowDown);
    assert!(bench.row("loss/valid").is_focused());
    bench.key(Key::End);
    bench.key(Key::Home);
    bench.key(Key::ArrowDown);
    assert!(bench.row("loss/train").is_focused());

    bench.press(Key::F10, Modifiers::SHIFT);
    assert!(bench.has_text("Only this"));
    bench.key(Key::Escape);
    assert!(!bench.has_text("Only this"));
}

#[test]
fn a_filter_lists_what_matches_and_leaves_commands_alone() {
    let mut bench = Bench::training();
    assert_eq!(bench.key(Key::Slash), []);
    assert_eq!(bench.write("TRAIN"), [], "letters are not commands here");
    assert!(bench.has_text(&format!("2 of {}", bench.scene.series.len())));
    assert_eq!(bench.order(), ["loss/train", "accuracy/train"]);
    // Escape clears, and leaves when there is nothing to clear.
    bench.key(Key::Escape);
    assert_eq!(bench.order().len(), bench.scene.series.len());
    bench.write("valid");
    assert_eq!(bench.order(), ["loss/valid", "accuracy/valid"]);
    bench.key(Key::Escape);
    bench.key(Key::Escape);
    assert_eq!(bench.key(Key::T), [Action::ToggleTheme]);
    let control = Modifiers {
        ctrl: true,
        command: true,
        ..Modifiers::NONE
    };
    bench.press(Key::F, control);
    bench.write("loss/t");
    assert_eq!(bench.order(), ["loss/train"]);
    bench.write("zzz");
    assert!(bench.has_text("nothing matches"));
    assert!(bench.has_text(&format!("0 of {}", bench.scene.series.len())));
}

#[test]
fn an_expression_that_does_not_compile_is_said_and_the_last_good_one_stays() {
    let mut bench = Bench::training();
    let at = bench.center("regular expression");
    bench.click_on(at);
    bench.filter("^loss/");
    assert_eq!(bench.order(), ["loss/train", "loss/valid"]);
    bench.write("(");
    assert!(bench.has_text("unclosed group"));
    assert_eq!(bench.order(), ["loss/train", "loss/valid"]);
    bench.write("v)");
    assert!(!bench.has_text("unclosed group"));
    assert_eq!(bench.order(), ["loss/valid"]);
    bench.click_on(at);
    assert!(bench.has_text("nothing matches"));
}

#[test]
fn all_that_match_are_hidden_and_shown_together() {
    let mut bench = Bench::training();
    bench.filter("train");
    bench.click_button("hide matching");
    assert_eq!(bench.hidden(), ["accuracy/train", "loss/train"]);
    bench.key(Key::Slash);
    bench.key(Key::Escape);
    bench.filter("loss");
    bench.click_button("show matching");
    assert_eq!(bench.hidden(), ["accuracy/train"]);
}

#[test]
fn a_group_folds_and_is_hidden_as_a_whole() {
    let mut bench = Bench::training();
    bench.click_button("loss");
    assert!(bench.find_row("loss/train").is_none() && bench.find_row("accuracy/train").is_some());
    // A filter looks into it.
    bench.filter("loss");
    assert!(bench.find_row("loss/train").is_some());
    bench.key(Key::Escape);
    bench.key(Key::Escape);
    bench.click_button("loss");
    assert!(bench.find_row("loss/train").is_some());
    let at = bench.center("all of loss");
    bench.click_on(at);
    assert_eq!(bench.hidden(), ["loss/train", "loss/valid"]);
    assert!(!bench.is_on("all of loss"));
    bench.click_on(at);
    assert_eq!(bench.hidden(), [""; 0]);
}

#[test]
fn the_menu_of_a_series_does_what_it_says() {
    let mut bench = Bench::training();
    bench.menu("loss/train");
    bench.click_button("Only this");
    assert!(!bench.has_text("Only this"), "it closes");
    assert_eq!(bench.hidden().len(), bench.scene.series.len() - 1);
    bench.menu("loss/valid");
    bench.click_button("Show");
    assert!(bench.is_on("loss/valid"));
    bench.menu("loss/train");
    bench.click_button("colour violet");
    assert_eq!(bench.selection().colors.get("loss/train"), Some(&3));
    bench.menu("loss/train");
    bench.click_button("reset");
    assert!(bench.selection().colors.is_empty());
    bench.menu("loss/train");
    bench.click_button("Move down");
    assert_eq!(bench.order()[..2], ["loss/valid", "loss/train"]);

    bench.menu("loss/valid");
    bench.click_button("Move to panel…");
    bench.click_button("accuracy");
    let panels = bench.selection().panels.clone();
    assert_eq!(
        panels.get("loss/valid").map(|panel| &**panel),
        Some("accuracy")
    );
    // It is listed there, and first, as it was put first before.
    let heading = bench.find_button("accuracy");
    let row = bench.row("loss/valid").rect();
    assert!(heading.bottom() <= row.top() + 0.5);
    assert_eq!(bench.order()[1..3], ["loss/valid", "accuracy/train"]);
    bench.menu("loss/valid");
    bench.click_button("Move to panel…");
    bench.click_button("own panel");
    let panels = bench.selection().panels.clone();
    assert_eq!(
        panels.get("loss/valid").map(|panel| &**panel),
        Some("loss/valid")
    );
    bench.menu("loss/valid");
    bench.click_button("Move to panel…");
    bench.click_button("automatic");
    assert!(bench.selection().panels.is_empty());

    bench.menu("loss/valid");
    bench.click_on(pos2(900.0, 500.0));
    assert!(!bench.has_text("Only this"), "a click elsewhere closes it");
}

#[test]
fn a_menu_depends_on_nothing_but_model_and_input() {
    let mut bench = Bench::training();
    bench.menu("loss/train");
    assert!(bench.has_text("Only this"));
    let before = bench.lay();
    for later in [0.016, 0.4, 60.0] {
        bench.time += later;
        let after = bench.lay();
        assert!(!after.is_changed, "{later} s later");
        assert_eq!(
            format!("{:?}", before.primitives),
            format!("{:?}", after.primitives)
        );
    }
}

#[test]
fn a_series_is_dragged_to_another_place() {
    let mut bench = Bench::training();
    let (from, to) = (
        bench.row("loss/train").rect(),
        bench.row("loss/valid").rect(),
    );
    bench.carry(from.center(), to.center() + vec2(0.0, 6.0));
    assert_eq!(bench.order()[..2], ["loss/valid", "loss/train"]);
    // Among another group's, it goes into their panel.
    let to = bench.row("accuracy/train").rect();
    let from = bench.center("loss/train");
    bench.carry(from, to.center() + vec2(0.0, 6.0));
    let order = bench.order();
    assert_eq!(order[..3], ["loss/valid", "accuracy/train", "loss/train"]);
    let selection = bench.selection();
    let panel = selection.panels.get("loss/train");
    assert_eq!(panel.map(|panel| &**panel), Some("accuracy"));
}

#[test]
fn a_series_is_dragged_onto_a_panel_unless_escape_says_no() {
    let mut bench = Bench::training();
    let plots = bench.lay().plots;
    let scene_panel = |index: usize| bench.scene.panels[index].name.clone();
    let name = scene_panel(1);
    let rect = plots[1].rect;
    let at = pos2(
        (rect.left + rect.right) / 2.0,
        (rect.top + rect.bottom) / 2.0,
    );
    let from = bench.center("loss/train");
    drop(bench.hold(from, true));
    let before = bench.point(from + vec2(8.0, 0.0));
    let over = bench.point(at);
    assert!(over.is_changed && before.plots == over.plots);
    bench.key(Key::Escape);
    drop(bench.hold(at, false));
    assert_eq!(*bench.selection(), Selection::default());

    bench.carry(from, at);
    let selection = bench.selection();
    assert_eq!(selection.panels.get("loss/train"), Some(&name));
    assert!(selection.hidden.is_empty(), "a drag is not a click");
    // Nor is the chart moved by it.
    assert_eq!(bench.lay().plots[1].bounds, plots[1].bounds);
}

#[test]
fn runs_are_hidden_and_coloured_and_their_series_listed_once() {
    let mut scene = scenes::run_at(1284);
    let all = scene.series.len();
    scenes::add_run(&mut scene, "digits-mlp");
    let mut bench = Bench::laid(scene);
    assert!(bench.has_text("RUNS") || bench.is_on("digits-mlp"));
    assert_eq!(bench.order().len(), all);
    let at = bench.center("digits-mlp");
    bench.click_on(at);
    assert!(bench.selection().hidden_runs.contains(&RunId(2)));
    assert!(!bench.is_on("digits-mlp") && bench.is_on("digits-cnn"));
    bench.menu("digits-mlp");
    bench.click_button("colour green");
    assert_eq!(bench.selection().run_colors.get(&RunId(2)), Some(&2));
    bench.menu("digits-mlp");
    bench.click_button("Show");
    assert!(bench.selection().hidden_runs.is_empty());
}

#[test]
fn the_filter_lists_runs_by_their_name_and_by_what_they_have() {
    let mut scene = scenes::run_at(1284);
    scenes::add_run(&mut scene, "digits-mlp");
    let series = Arc::make_mut(&mut scene.series);
    series.retain(|series| series.key.run == RunId(1) || &*series.name != "loss/valid");
    let mut bench = Bench::laid(scene);
    let listed =
        |bench: &Bench| ["digits-cnn", "digits-mlp"].map(|run| bench.find_row(run).is_some());
    let field = |bench: &Bench| {
        let root = bench.root();
        let field = root.get_by_role_and_label(Role::TextInput, "filter runs and series");
        field.rect()
    };
    let place = field(&bench);
    for (text, runs) in [
        ("mlp", [false, true]),
        ("loss/valid", [true, false]),
        ("loss", [true, true]),
        ("neither", [false, false]),
    ] {
        bench.key(Key::Slash);
        bench.events.lock().push(Event::Text(text.to_owned()));
        drop(bench.lay());
        assert_eq!(listed(&bench), runs, "{text}");
        assert_eq!(field(&bench), place, "it stays while {text} is written");
        assert_eq!(
            bench.has_text("no run matches"),
            runs == [false; 2],
            "{text}"
        );
        bench.key(Key::Escape);
        assert_eq!(listed(&bench), [true, true], "after {text}");
        bench.key(Key::Escape);
    }
}

#[test]
fn the_sidebar_is_as_wide_as_it_is_dragged() {
    let mut bench = Bench::training();
    let first = |bench: &mut Bench| bench.lay().plots[0].rect.left;
    let before = first(&mut bench);
    bench.carry(pos2(240.0, 500.0), pos2(300.0, 500.0));
    assert!((first(&mut bench) - before - 60.0).abs() < 1.5);
    bench.carry(pos2(300.0, 500.0), pos2(1200.0, 500.0));
    assert!((first(&mut bench) - before - 180.0).abs() < 1.5);
    for pressed in [true, false, true, false] {
        bench.time += 0.05;
        drop(bench.hold(pos2(420.0, 500.0), pressed));
    }
    assert!((first(&mut bench) - before).abs() < 1.5);
}

#[test]
fn the_sidebar_comes_and_goes_by_key() {
    let mut bench = Bench::training();
    assert!(bench.find_row("loss/train").is_some());
    bench.key(Key::B);
    assert!(bench.find_row("loss/train").is_none());
    // Whoever wants to filter wants to see the list.
    bench.key(Key::Slash);
    assert!(bench.find_row("loss/train").is_some());
    bench.key(Key::Escape);
    for size in [vec2(640.0, 400.0), vec2(480.0, 400.0)] {
        let mut bench = Bench::training();
        bench.size = size;
        drop(bench.lay());
        assert!(bench.find_row("loss/train").is_none());
        bench.key(Key::B);
        assert!(bench.find_row("loss/train").is_some());
        assert_eq!(bench.lay().plots.is_empty(), size.x < 500.0);
        bench.key(Key::B);
        assert!(bench.find_row("loss/train").is_none());
        assert!(!bench.lay().plots.is_empty());
    }
}

#[test]
fn ten_thousand_series_are_scrolled_and_filtered() {
    let mut bench = Bench::many();
    let over = pos2(100.0, 600.0);
    assert!(bench.order().len() < 60, "only what is visible is laid out");
    bench.turn(over, -1.0);
    assert!(bench.find_row("loss/train").is_none());
    bench.key(Key::End);
    assert!(bench.find_row("layer 9999/weight").is_some());
    bench.key(Key::Home);
    assert!(bench.find_row("loss/train").is_some());
    bench.key(Key::PageDown);
    assert!(bench.find_row("loss/train").is_none());
    // To the end of the bar.
    bench.carry(pos2(234.0, 500.0), pos2(234.0, 999.0));
    assert!(bench.find_row("layer 9999/weight").is_some());
    bench.filter("LAYER 77");
    assert!(bench.has_text("111 of 10,0"));
    assert!(bench.find_row("layer 77/weight").is_some());
    bench.click_button("hide matching");
    assert_eq!(bench.hidden().len(), 111);
}

#[test]
fn under_a_question_nothing_is_chosen() {
    let mut bench = Bench::training();
    let at = bench.center("loss/train");
    bench.closing = true;
    drop(bench.lay());
    bench.click_on(at);
    bench.click_at(at, PointerButton::Secondary, Modifiers::NONE);
    bench.carry(at, pos2(800.0, 300.0));
    bench.closing = false;
    assert_eq!(*bench.selection(), Selection::default());
    assert!(!bench.has_text("Only this"));
}

#[test]
fn a_series_of_images_is_listed_with_their_count_and_nothing_to_hide() {
    let mut scene = scenes::run_at(1284);
    scenes::add_bulk(&mut scene, "samples/worst", Kind::Image, 2_400, 31);
    scenes::add_bulk(&mut scene, "samples/best", Kind::Confusion, 0, 0);
    let mut bench = Bench::laid(scene);
    let row = |bench: &Bench, label: &str| {
        let row = bench.root().query_by_role_and_label(Role::ListItem, label);
        row.unwrap_or_else(|| panic!("no row {label}"))
            .rect()
            .center()
    };
    let at = row(&bench, "samples/worst 2,400 images");
    row(&bench, "samples/best no value yet");
    bench.click_on(at);
    bench.click_at(at, PointerButton::Secondary, Modifiers::NONE);
    drop(bench.drag(at, at + vec2(600.0, 100.0)));
    assert_eq!(*bench.selection(), Selection::default());
    assert!(bench.find_row("samples/worst").is_none());
}
