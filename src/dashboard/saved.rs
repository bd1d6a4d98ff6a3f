//! What a person has arranged, as plain data that a file can keep: the view as it was last, and views kept under a name.
//!
//! Only what was chosen is in it, never what is looked at in a run: ranges belong to its data. Whatever a file says is taken
//! as far as it makes sense; what is missing is as it is at first.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::arrangement::{Arrangement, Node};
use super::popped::PoppedPanel;
use super::view::View;
use crate::scene::{Selection, Smoothing, XAxis, YRange};

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
            log: self.wishes.log,
            frames: self.wishes.frames,
            sidebar: self.wishes.sidebar,
            zoom: None,
            x: SavedX {
                axis: self.sight.axis(),
                log: self.sight.is_x_log(),
            },
            y: self.sight.fit().into(),
            smoothing: (self.smoothing != Smoothing::USUAL).then_some(self.smoothing),
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
        }
    }

    /// Shows things as a kept view says.
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
        let text = serde_json::to_string(&saved).expect("it can be written");
        let read: SavedView = serde_json::from_str(&text).expect("it can be read");
        assert_eq!(read, saved);
        view.take(&SavedView::default());
        assert_eq!(view.saved(), SavedView::default());
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
