//! Snapshots of tokens on the circle: a row of moments, with the centres that were chosen at the start.
//!
//! Coincident tokens are one disc whose size grows with their number, and once the tokens have gathered into few
//! clusters each carries its count outside the circle. Grouping here is by what the eye can part (a fraction of a unit
//! of the page), for drawing only; it is not a definition of a cluster.

use super::colors::palette;
use super::key::{self, Entry, Mark};
use super::page::{MARGIN, Page, SMALL, TITLE, Words};
use super::style::{Anchor, Style, TextStyle};
use super::svg::Svg;
use libm::{atan2, cos, sin};
use std::f64::consts::TAU;

const COLUMNS: usize = 3;
/// Radius of a circle relative to the width of its cell.
const RADIUS: f64 = 0.34;
/// Tokens closer than this, in radians, are drawn as one disc.
const TOUCHING: f64 = 0.004;
/// Tokens closer than this are counted together.
const TOGETHER: f64 = 0.04;
/// Smallest angle between two count labels.
const LABEL_APART: f64 = 0.2;

/// One moment.
#[derive(Clone, Debug, PartialEq)]
pub struct CirclePanel {
    /// Text in the middle, for instance "t = 75".
    pub label: String,
    /// Smaller text below it, for instance "14 clusters"; may be empty.
    pub note: String,
    /// Positions of the tokens on the unit circle, in token order.
    pub tokens: Vec<[f64; 2]>,
    /// Indices of the Rényi centres.
    pub renyi: Vec<u32>,
    /// Indices of the strong Rényi centres, a part of `renyi`.
    pub strong: Vec<u32>,
}

/// Moments of one run on the circle, three to a row.
#[derive(Clone, Debug, PartialEq)]
pub struct CircleSnapshots {
    /// What the figure shows.
    pub title: String,
    /// Parameters, in smaller type; may be empty.
    pub subtitle: String,
    /// Initial positions of the tokens; each centre's is marked outside the circle. Empty for no marks.
    pub start: Vec<[f64; 2]>,
    /// Moments, in reading order.
    pub panels: Vec<CirclePanel>,
    /// Notes below the figure.
    pub caption: Option<String>,
}

impl CircleSnapshots {
    /// The figure as an SVG document.
    pub fn svg(&self, page: Page) -> String {
        let words = Words::new(&self.title, &self.subtitle, self.caption.as_deref(), page);
        let rows = self.panels.len().div_ceil(COLUMNS);
        let cell = (page.width() - 2.0 * MARGIN) / COLUMNS as f64;
        let grid_end = words.top() + cell * rows as f64;
        let end = grid_end + 30.0;
        let mut svg = Svg::page(page, end + words.bottom());
        words.draw(&mut svg, end);
        for (k, panel) in self.panels.iter().enumerate() {
            let (column, row) = ((k % COLUMNS) as f64, (k / COLUMNS) as f64);
            let centre = [MARGIN + cell * (column + 0.5), words.top() + cell * (row + 0.5)];
            self.draw_panel(&mut svg, panel, Ring { centre, radius: RADIUS * cell });
        }
        key::draw_row(&mut svg, &entries(!self.start.is_empty()), [page.width() / 2.0, grid_end + 18.0]);
        svg.finish()
    }

    fn draw_panel(&self, svg: &mut Svg, panel: &CirclePanel, ring: Ring) {
        svg.circle(ring.centre, ring.radius, Style::stroke(palette::AXIS.mix(palette::PAPER, 0.4), 0.75));
        let angles: Vec<f64> = panel.tokens.iter().map(|&[x, y]| atan2(y, x)).collect();
        for group in groups(&angles, TOUCHING) {
            let radius = 2.3 + 0.8 * ((group.count - 1) as f64).sqrt();
            let style = Style::fill(palette::PASSING).outlined(palette::SOFT, 0.5).opacity(0.6);
            svg.circle(ring.at(0.0, group.angle), radius, style);
        }
        let counted = groups(&angles, TOGETHER);
        if 8 * counted.len() <= angles.len() {
            draw_counts(svg, &counted, ring);
        }
        self.draw_centres(svg, panel, ring);
        let middle = |size, color| TextStyle::new(size, color).anchor(Anchor::Middle);
        let lift = if panel.note.is_empty() { 6.0 } else { 0.0 };
        let [x, y] = ring.centre;
        svg.text([x, y + lift], &panel.label, middle(TITLE - 2.0, palette::INK).bold());
        svg.text([x, y + 18.0], &panel.note, middle(SMALL, palette::SOFT));
    }

