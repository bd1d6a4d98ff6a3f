//! What lies over the data of the plots: crosshair, pins, the box that is drawn to be zoomed to, the way to the newest point.
//!
//! It is painted again in every frame, over lines that change: thin lines, small discs, little text.

use egui::{Rect, Role, Sense, Stroke, StrokeKind, WidgetInfo, pos2, vec2};

use super::cursor::{lead, place, shown_value};
use super::pen::{At, Ink, Pen};
use super::style::{Face, color, size};
use super::view::View;
use super::{Model, pins, readout};
use crate::scene::{Panel, Plot, Scene};

/// Lines that get a disc at their reading.
const MOST_DISCS: usize = 24;
/// A disc's radius.
const DISC: f32 = 3.5;
/// How much of what lies outside a box stays.
const DIMMED: f32 = 0.45;
/// The button that leads to the newest point.
const NEWEST: egui::Vec2 = vec2(74.0, 22.0);

/// Draws everything.
pub(super) fn show(pen: &Pen<'_>, model: &Model<'_>, view: &mut View, plots: &[Plot]) {
    let is_live = !model.scene.run.state.is_over();
    let mut is_led = false;
    let read = view.cursor.plot(pen, plots).copied();
    for plot in plots {
        let Some(panel) = model.scene.panel(plot.panel) else {
            continue;
        };
        let rect = place(plot).plot;
        // Flags reach out of the plot.
        let pen = pen.within(rect.expand(8.0));
        if let Some(x) = view.cursor.x {
            crosshair(&pen, model.scene, panel, plot, x);
            if read.is_some_and(|read| read.panel == plot.panel)
                && let Some(pointer) = view.cursor.pointer(&pen)
            {
                let tint = cross(&pen);
                pen.hairline(rect.left(), rect.right(), pointer.y, tint);
            }
        }
        pins::show(&pen, panel, plot, &mut view.pins);
        if let Some(shown) = view.grip.and_then(|grip| grip.shown_box(panel.id, rect)) {
            frame(&pen, rect, shown);
        }
        let leads = is_live && !(is_led && view.sight.is_linked());
        if leads && is_left_behind(view, panel, plot) {
            is_led = true;
            if newest(&pen, panel, rect) {
                view.sight.follow(panel);
            }
        }
    }
    if let Some(plot) = read
        && let Some(panel) = model.scene.panel(plot.panel)
    {
        readout::show(pen, view, model.scene, panel, &plot);
    }
}

/// The colour of the crosshair.
fn cross(pen: &Pen<'_>) -> egui::Color32 {
    color(pen.theme.text.over(pen.theme.panel, 0.45))
}

/// An upright line where lines are read, and a disc on each of them.
fn crosshair(pen: &Pen<'_>, scene: &Scene, panel: &Panel, plot: &Plot, x: f64) {
    let here = place(plot);
    let (rect, bounds) = (here.plot, plot.bounds);
    let x = lead(scene, panel, x).map_or(x, |reading| reading.x);
    if bounds.x.contains(x) {
        let at = here.position([x, bounds.y.start]).x;
        pen.upright(at, rect.top(), rect.bottom(), cross(pen));
    }
    for line in panel.lines.iter().take(MOST_DISCS) {
        let Some(reading) = line.at_cursor else {
            continue;
        };
        let value = shown_value(&reading);
        let y = panel.scale.position(value);
        if panel.scale.shows(value) && bounds.x.contains(reading.x) && bounds.y.contains(y) {
            let center = here.position([reading.x, y]);
            let painter = &pen.painter;
            painter.circle_filled(center, DISC + 1.5, color(pen.theme.panel));
            painter.circle_filled(center, DISC, color(pen.theme.series_color(line.color)));
        }
    }
}

/// A box, and what is outside it dimmed.
fn frame(pen: &Pen<'_>, plot: Rect, shown: Rect) {
    let shade = color(pen.theme.panel).gamma_multiply(1.0 - DIMMED);
    let middle = shown.y_range();
    for part in [
        Rect::from_min_max(plot.min, pos2(plot.right(), shown.top())),
        Rect::from_min_max(pos2(plot.left(), shown.bottom()), plot.max),
        Rect::from_x_y_ranges(plot.left()..=shown.left(), middle),
        Rect::from_x_y_ranges(shown.right()..=plot.right(), middle),
    ] {
        pen.painter.rect_filled(part, 0.0, shade);
    }
    let stroke = Stroke::new(1.0, color(pen.theme.text));
    pen.painter
        .rect_stroke(shown, 0.0, stroke, StrokeKind::Inside);
}

/// Whether the newest point of a panel lies after all that is seen, and is not followed.
fn is_left_behind(view: &View, panel: &Panel, plot: &Plot) -> bool {
    let newest = panel.newest_x.filter(|_| view.sight.agrees(panel));
    !view.sight.is_following(panel.id) && newest.is_some_and(|newest| newest > plot.bounds.x.end)
}

/// A button at the right edge of a plot; says whether it was clicked.
fn newest(pen: &Pen<'_>, panel: &Panel, plot: Rect) -> bool {
    if plot.width() < 2.0 * NEWEST.x || plot.height() < 2.0 * NEWEST.y {
        return false;
    }
    let rect = Rect::from_min_size(plot.max - NEWEST - vec2(6.0, 6.0), NEWEST);
    let id = pen.id(("newest", panel.id.0));
    let response = pen.ui.interact(rect, id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, "newest →"));
    let is_lit = !pen.is_covered && (response.hovered() || response.has_focus());
    let ground = if is_lit {
        pen.theme.line
    } else {
        pen.theme.raised
    };
    let border = Stroke::new(1.0, color(pen.theme.line));
    let painter = &pen.painter;
    painter.rect(rect, 6.0, color(ground), border, StrokeKind::Inside);
    let ink = Ink::new(Face::Medium, size::SMALL, pen.theme.text);
    let (center, middle) = (rect.center().x, rect.center().y);
    pen.text("newest →", &ink, At::Center(center), middle);
    let is_clicked = response.clicked() && !pen.is_covered;
    pen.explain(response, "Show the newest point, and follow it (N)");
    is_clicked
}
