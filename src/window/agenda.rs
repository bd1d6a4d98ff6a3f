//! What is to be drawn next, and when: nothing at all unless there is news or input.
//!
//! In go facts (a scene came, a person did something, the window was uncovered), out comes the next frame and its moment.
//! There is no clock here and no other way to a frame: a picture cannot change by itself.

use std::time::Instant;

use crate::dashboard::Pace;

/// What has happened since the picture was last drawn.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Agenda {
    /// A person did something, or the window changed its size: everything is laid out anew, at once.
    has_input: bool,
    /// There is data that the picture does not show.
    has_data: bool,
    /// There is data that the chrome's readouts do not show.
    has_readouts: bool,
    /// The window cannot be seen: nothing is drawn, nothing is forgotten.
    is_hidden: bool,
}

/// A frame to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// Chrome laid out and painted, data over it.
    Chrome,
    /// Data alone.
    Data,
}

/// The next frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// This one, now.
    Now(Frame),
    /// One at that moment, unless something happens before.
    At(Instant),
    /// None, until something happens.
    Never,
}

impl Agenda {
    /// A person did something that the picture may answer.
    pub(super) const fn note_input(&mut self) {
        self.has_input = true;
    }

    /// A new scene came.
    pub(super) const fn note_scene(&mut self) {
        self.has_data = true;
        self.has_readouts = true;
    }

    /// Data waits to be uploaded: the picture is not complete yet.
    pub(super) const fn note_more_data(&mut self) {
        self.has_data = true;
    }

    /// Whether there is data that the picture does not show.
    pub(super) const fn has_data(&self) -> bool {
        self.has_data
    }

    /// The window was covered whole, minimised, or seen again.
    pub(super) const fn note_hidden(&mut self, is_hidden: bool) {
        self.is_hidden = is_hidden;
        if !is_hidden {
            self.has_input = true;
        }
    }

    /// A frame is being drawn: what it shows is news no more.
    pub(super) const fn note_drawn(&mut self, frame: Frame) {
        self.has_data = false;
        if matches!(frame, Frame::Chrome) {
            self.has_input = false;
            self.has_readouts = false;
        }
    }

    /// The frame that is due at `now` or after.
    pub(super) fn next(&self, now: Instant, pace: &Pace) -> Next {
        if self.is_hidden {
            return Next::Never;
        }
        let input = self.has_input.then(|| (pace.next_answer(), Frame::Chrome));
        let readouts = self
            .has_readouts
            .then(|| (pace.next_chrome(), Frame::Chrome));
        let data = self.has_data.then(|| (pace.next_data(), Frame::Data));
        let frames = [input, readouts, data];
        let is_due = |moment: Option<Instant>| moment.is_none_or(|moment| moment <= now);
        // Chrome first: it shows the data too.
        if let Some((_, frame)) = frames.iter().flatten().find(|(moment, _)| is_due(*moment)) {
            return Next::Now(*frame);
        }
        let earliest = frames
            .iter()
            .flatten()
            .filter_map(|(moment, _)| *moment)
            .min();
        earliest.map_or(Next::Never, Next::At)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::dashboard::Cost;

    fn drawn_pace(at: Instant) -> Pace {
        let mut pace = Pace::new(false, None, 4);
        pace.drew_chrome(at, Cost::default());
        pace
    }

    #[test]
    fn nothing_is_drawn_unless_something_happened() {
        let start = Instant::now();
        let pace = drawn_pace(start);
        let agenda = Agenda::default();
        for seconds in [0, 1, 60, 86_400] {
            assert_eq!(
                agenda.next(start + Duration::from_secs(seconds), &pace),
                Next::Never
            );
        }
    }

    #[test]
    fn a_scene_is_drawn_once_as_data_and_once_in_the_readouts() {
        let start = Instant::now();
        let mut pace = drawn_pace(start);
        let mut agenda = Agenda::default();
        agenda.note_scene();
        let soon = start + Duration::from_millis(20);
        assert_eq!(agenda.next(soon, &pace), Next::Now(Frame::Data));
        agenda.note_drawn(Frame::Data);
        pace.drew_data(soon, Cost::default());
        assert_eq!(
            agenda.next(soon, &pace),
            Next::At(start + Duration::from_millis(100))
        );
        let later = start + Duration::from_millis(100);
        assert_eq!(agenda.next(later, &pace), Next::Now(Frame::Chrome));
        agenda.note_drawn(Frame::Chrome);
        pace.drew_chrome(later, Cost::default());
        assert_eq!(
            agenda.next(later + Duration::from_secs(9), &pace),
            Next::Never
        );
    }

    #[test]
    fn input_is_answered_within_a_refresh() {
        let start = Instant::now();
        let pace = drawn_pace(start);
        let mut agenda = Agenda::default();
        agenda.note_input();
        assert!(
            matches!(agenda.next(start, &pace), Next::At(at) if at - start <= Duration::from_millis(17))
        );
        assert_eq!(
            agenda.next(start + Duration::from_millis(17), &pace),
            Next::Now(Frame::Chrome)
        );
    }

    #[test]
    fn a_hidden_window_draws_nothing_and_catches_up_when_seen() {
        let start = Instant::now();
        let pace = drawn_pace(start);
        let mut agenda = Agenda::default();
        agenda.note_hidden(true);
        agenda.note_scene();
        agenda.note_input();
        let later = start + Duration::from_secs(1);
        assert_eq!(agenda.next(later, &pace), Next::Never);
        agenda.note_hidden(false);
        assert_eq!(agenda.next(later, &pace), Next::Now(Frame::Chrome));
    }
}
