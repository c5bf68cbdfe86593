//! Starts, in memory and as files for the peers, and the distance between ends.

use std::fmt::Write;
use std::io;
use std::path::{Path, PathBuf};
use tokenpark_dynamics::Tokens;

/// A start: independent uniform angles.
pub struct Start {
    /// Positions, coordinate-major.
    pub state: Vec<f64>,
    /// Where the angles are written, one a line.
    pub path: PathBuf,
}

/// The starts of the comparison, always the same.
pub fn starts(count: usize, tokens: usize, folder: &Path) -> io::Result<Vec<Start>> {
    let mut seed = 20_241_107;
    (0..count)
        .map(|index| {
            let angles: Vec<f64> = (0..tokens).map(|_| std::f64::consts::TAU * uniform(&mut seed)).collect();
            let path = folder.join(format!("start-{index}.txt"));
            let mut text = String::new();
            angles.iter().try_for_each(|angle| writeln!(text, "{angle:e}")).map_err(io::Error::other)?;
            std::fs::write(&path, text)?;
            let state = Tokens::from_angles(&angles).map_err(io::Error::other)?.state().to_vec();
            Ok(Start { state, path })
        })
        .collect()
}

/// The next number of [0, 1) from SplitMix64 (Steele, Lea & Flood, OOPSLA 2014).
fn uniform(seed: &mut u64) -> f64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *seed;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// The largest angle between a token's two ends.
pub fn error(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| apart(*a, *b)).fold(0.0, |worst: f64, e| if e.is_nan() { e } else { worst.max(e) })
}

/// The angle between two directions, at most pi.
pub fn apart(a: f64, b: f64) -> f64 {
    let turns = (a - b) / std::f64::consts::TAU;
    std::f64::consts::TAU * (turns - turns.round()).abs()
}

/// The angles of positions on the circle, coordinate-major.
pub fn angles(state: &[f64]) -> Vec<f64> {
    let (x, y) = state.split_at(state.len() / 2);
    x.iter().zip(y).map(|(&x, &y)| libm::atan2(y, x)).collect()
}
