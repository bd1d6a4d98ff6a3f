//! Writing and drawing at exact places: the one way in which the dashboard's parts put text and shapes into the picture.
//!
//! A [`Pen`] wraps an `egui::Ui` and its theme. It keeps texts of different sizes on one baseline, shortens what is too long
//! with `…`, names what it draws for the accessibility tree, and shows the full text when pointed at.

use std::sync::Arc;

use egui::epaint::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{
    Color32, FontId, Galley, Id, Painter, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind,
    Ui, UiBuilder, WidgetInfo, WidgetText, pos2, vec2,
};

use super::style::{Face, color, on_ember, size};
use crate::scene::{Rgb, Theme};

/// The height of a capital letter as a part of the type size, in Inter.
const CAPITAL: f32 = 0.727;

/// A place to draw.
pub(super) struct Pen<'a> {
    /// What widgets are registered with.
    pub ui: &'a Ui,
    /// What shapes are painted with.
    pub painter: Painter,
    /// The theme.
    pub theme: Theme,
    /// Whether something lies over all that is drawn with it: nothing under the pointer is explained then.
    pub is_covered: bool,
}

/// How a text is set.
#[derive(Clone, Debug)]
pub(super) struct Ink {
    /// The font and its size.
    pub font: FontId,
    /// The colour.
    pub color: Color32,
}

impl Ink {
    /// A face at a size in a token's colour.
    pub(super) fn new(face: Face, size: f32, rgb: Rgb) -> Self {
        Self::colored(face, size, color(rgb))
    }

    /// A face at a size in any colour.
    pub(super) fn colored(face: Face, size: f32, color: Color32) -> Self {
        Self {
            font: face.at(size),
            color,
        }
    }
}

/// A piece of a row: where it starts or ends, and how wide it may be.
#[derive(Clone, Copy, Debug)]
pub(super) enum At {
    /// It starts here.
    Left(f32),
    /// It ends here.
    Right(f32),
    /// It is centred here.
    Center(f32),
}

impl<'a> Pen<'a> {
    /// A pen for all of `ui`.
    pub(super) fn new(ui: &'a Ui, theme: Theme) -> Self {
        Self {
            ui,
            painter: ui.painter().clone(),
            theme,
            is_covered: false,
        }
    }

    /// A pen for a part of it. What is painted in a part makes meshes of its own: a renderer that paints a part again need
    /// not look at the others.
    pub(super) fn within(&self, part: Rect) -> Self {
        Self {
            ui: self.ui,
            // A point more: a border is not cut where the part ends between two pixels.
            painter: self.painter.with_clip_rect(part.expand(1.0)),
            theme: self.theme,
            is_covered: self.is_covered,
        }
    }

    /// Shows a text while `response` is pointed at.
    pub(super) fn explain(&self, response: Response, text: impl Into<WidgetText>) {
        if !self.is_covered {
            response.on_hover_text(text);
        }
    }

    /// A text as one row no wider than `width`, shortened with `…` where it must be.
    pub(super) fn row(&self, text: &str, ink: &Ink, width: f32) -> Arc<Galley> {
        let mut job =
            LayoutJob::simple_singleline(first_line(text).to_owned(), ink.font.clone(), ink.color);
        if width.is_finite() {
            job.wrap = TextWrapping::truncate_at_width(width.max(0.0));
        }
        self.ui.fonts_mut(|fonts| fonts.layout_job(job))
    }

    /// A text in up to `rows` rows no wider than `width`.
    pub(super) fn paragraph(&self, text: &str, ink: &Ink, width: f32, rows: usize) -> Arc<Galley> {
        let format = TextFormat {
            line_height: Some((ink.font.size * 1.4).round()),
            ..TextFormat::simple(ink.font.clone(), ink.color)
        };
        let mut job = LayoutJob::single_section(text.trim_end().to_owned(), format);
        job.wrap = TextWrapping {
            max_width: width.max(1.0),
            max_rows: rows,
            ..TextWrapping::default()
        };
        self.ui.fonts_mut(|fonts| fonts.layout_job(job))
    }

    /// How wide a text is.
    pub(super) fn width(&self, text: &str, ink: &Ink) -> f32 {
        self.row(text, ink, f32::INFINITY).size().x
    }

