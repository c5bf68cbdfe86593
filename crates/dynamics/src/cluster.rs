//! Clusters by single linkage: tokens nearer than a gap (geodesic) belong together, and so do their neighbours'
//! neighbours; and the number of pairs that point the same way. On the circle by sorted gaps, O(n log n); in any dimension by a sweep along the first coordinate.

use crate::tokens::{Tokens, squared_chord};

/// A partition of the tokens.
///
/// ```
/// use tokenpark_dynamics::{Clusters, Tokens};
///
/// // 0.00, 0.05 and 0.10 form a chain; 1.00 is alone.
/// let tokens = Tokens::from_angles(&[0.0, 0.1, 0.05, 1.0])?;
/// let clusters = Clusters::single_linkage(&tokens, 0.07);
/// assert_eq!((clusters.count(), clusters.largest()), (2, 3));
/// # Ok::<(), tokenpark_dynamics::TokensError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clusters {
    leader: Vec<u32>,
}

impl Clusters {
    /// The clusters of `tokens` at a linkage of `gap` (radians, geodesic): nearer than that is linked.
    #[must_use]
    pub fn single_linkage(tokens: &Tokens, gap: f64) -> Self {
        Self::nearer_than(tokens, squared_chord(gap))
    }

    /// The same at a linkage given as a squared chord.
    pub(crate) fn nearer_than(tokens: &Tokens, threshold: f64) -> Self {
        let mut forest = Forest::new(tokens.len());
        if tokens.dimension() == 2 {
            link_circle(tokens, threshold, &mut forest);
        } else {
            link_sphere(tokens, threshold, &mut forest);
        }
        Self { leader: (0..tokens.len() as u32).map(|k| forest.find(k)).collect() }
    }

    /// The leader of token k's cluster: the first token in it.
    #[must_use]
    pub fn leader(&self, k: usize) -> u32 {
        self.leader[k]
    }

    /// The number of clusters.
    #[must_use]
    pub fn count(&self) -> usize {
        (0_u32..).zip(&self.leader).filter(|(k, leader)| k == *leader).count()
    }

    /// The number of tokens of the largest cluster.
    #[must_use]
    pub fn largest(&self) -> usize {
        let mut sizes = vec![0; self.leader.len()];
        for &leader in &self.leader {
            sizes[leader as usize] += 1;
        }
        sizes.into_iter().max().unwrap_or(0)
    }
}

/// The number of unordered pairs of tokens whose inner product exceeds `threshold`, by direct comparison, O(n^2 d).
///
/// Inner products are compared as squared chords, |x - y|^2 < 2 (1 - threshold), which does not cancel near 1.
#[must_use]
pub fn aligned_pairs(tokens: &Tokens, threshold: f64) -> u64 {
    let near = 2.0 * (1.0 - threshold);
    let mut squares = vec![0.0; tokens.len()];
    let mut pairs = 0;
    for k in 1..tokens.len() {
        let before = &mut squares[..k];
        before.fill(0.0);
        for i in 0..tokens.dimension() {
            let (others, own) = tokens.coordinate(i).split_at(k);
            before.iter_mut().zip(others).for_each(|(square, x)| *square += (x - own[0]) * (x - own[0]));
        }
        pairs += before.iter().filter(|square| **square < near).count() as u64;
    }
    pairs
}

/// Union-find in which the root of a tree is its smallest member.
pub(crate) struct Forest {
    parent: Vec<u32>,
}

impl Forest {
    /// Of that many single members.
    pub(crate) fn new(members: usize) -> Self {
        Self { parent: (0..members as u32).collect() }
    }

    pub(crate) fn find(&mut self, mut k: u32) -> u32 {
        while self.parent[k as usize] != k {
            let grandparent = self.parent[self.parent[k as usize] as usize];
            self.parent[k as usize] = grandparent;
            k = grandparent;
        }
        k
    }

    /// Joins two trees; false if they were one.
    pub(crate) fn link(&mut self, j: usize, k: usize) -> bool {
        let (a, b) = (self.find(j as u32), self.find(k as u32));
        self.parent[a.max(b) as usize] = a.min(b);
        a != b
    }
}

fn link_circle(tokens: &Tokens, threshold: f64, forest: &mut Forest) {
    let order = order_on_circle(tokens);
    for (i, &k) in order.iter().enumerate() {
        let next = order[(i + 1) % order.len()];
        if tokens.squared_chord(k, next) < threshold {
            forest.link(k, next);
        }
    }
}

/// The tokens in order of angle, beginning at -pi.
pub(crate) fn order_on_circle(tokens: &Tokens) -> Vec<usize> {
    let (x, y) = (tokens.coordinate(0), tokens.coordinate(1));
    let mut order: Vec<(f64, usize)> = (0..tokens.len()).map(|k| (diamond_angle(x[k], y[k]), k)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    order.into_iter().map(|(_, k)| k).collect()
}

/// Increases with the angle of (x, y), from -2 to 2, without trigonometry.
pub(crate) fn diamond_angle(x: f64, y: f64) -> f64 {
    let t = y / (x.abs() + y.abs());
    match (x >= 0.0, y >= 0.0) {
        (true, _) => t,
        (false, true) => 2.0 - t,
        (false, false) => -2.0 - t,
    }
}

fn link_sphere(tokens: &Tokens, threshold: f64, forest: &mut Forest) {
    let first = tokens.coordinate(0);
    let mut order: Vec<usize> = (0..tokens.len()).collect();
    order.sort_by(|&a, &b| first[a].total_cmp(&first[b]).then(a.cmp(&b)));
    for (i, &j) in order.iter().enumerate() {
        for &k in &order[i + 1..] {
            let along = first[k] - first[j];
            if along * along >= threshold {
                break;
            }
            if tokens.squared_chord(j, k) < threshold {
                forest.link(j, k);
            }
        }
    }
}
