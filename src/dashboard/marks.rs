//! Marks on the charts: what a run has done of what it was asked, where it did it.
//!
//! A mark is a fine line under the data and a sign above the plot, where no curve is covered; its words stand where the sign, or
//! the line, is pointed at, and beside the sign in a figure, at which nobody points. Signs differ in shape, not in colour alone.
//! Those that would lie upon each other are one sign that counts them.

use egui::{Color32, Pos2, Rect, Shape, Stroke, pos2, vec2};

use super::Model;
use super::nearest::Place;
use super::pen::{At, Ink, Pen};
use super::run_list::shown_name;
use super::style::{Face, color, size};
use crate::message::{Command, LearningRate};
use crate::scene::{Contrast, Mark, Panel, Rgb, Scene, Selection};

/// From the upper edge of the plot to the middle of the signs above it.
const ABOVE: f32 = 6.0;
/// Half of a sign's width.
const HALF: f32 = 4.0;
/// What can be pointed at.
const PLACE: egui::Vec2 = vec2(14.0, 13.0);
/// Signs nearer to each other than this are one.
const APART: f32 = 12.0;
/// Lines nearer to each other than this are one.
const LINES_APART: f32 = 3.0;
/// A pointer this near to a line means it.
const REACH: f32 = 4.0;
/// Marks of one sign that are told in words; beyond them they are counted.
const MOST_TOLD: usize = 8;

/// Whether marks are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Shown {
    /// Not at all.
    Hidden,
    /// As signs.
    #[default]
    Signs,
    /// As signs with a few words beside them, as far as there is room.
    Labelled,
}

impl Shown {
    /// Shows what is hidden, hides what is shown.
    pub(super) const fn toggle(&mut self) {
        *self = match self {
            Self::Hidden => Self::Signs,
            Self::Signs | Self::Labelled => Self::Hidden,
        };
    }

    /// The same for a figure.
    pub(super) const fn labelled(self) -> Self {
        match self {
            Self::Hidden => Self::Hidden,
            Self::Signs | Self::Labelled => Self::Labelled,
        }
    }
}

/// Marks that share a sign.
struct Group<'a> {
    at: f32,
    marks: Vec<&'a Mark>,
}

/// Draws the marks of a panel whose data comes over them.
pub(super) fn show(
    pen: &Pen<'_>,
    model: &Model<'_>,
    shown: Shown,
    selection: &Selection,
    panel: &Panel,
    place: Place,
) {
    if shown == Shown::Hidden || panel.marks.is_empty() {
        return;
    }
    let groups = groups(panel, place);
    lines(pen, model.scene, selection, &groups, place);
    let middle = place.plot.top() - ABOVE;
    for (index, group) in groups.iter().enumerate() {
        let center = pos2(group.at, middle);
        let rgb = tint(pen, model.scene, selection, &group.marks);
        sign(pen, &group.marks, center, color(rgb));
        let text = told(model.scene, &group.marks);
        let area = Rect::from_center_size(center, PLACE);
        let response = pen.name(("mark", panel.id.0, index), area, &text);
        pen.explain(response, text);
        if shown == Shown::Labelled {
            let next = groups.get(index + 1).map(|next| next.at - HALF);
            let right = next.unwrap_or(place.plot.right());
            label(pen, &group.marks, center, right);
        }
    }
}

/// What a pointer at a place of the plot means: the mark whose line it is near to.
pub(super) fn pointed<'a>(
    scene: &Scene,
    shown: Shown,
    panel: &'a Panel,
    place: Place,
    pointer: Pos2,
) -> Option<String> {
    if shown == Shown::Hidden {
        return None;
    }
    let marks = panel.marks.iter();
    let far = |mark: &&'a Mark| (x_of(place, mark) - pointer.x).abs();
    let near = marks.filter(|mark| place.bounds.x.contains(mark.x));
    let near = near.min_by(|one, other| far(one).total_cmp(&far(other)))?;
    (far(&near) <= REACH).then(|| sentence(scene, near))
}

/// The newest mark of a panel in words.
pub(super) fn newest(panel: &Panel) -> Option<&str> {
    let newest = panel.marks.iter().max_by_key(|mark| mark.step)?;
    Some(&newest.text)
}

fn x_of(place: Place, mark: &Mark) -> f32 {
    place.position([mark.x, place.bounds.y.start]).x
}

/// The visible marks, those together that would lie upon each other.
fn groups(panel: &Panel, place: Place) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for mark in &panel.marks {
        if !place.bounds.x.contains(mark.x) {
            continue;
        }
        let at = x_of(place, mark);
        match groups.last_mut() {
            Some(group) if at - group.at < APART => group.marks.push(mark),
            _ => groups.push(Group {
                at,
                marks: vec![mark],
            }),
        }
    }
    groups
}

