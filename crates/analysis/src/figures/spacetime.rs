//! Space-time diagrams on the circle: every token's angle against time, a panel for every point.

use super::names::panel_title;
use super::positions::Snapshot;
use super::{Drawn, subtitle};
use crate::draw::{Axis, Content, Figure, Panel, Panels};
use crate::{AnalysisError, Summary};
use std::f64::consts::PI;

/// More panels than this do not fit a page.
const MOST_PANELS: usize = 6;
/// Fewer times than this are snapshots.
const FEWEST_TIMES: usize = 40;

/// The panels' names and states over time; nothing where there are too many panels or too few times.
pub(super) fn draw(summary: &Summary, runs: &[(String, Vec<Snapshot>)]) -> Result<Option<Drawn>, AnalysisError> {
    let few = runs.iter().any(|(_, moments)| moments.len() < FEWEST_TIMES);
    if runs.is_empty() || runs.len() > MOST_PANELS || few {
        return Ok(None);
    }
    let times = || runs.iter().flat_map(|(_, moments)| moments.iter().map(|(time, _)| *time));
    let (first, last) = (times().filter(|t| *t > 0.0).fold(f64::INFINITY, f64::min), times().fold(0.0, f64::max));
    // Steps of equal ratio are a logarithmic clock's, on which time 0 has no place.
    let moments = &runs[0].1;
    let halfway = moments[moments.len() / 2].0;
    let logarithmic = halfway < 0.25 * last;
    let x = Axis {
        scale: if logarithmic { Axis::log("").scale } else { Axis::linear("").scale },
        ..Axis::linear("time t")
    };
    let panels = runs.iter().map(|(label, moments)| Panel {
        title: if runs.len() > 1 { panel_title(label) } else { String::new() },
        content: Content::Lines(lines(moments)),
    });
    let tokens = moments[0].1.len() as f64;
    let figure = Panels {
        title: summary.title.clone(),
        subtitle: subtitle(summary, if runs.len() > 1 { "" } else { &runs[0].0 }),
        x: x.range(if logarithmic { first } else { 0.0 }, last),
        y: Axis::linear("angle / π").range(-1.0, 1.0),
        scale: Axis::linear("token, in order of arrival").range(1.0, tokens.max(2.0)),
        panels: panels.collect(),
        caption: Some(
            "One run a panel. Colour is a token's place in the order of arrival: dark tokens came first. Above 1 a path goes \
             on at −1."
                .to_owned(),
        ),
    };
    Ok(Some(("space-time".to_owned(), Figure::Panels(figure))))
}

/// A line a token, the last tokens first, so that those they follow lie on top. Where a path crosses half a turn it is broken at
/// the edge.
fn lines(moments: &[Snapshot]) -> Vec<(f64, Vec<[f64; 2]>)> {
    let tokens = moments.first().map_or(0, |(_, tokens)| tokens.len());
    let half_turns = |x: &[f64]| libm::atan2(x[1], x[0]) / PI;
    let line = |k: usize| {
        let mut points: Vec<[f64; 2]> = vec![];
        for (time, tokens) in moments {
            let angle = half_turns(&tokens[k]);
            if let Some(&[before, old]) = points.last().filter(|[_, old]| (angle - old).abs() > 1.0) {
                let edge = 1.0_f64.copysign(old);
                // How far the step goes before it meets the edge.
                let share = (edge - old) / (angle + 2.0 * edge - old);
                let meets = before + share * (time - before);
                points.extend([[meets, edge], [f64::NAN, f64::NAN], [meets, -edge]]);
            }
            points.push([*time, angle]);
        }
        (k as f64 / (tokens.max(2) - 1) as f64, points)
    };
    (0..tokens).rev().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prop_a_path_across_the_back_is_broken_at_the_edge() {
        let at = |degrees: f64| vec![libm::cos(degrees * PI / 180.0), libm::sin(degrees * PI / 180.0)];
        let moments: Vec<Snapshot> = vec![(0.0, vec![at(170.0)]), (1.0, vec![at(175.0)]), (2.0, vec![at(-170.0)])];
        let [(share, points)] = &lines(&moments)[..] else { panic!("one token") };
        assert_eq!((*share, points.len()), (0.0, 6));
        let near = |p: [f64; 2], q: [f64; 2]| (p[0] - q[0]).abs() < 1e-9 && (p[1] - q[1]).abs() < 1e-9;
        assert!(near(points[2], [1.0 + 1.0 / 3.0, 1.0]) && points[3][0].is_nan());
        assert!(near(points[4], [1.0 + 1.0 / 3.0, -1.0]) && near(points[5], [2.0, -170.0 / 180.0]));
    }
}
