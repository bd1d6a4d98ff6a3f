//! Keys: what a person asks for without the pointer.

use egui::{Event, Key, Modifiers, Ui};

/// A command by key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum KeyCommand {
    /// Pause, or resume.
    PauseResume,
    /// Stop.
    Stop,
    /// The other theme.
    Theme,
    /// Show or hide the log.
    Log,
    /// Show or hide the frame panel.
    Frames,
    /// Show or hide the help.
    Help,
    /// Let horizontal axes count something else.
    NextAxis,
    /// Logarithmic horizontal axes, or linear ones.
    LogarithmicX,
    /// Fit vertical axes in another way.
    NextFit,
    /// Smooth lines in another way.
    NextSmoothing,
    /// A logarithmic vertical axis, or a linear one.
    Logarithmic,
    /// Show things so many times as large, and move on by a part of what is visible.
    Zoom {
        /// How many times as large.
        factor: f64,
        /// The part, to the right.
        by: f64,
    },
    /// Show all there is.
    ShowAll,
    /// Back to what was seen before.
    Undo,
    /// Forth again.
    Redo,
    /// Link the horizontal ranges of panels, or let each have its own.
    Links,
    /// Follow the newest point, or stay.
    Follow,
    /// Move the cursor to the next reading on that side.
    Read(Way),
    /// Pin the step at the cursor, or take the pin out.
    Pin,
    /// Take out all pins.
    Unpin,
    /// Copy the value at the cursor of the nearest line.
    CopyValue,
    /// Copy the values at the cursor of all lines.
    CopyValues,
    /// Show or hide statistics.
    Statistics,
    /// Close the window.
    Close,
    /// To the closing question: let the run finish.
    Finish,
    /// Say yes to a question.
    Accept,
    /// Say no to a question.
    Cancel,
}

/// A side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// To what is earlier.
    Back,
    /// To what is later.
    On,
}

/// What the help says: keys, and what they do.
pub(super) const HELP: [(&str, &str); 23] = [
    ("Space", "pause, resume"),
    ("S", "stop"),
    ("T", "dark, light"),
    ("L", "show or hide the log"),
    ("F3", "show or hide frame timings"),
    ("Page Up, Page Down", "further panels"),
    ("wheel, drag", "zoom, move; double click: all"),
    ("Shift, Ctrl + wheel", "zoom vertically, both ways"),
    ("Shift + drag, right drag", "zoom to a box"),
    ("+, −, ←, →", "zoom, move"),
    ("0", "show all"),
    ("Ctrl+Z, Ctrl+Y", "to the view before, and forth"),
    ("U, N", "link panels; follow the newest point"),
    (", .", "read at the point before, after"),
    ("P, Shift+P", "pin a step to compare with; no pins"),
    ("C, V", "copy what is read; statistics"),
    ("X, Shift+X", "x axis: step, epoch, time; logarithmic"),
    ("Y", "y axis: all, visible, no outliers, from zero"),
    ("M", "the kind of smoothing"),
    ("G", "y axis: linear, logarithmic"),
    ("Tab, Enter", "choose a button"),
    ("?, F1", "show or hide this help"),
    ("Ctrl+Q", "close the window"),
];

/// What was asked for by key since the last layout, oldest first. A key that is held asks once, but to zoom
/// or to move.
pub(super) fn commands(ui: &Ui) -> Vec<KeyCommand> {
    if ui.ctx().text_edit_focused() {
        return Vec::new();
    }
    // Space, Enter and arrows belong to a button or slider that was chosen with Tab.
    let is_button_focused = ui.memory(|memory| memory.focused().is_some());
    ui.input(|input| {
        input
            .events
            .iter()
            .filter_map(|event| match event {
                Event::Key {
                    key,
                    pressed: true,
                    repeat,
                    modifiers,
                    ..
                } => command(*key, *modifiers).filter(|command| !repeat || repeats(*command)),
                _ => None,
            })
            .filter(|command| {
                let is_widgets = matches!(
                    command,
                    KeyCommand::PauseResume | KeyCommand::Accept | KeyCommand::Zoom { .. }
                );
                !(is_button_focused && is_widgets)
            })
            .collect()
    })
}

/// Whether a command is meant again while its key is held.
const fn repeats(command: KeyCommand) -> bool {
    matches!(
        command,
        KeyCommand::Zoom { .. } | KeyCommand::Read(_) | KeyCommand::Undo | KeyCommand::Redo
    )
}

