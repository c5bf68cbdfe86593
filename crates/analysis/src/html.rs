//! What our pages have in common: escaped text, and templates whose marks are replaced.

/// A text as HTML, XML or the value of a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Puts texts in the places of their marks, each of which stands once in the template; what is put in is not searched.
pub(crate) fn fill(template: &str, parts: &[(&str, &str)]) -> String {
    let mut page = String::new();
    let mut rest = template;
    while let Some((at, mark, text)) = parts.iter().filter_map(|(m, text)| Some((rest.find(m)?, m, text))).min() {
        page.push_str(&rest[..at]);
        page.push_str(text);
        rest = &rest[at + mark.len()..];
    }
    page + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prop_marks_are_replaced_in_any_order_and_not_in_what_is_put_in() {
        assert_eq!(fill("1 B 2 A 3", &[("A", "a"), ("B", "A")]), "1 A 2 a 3");
        assert_eq!(escape("<a href=\"x\">&"), "&lt;a href=&quot;x&quot;&gt;&amp;");
    }
}