    /// Paints a row so that capitals of `reference` points are centred on `middle`: rows of different sizes that share
    /// both stand on one baseline. Returns what it covers.
    pub(super) fn paint_row(
        &self,
        galley: Arc<Galley>,
        at: At,
        middle: f32,
        reference: f32,
    ) -> Rect {
        let size = galley.size();
        let left = match at {
            At::Left(x) => x,
            At::Right(x) => x - size.x,
            At::Center(x) => x - size.x / 2.0,
        };
        let baseline = middle + reference * CAPITAL / 2.0;
        let ascent = galley
            .rows
            .first()
            .and_then(|row| row.glyphs.first().map(|glyph| row.pos.y + glyph.pos.y))
            .unwrap_or(size.y * 0.8);
        let min = pos2(left, baseline - ascent);
        // The colour is in the galley.
        self.painter.galley(min, galley, Color32::PLACEHOLDER);
        Rect::from_min_size(min, size)
    }

    /// Writes a row of text, centred vertically by its own size. Returns what it covers.
    pub(super) fn text(&self, text: &str, ink: &Ink, at: At, middle: f32) -> Rect {
        self.text_on(text, ink, at, middle, ink.font.size)
    }

    /// Writes a row of text on the baseline of a row whose type has `reference` points.
    pub(super) fn text_on(
        &self,
        text: &str,
        ink: &Ink,
        at: At,
        middle: f32,
        reference: f32,
    ) -> Rect {
        let galley = self.row(text, ink, f32::INFINITY);
        self.paint_row(galley, at, middle, reference)
    }

    /// Writes a row of text no wider than `width` and names it for the accessibility tree; what is shortened is shown in
    /// full when pointed at.
    pub(super) fn label(
        &self,
        id: impl egui::AsIdSalt,
        text: &str,
        ink: &Ink,
        at: At,
        middle: f32,
        width: f32,
    ) -> Rect {
        let galley = self.row(text, ink, width);
        let is_shortened = galley.elided || first_line(text).len() < text.len();
        let rect = self.paint_row(galley, at, middle, ink.font.size);
        let response = self.name(id, rect, text);
        if is_shortened {
            self.explain(response, text);
        }
        rect
    }

    /// Gives a rectangle a name in the accessibility tree, and lets it be pointed at.
    pub(super) fn name(&self, id: impl egui::AsIdSalt, rect: Rect, text: &str) -> Response {
        let response = self.ui.interact(rect, self.id(id), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
        response
    }

    /// An identity within the dashboard.
    pub(super) fn id(&self, salt: impl egui::AsIdSalt) -> Id {
        self.ui.unique_id().with(salt)
    }

    /// A part of the window in which widgets are clipped.
    pub(super) fn child(&self, salt: &'static str, rect: Rect) -> Ui {
        let builder = UiBuilder::new()
            .layer_id(self.ui.layer_id())
            .max_rect(rect)
            .accessibility_parent(self.ui.unique_id());
        Ui::new(self.ui.ctx().clone(), self.id(salt), builder)
    }

    /// A filled rectangle without rounding.
    pub(super) fn fill(&self, rect: Rect, rgb: Rgb) {
        self.painter.rect_filled(rect, 0.0, color(rgb));
    }

    /// A panel's ground: filled, bordered, rounded.
    pub(super) fn card(&self, rect: Rect) {
        self.painter.rect(
            rect,
            8.0,
            color(self.theme.panel),
            Stroke::new(1.0, color(self.theme.line)),
            StrokeKind::Inside,
        );
    }

    /// A line one physical pixel wide, on the pixel that `y` falls into.
    pub(super) fn hairline(&self, left: f32, right: f32, y: f32, color: Color32) {
        let ppp = self.ui.pixels_per_point();
        let top = (y * ppp).floor() / ppp;
        let rect = Rect::from_min_max(pos2(left, top), pos2(right, top + 1.0 / ppp));
        self.painter.rect_filled(rect, 0.0, color);
    }

    /// An upright line one physical pixel wide, on the pixel that `x` falls into.
    pub(super) fn upright(&self, x: f32, top: f32, bottom: f32, color: Color32) {
        let ppp = self.ui.pixels_per_point();
        let left = (x * ppp).floor() / ppp;
        let rect = Rect::from_min_max(pos2(left, top), pos2(left + 1.0 / ppp, bottom));
        self.painter.rect_filled(rect, 0.0, color);
    }

    /// A button. `middle` is its centre, `width` does not depend on what is written on it.
    pub(super) fn button(&self, button: &Button<'_>, rect: Rect) -> Response {
        self.button_of(button, button.name, rect)
    }

    /// A button that is one of several of its name, told apart by `salt`.
    pub(super) fn button_of(
        &self,
        button: &Button<'_>,
        salt: impl egui::AsIdSalt,
        rect: Rect,
    ) -> Response {
        let id = self.id("button").with(salt);
        let response = self.ui.interact(rect, id, Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, button.is_enabled, button.text));
        let theme = &self.theme;
        let is_pointed = button.is_enabled && response.hovered();
        let is_pressed = is_pointed && response.is_pointer_button_down_on();
        let (ground, ink) = if button.is_primary && button.is_enabled {
            let ground = theme.ember();
            (ground, on_ember(theme))
        } else {
            let ink = if button.is_enabled {
                theme.text
            } else {
                theme.dim
            };
            (theme.raised, color(ink))
        };
        let strength = match (is_pressed, is_pointed) {
            (true, _) => 0.16,
            (false, true) => 0.08,
            (false, false) => 0.0,
        };
        let ground = theme.text.over(ground, strength);
        self.painter.rect_filled(rect, 6.0, color(ground));
        self.focus_ring(&response, rect.expand(2.0), 8.0);
        let ink = Ink {
            font: Face::Medium.at(size::TEXT),
            color: ink,
        };
        let galley = self.row(button.text, &ink, rect.width() - 8.0);
        self.paint_row(
            galley,
            At::Center(rect.center().x),
            rect.center().y,
            size::TEXT,
        );
        self.explain(response.clone(), button.tip);
        response
    }

