//! The benchmarks: work-precision diagrams, and the tables of the Markdown page beside them.

use super::figure::Frame;
use super::prose::{line, scroll};
use crate::AnalysisError;
use crate::folder::Folder;
use crate::html::escape;
use std::path::Path;

/// The folder that `just bench` writes.
const FOLDER: &str = "benchmarks";
const TABLES: &str = "table.md";

/// The section with the number of its figures; `None` where nothing was timed.
pub(super) fn section(reports: &Path, inline: bool) -> Result<Option<(String, usize)>, AnalysisError> {
    let path = reports.join(FOLDER);
    let folder = Folder::read(&path)?;
    let mut html = String::new();
    let frame = Frame { name: FOLDER, title: "Benchmarks", path: &path, tables: &folder.tables, level: 3, inline };
    for stem in &folder.figures {
        html += &frame.figure(stem)?;
    }
    let file = path.join(TABLES);
    if file.is_file() {
        let text = std::fs::read_to_string(&file).map_err(|error| AnalysisError::io("read", &file, error))?;
        html += &format!(
            "<details><summary>All timings</summary>\n\
             <p class=\"files\"><a href=\"{FOLDER}/{TABLES}\">{TABLES}</a></p>\n{}</details>\n",
            markdown(&text)
        );
    }
    Ok((!html.is_empty()).then_some((html, folder.figures.len())))
}

/// Headings, paragraphs and tables of pipes: the Markdown that our programs write.
fn markdown(text: &str) -> String {
    let mut html = String::new();
    for block in text.split("\n\n").map(str::trim).filter(|block| !block.is_empty()) {
        html += &match block {
            _ if block.starts_with("# ") => String::new(),
            _ if block.starts_with("## ") => format!("<h3>{}</h3>\n", line(block.trim_start_matches("## "))),
            _ if block.starts_with('|') => pipes(block),
            _ => format!("<p>{}</p>\n", line(block)),
        };
    }
    html
}

/// A table of pipes; the second line says which columns are numbers.
fn pipes(block: &str) -> String {
    let cells = |row: &str| -> Vec<String> {
        row.trim().trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let mut rows = block.lines().map(cells);
    let (head, align) = (rows.next().unwrap_or_default(), rows.next().unwrap_or_default());
    let class = |column: usize| match align.get(column) {
        Some(mark) if mark.ends_with(':') => " class=\"number\"",
        _ => "",
    };
    let head: String = head
        .iter()
        .enumerate()
        .map(|(column, cell)| format!("<th scope=\"col\"{}>{}</th>", class(column), escape(cell)))
        .collect();
    let body: String = rows
        .map(|row| {
            let cells =
                row.iter().enumerate().map(|(column, cell)| format!("<td{}>{}</td>", class(column), escape(cell)));
            format!("<tr>{}</tr>\n", cells.collect::<String>())
        })
        .collect();
    scroll("Timings", &format!("<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prop_markdown_of_our_programs_becomes_html() {
        let html = markdown("# Top\n\n## To `t` < 2\n\nWords.\n\n| a | b |\n|:--|--:|\n| x | 1.5 |\n");
        assert!(html.starts_with("<h3>To <code>t</code> &lt; 2</h3>\n<p>Words.</p>\n<div class=\"scroll\""), "{html}");
        assert!(html.contains("<th scope=\"col\" class=\"number\">b</th></tr>"));
        assert!(html.contains("<tr><td>x</td><td class=\"number\">1.5</td></tr>"));
    }
}
