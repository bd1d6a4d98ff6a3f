//! Panels under a person's hand: moved, split, tabbed, maximised; arrangements kept under a name and taken again.

#[path = "support/bench.rs"]
mod bench;
#[path = "support/scenes.rs"]
mod scenes;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, Pos2, Rect, pos2, vec2};
use egui_kittest::kittest::Queryable;
use emberscope::dashboard::{Dashboard, Layout, Node, SavedTheme, SavedView, SavedViews};
use emberscope::scene::{PanelId, Theme};

use bench::Bench;

const NONE: Modifiers = Modifiers::NONE;

fn training() -> Bench {
    let mut bench = Bench::new(scenes::run_at(1284));
    drop(bench.lay());
    bench
}

fn plot(layout: &Layout, panel: u32) -> Rect {
    let plots = &mut layout.plots.iter();
    let plot = plots
        .find(|plot| plot.panel == PanelId(panel))
        .expect("it is in sight");
    let rect = plot.rect;
    Rect::from_min_max(pos2(rect.left, rect.top), pos2(rect.right, rect.bottom))
}

/// A place on a panel's head, between its title and its legend.
fn head(layout: &Layout, panel: u32) -> Pos2 {
    plot(layout, panel).center_top() - vec2(0.0, 30.0)
}

/// The names of the panels that an arrangement holds, in its order.
fn names(node: &Node, found: &mut Vec<String>) {
    match node {
        Node::Panel(name) => found.push(name.clone()),
        Node::Row(shares) | Node::Column(shares) => {
            for share in shares {
                names(&share.node, found);
            }
        }
        Node::Tabs { children, .. } => {
            for child in children {
                names(child, found);
            }
        }
    }
}

fn last(bench: &Bench) -> SavedView {
    bench.dashboard.saved().last
}

fn control() -> Modifiers {
    Modifiers {
        ctrl: true,
        command: true,
        ..NONE
    }
}

#[test]
fn a_panel_dropped_on_the_edge_of_another_splits_it() {
    let mut bench = training();
    let before = bench.lay();
    let count = before.plots.len();
    assert!(last(&bench).panels.is_none());
    let target = plot(&before, 1);
    let after = bench.drag(
        head(&before, 0),
        pos2(target.right() - 8.0, target.center().y),
    );
    assert_eq!(after.plots.len(), count, "all are in sight");
    let root = last(&bench).panels.expect("it is a person's now");
    let mut found = Vec::new();
    names(&root, &mut found);
    found.sort();
    let mut all: Vec<_> = bench
        .scene
        .panels
        .iter()
        .map(|panel| panel.name.to_string())
        .collect();
    all.sort();
    assert_eq!(found, all, "none is lost and none is twice");
    let (moved, beside) = (plot(&after, 0), plot(&after, 1));
    assert!(moved.left() > beside.right(), "{moved:?} beside {beside:?}");
    assert!((moved.top() - beside.top()).abs() < 2.0);
    // Shown again as it was kept.
    let kept = bench.dashboard.saved();
    let mut other = training();
    other.dashboard.restore(&kept);
    let again = other.lay();
    assert_eq!(plot(&again, 0), moved);
    // And by themselves again.
    bench.press(Key::Z, Modifiers::SHIFT);
    assert_eq!(plot(&bench.lay(), 0), plot(&before, 0));
}

#[test]
fn a_panel_dropped_on_the_middle_of_another_makes_tabs() {
    let mut bench = training();
    let before = bench.lay();
    let after = bench.drag(head(&before, 0), plot(&before, 3).center());
    let shown =
        |layout: &Layout, panel| layout.plots.iter().any(|plot| plot.panel == PanelId(panel));
    assert!(
        shown(&after, 0) && !shown(&after, 3),
        "what was dropped is in front"
    );
    let title = bench.scene.panels[3].title.to_string();
    bench.click(&title);
    let after = bench.lay();
    assert!(shown(&after, 3) && !shown(&after, 0));
}

#[test]
fn escape_in_a_drag_leaves_everything_where_it_was() {
    let mut bench = training();
    let before = bench.lay();
    let from = head(&before, 0);
    drop(bench.hold(from, true));
    let to = plot(&before, 1).center();
    bench.events.lock().push(Event::PointerMoved(to));
    drop(bench.lay());
    bench.press(Key::Escape, NONE);
    drop(bench.hold(to, false));
    let after = bench.lay();
    for panel in [0, 1, 2] {
        let (before, after) = (plot(&before, panel), plot(&after, panel));
        assert!((before.center() - after.center()).length() < 3.0, "{panel}");
    }
}

