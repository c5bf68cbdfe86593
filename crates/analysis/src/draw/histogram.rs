//! Histograms of integer counts beside theory: bars for what was sampled, rings for exact probabilities, flags for means.

use super::axes::{Axis, Frame, nice_step};
use super::colors::{Color, palette};
use super::curves::FOOT;
use super::flags::{self, Flag};
use super::key::{self, Entry, Mark};
use super::page::{LABEL, MARGIN, Page, Words};
use super::style::{Style, TextStyle};
use super::svg::Svg;

const GAP: f64 = 28.0;

/// A vertical line at a number that theory or the sample gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Marker {
    /// Place on the count axis.
    pub value: f64,
    /// Text beside it, for instance "exact mean 6.279".
    pub label: String,
    /// Measured from the sample rather than exact.
    pub measured: bool,
}

impl Marker {
    /// A value from theory: a solid line.
    pub fn exact(value: f64, label: &str) -> Self {
        Self { value, label: label.to_owned(), measured: false }
    }

    /// A value from the sample: a dashed line with a diamond.
    pub fn measured(value: f64, label: &str) -> Self {
        Self { measured: true, ..Self::exact(value, label) }
    }
}

/// How often each count occurred.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    /// Name in the key; distributions of several panels that share name and colour share one entry.
    pub label: String,
    /// Colour of its bars.
    pub color: Color,
    /// Pairs of a count and how many times it occurred.
    pub counts: Vec<(u32, u64)>,
    /// Exact probabilities of counts, drawn as rings; may be empty.
    pub exact: Vec<(u32, f64)>,
    /// Means and other values of interest.
    pub markers: Vec<Marker>,
}

/// One panel of a histogram figure.
#[derive(Clone, Debug, PartialEq)]
pub struct HistogramPanel {
    /// Text above the panel; may be empty.
    pub title: String,
    /// Distributions side by side.
    pub distributions: Vec<Distribution>,
}

/// Histograms in a grid of panels that share their axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// What the figure shows.
    pub title: String,
    /// Parameters, in smaller type; may be empty.
    pub subtitle: String,
    /// What is counted.
    pub x_label: String,
    /// Panels per row, at least 1.
    pub columns: usize,
    /// Panels, row by row.
    pub panels: Vec<HistogramPanel>,
    /// Notes below the figure.
    pub caption: Option<String>,
}

impl Histogram {
    /// The figure as an SVG document.
    pub fn svg(&self, page: Page) -> String {
        let words = Words::new(&self.title, &self.subtitle, self.caption.as_deref(), page);
        let columns = self.columns.clamp(1, self.panels.len().max(1));
        let drawn: Vec<Drawn> = (0..self.panels.len()).map(|k| self.lay_out(k, columns, page.width())).collect();
        let key_room = 26.0;
        let row_height = |row: &[Drawn]| row.iter().map(Drawn::height).fold(0.0, f64::max);
        let end = words.top() + key_room + drawn.chunks(columns).map(row_height).sum::<f64>() - 14.0;
        let mut svg = Svg::page(page, end + words.bottom());
        words.draw(&mut svg, end);
        key::draw_row(&mut svg, &self.entries(), [page.width() / 2.0, words.top() + 6.0]);
        let mut top = words.top() + key_room;
        for row in drawn.chunks(columns) {
            let foot = top + row_height(row) - FOOT - 14.0;
            row.iter().enumerate().for_each(|(k, panel)| self.draw_panel(&mut svg, panel, [top, foot], k == 0));
            top += row_height(row);
        }
        svg.finish()
    }

    fn entries(&self) -> Vec<Entry> {
        let mut all: Vec<Entry> = Vec::new();
        for d in self.panels.iter().flat_map(|panel| &panel.distributions) {
            if !all.iter().any(|entry| entry.label == d.label && entry.color == d.color) {
                all.push(Entry::new(Mark::Bar, d.color, &d.label));
            }
        }
        if self.panels.iter().flat_map(|panel| &panel.distributions).any(|d| !d.exact.is_empty()) {
            all.push(Entry::new(Mark::Hollow, palette::INK, "exact probability"));
        }
        all
    }

    /// Both axes: whole counts with half a count to spare, and shares from zero.
    fn axes(&self, narrow: bool) -> (Axis, Axis) {
        let all = || self.panels.iter().flat_map(|panel| &panel.distributions);
        let counts =
            all().flat_map(|d| d.counts.iter().filter(|c| c.1 > 0).map(|c| c.0).chain(d.exact.iter().map(|e| e.0)));
        let (low, high) = counts.fold((u32::MAX, 0), |(a, b), count| (a.min(count), b.max(count)));
        let heights = all().flat_map(|d| shares(d).into_iter().chain(d.exact.iter().copied()));
        let top = 100.0 * heights.map(|share| share.1).fold(0.01, f64::max);
        let step = nice_step(top, if narrow { 3.0 } else { 6.0 });
        let x = Axis::linear(&self.x_label).range(f64::from(low.min(high)) - 0.6, f64::from(high) + 0.6);
        (x, Axis::linear("share of samples").range(0.0, (top / step).ceil() * step).percent())
    }

