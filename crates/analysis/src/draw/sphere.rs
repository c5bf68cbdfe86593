//! Trajectories on the sphere, seen from one side: colour is time, the far side is faint.
//!
//! The projection is orthographic, so the sphere is a true disc. Saved positions are joined along great circles.

use super::axes::Axis;
use super::colors::{palette, time_color};
use super::globe::{self, BUCKETS, Globe};
use super::key::{self, Entry, Mark};
use super::page::{LABEL, MARGIN, Page, SMALL, Words};
use super::projection::{Camera, View};
use super::style::{Anchor, Style, TextStyle};
use super::svg::Svg;
use libm::log;

/// Radius of a sphere relative to the width of its cell.
const RADIUS: f64 = 0.425;
/// Room for a panel's title and subtitle, and the name of the third axis, above its sphere.
const HEAD: f64 = 60.0;
/// Room below a sphere.
const TAIL: f64 = 26.0;
pub const BAR: [f64; 2] = [150.0, 9.0];

/// One sphere.
#[derive(Clone, Debug, PartialEq)]
pub struct SpherePanel {
    /// Text above, for instance "V = diag(1, 1, 0)".
    pub title: String,
    /// Smaller text below it, for instance "λ_{max} > 0, multiplicity 2"; may be empty.
    pub subtitle: String,
    /// For each token its unit vectors at the saved times.
    pub paths: Vec<Vec<[f64; 3]>>,
    /// Saved times, ascending, as many as positions in each path.
    pub times: Vec<f64>,
}

/// Spheres, two or three to a row, under one view and one colour scale of time.
#[derive(Clone, Debug, PartialEq)]
pub struct SphereTrajectories {
    /// What the figure shows.
    pub title: String,
    /// Parameters, in smaller type; may be empty.
    pub subtitle: String,
    /// Where the viewer stands.
    pub view: View,
    /// Spheres, in reading order.
    pub panels: Vec<SpherePanel>,
    /// Notes below the figure.
    pub caption: Option<String>,
}

impl SphereTrajectories {
    /// The figure as an SVG document.
    pub fn svg(&self, page: Page) -> String {
        let words = Words::new(&self.title, &self.subtitle, self.caption.as_deref(), page);
        let columns = if matches!(self.panels.len(), 1 | 2 | 4) { 2 } else { 3 };
        let width = (page.width() - 2.0 * MARGIN) / columns as f64;
        let height = HEAD + 2.0 * RADIUS * width + TAIL;
        let free_cell = !self.panels.len().is_multiple_of(columns);
        let grid_end = words.top() + height * self.panels.len().div_ceil(columns) as f64;
        let end = if free_cell { grid_end } else { grid_end + 44.0 };
        let mut svg = Svg::page(page, end + words.bottom());
        words.draw(&mut svg, end);
        let span = time_span(self.panels.iter().flat_map(|panel| &panel.times));
        let cell = |k: usize| [MARGIN + width * (k % columns) as f64, words.top() + height * (k / columns) as f64];
        for (k, panel) in self.panels.iter().enumerate() {
            self.draw_panel(&mut svg, panel, cell(k), width, span);
        }
        if free_cell {
            let [x, y] = cell(self.panels.len());
            let left = x + (width - BAR[0]) / 2.0;
            draw_bar(&mut svg, [left, y + HEAD + RADIUS * width - 36.0], span);
            key::draw_column(&mut svg, &entries(), [left, y + HEAD + RADIUS * width + 18.0]);
        } else {
            let left = (page.width() - BAR[0] - 60.0 - key::row_width(&entries())) / 2.0;
            draw_bar(&mut svg, [left, grid_end + 16.0], span);
            let middle = left + BAR[0] + 60.0 + key::row_width(&entries()) / 2.0;
            key::draw_row(&mut svg, &entries(), [middle, grid_end + 21.0]);
        }
        svg.finish()
    }

