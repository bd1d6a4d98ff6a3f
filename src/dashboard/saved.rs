//! What a person has arranged, as plain data that a file can keep: the view as it was last, and views kept under a name.
//!
//! Only what was chosen is in it, never what is looked at in a run: ranges belong to its data. Whatever a file says is taken
//! as far as it makes sense; what is missing is as it is at first.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::arrangement::Arrangement;
use super::node::Node;
use super::popped::PoppedPanel;
use super::view::View;
use crate::scene::{Contrast, Selection, Smoothing, Theme, XAxis, YRange};

/// A view as a file keeps it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedView {
    /// Where panels stand; by themselves where it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub panels: Option<Node>,
    /// The panel that has all the room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximised: Option<String>,
    /// Panels that have windows of their own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<PoppedPanel>,
    /// Whether the log is wanted; by the window's size where it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<bool>,
    /// Whether the frame panel is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frames: Option<bool>,
    /// Whether the sidebar is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sidebar: Option<bool>,
    /// The sidebar's width in points, where a hand has chosen one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sidebar_width: Option<f32>,
    /// The colours; those that stand where it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme: Option<SavedTheme>,
    /// How large everything is drawn, where that is not as it is meant to be. Only of the last view: another layout is no reason
    /// for another size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zoom: Option<f32>,
    /// How horizontal axes are shown.
    pub x: SavedX,
    /// What vertical axes show where a hand has chosen nothing.
    pub y: SavedY,
    /// How lines are smoothed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smoothing: Option<Smoothing>,
    /// Series that are not drawn, by name.
    pub hidden: Vec<String>,
    /// Colours of series, as indices into the theme's.
    pub colors: BTreeMap<String, usize>,
    /// Panels that series were put into.
    pub series_panels: BTreeMap<String, String>,
    /// Series that come first.
    pub order: Vec<String>,
}

/// Colours, by their name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SavedTheme {
    /// Light on dark.
    Dark,
    /// Dark on light.
    Light,
    /// White on black.
    HighContrast,
    /// Black on white.
    HighContrastLight,
}

/// Horizontal axes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedX {
    /// What they count.
    pub axis: XAxis,
    /// Whether they are logarithmic.
    pub log: bool,
}

/// What vertical axes show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SavedY {
    /// All points.
    #[default]
    All,
    /// Those of the visible horizontal range.
    Visible,
    /// Those without outliers.
    NoOutliers,
    /// All, and zero.
    FromZero,
}

/// All that is kept of a dashboard.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedViews {
    /// The view as it was last.
    pub last: SavedView,
    /// Views that were kept under a name.
    pub named: BTreeMap<String, SavedView>,
}

impl From<Theme> for SavedTheme {
    fn from(theme: Theme) -> Self {
        match (theme.is_dark, theme.contrast) {
            (true, Contrast::Usual) => Self::Dark,
            (false, Contrast::Usual) => Self::Light,
            (true, Contrast::High) => Self::HighContrast,
            (false, Contrast::High) => Self::HighContrastLight,
        }
    }
}

impl From<SavedTheme> for Theme {
    fn from(saved: SavedTheme) -> Self {
        match saved {
            SavedTheme::Dark => Self::DARK,
            SavedTheme::Light => Self::LIGHT,
            SavedTheme::HighContrast => Self::HIGH_CONTRAST,
            SavedTheme::HighContrastLight => Self::HIGH_CONTRAST_LIGHT,
        }
    }
}

impl From<YRange> for SavedY {
    fn from(range: YRange) -> Self {
        match range {
            YRange::All | YRange::Part(_) => Self::All,
            YRange::Visible => Self::Visible,
            YRange::WithoutOutliers => Self::NoOutliers,
            YRange::FromZero => Self::FromZero,
        }
    }
}

impl From<SavedY> for YRange {
    fn from(saved: SavedY) -> Self {
        match saved {
            SavedY::All => Self::All,
            SavedY::Visible => Self::Visible,
            SavedY::NoOutliers => Self::WithoutOutliers,
            SavedY::FromZero => Self::FromZero,
        }
    }
}

impl View {
    /// The view as a file keeps it under a name: with the colours that it is seen in.
    pub(super) fn named(&self) -> SavedView {
        SavedView {
            theme: Some(self.theme.into()),
            ..self.saved()
        }
    }

    /// What of the view as a file keeps it takes no memory: the rest is empty.
    pub(super) fn saved_switches(&self) -> SavedView {
        SavedView {
            log: self.wishes.log,
            frames: self.wishes.frames,
            sidebar: self.wishes.sidebar,
            sidebar_width: self.wishes.sidebar_width.map(f32::from),
            theme: self.chosen_theme,
            x: SavedX {
                axis: self.sight.axis(),
                log: self.sight.is_x_log(),
            },
            y: self.sight.fit().into(),
            smoothing: (self.smoothing != Smoothing::USUAL).then_some(self.smoothing),
            ..SavedView::default()
        }
    }

    /// The view as a file keeps it.
    pub(super) fn saved(&self) -> SavedView {
        let text = |name: &Arc<str>| name.to_string();
        let Selection {
            hidden,
            colors,
            panels,
            order,
            ..
        } = &*self.selection;
        SavedView {
            panels: self.arrangement.root(),
            maximised: self.arrangement.maximised().map(text),
            windows: self.popped.clone(),
            hidden: hidden.iter().map(text).collect(),
            colors: colors
                .iter()
                .map(|(name, color)| (text(name), *color))
                .collect(),
            series_panels: panels
                .iter()
                .map(|(name, panel)| (text(name), text(panel)))
                .collect(),
            order: order.iter().map(text).collect(),
            ..self.saved_switches()
        }
    }

