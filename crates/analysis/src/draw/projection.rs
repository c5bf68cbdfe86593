//! Looking at the sphere: an orthographic camera, great-circle arcs, and paths split into near and far sides.

use libm::{acos, cos, sin};

/// A direction to look from; the sphere's third axis stays upright.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// Angle of the viewer round the third axis, in degrees from the first axis towards the second.
    pub azimuth: f64,
    /// Angle of the viewer above the equator, in degrees.
    pub elevation: f64,
}

impl Default for View {
    fn default() -> Self {
        Self { azimuth: 38.0, elevation: 22.0 }
    }
}

/// A point seen: right and up on the picture plane, and depth towards the viewer.
pub type Seen = [f64; 3];

/// The rotation of a view, worked out once.
#[derive(Clone, Copy, Debug)]
pub struct Camera {
    rows: [[f64; 3]; 3],
}

impl Camera {
    /// The camera of a view.
    pub fn new(view: View) -> Self {
        let radians = |degrees: f64| degrees * std::f64::consts::PI / 180.0;
        let (az, el) = (radians(view.azimuth), radians(view.elevation));
        let (sa, ca, se, ce) = (sin(az), cos(az), sin(el), cos(el));
        Self { rows: [[-sa, ca, 0.0], [-se * ca, -se * sa, ce], [ce * ca, ce * sa, se]] }
    }

    /// A point of space as seen; the near side has positive depth.
    pub fn see(&self, point: [f64; 3]) -> Seen {
        self.rows.map(|row| dot(row, point))
    }
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// Points of the great-circle arc after `a` up to and including `b`, at most `step` radians apart.
pub fn arc(a: [f64; 3], b: [f64; 3], step: f64) -> Vec<[f64; 3]> {
    let angle = acos(dot(a, b).clamp(-1.0, 1.0));
    let pieces = (angle / step).ceil() as u32;
    let sine = sin(angle);
    if pieces < 2 || sine < 1e-9 {
        return vec![b];
    }
    let at = |t: f64| {
        let (u, v) = (sin((1.0 - t) * angle) / sine, sin(t * angle) / sine);
        [0, 1, 2].map(|k| u * a[k] + v * b[k])
    };
    (1..pieces).map(|k| at(f64::from(k) / f64::from(pieces))).chain([b]).collect()
}

/// A stretch of path of one bucket on one side of the sphere, as seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Colour bucket.
    pub bucket: usize,
    /// On the near side.
    pub near: bool,
    /// Points in the picture plane; neighbouring runs share their end points.
    pub points: Vec<[f64; 2]>,
}

