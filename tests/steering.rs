//! What a person can ask of a run, and how the window tells what came of it: by keys and by the accessibility tree.

#[path = "support/bench.rs"]
mod bench;
#[path = "support/scenes.rs"]
mod scenes;

use egui::accesskit::{Role, Toggled};
use egui::{Event, Key, Modifiers, PointerButton, pos2, vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use emberscope::dashboard::{Action, Subject};
use emberscope::message::{Command, LearningRate, Reply};
use emberscope::scene::{PanelId, RunState, Theme};

use bench::Bench;

const NONE: Modifiers = Modifiers::NONE;

fn training() -> Bench {
    Bench::at(1284)
}

fn asked(command: Command) -> Vec<Action> {
    vec![Action::Ask(command)]
}

impl Bench {
    fn write(&mut self, text: &str) {
        self.events.lock().push(Event::Text(text.to_owned()));
        drop(self.lay());
    }

    /// The run says something to a command.
    fn answer(&mut self, command: Command, reply: Reply) {
        let answer = scenes::answer(command, 1284, reply);
        scenes::tell_answer(&mut self.scene, 1, answer);
        drop(self.lay());
    }

    /// Clicks the entry of a menu.
    fn choose_entry(&self, entry: &str) {
        let root = self.root();
        let entries = root.query_all_by_role(Role::Button);
        let mut named = entries.filter(|node| {
            let label = node.accesskit_node().label().unwrap_or_default();
            label.starts_with(entry)
        });
        named
            .next()
            .unwrap_or_else(|| panic!("no entry {entry}"))
            .click();
    }

    /// Chooses a way in the dialog for learning rates.
    fn choose(&mut self, way: &str) {
        self.root()
            .get_by_role_and_label(Role::RadioButton, way)
            .click();
        drop(self.lay());
    }

    /// Which way is chosen there.
    fn chosen(&self) -> Vec<String> {
        let root = self.root();
        let ways = root.query_all_by_role(Role::RadioButton);
        ways.filter(|way| way.accesskit_node().toggled() == Some(Toggled::True))
            .filter_map(|way| way.accesskit_node().label())
            .collect()
    }

    /// Clears the field that has the keyboard, and writes something else.
    fn rewrite(&mut self, text: &str) {
        let all = Modifiers {
            ctrl: true,
            command: true,
            ..NONE
        };
        self.press(Key::A, all);
        self.press(Key::Backspace, NONE);
        self.write(text);
    }
}

#[test]
fn every_command_has_a_key() {
    let mut bench = training();
    for (key, modifiers, command) in [
        (Key::Space, NONE, Command::Pause),
        (Key::Space, Modifiers::SHIFT, Command::Step),
        (Key::S, NONE, Command::Stop),
        (Key::E, NONE, Command::Evaluate),
        (Key::W, NONE, Command::Checkpoint),
    ] {
        assert_eq!(bench.press(key, modifiers), asked(command));
    }
    bench.request.is_pausing = true;
    assert_eq!(bench.press(Key::Space, NONE), asked(Command::Resume));
    assert_eq!(bench.press(Key::R, NONE), []);
    assert_eq!(
        bench.press(Key::Enter, NONE),
        asked(Command::LearningRate(LearningRate::Scheduled))
    );
}

#[test]
fn a_single_step_has_a_button_while_the_run_goes_on_and_while_it_is_held() {
    let mut bench = training();
    assert_eq!(bench.click("Step"), asked(Command::Step));
    bench.request.is_pausing = true;
    bench.scene.run.state = RunState::Paused;
    drop(bench.lay());
    assert_eq!(bench.click("Step"), asked(Command::Step));
    bench.request.is_stopping = true;
    drop(bench.lay());
    let step = bench.button("Step").expect("it stays where it is");
    assert!(step.accesskit_node().is_disabled());
    assert_eq!(bench.click("Step"), []);
    bench.scene.run.state = RunState::Finished;
    drop(bench.lay());
    assert!(bench.button("Step").is_none());
}

#[test]
fn what_has_no_button_is_in_the_menu_beside_them() {
    let mut bench = training();
    for (entry, command) in [
        ("Evaluate now", Command::Evaluate),
        ("Write a checkpoint now", Command::Checkpoint),
    ] {
        assert_eq!(bench.click("More to ask"), []);
        bench.choose_entry(entry);
        assert_eq!(bench.lay().actions, asked(command));
    }
}

#[test]
fn narrow_headers_keep_pause_and_stop() {
    let mut bench = training();
    bench.size = vec2(500.0, 400.0);
    drop(bench.lay());
    for name in ["Step", "More to ask"] {
        assert!(bench.button(name).is_none(), "{name}");
    }
    assert_eq!(bench.click("Pause"), asked(Command::Pause));
    assert_eq!(
        bench.press(Key::Space, Modifiers::SHIFT),
        asked(Command::Step)
    );
}

#[test]
fn a_command_that_waits_for_its_step_is_told_until_it_is_answered() {
    let mut bench = training();
    assert!(bench.has_text("training"));
    bench.press(Key::E, NONE);
    bench.press(Key::W, NONE);
    assert!(bench.has_text("evaluating · waits for the step"));
    bench.answer(Command::Evaluate, Reply::done());
    assert!(bench.has_text("saving · waits for the step"));
    bench.answer(
        Command::Checkpoint,
        Reply::Refused("the disk is full".into()),
    );
    assert!(!bench.has_text("waits for the step"));
    bench.request.is_pausing = true;
    drop(bench.lay());
    assert!(bench.has_text("pausing · waits for the step"));
    bench.scene.run.state = RunState::Paused;
    drop(bench.lay());
    assert!(!bench.has_text("waits for the step"));
}

#[test]
fn an_answer_stands_across_the_top_until_something_else_is_done() {
    let mut bench = training();
    bench.press(Key::E, NONE);
    bench.answer(Command::Evaluate, Reply::Done("96.1 %".into()));
    assert!(bench.has_text("evaluated at step 1,284: 96.1 %"));
    // Neither time nor the pointer's way takes it off.
    drop(bench.point(pos2(700.0, 400.0)));
    assert!(bench.has_text("evaluated at step 1,284: 96.1 %"));
    bench.press(Key::W, NONE);
    assert!(!bench.has_text("evaluated at step"));
    let why = "no space left in runs";
    bench.answer(Command::Checkpoint, Reply::Refused(why.into()));
    assert!(bench.has_text("checkpoint refused: no space left in runs"));
    // A click is over before it is gone.
    let at = pos2(30.0, 90.0);
    bench.push_button(at, PointerButton::Primary, true, NONE);
    drop(bench.lay());
    assert!(bench.has_text(why));
    bench.push_button(at, PointerButton::Primary, false, NONE);
    drop(bench.lay());
    assert!(!bench.has_text(why));
    // What the header shows is not said again.
    bench.answer(Command::Pause, Reply::done());
    bench.answer(Command::Step, Reply::done());
    assert!(!bench.has_text("single step at"));
}

#[test]
fn answers_that_were_skipped_are_counted() {
    let mut bench = training();
    for _ in 0..6 {
        let answer = scenes::answer(Command::Checkpoint, 7, Reply::done());
        scenes::tell_answer(&mut bench.scene, 1, answer);
    }
    drop(bench.lay());
    assert!(bench.has_text("and 3 earlier answers: the log has them"));
}

#[test]
fn a_learning_rate_is_asked_for_in_three_ways() {
    let mut bench = training();
    bench.press(Key::R, NONE);
    assert_eq!(bench.chosen(), ["As scheduled"]);
    assert!(bench.has_text("optim/learning rate"));
    bench.choose("Times a factor");
    assert_eq!(bench.chosen(), ["Times a factor"]);
    let half = Command::LearningRate(LearningRate::Scaled(0.5));
    assert_eq!(bench.click("Apply"), asked(half));
    assert!(bench.button("Apply").is_none());

    // It opens with what holds, and its field has the keyboard.
    bench.answer(half, Reply::done());
    bench.press(Key::R, NONE);
    drop(bench.lay());
    assert_eq!(bench.chosen(), ["Times a factor"]);
    bench.rewrite("0.25");
    let quarter = Command::LearningRate(LearningRate::Scaled(0.25));
    assert_eq!(bench.press(Key::Enter, NONE), asked(quarter));

    bench.press(Key::R, NONE);
    let root = bench.root();
    root.get_by_role_and_label(Role::TextInput, "fixed learning rate")
        .focus();
    drop(bench.lay());
    drop(bench.lay());
    assert_eq!(bench.chosen(), ["Fixed value"]);
    bench.rewrite("1e-4");
    let fixed = Command::LearningRate(LearningRate::Fixed(1e-4));
    assert_eq!(bench.click("Apply"), asked(fixed));
}

#[test]
fn what_is_no_learning_rate_cannot_be_asked_for() {
    let mut bench = training();
    bench.answer(
        Command::LearningRate(LearningRate::Fixed(0.1)),
        Reply::done(),
    );
    bench.press(Key::R, NONE);
    drop(bench.lay());
    for (text, why) in [
        ("abc", "“abc” is not a number"),
        ("-1", "it must be larger than zero"),
        ("0", "it must be larger than zero"),
        ("inf", "inf is not finite"),
        ("1e999", "1e999 is not finite"),
        ("", "a number is missing"),
    ] {
        bench.rewrite(text);
        assert!(bench.has_text(why), "{why}");
        let apply = bench.button("Apply").expect("it stays");
        assert!(apply.accesskit_node().is_disabled());
        assert_eq!(bench.click("Apply"), []);
        // The click took the keyboard away.
        let root = bench.root();
        root.get_by_role_and_label(Role::TextInput, "fixed learning rate")
            .focus();
        drop(bench.lay());
        assert_eq!(bench.press(Key::Enter, NONE), []);
        let root = bench.root();
        root.get_by_role_and_label(Role::TextInput, "fixed learning rate")
            .focus();
        drop(bench.lay());
    }
    // No other key works meanwhile, and Escape leaves everything as it was.
    assert_eq!(bench.press(Key::S, NONE), []);
    assert_eq!(bench.press(Key::Escape, NONE), []);
    assert!(bench.button("Apply").is_none());
    assert_eq!(bench.press(Key::S, NONE), asked(Command::Stop));
}

#[test]
fn marks_are_told_named_and_hidden() {
    let mut bench = training();
    scenes::steer(&mut bench.scene);
    drop(bench.lay());
    let part = "learning rate × 0.8 from step 571";
    let count = |bench: &Bench| bench.root().query_all_by_label(part).count();
    assert_eq!(count(&bench), bench.scene.panels.len());
    // Those that stand close together are one sign that tells all of them.
    assert!(bench.has_text("checkpoint at step 938\nlearning rate as scheduled"));
    let told = |bench: &Bench| {
        let root = bench.root();
        let mut figures = root.query_all_by_role(Role::Figure);
        let figure = figures.next().expect("there are charts");
        figure.accesskit_node().description().unwrap_or_default()
    };
    assert!(told(&bench).ends_with("; newest mark: stopping at step 1,280"));
    bench.press(Key::M, Modifiers::SHIFT);
    assert_eq!(count(&bench), 0);
    bench.press(Key::M, Modifiers::SHIFT);
    assert_eq!(count(&bench), bench.scene.panels.len());
}

#[test]
fn a_mark_stands_at_its_step_and_where_it_is_pointed_at_it_is_named() {
    let mut bench = training();
    scenes::steer(&mut bench.scene);
    let plot = bench.lay().plots[0];
    let (x, rect) = (plot.bounds.x, plot.rect);
    let share = (571.0 - x.start) / x.span();
    let at = f64::from(rect.left) + share * f64::from(rect.right - rect.left);
    let title = bench.scene.panels[0].title.to_string();
    let root = bench.root();
    let signs = root.query_all_by_label("learning rate × 0.8 from step 571");
    let places = signs.filter_map(|sign| sign.accesskit_node().bounding_box());
    let near = |bounds: egui::accesskit::Rect| {
        ((bounds.x0 + bounds.x1) / 2.0 - at).abs() < 1.0
            && (bounds.y0..bounds.y1).contains(&(f64::from(rect.top) - 6.0))
    };
    assert_eq!(places.filter(|place| near(*place)).count(), 1, "{title}");
    // On its line the panel's note says what it is.
    let noted = |bench: &Bench| {
        let root = bench.root();
        root.query_all_by_label("learning rate × 0.8 from step 571")
            .count()
    };
    let before = noted(&bench);
    #[allow(clippy::cast_possible_truncation)]
    let at = pos2(at as f32, (rect.top + rect.bottom) / 2.0);
    drop(bench.point(at));
    assert_eq!(noted(&bench), before + 1);
}

#[test]
fn a_figure_has_the_marks_with_a_few_words() {
    let mut bench = training();
    scenes::steer(&mut bench.scene);
    let texts = |bench: &Bench| -> Vec<String> {
        let still = bench.still();
        let subject = Subject::Panel(PanelId(0));
        let layout = still.layout(&bench.scene, subject, [900.0, 500.0], 1.0, Theme::PRINT);
        let texts = layout.shapes.iter().filter_map(|shape| match &shape.shape {
            egui::Shape::Text(text) => Some(text.galley.text().to_owned()),
            _ => None,
        });
        texts.collect()
    };
    let shown = texts(&bench);
    for word in ["rate × 0.8", "paused", "evaluated", "3"] {
        assert!(shown.iter().any(|text| text == word), "{word} in {shown:?}");
    }
    bench.press(Key::M, Modifiers::SHIFT);
    assert!(!texts(&bench).iter().any(|text| text == "rate × 0.8"));
}
