//! Sentences as HTML: code between backticks, and the remarks at the head of a manifest.

use crate::html::escape;

/// A line of text in which `code` stands between backticks.
pub(super) fn line(text: &str) -> String {
    let mut html = String::new();
    for (index, piece) in text.split('`').enumerate() {
        let piece = escape(piece);
        html += &if index % 2 == 1 { format!("<code>{piece}</code>") } else { piece };
    }
    html
}

/// The remarks at the head of a manifest as paragraphs; lines that begin with spaces are items of a list.
pub(super) fn remarks(manifest: &str) -> String {
    let lines = manifest.lines().take_while(|line| line.starts_with('#')).filter(|line| !line.starts_with("#:"));
    let (mut html, mut open) = (String::new(), Open::Nothing);
    for text in lines.map(|line| line.trim_start_matches('#')) {
        let wanted = match text {
            _ if text.trim().is_empty() => Open::Nothing,
            _ if text.starts_with("  ") => Open::List,
            _ => Open::Paragraph,
        };
        if wanted != open {
            html += open.end();
            html += wanted.start();
        } else if wanted == Open::Paragraph {
            html.push(' ');
        }
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        html += &if wanted == Open::List { format!("<li>{}</li>", line(&words)) } else { line(&words) };
        open = wanted;
    }
    html + open.end()
}

/// The element that is open.
#[derive(Clone, Copy, PartialEq)]
enum Open {
    Nothing,
    Paragraph,
    List,
}

impl Open {
    fn start(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Paragraph => "<p>",
            Self::List => "<ul>",
        }
    }

    fn end(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Paragraph => "</p>\n",
            Self::List => "</ul>\n",
        }
    }
}

/// A box in which what is too wide scrolls, by keyboard as well.
pub(super) fn scroll(label: &str, content: &str) -> String {
    format!("<div class=\"scroll\" role=\"region\" aria-label=\"{}\" tabindex=\"0\">{content}</div>\n", escape(label))
}

/// 30000 as 30,000.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap_or_default()).collect();
    groups.join(",")
}

/// "1 figure", "2 figures".
pub(super) fn counted(number: usize, one: &str) -> String {
    format!("{} {one}{}", count(number as u64), if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prop_remarks_become_paragraphs_and_lists() {
        let manifest =
            "#:schema x\n# Is a < b?\n# See `run`.\n#\n# Rows:\n#   one  1\n#   two  2\nschema = 1\n# not this\n";
        let html = remarks(manifest);
        assert_eq!(
            html,
            "<p>Is a &lt; b? See <code>run</code>.</p>\n<p>Rows:</p>\n<ul><li>one 1</li><li>two 2</li></ul>\n"
        );
        assert_eq!(remarks("schema = 1\n"), "");
    }

    #[test]
    fn prop_counts_have_groups() {
        assert_eq!([0, 999, 1000, 437_844].map(count), ["0", "999", "1,000", "437,844"]);
        assert_eq!([counted(1, "run"), counted(2, "run")], ["1 run", "2 runs"]);
    }
}
