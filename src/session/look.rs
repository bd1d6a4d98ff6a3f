//! How a dashboard looks at first: by what was asked for, and by what is kept of the window.

use std::path::PathBuf;

use super::Options;
use super::show::Driver;
use crate::dashboard::SavedView;
use crate::layouts::{self, Keeper};
use crate::scene::Theme;

/// How a dashboard looks at first.
pub(super) struct Look {
    pub(super) theme: Theme,
    /// The layout that was asked for.
    pub(super) layout: Option<SavedView>,
    /// What is kept of a window.
    pub(super) kept: layouts::Read,
}

impl Look {
    pub(super) fn new(options: &Options, layout: Option<SavedView>, driver: &Driver) -> Self {
        let mut kept = match (&options.project, driver) {
            (Some(project), Driver::Window(_)) => layouts::read(&layouts::place(project)),
            _ => layouts::Read::default(),
        };
        if let Some(layout) = &layout {
            let last = &mut kept.views.last;
            // How large everything is drawn is of no layout.
            *last = SavedView {
                zoom: last.zoom,
                theme: layout.theme.or(last.theme),
                ..layout.clone()
            };
        }
        let theme = kept.views.last.theme.map(Theme::from);
        Self {
            theme: options.theme.or(theme).unwrap_or(Theme::DARK),
            layout,
            kept,
        }
    }
}

/// What keeps how a window is arranged from now on.
pub(super) fn keeper(place: PathBuf) -> Option<Keeper> {
    Keeper::start(place)
        .inspect_err(|error| tracing::warn!("how the window is arranged is not kept: {error}"))
        .ok()
}
