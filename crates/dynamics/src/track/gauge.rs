//! How near a state is to the next event: the nearest pair of tokens of different clusters, and the widest gap inside
//! a cluster.

use super::Hysteresis;
use super::circle::Circle;
use super::sphere::Sphere;
use crate::tokens::Tokens;

/// No squared chord is as large: what a state with one cluster has between clusters.
pub(super) const FAR: f64 = 16.0;

/// The way of measuring that suits the dimension, with its scratch.
#[derive(Debug, Clone)]
pub(super) enum Gauge {
    Circle(Circle),
    Sphere(Sphere),
}

impl Gauge {
    pub(super) fn new(start: &Tokens) -> Self {
        if start.dimension() == 2 { Self::Circle(Circle::new(start)) } else { Self::Sphere(Sphere::default()) }
    }

    /// The distance that is left to the next event, in chords; negative if and only if a threshold has been crossed.
    pub(super) fn margin(&mut self, rules: Hysteresis, tokens: &Tokens, leader: &[u32]) -> f64 {
        match self {
            Self::Circle(circle) => {
                let (between, inside) = circle.measure(tokens, leader);
                rules.margin(between, inside)
            }
            Self::Sphere(sphere) => sphere.margin(rules, tokens, leader),
        }
    }
}

/// The largest distance of a token here from the same token in `state`, in chords.
pub(super) fn farthest(tokens: &Tokens, state: &[f64]) -> f64 {
    let n = tokens.len();
    let here = tokens.state();
    let mut largest = [0.0_f64; 8];
    for block in (0..n).step_by(8) {
        let width = (n - block).min(8);
        let mut squares = [0.0; 8];
        for row in (0..here.len()).step_by(n) {
            let range = row + block..row + block + width;
            for ((square, a), b) in squares.iter_mut().zip(&here[range.clone()]).zip(&state[range]) {
                *square += (a - b) * (a - b);
            }
        }
        for (largest, square) in largest.iter_mut().zip(squares) {
            // Written so that an undefined coordinate stays visible.
            *largest = if square <= *largest { *largest } else { square };
        }
    }
    largest.into_iter().fold(0.0, |m: f64, square| if square <= m { m } else { square }).sqrt()
}
