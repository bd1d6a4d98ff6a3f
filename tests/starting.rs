//! Starting runs and comparing them, in the dashboard: the form for a new run, the table of runs.

#[path = "support/bench.rs"]
mod bench;
#[path = "support/scenes.rs"]
mod scenes;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use emberscope::dashboard::{Action, Others, StartWish};
use emberscope::message::RunId;
use emberscope::scene::Scene;

use bench::Bench;

const CONTROL: Modifiers = Modifiers {
    ctrl: true,
    command: true,
    ..Modifiers::NONE
};
const NONE: Modifiers = Modifiers::NONE;

/// A dashboard of a program with experiments, and what it shows.
fn offering(scene: Scene) -> Bench {
    let mut bench = Bench::new(scene);
    bench.tick = 1.0;
    bench.offers = scenes::offers();
    drop(bench.lay());
    bench
}

/// One with nothing to show yet, in a window of that size.
fn asking(size: [f32; 2]) -> Bench {
    let mut bench = Bench::new(Scene::default());
    bench.tick = 1.0;
    bench.offers = scenes::offers();
    bench.size = size.into();
    bench.dashboard.ask_for_run();
    drop(bench.lay());
    bench
}

impl Bench {
    fn is_open(&self) -> bool {
        self.has_text("New run") && self.button("Start").is_some()
    }

    fn write(&mut self, text: &str) {
        self.events.lock().push(Event::Text(text.to_owned()));
        drop(self.lay());
    }

    /// Puts a text in place of what stands in a field.
    fn fill(&mut self, field: &str, text: &str) {
        let root = self.root();
        root.query_by_role_and_label(Role::TextInput, field)
            .unwrap_or_else(|| panic!("no field {field}"))
            .focus();
        drop(self.lay());
        drop(self.press(Key::A, CONTROL));
        if text.is_empty() {
            drop(self.press(Key::Delete, NONE));
        } else {
            self.write(text);
        }
    }

    /// What stands in a field, and what is said of it.
    fn field(&self, field: &str) -> (String, String) {
        let root = self.root();
        let node = root
            .query_by_role_and_label(Role::TextInput, field)
            .unwrap_or_else(|| panic!("no field {field}"));
        let node = node.accesskit_node();
        (
            node.value().unwrap_or_default(),
            node.description().unwrap_or_default(),
        )
    }

    /// The rows of a list, in its order, and whether each is the chosen one.
    fn rows(&self) -> Vec<(String, bool)> {
        let root = self.root();
        let rows = root.query_all_by_role(Role::ListBoxOption);
        rows.map(|row| {
            let node = row.accesskit_node();
            let is_chosen = node.toggled() == Some(egui::accesskit::Toggled::True);
            (node.label().unwrap_or_default(), is_chosen)
        })
        .collect()
    }

    fn choose(&mut self, role: Role, name: &str) {
        self.root()
            .query_by_role_and_label(role, name)
            .unwrap_or_else(|| panic!("no {name}"))
            .click();
        drop(self.lay());
    }
}

fn started(actions: Vec<Action>) -> StartWish {
    match <[Action; 1]>::try_from(actions) {
        Ok([Action::Start(wish)]) => *wish,
        other => panic!("no run is asked for: {other:?}"),
    }
}

#[test]
fn where_nothing_was_picked_the_experiments_are_offered_once() {
    let mut bench = asking([1280.0, 720.0]);
    assert!(bench.is_open());
    assert_eq!(bench.rows().len(), 3);
    assert!(!bench.has_text("still running"));
    assert_eq!(bench.press(Key::Escape, NONE), []);
    drop(bench.lay());
    assert!(!bench.is_open());
    drop(bench.click("New run"));
    drop(bench.lay());
    assert!(bench.is_open());
    drop(bench.click("Cancel"));
    drop(bench.lay());
    assert!(!bench.is_open());
}

#[test]
fn a_program_without_experiments_offers_none() {
    let mut bench = Bench::at(100);
    assert!(bench.button("New run").is_none());
    drop(bench.press(Key::N, CONTROL));
    drop(bench.lay());
    assert!(!bench.is_open());
}

