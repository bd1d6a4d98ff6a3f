//! Hyperparameters with a type: what may be set of an experiment before it runs, and what is set.

use std::fmt;
use std::ops::RangeInclusive;

use super::Hyperparameter;

/// A hyperparameter that may be set: its name, its type with the values it may take, its default.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// The field's word for it, with spaces: `learning rate`. On the command line spaces are dashes.
    pub name: String,
    /// What it does, in one line.
    pub help: String,
    /// What values it may take.
    pub domain: Domain,
    /// What it is unless asked otherwise; within the domain.
    pub default: Value,
}

/// What values a hyperparameter may take.
#[derive(Clone, Debug, PartialEq)]
pub enum Domain {
    /// A whole number.
    Integer(RangeInclusive<i64>),
    /// A finite number.
    Real(RangeInclusive<f64>),
    /// Yes or no.
    Flag,
    /// One of these words.
    Choice(Vec<String>),
    /// Any text, a path for instance; may be empty.
    Text,
}

/// The value of a hyperparameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Real(f64),
    /// Yes or no.
    Flag(bool),
    /// A word or a text.
    Text(String),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => write!(f, "{number}"),
            Self::Real(number) => write!(f, "{number}"),
            Self::Flag(is_set) => f.write_str(if *is_set { "yes" } else { "no" }),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// Why a hyperparameter cannot be set so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// There is none of that name.
    #[error("there is no hyperparameter `{name}`{}", meant(.nearest.as_deref()))]
    Unknown {
        /// The name that was given.
        name: String,
        /// The name that was probably meant.
        nearest: Option<String>,
    },
    /// It is of another type, or out of range.
    #[error("{name} must be {wanted}, not `{given}`")]
    Refused {
        /// Which.
        name: String,
        /// What it may be, in words.
        wanted: String,
        /// What was given.
        given: String,
    },
}

