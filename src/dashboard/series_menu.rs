//! The menu of a series or a run: what can be done with it, by pointer and by keys.

use std::sync::Arc;

use egui::containers::menu::menu_style;
use egui::{
    Align, Button, Layout, Popup, PopupAnchor, PopupCloseBehavior, PopupKind, RichText, Role,
    Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2,
};

use super::Model;
use super::choosing::{Change, Choosing, Menu, Subject, placed};
use super::pen::Pen;
use super::run_list::shown_name;
use super::style::{Face, color, size};
use crate::message::RunId;
use crate::scene::{Selection, Theme};

/// The width of what it holds.
const WIDTH: f32 = 176.0;
/// Panels that are listed at once.
const PAGE: usize = 8;
/// What the six colours of a theme are called.
const COLORS: [&str; 6] = ["ember", "blue", "green", "violet", "yellow", "pink"];

/// Shows the menu that is open; adds what is chosen to `changes`.
pub(super) fn show(
    pen: &Pen<'_>,
    model: &Model<'_>,
    choosing: &mut Choosing,
    selection: &Selection,
    changes: &mut Vec<Change>,
) {
    let Some(mut menu) = choosing.menu.take().filter(|_| !pen.is_covered) else {
        return;
    };
    let ctx = pen.ui.ctx().clone();
    let mut is_open = true;
    let anchor = PopupAnchor::Position(menu.at);
    // Another row's menu is another: the click that asks for it is not one beside it.
    let place = [menu.at.x, menu.at.y].map(f32::to_bits);
    let id = pen.id(("menu of a row", place));
    let popup = Popup::new(id, ctx, anchor, pen.ui.layer_id())
        .kind(PopupKind::Menu)
        .layout(Layout::top_down_justified(Align::Min))
        .style(menu_style)
        .open_bool(&mut is_open)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let before = changes.len();
    popup.show(|ui| {
        ui.set_width(WIDTH);
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.spacing_mut().button_padding = vec2(6.0, 0.0);
        ui.spacing_mut().interact_size.y = 22.0;
        let chosen = Chosen {
            model,
            theme: pen.theme,
            choosing,
            selection,
        };
        match menu.subject.clone() {
            Subject::Series(name) => chosen.series(ui, &name, &mut menu, changes),
            Subject::Run(run) => chosen.run(ui, run, changes),
        }
    });
    if is_open && changes.len() == before {
        choosing.menu = Some(menu);
    }
}

/// What a menu is made of.
struct Chosen<'a> {
    model: &'a Model<'a>,
    theme: Theme,
    choosing: &'a Choosing,
    selection: &'a Selection,
}