fn lines(pen: &Pen<'_>, scene: &Scene, selection: &Selection, groups: &[Group<'_>], place: Place) {
    let strength = match pen.theme.contrast {
        Contrast::Usual => 0.32,
        Contrast::High => 0.6,
    };
    let mut last = f32::NEG_INFINITY;
    for mark in groups.iter().flat_map(|group| &group.marks) {
        let at = x_of(place, mark);
        if at - last < LINES_APART {
            continue;
        }
        last = at;
        let rgb = tint(pen, scene, selection, &[mark]).over(pen.theme.panel, strength);
        let plot = place.plot;
        let x = at.min(plot.right() - 0.5);
        pen.upright(x, plot.top(), plot.bottom(), color(rgb));
    }
}

/// Ember, as what is done from the window is; where there are several runs, the colour of the run.
fn tint(pen: &Pen<'_>, scene: &Scene, selection: &Selection, marks: &[&Mark]) -> Rgb {
    if scene.runs.len() < 2 {
        return pen.theme.ember();
    }
    let Some((first, rest)) = marks.split_first() else {
        return pen.theme.dim;
    };
    if rest.iter().any(|mark| mark.run != first.run) {
        return pen.theme.dim;
    }
    let chosen = selection.run_colors.get(&first.run).copied();
    let run = scene.runs.iter().find(|run| run.id == first.run);
    match chosen.or(run.map(|run| run.color)) {
        Some(index) => pen.theme.series_color(index),
        None => pen.theme.dim,
    }
}

/// A sign: two bars for a pause, a diamond for a learning rate, a ring for a measurement, a triangle for a checkpoint, a square
/// for the end; how many there are where there are several.
fn sign(pen: &Pen<'_>, marks: &[&Mark], center: Pos2, tint: Color32) {
    let painter = &pen.painter;
    let [mark] = marks else {
        let ink = Ink::colored(Face::Semibold, size::TICK, tint);
        let count = if marks.len() > 99 {
            "99+".to_owned()
        } else {
            marks.len().to_string()
        };
        pen.text(&count, &ink, At::Center(center.x), center.y);
        return;
    };
    let polygon = |points: &[(f32, f32)]| {
        let points = points.iter().map(|(x, y)| center + vec2(*x, *y)).collect();
        painter.add(Shape::convex_polygon(points, tint, Stroke::NONE));
    };
    let square = |center: Pos2, size| {
        painter.rect_filled(Rect::from_center_size(center, size), 0.5, tint);
    };
    match mark.command {
        Command::Pause | Command::Resume => {
            for side in [-2.25, 2.25] {
                square(center + vec2(side, 0.0), vec2(2.5, 2.0 * HALF));
            }
        }
        Command::LearningRate(_) => polygon(&[
            (0.0, -HALF - 0.5),
            (HALF + 0.5, 0.0),
            (0.0, HALF + 0.5),
            (-HALF - 0.5, 0.0),
        ]),
        Command::Evaluate => {
            painter.circle_stroke(center, HALF - 0.75, Stroke::new(1.75, tint));
        }
        Command::Checkpoint => polygon(&[
            (-HALF - 0.5, -HALF + 0.5),
            (HALF + 0.5, -HALF + 0.5),
            (0.0, HALF),
        ]),
        Command::Stop | Command::Step => square(center, vec2(7.0, 7.0)),
    }
}

/// A few words beside a sign, where they fit before what is next.
fn label(pen: &Pen<'_>, marks: &[&Mark], center: Pos2, right: f32) {
    let [mark] = marks else { return };
    let ink = Ink::new(Face::Regular, size::TICK, pen.theme.dim);
    let text = short(mark);
    let left = center.x + HALF + 4.0;
    if left + pen.width(&text, &ink) + 4.0 <= right {
        pen.text(&text, &ink, At::Left(left), center.y);
    }
}

fn short(mark: &Mark) -> String {
    match mark.command {
        Command::Pause | Command::Resume => "paused".to_owned(),
        Command::LearningRate(LearningRate::Scheduled) => "rate as scheduled".to_owned(),
        Command::LearningRate(LearningRate::Scaled(factor)) => format!("rate × {factor}"),
        Command::LearningRate(LearningRate::Fixed(rate)) => format!("rate {rate}"),
        Command::Evaluate => "evaluated".to_owned(),
        Command::Checkpoint => "checkpoint".to_owned(),
        Command::Stop => "stopped".to_owned(),
        Command::Step => "single step".to_owned(),
    }
}

/// A mark in words, with its run where there are several.
fn sentence(scene: &Scene, mark: &Mark) -> String {
    let run = scene.runs.iter().find(|run| run.id == mark.run);
    match run {
        Some(run) if scene.runs.len() > 1 => format!("{}: {}", shown_name(&run.name), mark.text),
        _ => mark.text.to_string(),
    }
}

fn told(scene: &Scene, marks: &[&Mark]) -> String {
    let mut lines: Vec<String> = marks
        .iter()
        .take(MOST_TOLD)
        .map(|mark| sentence(scene, mark))
        .collect();
    if marks.len() > MOST_TOLD {
        lines.push(format!("and {} more", marks.len() - MOST_TOLD));
    }
    lines.join("\n")
}
