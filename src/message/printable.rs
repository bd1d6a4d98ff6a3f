//! Text from elsewhere, made fit to be shown.
//!
//! A name may hold anything: line breaks, terminal commands, characters that turn the direction of what stands after them or
//! that cannot be seen at all. Where it is shown each of these is written out, as Rust writes it: `\n`, `\u{202e}`.

use std::borrow::Cow;

/// A name, or any text of one line, with what cannot be shown as it stands written out.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_hidden) {
        Cow::Owned(text.chars().fold(String::new(), written_out))
    } else {
        Cow::Borrowed(text)
    }
}

/// The same of a text of several lines: its line breaks and tabs stay.
#[must_use]
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    let is_kept = |letter: char| matches!(letter, '\n' | '\t');
    if !text
        .chars()
        .any(|letter| is_hidden(letter) && !is_kept(letter))
    {
        return Cow::Borrowed(text);
    }
    let text = text.replace("\r\n", "\n");
    let written = text.chars().fold(String::new(), |mut written, letter| {
        if is_kept(letter) {
            written.push(letter);
            written
        } else {
            written_out(written, letter)
        }
    });
    Cow::Owned(written)
}

fn written_out(mut written: String, letter: char) -> String {
    match letter {
        '\n' | '\t' | '\r' => written.extend(letter.escape_debug()),
        letter if is_hidden(letter) => written.extend(letter.escape_unicode()),
        letter => written.push(letter),
    }
    written
}

/// Control characters, those that set the direction of writing (Unicode's `Bidi_Control`), breaks of lines and paragraphs, and
/// what has no width and joins nothing.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{61c}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_cannot_be_shown_is_written_out() {
        assert_eq!(printable("loss\u{202e}ssol\n"), "loss\\u{202e}ssol\\n");
        assert_eq!(printable("\u{1b}[2J\0\u{7f}"), "\\u{1b}[2J\\u{0}\\u{7f}");
        assert_eq!(printable_lines("a\tb\r\nc\rd"), "a\tb\nc\\rd");
    }

    #[test]
    fn usual_names_stay_as_they_are() {
        for name in ["loss/train", "Größe · 大きさ", "שלום", "👩\u{200d}🔬", ""] {
            assert!(matches!(printable(name), Cow::Borrowed(same) if same == name));
            assert!(matches!(printable_lines(name), Cow::Borrowed(same) if same == name));
        }
        assert!(matches!(printable_lines("two\nlines"), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn nothing_hidden_is_left_and_once_is_enough(text: String) {
            let shown = printable(&text);
            prop_assert!(!shown.chars().any(is_hidden));
            prop_assert_eq!(printable(&shown), shown.clone());
            let lines = printable_lines(&text);
            prop_assert!(!lines.chars().any(|letter| is_hidden(letter) && letter != '\n' && letter != '\t'));
        }
    }
}
