//! Keys: which mark stands for what, stacked in a column or set in a row.

use super::colors::{Color, palette};
use super::page::SMALL;
use super::style::{Style, TextStyle};
use super::svg::Svg;
use super::text::width;

/// Width of a line in a key.
const LONG: f64 = 24.0;
/// Width of any other mark.
const SHORT: f64 = 12.0;
/// Height of one entry.
const ROW: f64 = 19.0;
const GAP: f64 = 8.0;
/// Room between entries of a row.
const APART: f64 = 28.0;

/// The mark of a key entry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mark {
    /// A line, over a swatch of its band if it has one.
    Line { band: bool },
    /// A dashed line.
    Dashed,
    /// A hollow circle.
    Hollow,
    /// A disc of the given radius with a rim, at the given opacity.
    Disc { radius: f64, rim: Color, opacity: f64 },
    /// A filled diamond with a rim of paper.
    Diamond,
    /// A filled square.
    Bar,
    /// A short radial stroke.
    Tick,
}

/// A mark, its colour and its meaning.
#[derive(Clone, Debug)]
pub struct Entry {
    pub mark: Mark,
    pub color: Color,
    pub label: String,
}

impl Entry {
    pub fn new(mark: Mark, color: Color, label: &str) -> Self {
        Self { mark, color, label: label.to_owned() }
    }

    fn mark_width(&self) -> f64 {
        if matches!(self.mark, Mark::Line { .. } | Mark::Dashed) { LONG } else { SHORT }
    }

    /// Draws the entry with its mark in a box of the given width from the point, centred on the point's height.
    fn draw(&self, svg: &mut Svg, [x, y]: [f64; 2], box_width: f64) {
        let (left, right, middle) = ([x, y], [x + box_width, y], [x + box_width / 2.0, y]);
        match self.mark {
            Mark::Line { band } => {
                if band {
                    svg.rect([x, y - 6.0], [box_width, 12.0], Style::fill(self.color).opacity(0.18));
                }
                svg.line(left, right, Style::stroke(self.color, 2.0));
            }
            Mark::Dashed => svg.line(left, right, Style::stroke(self.color, 1.75).dashed(6.0, 4.0)),
            Mark::Hollow => svg.circle(middle, 3.2, Style::fill(palette::PAPER).outlined(self.color, 1.25)),
            Mark::Disc { radius, rim, opacity } => {
                svg.circle(middle, radius, Style::fill(self.color).outlined(rim, 0.9).opacity(opacity));
            }
            Mark::Diamond => {
                svg.polygon(&diamond(middle, 5.3), Style::fill(self.color).outlined(palette::PAPER, 0.9));
            }
            Mark::Bar => svg.rect([middle[0] - 6.0, y - 6.0], [12.0, 12.0], Style::fill(self.color)),
            Mark::Tick => {
                let ends = ([middle[0], y - 5.0], [middle[0], y + 5.0]);
                svg.line(ends.0, ends.1, Style::stroke(self.color, 1.6));
            }
        }
        svg.text([x + box_width + GAP, y + 4.2], &self.label, TextStyle::new(SMALL, palette::INK));
    }
}

/// Corners of a diamond round a point.
pub fn diamond([x, y]: [f64; 2], reach: f64) -> [[f64; 2]; 4] {
    [[x, y - reach], [x + reach, y], [x, y + reach], [x - reach, y]]
}

/// Width and height of entries stacked in a column.
pub fn column_size(entries: &[Entry]) -> [f64; 2] {
    let widest = entries.iter().map(|entry| width(&entry.label, SMALL)).fold(0.0, f64::max);
    [box_width(entries) + GAP + widest, ROW * entries.len() as f64]
}

fn box_width(entries: &[Entry]) -> f64 {
    entries.iter().map(Entry::mark_width).fold(0.0, f64::max)
}

/// Draws entries in a column from its upper left corner.
pub fn draw_column(svg: &mut Svg, entries: &[Entry], [x, y]: [f64; 2]) {
    for (k, entry) in entries.iter().enumerate() {
        entry.draw(svg, [x, y + ROW * (k as f64 + 0.5)], box_width(entries));
    }
}

/// Draws a patch of paper that hides grid lines behind a column, as far as `around` on its sides.
pub fn draw_patch(svg: &mut Svg, entries: &[Entry], [x, y]: [f64; 2], around: f64) {
    let [w, h] = column_size(entries);
    svg.rect([x - around, y - 4.0], [w + 2.0 * around, h + 8.0], Style::fill(palette::PAPER));
}

/// Width of entries set in one row.
pub fn row_width(entries: &[Entry]) -> f64 {
    let entry = |entry: &Entry| entry.mark_width() + GAP + width(&entry.label, SMALL) + APART;
    entries.iter().map(entry).sum::<f64>() - APART
}

/// Draws entries in one row centred on a point.
pub fn draw_row(svg: &mut Svg, entries: &[Entry], [x, y]: [f64; 2]) {
    let mut left = x - row_width(entries) / 2.0;
    for entry in entries {
        entry.draw(svg, [left, y], entry.mark_width());
        left += row_width(std::slice::from_ref(entry)) + APART;
    }
}
