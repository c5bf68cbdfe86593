//! Direct labels: names beside the ends of curves instead of a key, where the ends allow it.

use super::axes::Frame;
use super::colors::Color;
use super::curves::{Kind, Series};
use super::page::SMALL;
use super::style::{Style, TextStyle};
use super::svg::Svg;
use super::text::{width, wrap};

/// Height of a line of text.
const LINE: f64 = 16.0;
/// A label is broken into lines of at most this width.
const WIDEST: f64 = 118.0;
const MOST_LINES: usize = 2;
/// Room for the stroke from a curve's end to its label.
const GAP: f64 = 22.0;
/// Ends nearer to each other than this are not told apart.
const APART: f64 = 1.5;

/// The name of a curve beside its end.
#[derive(Clone, Debug)]
pub struct Label {
    lines: Vec<String>,
    color: Color,
    /// Height of the curve's end on the page.
    end: f64,
}

/// Labels of all named lines of a chart, if there are several, their names are short, and each ends at the right side of the
/// frame at a height of its own.
pub fn labels(series: &[Series], frame: &Frame) -> Option<Vec<Label>> {
    let named = series.iter().filter(|s| matches!(s.kind, Kind::Line | Kind::Dashed) && !s.label.is_empty());
    let mut found: Vec<Label> = named.map(|s| label(s, frame)).collect::<Option<_>>()?;
    found.sort_by(|a, b| a.end.total_cmp(&b.end));
    let lines: usize = found.iter().map(|label| label.lines.len()).sum();
    let apart = found.windows(2).all(|pair| pair[1].end - pair[0].end >= APART);
    (found.len() > 1 && apart && LINE * lines as f64 <= frame.size[1]).then_some(found)
}

fn label(series: &Series, frame: &Frame) -> Option<Label> {
    let [left, top] = frame.corner;
    let [w, h] = frame.size;
    let mut points = series.x.iter().zip(&series.y).map(|(&x, &y)| frame.at(x, y));
    let [x, y] = points.rfind(|[x, y]| x.is_finite() && y.is_finite())?;
    let lines = wrap(&series.label, SMALL, WIDEST);
    let ends = (x - left - w).abs() < 0.02 * w && (top - 1.0..=top + h + 1.0).contains(&y);
    (ends && lines.len() <= MOST_LINES).then_some(Label { lines, color: series.color, end: y - top })
}

/// Room that labels need right of the frame.
pub fn room(labels: &[Label]) -> f64 {
    let widest = labels.iter().flat_map(|label| &label.lines).map(|line| width(line, SMALL)).fold(0.0, f64::max);
    if labels.is_empty() { 0.0 } else { GAP + widest + 4.0 }
}

/// Heights of the middles of labels: at their curves' ends, or moved as little as keeps them apart and in the frame.
fn places(labels: &[Label], height: f64) -> Vec<f64> {
    let tall = |label: &Label| LINE * label.lines.len() as f64;
    let mut at: Vec<f64> = labels.iter().map(|label| label.end).collect();
    for _ in 0..400 {
        for k in 1..at.len() {
            let wanted = 0.5 * (tall(&labels[k - 1]) + tall(&labels[k]));
            let push = 0.5 * (wanted - (at[k] - at[k - 1])).max(0.0);
            at[k - 1] -= push;
            at[k] += push;
        }
        for (place, label) in at.iter_mut().zip(labels) {
            *place = place.clamp(0.5 * tall(label) - 8.0, height - 0.5 * tall(label) + 8.0);
        }
    }
    at
}

/// Draws labels right of the frame.
pub fn draw(svg: &mut Svg, labels: &[Label], frame: &Frame) {
    let [right, top] = [frame.corner[0] + frame.size[0], frame.corner[1]];
    for (label, at) in labels.iter().zip(places(labels, frame.size[1])) {
        let joint = [[right + 3.0, top + label.end], [right + 7.0, top + label.end], [right + GAP - 9.0, top + at]];
        svg.polyline(&joint, Style::stroke(label.color, 1.0).opacity(0.7));
        svg.line(joint[2], [right + GAP - 5.0, top + at], Style::stroke(label.color, 1.0).opacity(0.7));
        let first = top + at - 0.5 * LINE * (label.lines.len() - 1) as f64;
        for (k, line) in label.lines.iter().enumerate() {
            let place = [right + GAP, first + LINE * k as f64 + 4.6];
            svg.text(place, line, TextStyle::new(SMALL, label.color.dark()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::palette;

    #[test]
    fn prop_labels_keep_apart_and_in_the_frame() {
        let label = |end| Label { lines: vec!["one".into()], color: palette::RENYI, end };
        let labels = [0.0, 1.0, 2.0, 150.0, 299.0, 300.0].map(label);
        let at = places(&labels, 300.0);
        assert!(at.windows(2).all(|pair| pair[1] - pair[0] > LINE - 0.5), "{at:?}");
        assert!(at[0] > -1.0 && at[5] < 301.0 && (at[3] - 150.0).abs() < 1e-9, "{at:?}");
    }
}
