//! When what a person has arranged is to be kept again.
//!
//! A view goes in at each layout, and comes out as plain data where that is not what it was. The one idea: *most layouts change
//! nothing that is kept, and cost nothing here.* A mark holds what is large by reference and the rest as it is, so that to
//! compare a view with it copies no name; only where they differ is the plain data made, and compared itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::arrangement::Arrangement;
use super::popped::PoppedPanel;
use super::saved::{SavedView, SavedViews};
use super::view::View;
use crate::scene::Selection;

/// What was kept last.
#[derive(Debug, Default)]
pub(super) struct Keeping {
    mark: Option<Mark>,
    saved: SavedViews,
}

impl Keeping {
    /// A file says this already.
    pub(super) fn restored(saved: &SavedViews) -> Self {
        Self {
            mark: None,
            saved: saved.clone(),
        }
    }

    /// What is to be kept of a view drawn at that size, if it is not what was kept last.
    pub(super) fn news(&mut self, view: &View, zoom: f32) -> Option<SavedViews> {
        let is_as_it_was = |mark: &Mark| mark.is_of(view, zoom);
        if self.mark.as_ref().is_some_and(is_as_it_was) {
            return None;
        }
        self.mark = Some(Mark::of(view, zoom));
        let saved = saved(view, zoom);
        if saved == self.saved {
            return None;
        }
        self.saved.clone_from(&saved);
        Some(saved)
    }
}

/// All that is kept of a view that is drawn at that size.
pub(super) fn saved(view: &View, zoom: f32) -> SavedViews {
    SavedViews {
        last: SavedView {
            zoom: Some(zoom).filter(|zoom| *zoom != 1.0),
            ..view.saved()
        },
        named: (*view.layouts).clone(),
    }
}

/// What is kept of a view, as it was at some time. While it holds on to what is shared, nothing else can be at that address.
#[derive(Debug)]
struct Mark {
    zoom: f32,
    switches: SavedView,
    arrangement: Arrangement,
    popped: Vec<PoppedPanel>,
    selection: Arc<Selection>,
    layouts: Arc<BTreeMap<String, SavedView>>,
}

impl Mark {
    fn of(view: &View, zoom: f32) -> Self {
        Self {
            zoom,
            switches: view.saved_switches(),
            arrangement: view.arrangement.clone(),
            popped: view.popped.clone(),
            selection: Arc::clone(&view.selection),
            layouts: Arc::clone(&view.layouts),
        }
    }

