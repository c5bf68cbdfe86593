//! A run that moves: tokens on the circle or the sphere, the time, and the number of clusters so far.
//!
//! [`Moving::picture`] is one picture; smil.rs makes an SVG of all that animates itself.

use super::axes::decade;
use super::colors::{Color, palette};
use super::globe::Globe;
use super::page::{LABEL, MARGIN, SMALL, TITLE};
use super::projection::{Camera, View};
use super::style::{Anchor, Style, TextStyle};
use super::svg::{Svg, num, polyline_data};
use super::text::wrap;
use libm::{atan2, cos, log10, sin, sqrt};
use std::collections::{BTreeMap, BTreeSet};
use std::f64::consts::TAU;

/// The size of the page.
pub(super) const SIZE: [f64; 2] = [800.0, 520.0];
pub(super) const CENTRE: [f64; 2] = [256.0, 296.0];
pub(super) const RADIUS: f64 = 186.0;
/// The chart's corner and size.
pub(super) const CHART: [f64; 4] = [560.0, 236.0, 212.0, 200.0];
/// Pictures that a trail lasts, and how far inward it goes on the circle.
const TRAIL: usize = 24;
const INWARD: f64 = 0.4;

/// Colours of clusters, by number.
pub mod moving_color {
    use super::palette;

    /// How many are told apart.
    pub const COUNT: usize = palette::CLUSTERS.len();
    /// Of all others.
    pub const PASSING: usize = COUNT;
}

pub(super) fn color(index: usize) -> Color {
    palette::CLUSTERS.get(index).copied().unwrap_or(palette::PASSING)
}

/// One moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// The time.
    pub time: f64,
    /// The number of clusters.
    pub clusters: u32,
    /// Unit vectors; the third coordinate is 0 on the circle.
    pub tokens: Vec<[f64; 3]>,
    /// The colour of every token's cluster, see [`moving_color`].
    pub colors: Vec<usize>,
}

/// A run, moment by moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Moving {
    /// What it shows.
    pub title: String,
    /// Parameters, in smaller type.
    pub subtitle: String,
    /// On the circle, and not on the sphere.
    pub circle: bool,
    /// Moments with as many tokens each; at least one.
    pub moments: Vec<Moment>,
    /// Rényi centres that are not strong.
    pub renyi: Vec<usize>,
    /// Strong Rényi centres.
    pub strong: Vec<usize>,
    /// How long it lasts.
    pub seconds: f64,
}

impl Moving {
    /// One picture.
    pub fn picture(&self, at: usize) -> String {
        let mut svg = self.page();
        let moment = &self.moments[at];
        self.draw_trails(&mut svg, at);
        for near in self.sides() {
            let mut order: Vec<usize> =
                (0..moment.tokens.len()).filter(|k| self.is_near(moment.tokens[*k]) == near).collect();
            order.sort_by_key(|k| std::cmp::Reverse((moment.colors[*k], *k)));
            svg.group(if near { 1.0 } else { 0.35 }, |svg| {
                self.draw_masses(svg, moment, near);
                for k in order {
                    svg.circle(self.place(moment.tokens[k]), self.token_radius(), Style::fill(color(moment.colors[k])));
                }
                self.draw_centers(svg, moment, near);
            });
        }
        self.draw_clock(&mut svg, at);
        let [x, y] = self.chart_place(at);
        svg.line([x, CHART[1]], [x, CHART[1] + CHART[3]], Style::stroke(palette::RENYI, 1.2));
        svg.circle([x, y], 4.0, Style::fill(palette::INK).outlined(palette::PAPER, 1.2));
        svg.finish()
    }

    /// What is the same at every moment.
    pub(super) fn page(&self) -> Svg {
        let mut svg = Svg::new(SIZE[0], SIZE[1]);
        let title = wrap(&self.title, 1.05 * TITLE, SIZE[0] - 2.0 * MARGIN).into_iter().next().unwrap_or_default();
        let subtitle = wrap(&self.subtitle, LABEL, SIZE[0] - 2.0 * MARGIN).into_iter().next().unwrap_or_default();
        svg.text([MARGIN, 38.0], &title, TextStyle::new(TITLE, palette::INK).bold());
        svg.text([MARGIN, 60.0], &subtitle, TextStyle::new(LABEL, palette::SOFT));
        if self.circle {
            svg.circle(CENTRE, RADIUS, Style::stroke(palette::AXIS, 0.8));
        } else {
            let globe = globe();
            globe.draw_ball(&mut svg);
            [false, true].into_iter().for_each(|near| globe.draw_grid(&mut svg, near));
            globe.draw_axes(&mut svg);
        }
        self.draw_chart(&mut svg);
        svg
    }