#[test]
fn an_experiment_is_picked_set_and_started_by_keys_alone() {
    let mut bench = offering(scenes::run_at(100));
    assert!(!bench.is_open());
    drop(bench.press(Key::N, CONTROL));
    drop(bench.lay());
    assert!(bench.is_open());
    drop(bench.press(Key::ArrowDown, NONE));
    drop(bench.lay());
    assert_eq!(
        bench.rows()[..2],
        [
            ("digits-cnn".to_owned(), false),
            ("digits-mlp".to_owned(), true)
        ]
    );
    // From the list, whatever is in it, to the only field.
    drop(bench.press(Key::Tab, NONE));
    drop(bench.press(Key::A, CONTROL));
    bench.write("7");
    let wish = started(bench.press(Key::Enter, NONE));
    assert_eq!(
        (&*wish.experiment, wish.others),
        ("digits-mlp", Others::Keep)
    );
    assert_eq!(wish.values.integer("epochs"), 7);
    drop(bench.lay());
    assert!(!bench.is_open());
    // It opens again as it was left.
    drop(bench.press(Key::N, CONTROL));
    drop(bench.lay());
    assert_eq!(bench.field("epochs").0, "7");
}

#[test]
fn what_is_out_of_range_is_refused_in_its_place_and_the_last_good_value_stays() {
    let mut bench = asking([1280.0, 720.0]);
    let help = "Samples of a step.";
    assert_eq!(
        bench.field("batch size"),
        ("32".to_owned(), help.to_owned())
    );
    bench.fill("batch size", "64");
    bench.fill("batch size", "99999999");
    let wanted = "a whole number from 1 to 65536";
    assert_eq!(bench.field("batch size").1, wanted);
    assert!(bench.has_text("must be a whole number from 1 to 65536"));
    assert_eq!(bench.press(Key::Enter, NONE), []);
    assert_eq!(bench.click("Start"), []);
    assert!(bench.is_open());
    // Left and opened again, the field says what holds.
    drop(bench.press(Key::Escape, NONE));
    drop(bench.press(Key::N, CONTROL));
    drop(bench.lay());
    assert_eq!(
        bench.field("batch size"),
        ("64".to_owned(), help.to_owned())
    );
    for nonsense in ["", "1.5", "\u{202e}12", "１２"] {
        bench.fill("batch size", nonsense);
        assert_eq!(bench.field("batch size").1, wanted, "{nonsense}");
    }
    bench.fill("batch size", "16");
    bench.fill("learning rate", "1e-4");
    bench.choose(Role::RadioButton, "SGD");
    bench.choose(Role::RadioButton, "yes");
    bench.fill("data", "/data/a b");
    let values = started(bench.click("Start")).values;
    assert_eq!(values.integer("batch size"), 16);
    assert_eq!(values.real("learning rate"), 1e-4);
    assert_eq!(values.text("optimizer"), "SGD");
    assert!(values.flag("augment"));
    assert_eq!(
        (values.text("data"), values.integer("epochs")),
        ("/data/a b", 20)
    );
}

#[test]
fn runs_that_go_on_are_kept_or_stopped_first() {
    let mut scene = scenes::run_at(100);
    scenes::sweep(&mut scene);
    let mut bench = offering(scene);
    drop(bench.click("New run"));
    drop(bench.lay());
    assert!(bench.has_text("digits-cnn is still running"));
    bench.choose(Role::RadioButton, "Stop it first");
    bench.choose(Role::ListBoxOption, "nothing");
    let wish = started(bench.click("Start"));
    assert_eq!((&*wish.experiment, wish.others), ("nothing", Others::Stop));
}

#[test]
fn a_form_higher_than_the_window_is_turned_to_the_field_that_keys_are_for() {
    let mut bench = asking([480.0, 300.0]);
    assert!(bench.is_open());
    bench.fill("seed", "12");
    drop(bench.lay());
    let root = bench.root();
    let field = root.query_by_role_and_label(Role::TextInput, "seed");
    let place = field.expect("it is there").rect();
    assert!(place.bottom() < 300.0 - 40.0, "{place:?}");
    let values = started(bench.press(Key::Enter, NONE)).values;
    assert_eq!(values.integer("seed"), 12);
}