    fn draw_panel(&self, svg: &mut Svg, panel: &SpherePanel, [x, y]: [f64; 2], width: f64, span: (f64, f64)) {
        let centre = [x + width / 2.0, y + HEAD + RADIUS * width];
        let middle = |size, color| TextStyle::new(size, color).anchor(Anchor::Middle);
        svg.text([centre[0], y + 14.0], &panel.title, middle(LABEL, palette::INK).bold());
        svg.text([centre[0], y + 31.0], &panel.subtitle, middle(SMALL, palette::SOFT));
        let globe = Globe { camera: Camera::new(self.view), centre, radius: RADIUS * width, marks: 1.0, slack: 0.0 };
        let buckets: Vec<usize> = panel.times.iter().skip(1).map(|&t| bucket(t, span)).collect();
        let trails = globe.trails(&panel.paths, &buckets);
        globe.draw_ball(svg);
        for near in [false, true] {
            globe.draw_grid(svg, near);
            svg.group(if near { 1.0 } else { 0.4 }, |svg| {
                globe::draw_trails(svg, &trails[usize::from(near)], 1.2);
                globe.draw_ends(svg, &panel.paths, near);
            });
        }
        globe.draw_axes(svg);
        globe.draw_counts(svg, &panel.paths);
    }
}

/// The first positive and the last of some saved times.
pub fn time_span<'a>(times: impl Iterator<Item = &'a f64>) -> (f64, f64) {
    let positive = times.filter(|t| **t > 0.0);
    let (first, last) = positive.fold((f64::INFINITY, 0.0_f64), |(first, last), t| (t.min(first), t.max(last)));
    if first < last { (first, last) } else { (0.1, 1.0) }
}

/// The colour bucket of a moment: even steps in the logarithm of time.
pub fn bucket(time: f64, (first, last): (f64, f64)) -> usize {
    let share = if time > first { log(time / first) / log(last / first) } else { 0.0 };
    ((share * BUCKETS as f64).floor() as usize).min(BUCKETS - 1)
}

pub fn entries() -> [Entry; 2] {
    let start = Mark::Disc { radius: 2.2, rim: palette::RENYI, opacity: 1.0 };
    let end = Mark::Disc { radius: 3.6, rim: palette::INK, opacity: 1.0 };
    [Entry::new(start, palette::PAPER, "initial position"), Entry::new(end, palette::RED, "final position")]
}

pub fn draw_bar(svg: &mut Svg, [x, y]: [f64; 2], (first, last): (f64, f64)) {
    let piece = BAR[0] / BUCKETS as f64;
    for k in 0..BUCKETS {
        let style = Style::fill(time_color(k as f64 / (BUCKETS - 1) as f64));
        svg.rect([x + piece * k as f64, y], [piece + if k + 1 < BUCKETS { 0.4 } else { 0.0 }, BAR[1]], style);
    }
    let middle = TextStyle::new(SMALL, palette::SOFT).anchor(Anchor::Middle);
    let axis = Axis::log("").range(first, last).fit(std::iter::empty(), 4.0);
    for (place, label) in &axis.ticks {
        let at = x + BAR[0] * (place - axis.low) / (axis.high - axis.low);
        svg.line([at, y + BAR[1]], [at, y + BAR[1] + 4.0], Style::stroke(palette::AXIS, 1.0));
        svg.text([at, y + BAR[1] + 17.0], label, middle);
    }
    svg.text([x + BAR[0] / 2.0, y - 7.0], "time", TextStyle { fill: palette::INK, ..middle });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prop_buckets_are_even_in_log_time() {
        let span = (1.0, 1e4);
        assert_eq!([0.0, 1.0, 9.99, 10.01, 101.0, 1e4, 1e9].map(|t| bucket(t, span)), [0, 0, 3, 4, 8, 15, 15]);
    }

    #[test]
    fn stable_bytes() {
        let paths = vec![vec![[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]];
        let panel = SpherePanel { title: "V".into(), subtitle: String::new(), paths, times: vec![0.0, 1.0, 10.0] };
        let (title, subtitle, view) = ("T".to_owned(), String::new(), View::default());
        let figure = SphereTrajectories { title, subtitle, view, panels: vec![panel], caption: None };
        assert_eq!(figure.svg(Page::NEURIPS), figure.svg(Page::NEURIPS));
        assert!(!figure.svg(Page::NEURIPS).contains("NaN"));
    }
}
