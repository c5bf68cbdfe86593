//! The atlas: one page of spheres, a row for every model and a column for every start.
//!
//! The spheres are those of [`SphereTrajectories`](super::SphereTrajectories), smaller; below each is what was found.

use super::colors::{Color, palette};
use super::globe::{self, Globe};
use super::key::{self, Entry, Mark};
use super::page::{LABEL, MARGIN, Page, SMALL, Words};
use super::projection::{Camera, View};
use super::sphere::{BAR, bucket, draw_bar, entries, time_span};
use super::style::{Anchor, Style, TextStyle};
use super::svg::Svg;
use super::text::{width, wrap};

/// Room for what a row is about.
const HEADER: f64 = 178.0;
/// Radius of a sphere relative to the width of its cell.
const RADIUS: f64 = 0.43;
/// Room above and below a sphere.
const ABOVE: f64 = 20.0;
const BELOW: f64 = 34.0;
const LINE: f64 = 17.0;
/// Height of a row of the key.
const KEY_ROW: f64 = 22.0;
/// Size of marks beside those of larger spheres.
const MARKS: f64 = 0.75;
/// How far drawn paths may be from the true ones.
const SLACK: f64 = 0.2;

/// How what was found stands to what theory predicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The predicted configuration.
    AsPredicted,
    /// Another one.
    Other,
    /// None yet.
    Undecided,
    /// Theory predicts nothing.
    NoPrediction,
}

impl Verdict {
    const ALL: [Self; 4] = [Self::AsPredicted, Self::Other, Self::Undecided, Self::NoPrediction];

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::AsPredicted => "as predicted",
            Self::Other => "not as predicted",
            Self::Undecided => "undecided at the end",
            Self::NoPrediction => "no prediction",
        }
    }

    /// Fill and rim of its mark: they differ in lightness and in being filled, not in hue alone.
    fn mark(self) -> (Color, Color) {
        match self {
            Self::AsPredicted => (palette::RENYI, palette::RENYI),
            Self::Other => (palette::RED, palette::INK),
            Self::Undecided => (palette::PAPER, palette::RENYI),
            Self::NoPrediction => (palette::GRID, palette::AXIS),
        }
    }

    fn entry(self) -> Entry {
        let (fill, rim) = self.mark();
        Entry::new(Mark::Disc { radius: 4.0, rim, opacity: 1.0 }, fill, self.name())
    }
}

/// One sphere.
#[derive(Clone, Debug, PartialEq)]
pub struct AtlasPanel {
    /// For each token its unit vectors at the saved times.
    pub paths: Vec<Vec<[f64; 3]>>,
    /// Saved times, ascending, as many as positions in each path.
    pub times: Vec<f64>,
    /// What the final state is.
    pub found: String,
    /// Whether that is what theory predicts.
    pub verdict: Verdict,
}

/// Spheres of one model, a start each.
#[derive(Clone, Debug, PartialEq)]
pub struct AtlasRow {
    /// The model.
    pub title: String,
    /// What is to be said of it, a paragraph each.
    pub notes: Vec<String>,
    /// In the order of starts.
    pub panels: Vec<AtlasPanel>,
}

/// The page.
#[derive(Clone, Debug, PartialEq)]
pub struct Atlas {
    /// What the figure shows.
    pub title: String,
    /// Parameters, in smaller type; may be empty.
    pub subtitle: String,
    /// Where the viewer stands.
    pub view: View,
    /// In reading order.
    pub rows: Vec<AtlasRow>,
    /// Notes below the figure.
    pub caption: Option<String>,
}

impl Atlas {
    /// The figure as an SVG document.
    pub fn svg(&self, page: Page) -> String {
        let words = Words::new(&self.title, &self.subtitle, self.caption.as_deref(), page);
        let columns = self.rows.iter().map(|row| row.panels.len()).max().unwrap_or(1).max(1);
        let cell = (page.width() - 2.0 * MARGIN - HEADER) / columns as f64;
        let height = ABOVE + 2.0 * RADIUS * cell + BELOW;
        let grid_end = words.top() + LINE + height * self.rows.len() as f64;
        let end = grid_end + 62.0 + KEY_ROW * key_rows(page.width()).len() as f64;
        let mut svg = Svg::page(page, end + words.bottom());
        words.draw(&mut svg, end);
        let span = time_span(self.rows.iter().flat_map(|row| &row.panels).flat_map(|panel| &panel.times));
        let left = MARGIN + HEADER;
        for column in 0..columns {
            let at = [left + cell * (column as f64 + 0.5), words.top() + 8.0];
            let style = TextStyle::new(LABEL, palette::SOFT).anchor(Anchor::Middle);
            svg.text(at, &format!("start {}", column + 1), style);
        }
        for (k, row) in self.rows.iter().enumerate() {
            let y = words.top() + LINE + height * k as f64;
            svg.line([MARGIN, y], [page.width() - MARGIN, y], Style::stroke(palette::GRID, 0.75));
            draw_header(&mut svg, row, [MARGIN, y + ABOVE + 12.0]);
            for (column, panel) in row.panels.iter().enumerate() {
                let centre = [left + cell * (column as f64 + 0.5), y + ABOVE + RADIUS * cell];
                let globe =
                    Globe { camera: Camera::new(self.view), centre, radius: RADIUS * cell, marks: MARKS, slack: SLACK };
                draw_panel(&mut svg, &globe, panel, span);
            }
        }
        draw_keys(&mut svg, grid_end, page.width(), span);
        let centre = [MARGIN + 0.3 * HEADER, grid_end + 46.0];
        draw_compass(
            &mut svg,
            Globe { camera: Camera::new(self.view), centre, radius: 26.0, marks: MARKS, slack: SLACK },
        );
        svg.finish()
    }
}