    /// Says that what `response` belongs to was chosen by key: a ring along the inside of `rect`.
    pub(super) fn focus_ring(&self, response: &Response, rect: Rect, rounding: f32) {
        if response.has_focus() {
            let stroke = Stroke::new(self.theme.ring_width(), color(self.theme.text));
            self.painter
                .rect_stroke(rect, rounding, stroke, StrokeKind::Inside);
        }
    }

    /// What lies under an option of a list: nothing, unless it is chosen or pointed at. A bar at its edge says without colour that
    /// it is chosen.
    pub(super) fn option_ground(&self, response: &Response, rect: Rect, is_chosen: bool) {
        let theme = &self.theme;
        if is_chosen || response.hovered() {
            let strength = if is_chosen { 0.12 } else { 0.05 };
            let fill = theme.text.over(theme.panel, strength);
            self.painter.rect_filled(rect, 6.0, color(fill));
        }
        if is_chosen {
            let size = vec2(3.0, rect.height() - 10.0);
            let bar = Rect::from_min_size(rect.min + vec2(0.0, 5.0), size);
            self.painter.rect_filled(bar, 1.5, color(theme.text));
        }
    }

    /// The mark of a series: a square for what is measured in training, a disc for what is measured on held-out data, so
    /// that both are told apart without colour.
    pub(super) fn swatch(&self, center: Pos2, rgb: Rgb, is_held_out: bool) {
        let painter = &self.painter;
        if is_held_out {
            painter.circle_filled(center, 4.5, color(rgb));
        } else {
            painter.rect_filled(
                Rect::from_center_size(center, vec2(8.0, 8.0)),
                2.0,
                color(rgb),
            );
        }
    }

    /// The mark of a series that is not drawn: the same, hollow.
    pub(super) fn hollow_swatch(&self, center: Pos2, rgb: Rgb, is_held_out: bool) {
        let stroke = Stroke::new(1.5, color(rgb));
        if is_held_out {
            self.painter.circle_stroke(center, 3.75, stroke);
        } else {
            let square = Rect::from_center_size(center, vec2(8.0, 8.0));
            self.painter
                .rect_stroke(square, 2.0, stroke, StrokeKind::Inside);
        }
    }
}

/// A button, as it stands in one layout.
#[derive(Clone, Copy, Debug)]
pub(super) struct Button<'a> {
    /// Its identity, the same whatever is written on it.
    pub name: &'static str,
    /// What is written on it.
    pub text: &'a str,
    /// What is said when it is pointed at.
    pub tip: &'a str,
    /// Whether it is the one primary action.
    pub is_primary: bool,
    /// Whether it can be clicked.
    pub is_enabled: bool,
}

/// What comes before the first line break.
fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or("")
}
