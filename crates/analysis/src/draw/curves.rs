//! Curves with bands: one frame, several series, a key that stays clear of the data.

use super::axes::{Axis, Frame};
use super::colors::{Color, palette};
use super::direct::{self, Label};
use super::flags::{self, Flag};
use super::key::{self, Entry, Mark};
use super::page::{MARGIN, Page, Words};
use super::style::Style;
use super::svg::Svg;

const PLOT_HEIGHT: f64 = 310.0;
/// Room between the key and the sides of the frame.
const PAD: f64 = 12.0;
/// Radius of a dot.
const DOT: f64 = 1.4;
/// Room for tick labels and the label of the x axis.
pub const FOOT: f64 = 46.0;

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A solid line.
    Line,
    /// A dashed line.
    Dashed,
    /// Hollow circles, for published or reference points.
    Points,
    /// Small translucent discs, for many points.
    Dots,
    /// A vertical line at the first x, with the label at its top.
    VerticalLine,
}

/// One curve, set of points or vertical line.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Name in the key, or beside the line for a vertical one; an empty name stays out of the key.
    pub label: String,
    /// Colour of line and band.
    pub color: Color,
    /// How it is drawn.
    pub kind: Kind,
    /// Abscissae.
    pub x: Vec<f64>,
    /// Ordinates, as many as abscissae; not-a-number leaves a gap.
    pub y: Vec<f64>,
    /// Lower and upper edge of a band, as many as abscissae each.
    pub band: Option<(Vec<f64>, Vec<f64>)>,
}

impl Series {
    /// A series without band.
    pub fn new(label: &str, color: Color, kind: Kind, x: Vec<f64>, y: Vec<f64>) -> Self {
        Self { label: label.to_owned(), color, kind, x, y, band: None }
    }

    /// A labelled vertical line.
    pub fn vertical(label: &str, color: Color, x: f64) -> Self {
        Self::new(label, color, Kind::VerticalLine, vec![x], Vec::new())
    }

    /// The same with a band from `low` to `high`.
    pub fn band(self, low: Vec<f64>, high: Vec<f64>) -> Self {
        Self { band: Some((low, high)), ..self }
    }
}

/// Where the key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Legend {
    /// Names beside the ends of curves where these allow it; otherwise a key in the first corner free of data, or right of the
    /// frame.
    Auto,
    /// Inside, upper left.
    TopLeft,
    /// Inside, upper right.
    TopRight,
    /// Inside, lower left.
    BottomLeft,
    /// Inside, lower right.
    BottomRight,
    /// Right of the frame, as names beside the ends of curves where these allow it.
    Right,
}

/// A chart of curves over one pair of axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Curves {
    /// What the figure shows.
    pub title: String,
    /// Parameters, in smaller type; may be empty.
    pub subtitle: String,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// Series in drawing order; bands are drawn below all lines.
    pub series: Vec<Series>,
    /// Where the key stands.
    pub legend: Legend,
    /// Notes below the figure.
    pub caption: Option<String>,
}

impl Curves {
    /// The figure as an SVG document.
    pub fn svg(&self, page: Page) -> String {
        let words = Words::new(&self.title, &self.subtitle, self.caption.as_deref(), page);
        let across = page.width();
        let (labels, entries) = self.names(across);
        let mut frame = self.frame([0.0, 0.0], across - direct::room(&labels));
        let flags = self.flags(&frame);
        let rows = flags::rows(&flags, frame.corner[0], frame.corner[0] + frame.size[0]);
        let top = words.top() + flags::height(&rows);
        frame.corner[1] = top;
        let corner = self.corner(&frame, &entries).unwrap_or_else(|| {
            frame = self.frame([0.0, top], across - key::column_size(&entries)[0] - 20.0);
            [frame.corner[0] + frame.size[0] + 20.0, top]
        });
        let end = top + PLOT_HEIGHT + FOOT;
        let mut svg = Svg::page(page, end + words.bottom());
        words.draw(&mut svg, end);
        frame.draw(&mut svg, &self.x.label, &self.y.label);
        if !entries.is_empty() {
            key::draw_patch(&mut svg, &entries, corner, PAD + 1.0);
        }
        self.draw_data(&mut svg, &frame);
        flags::draw(&mut svg, &self.flags(&frame), &rows, top, top + PLOT_HEIGHT);
        key::draw_column(&mut svg, &entries, corner);
        direct::draw(&mut svg, &labels, &frame);
        svg.finish()
    }

