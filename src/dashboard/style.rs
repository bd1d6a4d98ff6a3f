//! The look's tokens as egui takes them: fonts, type sizes, colours, and a style in which nothing moves by itself.

use std::sync::Arc;

use egui::epaint::text::{FontData, FontDefinitions};
use egui::style::{ScrollAnimation, WidgetVisuals, Widgets};
use egui::{
    Color32, Context, CornerRadius, FontFamily, FontId, Margin, Shadow, Stroke, Style, TextStyle,
    Visuals, vec2,
};

use crate::message::Level;
use crate::scene::{Rgb, RunState, Theme};

/// The faces that are embedded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    /// Inter 400.
    Regular,
    /// Inter 500.
    Medium,
    /// Inter 600.
    Semibold,
    /// JetBrains Mono 400.
    Mono,
}

impl Face {
    /// The face at a size in points.
    pub(super) fn at(self, size: f32) -> FontId {
        let family = match self {
            Self::Regular => FontFamily::Proportional,
            Self::Medium => FontFamily::Name(MEDIUM.into()),
            Self::Semibold => FontFamily::Name(SEMIBOLD.into()),
            Self::Mono => FontFamily::Monospace,
        };
        FontId::new(size, family)
    }
}

const REGULAR: &str = "regular";
const MEDIUM: &str = "medium";
const SEMIBOLD: &str = "semibold";
const MONO: &str = "mono";

/// Type sizes in points.
pub(super) mod size {
    /// The run's name.
    pub(in super::super) const NAME: f32 = 16.0;
    /// Panel titles.
    pub(in super::super) const TITLE: f32 = 14.0;
    /// Text.
    pub(in super::super) const TEXT: f32 = 13.0;
    /// Secondary text.
    pub(in super::super) const SMALL: f32 = 12.0;
    /// Ticks.
    pub(in super::super) const TICK: f32 = 11.0;
}

/// The embedded fonts as files: three weights of Inter, then JetBrains Mono.
#[must_use]
pub const fn font_files() -> [&'static [u8]; 4] {
    [
        include_bytes!("../../assets/fonts/inter-400.otf"),
        include_bytes!("../../assets/fonts/inter-500.otf"),
        include_bytes!("../../assets/fonts/inter-600.otf"),
        include_bytes!("../../assets/fonts/jetbrains-mono-400.ttf"),
    ]
}

/// The weight of the face that a family begins with, from 100 to 900.
#[must_use]
pub fn font_weight(family: &FontFamily) -> u16 {
    match family {
        FontFamily::Name(name) if &**name == MEDIUM => 500,
        FontFamily::Name(name) if &**name == SEMIBOLD => 600,
        _ => 400,
    }
}

/// The embedded fonts. Each family falls back to the others, so that a sign that one lacks is still drawn.
pub(super) fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    for (name, bytes) in [REGULAR, MEDIUM, SEMIBOLD, MONO]
        .into_iter()
        .zip(font_files())
    {
        let data = Arc::new(FontData::from_static(bytes));
        fonts.font_data.insert(name.to_owned(), data);
    }
    for (family, first, second) in [
        (FontFamily::Proportional, REGULAR, MONO),
        (FontFamily::Name(MEDIUM.into()), MEDIUM, MONO),
        (FontFamily::Name(SEMIBOLD.into()), SEMIBOLD, MONO),
        (FontFamily::Monospace, MONO, REGULAR),
    ] {
        let chain = vec![first.to_owned(), second.to_owned()];
        fonts.families.insert(family, chain);
    }
    fonts
}

/// A token's colour.
pub(super) const fn color(rgb: Rgb) -> Color32 {
    Color32::from_rgb(rgb.0, rgb.1, rgb.2)
}

/// The colour of a line of text by how much it matters.
pub(super) fn level_color(theme: &Theme, level: Level) -> Color32 {
    color(match level {
        Level::Debug => theme.dim,
        Level::Info => theme.text,
        Level::Success => theme.series[2],
        Level::Warn => theme.series[4],
        Level::Error => theme.series[5],
    })
}

/// The colour of a run's state.
pub(super) fn state_color(theme: &Theme, state: &RunState) -> Color32 {
    color(match state {
        RunState::Waiting | RunState::Preparing | RunState::Stopping | RunState::Stopped => {
            theme.dim
        }
        RunState::Training | RunState::Finished => theme.series[2],
        RunState::Paused => theme.series[4],
        RunState::Failed(_) => theme.series[5],
    })
}

/// What is written on ember.
pub(super) fn on_ember(theme: &Theme) -> Color32 {
    color(if theme.is_dark {
        theme.background
    } else {
        theme.panel
    })
}

/// Prepares a context: fonts, the theme's style, and everything off that would act or move by itself.
pub(super) fn install(ctx: &Context, theme: &Theme) {
    ctx.set_fonts(fonts());
    ctx.options_mut(|options| {
        // The dashboard asks before it closes; the platform's window follows no theme of egui's.
        options.quit_shortcuts.clear();
        options.sync_window_theme = false;
        // Its size is a command like any other.
        options.zoom_with_keyboard = false;
        // Text is the same wherever it stands, and each glyph is in the atlas once.
        options.tessellation_options.round_text_to_pixels = true;
    });
    apply(ctx, theme);
}

