//! Everything that a person can ask for, with its name and its keys.
//!
//! The one idea: *there is one table*. Keys are read by it (`keys.rs`), the help is written from it, the command palette offers
//! it, and [`super::view::View::obey`] does what is asked for. A command that is not in it cannot be asked for.

use egui::{Key, Modifiers};

/// What a person can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Command {
    /// Pause, or resume.
    PauseResume,
    /// Do one step and hold.
    SingleStep,
    /// Stop the training.
    Stop,
    /// Measure on held-out data now.
    Evaluate,
    /// Write a checkpoint now.
    Checkpoint,
    /// Ask for another learning rate.
    LearningRate,
    /// Start another run.
    NewRun,
    /// Show the runs side by side.
    Runs,
    /// Close the window.
    Close,
    /// The other theme.
    Theme,
    /// The other contrast.
    Contrast,
    /// Everything larger.
    Larger,
    /// Everything smaller.
    Smaller,
    /// Everything as large as it is meant to be.
    UsualSize,
    /// Show or hide the log.
    Log,
    /// Earlier lines of the log.
    OlderLog,
    /// And later ones.
    NewerLog,
    /// Show or hide the frame panel.
    Frames,
    /// Show or hide the sidebar.
    Sidebar,
    /// Write in the filter of series.
    Filter,
    /// Show things twice as large horizontally.
    ZoomIn,
    /// And half as large.
    ZoomOut,
    /// Move on by a part of what is visible, to what was before.
    Earlier,
    /// And to what came after.
    Later,
    /// Show things twice as large vertically.
    ZoomInY,
    /// And half as large.
    ZoomOutY,
    /// Move on by a part of what is visible, to larger values.
    Higher,
    /// And to smaller ones.
    Lower,
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
    /// Read at the point before.
    ReadBefore,
    /// Read at the point after.
    ReadAfter,
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
    /// Show or hide the marks of what a run was asked.
    Marks,
    /// Let horizontal axes count something else.
    NextAxis,
    /// Logarithmic horizontal axes, or linear ones.
    LogarithmicX,
    /// Fit vertical axes in another way.
    NextFit,
    /// A logarithmic vertical axis, or a linear one.
    Logarithmic,
    /// Smooth lines in another way.
    NextSmoothing,
    /// The rows of panels below.
    NextRows,
    /// The rows of panels above.
    PreviousRows,
    /// The row of panels at the top.
    FirstRow,
    /// The row of panels at the bottom.
    LastRow,
    /// Give a panel all the room, or take it back.
    Maximise,
    /// Give a panel a window of its own, or take it back.
    PopOut,
    /// Let panels be placed by themselves again.
    Unarrange,
    /// Show or hide the layouts that are kept.
    Layouts,
    /// Choose the next panel.
    NextPanel,
    /// Choose the panel before.
    PreviousPanel,
    /// Save the panel's picture as vectors.
    SaveSvg,
    /// The same, with its fonts.
    SavePdf,
    /// Save it as pixels.
    SavePng,
    /// Save the dashboard's picture as pixels.
    SaveAll,
    /// The same as vectors.
    SaveAllSvg,
    /// Save all visible points as a table.
    SaveCsv,
    /// Copy the panel's picture.
    CopyPicture,
    /// Open or close the command palette.
    Palette,
    /// Show or hide the help.
    Help,
}

/// What commands are listed under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    /// The training.
    Run,
    /// The window.
    View,
    /// What part of the charts is seen.
    Moving,
    /// What their axes show.
    Axes,
    /// Values.
    Reading,
    /// Lines.
    Series,
    /// Charts.
    Panels,
    /// What leaves the window.
    Figures,
    /// Finding one's way.
    Help,
}

impl Section {
    /// Its heading.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Run => "Run",
            Self::View => "View",
            Self::Moving => "Moving about",
            Self::Axes => "Axes",
            Self::Reading => "Reading values",
            Self::Series => "Series",
            Self::Panels => "Panels",
            Self::Figures => "Figures",
            Self::Help => "Help",
        }
    }
}

/// What is held down beside a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// Nothing.
    Nothing,
    /// Shift.
    Shift,
    /// Ctrl; on a Mac the command key.
    Ctrl,
    /// Both.
    CtrlShift,
}

impl Held {
    /// What is held; `None` for what no command asks for.
    pub(super) const fn of(modifiers: Modifiers) -> Option<Self> {
        let is_foreign = modifiers.alt || (modifiers.ctrl && !modifiers.command);
        match (is_foreign, modifiers.command, modifiers.shift) {
            (true, _, _) => None,
            (false, false, false) => Some(Self::Nothing),
            (false, false, true) => Some(Self::Shift),
            (false, true, false) => Some(Self::Ctrl),
            (false, true, true) => Some(Self::CtrlShift),
        }
    }