fn draw_header(svg: &mut Svg, row: &AtlasRow, [x, mut y]: [f64; 2]) {
    let limit = HEADER - 14.0;
    for line in wrap(&row.title, 1.05 * LABEL, limit) {
        svg.text([x, y], &line, TextStyle::new(LABEL, palette::INK).bold());
        y += LINE + 1.0;
    }
    for note in &row.notes {
        y += 3.0;
        for line in wrap(note, SMALL, limit) {
            svg.text([x, y], &line, TextStyle::new(SMALL, palette::SOFT));
            y += LINE - 1.0;
        }
    }
}

fn draw_panel(svg: &mut Svg, globe: &Globe, panel: &AtlasPanel, span: (f64, f64)) {
    let buckets: Vec<usize> = panel.times.iter().skip(1).map(|&t| bucket(t, span)).collect();
    let trails = globe.trails(&panel.paths, &buckets);
    globe.draw_ball(svg);
    for near in [false, true] {
        globe.draw_equator(svg, near);
        svg.group(if near { 1.0 } else { 0.4 }, |svg| {
            globe::draw_trails(svg, &trails[usize::from(near)], 1.0);
            globe.draw_ends(svg, &panel.paths, near);
        });
    }
    globe.draw_counts(svg, &panel.paths);
    let [x, y] = [globe.centre[0], globe.centre[1] + globe.radius + 18.0];
    let (fill, rim) = panel.verdict.mark();
    let left = x - (width(&panel.found, SMALL) + 13.0) / 2.0;
    svg.circle([left + 4.0, y - 4.0], 4.0, Style::fill(fill).outlined(rim, 0.9));
    svg.text([left + 13.0, y], &panel.found, TextStyle::new(SMALL, palette::INK));
}

/// Where the axes are.
fn draw_compass(svg: &mut Svg, globe: Globe) {
    globe.draw_ball(svg);
    globe.draw_equator(svg, false);
    globe.draw_equator(svg, true);
    globe.draw_axes(svg);
}

/// The key of verdicts, in one row right of the compass or in two.
fn key_rows(across: f64) -> Vec<Vec<Entry>> {
    let all = Verdict::ALL.map(Verdict::entry);
    let fits = key::row_width(&all) < across - 2.0 * MARGIN - 0.65 * HEADER;
    all.chunks(if fits { all.len() } else { 2 }).map(<[Entry]>::to_vec).collect()
}

/// The colours of time with the marks of positions, and below them the marks of verdicts.
fn draw_keys(svg: &mut Svg, y: f64, across: f64, span: (f64, f64)) {
    let total = BAR[0] + 60.0 + key::row_width(&entries());
    let middle = MARGIN + HEADER + (across - 2.0 * MARGIN - HEADER) / 2.0;
    let left = middle - total / 2.0;
    draw_bar(svg, [left, y + 18.0], span);
    key::draw_row(svg, &entries(), [left + total - key::row_width(&entries()) / 2.0, y + 23.0]);
    for (k, row) in key_rows(across).iter().enumerate() {
        key::draw_row(svg, row, [across - MARGIN - key::row_width(row) / 2.0, y + 68.0 + KEY_ROW * k as f64]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(verdict: Verdict) -> String {
        let paths = vec![vec![[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]];
        let panel = AtlasPanel { paths, times: vec![0.0, 1.0, 10.0], found: "one point".into(), verdict };
        let row = AtlasRow { title: "V = I".into(), notes: vec!["a note".into()], panels: vec![panel.clone(), panel] };
        let (title, subtitle, view) = ("T".to_owned(), String::new(), View::default());
        Atlas { title, subtitle, view, rows: vec![row.clone(), row], caption: None }.svg(Page::NEURIPS)
    }

    #[test]
    fn stable_bytes() {
        assert_eq!(page(Verdict::Other), page(Verdict::Other));
        assert!(!page(Verdict::Other).contains("NaN"));
    }

    #[test]
    fn prop_every_verdict_has_a_mark_of_its_own() {
        let pages = Verdict::ALL.map(page);
        assert!((0..4).all(|k| (0..k).all(|j| pages[j] != pages[k])));
        assert!(Verdict::ALL.iter().all(|verdict| pages[0].contains(verdict.name())), "the key has all");
        assert_eq!(pages[0].matches(">one point<").count(), 4);
    }
}
