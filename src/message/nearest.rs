//! The name that was probably meant.

/// The name nearest to `given`, if one is near: up to a third of its letters are wrong, missing, too many or swapped.
pub fn nearest<'a>(given: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let most = (given.chars().count() / 3).max(1);
    names
        .map(|name| (strsim::osa_distance(given, name), name))
        .filter(|(distance, name)| *distance <= most || name.starts_with(given))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_understood_and_another_word_is_not() {
        let names = ["digits-cnn", "digits-mlp", "spirals"];
        let of = |given| nearest(given, names.into_iter());
        assert_eq!(of("digit-cnn"), Some("digits-cnn"));
        assert_eq!(of("spiral"), Some("spirals"));
        assert_eq!(of("spirlas"), Some("spirals"));
        assert_eq!(of("digits"), Some("digits-cnn"));
        assert_eq!(of("resnet"), None);
    }
}
