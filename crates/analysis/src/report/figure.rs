//! One figure with its caption and the files it can be had in.

use super::Shown;
use super::prose::line;
use crate::AnalysisError;
use crate::base64::base64;
use crate::figures::{Caption, split};
use crate::html::escape;
use std::path::Path;

/// Where figures are shown from.
pub(super) struct Frame<'a> {
    /// The folder below the page.
    pub(super) name: &'a str,
    /// What the report is called.
    pub(super) title: &'a str,
    /// Where that folder lies.
    pub(super) path: &'a Path,
    /// The tables in it.
    pub(super) tables: &'a [String],
    /// The level of a figure's heading.
    pub(super) level: u8,
    /// Whether pictures are inside the page.
    pub(super) inline: bool,
}

impl<'a> Frame<'a> {
    pub(super) fn of(shown: &'a Shown<'_>, title: &'a str, inline: bool) -> Self {
        Self { name: &shown.asked.name, title, path: &shown.path, tables: &shown.folder.tables, level: 4, inline }
    }

    /// The figure of this name.
    pub(super) fn figure(&self, stem: &str) -> Result<String, AnalysisError> {
        let file = self.path.join(format!("{stem}.svg"));
        let svg = std::fs::read_to_string(&file).map_err(|error| AnalysisError::io("read", &file, error))?;
        let place = escape(&format!("{}/{stem}", self.name));
        let source = match self.inline {
            true => format!("data:image/svg+xml;base64,{}", base64(svg.as_bytes())),
            false => format!("{place}.svg"),
        };
        let caption = Caption::of(stem);
        let (title, drawn, look) = match caption {
            Some(Caption { title, drawn, look, .. }) => (title.to_owned(), drawn, look),
            None => (stem.replace('-', " "), "", ""),
        };
        let alt = caption.map_or_else(|| format!("{title}, of “{}”", self.title), |c| c.alternative(self.title));
        // Numbers of several figures of a kind tell them apart.
        let number = split(stem).1.map_or_else(String::new, |number| format!(" ({number})"));
        let level = self.level;
        Ok(format!(
            "<figure id=\"{place}\" data-find>\n<div class=\"card\">\
             <img src=\"{source}\"{} alt=\"{}\" loading=\"lazy\" decoding=\"async\"></div>\n\
             <figcaption>\n<h{level}>{}{number}</h{level}>\n<p>{}</p>\n<p class=\"look\">{}</p>\n{}</figcaption>\n</figure>\n",
            size(&svg),
            escape(&alt),
            escape(&title),
            line(drawn),
            line(look),
            self.files(stem, caption),
        ))
    }

    /// Links to the picture's and its tables' files.
    fn files(&self, stem: &str, caption: Option<Caption>) -> String {
        let link = |file: &str, word: &str| {
            let file = escape(&format!("{}/{file}", self.name));
            format!("<a href=\"{file}\">{word}</a>")
        };
        let pictures = ["svg", "pdf", "png"].map(|kind| {
            let file = format!("{stem}.{kind}");
            self.path
                .join(&file)
                .is_file()
                .then(|| link(&file, &format!("{}<span class=\"hidden\"> of {stem}</span>", kind.to_uppercase())))
        });
        let tables = caption.map_or(&[][..], |caption| caption.tables).iter().flat_map(|name| {
            ["csv", "parquet"]
                .map(|kind| format!("{name}.{kind}"))
                .into_iter()
                .filter(|file| self.tables.contains(file))
        });
        let pictures: Vec<String> = pictures.into_iter().flatten().collect();
        let tables: Vec<String> = tables.map(|file| link(&file, &file)).collect();
        let data = if tables.is_empty() {
            String::new()
        } else {
            format!("<p class=\"files\">Data: {}</p>\n", tables.join(" · "))
        };
        format!("<p class=\"files\">Figure: {}</p>\n{data}", pictures.join(" · "))
    }
}

/// The attributes width and height of a picture, its own units as pixels, so that nothing jumps when it is loaded.
fn size(svg: &str) -> String {
    let head = svg.split_once('>').map_or(svg, |(head, _)| head);
    let view = head.split_once(" viewBox=\"").and_then(|(_, rest)| rest.split('"').next()).unwrap_or_default();
    let numbers: Vec<f64> = view.split(' ').filter_map(|word| word.parse().ok()).collect();
    match numbers[..] {
        [_, _, width, height] => format!(" width=\"{}\" height=\"{}\"", width.ceil(), height.ceil()),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_sizes() {
        assert_eq!(size("<svg width=\"396pt\" viewBox=\"0 0 720 511.2\">"), " width=\"720\" height=\"512\"");
        assert_eq!(size("<svg stroke-width=\"3\"><rect viewBox=\"0 0 7 8\"/>"), "");
    }
}
