//! What a hand does over a plot and its axes.
//!
//! Over a plot the wheel zooms horizontally about the pointer, with Shift vertically, with Ctrl both ways; a drag moves the
//! picture; with Shift, or with the right button, it draws a box that is zoomed to. Over the labels of an axis wheel and drag
//! are that axis' own. A double click shows all.
//!
//! A drag moves by whole pixels, and from where it began: columns of pixels stay columns, and nothing shimmers. Every notch of
//! the wheel is a step of its own, whatever came before it in one layout: as many back lead to the same view.

use egui::{
    CursorIcon, Event, EventFilter, Id, Key, Modifiers, MouseWheelUnit, PointerButton, Pos2, Rect,
    Response, Role, Sense, Ui, WidgetInfo,
};

use super::pen::Pen;
use super::sight::{Sight, moved};
use super::summary;
use super::trail::{Kind, Step};
use crate::scene::{Bounds, Panel, PanelId, Range};

/// How much larger things get for a point that the wheel turns: by a fifth for a notch.
const PER_POINT: f32 = 0.0045;
/// Points that a notch of a mouse wheel turns.
const NOTCH: f32 = 40.0;
/// Notches that one turn of the wheel has at most: what reports more is broken.
const MOST_NOTCHES: u16 = 100;
/// And turned in one event, in any unit.
const MOST_TURNED: f32 = 1e6;
/// A box that is flatter or narrower than this is meant for the other axis alone.
const LEAST_BOX: f32 = 8.0;

/// The points that a unit of a wheel's turning stands for, over a part that is so high.
pub(super) const fn points_in(unit: MouseWheelUnit, height: f32) -> f32 {
    match unit {
        MouseWheelUnit::Point => 1.0,
        MouseWheelUnit::Line => NOTCH,
        MouseWheelUnit::Page => height,
    }
}

/// The identity of a panel's plot: it can be chosen with Tab.
pub(super) fn plot_id(ui: &Ui, panel: PanelId) -> Id {
    ui.unique_id().with(("plot", panel.0))
}

/// What a hand may be over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Zone {
    Plot,
    /// The labels of the vertical axis.
    Upright,
    /// Those of the horizontal one.
    Across,
}

/// What a drag is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Move,
    Box,
    /// Nothing any more.
    None,
}

/// A drag that goes on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Grip {
    panel: PanelId,
    zone: Zone,
    for_what: Use,
    from: Pos2,
    to: Pos2,
    /// What was visible when it began.
    bounds: Bounds,
}

impl Grip {
    /// The box that is being drawn in a panel's plot, stretched to all of it where it is meant for one axis.
    pub(super) fn shown_box(&self, panel: PanelId, plot: Rect) -> Option<Rect> {
        if self.panel != panel || self.for_what != Use::Box {
            return None;
        }
        let mut shown = Rect::from_two_pos(plot.clamp(self.from), plot.clamp(self.to));
        let (is_narrow, is_flat) = (shown.width() < LEAST_BOX, shown.height() < LEAST_BOX);
        match (is_narrow, is_flat) {
            (true, true) => return None,
            (true, false) => (shown.min.x, shown.max.x) = (plot.left(), plot.right()),
            (false, true) => (shown.min.y, shown.max.y) = (plot.top(), plot.bottom()),
            (false, false) => {}
        }
        Some(shown)
    }
}

/// A plot that a hand may be over.
pub(super) struct Hands<'a> {
    pub(super) pen: &'a Pen<'a>,
    pub(super) panel: &'a Panel,
    /// The panel's rectangle.
    pub(super) card: Rect,
    pub(super) plot: Rect,
    /// What was visible there before.
    pub(super) bounds: Bounds,
    pub(super) is_live: bool,
}

