//! Words of an error message: what is allowed, what was probably meant, and the reader's own words quoted.

use toml::de::DeValue;

/// `allowed here: a, b, c`, followed by the nearest one if `word` looks like a slip of it.
pub(crate) fn allowed(word: &str, words: &[&str]) -> String {
    let list = words.join(", ");
    match nearest(word, words) {
        Some(near) => format!("allowed here: {list}; did you mean `{near}`?"),
        None => format!("allowed here: {list}"),
    }
}

/// The candidate that `word` is a slip of: at most one wrong letter in three.
pub(crate) fn nearest<'w>(word: &str, candidates: &[&'w str]) -> Option<&'w str> {
    if word.is_empty() || word.len() > 64 {
        return None;
    }
    let word = word.to_lowercase();
    let distance = |candidate: &str| strsim::damerau_levenshtein(&word, candidate);
    let near = candidates.iter().min_by_key(|candidate| distance(candidate))?;
    (distance(near) <= (near.len() / 3).max(1)).then_some(*near)
}

/// The text in backquotes, shortened and without control characters.
pub(crate) fn quote(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut shown: String = text.chars().take(LONGEST).flat_map(char::escape_debug).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    format!("`{}`", shown.replace("\\\"", "\"").replace("\\'", "'"))
}

/// A value as a noun: `the string "x"`, `a table`.
pub(crate) fn noun(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("the string {}", quote(&format!("{text:?}"))),
        DeValue::Integer(digits) => quote(&digits.to_string()),
        DeValue::Float(digits) => quote(digits.as_str()),
        DeValue::Boolean(value) => format!("`{value}`"),
        DeValue::Datetime(_) => "a date".to_owned(),
        DeValue::Array(list) if list.is_empty() => "an empty list".to_owned(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// `1 point`, `2 points`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