    fn is_of(&self, view: &View, zoom: f32) -> bool {
        self.zoom == zoom
            && Arc::ptr_eq(&self.selection, &view.selection)
            && Arc::ptr_eq(&self.layouts, &view.layouts)
            && self.switches == view.saved_switches()
            && self.popped == view.popped
            && self.arrangement == view.arrangement
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::dashboard::{Node, SavedTheme, SavedX, SavedY};
    use crate::scene::{Smoothing, Theme, XAxis};

    /// A view in which everything that is kept is something else than at first.
    fn other() -> SavedView {
        SavedView {
            panels: Some(Node::Panel("loss".into())),
            maximised: Some("loss".into()),
            windows: vec![PoppedPanel {
                name: "norm".into(),
                size: [640.0, 400.0],
                position: None,
            }],
            log: Some(true),
            frames: Some(true),
            sidebar: Some(true),
            sidebar_width: Some(300.0),
            theme: Some(SavedTheme::Light),
            zoom: None,
            x: SavedX {
                axis: XAxis::RelativeTime,
                log: true,
            },
            y: SavedY::FromZero,
            smoothing: Some(Smoothing::Gaussian { sigma: 3.0 }),
            hidden: vec!["loss/train".into()],
            colors: [("loss/train".to_owned(), 3)].into(),
            series_panels: [("loss/train".to_owned(), "x".to_owned())].into(),
            order: vec!["loss/train".into()],
        }
    }

    #[test]
    fn whatever_of_a_kept_view_changes_is_news_once() {
        let SavedView {
            panels,
            maximised,
            windows,
            log,
            frames,
            sidebar,
            sidebar_width,
            theme,
            zoom: _,
            x,
            y,
            smoothing,
            hidden,
            colors,
            series_panels,
            order,
        } = other();
        let usual = SavedView::default;
        #[rustfmt::skip]
        let changed = [
            SavedView { panels, ..usual() },
            SavedView { maximised, ..usual() },
            SavedView { windows, ..usual() },
            SavedView { log, ..usual() },
            SavedView { frames, ..usual() },
            SavedView { sidebar, ..usual() },
            SavedView { sidebar_width, ..usual() },
            SavedView { theme, ..usual() },
            SavedView { x, ..usual() },
            SavedView { y, ..usual() },
            SavedView { smoothing, ..usual() },
            SavedView { hidden, ..usual() },
            SavedView { colors, ..usual() },
            SavedView { series_panels, ..usual() },
            SavedView { order, ..usual() },
        ];
        for last in changed {
            let mut view = View::new(Theme::DARK, 0);
            let mut keeping = Keeping::default();
            assert_eq!(keeping.news(&view, 1.0), None);
            view.take(&last);
            let news = keeping.news(&view, 1.0).expect("it is another");
            assert_eq!(news.last, last);
            assert_eq!(keeping.news(&view, 1.0), None);
        }
    }

    #[test]
    fn size_and_names_are_news_too() {
        let mut view = View::new(Theme::DARK, 0);
        let mut keeping = Keeping::default();
        let news = keeping.news(&view, 1.5).expect("it is larger");
        assert_eq!(news.last.zoom, Some(1.5));
        let named = view.named();
        Arc::make_mut(&mut view.layouts).insert("paper".into(), named);
        let news = keeping.news(&view, 1.5).expect("it has a name");
        assert_eq!(news.named.len(), 1);
        Arc::make_mut(&mut view.layouts).remove("paper");
        let news = keeping.news(&view, 1.0).expect("it has none");
        assert_eq!(news, SavedViews::default());
    }

    /// What a layout pays where ten thousand series are hidden: `cargo test -- --ignored --nocapture ten_thousand_hidden`.
    #[test]
    #[ignore = "a measurement"]
    #[allow(clippy::print_stdout, reason = "it is what it is for")]
    fn ten_thousand_hidden_names_are_not_copied() {
        let mut view = View::new(Theme::DARK, 0);
        let names = (0..10_000).map(|index| format!("layers/{index}/attention/weight norm"));
        view.take(&SavedView {
            hidden: names.collect(),
            ..SavedView::default()
        });
        let mut keeping = Keeping::default();
        assert!(keeping.news(&view, 1.0).is_some());
        let begin = Instant::now();
        assert_eq!(keeping.news(&view, 1.0), None);
        let known = begin.elapsed();
        let begin = Instant::now();
        assert_eq!(saved(&view, 1.0), keeping.saved);
        let copied = begin.elapsed();
        println!("by the mark {known:.2?}, by the names {copied:.2?}");
    }

    #[test]
    fn a_view_that_stays_is_known_by_what_it_shares() {
        let mut view = View::new(Theme::DARK, 0);
        view.take(&other());
        let mark = Mark::of(&view, 1.0);
        assert!(mark.is_of(&view, 1.0));
        view.change_selection(|selection| selection.order.clear());
        assert!(!mark.is_of(&view, 1.0));
        // What changes and is not kept, a run that is hidden, makes another selection and no news.
        let mut keeping = Keeping::default();
        assert!(keeping.news(&view, 1.0).is_some());
        view.change_selection(|selection| {
            selection.hidden_runs.insert(crate::message::RunId(7));
        });
        assert_eq!(keeping.news(&view, 1.0), None);
    }
}