impl Hands<'_> {
    /// Does to `sight` what a hand does.
    pub(super) fn answer(&self, sight: &mut Sight, grip: &mut Option<Grip>) {
        for zone in [Zone::Plot, Zone::Upright, Zone::Across] {
            self.answer_in(zone, sight, grip);
        }
    }

    fn place(&self, zone: Zone) -> Rect {
        let (card, plot) = (self.card, self.plot);
        match zone {
            Zone::Plot => plot,
            Zone::Upright => {
                Rect::from_min_max(Pos2::new(card.left() + 1.0, plot.top()), plot.left_bottom())
            }
            Zone::Across => Rect::from_min_max(
                plot.left_bottom(),
                Pos2::new(plot.right(), card.bottom() - 1.0),
            ),
        }
    }

    fn answer_in(&self, zone: Zone, sight: &mut Sight, grip: &mut Option<Grip>) {
        let Self { pen, panel, .. } = *self;
        let name = match zone {
            Zone::Plot => "plot",
            Zone::Upright => "vertical axis",
            Zone::Across => "horizontal axis",
        };
        let response = match zone {
            Zone::Plot => {
                let id = plot_id(pen.ui, panel.id);
                let response = pen.ui.interact(self.plot, id, Sense::click_and_drag());
                self.describe(&response);
                response
            }
            Zone::Upright | Zone::Across => {
                let id = pen.id((name, panel.id.0));
                let senses = Sense::CLICK | Sense::DRAG;
                pen.ui.interact(self.place(zone), id, senses)
            }
        };
        if pen.is_covered {
            *grip = None;
            return;
        }
        if response.double_clicked() {
            match zone {
                Zone::Plot => sight.show_all_of(panel.id),
                Zone::Upright => sight.show_all_y(panel.id),
                Zone::Across => sight.show_all_x(panel.id),
            }
            return;
        }
        self.drag(zone, &response, sight, grip);
        if !response.contains_pointer() {
            return;
        }
        match zone {
            Zone::Plot => {}
            Zone::Upright => pen.ui.ctx().set_cursor_icon(CursorIcon::ResizeVertical),
            Zone::Across => pen.ui.ctx().set_cursor_icon(CursorIcon::ResizeHorizontal),
        }
        if let Some(pointer) = pen.ui.ctx().pointer_hover_pos() {
            self.wheel(zone, sight, pointer);
        }
    }

    /// Says to those who do not see it what there is, and shows that it was chosen by key.
    fn describe(&self, response: &Response) {
        let Self { pen, panel, .. } = *self;
        response.widget_info(|| WidgetInfo::labeled(Role::Figure, true, &*panel.title));
        let bounds = self.bounds;
        pen.ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_description(summary::of(panel, bounds));
        });
        pen.focus_ring(response, self.card, 8.0);
        // Arrows move what is seen of it; they choose no neighbour.
        let arrows = EventFilter {
            horizontal_arrows: true,
            vertical_arrows: true,
            ..EventFilter::default()
        };
        pen.ui
            .memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
    }

    fn drag(&self, zone: Zone, response: &Response, sight: &mut Sight, grip: &mut Option<Grip>) {
        let Self { pen, panel, .. } = *self;
        let is_ours = |grip: &mut Grip| grip.panel == panel.id && grip.zone == zone;
        let buttons = [
            PointerButton::Primary,
            PointerButton::Secondary,
            PointerButton::Middle,
        ];
        let held = buttons
            .into_iter()
            .find(|button| response.dragged_by(*button));
        let pointer = pen.ui.ctx().pointer_latest_pos();
        let Some(button) = held else {
            // egui ends a drag at Escape, too.
            let is_let_go = pen.ui.input(|input| input.pointer.any_released());
            if let Some(mut grip) = grip.take_if(is_ours)
                && response.drag_stopped()
                && is_let_go
            {
                grip.to = pointer.unwrap_or(grip.to);
                self.look_at_box(&grip, sight);
            }
            return;
        };
        let (origin, modifiers, escape) = pen.ui.input(|input| {
            let escape = input.key_pressed(Key::Escape);
            (input.pointer.press_origin(), input.modifiers, escape)
        });
        let (Some(pointer), Some(origin)) = (pointer, origin) else {
            return;
        };
        let begun = Grip {
            panel: panel.id,
            zone,
            for_what: use_of(zone, button, modifiers),
            from: origin,
            to: origin,
            bounds: self.bounds,
        };
        let grip = grip.get_or_insert(begun);
        if !is_ours(grip) {
            return;
        }
        grip.to = pointer;
        if escape {
            grip.for_what = Use::None;
        }
        match grip.for_what {
            Use::Move => self.move_on(grip, sight),
            Use::Box => pen.ui.ctx().set_cursor_icon(CursorIcon::Crosshair),
            Use::None => {}
        }
    }

    fn move_on(&self, grip: &Grip, sight: &mut Sight) {
        let Self {
            pen,
            panel,
            plot,
            is_live,
            ..
        } = *self;
        pen.ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
        let pixels_per_point = pen.ui.pixels_per_point();
        let whole = |points: f32| f64::from((points * pixels_per_point).round() / pixels_per_point);
        let (by, bounds) = (grip.to - grip.from, grip.bounds);
        if by.x != 0.0 && grip.zone != Zone::Upright {
            let per_point = bounds.x.span() / f64::from(plot.width());
            let range = moved(bounds.x, -whole(by.x) * per_point);
            sight.look_at_x(panel, range, is_live);
        }
        let moves_y = match grip.zone {
            Zone::Plot => sight.has_own_y(panel),
            Zone::Upright => true,
            Zone::Across => false,
        };
        if by.y != 0.0 && moves_y {
            let per_point = bounds.y.span() / f64::from(plot.height());
            sight.look_at_y(panel, moved(bounds.y, whole(by.y) * per_point));
        }
    }

    /// Zooms to the box that was drawn.
    fn look_at_box(&self, grip: &Grip, sight: &mut Sight) {
        let (plot, panel) = (self.plot, self.panel);
        let shown = grip.shown_box(panel.id, plot);
        let (Some(shown), Some(bounds)) = (shown, sight.bounds(panel)) else {
            return;
        };
        let part = |range: Range, from: f32, to: f32, length: f32| {
            let at = |points: f32| range.start + f64::from(points / length) * range.span();
            Range::new(at(from), at(to))
        };
        if shown.width() < plot.width() {
            let (from, to) = (shown.left() - plot.left(), shown.right() - plot.left());
            let range = part(bounds.x, from, to, plot.width());
            sight.look_at_x(panel, range, self.is_live);
        }
        if shown.height() < plot.height() {
            let (from, to) = (plot.bottom() - shown.bottom(), plot.bottom() - shown.top());
            sight.look_at_y(panel, part(bounds.y, from, to, plot.height()));
        }
    }

    fn wheel(&self, zone: Zone, sight: &mut Sight, pointer: Pos2) {
        let plot = self.plot;
        let events = self.pen.ui.input(|input| input.events.clone());
        for event in events {
            match event {
                Event::MouseWheel {
                    unit,
                    delta,
                    modifiers,
                    ..
                } => {
                    let kind = kind_of(zone, modifiers);
                    // Some systems turn the wheel sideways while Shift is held.
                    let (turned, aside) = match kind {
                        Kind::ZoomX => (delta.y, delta.x),
                        _ => (delta.x + delta.y, 0.0),
                    };
                    for points in turns(turned, unit, plot.height()) {
                        let amount = f64::from(points * PER_POINT);
                        self.step(sight, kind, pointer, amount);
                    }
                    if aside.is_finite() {
                        let points = aside * points_in(unit, plot.height());
                        let amount = -f64::from(points / plot.width());
                        self.step(sight, Kind::MoveX, pointer, amount);
                    }
                }
                // Two fingers that part.
                Event::Zoom(factor) => {
                    let kind = kind_of(zone, Modifiers::NONE);
                    self.step(sight, kind, pointer, f64::from(factor).ln());
                }
                _ => {}
            }
        }
    }

    fn step(&self, sight: &mut Sight, kind: Kind, pointer: Pos2, amount: f64) {
        let plot = self.plot;
        let x = ((pointer.x - plot.left()) / plot.width()).clamp(0.0, 1.0);
        let y = ((plot.bottom() - pointer.y) / plot.height()).clamp(0.0, 1.0);
        let from = match kind {
            Kind::ZoomX => [pointer.x, 0.0],
            Kind::ZoomY => [0.0, pointer.y],
            Kind::Zoom => [pointer.x, pointer.y],
            Kind::MoveX => [0.0; 2],
        };
        let step = Step {
            kind,
            from,
            anchor: [x, y],
            amount,
        };
        sight.step(self.panel, step, self.is_live);
    }
}