fn meant(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

impl Parameter {
    fn new(name: &str, domain: Domain, default: Value) -> Self {
        Self {
            name: name.to_owned(),
            help: String::new(),
            domain,
            default,
        }
    }

    /// A whole number within a range.
    ///
    /// # Panics
    /// If the default is not within the range.
    #[must_use]
    pub fn integer(name: &str, default: i64, range: RangeInclusive<i64>) -> Self {
        assert!(
            range.contains(&default),
            "{name}: {default} is out of {range:?}"
        );
        Self::new(name, Domain::Integer(range), Value::Integer(default))
    }

    /// A number within a range.
    ///
    /// # Panics
    /// If the default is not within the range.
    #[must_use]
    pub fn real(name: &str, default: f64, range: RangeInclusive<f64>) -> Self {
        assert!(
            range.contains(&default),
            "{name}: {default} is out of {range:?}"
        );
        Self::new(name, Domain::Real(range), Value::Real(default))
    }

    /// Yes or no.
    #[must_use]
    pub fn flag(name: &str, default: bool) -> Self {
        Self::new(name, Domain::Flag, Value::Flag(default))
    }

    /// One of several words, the first unless asked otherwise.
    ///
    /// # Panics
    /// If there are none.
    #[must_use]
    pub fn choice(name: &str, words: &[&str]) -> Self {
        assert!(!words.is_empty(), "{name}: nothing to choose from");
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let default = Value::Text(words[0].clone());
        Self::new(name, Domain::Choice(words), default)
    }

    /// Any text.
    #[must_use]
    pub fn text(name: &str, default: &str) -> Self {
        Self::new(name, Domain::Text, Value::Text(default.to_owned()))
    }

    /// The same hyperparameter with a line that says what it does.
    #[must_use]
    pub fn help(mut self, help: &str) -> Self {
        self.help = help.to_owned();
        self
    }

    /// Its name as the command line has it: `learning-rate`.
    #[must_use]
    pub fn flag_name(&self) -> String {
        self.name.replace(' ', "-")
    }

    /// What it may be, in words: `a whole number from 1 to 100`.
    #[must_use]
    pub fn wanted(&self) -> String {
        match &self.domain {
            Domain::Integer(range) if *range.end() == i64::MAX => {
                format!("a whole number of at least {}", range.start())
            }
            Domain::Integer(range) => {
                format!("a whole number from {} to {}", range.start(), range.end())
            }
            Domain::Real(range) if *range.end() == f64::MAX => {
                format!("a number of at least {}", range.start())
            }
            Domain::Real(range) => format!("a number from {} to {}", range.start(), range.end()),
            Domain::Flag => "yes or no".to_owned(),
            Domain::Choice(words) => format!("one of {}", words.join(", ")),
            Domain::Text => "text".to_owned(),
        }
    }

    /// The value that a text says.
    ///
    /// # Errors
    /// [`ParameterError::Refused`] if it says none, or one out of range.
    pub fn parse(&self, text: &str) -> Result<Value, ParameterError> {
        let text = text.trim();
        let value = match &self.domain {
            Domain::Integer(_) => text.parse().ok().map(Value::Integer),
            Domain::Real(_) => text.parse().ok().map(Value::Real),
            Domain::Flag => match text {
                "yes" | "true" | "on" | "1" => Some(Value::Flag(true)),
                "no" | "false" | "off" | "0" => Some(Value::Flag(false)),
                _ => None,
            },
            Domain::Choice(_) | Domain::Text => Some(Value::Text(text.to_owned())),
        };
        value
            .filter(|value| self.accepts(value))
            .ok_or_else(|| self.refusal(text))
    }

    fn refusal(&self, given: &str) -> ParameterError {
        ParameterError::Refused {
            name: self.name.clone(),
            wanted: self.wanted(),
            given: given.to_owned(),
        }
    }

    /// Whether it may be this.
    #[must_use]
    pub fn accepts(&self, value: &Value) -> bool {
        match (&self.domain, value) {
            (Domain::Integer(range), Value::Integer(number)) => range.contains(number),
            (Domain::Real(range), Value::Real(number)) => {
                number.is_finite() && range.contains(number)
            }
            (Domain::Flag, Value::Flag(_)) | (Domain::Text, Value::Text(_)) => true,
            (Domain::Choice(words), Value::Text(word)) => words.contains(word),
            _ => false,
        }
    }
}

/// What an experiment is run with: a value for each of its hyperparameters, within their domains.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values {
    /// In the order declared.
    values: Vec<(Parameter, Value)>,
}

impl Values {
    /// The defaults.
    #[must_use]
    pub fn defaults(parameters: &[Parameter]) -> Self {
        let default = |parameter: &Parameter| (parameter.clone(), parameter.default.clone());
        Self {
            values: parameters.iter().map(default).collect(),
        }
    }

    /// Sets one from text, by its name with spaces or dashes.
    ///
    /// # Errors
    /// If there is none of that name, or it may not be that.
    pub fn set(&mut self, name: &str, text: &str) -> Result<(), ParameterError> {
        let wanted = name.replace('-', " ");
        let found = self
            .values
            .iter_mut()
            .find(|(parameter, _)| parameter.name.replace('-', " ") == wanted);
        let Some((parameter, value)) = found else {
            return Err(ParameterError::Unknown {
                name: name.to_owned(),
                nearest: super::nearest(name, self.names()).map(str::to_owned),
            });
        };
        *value = parameter.parse(text)?;
        Ok(())
    }