/// Puts a theme's style into a context.
pub(super) fn apply(ctx: &Context, theme: &Theme) {
    let kind = if theme.is_dark {
        egui::Theme::Dark
    } else {
        egui::Theme::Light
    };
    ctx.set_style_of(kind, style(theme));
    ctx.set_theme(kind);
}

/// The style of what egui itself draws: tooltips, the dialog, the slider.
fn style(theme: &Theme) -> Style {
    let mut style = Style {
        animation_time: 0.0,
        scroll_animation: ScrollAnimation::none(),
        explanation_tooltips: false,
        visuals: visuals(theme),
        ..Style::default()
    };
    style.text_styles = [
        (TextStyle::Small, Face::Regular.at(size::TICK)),
        (TextStyle::Body, Face::Regular.at(size::TEXT)),
        (TextStyle::Button, Face::Medium.at(size::TEXT)),
        (TextStyle::Heading, Face::Semibold.at(size::NAME)),
        (TextStyle::Monospace, Face::Mono.at(size::SMALL)),
    ]
    .into();
    // What is shown depends on where the pointer is, never on how long it has been there.
    style.interaction.tooltip_delay = 0.0;
    style.interaction.tooltip_grace_time = 0.0;
    style.interaction.show_tooltips_only_when_still = false;
    style.interaction.selectable_labels = false;
    style.spacing.item_spacing = vec2(8.0, 8.0);
    style.spacing.window_margin = Margin::same(20);
    style.spacing.menu_margin = Margin::symmetric(10, 8);
    style.spacing.tooltip_width = 420.0;
    style.spacing.slider_rail_height = 3.0;
    style.spacing.slider_width = 84.0;
    style.spacing.interact_size.y = 16.0;
    #[cfg(debug_assertions)]
    {
        style.debug.show_unaligned = false;
        style.debug.warn_if_rect_changes_id = false;
    }
    style
}

fn visuals(theme: &Theme) -> Visuals {
    let mut visuals = if theme.is_dark {
        Visuals::dark()
    } else {
        Visuals::light()
    };
    let corner_radius = CornerRadius::same(6);
    let widget = |fill: Rgb, text: Rgb| WidgetVisuals {
        bg_fill: color(fill),
        weak_bg_fill: color(fill),
        bg_stroke: Stroke::NONE,
        corner_radius,
        fg_stroke: Stroke::new(1.0, color(text)),
        expansion: 0.0,
    };
    let raised = theme.raised;
    visuals.widgets = Widgets {
        noninteractive: WidgetVisuals {
            bg_stroke: Stroke::new(1.0, color(theme.line)),
            ..widget(theme.panel, theme.text)
        },
        inactive: widget(theme.line, theme.dim),
        hovered: widget(theme.line, theme.text),
        active: widget(theme.line, theme.text),
        open: widget(raised, theme.text),
    };
    visuals.override_text_color = None;
    visuals.panel_fill = color(theme.background);
    visuals.window_fill = color(raised);
    visuals.window_stroke = Stroke::new(1.0, color(theme.line));
    visuals.window_corner_radius = CornerRadius::same(8);
    visuals.menu_corner_radius = corner_radius;
    let shadow = Shadow {
        offset: [0, 4],
        blur: 16,
        spread: 0,
        color: Color32::from_black_alpha(if theme.is_dark { 120 } else { 40 }),
    };
    visuals.window_shadow = shadow;
    visuals.popup_shadow = shadow;
    visuals.selection.bg_fill = color(theme.dim);
    visuals.selection.stroke = Stroke::new(1.0, color(theme.text));
    visuals.slider_trailing_fill = true;
    visuals.text_cursor.blink = false;
    visuals.image_loading_spinners = false;
    visuals
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every sign that the dashboard writes by itself.
    const SIGNS: &str = "0123456789 −+×·…←↑→↓µ∞%/:.,–—’“”⁰¹²³⁴⁵⁶⁷⁸⁹⁻≥≤";

    #[test]
    fn every_face_has_the_signs_that_are_written() {
        let ctx = Context::default();
        install(&ctx, &Theme::DARK);
        let mut missing = Vec::new();
        let output = ctx.run_ui(egui::RawInput::default(), |ui| {
            for face in [Face::Regular, Face::Medium, Face::Semibold, Face::Mono] {
                for sign in SIGNS.chars() {
                    if !ui.fonts_mut(|fonts| fonts.has_glyph(&face.at(13.0), sign)) {
                        missing.push((face, sign));
                    }
                }
            }
        });
        output.drop_without_applying_deltas();
        assert_eq!(missing, []);
    }

    #[test]
    fn digits_are_tabular_in_every_face() {
        let ctx = Context::default();
        install(&ctx, &Theme::DARK);
        let output = ctx.run_ui(egui::RawInput::default(), |ui| {
            for face in [Face::Regular, Face::Medium, Face::Semibold, Face::Mono] {
                let width = |c| ui.fonts_mut(|fonts| fonts.glyph_width(&face.at(13.0), c));
                for digit in '1'..='9' {
                    assert!((width(digit) - width('0')).abs() < 0.01, "{face:?} {digit}");
                }
                assert!((width('−') - width('0')).abs() < 0.01, "{face:?}");
            }
        });
        output.drop_without_applying_deltas();
    }
}
