//! Counts as a person reads them.

/// A count with a comma between groups of three digits: `48,792`.
#[must_use]
pub fn grouped(count: u64) -> String {
    group(&count.to_string())
}

/// Digits with a comma between groups of three.
#[must_use]
pub fn group(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_parted() {
        let written = [0, 999, 1_000, 48_792, 1_000_000].map(grouped);
        assert_eq!(written, ["0", "999", "1,000", "48,792", "1,000,000"]);
    }
}
