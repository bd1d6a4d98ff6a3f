//! The menu of a panel: what can be done with it, from the table of commands.

use egui::containers::menu::menu_style;
use egui::{Button, Popup, RichText, Ui, vec2};

use super::commands::{Command, entry_of};
use super::pen::Pen;
use super::style::{Face, color, size};
use super::tree::Name;

/// The width of what it holds.
const WIDTH: f32 = 240.0;
/// What it offers, in groups.
const OFFERED: [&[Command]; 4] = [
    &[Command::Maximise, Command::PopOut, Command::Unarrange],
    &[
        Command::Logarithmic,
        Command::ShowAll,
        Command::Statistics,
        Command::Marks,
    ],
    &[
        Command::SaveSvg,
        Command::SavePdf,
        Command::SavePng,
        Command::SaveCsv,
        Command::CopyPicture,
    ],
    &[Command::CopyValues],
];

/// Shows the menu that a click with the secondary button on a panel's head opens; gives what was chosen.
pub(super) fn show(pen: &Pen<'_>, head: &egui::Response, name: &Name) -> Option<Command> {
    let mut chosen = None;
    Popup::context_menu(head)
        .id(pen.id(("menu of a panel", &**name)))
        .style(menu_style)
        .show(|ui| {
            ui.set_width(WIDTH);
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.spacing_mut().button_padding = vec2(6.0, 0.0);
            ui.spacing_mut().interact_size.y = 22.0;
            for (index, group) in OFFERED.iter().enumerate() {
                if index > 0 {
                    ui.separator();
                }
                for command in *group {
                    if is_chosen(pen, ui, *command) {
                        chosen = Some(*command);
                    }
                }
            }
        });
    chosen
}

/// An entry of a menu, with its key; whether it was chosen.
pub(super) fn is_chosen(pen: &Pen<'_>, ui: &mut Ui, command: Command) -> bool {
    let entry = entry_of(command);
    let key = entry.keys.first().map(|key| key.written());
    let key = RichText::new(key.unwrap_or_default())
        .font(Face::Regular.at(size::SMALL))
        .color(color(pen.theme.dim));
    let button = Button::new(entry.title).right_text(key);
    ui.add_sized(vec2(WIDTH, 22.0), button).clicked()
}
