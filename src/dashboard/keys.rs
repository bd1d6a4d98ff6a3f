//! Keys: what a person asks for without the pointer.

use egui::{Event, Id, Key, Modifiers, Ui};

use super::commands::{Command, Held, by_key};

/// What is said by key to whatever stands over everything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Yes.
    Accept,
    /// To the closing question: let the run finish.
    Finish,
    /// No.
    Cancel,
}

/// What was asked for by key since the last layout, oldest first. A key that is held asks once, but to zoom or to move. A
/// chosen `chart` has no keys of its own.
pub(super) fn commands(ui: &Ui, chart: Option<Id>) -> Vec<Command> {
    if ui.ctx().text_edit_focused() {
        return Vec::new();
    }
    let is_widget_focused = chart.is_none() && is_widget_focused(ui);
    presses(ui, |key, modifiers, repeat| {
        let command = by_key(key, Held::of(modifiers)?)?;
        let is_widgets = is_widget_focused && belongs_to_a_widget(key);
        (!is_widgets && (!repeat || command.repeats())).then_some(command)
    })
}

/// What was answered by key since the last layout, oldest first.
pub(super) fn answers(ui: &Ui) -> Vec<Answer> {
    let is_widget_focused = is_widget_focused(ui);
    presses(ui, |key, modifiers, repeat| {
        let is_widgets = is_widget_focused && belongs_to_a_widget(key);
        if repeat || is_widgets || (modifiers.any() && modifiers != Modifiers::SHIFT) {
            return None;
        }
        match key {
            Key::Enter => Some(Answer::Accept),
            Key::F => Some(Answer::Finish),
            Key::Escape => Some(Answer::Cancel),
            _ => None,
        }
    })
}

/// Keys that belong to a button or slider that was chosen with Tab.
const fn belongs_to_a_widget(key: Key) -> bool {
    matches!(
        key,
        Key::Space | Key::Enter | Key::ArrowLeft | Key::ArrowRight | Key::ArrowUp | Key::ArrowDown
    )
}

fn is_widget_focused(ui: &Ui) -> bool {
    ui.memory(|memory| memory.focused().is_some())
}

/// What `of` makes of the keys that were pressed: key, what is held beside it, whether it is held itself.
fn presses<T>(ui: &Ui, of: impl Fn(Key, Modifiers, bool) -> Option<T>) -> Vec<T> {
    ui.input(|input| {
        let events = input.events.iter();
        events
            .filter_map(|event| match event {
                Event::Key {
                    key,
                    pressed: true,
                    repeat,
                    modifiers,
                    ..
                } => of(*key, *modifiers, *repeat),
                _ => None,
            })
            .collect()
    })
}
