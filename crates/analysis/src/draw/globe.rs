//! One sphere of a trajectory figure: ball, grid, trails, start and end marks.

use super::colors::{Color, palette, time_color};
use super::page::SMALL;
use super::projection::{Camera, arc, simplify, split, thin};
use super::style::{Anchor, Style, TextStyle};
use super::svg::{Svg, polyline_data};
use libm::{cos, sin};
use std::f64::consts::PI;

/// Number of colours of time.
pub const BUCKETS: usize = 16;
/// Longest piece of a drawn arc, in radians.
const STEP: f64 = 0.04;
/// Points closer than this on the page are dropped.
const APART: f64 = 0.3;
/// The same where paths are simplified.
const WIDE_APART: f64 = 0.5;
/// Final positions closer than this in space are counted together.
const TOGETHER: f64 = 0.01;

/// Nested discs that shade the ball.
const SHADES: u32 = 24;
/// Colour of the ball at its rim.
const RIM: Color = Color(0xe0, 0xe5, 0xed);

/// A sphere on the page.
#[derive(Clone, Copy, Debug)]
pub struct Globe {
    pub camera: Camera,
    pub centre: [f64; 2],
    pub radius: f64,
    /// Size of marks and of their labels.
    pub marks: f64,
    /// How far a drawn path may be from the true one, on the page. 0 draws every point; else steps of more than a
    /// quarter turn are left out as well, since nobody knows where they went.
    pub slack: f64,
}

/// Path data of one side of the sphere, by colour bucket.
pub type Trails = [String; BUCKETS];

impl Globe {
    fn place(&self, [right, up]: [f64; 2]) -> [f64; 2] {
        [self.centre[0] + self.radius * right, self.centre[1] - self.radius * up]
    }

    /// Path data of all trajectories on the far and the near side; `buckets[k]` colours the step from time k to k + 1.
    pub fn trails(&self, paths: &[Vec<[f64; 3]>], buckets: &[usize]) -> [Trails; 2] {
        let mut trails = [Trails::default(), Trails::default()];
        for path in paths.iter().filter(|path| !path.is_empty()) {
            let mut seen = vec![self.camera.see(path[0])];
            let mut colours = Vec::new();
            for (pair, &bucket) in path.windows(2).zip(buckets) {
                if self.slack > 0.0 && (0..3).map(|k| pair[0][k] * pair[1][k]).sum::<f64>() < 0.0 {
                    self.add(&mut trails, &seen, &colours);
                    seen = vec![self.camera.see(pair[1])];
                    colours.clear();
                    continue;
                }
                let points = arc(pair[0], pair[1], STEP);
                colours.extend(std::iter::repeat_n(bucket, points.len()));
                seen.extend(points.iter().map(|&p| self.camera.see(p)));
            }
            self.add(&mut trails, &seen, &colours);
        }
        trails
    }

    /// Adds the path data of one unbroken stretch, as seen.
    fn add(&self, trails: &mut [Trails; 2], seen: &[[f64; 3]], colours: &[usize]) {
        for run in split(seen, colours) {
            let points: Vec<_> = run.points.iter().map(|&p| self.place(p)).collect();
            let points =
                if self.slack > 0.0 { simplify(&thin(&points, WIDE_APART), self.slack) } else { thin(&points, APART) };
            trails[usize::from(run.near)][run.bucket].push_str(&polyline_data(&points));
        }
    }

    /// The shaded ball and its outline.
    pub fn draw_ball(&self, svg: &mut Svg) {
        // Nested discs instead of a gradient, which PDF converters misplace; steps of one grey level do not show.
        for k in 0..SHADES {
            let inward = f64::from(k) / f64::from(SHADES);
            let centre = self.place([-0.28 * inward, 0.4 * inward]);
            let light = inward * (2.0 - inward);
            svg.circle(centre, self.radius * (1.0 - inward), Style::fill(RIM.mix(palette::PAPER, light)));
        }
        svg.circle(self.centre, self.radius, Style::stroke(Color(0xb9, 0xc0, 0xcc), 0.75));
    }

    /// Meridians and parallels every 30 degrees on one side, the equator a little stronger.
    pub fn draw_grid(&self, svg: &mut Svg, near: bool) {
        let opacity = if near { 0.8 } else { 0.35 };
        let style = |width| Style::stroke(Color(0xc3, 0xca, 0xd6), width).opacity(opacity);
        let turn = |k: u32| 2.0 * PI * f64::from(k) / 72.0;
        let mut hairlines = String::new();
        for k in 0..6 {
            let (s, c) = (sin(PI * f64::from(k) / 6.0), cos(PI * f64::from(k) / 6.0));
            let meridian = |j: u32| [c * cos(turn(j)), s * cos(turn(j)), sin(turn(j))];
            hairlines.push_str(&self.side(meridian, near));
        }
        for height in [-60.0, -30.0, 30.0, 60.0] {
            let (s, c) = (sin(PI * height / 180.0), cos(PI * height / 180.0));
            hairlines.push_str(&self.side(|j| [c * cos(turn(j)), c * sin(turn(j)), s], near));
        }
        svg.path(&hairlines, style(0.5));
        svg.path(&self.side(|j| [cos(turn(j)), sin(turn(j)), 0.0], near), style(1.0));
    }

    /// The equator and two meridians on one side, for small spheres.
    pub fn draw_equator(&self, svg: &mut Svg, near: bool) {
        let style = Style::stroke(Color(0xc3, 0xca, 0xd6), 0.5).opacity(if near { 0.8 } else { 0.35 });
        let turn = |k: u32| 2.0 * PI * f64::from(k) / 72.0;
        let mut lines = self.side(|j| [cos(turn(j)), sin(turn(j)), 0.0], near);
        lines.push_str(&self.side(|j| [cos(turn(j)), 0.0, sin(turn(j))], near));
        lines.push_str(&self.side(|j| [0.0, cos(turn(j)), sin(turn(j))], near));
        svg.path(&lines, style);
    }