#[test]
fn a_panel_is_maximised_by_its_head_and_by_key() {
    let mut bench = training();
    let before = bench.lay();
    let at = head(&before, 1);
    for _ in 0..2 {
        drop(bench.hold(at, true));
        drop(bench.hold(at, false));
    }
    let large = bench.lay();
    assert_eq!(large.plots.len(), 1);
    assert_eq!(large.plots[0].panel, PanelId(1));
    assert_eq!(
        last(&bench).maximised.as_deref(),
        Some(&*bench.scene.panels[1].name)
    );
    bench.press(Key::Escape, NONE);
    assert_eq!(bench.lay().plots.len(), before.plots.len());
    bench
        .events
        .lock()
        .push(Event::PointerMoved(plot(&before, 2).center()));
    drop(bench.lay());
    bench.press(Key::Z, NONE);
    assert_eq!(bench.lay().plots[0].panel, PanelId(2));
    bench.press(Key::Z, NONE);
    assert_eq!(bench.lay().plots.len(), before.plots.len());
}

#[test]
fn a_maximised_panel_that_is_gone_leaves_the_others_their_room() {
    let mut bench = training();
    bench.dashboard.restore(&SavedViews {
        last: SavedView {
            maximised: Some("no such panel".into()),
            ..SavedView::default()
        },
        ..SavedViews::default()
    });
    assert!(bench.lay().plots.len() > 1);
}

#[test]
fn borders_between_panels_are_dragged() {
    let mut bench = training();
    let before = bench.lay();
    drop(bench.drag(head(&before, 0), {
        let target = plot(&before, 1);
        pos2(target.right() - 8.0, target.center().y)
    }));
    let before = bench.lay();
    let (left, right) = (plot(&before, 1), plot(&before, 0));
    // The right panel's card begins some way left of its plot.
    let border = (1..200)
        .map(|by| pos2(left.right() + 16.0 + by as f32 * 0.25, left.center().y))
        .find(|at| at.x > left.right() + 21.0)
        .expect("there is a gap");
    drop(bench.drag(border, border - vec2(60.0, 0.0)));
    let after = bench.lay();
    assert!(plot(&after, 1).width() < left.width() - 30.0);
    assert!(plot(&after, 0).width() > right.width() + 30.0);
}

#[test]
fn an_arrangement_is_kept_under_a_name_and_taken_again() {
    let mut bench = training();
    bench.press(Key::Z, NONE);
    let kept = last(&bench);
    bench.press(Key::L, control());
    assert!(bench.has_text("None is kept yet."));
    let root = bench.root();
    let fields = root.query_all_by_role(Role::TextInput);
    // Beside it there is the filter of the series.
    let field = fields.max_by(|a, b| a.rect().left().total_cmp(&b.rect().left()));
    field.expect("there is a field").focus();
    drop(bench.lay());
    bench.events.lock().push(Event::Text("paper".to_owned()));
    drop(bench.lay());
    bench.press(Key::Enter, NONE);
    // Under a name with the colours that are seen.
    let named = SavedView {
        theme: Some(SavedTheme::Dark),
        ..kept.clone()
    };
    assert_eq!(bench.dashboard.saved().named.get("paper"), Some(&named));
    bench.press(Key::Escape, NONE);
    bench.press(Key::Escape, NONE);
    assert_ne!(last(&bench), kept);
    bench.press(Key::L, control());
    bench.click("paper");
    assert_eq!(last(&bench), named);
    bench.press(Key::L, control());
    bench.click("Forget");
    assert!(bench.dashboard.saved().named.is_empty());
}

#[test]
fn in_a_narrow_window_an_arrangement_waits_for_room() {
    let mut bench = training();
    let before = bench.lay();
    drop(bench.drag(head(&before, 0), plot(&before, 1).center()));
    let kept = last(&bench);
    bench.size = vec2(580.0, 800.0);
    let narrow = bench.lay();
    assert!(narrow.plots.len() > 1);
    let lefts: Vec<_> = narrow.plots.iter().map(|plot| plot.rect.left).collect();
    assert!(lefts.windows(2).all(|pair| pair[0] == pair[1]));
    bench.size = vec2(1600.0, 1000.0);
    drop(bench.lay());
    assert_eq!(last(&bench), kept);
}

#[test]
fn nothing_is_kept_of_what_nobody_changed() {
    let dashboard = Dashboard::new(Theme::DARK);
    assert_eq!(dashboard.saved(), SavedViews::default());
}

