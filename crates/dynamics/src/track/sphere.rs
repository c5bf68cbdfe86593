//! Clusters in any dimension: all pairs of the tokens that do not coincide with their leader.

use super::gauge::FAR;
use crate::tokens::Tokens;

/// A token nearer to its leader than this share of `gap` stands behind it: distances are wrong by twice that at most.
const COINCIDENT: f64 = 1e-10;

/// Scratch.
#[derive(Debug, Clone, Default)]
pub(super) struct Sphere {
    /// (leader, token) of those that do not stand behind their leader, in order.
    active: Vec<(u32, u32)>,
    /// Their coordinates, coordinate-major.
    coordinates: Vec<f64>,
    /// Squared chords from one of them to the others.
    squares: Vec<f64>,
    /// Squared chord of every one to the tree that grows within its cluster.
    reach: Vec<f64>,
}

impl Sphere {
    /// The squared chord between the nearest tokens of different clusters, and the largest at which single linkage
    /// falls short of connecting some cluster: the longest edge of the clusters' minimum spanning trees.
    pub(super) fn measure(&mut self, tokens: &Tokens, leader: &[u32], gap: f64) -> (f64, f64) {
        self.gather(tokens, leader, COINCIDENT * COINCIDENT * gap);
        let (mut between, mut inside) = (FAR, 0.0_f64);
        let mut begin = 0;
        while begin < self.active.len() {
            let cluster = self.active[begin].0;
            let size = self.active[begin..].iter().take_while(|(leader, _)| *leader == cluster).count();
            let end = begin + size;
            for index in begin..end {
                self.squares_from(index, end, self.active.len());
                between = self.squares[end..].iter().fold(between, |m, &square| if square < m { square } else { m });
            }
            inside = inside.max(self.longest_edge(begin, end));
            begin = end;
        }
        (between, inside)
    }

    fn gather(&mut self, tokens: &Tokens, leader: &[u32], coincident: f64) {
        self.active.clear();
        for (k, &leader) in leader.iter().enumerate() {
            if k == leader as usize || tokens.squared_chord(leader as usize, k) > coincident {
                self.active.push((leader, k as u32));
            }
        }
        self.active.sort_unstable();
        self.coordinates.clear();
        for i in 0..tokens.dimension() {
            let coordinate = tokens.coordinate(i);
            self.coordinates.extend(self.active.iter().map(|&(_, k)| coordinate[k as usize]));
        }
        self.squares.resize(self.active.len(), 0.0);
        self.reach.resize(self.active.len(), 0.0);
    }

    /// Fills `squares` from `begin` to `end` with squared chords to the active token at `index`.
    fn squares_from(&mut self, index: usize, begin: usize, end: usize) {
        let squares = &mut self.squares[begin..end];
        squares.fill(0.0);
        for coordinate in self.coordinates.chunks_exact(self.active.len()) {
            let own = coordinate[index];
            squares.iter_mut().zip(&coordinate[begin..end]).for_each(|(square, x)| *square += (x - own) * (x - own));
        }
    }

    /// Prim's algorithm: the longest edge of the minimum spanning tree of the active tokens from `begin` to `end`.
    fn longest_edge(&mut self, begin: usize, end: usize) -> f64 {
        let (mut longest, mut newest) = (0.0_f64, begin);
        self.reach[begin..end].fill(FAR);
        for _ in begin + 1..end {
            self.squares_from(newest, begin, end);
            // In the tree: farther than anything, so that it is never the nearest.
            self.reach[newest] = f64::INFINITY;
            let mut nearest = f64::INFINITY;
            let reached = self.reach[begin..end].iter_mut().zip(&self.squares[begin..end]);
            for (index, (reach, &square)) in reached.enumerate().filter(|(_, (reach, _))| reach.is_finite()) {
                *reach = if square < *reach { square } else { *reach };
                if *reach < nearest {
                    (nearest, newest) = (*reach, begin + index);
                }
            }
            longest = longest.max(nearest);
        }
        longest
    }
}