    /// Shows things as a kept view says. Whoever lays out makes egui's style agree with the theme.
    pub(super) fn take(&mut self, saved: &SavedView) {
        let name = |text: &String| -> Arc<str> { text.as_str().into() };
        let maximised = saved.maximised.as_ref().map(name);
        self.arrangement = Arrangement::of(saved.panels.as_ref(), maximised);
        self.popped.clear();
        for window in &saved.windows {
            self.pop_out_as(window);
        }
        self.wishes.log = saved.log;
        self.wishes.frames = saved.frames;
        self.wishes.sidebar = saved.sidebar;
        self.wishes.sidebar_width = None;
        if let Some(width) = saved.sidebar_width {
            self.wishes.ask_sidebar_width(width);
        }
        if let Some(theme) = saved.theme {
            self.theme = theme.into();
            self.chosen_theme = Some(theme);
        }
        self.sight.set_axis(saved.x.axis, saved.x.log);
        self.sight.set_fit(saved.y.into());
        self.smoothing = saved.smoothing.unwrap_or(Smoothing::USUAL).limited();
        // Runs are not of a file: those that are hidden stay so.
        let selection = Arc::make_mut(&mut self.selection);
        selection.hidden = saved.hidden.iter().map(name).collect();
        selection.colors = saved
            .colors
            .iter()
            .map(|(of, color)| (name(of), *color))
            .collect();
        let panels = saved.series_panels.iter();
        selection.panels = panels.map(|(of, panel)| (name(of), name(panel))).collect();
        selection.order = saved.order.iter().map(name).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Theme;

    #[test]
    fn a_view_comes_back_as_it_was() {
        let mut view = View::new(Theme::DARK, 0);
        let saved = SavedView {
            panels: Some(Node::Panel("loss".into())),
            maximised: Some("loss".into()),
            windows: vec![PoppedPanel {
                name: "optim/learning rate".into(),
                size: [640.0, 400.0],
                position: Some([-20, 30]),
            }],
            log: Some(false),
            frames: None,
            sidebar: Some(false),
            sidebar_width: Some(300.0),
            theme: Some(SavedTheme::HighContrastLight),
            zoom: None,
            x: SavedX {
                axis: XAxis::RelativeTime,
                log: true,
            },
            y: SavedY::NoOutliers,
            smoothing: Some(Smoothing::Gaussian { sigma: 5.0 }),
            hidden: vec!["norm".into()],
            colors: [("loss/train".to_owned(), 3)].into(),
            series_panels: [("loss/valid".to_owned(), "valid".to_owned())].into(),
            order: vec!["loss/valid".into()],
        };
        view.take(&saved);
        assert_eq!(view.saved(), saved);
        assert_eq!(view.theme, Theme::HIGH_CONTRAST_LIGHT);
        let text = serde_json::to_string(&saved).expect("it can be written");
        let read: SavedView = serde_json::from_str(&text).expect("it can be read");
        assert_eq!(read, saved);
        // One that says nothing of colours leaves those that there are.
        view.take(&SavedView::default());
        let theme = saved.theme;
        let rest = SavedView::default();
        assert_eq!(view.saved(), SavedView { theme, ..rest });
    }

    #[test]
    fn a_theme_is_kept_once_it_is_chosen_and_always_under_a_name() {
        let mut view = View::new(Theme::LIGHT, 0);
        assert_eq!(view.saved().theme, None);
        assert_eq!(view.named().theme, Some(SavedTheme::Light));
        for theme in [
            Theme::DARK,
            Theme::LIGHT,
            Theme::HIGH_CONTRAST,
            Theme::HIGH_CONTRAST_LIGHT,
        ] {
            view.choose_theme(theme);
            let saved = view.saved();
            let text = serde_json::to_string(&saved).expect("it can be written");
            let read: SavedView = serde_json::from_str(&text).expect("it can be read");
            let mut other = View::new(Theme::DARK, 0);
            other.take(&read);
            assert_eq!((other.theme, other.saved()), (theme, saved));
        }
    }

    #[test]
    fn no_sidebar_is_too_wide_or_too_narrow_whatever_a_file_says() {
        let mut view = View::new(Theme::DARK, 0);
        for (width, taken) in [
            (-1.0, 180.0),
            (f32::INFINITY, 420.0),
            (f32::NAN, 180.0),
            (200.4, 200.0),
        ] {
            view.take(&SavedView {
                sidebar_width: Some(width),
                ..SavedView::default()
            });
            assert_eq!(view.saved().sidebar_width, Some(taken), "{width}");
        }
        view.take(&SavedView::default());
        assert_eq!(view.saved().sidebar_width, None);
    }

    #[test]
    fn what_a_file_lacks_is_as_it_is_at_first() {
        let read: SavedViews = serde_json::from_str("{}").expect("it can be read");
        assert_eq!(read, SavedViews::default());
        let much = r#"{"last": {"smoothing": {"gaussian": {"sigma": 1e300}}, "future": 1}}"#;
        let read: SavedViews = serde_json::from_str(much).expect("it can be read");
        let mut view = View::new(Theme::DARK, 0);
        view.take(&read.last);
        let sigma = Smoothing::MOST_SIGMA;
        assert_eq!(view.smoothing, Smoothing::Gaussian { sigma });
    }
}