#[test]
fn nothing_of_a_dialog_needs_room() {
    let mut scene = scenes::run_at(100);
    scenes::sweep(&mut scene);
    for size in [[1.0, 1.0], [90.0, 60.0], [200.0, 2000.0], [4000.0, 90.0]] {
        for (key, modifiers) in [(Key::N, CONTROL), (Key::R, Modifiers::SHIFT)] {
            let mut bench = offering(scene.clone());
            bench.size = size.into();
            drop(bench.press(key, modifiers));
            drop(bench.lay());
        }
    }
}

#[test]
fn the_table_tells_each_run_sorts_them_and_brings_one_into_focus() {
    let mut scene = scenes::run_at(1284);
    scenes::sweep(&mut scene);
    let mut bench = offering(scene);
    drop(bench.press(Key::R, Modifiers::SHIFT));
    drop(bench.lay());
    let rows = bench.rows();
    assert_eq!(rows.len(), 4);
    let (first, is_current) = &rows[0];
    assert!(is_current);
    assert!(
        first.starts_with("digits-cnn, training, 1,284 steps, 0:41, model digits-cnn, batch size 32, learning rate 0.002, best accuracy/valid "),
        "{first}"
    );
    assert!(rows[2].0.starts_with("digits-cnn-5, failed, 212 steps"));
    drop(bench.click("Sort by learning rate"));
    drop(bench.lay());
    let names = |bench: &Bench| {
        let rows = bench.rows().into_iter();
        rows.map(|(told, _)| told.split(',').next().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&bench)[..2], ["digits-cnn-5", "digits-cnn-4"]);
    drop(bench.click("Sort by steps"));
    drop(bench.lay());
    assert_eq!(
        names(&bench),
        ["digits-cnn-4", "digits-cnn", "digits-mlp", "digits-cnn-5"]
    );
    // Another metric.
    drop(bench.click("by accuracy/valid"));
    drop(bench.lay());
    assert!(
        bench.rows()[0].0.contains("lowest loss"),
        "{:?}",
        bench.rows()
    );
    let told = bench.rows()[3].0.clone();
    bench.choose(Role::ListBoxOption, &told);
    assert_eq!(bench.lay().viewport.focus, Some(RunId(3)));
    drop(bench.click("Close"));
    drop(bench.lay());
    assert!(bench.rows().is_empty());
    // What is started is what the header tells of next.
    drop(bench.press(Key::N, CONTROL));
    drop(bench.lay());
    started(bench.click("Start"));
    assert_eq!(bench.lay().viewport.focus, None);
}

#[test]
fn where_several_runs_are_shown_the_header_and_its_notices_tell_of_one() {
    let mut scene = scenes::run_at(3370);
    scenes::sweep(&mut scene);
    let bench = offering(scene);
    let root = bench.root();
    let notices = root.query_all_by_label_contains("best accuracy/valid");
    let told: Vec<String> = notices
        .filter_map(|node| node.accesskit_node().value())
        .filter(|text| text.starts_with("Finished in"))
        .collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].matches("accuracy/valid").count(), 1, "{told:?}");
}

#[test]
fn before_the_first_run_there_is_nothing_to_pause() {
    let mut bench = offering(Scene::default());
    assert!(bench.button("Pause").is_none() && bench.button("Stop").is_none());
    assert!(bench.has_text("Ctrl+N starts a run"));
    assert_eq!(bench.press(Key::Space, NONE), []);
    assert_eq!(bench.press(Key::S, NONE), []);
}

#[test]
fn the_closing_question_is_about_all_that_runs() {
    let mut scene = scenes::run_at(1284);
    scenes::add_run(&mut scene, "digits-mlp");
    let mut bench = offering(scene);
    bench.closing = true;
    drop(bench.lay());
    assert!(bench.has_text("2 trainings are still running"));
    assert_eq!(bench.click("Stop all of them"), [Action::CloseStop]);
}

#[test]
fn the_table_opens_from_the_sidebar() {
    let mut scene = scenes::run_at(1284);
    scenes::sweep(&mut scene);
    let mut bench = offering(scene);
    drop(bench.click("Compare runs"));
    drop(bench.lay());
    assert_eq!(bench.rows().len(), 4);
    assert!(Bench::at(100).button("Compare runs").is_none());
}