    fn sides(&self) -> Vec<bool> {
        if self.circle { vec![true] } else { vec![false, true] }
    }

    pub(super) fn is_near(&self, token: [f64; 3]) -> bool {
        self.circle || globe().camera.see(token)[2] >= 0.0
    }

    pub(super) fn place(&self, token: [f64; 3]) -> [f64; 2] {
        let [x, y] = if self.circle {
            [token[0], token[1]]
        } else {
            let [x, y, _] = globe().camera.see(token);
            [x, y]
        };
        [CENTRE[0] + RADIUS * x, CENTRE[1] - RADIUS * y]
    }

    pub(super) fn token_radius(&self) -> f64 {
        (50.0 / sqrt(self.moments[0].tokens.len() as f64)).clamp(1.4, 4.2)
    }

    /// The ways of the last pictures; on the circle they lead inward into the past.
    fn draw_trails(&self, svg: &mut Svg, at: usize) {
        let first = at.saturating_sub(TRAIL);
        let mut paths = BTreeSet::new();
        for k in 0..self.moments[at].tokens.len() {
            let side = |near: bool| polyline_data(&self.trail(k, first, at, near));
            for near in self.sides() {
                paths.insert((near, std::cmp::Reverse(self.moments[at].colors[k]), side(near)));
            }
        }
        for (near, index, data) in paths {
            svg.path(&data, Style::stroke(color(index.0), 0.9).opacity(if near { 0.4 } else { 0.15 }));
        }
    }

    /// The way of a token from a picture to another on one side of the sphere; points of the other are not numbers.
    fn trail(&self, k: usize, first: usize, last: usize, near: bool) -> Vec<[f64; 2]> {
        let mut points = vec![];
        for at in first..=last {
            let token = self.moments[at].tokens[k];
            if !self.circle {
                points.push(if self.is_near(token) == near { self.place(token) } else { [f64::NAN; 2] });
                continue;
            }
            let angle = |at: usize| atan2(self.moments[at].tokens[k][1], self.moments[at].tokens[k][0]);
            let (from, to) = (angle(at.max(first + 1) - 1), angle(at));
            let way = libm::remainder(to - from, TAU);
            let pieces = (libm::fabs(way) / 0.12).ceil().max(1.0) as u32;
            for piece in 1..=pieces {
                let share = f64::from(piece) / f64::from(pieces);
                let age = (last as f64 - at as f64 + 1.0 - share) / TRAIL as f64;
                let (inward, angle) = (1.0 - INWARD * age.min(1.0), from + share * way);
                points.push(self.place([inward * cos(angle), inward * sin(angle), 0.0]));
            }
        }
        points
    }

    /// Pale discs where three tokens or more are at one place, with areas that grow with their number.
    fn draw_masses(&self, svg: &mut Svg, moment: &Moment, near: bool) {
        let mut groups: BTreeMap<[i64; 2], (usize, usize, [f64; 2])> = BTreeMap::new();
        for (k, token) in moment.tokens.iter().enumerate().filter(|(_, token)| self.is_near(**token) == near) {
            let place = self.place(*token);
            let group = groups.entry(place.map(|c| libm::round(c / 4.0) as i64)).or_insert((0, k, place));
            group.0 += 1;
        }
        for (count, k, place) in groups.into_values().filter(|group| group.0 > 2) {
            let radius = 4.0 + 16.0 * sqrt(count as f64 / moment.tokens.len() as f64);
            svg.circle(place, radius, Style::fill(color(moment.colors[k])).opacity(0.28));
        }
    }

