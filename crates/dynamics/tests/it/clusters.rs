//! Single linkage against all pairs.

use crate::scattered;
use tokenpark_dynamics::{Clusters, Tokens, squared_chord};

/// Repeated relabelling over all pairs: slow and obvious.
fn all_pairs(tokens: &Tokens, gap: f64) -> Vec<u32> {
    let n = tokens.len();
    let mut leader: Vec<u32> = (0..n as u32).collect();
    loop {
        let before = leader.clone();
        for j in 0..n {
            for k in 0..n {
                if tokens.squared_chord(j, k) < squared_chord(gap) {
                    leader[k] = leader[k].min(leader[j]);
                }
            }
        }
        if leader == before {
            return leader;
        }
    }
}

#[test]
fn prop_linkage_equals_all_pairs() {
    for d in [2, 3, 6] {
        for gap in [0.001, 0.03, 0.1, 0.4, 1.5, 3.2] {
            let tokens = scattered(150, d);
            let clusters = Clusters::single_linkage(&tokens, gap);
            let expected = all_pairs(&tokens, gap);
            assert_eq!((0..150).map(|k| clusters.leader(k)).collect::<Vec<_>>(), expected, "d = {d}, gap {gap}");
            let leaders = expected.iter().enumerate().filter(|(k, l)| *k as u32 == **l).count();
            assert_eq!(clusters.count(), leaders);
        }
    }
}

#[test]
fn prop_clusters_reach_across_the_seam() {
    let tokens = Tokens::from_angles(&[3.13, 0.0, -3.13, 0.05, 2.0]).expect("tokens");
    let clusters = Clusters::single_linkage(&tokens, 0.07);
    assert_eq!((0..5).map(|k| clusters.leader(k)).collect::<Vec<_>>(), [0, 1, 0, 1, 4]);
    assert_eq!((clusters.count(), clusters.largest()), (3, 2));
}