    /// The hyperparameters' names, in the order declared.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(|(parameter, _)| &*parameter.name)
    }

    /// All of them with their values, in the order declared.
    pub fn iter(&self) -> impl Iterator<Item = (&Parameter, &Value)> {
        self.values
            .iter()
            .map(|(parameter, value)| (parameter, value))
    }

    /// Whether there is one of that name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }

    fn get(&self, name: &str) -> &Value {
        let found = self.iter().find(|(parameter, _)| parameter.name == name);
        let (_, value) = found.unwrap_or_else(|| panic!("no hyperparameter `{name}` is declared"));
        value
    }

    /// The whole number of that name.
    ///
    /// # Panics
    /// If no whole number of that name is declared.
    #[must_use]
    pub fn integer(&self, name: &str) -> i64 {
        match self.get(name) {
            Value::Integer(number) => *number,
            other => panic!("`{name}` is no whole number but {other}"),
        }
    }

    /// The whole number of that name, as a count: 0 where it is negative.
    ///
    /// # Panics
    /// If no whole number of that name is declared.
    #[must_use]
    pub fn count(&self, name: &str) -> usize {
        usize::try_from(self.integer(name)).unwrap_or(0)
    }

    /// The number of that name.
    ///
    /// # Panics
    /// If no number of that name is declared.
    #[must_use]
    pub fn real(&self, name: &str) -> f64 {
        match self.get(name) {
            Value::Real(number) => *number,
            other => panic!("`{name}` is no number but {other}"),
        }
    }

    /// Whether the flag of that name is set.
    ///
    /// # Panics
    /// If no flag of that name is declared.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        match self.get(name) {
            Value::Flag(is_set) => *is_set,
            other => panic!("`{name}` is no flag but {other}"),
        }
    }

    /// The word or text of that name.
    ///
    /// # Panics
    /// If no text of that name is declared.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        match self.get(name) {
            Value::Text(text) => text,
            other => panic!("`{name}` is no text but {other}"),
        }
    }

    /// As a run tells them.
    #[must_use]
    pub fn hyperparameters(&self) -> Vec<Hyperparameter> {
        let told = |(parameter, value): (&Parameter, &Value)| Hyperparameter {
            name: parameter.name.clone(),
            value: value.to_string(),
        };
        self.iter().map(told).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters() -> Vec<Parameter> {
        vec![
            Parameter::integer("epochs", 10, 1..=1000).help("Passes over the data."),
            Parameter::real("learning rate", 1e-3, 0.0..=1.0),
            Parameter::flag("shuffle", true),
            Parameter::choice("optimizer", &["Adam", "SGD"]),
            Parameter::text("data", ""),
        ]
    }

    #[test]
    fn values_are_set_by_name_and_read_by_type() {
        let mut values = Values::defaults(&parameters());
        assert_eq!(values.set("epochs", "3"), Ok(()));
        assert_eq!(values.set("learning-rate", "1e-2"), Ok(()));
        assert_eq!(values.set("shuffle", "no"), Ok(()));
        assert_eq!(values.set("optimizer", "SGD"), Ok(()));
        assert_eq!(values.set("data", "a b"), Ok(()));
        assert_eq!((values.integer("epochs"), values.count("epochs")), (3, 3));
        assert_eq!(values.real("learning rate"), 0.01);
        assert!(!values.flag("shuffle"));
        assert_eq!(
            (values.text("optimizer"), values.text("data")),
            ("SGD", "a b")
        );
        let told = values.hyperparameters();
        assert_eq!((&*told[1].name, &*told[1].value), ("learning rate", "0.01"));
    }

    #[test]
    fn what_is_out_of_range_or_unknown_is_refused_by_name() {
        let mut values = Values::defaults(&parameters());
        let before = values.clone();
        for (name, text, said) in [
            (
                "epochs",
                "0",
                "epochs must be a whole number from 1 to 1000, not `0`",
            ),
            (
                "epochs",
                "1.5",
                "epochs must be a whole number from 1 to 1000, not `1.5`",
            ),
            (
                "learning rate",
                "nan",
                "learning rate must be a number from 0 to 1, not `nan`",
            ),
            ("shuffle", "maybe", "shuffle must be yes or no, not `maybe`"),
            (
                "optimizer",
                "Lion",
                "optimizer must be one of Adam, SGD, not `Lion`",
            ),
            (
                "epoch",
                "1",
                "there is no hyperparameter `epoch`; did you mean `epochs`?",
            ),
            ("zzzzz", "1", "there is no hyperparameter `zzzzz`"),
        ] {
            let error = values.set(name, text).expect_err(name);
            assert_eq!(error.to_string(), said);
        }
        assert_eq!(values, before);
    }

    #[test]
    #[should_panic(expected = "no hyperparameter `momentum` is declared")]
    fn a_name_that_was_not_declared_is_a_mistake_of_the_program() {
        let _ = Values::defaults(&parameters()).real("momentum");
    }
}