    fn draw_centers(&self, svg: &mut Svg, moment: &Moment, near: bool) {
        let style = Style::stroke(palette::INK, 1.4);
        let shown = |k: &&usize| self.is_near(moment.tokens[**k]) == near;
        for k in self.renyi.iter().filter(shown) {
            svg.circle(self.place(moment.tokens[*k]), 6.5, style);
        }
        for k in self.strong.iter().filter(shown) {
            svg.polygon(&diamond(self.place(moment.tokens[*k])), style);
        }
    }

    pub(super) fn draw_clock(&self, svg: &mut Svg, at: usize) {
        let big = TextStyle::new(26.0, palette::INK).bold();
        svg.text([CHART[0] - 32.0, 130.0], &format!("t = {}", time_text(self.moments[at].time)), big);
        let count = self.moments[at].clusters;
        let words = if count == 1 { "1 cluster".to_owned() } else { format!("{count} clusters") };
        svg.text([CHART[0] - 32.0, 162.0], &words, TextStyle::new(18.0, palette::SOFT));
    }

    /// Where a moment is in the chart: evenly spaced across, the logarithm of clusters upwards.
    pub(super) fn chart_place(&self, at: usize) -> [f64; 2] {
        let [x, y, w, h] = CHART;
        let most = self.moments.iter().map(|moment| moment.clusters).max().unwrap_or(1).max(2);
        let across = at as f64 / (self.moments.len() - 1).max(1) as f64;
        let up = log10(f64::from(self.moments[at].clusters)) / log10(f64::from(most) * 1.05);
        [x + w * across, y + h * (1.0 - up)]
    }

    fn draw_chart(&self, svg: &mut Svg) {
        let [x, y, w, h] = CHART;
        let most = f64::from(self.moments.iter().map(|moment| moment.clusters).max().unwrap_or(1).max(2));
        svg.text([x - 32.0, y - 14.0], "number of clusters", TextStyle::new(SMALL, palette::SOFT));
        let right = TextStyle::new(SMALL, palette::SOFT).anchor(Anchor::End);
        for tick in [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0] {
            if tick <= most {
                let level = y + h * (1.0 - log10(tick) / log10(most * 1.05));
                svg.line([x, level], [x + w, level], Style::stroke(palette::GRID, 1.0));
                svg.text([x - 8.0, level + 4.0], &num(tick), right);
            }
        }
        let mut points: Vec<[f64; 2]> = vec![];
        for at in 0..self.moments.len() {
            let [x, y] = self.chart_place(at);
            points.extend(points.last().map(|before| [x, before[1]]));
            points.push([x, y]);
        }
        svg.polyline(&points, Style::stroke(palette::INK, 1.8));
        svg.line([x, y + h], [x + w, y + h], Style::stroke(palette::AXIS, 1.0));
        self.draw_times(svg);
    }

    /// Powers of ten below the chart, at most six of them, and 0 where it begins there.
    fn draw_times(&self, svg: &mut Svg) {
        let [x, y, w, h] = CHART;
        let middle = TextStyle::new(SMALL, palette::SOFT).anchor(Anchor::Middle);
        let mut label = |share: f64, text: &str| {
            let place = x + w * share;
            svg.line([place, y + h], [place, y + h + 5.0], Style::stroke(palette::AXIS, 1.0));
            svg.text([place, y + h + 20.0], text, middle);
        };
        let ticks = self.decades();
        if self.moments[0].time == 0.0 && ticks.first().is_none_or(|tick| tick.0 > 0.1) {
            label(0.0, "0");
        }
        ticks.iter().for_each(|(share, exponent)| label(*share, &decade(*exponent)));
        svg.text([x + w / 2.0, y + h + 40.0], "time", middle);
    }

    /// Powers of ten among the times: where they are, as a share of the chart's width, and their exponents.
    fn decades(&self) -> Vec<(f64, i32)> {
        let times: Vec<f64> = self.moments.iter().map(|moment| moment.time).collect();
        let last = times.len() - 1;
        let first = times.iter().position(|time| *time > 0.0).unwrap_or(last);
        if first == last {
            return vec![];
        }
        let (low, high) = (log10(times[first]) - 1e-9, log10(times[last]) + 1e-9);
        let step = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0].into_iter().find(|step| high - low < 5.0 * step).unwrap_or(100.0);
        let from = libm::ceil(low / step) as i32;
        let wanted = (from..).map(|k| step * f64::from(k)).take_while(|exponent| *exponent < high);
        let place = |exponent: f64| {
            let at = (first..last).rfind(|at| log10(times[*at]) - 1e-9 <= exponent).unwrap_or(first);
            let (a, b) = (log10(times[at]), log10(times[at + 1]));
            ((at as f64 + ((exponent - a) / (b - a)).clamp(0.0, 1.0)) / last as f64, exponent as i32)
        };
        wanted.map(place).collect()
    }
}