    /// Path data of the near or far part of a closed curve of 72 points.
    fn side(&self, curve: impl Fn(u32) -> [f64; 3], near: bool) -> String {
        let seen: Vec<_> = (0..=72).map(|j| self.camera.see(curve(j))).collect();
        let runs = split(&seen, &[0; 72]);
        let data = |points: &[[f64; 2]]| polyline_data(&points.iter().map(|&p| self.place(p)).collect::<Vec<_>>());
        runs.iter().filter(|run| run.near == near).map(|run| data(&run.points)).collect()
    }

    /// Start rings and final dots on one side, final ones on top.
    pub fn draw_ends(&self, svg: &mut Svg, paths: &[Vec<[f64; 3]>], near: bool) {
        let seen = |point: Option<&[f64; 3]>| point.map(|&p| self.camera.see(p)).filter(|p| (p[2] >= 0.0) == near);
        for [x, y, _] in paths.iter().filter_map(|path| seen(path.first())) {
            let style = Style::fill(palette::PAPER).outlined(palette::RENYI, 0.9 * self.marks);
            svg.circle(self.place([x, y]), 2.2 * self.marks, style);
        }
        for [x, y, _] in paths.iter().filter_map(|path| seen(path.last())) {
            let style = Style::fill(palette::RED).outlined(palette::INK, 0.9 * self.marks);
            svg.circle(self.place([x, y]), 3.3 * self.marks, style);
        }
    }

    /// Stubs of the three coordinate axes outside the ball, named where they come forward.
    pub fn draw_axes(&self, svg: &mut Svg) {
        for (k, name) in ["e_{1}", "e_{2}", "e_{3}"].iter().enumerate() {
            let [x, y, depth] = self.camera.see([0, 1, 2].map(|j| f64::from(u8::from(j == k))));
            let at = |beyond: f64| self.place([x, y].map(|c| c * (1.0 + beyond / self.radius)));
            if depth > 0.0 {
                svg.line(at(0.0), at(13.0), Style::stroke(palette::AXIS, 1.0));
                let [x, y] = at(23.0);
                let style = TextStyle::new(SMALL - 1.0, palette::SOFT).anchor(Anchor::Middle).halo();
                svg.text([x, y + 4.0], name, style);
            }
        }
    }

    /// How many tokens ended together, beside each final position shared by at least three.
    pub fn draw_counts(&self, svg: &mut Svg, paths: &[Vec<[f64; 3]>]) {
        let mut groups: Vec<([f64; 3], usize)> = Vec::new();
        for &end in paths.iter().filter_map(|path| path.last()) {
            let close =
                |p: &[f64; 3]| (0..3).map(|k| (p[k] - end[k]) * (p[k] - end[k])).sum::<f64>() < TOGETHER * TOGETHER;
            match groups.iter_mut().find(|group| close(&group.0)) {
                Some(group) => group.1 += 1,
                None => groups.push((end, 1)),
            }
        }
        for (point, count) in groups.into_iter().filter(|group| group.1 > 2) {
            let [x, y, _] = self.camera.see(point);
            let [px, py] = self.place([x, y]);
            let dx = 7.0 * self.marks;
            let (dx, anchor) = if x < 0.0 { (-dx, Anchor::End) } else { (dx, Anchor::Start) };
            let size = (SMALL - 1.0) * self.marks.max(0.9);
            let style = TextStyle::new(size, palette::RED.dark()).anchor(anchor).bold().halo();
            svg.text([px + dx, py - 5.0 * self.marks], &format!("{count}"), style);
        }
    }
}

/// Draws trails of one side, early times first.
pub fn draw_trails(svg: &mut Svg, trails: &Trails, width: f64) {
    for (k, data) in trails.iter().enumerate() {
        let color = time_color(k as f64 / (BUCKETS - 1) as f64);
        svg.path(data, Style::stroke(color, width).opacity(0.85));
    }
}

#[cfg(test)]
mod tests {
    use super::super::projection::View;
    use super::*;

    #[test]
    fn prop_trails_split_by_side_and_colour() {
        let globe = Globe {
            camera: Camera::new(View { azimuth: 0.0, elevation: 0.0 }),
            centre: [0.0; 2],
            radius: 100.0,
            marks: 1.0,
            slack: 0.0,
        };
        let path = vec![[1.0, 0.0, 0.0], [0.6, 0.8, 0.0], [-0.6, 0.8, 0.0]];
        let [far, near] = globe.trails(&[path], &[0, 3]);
        assert!(!near[0].is_empty() && !near[3].is_empty() && !far[3].is_empty());
        assert!(far[0].is_empty());
    }

    #[test]
    fn prop_leaps_are_left_out_of_simplified_paths() {
        let view = View { azimuth: 0.0, elevation: 0.0 };
        let globe = |slack| Globe { camera: Camera::new(view), centre: [0.0; 2], radius: 100.0, marks: 1.0, slack };
        let path = vec![[0.6, 0.8, 0.0], [0.8, 0.6, 0.0], [0.28, -0.96, 0.0], [0.6, -0.8, 0.0]];
        let [_, whole] = globe(0.0).trails(std::slice::from_ref(&path), &[0, 1, 2]);
        let [_, broken] = globe(0.1).trails(&[path], &[0, 1, 2]);
        assert!([0, 1, 2].iter().all(|k| !whole[*k].is_empty()));
        assert!(!broken[0].is_empty() && broken[1].is_empty() && !broken[2].is_empty());
    }
}