    /// The same without Shift.
    const fn without_shift(self) -> Self {
        match self {
            Self::Nothing | Self::Shift => Self::Nothing,
            Self::Ctrl | Self::CtrlShift => Self::Ctrl,
        }
    }
}

/// A key, and what is held down beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shortcut {
    /// What is held down.
    pub held: Held,
    /// The key.
    pub key: Key,
}

impl Shortcut {
    /// As it is written: `Ctrl+Shift+P`, `−`, `Page Up`.
    pub(super) fn written(self) -> String {
        let key = match self.key {
            Key::Plus => "+",
            Key::Minus => "−",
            Key::Questionmark => "?",
            Key::Slash => "/",
            Key::ArrowLeft => "←",
            Key::ArrowRight => "→",
            Key::ArrowUp => "↑",
            Key::ArrowDown => "↓",
            Key::PageUp => "Page Up",
            Key::PageDown => "Page Down",
            key => key.name(),
        };
        let control = if cfg!(target_os = "macos") {
            "Cmd"
        } else {
            "Ctrl"
        };
        match self.held {
            Held::Nothing => key.to_owned(),
            Held::Shift => format!("Shift+{key}"),
            Held::Ctrl => format!("{control}+{key}"),
            Held::CtrlShift => format!("{control}+Shift+{key}"),
        }
    }
}

/// A line of the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// What is asked for.
    pub command: Command,
    /// What it is listed under.
    pub section: Section,
    /// What it does, in a few words.
    pub title: &'static str,
    /// Its keys; the first is the one that is shown where there is room for one.
    pub keys: &'static [Shortcut],
}

const fn key(key: Key) -> Shortcut {
    Shortcut {
        held: Held::Nothing,
        key,
    }
}

const fn shift(key: Key) -> Shortcut {
    Shortcut {
        held: Held::Shift,
        key,
    }
}

const fn ctrl(key: Key) -> Shortcut {
    Shortcut {
        held: Held::Ctrl,
        key,
    }
}

const fn ctrl_shift(key: Key) -> Shortcut {
    Shortcut {
        held: Held::CtrlShift,
        key,
    }
}

const fn entry(
    section: Section,
    command: Command,
    title: &'static str,
    keys: &'static [Shortcut],
) -> Entry {
    Entry {
        command,
        section,
        title,
        keys,
    }
}

