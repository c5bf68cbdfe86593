//! The first rows of a summary table, as they stand in its CSV file.

use super::prose::{counted, scroll};
use crate::AnalysisError;
use crate::html::escape;
use std::path::Path;

/// So many rows are shown.
const ROWS: usize = 8;

/// `NAME.csv` of a folder as an HTML table; `links` lead to its files.
pub(super) fn first_rows(folder: &Path, file: &str, links: &str) -> Result<String, AnalysisError> {
    let path = folder.join(file);
    let text = std::fs::read_to_string(&path).map_err(|error| AnalysisError::io("read", &path, error))?;
    let mut lines = text.lines();
    let header = fields(lines.next().unwrap_or_default());
    let rows: Vec<Vec<String>> = lines.clone().take(ROWS).map(fields).collect();
    let (all, shown) = (lines.count(), rows.len());
    let some = if shown < all { format!("; the first {shown}") } else { String::new() };
    let caption = format!("<code>{}</code>, {}{some} · {links}", escape(file), counted(all, "row"));
    let head: String = header.iter().map(|name| format!("<th scope=\"col\">{}</th>", escape(name))).collect();
    let cell = |field: &String| {
        let class = if field.parse::<f64>().is_ok() { " class=\"number\"" } else { "" };
        format!("<td{class}>{}</td>", escape(field))
    };
    let body: String =
        rows.iter().map(|row| format!("<tr>{}</tr>\n", row.iter().map(cell).collect::<String>())).collect();
    let table =
        format!("<table data-csv=\"{}\"><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>", escape(file));
    Ok(format!("<p class=\"of-table\">{caption}</p>\n{}", scroll(&format!("First rows of {file}"), &table)))
}

/// The fields of a line of CSV; quoted ones may hold commas, and two quotes for one.
fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut field, mut quoted) = (vec![], String::new(), false);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => field.extend(letters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            other => field.push(other),
        }
    }
    fields.push(field);
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prop_quoted_fields_keep_their_commas_and_quotes() {
        assert_eq!(fields("1,\"a, b\",\"say \"\"x\"\"\",,2"), ["1", "a, b", "say \"x\"", "", "2"]);
    }
}