/// Whether a turn of the wheel is one that a hand can make: others would stay with egui as NaN.
pub(super) fn is_sound(event: &Event) -> bool {
    match event {
        Event::MouseWheel { delta, .. } => {
            delta.x.abs() <= MOST_TURNED && delta.y.abs() <= MOST_TURNED
        }
        Event::Zoom(factor) => *factor > 0.0 && factor.is_finite(),
        _ => true,
    }
}

const fn use_of(zone: Zone, button: PointerButton, modifiers: Modifiers) -> Use {
    let draws = match button {
        PointerButton::Primary => modifiers.shift,
        PointerButton::Secondary => true,
        _ => false,
    };
    match zone {
        Zone::Plot if draws => Use::Box,
        _ => Use::Move,
    }
}

/// What the wheel does. (egui tells of it with Ctrl as of any turn of the wheel; only fingers make an [`Event::Zoom`].)
const fn kind_of(zone: Zone, modifiers: Modifiers) -> Kind {
    match zone {
        Zone::Upright => Kind::ZoomY,
        Zone::Across => Kind::ZoomX,
        Zone::Plot if modifiers.ctrl || modifiers.command => Kind::Zoom,
        Zone::Plot if modifiers.shift => Kind::ZoomY,
        Zone::Plot => Kind::ZoomX,
    }
}

/// A turn of the wheel in points, notch by notch.
fn turns(turned: f32, unit: MouseWheelUnit, height: f32) -> impl Iterator<Item = f32> {
    let most = f32::from(MOST_NOTCHES);
    let points = points_in(unit, height);
    let turned = if turned.is_finite() { turned } else { 0.0 };
    let (whole, rest) = match unit {
        MouseWheelUnit::Line => {
            let turned = turned.clamp(-most, most);
            (turned.trunc(), turned.fract())
        }
        MouseWheelUnit::Point | MouseWheelUnit::Page => {
            let most = most * NOTCH / points.max(1.0);
            (0.0, turned.clamp(-most, most))
        }
    };
    // At most a hundred.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let notches = whole.abs() as usize;
    std::iter::repeat_n(whole.signum() * points, notches)
        .chain(Some(rest * points).filter(|rest| *rest != 0.0))
}