    fn draw_centres(&self, svg: &mut Svg, panel: &CirclePanel, ring: Ring) {
        let others = panel.renyi.iter().filter(|index| !panel.strong.contains(index));
        let marked = others.map(|&k| (k, false)).chain(panel.strong.iter().map(|&k| (k, true)));
        for (index, strong) in marked {
            let color = if strong { palette::STRONG } else { palette::RENYI };
            if let Some(&[x, y]) = self.start.get(index as usize) {
                let angle = atan2(y, x);
                let ends = (ring.at(9.5, angle), ring.at(15.0, angle));
                svg.line(ends.0, ends.1, Style::stroke(color, 1.6).opacity(0.55));
            }
            if let Some(&[x, y]) = panel.tokens.get(index as usize) {
                let style = Style::fill(color).outlined(palette::PAPER, 0.9);
                let [x, y] = ring.at(0.0, atan2(y, x));
                match strong {
                    true => svg.circle([x, y], 3.9, style),
                    false => svg.polygon(&key::diamond([x, y], 5.0), style),
                }
            }
        }
    }
}

fn entries(marks: bool) -> Vec<Entry> {
    let disc = |radius| Mark::Disc { radius, rim: palette::PAPER, opacity: 1.0 };
    let token = Mark::Disc { radius: 3.2, rim: palette::SOFT, opacity: 0.6 };
    let mut all = vec![
        Entry::new(token, palette::PASSING, "token"),
        Entry::new(disc(4.2), palette::STRONG, "strong Rényi centre"),
        Entry::new(Mark::Diamond, palette::RENYI, "other Rényi centre"),
    ];
    if marks {
        all.push(Entry::new(Mark::Tick, palette::AXIS, "where a centre started"));
    }
    all
}

/// A circle on the page.
#[derive(Clone, Copy)]
struct Ring {
    centre: [f64; 2],
    radius: f64,
}

impl Ring {
    /// The place at an angle, so far outside the circle.
    fn at(&self, outside: f64, angle: f64) -> [f64; 2] {
        let radius = self.radius + outside;
        [self.centre[0] + radius * cos(angle), self.centre[1] - radius * sin(angle)]
    }
}

fn draw_counts(svg: &mut Svg, counted: &[Group], ring: Ring) {
    let mut shown: Vec<Group> = counted.iter().copied().filter(|group| group.count > 1).collect();
    spread(&mut shown);
    for group in shown {
        let [x, y] = ring.at(25.0, group.angle);
        let style = TextStyle::new(SMALL, palette::SOFT).anchor(Anchor::Middle);
        svg.text([x, y + 4.0], &group.count.to_string(), style);
    }
}

/// Tokens drawn or counted together: their mean angle and number.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Group {
    angle: f64,
    count: usize,
}

/// Groups angles so that neighbours closer than `gap` share a group, round the whole circle.
fn groups(angles: &[f64], gap: f64) -> Vec<Group> {
    let mut sorted: Vec<f64> = angles.iter().copied().filter(|angle| angle.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    // Start after a gap, so that no group straddles the seam at ±π.
    let n = sorted.len();
    let before = |k: usize| if k == 0 { sorted[n - 1] - TAU } else { sorted[k - 1] };
    let first = (0..n).find(|&k| sorted[k] - before(k) > gap).unwrap_or(0);
    let unrolled = (first..n).map(|k| sorted[k]).chain((0..first).map(|k| sorted[k] + TAU));
    let mut members: Vec<Vec<f64>> = Vec::new();
    for angle in unrolled {
        match members.last_mut() {
            Some(group) if group.last().is_some_and(|last| angle - last <= gap) => group.push(angle),
            _ => members.push(vec![angle]),
        }
    }
    let mean = |group: &Vec<f64>| group.iter().sum::<f64>() / group.len() as f64;
    members.iter().map(|group| Group { angle: mean(group), count: group.len() }).collect()
}

/// Pushes labels apart along the circle until none is closer than the smallest readable angle.
fn spread(labels: &mut [Group]) {
    let n = labels.len();
    for _ in 0..200 {
        let mut moved = false;
        for k in 0..n {
            let next = (k + 1) % n;
            let gap = labels[next].angle - labels[k].angle + if next == 0 { TAU } else { 0.0 };
            if n > 1 && gap < LABEL_APART - 1e-6 {
                labels[k].angle -= (LABEL_APART - gap) / 2.0;
                labels[next].angle += (LABEL_APART - gap) / 2.0;
                moved = true;
            }
        }
        if !moved {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prop_groups_cross_the_seam() {
        let found = groups(&[TAU / 2.0 - 0.001, 0.001 - TAU / 2.0, 0.0, 0.001, 1.0], 0.01);
        let counts: Vec<usize> = found.iter().map(|group| group.count).collect();
        assert_eq!(counts, [2, 1, 2]);
        assert_eq!(groups(&[], 0.01), []);
    }

    #[test]
    fn prop_labels_are_spread() {
        let mut labels: Vec<Group> = [0.0, 0.05, 0.1, 3.0].map(|angle| Group { angle, count: 2 }).to_vec();
        spread(&mut labels);
        assert!(labels.windows(2).all(|pair| pair[1].angle - pair[0].angle > LABEL_APART - 1e-3));
    }
}
