//! Initial positions from a CSV file: the header `token,x0,x1,…`, then one line for each token in order.
//!
//! Numbers and commas only: no quotes, no comments.

use std::ops::Range;
use std::path::Path;

use super::initial::unit;
use super::words;
use crate::diagnostics::{Diagnostics, Report};

/// The unit vectors of the file. Mistakes name the file, its lines and columns.
pub(crate) fn read(path: &Path, text: &str) -> Result<Vec<Vec<f64>>, Diagnostics> {
    let mut report = Report::new(path, text);
    let mut lines = lines(text);
    let mut rows = Vec::new();
    if let Some(dimension) = header(&mut report, lines.next()) {
        for span in lines {
            rows.push(row(&mut report, span, rows.len(), dimension).unwrap_or_default());
        }
        if rows.is_empty() {
            report.missing(text.len()..text.len(), "the file has no tokens", "allowed: one line for each token");
        }
    }
    report.finish().map(|()| rows)
}

/// The spans of the lines that are not blank.
fn lines(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut start = 0;
    text.split_inclusive('\n')
        .map(move |line| {
            let span = start..start + line.trim_end().len();
            start += line.len();
            span
        })
        .filter(|span| !span.is_empty())
}

/// The dimension that the header announces.
fn header(report: &mut Report<'_>, span: Option<Range<usize>>) -> Option<usize> {
    let span = span.unwrap_or(0..0);
    let text = report.text()[span.clone()].trim_start_matches('\u{feff}');
    let names: Vec<&str> = text.split(',').map(str::trim).collect();
    let expected = |index: usize| {
        if index == 0 { "token".to_owned() } else { format!("x{}", index - 1) }
    };
    if names.len() >= 3 && names.iter().enumerate().all(|(index, name)| *name == expected(index)) {
        return Some(names.len() - 1);
    }
    report.wrong(
        span,
        format!("the header is {}", words::quote(text)),
        "allowed: token,x0,x1 and so on, one column a coordinate",
    );
    None
}

fn row(report: &mut Report<'_>, span: Range<usize>, token: usize, dimension: usize) -> Option<Vec<f64>> {
    let cells: Vec<(Range<usize>, &str)> = cells(report.text(), &span);
    if cells.len() != dimension + 1 {
        let message = format!("the line has {}", words::count(cells.len(), "cell"));
        report.wrong(span, message, format!("allowed: {}, as in the header", dimension + 1));
        return None;
    }
    let (place, number) = &cells[0];
    if number.parse() != Ok(token) {
        report.wrong(
            place.clone(),
            format!("the token is {}", words::quote(number)),
            format!("expected here: {token}"),
        );
    }
    let mut numbers = Vec::with_capacity(dimension);
    for (place, cell) in &cells[1..] {
        match cell.parse::<f64>() {
            Ok(x) if x.is_finite() => numbers.push(x + 0.0),
            _ => report.wrong(
                place.clone(),
                format!("{} is not a finite number", words::quote(cell)),
                "allowed: e.g. -0.5",
            ),
        }
    }
    if numbers.len() < dimension {
        return None;
    }
    let found = unit(numbers);
    if found.is_none() {
        report.wrong(span, "a point at the origin has no direction", "allowed: any other vector");
    }
    found
}

/// The cells of a line without the spaces around them.
fn cells<'t>(text: &'t str, span: &Range<usize>) -> Vec<(Range<usize>, &'t str)> {
    let mut start = span.start;
    let cell = |cell: &'t str| {
        let first = start + cell.len() - cell.trim_start().len();
        start += cell.len() + 1;
        (first..first + cell.trim().len(), cell.trim())
    };
    text[span.clone()].split(',').map(cell).collect()
}
