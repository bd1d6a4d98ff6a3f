//! The sub-header: how far the run has come and how fast it goes; at the right how curves are drawn.

use egui::{Rect, Role, Sense, WidgetInfo};

use super::number::{clock, count, rate};
use super::pen::{At, Ink, Pen};
use super::style::{Face, size};
use super::view::View;
use super::{Action, Model, smoothing};
use crate::scene::{RunState, XAxis, YRange};

/// What is said of a run that prepares itself and does not say how. Phases are seldom longer.
const NO_PHASE: &str = "before the first step";
/// What is said where there is no run yet.
const NO_RUN: &str = "Ctrl+N starts a run";
/// The widest that the horizontal and the vertical axis are named.
const WIDEST_AXIS: &str = "x: relative time";
const WIDEST_FIT: &str = "y: no outliers";
/// Room for the first readout, and for the first two.
const ONE_READOUT: f32 = 100.0;
const TWO_READOUTS: f32 = 250.0;
const WIDEST_LINKS: &str = "x linked";
const WIDEST_FOLLOW: &str = "not following";
/// Room for all readouts of a run of usual length.
const ALL_READOUTS: f32 = 560.0;
/// A readout in less room than this is none.
const LEAST_READOUT: f32 = 24.0;

/// Draws the sub-header.
pub(super) fn show(
    pen: &Pen<'_>,
    model: &Model<'_>,
    rect: Rect,
    actions: &mut Vec<Action>,
    view: &mut View,
) {
    let right = controls(pen, model, rect, actions, view);
    readouts(pen, model, rect, right);
}

/// One readout: what is written, and the widest text that is expected in its place.
struct Readout {
    name: &'static str,
    text: String,
    widest: String,
    is_strong: bool,
}

impl Readout {
    fn new(name: &'static str, text: String, widest: String) -> Self {
        Self {
            name,
            text,
            widest,
            is_strong: false,
        }
    }
}

/// Epoch, step, elapsed, left, speed: each in a place of fixed width, as many as fit before `right`.
fn readouts(pen: &Pen<'_>, model: &Model<'_>, rect: Rect, right: f32) {
    let middle = rect.center().y;
    let mut left = rect.left() + 16.0;
    for readout in collect(model) {
        let (face, rgb) = if readout.is_strong {
            (Face::Semibold, pen.theme.text)
        } else {
            (Face::Regular, pen.theme.dim)
        };
        let ink = Ink::new(face, size::TEXT, rgb);
        let width = pen
            .width(&readout.widest, &ink)
            .max(pen.width(&readout.text, &ink))
            .ceil();
        // A phase may be of any length: it is shortened rather than left out.
        let width = if readout.name == "phase" {
            width.min(right - left - 1.0)
        } else {
            width
        };
        if width < LEAST_READOUT || left + width > right {
            break;
        }
        pen.label(
            readout.name,
            &readout.text,
            &ink,
            At::Left(left),
            middle,
            width + 1.0,
        );
        left += width + 20.0;
    }
}

fn collect(model: &Model<'_>) -> Vec<Readout> {
    let run = &model.scene.run;
    let progress = &run.progress;
    let mut readouts = Vec::new();
    if matches!(run.state, RunState::Waiting | RunState::Preparing) {
        let phase = if model.is_idle() {
            NO_RUN
        } else if run.activity.is_empty() {
            NO_PHASE
        } else {
            &run.activity
        };
        readouts.push(Readout {
            is_strong: true,
            ..Readout::new("phase", phase.to_owned(), NO_PHASE.to_owned())
        });
    } else {
        if progress.epoch > 0 {
            readouts.push(Readout {
                is_strong: true,
                ..Readout::new(
                    "epoch",
                    of_total("epoch", progress.epoch.into(), progress.epochs.into()),
                    of_total("epoch", progress.epochs.into(), progress.epochs.into()),
                )
            });
        }
        readouts.push(Readout::new(
            "step",
            of_total("step", progress.step, progress.steps),
            of_total("step", progress.steps.max(progress.step), progress.steps),
        ));
    }
    let elapsed = clock(run.elapsed);
    readouts.push(Readout::new(
        "elapsed",
        format!("{elapsed} elapsed"),
        format!("{} elapsed", zeros(&elapsed)),
    ));
    if let Some(remaining) = run.remaining
        && !run.state.is_over()
    {
        let remaining = clock(remaining);
        readouts.push(Readout::new(
            "left",
            format!("{remaining} left"),
            format!("{} left", zeros(&remaining)),
        ));
    }
    for (name, value) in [
        ("steps/s", run.steps_per_second),
        ("samples/s", run.samples_per_second),
    ] {
        if let Some(value) = value
            && !run.state.is_over()
        {
            readouts.push(Readout::new(
                name,
                format!("{} {name}", rate(value)),
                format!("0,000 {name}"),
            ));
        }
    }
    readouts
}

/// `step 1,284 / 3,370`, or without a total.
fn of_total(name: &str, value: u64, total: u64) -> String {
    if total > 0 {
        format!("{name} {} / {}", count(value), count(total))
    } else {
        format!("{name} {}", count(value))
    }
}

