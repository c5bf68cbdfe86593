//! The partition into clusters, and the record of what becomes of every one.

use super::nearest::{nearest_apart, nearest_earlier};
use crate::cluster::{Clusters, Forest};
use crate::tokens::Tokens;

/// The life of one cluster, known by its leader and birth.
#[derive(Debug, Clone, PartialEq)]
pub struct Life {
    /// Its first token.
    pub leader: u32,
    /// When it became a cluster: 0, or when it was torn off another.
    pub birth: f64,
    /// Its tokens then.
    pub size_at_birth: u32,
    /// Its geodesic distance then from the nearest cluster with an earlier leader; `None` for token 0.
    pub gap_at_birth: Option<f64>,
    /// The leader of the cluster that it was torn off.
    pub split_from: Option<u32>,
    /// How many parts have been torn off it.
    pub splits: u32,
    /// How it stood at the stated time; `None` if it was not alive.
    pub standing: Option<Standing>,
    /// How it ended, if it did.
    pub death: Option<Death>,
}

/// How a cluster stands among the others at some time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// Its tokens.
    pub size: u32,
    /// The geodesic distance of its leader from the nearest earlier token; `None` for token 0.
    pub gap: Option<f64>,
    /// The tokens of that token's cluster which are earlier than the leader.
    pub earlier: u32,
}

/// How a cluster ended: it merged with one whose leader is earlier.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Death {
    /// When.
    pub time: f64,
    /// Its tokens.
    pub size: u32,
    /// The leader of the other cluster.
    pub absorbed_by: u32,
    /// The tokens of the other cluster which are earlier than the leader that died.
    pub earlier: u32,
}

/// The clusters alive, and all lives.
#[derive(Debug, Clone)]
pub(super) struct Register {
    /// The leader of every token's cluster.
    leader: Vec<u32>,
    lives: Vec<Life>,
    /// The latest life of every token as a leader.
    latest: Vec<usize>,
}

impl Register {
    /// Every token a cluster, born at time 0.
    pub(super) fn new(start: &Tokens) -> Self {
        let born = |(leader, gap): (u32, Option<f64>)| Life {
            leader,
            birth: 0.0,
            size_at_birth: 1,
            gap_at_birth: gap.map(geodesic),
            split_from: None,
            splits: 0,
            standing: None,
            death: None,
        };
        let lives = (0..).zip(nearest_earlier(start)).map(born).collect();
        Self { leader: (0..start.len() as u32).collect(), lives, latest: (0..start.len()).collect() }
    }

    /// The leader of every token's cluster.
    pub(super) fn leaders(&self) -> &[u32] {
        &self.leader
    }

    /// All lives in order of leader and birth.
    pub(super) fn lives(&self) -> Vec<Life> {
        let mut lives = self.lives.clone();
        lives.sort_by_key(|life| life.leader);
        lives
    }

    /// Merges all clusters with tokens nearer to each other than a squared chord; false if there are none.
    pub(super) fn merge(&mut self, time: f64, tokens: &Tokens, near: f64) -> bool {
        let touching = Clusters::nearer_than(tokens, near);
        let mut forest = Forest::new(self.leader.len());
        let mut merged = false;
        for (k, &leader) in self.leader.iter().enumerate() {
            merged |= forest.link(leader as usize, self.leader[touching.leader(k) as usize] as usize);
        }
        let sizes = self.sizes();
        // Tokens met so far of every cluster after the mergers.
        let mut met = vec![0; self.leader.len()];
        for (k, &size) in sizes.iter().enumerate() {
            let before = self.leader[k];
            let after = forest.find(before);
            if before as usize == k && after != before {
                let earlier = met[after as usize];
                self.lives[self.latest[k]].death = Some(Death { time, size, absorbed_by: after, earlier });
            }
            met[after as usize] += 1;
            self.leader[k] = after;
        }
        merged
    }

    /// Splits all clusters that single linkage below a squared chord does not connect; false if there are none.
    pub(super) fn split(&mut self, time: f64, tokens: &Tokens, far: f64) -> bool {
        let mut members: Vec<u32> = (0..self.leader.len() as u32).collect();
        members.sort_by_key(|&k| self.leader[k as usize]);
        let (before, mut torn) = (self.leader.clone(), vec![]);
        for cluster in members.chunk_by(|&a, &b| before[a as usize] == before[b as usize]) {
            let parts = Clusters::nearer_than(&tokens.select(cluster), far);
            for (index, &k) in cluster.iter().enumerate() {
                self.leader[k as usize] = cluster[parts.leader(index) as usize];
                if self.leader[k as usize] == k && index > 0 {
                    torn.push((k, cluster[0]));
                }
            }
        }
        torn.sort_unstable();
        for &(leader, split_from) in &torn {
            self.bear(time, tokens, leader, split_from);
        }
        !torn.is_empty()
    }

    /// A part that was torn off begins its life.
    fn bear(&mut self, birth: f64, tokens: &Tokens, leader: u32, split_from: u32) {
        let is_own = |k: usize| self.leader[k] == leader;
        let gap_at_birth = nearest_apart(tokens, is_own, |k| self.leader[k] < leader).map(geodesic);
        let size_at_birth = (0..self.leader.len()).filter(|&k| is_own(k)).count() as u32;
        self.lives[self.latest[split_from as usize]].splits += 1;
        self.latest[leader as usize] = self.lives.len();
        let (split_from, splits, standing, death) = (Some(split_from), 0, None, None);
        self.lives.push(Life { leader, birth, size_at_birth, gap_at_birth, split_from, splits, standing, death });
    }

    /// Notes how every cluster stands.
    pub(super) fn stand(&mut self, tokens: &Tokens) {
        let sizes = self.sizes();
        for (k, &size) in sizes.iter().enumerate().filter(|(_, size)| **size > 0) {
            let nearest = (0..k).map(|j| (tokens.squared_chord(j, k), j)).reduce(|a, b| if b.0 < a.0 { b } else { a });
            let earlier = |j: usize| self.leader[..k].iter().filter(|leader| **leader == self.leader[j]).count() as u32;
            let gap = nearest.map(|(square, _)| geodesic(square));
            let standing = Standing { size, gap, earlier: nearest.map_or(0, |(_, j)| earlier(j)) };
            self.lives[self.latest[k]].standing = Some(standing);
        }
    }

    /// The number of tokens of every cluster, by leader.
    fn sizes(&self) -> Vec<u32> {
        let mut sizes = vec![0; self.leader.len()];
        self.leader.iter().for_each(|&leader| sizes[leader as usize] += 1);
        sizes
    }
}

fn geodesic(squared_chord: f64) -> f64 {
    2.0 * libm::asin((0.5 * squared_chord.sqrt()).min(1.0))
}