#[test]
fn the_size_of_text_is_kept_too() {
    let mut bench = training();
    bench.press(Key::Plus, control());
    drop(bench.lay());
    let kept = bench.dashboard.saved();
    assert_eq!(kept.last.zoom, Some(1.1));
    let mut other = training();
    other.dashboard.restore(&kept);
    drop(other.lay());
    assert!((other.dashboard.zoom() - 1.1).abs() < 1e-6);
    other.dashboard.restore(&SavedViews::default());
    drop(other.lay());
    assert_eq!(other.dashboard.saved(), SavedViews::default());
}

#[test]
fn colours_and_the_sidebars_width_are_kept_and_come_back() {
    let mut bench = training();
    bench.press(Key::T, NONE);
    let edge = |bench: &Bench| {
        let splitter = bench.root();
        let splitter = splitter.get_by_role_and_label(Role::Splitter, "sidebar width");
        splitter.rect().center()
    };
    let from = edge(&bench);
    drop(bench.drag(from, from + vec2(60.0, 0.0)));
    let wide = edge(&bench);
    assert!((wide.x - from.x - 60.0).abs() < 2.0, "{from:?} {wide:?}");
    let kept = bench.dashboard.saved();
    assert_eq!(kept.last.theme, Some(SavedTheme::Light));
    let mut other = training();
    other.dashboard.restore(&kept);
    assert_eq!(other.lay().theme, Theme::LIGHT);
    assert_eq!(edge(&other), wide);
    // Colours that the program is started with are shown, and not kept.
    other.dashboard.set_theme(Theme::HIGH_CONTRAST);
    assert_eq!(other.lay().theme, Theme::HIGH_CONTRAST);
    assert_eq!(other.dashboard.saved(), kept);
    other.press(Key::T, NONE);
    let now = other.dashboard.saved().last.theme;
    assert_eq!(now, Some(SavedTheme::HighContrastLight));
}

#[test]
fn a_layout_is_taken_from_the_palette_by_keys_alone() {
    let mut bench = training();
    let named = |sidebar, theme| SavedView {
        sidebar: Some(sidebar),
        theme: Some(theme),
        maximised: Some(bench.scene.panels[1].name.to_string()),
        ..SavedView::default()
    };
    let paper = named(false, SavedTheme::Light);
    let named = [
        ("paper".to_owned(), paper.clone()),
        ("talk".to_owned(), named(true, SavedTheme::Dark)),
    ];
    bench.dashboard.restore(&SavedViews {
        named: named.into(),
        ..SavedViews::default()
    });
    for query in ["paper", "layout pa"] {
        drop(bench.lay());
        bench.press(Key::K, control());
        bench.events.lock().push(Event::Text(query.to_owned()));
        drop(bench.lay());
        assert!(bench.has_text("Layout: paper"), "{query}");
        assert!(!bench.has_text("Layout: talk"), "{query}");
        let layout = bench.strike(Key::Enter, NONE);
        assert_eq!(layout.theme, Theme::LIGHT, "{query}");
        assert_eq!(last(&bench), paper, "{query}");
        assert!(!bench.has_text("Layout: paper"), "the palette is gone");
        assert_eq!(bench.lay().plots.len(), 1);
        // Also what egui draws by itself is in these colours.
        assert!(!bench.dashboard.context().global_style().visuals.dark_mode);
        bench.press(Key::T, NONE);
        bench.press(Key::B, NONE);
    }
}

#[test]
fn what_is_kept_is_told_once_and_only_after_a_change() {
    let mut bench = training();
    assert_eq!(bench.dashboard.newly_saved(), None);
    let before = bench.lay();
    drop(bench.wheel(plot(&before, 0).center(), vec2(0.0, 1.0), NONE));
    assert_eq!(bench.dashboard.newly_saved(), None, "ranges are not kept");
    let dragged = plot(&bench.lay(), 1).center();
    drop(bench.drag(head(&before, 0), dragged));
    let news = bench.dashboard.newly_saved().expect("a panel was moved");
    assert_eq!(news, bench.dashboard.saved());
    drop(bench.lay());
    assert_eq!(bench.dashboard.newly_saved(), None);
    bench.press(Key::Plus, control());
    drop(bench.lay());
    assert!(bench.dashboard.newly_saved().is_some(), "it is larger");
    bench.dashboard.restore(&news);
    assert_eq!(bench.dashboard.newly_saved(), None, "a file says so");
}

#[test]
fn a_panel_all_of_whose_series_are_hidden_says_so() {
    let mut bench = training();
    let panel = std::sync::Arc::make_mut(&mut bench.scene.panels[0]);
    panel.lines.clear();
    panel.fit = None;
    drop(bench.lay());
    assert!(bench.has_text("all of its series are hidden"));
}
