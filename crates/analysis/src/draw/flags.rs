//! Flags: vertical lines whose labels stand above the data in rows, so that no two overlap.

use super::colors::{Color, palette};
use super::key::diamond;
use super::page::SMALL;
use super::style::{Anchor, Style, TextStyle};
use super::svg::Svg;
use super::text::width;

/// Height of one row of labels.
pub const ROW: f64 = 17.0;

/// Lines closer than this run in the gap between a line and its label.
const NEAR: f64 = 6.0;

/// A labelled vertical line.
#[derive(Clone, Debug)]
pub struct Flag {
    /// Place on the page.
    pub x: f64,
    /// Text beside the top of the line.
    pub label: String,
    /// Colour of the line; the text is darker.
    pub color: Color,
    /// Measured rather than exact: dashed, with a diamond.
    pub measured: bool,
}

/// The row of each flag, counted upward from the data, and whether its label stands left of its line.
///
/// Labels stand on the right if they fit, or else on the left, whichever rule makes fewer lines cross labels.
pub fn rows(flags: &[Flag], left: f64, right: f64) -> Vec<(usize, bool)> {
    let rightward = arrange(flags, |flag| flag.x + wide(flag) > right);
    let leftward = arrange(flags, |flag| flag.x - wide(flag) > left);
    if crossings(flags, &leftward) < crossings(flags, &rightward) { leftward } else { rightward }
}

fn wide(flag: &Flag) -> f64 {
    width(&flag.label, SMALL) + 12.0
}

fn span(flag: &Flag, flipped: bool) -> (f64, f64) {
    if flipped { (flag.x - wide(flag), flag.x) } else { (flag.x, flag.x + wide(flag)) }
}

/// Rows such that overlapping labels differ, built from the side to which labels point.
fn arrange(flags: &[Flag], flip: impl Fn(&Flag) -> bool) -> Vec<(usize, bool)> {
    let mut result: Vec<(usize, bool)> = flags.iter().map(|flag| (0, flip(flag))).collect();
    let mostly_left = 2 * result.iter().filter(|row| row.1).count() > flags.len();
    let mut order: Vec<usize> = (0..flags.len()).collect();
    // From the ends of the labels back to their lines; a measured flag stays below an exact one close by.
    let direction = if mostly_left { 1.0 } else { -1.0 };
    let key = |k: usize| direction * flags[k].x - if flags[k].measured { NEAR } else { 0.0 };
    order.sort_by(|&a, &b| key(a).total_cmp(&key(b)).then(b.cmp(&a)));
    for (place, &index) in order.iter().enumerate() {
        let (from, to) = span(&flags[index], result[index].1);
        let overlaps = |&&other: &&usize| {
            let (start, end) = span(&flags[other], result[other].1);
            start <= to && from <= end
        };
        let above = order[..place].iter().filter(overlaps).map(|&other| result[other].0 + 1).max();
        result[index].0 = above.unwrap_or(0);
    }
    result
}

/// How many labels the line of another flag runs through.
fn crossings(flags: &[Flag], rows: &[(usize, bool)]) -> usize {
    let crossed = |label: usize, line: usize| {
        let (from, to) = span(&flags[label], rows[label].1);
        let away = (flags[line].x - flags[label].x).abs() > NEAR;
        rows[line].0 > rows[label].0 && away && from < flags[line].x && flags[line].x < to
    };
    (0..flags.len()).map(|label| (0..flags.len()).filter(|&line| crossed(label, line)).count()).sum()
}

/// Height that the labels need above the data.
pub fn height(rows: &[(usize, bool)]) -> f64 {
    rows.iter().map(|row| row.0 + 1).max().map_or(0.0, |count| ROW * count as f64 + 4.0)
}

/// Draws each flag from `foot` up to its row above `top`.
pub fn draw(svg: &mut Svg, flags: &[Flag], rows: &[(usize, bool)], top: f64, foot: f64) {
    let level = |row: usize| top - 4.0 - ROW * (row as f64 + 0.5);
    for (flag, (row, _)) in flags.iter().zip(rows) {
        let style = match flag.measured {
            true => Style::stroke(flag.color.dark(), 0.75).dashed(2.5, 2.5).opacity(0.7),
            false => Style::stroke(flag.color.dark(), 1.25),
        };
        svg.line([flag.x, foot], [flag.x, level(*row) - 5.0], style);
    }
    for (flag, (row, flipped)) in flags.iter().zip(rows) {
        let y = level(*row);
        if flag.measured {
            svg.polygon(&diamond([flag.x, y], 4.0), Style::fill(palette::PAPER).outlined(flag.color.dark(), 1.25));
        }
        let anchor = if *flipped { Anchor::End } else { Anchor::Start };
        let x = flag.x + if *flipped { -8.0 } else { 8.0 };
        let style = TextStyle::new(SMALL, flag.color.dark()).anchor(anchor).halo();
        svg.text([x, y + 4.2], &flag.label, style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prop_lines_avoid_labels_in_narrow_frames() {
        let flag = |x| Flag { x, label: "exact mean 6.279".to_owned(), color: palette::RENYI, measured: false };
        let flags = [flag(126.0), flag(127.0), flag(220.0), flag(221.0)];
        assert_eq!(crossings(&flags, &rows(&flags, 0.0, 300.0)), 0);
    }

    #[test]
    fn prop_close_labels_take_different_rows() {
        let flag = |x, label: &str| Flag { x, label: label.to_owned(), color: palette::RENYI, measured: false };
        let flags = [flag(100.0, "exact mean 6.279"), flag(101.0, "sample mean 6.281"), flag(400.0, "far")];
        assert_eq!(rows(&flags, 50.0, 500.0), [(1, false), (0, false), (0, false)]);
        assert!(rows(&flags[2..], 50.0, 410.0)[0].1);
    }
}
