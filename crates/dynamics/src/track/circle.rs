//! Clusters on the circle: tokens in order of angle, kept from one state to the next.

use super::gauge::FAR;
use crate::cluster::diamond_angle;
use crate::tokens::Tokens;

/// Tokens may be out of order by this much: rounding must not reorder those that coincide at every state.
const SLACK: f64 = 1e-13;
/// More exchanges a token than this, and the order is made anew.
const MOST_EXCHANGES: usize = 16;
const NONE: u32 = u32::MAX;

/// The order of the tokens and scratch.
#[derive(Debug, Clone)]
pub(super) struct Circle {
    order: Vec<u32>,
    angle: Vec<f64>,
    /// The first and the latest token met of every cluster, by leader.
    first: Vec<u32>,
    latest: Vec<u32>,
    /// The widest and the second widest squared chord between neighbours in every cluster.
    widest: Vec<[f64; 2]>,
}

impl Circle {
    pub(super) fn new(start: &Tokens) -> Self {
        let n = start.len();
        let (first, latest, widest) = (vec![NONE; n], vec![NONE; n], vec![[0.0; 2]; n]);
        let mut circle = Self { order: (0..n as u32).collect(), angle: vec![0.0; n], first, latest, widest };
        circle.read_angles(start);
        circle.sort_anew();
        circle
    }

    /// The squared chord between the nearest tokens of different clusters, and the largest at which single linkage
    /// falls short of connecting some cluster: the second widest of its gaps, as one gap may stay open on a circle.
    /// Two tokens of different clusters have such a pair of neighbours between them, so that neighbours are enough.
    pub(super) fn measure(&mut self, tokens: &Tokens, leader: &[u32]) -> (f64, f64) {
        self.sort(tokens);
        self.first.fill(NONE);
        let (x, y) = (tokens.coordinate(0), tokens.coordinate(1));
        let chord = |a: u32, b: u32| {
            let (dx, dy) = (x[a as usize] - x[b as usize], y[a as usize] - y[b as usize]);
            dx * dx + dy * dy
        };
        let mut between = FAR;
        let mut before = self.order[self.order.len() - 1];
        for &token in &self.order {
            let cluster = leader[token as usize];
            let square = chord(before, token);
            if leader[before as usize] != cluster {
                between = square.min(between);
            }
            let index = cluster as usize;
            if self.first[index] == NONE {
                self.first[index] = token;
                self.widest[index] = [0.0; 2];
            } else {
                let latest = self.latest[index];
                widen(&mut self.widest[index], if latest == before { square } else { chord(latest, token) });
            }
            self.latest[index] = token;
            before = token;
        }
        let mut inside = 0.0_f64;
        for (index, &first) in self.first.iter().enumerate().filter(|(_, first)| **first != NONE) {
            widen(&mut self.widest[index], chord(self.latest[index], first));
            inside = inside.max(self.widest[index][1]);
        }
        (between, inside)
    }

    fn read_angles(&mut self, tokens: &Tokens) {
        let coordinates = tokens.coordinate(0).iter().zip(tokens.coordinate(1));
        self.angle.iter_mut().zip(coordinates).for_each(|(angle, (&x, &y))| *angle = diamond_angle(x, y));
    }

    fn sort_anew(&mut self) {
        let angle = &self.angle;
        self.order.sort_by(|&a, &b| angle[a as usize].total_cmp(&angle[b as usize]).then(a.cmp(&b)));
    }

    /// Insertion into the order of the state before, which is nearly that of this one.
    fn sort(&mut self, tokens: &Tokens) {
        self.read_angles(tokens);
        let mut exchanges = 0;
        for i in 1..self.order.len() {
            let token = self.order[i];
            let angle = self.angle[token as usize] + SLACK;
            let mut at = i;
            while at > 0 && self.angle[self.order[at - 1] as usize] > angle {
                self.order[at] = self.order[at - 1];
                at -= 1;
            }
            self.order[at] = token;
            exchanges += i - at;
            if exchanges > MOST_EXCHANGES * self.order.len() {
                return self.sort_anew();
            }
        }
    }
}

fn widen(widest: &mut [f64; 2], square: f64) {
    if square > widest[0] {
        *widest = [square, widest[0]];
    } else if square > widest[1] {
        widest[1] = square;
    }
}