    fn lay_out(&self, index: usize, columns: usize, across: f64) -> Drawn {
        let narrow = columns > 1;
        let (x, y) = self.axes(narrow);
        let none = std::iter::empty;
        let (x_ticks, y_ticks): (f64, f64) = if narrow { (6.0, 3.0) } else { (12.0, 6.0) };
        // Counts are whole: never more ticks than counts.
        let x_ticks = x.range.map_or(x_ticks, |(low, high)| x_ticks.min((high - low).floor().max(1.0)));
        let (x, mut y) = (x.fit(none(), x_ticks), y.fit(none(), y_ticks));
        let room = Frame::left(&y, "share of samples");
        if !index.is_multiple_of(columns) {
            y.ticks.iter_mut().for_each(|tick| tick.1.clear());
        }
        let width = (across - 2.0 * MARGIN - room - GAP * (columns - 1) as f64) / columns as f64;
        let left = MARGIN + room + (index % columns) as f64 * (width + GAP);
        let frame = Frame { corner: [left, 0.0], size: [width, if narrow { 160.0 } else { 250.0 }], x, y };
        let flags: Vec<Flag> = self.panels[index].distributions.iter().flat_map(|d| flags_of(d, &frame)).collect();
        let rows = flags::rows(&flags, left, left + width);
        let title = if self.panels[index].title.is_empty() { 0.0 } else { LABEL + 12.0 };
        Drawn { index, above: title + flags::height(&rows), frame, flags, rows }
    }

    fn draw_panel(&self, svg: &mut Svg, drawn: &Drawn, [top, foot]: [f64; 2], first: bool) {
        let panel = &self.panels[drawn.index];
        let [left, height] = [drawn.frame.corner[0], drawn.frame.size[1]];
        let frame = drawn.frame.lowered(foot - height);
        svg.text([left, top + LABEL], &panel.title, TextStyle::new(LABEL, palette::INK).bold());
        frame.draw(svg, &self.x_label, if first { "share of samples" } else { "" });
        let slot = frame.at(1.0, 0.0)[0] - frame.at(0.0, 0.0)[0];
        let bar = (0.84 * slot / panel.distributions.len().max(1) as f64).min(38.0);
        for (k, d) in panel.distributions.iter().enumerate() {
            let shift = bar * (k as f64 - 0.5 * panel.distributions.len() as f64);
            for (count, share) in shares(d) {
                let [x, y] = frame.at(f64::from(count), 100.0 * share);
                svg.rect([x + shift + 0.5, y], [bar - 1.0, foot - y], Style::fill(d.color).opacity(0.75));
            }
            for &(count, share) in &d.exact {
                let [x, y] = frame.at(f64::from(count), 100.0 * share);
                let style = Style::fill(palette::PAPER).outlined(d.color.dark().dark(), 1.3);
                svg.circle([x + shift + bar / 2.0, y], 3.2, style);
            }
        }
        flags::draw(svg, &drawn.flags, &drawn.rows, foot - height, foot);
    }
}

/// A panel laid out: its frame, its flags, and the room they need above.
struct Drawn {
    index: usize,
    above: f64,
    frame: Frame,
    flags: Vec<Flag>,
    rows: Vec<(usize, bool)>,
}

impl Drawn {
    fn height(&self) -> f64 {
        self.above + self.frame.size[1] + FOOT + 14.0
    }
}

fn flags_of(d: &Distribution, frame: &Frame) -> Vec<Flag> {
    let flag = |m: &Marker| {
        let x = frame.at(m.value, 0.0)[0];
        Flag { x, label: m.label.clone(), color: d.color, measured: m.measured }
    };
    d.markers.iter().map(flag).collect()
}

/// Relative frequencies of the counts that occurred.
fn shares(d: &Distribution) -> Vec<(u32, f64)> {
    let total: u64 = d.counts.iter().map(|c| c.1).sum();
    d.counts.iter().filter(|c| c.1 > 0).map(|&(count, times)| (count, times as f64 / total as f64)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prop_shares_add_to_one() {
        let counts = vec![(3, 10), (4, 0), (5, 30)];
        let d = Distribution {
            label: String::new(),
            color: palette::RENYI,
            counts,
            exact: Vec::new(),
            markers: Vec::new(),
        };
        assert_eq!(shares(&d), [(3, 0.25), (5, 0.75)]);
    }

    #[test]
    fn prop_a_panel_without_data_has_finite_coordinates() {
        let panels = vec![HistogramPanel { title: String::new(), distributions: Vec::new() }];
        let (title, subtitle, x_label) = ("T".to_owned(), String::new(), "n".to_owned());
        let figure = Histogram { title, subtitle, x_label, columns: 3, panels, caption: None };
        let svg = figure.svg(Page::NEURIPS);
        assert!(svg.starts_with("<svg") && !svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
}