/// Splits a seen path into runs of one bucket and one side; `buckets[k]` belongs to the step from point k to k + 1.
pub fn split(path: &[Seen], buckets: &[usize]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut push = |bucket: usize, near: bool, from: [f64; 2], to: [f64; 2]| match runs.last_mut() {
        Some(run) if run.bucket == bucket && run.near == near => run.points.push(to),
        _ => runs.push(Run { bucket, near, points: vec![from, to] }),
    };
    for (pair, &bucket) in path.windows(2).zip(buckets) {
        let (a, b) = (pair[0], pair[1]);
        let (from, to) = ([a[0], a[1]], [b[0], b[1]]);
        if (a[2] >= 0.0) == (b[2] >= 0.0) {
            push(bucket, a[2] >= 0.0, from, to);
        } else {
            let t = a[2] / (a[2] - b[2]);
            let rim = [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
            push(bucket, a[2] >= 0.0, from, rim);
            push(bucket, b[2] >= 0.0, rim, to);
        }
    }
    runs
}

/// Drops points nearer than `apart` to the last one kept; both ends stay.
pub fn thin(points: &[[f64; 2]], apart: f64) -> Vec<[f64; 2]> {
    let far = |a: [f64; 2], b: [f64; 2]| {
        let (dx, dy) = (a[0] - b[0], a[1] - b[1]);
        dx * dx + dy * dy >= apart * apart
    };
    let mut kept: Vec<[f64; 2]> = Vec::new();
    for (k, &point) in points.iter().enumerate() {
        if kept.last().is_none_or(|&last| far(last, point)) {
            kept.push(point);
        } else if k + 1 == points.len() && kept.len() > 1 {
            kept.pop();
            kept.push(point);
        }
    }
    kept
}

/// Leaves out points that the lines between the kept ones pass within `slack` of (Ramer, Douglas & Peucker).
pub fn simplify(points: &[[f64; 2]], slack: f64) -> Vec<[f64; 2]> {
    let mut kept = vec![false; points.len()];
    let mut open = vec![(0, points.len().saturating_sub(1))];
    while let Some((first, last)) = open.pop() {
        for end in [first, last] {
            kept.get_mut(end).into_iter().for_each(|kept| *kept = true);
        }
        let farthest = (first + 1..last).map(|k| (off(points[k], points[first], points[last]), k));
        if let Some((distance, k)) = farthest.max_by(|a, b| a.0.total_cmp(&b.0))
            && distance > slack
        {
            open.extend([(first, k), (k, last)]);
        }
    }
    points.iter().zip(kept).filter(|(_, kept)| *kept).map(|(point, _)| *point).collect()
}

/// The distance of a point from a line segment.
fn off(point: [f64; 2], from: [f64; 2], to: [f64; 2]) -> f64 {
    let ([x, y], [u, v]) = ([point[0] - from[0], point[1] - from[1]], [to[0] - from[0], to[1] - from[1]]);
    let square = u * u + v * v;
    let along = if square > 0.0 { ((x * u + y * v) / square).clamp(0.0, 1.0) } else { 0.0 };
    let (dx, dy) = (x - along * u, y - along * v);
    (dx * dx + dy * dy).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prop_camera_is_a_rotation() {
        let camera = Camera::new(View::default());
        for (i, a) in camera.rows.iter().enumerate() {
            for (j, b) in camera.rows.iter().enumerate() {
                assert!((dot(*a, *b) - f64::from(u8::from(i == j))).abs() < 1e-15);
            }
        }
        let front = Camera::new(View { azimuth: 0.0, elevation: 0.0 });
        assert_eq!(front.see([1.0, 0.0, 0.0]), [0.0, 0.0, 1.0]);
        assert_eq!(front.see([0.0, 1.0, 0.0]), [1.0, 0.0, 0.0]);
    }

    #[test]
    fn prop_arcs_stay_on_the_sphere() {
        let points = arc([1.0, 0.0, 0.0], [0.0, 0.6, 0.8], 0.1);
        assert_eq!(points.len(), 16);
        assert!(points.iter().all(|p| (dot(*p, *p) - 1.0).abs() < 1e-12));
        assert_eq!(points.last(), Some(&[0.0, 0.6, 0.8]));
        assert_eq!(arc([1.0, 0.0, 0.0], [1.0, 0.0, 0.0], 0.1), [[1.0, 0.0, 0.0]]);
    }

    #[test]
    fn prop_sides_meet_at_the_rim() {
        let path = [[0.0, 0.0, 1.0], [0.8, 0.0, 0.6], [0.8, 0.0, -0.6], [0.0, 0.0, -1.0]];
        let runs = split(&path, &[0, 0, 0]);
        assert_eq!(runs.len(), 2);
        assert_eq!((runs[0].near, runs[1].near), (true, false));
        assert_eq!(runs[0].points.last(), runs[1].points.first());
        assert_eq!(split(&path, &[0, 1, 1]).len(), 3);
    }

    #[test]
    fn prop_simplified_paths_stay_within_their_slack() {
        let points: Vec<[f64; 2]> =
            (0..=200).map(|k| 0.03 * f64::from(k)).map(|a| [60.0 * cos(a), 40.0 * sin(2.0 * a)]).collect();
        let kept = simplify(&points, 0.2);
        assert!(kept.len() < 80 && kept.first() == points.first() && kept.last() == points.last());
        let nearest = |p: &[f64; 2]| kept.windows(2).map(|w| off(*p, w[0], w[1])).fold(f64::INFINITY, f64::min);
        assert!(points.iter().all(|p| nearest(p) <= 0.2));
        assert_eq!(simplify(&[[0.0, 0.0], [1.0, 1e-3], [2.0, 0.0]], 0.01), [[0.0, 0.0], [2.0, 0.0]]);
        // There and back again.
        assert_eq!(simplify(&[[0.0, 0.0], [5.0, 0.0], [0.0, 0.0]], 0.1).len(), 3);
        assert!(simplify(&[], 0.1).is_empty() && simplify(&[[1.0, 2.0]], 0.1).len() == 1);
    }

    #[test]
    fn prop_thinning_keeps_both_ends() {
        let points: Vec<[f64; 2]> = (0..100).map(|k| [0.1 * f64::from(k), 0.0]).collect();
        let kept = thin(&points, 0.3);
        assert!(kept.len() < 40 && kept.first() == points.first() && kept.last() == points.last());
        assert_eq!(thin(&[[0.0, 0.0], [0.1, 0.0]], 0.3).len(), 1);
    }
}