/// All there is to ask for, in the order it is listed; what has the same section stands together.
#[rustfmt::skip]
pub(super) const TABLE: &[Entry] = &[
    entry(Section::Run, Command::PauseResume, "Pause or resume", &[key(Key::Space)]),
    entry(Section::Run, Command::SingleStep, "Single step", &[shift(Key::Space)]),
    entry(Section::Run, Command::Stop, "Stop the training", &[key(Key::S)]),
    entry(Section::Run, Command::Evaluate, "Evaluate now", &[key(Key::E)]),
    entry(Section::Run, Command::Checkpoint, "Write a checkpoint now", &[key(Key::W)]),
    entry(Section::Run, Command::LearningRate, "Change the learning rate", &[key(Key::R)]),
    entry(Section::Run, Command::NewRun, "New run", &[ctrl(Key::N)]),
    entry(Section::Run, Command::Runs, "Table of runs", &[shift(Key::R)]),
    entry(Section::Run, Command::Close, "Close the window", &[ctrl(Key::Q)]),

    entry(Section::View, Command::Theme, "Dark or light", &[key(Key::T)]),
    entry(Section::View, Command::Contrast, "High contrast", &[shift(Key::T)]),
    entry(Section::View, Command::Larger, "Larger text", &[ctrl(Key::Plus)]),
    entry(Section::View, Command::Smaller, "Smaller text", &[ctrl(Key::Minus)]),
    entry(Section::View, Command::UsualSize, "Text of the usual size", &[ctrl(Key::Num0)]),
    entry(Section::View, Command::Log, "Show or hide the log", &[key(Key::L)]),
    entry(Section::View, Command::OlderLog, "Older log", &[shift(Key::PageUp)]),
    entry(Section::View, Command::NewerLog, "Newer log", &[shift(Key::PageDown)]),
    entry(Section::View, Command::Frames, "Show or hide frame timings", &[key(Key::F3)]),
    entry(Section::View, Command::Sidebar, "Show or hide the sidebar", &[key(Key::B)]),

    entry(Section::Moving, Command::ZoomIn, "Zoom in", &[key(Key::Plus)]),
    entry(Section::Moving, Command::ZoomOut, "Zoom out", &[key(Key::Minus)]),
    entry(Section::Moving, Command::Earlier, "Move left", &[key(Key::ArrowLeft)]),
    entry(Section::Moving, Command::Later, "Move right", &[key(Key::ArrowRight)]),
    entry(Section::Moving, Command::ZoomInY, "Zoom in vertically", &[shift(Key::ArrowUp)]),
    entry(Section::Moving, Command::ZoomOutY, "Zoom out vertically", &[shift(Key::ArrowDown)]),
    entry(Section::Moving, Command::Higher, "Move up", &[key(Key::ArrowUp)]),
    entry(Section::Moving, Command::Lower, "Move down", &[key(Key::ArrowDown)]),
    entry(Section::Moving, Command::ShowAll, "Show all", &[key(Key::Num0), key(Key::Home)]),
    entry(Section::Moving, Command::Undo, "Back to the view before", &[ctrl(Key::Z), key(Key::Backspace)]),
    entry(Section::Moving, Command::Redo, "Forth again", &[ctrl(Key::Y), ctrl_shift(Key::Z), shift(Key::Backspace)]),
    entry(Section::Moving, Command::Links, "Link or unlink x axes", &[key(Key::U)]),
    entry(Section::Moving, Command::Follow, "Follow the newest point", &[key(Key::N)]),
    entry(Section::Axes, Command::NextAxis, "x axis: step, epoch, time", &[key(Key::X)]),
    entry(Section::Axes, Command::LogarithmicX, "x axis: linear, logarithmic", &[shift(Key::X)]),
    entry(Section::Axes, Command::NextFit, "y axis: all, visible, from zero", &[key(Key::Y)]),
    entry(Section::Axes, Command::Logarithmic, "y axis: linear, logarithmic", &[key(Key::G)]),

    entry(Section::Reading, Command::ReadBefore, "Read at the point before", &[key(Key::Comma)]),
    entry(Section::Reading, Command::ReadAfter, "Read at the point after", &[key(Key::Period)]),
    entry(Section::Reading, Command::Pin, "Pin the step, to compare", &[key(Key::P)]),
    entry(Section::Reading, Command::Unpin, "Take out all pins", &[shift(Key::P)]),
    entry(Section::Reading, Command::CopyValue, "Copy the value", &[key(Key::C)]),
    entry(Section::Reading, Command::CopyValues, "Copy all values of the panel", &[shift(Key::C)]),
    entry(Section::Reading, Command::Statistics, "Show or hide statistics", &[key(Key::V)]),
    entry(Section::Reading, Command::Marks, "Show or hide marks on charts", &[shift(Key::M)]),
    entry(Section::Series, Command::Filter, "Filter series", &[key(Key::Slash), ctrl(Key::F)]),
    entry(Section::Series, Command::NextSmoothing, "Next kind of smoothing", &[key(Key::M)]),

    entry(Section::Panels, Command::NextPanel, "Choose the next panel", &[key(Key::J), key(Key::F6)]),
    entry(Section::Panels, Command::PreviousPanel, "Choose the panel before", &[key(Key::K), shift(Key::F6)]),
    entry(Section::Panels, Command::NextRows, "Further panels", &[key(Key::PageDown)]),
    entry(Section::Panels, Command::PreviousRows, "Panels before", &[key(Key::PageUp)]),
    entry(Section::Panels, Command::FirstRow, "First panels", &[ctrl(Key::Home)]),
    entry(Section::Panels, Command::LastRow, "Last panels", &[key(Key::End), ctrl(Key::End)]),
    entry(Section::Panels, Command::Maximise, "Maximise the panel", &[key(Key::Z)]),
    entry(Section::Panels, Command::PopOut, "A panel\u{2019}s own window, and back", &[key(Key::O)]),
    entry(Section::Panels, Command::Unarrange, "Place panels by themselves", &[shift(Key::Z)]),
    entry(Section::Panels, Command::Layouts, "Layouts", &[ctrl(Key::L)]),

    entry(Section::Figures, Command::SaveSvg, "Save the panel as SVG", &[ctrl(Key::S)]),
    entry(Section::Figures, Command::SavePdf, "Save the panel as PDF", &[ctrl(Key::P)]),
    entry(Section::Figures, Command::SavePng, "Save the panel as PNG", &[ctrl(Key::G)]),
    entry(Section::Figures, Command::SaveAll, "Save the dashboard as PNG", &[ctrl_shift(Key::S)]),
    entry(Section::Figures, Command::SaveAllSvg, "Save the dashboard as SVG", &[ctrl_shift(Key::G)]),
    entry(Section::Figures, Command::SaveCsv, "Save visible points as CSV", &[ctrl(Key::E)]),
    entry(Section::Figures, Command::CopyPicture, "Copy the panel\u{2019}s picture", &[ctrl(Key::I)]),

    entry(Section::Help, Command::Palette, "Find a command or series", &[ctrl(Key::K), ctrl_shift(Key::P)]),
    entry(Section::Help, Command::Help, "Show or hide the keys", &[key(Key::Questionmark), key(Key::F1)]),
];