impl Chosen<'_> {
    fn series(&self, ui: &mut Ui, name: &Arc<str>, menu: &mut Menu, changes: &mut Vec<Change>) {
        self.title(ui, name);
        match menu.panels_from {
            Some(from) => self.panels(ui, name, from, menu, changes),
            None => self.entries(ui, name, menu, changes),
        }
    }

    fn entries(&self, ui: &mut Ui, name: &Arc<str>, menu: &mut Menu, changes: &mut Vec<Change>) {
        let list = &self.choosing.list;
        if is_chosen(ui, "Only this") {
            changes.push(Change::Isolate {
                name: Arc::clone(name),
                all: list.all_names(),
            });
        }
        let is_hidden = self.selection.hidden.contains(name);
        if is_chosen(ui, if is_hidden { "Show" } else { "Hide" }) {
            changes.push(Change::toggle(self.selection, name));
        }
        // Where there are several runs, colours are theirs.
        if !list.has_runs {
            let chosen = self.selection.colors.get(name).copied();
            if let Some(color) = self.colors(ui, chosen) {
                changes.push(Change::Color(Arc::clone(name), color));
            }
        }
        ui.separator();
        if is_chosen(ui, "Move to panel…") {
            menu.panels_from = Some(0);
        }
        let Some((group, place)) = list.find(name) else {
            return;
        };
        let members = list.names(list.groups[group].members.iter().copied());
        for (text, to) in [
            ("Move up", place.checked_sub(1)),
            ("Move down", Some(place + 2)),
        ] {
            let change = to
                .filter(|to| *to <= members.len())
                .and_then(|to| placed(self.selection, &members, name, to));
            if ui
                .add_enabled(change.is_some(), Button::new(text))
                .clicked()
            {
                changes.extend(change);
            }
        }
    }

    /// The panels that a series can be put into, some at a time.
    fn panels(
        &self,
        ui: &mut Ui,
        name: &Arc<str>,
        from: usize,
        menu: &mut Menu,
        changes: &mut Vec<Change>,
    ) {
        let chosen = self.selection.panels.get(name);
        let mut offer = |ui: &mut Ui, text: &str, panel: Option<&Arc<str>>| {
            let button = Button::selectable(chosen == panel, text).truncate();
            if ui.add(button).clicked() {
                changes.push(Change::Panel(Arc::clone(name), panel.map(Arc::clone)));
            }
        };
        offer(ui, "automatic", None);
        offer(ui, "own panel", Some(name));
        ui.separator();
        let panels = &self.model.scene.panels;
        for panel in panels.iter().skip(from).take(PAGE) {
            offer(ui, &panel.name, Some(&panel.name));
        }
        let next = from + PAGE;
        if next < panels.len() && is_chosen(ui, "further panels…") {
            menu.panels_from = Some(next);
        }
        if from > 0 && is_chosen(ui, "earlier panels…") {
            menu.panels_from = Some(from.saturating_sub(PAGE));
        }
    }

    fn run(&self, ui: &mut Ui, id: RunId, changes: &mut Vec<Change>) {
        let mut runs = self.model.scene.runs.iter();
        let name = runs.find(|run| run.id == id).map(|run| &*run.name);
        self.title(ui, shown_name(name.unwrap_or_default()));
        let is_hidden = self.selection.hidden_runs.contains(&id);
        if is_chosen(ui, if is_hidden { "Show" } else { "Hide" }) {
            changes.push(Change::ToggleRun(id));
        }
        let chosen = self.selection.run_colors.get(&id).copied();
        if let Some(color) = self.colors(ui, chosen) {
            changes.push(Change::RunColor(id, color));
        }
    }

    fn title(&self, ui: &mut Ui, text: &str) {
        let text = RichText::new(text)
            .font(Face::Regular.at(size::SMALL))
            .color(color(self.theme.dim));
        ui.add(egui::Label::new(text).truncate());
    }

    /// A theme's colours, and the way back from them; gives what is chosen.
    fn colors(&self, ui: &mut Ui, chosen: Option<usize>) -> Option<Option<usize>> {
        let mut answer = None;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            for (index, rgb) in self.theme.series.into_iter().enumerate() {
                let (rect, response) = ui.allocate_exact_size(vec2(20.0, 22.0), Sense::click());
                let name = format!("colour {}", COLORS[index]);
                let is_chosen = chosen == Some(index);
                response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_chosen, &name));
                let mark = egui::Rect::from_center_size(rect.center(), vec2(12.0, 12.0));
                ui.painter().rect_filled(mark, 3.0, color(rgb));
                if is_chosen || response.hovered() || response.has_focus() {
                    let stroke = Stroke::new(1.5, color(self.theme.text));
                    let ring = mark.expand(3.0);
                    ui.painter()
                        .rect_stroke(ring, 5.0, stroke, StrokeKind::Inside);
                }
                if response.on_hover_text(name).clicked() {
                    answer = Some(Some(index));
                }
            }
            let reset = Button::new("reset");
            if ui.add_enabled(chosen.is_some(), reset).clicked() {
                answer = Some(None);
            }
        });
        answer
    }
}

fn is_chosen(ui: &mut Ui, text: &str) -> bool {
    ui.button(text).clicked()
}
