//! The filter of a list of names: a text in, a matcher out.
//!
//! A text is a part of the name, or a regular expression where that is asked for; case does not matter in either (an expression
//! may say `(?-i)`). An expression that cannot be used is told in a line, and the last good one stays in force.

use regex::{Regex, RegexBuilder};

/// An expression that takes more memory than this is refused: what is typed is answered at once.
const MOST_BYTES: usize = 1 << 20;

/// What names are filtered by.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    /// What was typed.
    pub text: String,
    /// Whether it is a regular expression.
    pub is_regex: bool,
    /// What it was made of: the text and its kind.
    made_of: (String, bool),
    matcher: Option<Regex>,
    error: Option<String>,
    generation: u64,
}

impl Filter {
    /// A filter that a text was written into.
    #[cfg(test)]
    pub(super) fn of(text: &str) -> Self {
        let mut filter = Self {
            text: text.to_owned(),
            ..Self::default()
        };
        filter.update();
        filter
    }

    /// Takes note of a text or a kind that has changed.
    pub(super) fn update(&mut self) {
        let wanted = (self.text.clone(), self.is_regex);
        if self.made_of == wanted {
            return;
        }
        self.made_of = wanted;
        self.error = None;
        let matcher = if self.text.is_empty() {
            None
        } else {
            match compile(&self.text, self.is_regex) {
                Ok(matcher) => Some(matcher),
                Err(error) => {
                    self.error = Some(error);
                    return;
                }
            }
        };
        self.matcher = matcher;
        self.generation += 1;
    }

    /// Whether anything is left out.
    pub(super) const fn is_set(&self) -> bool {
        self.matcher.is_some()
    }

    /// Whether a name is let through.
    pub(super) fn matches(&self, name: &str) -> bool {
        self.matcher
            .as_ref()
            .is_none_or(|matcher| matcher.is_match(name))
    }

    /// Why the text is not in force, in one line.
    pub(super) fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// A number that changes when what is let through may.
    pub(super) const fn generation(&self) -> u64 {
        self.generation
    }
}

/// A matcher of a text; or why there is none.
fn compile(text: &str, is_regex: bool) -> Result<Regex, String> {
    let pattern = if is_regex {
        text.to_owned()
    } else {
        regex::escape(text)
    };
    RegexBuilder::new(&pattern)
        .case_insensitive(true)
        .size_limit(MOST_BYTES)
        .dfa_size_limit(MOST_BYTES)
        .build()
        .map_err(|error| in_a_line(&error))
}

/// What is wrong with an expression: the library draws a picture of it, and says it in the last line.
fn in_a_line(error: &regex::Error) -> String {
    if matches!(error, regex::Error::CompiledTooBig(_)) {
        return "this expression is too large".to_owned();
    }
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(text: &str, is_regex: bool) -> Filter {
        let mut filter = Filter {
            text: text.to_owned(),
            is_regex,
            ..Filter::default()
        };
        filter.update();
        filter
    }

    #[test]
    fn a_text_is_a_part_of_the_name_in_any_case() {
        let plain = filter("LOSS/t", false);
        assert!(plain.matches("loss/train") && !plain.matches("loss/valid"));
        let dot = filter("s.t", false);
        assert!(!dot.matches("loss/train") && dot.matches("loss.train"));
        assert!(filter("", false).matches("anything") && !filter("", false).is_set());
        assert!(filter("größe", false).matches("GRÖßE"));
    }

    #[test]
    fn an_expression_is_one_only_where_it_is_asked_for() {
        let regex = filter("^loss/(train|valid)$", true);
        assert!(regex.matches("loss/train") && regex.matches("Loss/Valid"));
        assert!(!regex.matches("my loss/train"));
        assert!(!filter("^loss", false).matches("loss/train"));
        assert!(!filter("(?-i)Loss", true).matches("loss/train"));
    }

    #[test]
    fn what_does_not_compile_is_said_and_the_last_good_one_stays() {
        let mut filter = filter("loss", true);
        let before = filter.generation();
        filter.text.push('(');
        filter.update();
        assert_eq!(filter.error(), Some("unclosed group"));
        assert!(filter.is_set() && filter.matches("loss") && !filter.matches("speed"));
        assert_eq!(filter.generation(), before);
        filter.is_regex = false;
        filter.update();
        assert!(filter.error().is_none() && !filter.matches("loss"));
        filter.text.clear();
        filter.update();
        assert!(!filter.is_set() && filter.matches("speed"));
    }

    #[test]
    fn an_expression_of_any_size_is_refused_or_answered() {
        for text in [
            "a{1000}{1000}{1000}",
            "(a*)*b",
            "\\pL{999}",
            "(((((",
            "[",
            "\\",
        ] {
            let filter = filter(text, true);
            let said = filter.error().unwrap_or("fine");
            assert!(!said.is_empty() && !said.contains('\n'), "{text}: {said}");
            let long = "a".repeat(10_000);
            let _ = filter.matches(&long);
        }
        assert_eq!(
            filter("a{1000}{1000}{1000}", true).error(),
            Some("this expression is too large")
        );
    }
}