/// What the pointer does, for the help.
pub(super) const GESTURES: &[(&str, &str)] = &[
    ("wheel", "zoom about the pointer"),
    ("Shift, Ctrl + wheel", "zoom vertically, both ways"),
    ("drag", "move"),
    ("Shift + drag, right drag", "zoom to a box"),
    ("double click", "show all"),
    ("Tab, Enter", "choose a control"),
    ("Enter, Alt+↑↓", "in the list: only this; move"),
];

impl Command {
    /// Whether a key that is held down asks for it again and again.
    pub(super) const fn repeats(self) -> bool {
        matches!(
            self,
            Self::ZoomIn
                | Self::ZoomOut
                | Self::Earlier
                | Self::Later
                | Self::ReadBefore
                | Self::ReadAfter
                | Self::Undo
                | Self::Redo
                | Self::ZoomInY
                | Self::ZoomOutY
                | Self::Higher
                | Self::Lower
                | Self::OlderLog
                | Self::NewerLog
                | Self::NextPanel
                | Self::PreviousPanel
        )
    }

    /// Whether it may be asked for while the help stands over everything else.
    pub(super) const fn is_of_help(self) -> bool {
        matches!(self, Self::Help | Self::Palette | Self::Close)
    }
}

/// The line of the table for a command.
pub(super) fn entry_of(command: Command) -> &'static Entry {
    let mut entries = TABLE.iter();
    let found = entries.find(|entry| entry.command == command);
    // A test goes through all of them.
    found.unwrap_or(&TABLE[0])
}

/// The command that has this key. Shift that no command asks for makes no difference: on many keyboards it takes Shift to write
/// a sign.
pub(super) fn by_key(key: Key, held: Held) -> Option<Command> {
    // The key of `+` on keyboards where that takes Shift.
    let key = if key == Key::Equals { Key::Plus } else { key };
    let exactly = |held| {
        let wanted = Shortcut { held, key };
        let entry = TABLE.iter().find(|entry| entry.keys.contains(&wanted))?;
        Some(entry.command)
    };
    exactly(held).or_else(|| exactly(held.without_shift()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_asks_for_two_commands_and_no_command_is_listed_twice() {
        for (index, entry) in TABLE.iter().enumerate() {
            assert!(
                !entry.title.is_empty() && !entry.keys.is_empty(),
                "{entry:?}"
            );
            for other in &TABLE[index + 1..] {
                assert_ne!(entry.command, other.command);
                assert_ne!(entry.title, other.title);
                for key in entry.keys {
                    assert!(!other.keys.contains(key), "{entry:?} {other:?}");
                }
            }
        }
    }

    #[test]
    fn sections_stand_together() {
        let mut sections: Vec<Section> = TABLE.iter().map(|entry| entry.section).collect();
        sections.dedup();
        for (index, section) in sections.iter().enumerate() {
            assert!(!sections[index + 1..].contains(section), "{section:?}");
        }
    }

    #[test]
    fn what_is_held_beside_a_key_makes_another_of_it() {
        let by = |key, modifiers| Held::of(modifiers).and_then(|held| by_key(key, held));
        let control = Modifiers {
            ctrl: true,
            command: true,
            ..Modifiers::NONE
        };
        assert_eq!(by(Key::S, Modifiers::NONE), Some(Command::Stop));
        assert_eq!(by(Key::S, Modifiers::SHIFT), Some(Command::Stop));
        assert_ne!(by(Key::S, control), Some(Command::Stop));
        assert_eq!(by(Key::S, Modifiers::ALT), None);
        assert_eq!(by(Key::X, Modifiers::NONE), Some(Command::NextAxis));
        assert_eq!(by(Key::X, Modifiers::SHIFT), Some(Command::LogarithmicX));
        for modifiers in [Modifiers::NONE, Modifiers::SHIFT] {
            assert_eq!(by(Key::Questionmark, modifiers), Some(Command::Help));
            assert_eq!(by(Key::Equals, modifiers), Some(Command::ZoomIn));
        }
        assert_eq!(by(Key::Q, control), Some(Command::Close));
        assert_eq!(by(Key::Q, Modifiers::NONE), None);
        // Control that is not the platform's key for commands.
        assert_eq!(by(Key::Q, Modifiers::CTRL), None);
    }

    #[test]
    fn keys_are_written_as_they_are_engraved() {
        assert_eq!(shift(Key::X).written(), "Shift+X");
        assert_eq!(key(Key::Minus).written(), "−");
        assert_eq!(key(Key::PageDown).written(), "Page Down");
        assert_eq!(
            ctrl_shift(Key::P).written(),
            ctrl(Key::P).written().replace('+', "+Shift+")
        );
    }
}
