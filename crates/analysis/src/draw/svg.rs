//! A small SVG writer: shapes, text, groups and clips appended to a string.
//!
//! Coordinates are user units with y pointing down, written with at most two decimals. Points that are not finite break
//! a polyline instead of spoiling it.

use super::colors::palette;
use super::page::{PER_INCH, Page};
use super::style::{Anchor, Style, TextStyle};
use super::text::{Level, SCRIPT, runs};
use crate::html::escape;
use std::fmt::Write;

/// Font families of every text, ours first.
const FAMILY: &str = "Inter, Helvetica, Arial, sans-serif";

/// An SVG document under construction.
#[derive(Clone, Debug)]
pub struct Svg {
    width: f64,
    height: f64,
    /// What is cut from each side.
    cut: f64,
    /// What a unit is on paper; where it is not said, a pixel.
    points: Option<f64>,
    body: String,
    defs: String,
    ids: usize,
}

impl Svg {
    /// An empty picture of the given size in pixels.
    pub fn new(width: f64, height: f64) -> Self {
        Self { width, height, cut: 0.0, points: None, body: String::new(), defs: String::new(), ids: 0 }
    }

    /// An empty page as wide as a column of text, of the given height in units.
    pub fn page(page: Page, height: f64) -> Self {
        Self { cut: page.cut(), points: Some(72.0 / PER_INCH), ..Self::new(page.width(), height) }
    }

    /// The finished document.
    pub fn finish(self) -> String {
        let size = [self.width, self.height].map(|length| length - 2.0 * self.cut);
        let ([w, h], cut) = (size.map(num), num(self.cut));
        let [across, down] = size.map(|length| match self.points {
            Some(points) => format!("{}pt", num(points * length)),
            None => num(length),
        });
        let defs = if self.defs.is_empty() { String::new() } else { format!("<defs>\n{}</defs>\n", self.defs) };
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{across}\" height=\"{down}\" \
             viewBox=\"{cut} {cut} {w} {h}\" font-family=\"{FAMILY}\">\n{defs}\
             <rect x=\"{cut}\" y=\"{cut}\" width=\"{w}\" height=\"{h}\" fill=\"{}\"/>\n{}</svg>\n",
            palette::PAPER,
            self.body
        )
    }

    /// A straight line.
    pub fn line(&mut self, from: [f64; 2], to: [f64; 2], style: Style) {
        self.path(&polyline_data(&[from, to]), style);
    }

    /// A path from its data attribute; nothing if that is empty.
    pub fn path(&mut self, data: &str, style: Style) {
        if !data.is_empty() {
            self.push(&format!("<path d=\"{data}\"{} stroke-linejoin=\"round\"/>", style.attributes()));
        }
    }

    /// A polyline through points.
    pub fn polyline(&mut self, points: &[[f64; 2]], style: Style) {
        self.path(&polyline_data(points), style);
    }

    /// A closed polygon.
    pub fn polygon(&mut self, points: &[[f64; 2]], style: Style) {
        let data = polyline_data(points);
        self.path(&if data.is_empty() { data } else { format!("{data}Z") }, style);
    }

    /// A circle.
    pub fn circle(&mut self, centre: [f64; 2], radius: f64, style: Style) {
        let [x, y] = centre.map(num);
        self.push(&format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{}\"{}/>", num(radius), style.attributes()));
    }

    /// A rectangle from its upper left corner and size.
    pub fn rect(&mut self, corner: [f64; 2], size: [f64; 2], style: Style) {
        let ([x, y], [w, h]) = (corner.map(num), size.map(num));
        let attributes = style.attributes();
        self.push(&format!("<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\"{attributes}/>"));
    }

    /// One line of text whose baseline passes through the point; understands `_{...}` and `^{...}`.
    pub fn text(&mut self, at: [f64; 2], text: &str, style: TextStyle) {
        let [x, y] = at.map(num);
        let mut attributes = format!(" font-size=\"{}\" fill=\"{}\"", num(style.size), style.fill);
        match style.anchor {
            Anchor::Start => {}
            Anchor::Middle => attributes.push_str(" text-anchor=\"middle\""),
            Anchor::End => attributes.push_str(" text-anchor=\"end\""),
        }
        if style.bold {
            attributes.push_str(" font-weight=\"600\"");
        }
        if style.halo {
            let _ = write!(attributes, " stroke=\"{}\" stroke-width=\"3\" paint-order=\"stroke\"", palette::PAPER);
            attributes.push_str(" stroke-linejoin=\"round\"");
        }
        if style.rotation != 0.0 {
            let _ = write!(attributes, " transform=\"rotate({} {x} {y})\"", num(style.rotation));
        }
        self.push(&format!("<text x=\"{x}\" y=\"{y}\"{attributes}>{}</text>", spans(text, style.size)));
    }

    /// Everything `draw` adds, as one group at the given opacity.
    pub fn group(&mut self, opacity: f64, draw: impl FnOnce(&mut Self)) {
        self.push(&format!("<g opacity=\"{}\">", num(opacity)));
        draw(self);
        self.push("</g>");
    }

    /// Everything `draw` adds, as one group with an animation.
    pub(super) fn moving_group(&mut self, animation: &str, draw: impl FnOnce(&mut Self)) {
        self.push(&format!("<g opacity=\"0\">{animation}"));
        draw(self);
        self.push("</g>");
    }

    /// An element as it is.
    pub(super) fn raw(&mut self, element: &str) {
        self.push(element);
    }

    /// Everything `draw` adds, cut to a rectangle.
    pub fn clip(&mut self, corner: [f64; 2], size: [f64; 2], draw: impl FnOnce(&mut Self)) {
        let id = self.id();
        let ([x, y], [w, h]) = (corner.map(num), size.map(num));
        let shape = format!("<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\"/>");
        let _ = writeln!(self.defs, "<clipPath id=\"{id}\">{shape}</clipPath>");
        self.push(&format!("<g clip-path=\"url(#{id})\">"));
        draw(self);
        self.push("</g>");
    }

    fn id(&mut self) -> String {
        self.ids += 1;
        format!("d{}", self.ids)
    }

    fn push(&mut self, element: &str) {
        self.body.push_str(element);
        self.body.push('\n');
    }
}