/// The widest clock of the same length.
fn zeros(clock: &str) -> String {
    let text: String = clock
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    if text.len() < 5 {
        "00:00".to_owned()
    } else {
        text
    }
}

/// The axes and the smoothing; returns where they begin. Axes are named as long as what is left of them still says how far
/// the run has come.
fn controls(
    pen: &Pen<'_>,
    model: &Model<'_>,
    rect: Rect,
    actions: &mut Vec<Action>,
    view: &mut View,
) -> f32 {
    let mut right = rect.right() - 16.0;
    let mut kept = TWO_READOUTS;
    if rect.width() >= 420.0 {
        right = smoothing::control(pen, rect, actions, view);
        kept = ONE_READOUT;
    }
    let sight = &mut view.sight;
    let log = if sight.is_x_log() { ", log" } else { "" };
    let axis = format!("x: {}{log}", axis_name(sight.axis()));
    let about =
        "What horizontal axes count: steps, epochs, time since the start, the time of day (X)";
    if let Some(left) = choice(pen, rect, right, kept, ("axis", &axis, WIDEST_AXIS), about) {
        right = left.0;
        if left.1 {
            sight.next_axis();
        }
    }
    let fit = format!("y: {}", fit_name(sight.fit()));
    let about = "What vertical axes show: all points, those in sight, those without outliers, all and zero (Y)";
    if let Some(left) = choice(pen, rect, right, kept, ("fit", &fit, WIDEST_FIT), about) {
        right = left.0;
        if left.1 {
            sight.next_fit();
        }
    }
    moving(pen, model, rect, right, view)
}

/// Whether panels move together and follow the newest point, where there is much room; returns where that begins.
fn moving(pen: &Pen<'_>, model: &Model<'_>, rect: Rect, right: f32, view: &mut View) -> f32 {
    let mut right = right;
    let sight = &mut view.sight;
    let names = if sight.is_linked() {
        ("links", "x linked", WIDEST_LINKS)
    } else {
        ("links", "x apart", WIDEST_LINKS)
    };
    let about = "Whether all panels share their horizontal range (U)";
    if let Some((left, is_clicked)) = choice(pen, rect, right, ALL_READOUTS, names, about) {
        right = left;
        if is_clicked {
            sight.toggle_links();
        }
    }
    let first = view.shown.first();
    let panel = first.and_then(|(panel, _)| model.scene.panel(*panel));
    let Some(panel) = panel.filter(|_| !model.scene.run.state.is_over()) else {
        return right;
    };
    let names = if sight.is_following(panel.id) {
        ("follow", "following", WIDEST_FOLLOW)
    } else {
        ("follow", "not following", WIDEST_FOLLOW)
    };
    let about = "Whether the newest point is kept in sight (N)";
    if let Some((left, is_clicked)) = choice(pen, rect, right, ALL_READOUTS, names, about) {
        right = left;
        if is_clicked {
            sight.toggle_follow(panel);
        }
    }
    right
}

/// One of several, as a text that is clicked for the next. Returns where it begins and whether it was clicked; `None` where
/// less than `kept` would be left.
pub(super) fn choice(
    pen: &Pen<'_>,
    rect: Rect,
    right: f32,
    kept: f32,
    (id, text, widest): (&str, &str, &str),
    about: &str,
) -> Option<(f32, bool)> {
    let ink = Ink::new(Face::Regular, size::TEXT, pen.theme.dim);
    let needed = pen.width(text, &ink).ceil();
    let room = right - 20.0 - rect.left() - 16.0 - kept;
    if room < needed {
        return None;
    }
    // Where there is room it does not move when it changes.
    let usual = pen.width(widest, &ink).ceil().max(needed);
    let left = right - if room < usual { needed } else { usual };
    let middle = rect.center().y;
    let place = Rect::from_min_max(
        egui::pos2(left - 4.0, middle - 11.0),
        egui::pos2(right + 4.0, middle + 11.0),
    );
    let response = pen.ui.interact(place, pen.id(id), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, text));
    pen.focus_ring(&response, place, 4.0);
    let is_lit = !pen.is_covered && (response.hovered() || response.has_focus());
    let ink = if is_lit {
        Ink::new(Face::Regular, size::TEXT, pen.theme.text)
    } else {
        ink
    };
    pen.text(text, &ink, At::Right(right), middle);
    let is_clicked = response.clicked() && !pen.is_covered;
    pen.explain(response, about);
    Some((left - 20.0, is_clicked))
}

const fn axis_name(axis: XAxis) -> &'static str {
    match axis {
        XAxis::Step => "step",
        XAxis::Epoch => "epoch",
        XAxis::RelativeTime => "relative time",
        XAxis::WallTime => "wall time",
    }
}

const fn fit_name(fit: YRange) -> &'static str {
    match fit {
        YRange::All => "all",
        YRange::Visible => "visible",
        YRange::WithoutOutliers => "no outliers",
        YRange::FromZero => "from zero",
        YRange::Part(_) => "fixed",
    }
}
