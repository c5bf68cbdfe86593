//! Panels side by side over one pair of axes and one colour scale: fields of cells, or lines.

use super::axes::{Axis, Fitted, Frame};
use super::colors::{palette, time_color};
use super::page::{LABEL, MARGIN, Page, SMALL, Words};
use super::style::{Anchor, Style, TextStyle};
use super::svg::{Svg, num};
use super::text::width;
use std::fmt::Write;

const HEIGHT: f64 = 270.0;
/// Room for a panel's title.
const HEAD: f64 = 26.0;
/// Room for tick labels, the label of the x axis and the row below.
const FOOT: f64 = 56.0;
/// Room between panels.
const APART: f64 = 36.0;
const BAR: f64 = 13.0;
/// Steps of the colour scale.
const LEVELS: usize = 64;

/// What a panel shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Cells round the places x and y, ascending: `shares[i][j]`, a place on the colour scale, at `y[i]` and `x[j]`.
    Cells {
        /// Abscissae.
        x: Vec<f64>,
        /// Ordinates.
        y: Vec<f64>,
        /// From 0 to 1, row by row; not-a-number stays empty.
        shares: Vec<Vec<f64>>,
    },
    /// Lines, each with its place on the colour scale and its points; a point that is not a number leaves a gap.
    Lines(Vec<(f64, Vec<[f64; 2]>)>),
}

/// One panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// Text above.
    pub title: String,
    /// What is below.
    pub content: Content,
}

/// Panels, one or two to a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Panels {
    /// What the figure shows.
    pub title: String,
    /// Parameters, in smaller type; may be empty.
    pub subtitle: String,
    /// Horizontal axis of every panel, with a range.
    pub x: Axis,
    /// Vertical axis of every panel, with a range.
    pub y: Axis,
    /// The colour scale, with a range.
    pub scale: Axis,
    /// In reading order.
    pub panels: Vec<Panel>,
    /// Notes below the figure.
    pub caption: Option<String>,
}

impl Panels {
    /// The figure as an SVG document.
    pub fn svg(&self, page: Page) -> String {
        let words = Words::new(&self.title, &self.subtitle, self.caption.as_deref(), page);
        let [x, y, scale] = [(&self.x, 5.0), (&self.y, 6.0), (&self.scale, 5.0)];
        let [x, y, scale] = [x, y, scale].map(|(axis, ticks)| axis.fit(std::iter::empty(), ticks));
        let columns = self.panels.len().clamp(1, 2);
        let left = MARGIN + Frame::left(&y, &self.y.label);
        let right = page.width() - MARGIN - bar_room(&scale);
        let wide = (right - left - APART * (columns - 1) as f64) / columns as f64;
        let rows = self.panels.len().div_ceil(columns);
        let end = words.top() + (HEAD + HEIGHT + FOOT) * rows as f64 - 10.0;
        let mut svg = Svg::page(page, end + words.bottom());
        words.draw(&mut svg, end);
        for (k, panel) in self.panels.iter().enumerate() {
            let (row, column) = (k / columns, k % columns);
            let corner =
                [left + (wide + APART) * column as f64, words.top() + (HEAD + HEIGHT + FOOT) * row as f64 + HEAD];
            let mut frame = Frame { corner, size: [wide, HEIGHT], x: x.clone(), y: y.clone() };
            let middle = TextStyle::new(LABEL, palette::INK).anchor(Anchor::Middle).bold();
            svg.text([corner[0] + wide / 2.0, corner[1] - 9.0], &panel.title, middle);
            let label = if column == 0 { self.y.label.as_str() } else { "" };
            if column > 0 {
                frame.y.ticks.iter_mut().for_each(|tick| tick.1.clear());
            }
            frame.draw(&mut svg, &self.x.label, label);
            draw_content(&mut svg, &panel.content, &frame);
            draw_sides(&mut svg, &frame);
        }
        draw_bar(&mut svg, [right + 18.0, words.top() + HEAD], &scale, &self.scale.label);
        svg.finish()
    }
}

fn bar_room(scale: &Fitted) -> f64 {
    let widest = scale.ticks.iter().map(|tick| width(&tick.1, SMALL)).fold(0.0, f64::max);
    18.0 + BAR + 8.0 + widest + LABEL + 8.0
}

/// Colour of a place on the scale, in steps.
fn level(share: f64) -> usize {
    ((share.clamp(0.0, 1.0) * LEVELS as f64) as usize).min(LEVELS - 1)
}

fn draw_content(svg: &mut Svg, content: &Content, frame: &Frame) {
    match content {
        Content::Cells { x, y, shares } => draw_cells(svg, frame, x, y, shares),
        Content::Lines(lines) => svg.clip(frame.corner, frame.size, |svg| {
            for (share, points) in lines {
                let points: Vec<_> = points.iter().map(|[x, y]| frame.at(*x, *y)).collect();
                svg.polyline(&points, Style::stroke(time_color(*share), 1.3));
            }
        }),
    }
}

