//! The sidebar's runs: one as what it is, several as a list in which each is shown, hidden and coloured.
//!
//! Several are filtered by the field under them: a run is listed where its name is let through, or a series that it has. The
//! list keeps its room meanwhile, so that the field stays where it is while somebody writes into it.

use egui::{Rect, Role, Sense, WidgetInfo, pos2, vec2};

use super::Model;
use super::best::headline;
use super::choosing::{Change, Choosing, Deed, Menu, Subject};
use super::number::{Digits, with_unit};
use super::pen::{At, Ink, Pen};
use super::sample::{self, Sample};
use super::sidebar::heading;
use super::style::{Face, color, size};
use super::view::wheel;
use crate::message::Split;
use crate::scene::{Dash, RunSummary, Selection};

/// The height of a run's row.
const ROW: f32 = 26.0;
/// Of the sidebar, runs take this part at most.
const MOST: f32 = 0.3;
/// From the last row to what follows.
const AFTER: f32 = 14.0;

/// Draws the runs from `top` on; returns where they end.
pub(super) fn show(
    pen: &Pen<'_>,
    model: &Model<'_>,
    rect: Rect,
    top: f32,
    choosing: &mut Choosing,
    selection: &Selection,
    deeds: &mut Vec<Deed>,
) -> f32 {
    let runs = &model.scene.runs;
    if model.is_idle() {
        heading(pen, "RUN", rect, top);
        return none(pen, rect, top + super::series_list::HEADING);
    }
    if runs.len() < 2 {
        heading(pen, "RUN", rect, top);
        return one(pen, model, rect, top + super::series_list::HEADING);
    }
    let listed: Vec<&RunSummary> = runs
        .iter()
        .filter(|run| choosing.list.lists_run(run, &choosing.filter))
        .collect();
    let count = if choosing.filter.is_set() {
        format!("RUNS  {} of {}", listed.len(), runs.len())
    } else {
        format!("RUNS  {}", runs.len())
    };
    heading(pen, &count, rect, top);
    let top = top + super::series_list::HEADING;
    // Some dozens.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let fitting = ((rect.height() * MOST / ROW) as usize).clamp(1, runs.len());
    let area = Rect::from_min_size(
        pos2(rect.left(), top),
        vec2(rect.width(), fitting as f32 * ROW),
    );
    if listed.is_empty() {
        let ink = Ink::new(Face::Regular, size::TEXT, pen.theme.dim);
        let (left, middle) = (At::Left(rect.left() + 16.0), top + ROW / 2.0);
        let room = rect.width() - 32.0;
        pen.label("no run", "no run matches", &ink, left, middle, room);
    }
    let most = listed.len().saturating_sub(fitting) as f32 * ROW;
    choosing.runs_scroll = (choosing.runs_scroll - wheel(pen, area)).clamp(0.0, most);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let first = (choosing.runs_scroll / ROW).round() as usize;
    let shown = listed.into_iter().skip(first).take(fitting);
    for (place, run) in shown.enumerate() {
        let row = Rect::from_min_size(
            pos2(rect.left() + 8.0, top + place as f32 * ROW),
            vec2(rect.width() - 17.0, ROW),
        );
        entry(pen, model, run, row, selection, deeds);
    }
    area.bottom() + AFTER
}