    /// Names beside the curves where they fit, and the key of all others.
    fn names(&self, across: f64) -> (Vec<Label>, Vec<Entry>) {
        let free = matches!(self.legend, Legend::Auto | Legend::Right);
        let labels = if free { direct::labels(&self.series, &self.frame([0.0, 0.0], across)) } else { None };
        let Some(labels) = labels else { return (vec![], self.entries(|_| true)) };
        // A key that would have to stand outside as well takes more room than the labels save.
        let entries = self.entries(|series| !matches!(series.kind, Kind::Line | Kind::Dashed));
        let frame = self.frame([0.0, 0.0], across - direct::room(&labels));
        match self.corner(&frame, &entries) {
            None if !entries.is_empty() => (vec![], self.entries(|_| true)),
            _ => (labels, entries),
        }
    }

    /// The frame at a corner, on a page that ends at `right`.
    fn frame(&self, corner: [f64; 2], right: f64) -> Frame {
        let x = self.x.fit(self.series.iter().flat_map(|s| s.x.iter().copied()), 6.0);
        let bands = self.series.iter().filter_map(|s| s.band.as_ref()).flat_map(|(low, high)| low.iter().chain(high));
        let y = self.y.fit(self.series.iter().flat_map(|s| &s.y).chain(bands).copied(), 5.0);
        let left = MARGIN + Frame::left(&y, &self.y.label);
        Frame { corner: [left, corner[1]], size: [right - left - MARGIN - 12.0, PLOT_HEIGHT], x, y }
    }

    fn flags(&self, frame: &Frame) -> Vec<Flag> {
        let vertical = self.series.iter().filter(|s| s.kind == Kind::VerticalLine && !s.x.is_empty());
        let flag = |s: &Series| {
            let share = frame.x.share(s.x[0]);
            let x = frame.corner[0] + share * frame.size[0];
            let visible = (-1e-9..=1.0 + 1e-9).contains(&share);
            visible.then(|| Flag { x, label: s.label.clone(), color: s.color, measured: false })
        };
        vertical.filter_map(flag).collect()
    }

    fn entries(&self, keep: impl Fn(&Series) -> bool) -> Vec<Entry> {
        let entry = |s: &Series| {
            let mark = match s.kind {
                Kind::Line => Mark::Line { band: s.band.is_some() },
                Kind::Dashed => Mark::Dashed,
                Kind::Points => Mark::Hollow,
                Kind::Dots => Mark::Disc { radius: 3.0, rim: s.color, opacity: 0.8 },
                Kind::VerticalLine => return None,
            };
            (!s.label.is_empty()).then(|| Entry::new(mark, s.color, &s.label))
        };
        self.series.iter().filter(|s| keep(s)).filter_map(entry).collect()
    }

    /// Upper left corner of a key inside the frame, or nothing if it belongs outside.
    fn corner(&self, frame: &Frame, entries: &[Entry]) -> Option<[f64; 2]> {
        let size = key::column_size(entries);
        let (left, right) = (frame.corner[0] + PAD, frame.corner[0] + frame.size[0] - size[0] - PAD);
        let (top, foot) = (frame.corner[1] + PAD, frame.corner[1] + frame.size[1] - size[1] - PAD);
        match self.legend {
            Legend::TopLeft => Some([left, top]),
            Legend::TopRight => Some([right, top]),
            Legend::BottomLeft => Some([left, foot]),
            Legend::BottomRight => Some([right, foot]),
            Legend::Right if entries.is_empty() => Some([left, top]),
            Legend::Right => None,
            Legend::Auto => {
                let spans: Vec<_> = self.series.iter().flat_map(|s| spans(s, frame)).collect();
                let clear = |[x, y]: &[f64; 2]| {
                    let touches = |&(at, high, low): &(f64, f64, f64)| {
                        (x - PAD..=x + size[0] + PAD).contains(&at) && high <= y + size[1] + PAD && low >= y - PAD
                    };
                    !spans.iter().any(touches)
                };
                [[right, top], [left, top], [right, foot], [left, foot]].into_iter().find(clear)
            }
        }
    }

