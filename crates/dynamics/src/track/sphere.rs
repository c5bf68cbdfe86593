//! Clusters in any dimension: a sweep along the first coordinate over the tokens that do not coincide with their leader.

use super::Hysteresis;
use super::gauge::FAR;
use crate::cluster::Forest;
use crate::tokens::Tokens;

/// A token nearer to its leader than this share of `gap` stands behind it: distances are wrong by twice that at most.
const COINCIDENT: f64 = 1e-10;

/// Scratch.
#[derive(Debug, Clone, Default)]
pub(super) struct Sphere {
    /// Those that do not stand behind their leader, in order of the first coordinate.
    active: Vec<u32>,
    /// Their first coordinates and leaders.
    along: Vec<(f64, u32)>,
    /// The largest squared chord from every leader to its tokens.
    radius: Vec<f64>,
    /// The members of one cluster, and their squared chords to the tree that grows within it.
    reach: Vec<(f64, u32)>,
}

impl Sphere {
    /// The margin of [`Hysteresis::margin`].
    pub(super) fn margin(&mut self, rules: Hysteresis, tokens: &Tokens, leader: &[u32]) -> f64 {
        self.gather(tokens, leader, COINCIDENT * COINCIDENT * rules.gap);
        let between = self.nearest_apart(tokens, rules.farthest_that_matters());
        let mut margin = rules.margin(between, 0.0);
        if rules.split.is_infinite() {
            return margin;
        }
        for cluster in 0..leader.len() {
            // No gap inside is wider than the distance from the leader to its farthest token.
            if self.radius[cluster] > 0.0 && rules.margin(FAR, self.radius[cluster]) < margin {
                self.gather_members(cluster as u32);
                if margin <= 0.0 || !self.is_connected(tokens, rules.inside_at(margin)) {
                    margin = margin.min(rules.margin(FAR, self.longest_edge(tokens)));
                }
            }
        }
        margin
    }

    /// Fills `reach` with the active tokens of a cluster, in order of the first coordinate.
    fn gather_members(&mut self, cluster: u32) {
        self.reach.clear();
        let members = self.along.iter().zip(&self.active).filter(|((_, leader), _)| *leader == cluster);
        self.reach.extend(members.map(|(_, &k)| (FAR, k)));
    }

    /// Whether single linkage below a squared chord connects the members: links between tokens that follow each other
    /// soonest along the first coordinate come first, and are usually enough.
    fn is_connected(&self, tokens: &Tokens, threshold: f64) -> bool {
        let first = tokens.coordinate(0);
        let members = self.reach.len();
        let (mut forest, mut parts) = (Forest::new(members), members);
        for offset in 1..members {
            let mut beyond = true;
            for (i, pair) in self.reach.windows(offset + 1).enumerate() {
                let (j, k) = (pair[0].1 as usize, pair[offset].1 as usize);
                let along = first[k] - first[j];
                if along * along < threshold {
                    beyond = false;
                    let near = tokens.squared_chord(j, k) < threshold;
                    parts -= usize::from(near && forest.link(i, i + offset));
                }
            }
            if beyond || parts == 1 {
                break;
            }
        }
        parts == 1
    }

    fn gather(&mut self, tokens: &Tokens, leader: &[u32], coincident: f64) {
        let first = tokens.coordinate(0);
        self.radius.clear();
        self.radius.resize(leader.len(), 0.0);
        self.active.clear();
        for (k, &own) in leader.iter().enumerate() {
            let square = tokens.squared_chord(own as usize, k);
            if k == own as usize || square > coincident {
                self.active.push(k as u32);
                self.radius[own as usize] = self.radius[own as usize].max(square);
            }
        }
        self.active.sort_unstable_by(|&a, &b| first[a as usize].total_cmp(&first[b as usize]).then(a.cmp(&b)));
        self.along.clear();
        self.along.extend(self.active.iter().map(|&k| (first[k as usize], leader[k as usize])));
    }

    /// The squared chord between the nearest tokens of different clusters, or `most` if that is less.
    fn nearest_apart(&self, tokens: &Tokens, most: f64) -> f64 {
        let mut nearest = most;
        for (i, (&(here, cluster), &j)) in self.along.iter().zip(&self.active).enumerate() {
            for (&(there, other), &k) in self.along[i + 1..].iter().zip(&self.active[i + 1..]) {
                if (there - here) * (there - here) >= nearest {
                    break;
                }
                if other != cluster {
                    nearest = nearest.min(tokens.squared_chord(j as usize, k as usize));
                }
            }
        }
        nearest
    }

    /// The longest edge of the members' minimum spanning tree (Prim), at which single linkage falls short of
    /// connecting them.
    fn longest_edge(&mut self, tokens: &Tokens) -> f64 {
        let (mut longest, mut newest) = (0.0_f64, 0);
        while self.reach.len() > 1 {
            let (_, tree) = self.reach.swap_remove(newest);
            let mut nearest = f64::INFINITY;
            for (index, (reach, k)) in self.reach.iter_mut().enumerate() {
                *reach = reach.min(tokens.squared_chord(tree as usize, *k as usize));
                if *reach < nearest {
                    (nearest, newest) = (*reach, index);
                }
            }
            longest = longest.max(nearest);
        }
        longest
    }
}
