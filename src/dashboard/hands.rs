//! What a hand does over a plot: the wheel zooms about the pointer, a drag moves the picture, a double click shows all.
//!
//! A drag moves by whole pixels, and from where it began: columns of pixels stay columns, and nothing shimmers.

use egui::{
    CursorIcon, Event, EventFilter, Id, MouseWheelUnit, PointerButton, Pos2, Rect, Response, Role,
    Sense, Ui, WidgetInfo,
};

use super::pen::Pen;
use super::sight::{Sight, moved, zoomed};
use super::summary;
use crate::scene::{Bounds, Panel, PanelId};

/// How much larger things get for a point that the wheel turns: by a fifth for a notch.
const PER_POINT: f32 = 0.0045;
/// Points that a notch of a mouse wheel turns.
const NOTCH: f32 = 40.0;

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

/// Where a drag began, and what was visible then.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Drag {
    from: Pos2,
    bounds: Bounds,
}

/// A plot that a hand may be over.
pub(super) struct Hands<'a> {
    pub(super) pen: &'a Pen<'a>,
    pub(super) panel: &'a Panel,
    pub(super) plot: Rect,
    /// The panel's ground.
    pub(super) card: Rect,
    /// What is visible there.
    pub(super) bounds: Bounds,
    pub(super) is_live: bool,
}

impl Hands<'_> {
    /// Does to `sight` what a hand does.
    pub(super) fn answer(&self, sight: &mut Sight) {
        let Self { pen, panel, .. } = *self;
        let id = plot_id(pen.ui, panel.id);
        let response = pen.ui.interact(self.plot, id, Sense::click_and_drag());
        self.describe(&response);
        if pen.is_covered {
            return;
        }
        if response.double_clicked() {
            sight.show_all(Some(panel.id));
            return;
        }
        self.drag(sight, &response);
        if !response.contains_pointer() {
            return;
        }
        if let Some(pointer) = pen.ui.ctx().pointer_hover_pos() {
            self.wheel(sight, pointer);
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

    fn drag(&self, sight: &mut Sight, response: &Response) {
        let Self {
            pen,
            panel,
            plot,
            bounds,
            is_live,
            ..
        } = *self;
        let memory: Id = response.id.with("drag");
        let pointer = pen.ui.ctx().pointer_latest_pos();
        if !response.dragged_by(PointerButton::Primary) {
            pen.ui
                .data_mut(|data| data.remove_temp::<Option<Drag>>(memory));
            return;
        }
        let origin = pen.ui.input(|input| input.pointer.press_origin());
        let (Some(pointer), Some(origin)) = (pointer, origin) else {
            return;
        };
        let began = pen.ui.data_mut(|data| {
            *data.get_temp_mut_or_insert_with(memory, || {
                Some(Drag {
                    from: origin,
                    bounds,
                })
            })
        });
        let Some(Drag { from, bounds }) = began else {
            return;
        };
        pen.ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
        let pixels_per_point = pen.ui.pixels_per_point();
        let whole = |points: f32| f64::from((points * pixels_per_point).round() / pixels_per_point);
        let by = pointer - from;
        if by.x != 0.0 {
            let per_point = bounds.x.span() / f64::from(plot.width());
            let range = moved(bounds.x, -whole(by.x) * per_point);
            sight.look_at_x(panel, range, is_live);
        }
        if by.y != 0.0 && sight.has_own_y(panel) {
            let per_point = bounds.y.span() / f64::from(plot.height());
            sight.look_at_y(panel, moved(bounds.y, whole(by.y) * per_point));
        }
    }

    /// The wheel zooms horizontally, with Shift or Ctrl vertically; turned sideways it moves the picture.
    fn wheel(&self, sight: &mut Sight, pointer: Pos2) {
        let Self {
            pen,
            panel,
            plot,
            bounds,
            is_live,
            ..
        } = *self;
        let (mut across, mut up, mut aside) = (0.0, 0.0, 0.0);
        pen.ui.input(|input| {
            for event in &input.events {
                match event {
                    Event::MouseWheel {
                        unit,
                        delta,
                        modifiers,
                        ..
                    } => {
                        let points = points_in(*unit, plot.height());
                        // Some systems turn the wheel sideways while Shift is held.
                        if modifiers.shift || modifiers.command {
                            up += (delta.x + delta.y) * points;
                        } else {
                            across += delta.y * points;
                            aside += delta.x * points;
                        }
                    }
                    Event::Zoom(factor) => across += factor.ln() / PER_POINT,
                    _ => {}
                }
            }
        });
        let factor = |turned: f32| f64::from(turned * PER_POINT).exp();
        let share = |from: f32, to: f32, at: f32| f64::from((at - from) / (to - from));
        if across != 0.0 || aside != 0.0 {
            let at = share(plot.left(), plot.right(), pointer.x);
            let fixed = bounds.x.start + at * bounds.x.span();
            let range = zoomed(bounds.x, fixed, factor(across));
            let by = -f64::from(aside / plot.width()) * range.span();
            sight.look_at_x(panel, moved(range, by), is_live);
        }
        if up != 0.0 {
            let at = share(plot.bottom(), plot.top(), pointer.y);
            let fixed = bounds.y.start + at * bounds.y.span();
            sight.look_at_y(panel, zoomed(bounds.y, fixed, factor(up)));
        }
    }
}
