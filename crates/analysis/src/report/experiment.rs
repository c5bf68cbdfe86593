//! The section of one experiment: its figures, the numbers behind them, and how to make them again.

use super::figure::Frame;
use super::prose::{count, line, remarks, scroll};
use super::table::first_rows;
use super::{Freshness, Shown};
use crate::html::escape;
use crate::{AnalysisError, Summary, explore};

/// More findings than this are folded.
const MOST_NOTES: usize = 4;

impl Shown<'_> {
    /// The title of the report, or of the manifest where there is none.
    pub(super) fn title(&self) -> &str {
        self.summary.as_ref().map_or(&self.asked.title, |summary| &summary.title)
    }

    /// The word that says how fresh it is.
    pub(super) fn badge(&self) -> String {
        let word = self.asked.freshness.word();
        format!("<span class=\"badge {word}\">{word}</span>")
    }

    /// The section.
    pub(super) fn html(&self, inline: bool) -> Result<String, AnalysisError> {
        let name = escape(&self.asked.name);
        let frame = Frame::of(self, self.title(), inline);
        let mut figures = String::new();
        for stem in &self.folder.figures {
            figures += &frame.figure(stem)?;
        }
        let remarks = self.asked.manifest.as_ref().map_or_else(String::new, |(_, text)| remarks(text));
        Ok(format!(
            "<section class=\"experiment\" id=\"{name}\" aria-labelledby=\"title-of-{name}\" data-find>\n\
             <div class=\"head\">\n<h3 id=\"title-of-{name}\">{}</h3>\n<p class=\"facts\">{} <code>{name}</code>{}</p>\n{}\
             <div class=\"remarks\">\n{remarks}</div>\n{}</div>\n{figures}<div class=\"foot\">\n{}{}</div>\n</section>\n",
            escape(self.title()),
            self.badge(),
            self.facts(),
            self.why(),
            self.notes(),
            self.again(),
            self.tables()?,
        ))
    }

    /// Parameters and runs.
    fn facts(&self) -> String {
        let Some(summary) = &self.summary else { return String::new() };
        let parameters = escape(&summary.parameters);
        let failed = match summary.failed {
            0 => String::new(),
            some => format!(", {} failed", count(some)),
        };
        let words = if summary.runs == 1 { "run" } else { "runs" };
        format!(" · {parameters} · {} {words}{failed}", count(summary.runs))
    }

    /// What is not as it should be.
    fn why(&self) -> String {
        let name = escape(&self.asked.name);
        let text = match &self.asked.freshness {
            Freshness::Fresh if self.folder.figures.is_empty() => {
                "Analyzed, but without figures: <code>tokenpark figures</code> draws them where tables allow."
                    .to_owned()
            }
            Freshness::Fresh => return String::new(),
            Freshness::Stale(why) => format!("It was analyzed as it was before. Changed since: {}.", line(why)),
            Freshness::Missing => {
                format!("Not analyzed: there is no <code>{name}/summary.toml</code> beside this page.")
            }
            Freshness::Orphaned => "No manifest that was asked for has this name.".to_owned(),
        };
        format!("<p class=\"why\">{text}</p>\n")
    }

    /// The numbers behind the figures, in sentences.
    fn notes(&self) -> String {
        let notes = self.summary.as_ref().map_or(&[][..], |summary| &summary.notes);
        if notes.is_empty() {
            return String::new();
        }
        let items: String = notes.iter().map(|note| format!("<li>{}</li>\n", line(note))).collect();
        let open = if notes.len() > MOST_NOTES { "" } else { " open" };
        format!(
            "<details class=\"printed\"{open}><summary>Numbers behind the figures ({})</summary>\n\
             <ul class=\"notes\">\n{items}</ul></details>\n",
            notes.len()
        )
    }

    /// The commands, the manifest and the dataset.
    fn again(&self) -> String {
        let commands = match self.asked.commands.as_str() {
            "" => String::new(),
            text => format!(
                "<div class=\"again\"><h4>Make it again</h4><pre class=\"command\"><code>{}</code></pre></div>\n",
                escape(text)
            ),
        };
        let manifest = self.asked.manifest.as_ref().map_or_else(String::new, |(path, text)| {
            let text = scroll(&format!("Manifest {path}"), &format!("<pre><code>{}</code></pre>", escape(text)));
            format!("<details><summary>Manifest <code>{}</code></summary>\n{text}</details>\n", escape(path))
        });
        let moving: Vec<String> = self.folder.moving.iter().map(|file| self.moving(file)).collect();
        let moving = match moving.is_empty() {
            true => String::new(),
            false => format!("<p class=\"files\">Moving: {}</p>\n", moving.join(" · ")),
        };
        format!("{moving}{commands}<p class=\"provenance\">{}</p>\n{manifest}", self.provenance())
    }

    fn moving(&self, file: &str) -> String {
        let word = if file == explore::PAGE { "explorer" } else { file };
        let name = escape(&self.asked.name);
        format!("<a href=\"{name}/{file}\">{word}<span class=\"hidden\"> of {name}</span></a>")
    }

    fn provenance(&self) -> String {
        let locked = line(&self.asked.locked);
        match &self.summary {
            Some(Summary { fingerprint, model_version, .. }) => {
                let fingerprint = escape(fingerprint);
                let now = match self.asked.fingerprint.as_str() {
                    now if now != fingerprint && !now.is_empty() => {
                        format!(", the manifest's is now <code>{}</code>", escape(now))
                    }
                    _ => String::new(),
                };
                format!("Fingerprint <code>{fingerprint}</code>{now}; model version {model_version}. {locked}")
            }
            None => format!("Fingerprint <code>{}</code>. {locked}", escape(&self.asked.fingerprint)),
        }
    }

    /// The first rows of all tables.
    fn tables(&self) -> Result<String, AnalysisError> {
        let (mut html, mut count) = (String::new(), 0);
        for file in &self.folder.tables {
            let link = |file: &str| format!("<a href=\"{}/{file}\">{file}</a>", escape(&self.asked.name));
            let stem = file.trim_end_matches(".csv").trim_end_matches(".parquet");
            let (csv, parquet) = (format!("{stem}.csv"), format!("{stem}.parquet"));
            let others: Vec<String> = [&csv, &parquet]
                .into_iter()
                .filter(|name| self.folder.tables.contains(name))
                .map(|name| link(name))
                .collect();
            if *file == csv {
                html += &first_rows(&self.path, file, &others.join(" · "))?;
                count += 1;
            } else if !self.folder.tables.contains(&csv) {
                html += &format!(
                    "<p class=\"of-table\"><code>{}</code>, too long for CSV · {}</p>\n",
                    escape(file),
                    others.join(" · ")
                );
                count += 1;
            }
        }
        Ok(match count {
            0 => String::new(),
            _ => format!("<details><summary>Tables ({count})</summary>\n{html}</details>\n"),
        })
    }
}
