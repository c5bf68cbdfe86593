//! PDF with the same bytes every time.
//!
//! svg2pdf 0.13 keeps fonts and page resources in hash maps, whose order changes from call to call, and only that. Two
//! steps undo it: conversion is repeated until the regular face precedes the semibold one (an even chance each time), and
//! the entries of each resource dictionary are sorted, which moves no byte outside it.

use resvg::usvg::Tree;
use svg2pdf::{ConversionError, ConversionOptions, PageOptions, to_pdf};

/// Pixels of the SVG per inch: a width of 396pt there is as much on paper.
const DPI: f32 = 96.0;
/// Conversions after which the order of fonts is left as it is.
const ATTEMPTS: usize = 40;

/// The document as PDF, its text live and its fonts embedded.
pub fn stable_pdf(tree: &Tree) -> Result<Vec<u8>, ConversionError> {
    let convert = || to_pdf(tree, ConversionOptions::default(), PageOptions { dpi: DPI });
    let mut bytes = convert()?;
    for _ in 0..ATTEMPTS {
        if fonts_in_order(&bytes) {
            break;
        }
        bytes = convert()?;
    }
    Ok(sort_resources(&bytes))
}

fn fonts_in_order(pdf: &[u8]) -> bool {
    let place = |name: &[u8]| pdf.windows(name.len()).position(|window| window == name);
    place(b"+Inter-Regular").zip(place(b"+Inter-SemiBold")).is_none_or(|(regular, semibold)| regular < semibold)
}

/// Sorts neighbouring lines that are entries of a resource dictionary; the length stays, and so do all offsets.
fn sort_resources(pdf: &[u8]) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = pdf.split(|byte| *byte == b'\n').collect();
    for run in lines.chunk_by_mut(|a, b| is_entry(a) && is_entry(b)) {
        run.sort_unstable();
    }
    lines.join(&b'\n')
}

/// Whether a line names a resource, such as `/fo0 1 0 R` or `/cs0 [/ICCBased 7 0 R]`: only those begin in lower case.
fn is_entry(line: &[u8]) -> bool {
    let name = line.trim_ascii_start();
    name.len() < line.len()
        && name.starts_with(b"/")
        && name.get(1).is_some_and(u8::is_ascii_lowercase)
        && line.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_resource_order() {
        let shuffled = b"<<\n  /fo1 2 0 R\n  /fo0 1 0 R\n>>\n  /Size 3\n  /Length 2\n";
        let sorted = b"<<\n  /fo0 1 0 R\n  /fo1 2 0 R\n>>\n  /Size 3\n  /Length 2\n";
        assert!(sort_resources(shuffled) == sorted);
    }
}