/// A number with at most two decimals, without trailing zeros and without a negative zero.
pub fn num(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Path data through points, broken where a point is not finite; pieces of a single point are dropped.
pub fn polyline_data(points: &[[f64; 2]]) -> String {
    let mut data = String::new();
    for piece in points.split(|p| !(p[0].is_finite() && p[1].is_finite())).filter(|piece| piece.len() > 1) {
        for (k, [x, y]) in piece.iter().enumerate() {
            let _ = write!(data, "{}{} {}", if k == 0 { "M" } else { "L" }, num(*x), num(*y));
        }
    }
    data
}

fn spans(text: &str, size: f64) -> String {
    let mut markup = String::new();
    let mut lowered = 0.0;
    for (level, run) in runs(text) {
        let (shift, scale) = match level {
            Level::Base => (0.0, 1.0),
            Level::Sub => (0.2, SCRIPT),
            Level::Super => (-0.36, SCRIPT),
        };
        if level == Level::Base && lowered == 0.0 {
            markup.push_str(&escape(run));
        } else {
            let (dy, font) = (num((shift - lowered) * size), num(scale * size));
            let _ = write!(markup, "<tspan dy=\"{dy}\" font-size=\"{font}\">{}</tspan>", escape(run));
        }
        lowered = shift;
    }
    markup
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_numbers() {
        assert_eq!([1.0, 0.126, -0.001, 1e3, 2.5].map(num), ["1", "0.13", "0", "1000", "2.5"]);
    }

    #[test]
    fn prop_text_is_escaped() {
        let mut svg = Svg::new(10.0, 10.0);
        svg.text([0.0, 0.0], "a < b & \"c\"_{i>j}", TextStyle::new(10.0, palette::INK));
        let text = svg.finish();
        assert!(text.contains("a &lt; b &amp; &quot;c&quot;<tspan"));
        assert!(text.contains("i&gt;j</tspan>"));
    }

    #[test]
    fn prop_gaps_break_polylines() {
        let points = [[0.0, 0.0], [1.0, 1.0], [f64::NAN, 0.0], [5.0, 5.0], [f64::NAN, 0.0], [2.0, 2.0], [3.0, 3.0]];
        assert_eq!(polyline_data(&points), "M0 0L1 1M2 2L3 3");
    }
}