/// By how many rows the keys turn a list that shows `visible` of `rows`.
pub(super) fn rows_paged(ui: &Ui, visible: usize, rows: usize) -> isize {
    let (page, all) = (visible.cast_signed(), rows.cast_signed());
    ui.input(|input| {
        let turned = |event: &Event| match event {
            Event::Key {
                key, pressed: true, ..
            } => match key {
                Key::PageDown => page,
                Key::PageUp => -page,
                Key::End => all,
                Key::Home => -all,
                _ => 0,
            },
            _ => 0,
        };
        input.events.iter().map(turned).sum()
    })
}

const fn zoom(factor: f64, by: f64) -> Option<KeyCommand> {
    Some(KeyCommand::Zoom { factor, by })
}

fn through_history(key: Key, modifiers: Modifiers) -> Option<KeyCommand> {
    let is_command = modifiers.command && !modifiers.alt;
    match key {
        Key::Z if is_command && modifiers.shift => Some(KeyCommand::Redo),
        Key::Z if is_command => Some(KeyCommand::Undo),
        Key::Y if is_command => Some(KeyCommand::Redo),
        Key::Backspace if modifiers == Modifiers::SHIFT => Some(KeyCommand::Redo),
        Key::Backspace if modifiers.is_none() => Some(KeyCommand::Undo),
        _ => None,
    }
}

fn command(key: Key, modifiers: Modifiers) -> Option<KeyCommand> {
    if modifiers.matches_exact(Modifiers::COMMAND) && key == Key::Q {
        return Some(KeyCommand::Close);
    }
    if let Some(command) = through_history(key, modifiers) {
        return Some(command);
    }
    if modifiers.any() && modifiers != Modifiers::SHIFT {
        return None;
    }
    match key {
        Key::U => Some(KeyCommand::Links),
        Key::N => Some(KeyCommand::Follow),
        Key::Comma => Some(KeyCommand::Read(Way::Back)),
        Key::Period => Some(KeyCommand::Read(Way::On)),
        Key::P if modifiers.shift => Some(KeyCommand::Unpin),
        Key::P => Some(KeyCommand::Pin),
        Key::C if modifiers.shift => Some(KeyCommand::CopyValues),
        Key::C => Some(KeyCommand::CopyValue),
        Key::V => Some(KeyCommand::Statistics),
        Key::X if modifiers.shift => Some(KeyCommand::LogarithmicX),
        Key::X => Some(KeyCommand::NextAxis),
        Key::Y => Some(KeyCommand::NextFit),
        Key::M => Some(KeyCommand::NextSmoothing),
        Key::G => Some(KeyCommand::Logarithmic),
        Key::Num0 => Some(KeyCommand::ShowAll),
        Key::Plus | Key::Equals => zoom(2.0, 0.0),
        Key::Minus => zoom(0.5, 0.0),
        Key::ArrowLeft => zoom(1.0, -0.1),
        Key::ArrowRight => zoom(1.0, 0.1),
        Key::Space => Some(KeyCommand::PauseResume),
        Key::S => Some(KeyCommand::Stop),
        Key::T => Some(KeyCommand::Theme),
        Key::L => Some(KeyCommand::Log),
        Key::F3 => Some(KeyCommand::Frames),
        Key::Questionmark | Key::F1 => Some(KeyCommand::Help),
        Key::F => Some(KeyCommand::Finish),
        Key::Enter => Some(KeyCommand::Accept),
        Key::Escape => Some(KeyCommand::Cancel),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_with_a_modifier_are_not_ours() {
        assert_eq!(command(Key::S, Modifiers::NONE), Some(KeyCommand::Stop));
        assert_eq!(command(Key::S, Modifiers::SHIFT), Some(KeyCommand::Stop));
        assert_eq!(command(Key::S, Modifiers::COMMAND), None);
        // On many keyboards it takes Shift to write one.
        let help = Some(KeyCommand::Help);
        assert_eq!(command(Key::Questionmark, Modifiers::SHIFT), help);
        assert_eq!(command(Key::Questionmark, Modifiers::NONE), help);
        assert_eq!(command(Key::S, Modifiers::ALT), None);
        let control = Modifiers {
            ctrl: true,
            command: true,
            ..Modifiers::NONE
        };
        assert_eq!(command(Key::Q, control), Some(KeyCommand::Close));
        assert_eq!(command(Key::Q, Modifiers::NONE), None);
    }
}