/// A run among several.
fn entry(
    pen: &Pen<'_>,
    model: &Model<'_>,
    run: &RunSummary,
    row: Rect,
    selection: &Selection,
    deeds: &mut Vec<Deed>,
) {
    let is_shown = !selection.hidden_runs.contains(&run.id);
    let response = pen
        .ui
        .interact(row, pen.id(("run", run.id.0)), Sense::click());
    let name = shown_name(&run.name);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, is_shown, name));
    if run.is_current || (response.hovered() && !pen.is_covered) {
        pen.painter.rect_filled(row, 6.0, color(pen.theme.raised));
    }
    pen.focus_ring(&response, row, 6.0);
    let chosen = selection.run_colors.get(&run.id).copied();
    let rgb = pen.theme.series_color(chosen.unwrap_or(run.color));
    let mark = pos2(row.left() + 15.0, row.center().y);
    let sample = Sample {
        rgb,
        dash: run.dash,
        split: Split::None,
    };
    if is_shown && model.scene.runs.iter().any(|run| run.dash != Dash::Solid) {
        sample.show(pen, mark.x - sample::WIDTH / 2.0, mark.y);
    } else if is_shown {
        pen.swatch(mark, rgb, false);
    } else {
        pen.hollow_swatch(mark, rgb, false);
    }
    let mut right = row.right() - 8.0;
    if run.is_current {
        right = best_value(pen, model, right, row.center().y).map_or(right, |(left, _)| left - 8.0);
    } else if run.is_live() {
        let ink = Ink::new(Face::Regular, size::SMALL, pen.theme.dim);
        let live = pen.text_on("live", &ink, At::Right(right), row.center().y, size::TEXT);
        right = live.left() - 8.0;
    }
    let rgb = if is_shown {
        pen.theme.text
    } else {
        pen.theme.dim
    };
    let ink = Ink::new(Face::Regular, size::TEXT, rgb);
    let left = row.left() + 30.0;
    let galley = pen.row(name, &ink, right - left);
    pen.paint_row(galley, At::Left(left), row.center().y, size::TEXT);
    if pen.is_covered {
        return;
    }
    if response.clicked() {
        deeds.push(Deed::Change(Change::ToggleRun(run.id)));
    }
    if response.secondary_clicked() {
        let at = response.interact_pointer_pos().unwrap_or(row.left_bottom());
        deeds.push(Deed::Menu(Menu {
            subject: Subject::Run(run.id),
            at,
            panels_from: None,
        }));
    }
    if response.contains_pointer() {
        pen.explain(response, name.to_owned());
    }
}

/// Where there is no run yet; returns where that ends.
fn none(pen: &Pen<'_>, rect: Rect, top: f32) -> f32 {
    let ink = Ink::new(Face::Regular, size::TEXT, pen.theme.dim);
    let left = At::Left(rect.left() + 16.0);
    let room = rect.width() - 32.0;
    pen.label("no run", "none yet", &ink, left, top + ROW / 2.0, room);
    top + ROW + AFTER
}

/// A run's name, or that it has none.
pub(super) fn shown_name(name: &str) -> &str {
    if name.is_empty() { "unnamed run" } else { name }
}

/// The value that says best how good the current run is, written up to `right`: where it begins, and what it is.
fn best_value(pen: &Pen<'_>, model: &Model<'_>, right: f32, middle: f32) -> Option<(f32, String)> {
    let best = headline(model.scene.current_series())?;
    let ink = Ink::new(Face::Regular, size::TEXT, pen.theme.dim);
    let text = with_unit(f64::from(best.latest?), &best.unit, Digits::Full);
    let place = pen.text(&text, &ink, At::Right(right), middle);
    Some((place.left(), format!("latest {} {text}", best.name)))
}

/// The only run, with all that is known of it; returns where it ends.
fn one(pen: &Pen<'_>, model: &Model<'_>, rect: Rect, top: f32) -> f32 {
    let info = &model.scene.run.info;
    let row = Rect::from_min_size(pos2(rect.left() + 8.0, top), vec2(rect.width() - 17.0, ROW));
    pen.painter.rect_filled(row, 6.0, color(pen.theme.raised));
    let middle = row.center().y;
    pen.swatch(pos2(row.left() + 15.0, middle), pen.theme.ember(), false);
    let mut right = row.right() - 8.0;
    let name = shown_name(&info.name);
    let mut about = vec![name.to_owned()];
    if let Some((left, text)) = best_value(pen, model, right, middle) {
        right = left - 8.0;
        about.push(text);
    }
    let ink = Ink::new(Face::Regular, size::TEXT, pen.theme.text);
    let left = row.left() + 30.0;
    let galley = pen.row(name, &ink, right - left);
    pen.paint_row(galley, At::Left(left), middle, size::TEXT);
    about.extend([&info.model, &info.backend, &info.device].map(String::clone));
    about.extend(info.seed.map(|seed| format!("seed {seed}")));
    about.extend(
        info.hyperparameters
            .iter()
            .map(|parameter| format!("{}: {}", parameter.name, parameter.value)),
    );
    about.retain(|line| !line.is_empty());
    pen.explain(pen.name("run row", row, name), about.join("\n"));
    row.bottom() + AFTER
}