/// The edges between places on the page, from 0 to 1 on their axis.
fn edges(axis: &Fitted, values: &[f64]) -> Vec<f64> {
    let places: Vec<f64> = values.iter().map(|value| axis.share(*value).clamp(0.0, 1.0)).collect();
    let between = places.windows(2).map(|pair| 0.5 * (pair[0] + pair[1]));
    std::iter::once(0.0).chain(between).chain([1.0]).collect()
}

/// One path a colour, equal neighbours in a row drawn together. Cells reach a little under the next, lest paper shine
/// through between them.
fn draw_cells(svg: &mut Svg, frame: &Frame, x: &[f64], y: &[f64], shares: &[Vec<f64>]) {
    const UNDER: f64 = 0.4;
    let ([left, top], [wide, high]) = (frame.corner, frame.size);
    let (across, up) = (edges(&frame.x, x), edges(&frame.y, y));
    let mut paths = vec![String::new(); LEVELS];
    for (i, row) in shares.iter().enumerate() {
        let (low, above) = (top + high * (1.0 - up[i]), top + high * (1.0 - up[i + 1]));
        let low = (low + UNDER).min(top + high);
        let mut j = 0;
        while j < row.len() {
            let same = row[j..]
                .iter()
                .take_while(|share| share.is_nan() == row[j].is_nan() && level(**share) == level(row[j]));
            let next = j + same.count();
            if !row[j].is_nan() {
                let (from, to) = (left + wide * across[j], (left + wide * across[next] + UNDER).min(left + wide));
                let [from, to, above, low] = [from, to, above, low].map(num);
                // Writing to a String cannot fail.
                let _ = write!(paths[level(row[j])], "M{from} {above}H{to}V{low}H{from}Z");
            }
            j = next;
        }
    }
    for (k, path) in paths.iter().enumerate() {
        svg.path(path, Style::fill(time_color((k as f64 + 0.5) / LEVELS as f64)));
    }
}

/// Short ticks at the left side, and the outline.
fn draw_sides(svg: &mut Svg, frame: &Frame) {
    let ([left, top], high) = (frame.corner, frame.size[1]);
    for (place, _) in &frame.y.ticks {
        let y = top + high - (place - frame.y.low) / (frame.y.high - frame.y.low) * high;
        svg.line([left - 4.0, y], [left, y], Style::stroke(palette::AXIS, 1.0));
    }
    svg.rect(frame.corner, frame.size, Style::stroke(palette::AXIS, 1.0));
}

/// The colour scale, upright.
fn draw_bar(svg: &mut Svg, [x, y]: [f64; 2], scale: &Fitted, label: &str) {
    let step = HEIGHT / LEVELS as f64;
    for k in 0..LEVELS {
        let color = time_color((k as f64 + 0.5) / LEVELS as f64);
        let under = if k > 0 { 0.4 } else { 0.0 };
        svg.rect([x, y + HEIGHT - step * (k + 1) as f64], [BAR, step + under], Style::fill(color));
    }
    for (place, text) in &scale.ticks {
        let at = y + HEIGHT - (place - scale.low) / (scale.high - scale.low) * HEIGHT;
        svg.line([x + BAR, at], [x + BAR + 4.0, at], Style::stroke(palette::AXIS, 1.0));
        svg.text([x + BAR + 8.0, at + 4.0], text, TextStyle::new(SMALL, palette::SOFT));
    }
    let middle = TextStyle::new(LABEL, palette::INK).anchor(Anchor::Middle).rotated(-90.0);
    svg.text([x + bar_room(scale) - 18.0 - 2.0, y + HEIGHT / 2.0], label, middle);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(content: Content) -> String {
        let panels = vec![Panel { title: "causal".into(), content }];
        let (x, y) = (Axis::linear("t").range(0.0, 2.0), Axis::linear("β").range(1.0, 2.0));
        let scale = Axis::linear("share").range(0.0, 1.0);
        Panels { title: "T".into(), subtitle: String::new(), x, y, scale, panels, caption: None }.svg(Page::NEURIPS)
    }

    #[test]
    fn prop_equal_neighbours_are_one_rectangle() {
        let row = |shares: [f64; 3]| {
            let cells = Content::Cells { x: vec![0.0, 1.0, 2.0], y: vec![1.0], shares: vec![shares.to_vec()] };
            figure(cells).matches('H').count() / 2
        };
        assert_eq!(row([0.5, 0.5, 0.5]), 1);
        assert_eq!(row([0.5, 0.9, 0.5]), 3);
        assert_eq!(row([0.5, f64::NAN, 0.5]), 2);
        assert_eq!(row([f64::NAN; 3]), 0);
    }

    #[test]
    fn prop_cells_meet_half_way_and_fill_the_frame() {
        let axis = Axis::linear("").range(0.0, 4.0).fit(std::iter::empty(), 4.0);
        assert_eq!(edges(&axis, &[0.0, 1.0, 4.0]), [0.0, 0.125, 0.625, 1.0]);
    }

    #[test]
    fn stable_bytes() {
        let lines = || figure(Content::Lines(vec![(0.0, vec![[0.0, 1.0], [f64::NAN, 1.5], [1.0, 1.5], [2.0, 2.0]])]));
        assert_eq!(lines(), lines());
        assert!(!lines().contains("NaN"));
    }
}
