//! Moving pictures of one run for talks: an APNG, or an SVG that animates itself. No programs outside are needed.
//!
//! Pictures are evenly spaced over the saved times, so that a logarithmic grid of times gives a logarithmic clock. Where
//! fewer times were saved than pictures are wanted, tokens move along great circles in between.

use crate::draw::{Moment, Moving, moving_color, save_apng, save_text};
use crate::recording::{Recording, Recordings};
use crate::source::Source;
use crate::{AnalysisError, tables};
use std::path::{Path, PathBuf};
use tokenpark_dataset::Dataset;
use tokenpark_dynamics::Tokens;

/// In which form a run moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Pixels that every browser and most presentation programs play.
    Apng,
    /// Vector graphics with SMIL animations, for browsers.
    Svg,
}

/// Which run, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Animating {
    /// The form.
    pub form: Form,
    /// The point.
    pub point: u32,
    /// The replica.
    pub replica: u32,
    /// About how many pictures; at least two.
    pub frames: usize,
    /// How long it takes.
    pub seconds: f64,
    /// Tokens nearer than this (geodesic, radians) are one cluster.
    pub cluster_gap: f64,
}

/// Writes `reports`/NAME/animation.apng or animation.svg of a run with recorded tokens in two or three dimensions.
///
/// # Errors
/// When the dataset is not published, unreadable or without such tokens, and when the file cannot be written.
pub fn animate(dataset: &Dataset, animating: &Animating, reports: &Path) -> Result<PathBuf, AnalysisError> {
    let source = Source::open(dataset)?;
    let recordings = Recordings::open(&source, animating.cluster_gap)?;
    let recording = recordings.read((animating.point, animating.replica), animating.frames)?;
    let dimension = recording.frames[0].dimension();
    if dimension > 3 {
        return Err(AnalysisError::Dimension { point: animating.point, dimension });
    }
    let names: Vec<&str> = source.swept.iter().map(String::as_str).collect();
    let label = tables::label(&source.key(animating.point)?, &names)?;
    let parts = [source.parameters()?, label];
    let moving = Moving {
        title: source.title(),
        subtitle: parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "),
        circle: dimension == 2,
        moments: moments(&recording, animating.frames),
        renyi: recording.renyi.iter().filter(|k| !recording.strong.contains(k)).map(|k| *k as usize).collect(),
        strong: recording.strong.iter().map(|k| *k as usize).collect(),
        seconds: animating.seconds,
    };
    let folder = reports.join(source.name());
    std::fs::create_dir_all(&folder).map_err(|error| AnalysisError::io("create", &folder, error))?;
    let path = match animating.form {
        Form::Apng => save_apng(&moving, &folder.join("animation.apng")),
        Form::Svg => save_text(&moving.svg(), &folder.join("animation.svg")),
    };
    Ok(path?)
}

/// The saved times, and as many moments between two of them as make up the number of pictures.
fn moments(recording: &Recording, wanted: usize) -> Vec<Moment> {
    let steps = recording.frames.len() - 1;
    let between = wanted.saturating_sub(1).checked_div(steps).unwrap_or(1).max(1);
    let colors = colors(recording);
    let clusters = recording.clusters();
    let mut moments = vec![];
    for (frame, from) in recording.frames.iter().enumerate() {
        let next = (frame + 1).min(steps);
        for part in 0..if frame < steps { between } else { 1 } {
            let share = part as f64 / between as f64;
            moments.push(Moment {
                time: time_between(recording.times[frame], recording.times[next], share),
                clusters: clusters[frame],
                tokens: places(from, &recording.frames[next], share),
                colors: recording.leaders[frame].iter().map(|leader| colors[*leader as usize]).collect(),
            });
        }
    }
    moments
}

fn time_between(from: f64, to: f64, share: f64) -> f64 {
    if share == 0.0 {
        from
    } else if from > 0.0 {
        from * libm::pow(to / from, share)
    } else {
        share * to
    }
}

/// The tokens on their ways along great circles, as points of space.
fn places(from: &Tokens, to: &Tokens, share: f64) -> Vec<[f64; 3]> {
    let point = |tokens: &Tokens, k: usize| {
        [0, 1, 2].map(|i| if i < tokens.dimension() { tokens.coordinate(i)[k] } else { 0.0 })
    };
    let way = |k: usize| {
        let (a, b) = (point(from, k), point(to, k));
        let cosine: f64 = a.iter().zip(&b).map(|(x, y)| x * y).sum();
        let angle = libm::acos(cosine.clamp(-1.0, 1.0));
        let sine = libm::sin(angle);
        if share == 0.0 || sine < 1e-9 {
            return a;
        }
        let (u, v) = (libm::sin((1.0 - share) * angle) / sine, libm::sin(share * angle) / sine);
        [0, 1, 2].map(|i| u * a[i] + v * b[i])
    };
    (0..from.len()).map(way).collect()
}

/// The colour of every leader: those that lead others the longest are told apart, as in the explorer.
fn colors(recording: &Recording) -> Vec<usize> {
    let tokens = recording.frames[0].len();
    let mut led = vec![0_u64; tokens];
    for leaders in &recording.leaders {
        (0_u32..).zip(leaders).filter(|(k, leader)| k != *leader).for_each(|(_, leader)| led[*leader as usize] += 1);
    }
    let mut order: Vec<usize> = (0..tokens).filter(|k| led[*k] > 0).collect();
    order.sort_by_key(|k| (std::cmp::Reverse(led[*k]), *k));
    let mut colors = vec![moving_color::PASSING; tokens];
    order.into_iter().take(moving_color::COUNT).enumerate().for_each(|(color, k)| colors[k] = color);
    colors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording() -> Recording {
        let angles = |angles: [f64; 4]| Tokens::from_angles(&angles).expect("tokens");
        Recording {
            point: 0,
            replica: 0,
            times: vec![0.0, 1.0, 100.0],
            frames: vec![angles([0.0, 1.0, 2.0, 3.1]), angles([0.0, 0.0, 2.0, -3.1]), angles([0.0, 0.0, 0.0, 0.0])],
            leaders: vec![vec![0, 1, 2, 3], vec![0, 0, 2, 3], vec![0, 0, 0, 0]],
            renyi: vec![],
            strong: vec![],
            curves: vec![],
        }
    }

    #[test]
    fn prop_moments_lie_between_saved_times() {
        let moments = moments(&recording(), 9);
        let times: Vec<f64> = moments.iter().map(|moment| moment.time).collect();
        assert_eq!(moments.len(), 9);
        assert!((times[6] - 10.0).abs() < 1e-12 && times[8] == 100.0 && times.is_sorted(), "{times:?}");
        // Halfway from 3.1 to -3.1 is the seam, not the other side.
        assert!((moments[2].tokens[3][0] + 1.0).abs() < 1e-12, "{:?}", moments[2].tokens[3]);
        let unit = |x: &[f64; 3]| (x.iter().map(|c| c * c).sum::<f64>() - 1.0).abs() < 1e-12;
        assert!(moments.iter().all(|moment| moment.tokens.iter().all(unit)));
        assert_eq!(moments.iter().map(|moment| moment.clusters).collect::<Vec<_>>(), [4, 4, 4, 4, 3, 3, 3, 3, 1]);
    }

    #[test]
    fn prop_only_leaders_of_others_have_a_colour() {
        assert_eq!(colors(&recording()), [0, moving_color::PASSING, moving_color::PASSING, moving_color::PASSING]);
    }
}
