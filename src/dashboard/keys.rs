//! Keys: what a person asks for without the pointer.

use egui::{Event, Key, Modifiers, Ui};

/// A command by key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// Close the window.
    Close,
    /// To the closing question: let the run finish.
    Finish,
    /// Say yes to a question.
    Accept,
    /// Say no to a question.
    Cancel,
}

/// What the help says: keys, and what they do.
pub(super) const HELP: [(&str, &str); 9] = [
    ("Space", "pause, resume"),
    ("S", "stop"),
    ("T", "dark, light"),
    ("L", "show or hide the log"),
    ("F3", "show or hide frame timings"),
    ("Page Up, Page Down", "further panels"),
    ("Tab, Enter", "choose a button"),
    ("?, F1", "show or hide this help"),
    ("Ctrl+Q", "close the window"),
];

/// What was asked for by key since the last layout, oldest first. A key that is held asks once.
pub(super) fn commands(ui: &Ui) -> Vec<KeyCommand> {
    if ui.ctx().text_edit_focused() {
        return Vec::new();
    }
    // Space and Enter belong to a button that was chosen with Tab.
    let is_button_focused = ui.memory(|memory| memory.focused().is_some());
    ui.input(|input| {
        input
            .events
            .iter()
            .filter_map(|event| match event {
                Event::Key {
                    key,
                    pressed: true,
                    repeat: false,
                    modifiers,
                    ..
                } => command(*key, *modifiers),
                _ => None,
            })
            .filter(|command| {
                !(is_button_focused
                    && matches!(command, KeyCommand::PauseResume | KeyCommand::Accept))
            })
            .collect()
    })
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

fn command(key: Key, modifiers: Modifiers) -> Option<KeyCommand> {
    if modifiers.matches_exact(Modifiers::COMMAND) && key == Key::Q {
        return Some(KeyCommand::Close);
    }
    if modifiers.any() && modifiers != Modifiers::SHIFT {
        return None;
    }
    match key {
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