    fn draw_data(&self, svg: &mut Svg, frame: &Frame) {
        let [left, top] = frame.corner;
        let [w, h] = frame.size;
        svg.clip([left, top - 3.0], [w + 3.0, h + 3.0], |svg| {
            self.series.iter().for_each(|s| draw_band(svg, s, frame));
            self.series.iter().for_each(|s| draw_line(svg, s, frame));
        });
        for series in self.series.iter().filter(|s| matches!(s.kind, Kind::Points | Kind::Dots)) {
            let seen = |p: &[f64; 2]| (left..=left + w).contains(&p[0]) && (top - 1.0..=top + h + 1.0).contains(&p[1]);
            let (radius, style) = match series.kind {
                Kind::Dots => (DOT, Style::fill(series.color).opacity(0.5)),
                _ => (3.0, Style::fill(palette::PAPER).outlined(series.color, 1.2)),
            };
            for point in places(frame, &series.x, &series.y).into_iter().filter(seen) {
                svg.circle(point, radius, style);
            }
        }
    }
}

fn places(frame: &Frame, x: &[f64], y: &[f64]) -> Vec<[f64; 2]> {
    x.iter().zip(y).map(|(&x, &y)| frame.at(x, y)).collect()
}

fn draw_band(svg: &mut Svg, series: &Series, frame: &Frame) {
    let Some((low, high)) = &series.band else { return };
    let (low, mut high) = (places(frame, &series.x, low), places(frame, &series.x, high));
    let edge = Style::stroke(series.color, 0.75).opacity(0.45);
    svg.polyline(&low, edge);
    svg.polyline(&high, edge);
    high.reverse();
    let around: Vec<_> = low.into_iter().chain(high).filter(|p| p[0].is_finite() && p[1].is_finite()).collect();
    svg.polygon(&around, Style::fill(series.color).opacity(0.15));
}

fn draw_line(svg: &mut Svg, series: &Series, frame: &Frame) {
    let points = places(frame, &series.x, &series.y);
    match series.kind {
        Kind::Line => svg.polyline(&points, Style::stroke(series.color, 2.25)),
        Kind::Dashed => svg.polyline(&points, Style::stroke(series.color, 1.75).dashed(6.0, 4.0)),
        Kind::Points | Kind::Dots | Kind::VerticalLine => {}
    }
}

/// The vertical stretches of page that a series covers, as (x, upper end, lower end), dense along x.
fn spans(series: &Series, frame: &Frame) -> Vec<(f64, f64, f64)> {
    if series.kind == Kind::VerticalLine {
        let foot = frame.corner[1] + frame.size[1];
        return series
            .x
            .iter()
            .map(|&x| (frame.corner[0] + frame.x.share(x) * frame.size[0], frame.corner[1], foot))
            .collect();
    }
    let (low, high) = series.band.as_ref().map_or((&series.y, &series.y), |(low, high)| (low, high));
    let (low, high) = (places(frame, &series.x, low), places(frame, &series.x, high));
    let ends: Vec<_> = low.iter().zip(&high).map(|(l, h)| (l[0], h[1].min(l[1]), l[1].max(h[1]))).collect();
    let mut all = ends.clone();
    if !matches!(series.kind, Kind::Points | Kind::Dots) {
        for pair in ends.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let steps = ((b.0 - a.0).abs().max((b.1 - a.1).abs()) / 6.0).ceil().min(200.0) as u32;
            let mixed = |t: f64| (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1), a.2 + t * (b.2 - a.2));
            all.extend((1..steps).map(|k| mixed(f64::from(k) / f64::from(steps))));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(legend: Legend) -> Curves {
        let x: Vec<f64> = (0..50).map(f64::from).collect();
        let y: Vec<f64> = x.iter().map(|x| 90.0 - 60.0 / (1.0 + x)).collect();
        let band = (y.iter().map(|y| y - 5.0).collect(), y.iter().map(|y| y + 5.0).collect());
        let series = vec![Series { band: Some(band), ..Series::new("Rényi", palette::RENYI, Kind::Line, x, y) }];
        let (x, y) = (Axis::linear("Time"), Axis::linear("Coverage").range(0.0, 100.0).percent());
        Curves { title: "T".into(), subtitle: String::new(), x, y, series, legend, caption: None }
    }

    #[test]
    fn stable_bytes() {
        assert_eq!(chart(Legend::Auto).svg(Page::NEURIPS), chart(Legend::Auto).svg(Page::NEURIPS));
    }

    #[test]
    fn prop_auto_key_avoids_the_curve() {
        let chart = chart(Legend::Auto);
        let frame = chart.frame([0.0, 100.0], 720.0);
        let corner = chart.corner(&frame, &chart.entries(|_| true));
        assert!(corner.is_some_and(|[_, y]| y > frame.corner[1] + frame.size[1] / 2.0), "{corner:?}");
    }
}
