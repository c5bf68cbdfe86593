//! The page around the sections: head, contents, and the files it is put together from.

use super::prose::counted;
use super::{Reporting, Shown, benchmarks, claims};
use crate::AnalysisError;
use crate::html::{escape, fill};
use std::path::Path;

const PAGE: &str = include_str!("report.html");
const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

pub(super) fn html(reports: &Path, reporting: &Reporting) -> Result<String, AnalysisError> {
    let mut shown = vec![];
    for asked in &reporting.experiments {
        shown.push(Shown::read(reports, asked)?);
    }
    let mut sections = String::new();
    for one in &shown {
        sections += &one.html(reporting.inline)?;
    }
    let (claims, benchmarks) = (claims::section(reports)?, benchmarks::section(reports, reporting.inline)?);
    let contents: String = shown.iter().map(|one| entry(&one.asked.name, one.title(), &one.badge())).collect();
    let figures =
        shown.iter().map(|one| one.folder.figures.len()).sum::<usize>() + benchmarks.as_ref().map_or(0, |b| b.1);
    let claimed = claims.as_ref().map_or_else(|| "claims not checked".to_owned(), |(_, words)| words.clone());
    let none = |what: &str| format!("<p class=\"why\">Not there: {what}</p>\n");
    Ok(fill(
        PAGE,
        &[
            ("/*style*/", STYLE),
            ("<!--contents-->", &contents),
            ("<!--summary-->", &summary(reporting, figures, &claimed)),
            ("<!--experiments-->", &sections),
            (
                "<!--claims-->",
                &claims.map_or_else(|| none("<code>tokenpark claims --reports</code> checks them."), |c| c.0),
            ),
            ("<!--benchmarks-->", &benchmarks.map_or_else(|| none("<code>just bench</code> times them."), |b| b.0)),
            ("<!--environment-->", &environment(reporting)),
            ("/*script*/", SCRIPT),
        ],
    ))
}

fn entry(name: &str, title: &str, badge: &str) -> String {
    format!("<li><a href=\"#{}\">{}</a> {badge}</li>\n", escape(name), escape(title))
}

/// What is on the page, in a few words.
fn summary(reporting: &Reporting, figures: usize, claimed: &str) -> String {
    let badge = |part: &str| {
        let (count, word) = part.split_once(' ').unwrap_or((part, ""));
        format!("{count}&nbsp;<span class=\"badge {word}\">{word}</span>")
    };
    let states: Vec<String> = reporting.counts().split(", ").map(badge).collect();
    format!(
        "<p>{}: {} · {} · {claimed}</p>",
        counted(reporting.experiments.len(), "experiment"),
        states.join(" "),
        counted(figures, "figure"),
    )
}

fn environment(reporting: &Reporting) -> String {
    let rows: String = reporting
        .environment
        .iter()
        .map(|(name, value)| format!("<dt>{}</dt><dd>{}</dd>\n", escape(name), escape(value)))
        .collect();
    format!(
        "<dl>{rows}</dl>\n<div class=\"again\"><h3>Make this page again</h3>\
         <pre class=\"command\"><code>{}</code></pre></div>\n",
        escape(&reporting.command)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prop_the_page_asks_for_nothing_elsewhere() {
        let page = fill(PAGE, &[("/*style*/", STYLE), ("/*script*/", SCRIPT)]);
        for request in ["http://", "https://", "@import", "url(", "fetch(", "XMLHttpRequest", "src="] {
            assert!(!page.contains(request), "{request}");
        }
        assert!(!SCRIPT.contains("</script") && !SCRIPT.contains("<!--"));
    }
}
