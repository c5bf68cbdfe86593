//! The table of claims, from the file that `tokenpark claims --reports` writes.

use super::prose::{count, counted, line, scroll};
use crate::AnalysisError;
use crate::html::escape;
use serde::Deserialize;
use std::path::Path;

/// What `tokenpark claims` writes for programs.
const FILE: &str = "claims.json";
/// What it writes for people.
const PAGE: &str = "claims.md";

#[derive(Deserialize)]
struct Document {
    quick: bool,
    claims: Vec<Claim>,
}

#[derive(Deserialize)]
struct Claim {
    id: String,
    statement: String,
    source: String,
    test: String,
    parameters: String,
    runs: u64,
    agree: u64,
    disagree: u64,
    undecided: u64,
    measured: String,
    verdict: String,
    expected: String,
    as_expected: bool,
    counterexamples: Vec<Counterexample>,
}

#[derive(Deserialize)]
struct Counterexample {
    seen: String,
    replica: Option<u32>,
    manifest: String,
}

/// The section of the claims with their number and that of surprises; `None` when none were checked.
pub(super) fn section(reports: &Path) -> Result<Option<(String, String)>, AnalysisError> {
    let path = reports.join(FILE);
    if !path.is_file() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(&path).map_err(|error| AnalysisError::io("read", &path, error))?;
    let document: Document = serde_json::from_str(&text)
        .map_err(|error| AnalysisError::Claims { path: path.clone(), reason: error.to_string() })?;
    let surprises = document.claims.iter().filter(|claim| !claim.as_expected).count();
    let found = match surprises {
        0 => "every verdict as expected".to_owned(),
        some => format!("{} not as expected", counted(some, "verdict")),
    };
    let words = format!("{}, {found}", counted(document.claims.len(), "claim"));
    let runs: u64 = document.claims.iter().map(|claim| claim.runs).sum();
    let quick = if document.quick { ", a tenth of all" } else { "" };
    let rows: String = document.claims.iter().map(Claim::row).collect();
    let table =
        format!("<table class=\"claims\">\n<thead><tr>{}</tr></thead>\n<tbody>\n{rows}</tbody></table>", head());
    let html = format!(
        "<p>{words}; {} runs{quick}. A claim holds when no check speaks against it and at most 5 % have no result. A \
         printed misprint is expected to fail, and so is a claim of which something found here is a counterexample. All \
         details: \
         <a href=\"{PAGE}\">{PAGE}</a>.</p>\n{}",
        count(runs),
        scroll("Claims and verdicts", &table)
    );
    Ok(Some((html, words)))
}

fn head() -> String {
    let words = ["claim", "verdict", "expected"].map(|word| format!("<th scope=\"col\">{word}</th>"));
    let numbers = ["agree", "against", "no result", "runs"];
    words.concat() + &numbers.map(|word| format!("<th scope=\"col\" class=\"number\">{word}</th>")).concat()
}

impl Claim {
    fn row(&self) -> String {
        let id = escape(&self.id);
        let verdict = escape(&self.verdict);
        let class = if self.as_expected { "as-expected" } else { "surprise" };
        let surprise = if self.as_expected { "" } else { " (not as expected)" };
        let numbers: String = [self.agree, self.disagree, self.undecided, self.runs]
            .map(|number| format!("<td class=\"number\">{}</td>", count(number)))
            .concat();
        format!(
            "<tr id=\"claim-{id}\" data-find><th scope=\"row\"><a href=\"{PAGE}#{id}\">{id}</a><p>{}</p>{}</th>\
             <td><span class=\"verdict {class} {verdict}\">{verdict}</span>{surprise}</td><td>{}</td>{numbers}</tr>\n",
            line(&self.statement),
            self.details(),
            escape(&self.expected),
        )
    }

    /// Source, test and what speaks against it.
    fn details(&self) -> String {
        let mut items =
            vec![("Source", line(&self.source)), ("Test", line(&self.test)), ("Where", line(&self.parameters))];
        if !self.measured.is_empty() {
            items.push(("Measured", line(&self.measured)));
        }
        for (index, example) in self.counterexamples.iter().enumerate() {
            items.push(("Against", example.html(&self.id, index)));
        }
        let items: String = items.iter().map(|(term, text)| format!("<dt>{term}</dt><dd>{text}</dd>")).collect();
        format!("<details><summary>How it is tested</summary><dl>{items}</dl></details>")
    }
}

impl Counterexample {
    fn html(&self, id: &str, index: usize) -> String {
        if self.manifest.is_empty() {
            return line(&self.seen);
        }
        let file = escape(&format!("claims/{id}-{}.toml", index + 1));
        let replica = self.replica.map_or_else(String::new, |replica| format!(", replica {replica}"));
        format!("{}; <a href=\"{file}\">{file}</a>{replica}", line(&self.seen))
    }
}