fn globe() -> Globe {
    Globe { camera: Camera::new(View::default()), centre: CENTRE, radius: RADIUS, marks: 1.0, slack: 0.0 }
}

pub(super) fn diamond([x, y]: [f64; 2]) -> [[f64; 2]; 4] {
    [0.0, 1.0, 2.0, 3.0].map(|turn| [x + 8.0 * cos(turn * TAU / 4.0), y + 8.0 * sin(turn * TAU / 4.0)])
}

/// A time of three digits: 0, 12.6, 3.16 × 10^{12}.
fn time_text(time: f64) -> String {
    if time == 0.0 || (0.01..999.5).contains(&time) {
        let digits = if time < 1.0 { 3 } else { (2.0 - libm::floor(log10(time.max(1.0)))).max(0.0) as usize };
        let text = format!("{time:.digits$}");
        return if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text };
    }
    let mut exponent = libm::floor(log10(time));
    let mut head = num(time / libm::exp10(exponent));
    if head == "10" {
        (head, exponent) = ("1".to_owned(), exponent + 1.0);
    }
    if head == "1" { decade(exponent as i32) } else { format!("{head} × {}", decade(exponent as i32)) }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn moving(circle: bool) -> Moving {
        let moment = |at: usize| {
            let angle = at as f64 * 0.3;
            let (s, c) = (sin(angle), cos(angle));
            let tokens = vec![[1.0, 0.0, 0.0], if circle { [c, s, 0.0] } else { [c, 0.6 * s, 0.8 * s] }];
            Moment { time: at as f64, clusters: 2 - u32::from(at > 2), tokens, colors: vec![0, moving_color::PASSING] }
        };
        let moments = (0..5).map(moment).collect();
        let (title, subtitle) = ("A < B".to_owned(), "n = 2".to_owned());
        Moving { title, subtitle, circle, moments, renyi: vec![1], strong: vec![0], seconds: 4.0 }
    }

    #[test]
    fn stable_pictures() {
        for circle in [true, false] {
            let moving = moving(circle);
            assert_eq!(moving.picture(3), moving.picture(3));
            assert_ne!(moving.picture(3), moving.picture(2));
            assert!(!moving.picture(4).contains("NaN") && moving.picture(4).contains("t = 4"));
        }
    }

    #[test]
    fn prop_powers_of_ten_stand_where_they_are() {
        let mut moving = moving(true);
        // 0, then 0.1 to 1e30 in even steps of the logarithm.
        let time = |at: usize| if at == 0 { 0.0 } else { libm::exp10(-1.0 + 31.0 * (at as f64 - 1.0) / 62.0) };
        moving.moments = (0..64).map(|at| Moment { time: time(at), ..moving.moments[0].clone() }).collect();
        let found = moving.decades();
        assert_eq!(found.iter().map(|tick| tick.1).collect::<Vec<_>>(), [0, 10, 20, 30]);
        let places = [3.0, 23.0, 43.0, 63.0].map(|at| at / 63.0);
        assert!(found.iter().zip(places).all(|(tick, place)| (tick.0 - place).abs() < 1e-9), "{found:?}");
        moving.moments.truncate(1);
        assert_eq!(moving.decades(), []);
    }

    #[test]
    fn regress_times_in_words() {
        let words = [0.0, 0.1, 1.0, 2.345, 12.64, 150.0, 1e3, 3.162e12, 9.999e39, 1e40].map(time_text);
        let wanted = ["0", "0.1", "1", "2.35", "12.6", "150", "10³", "3.16 × 10¹²", "10⁴⁰", "10⁴⁰"];
        assert_eq!(words, wanted);
    }
}
