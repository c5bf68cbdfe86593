//! Single linkage against all pairs.

use crate::scattered;
use tokenpark_dynamics::{Clusters, Tokens, aligned_pairs, squared_chord};

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

#[test]
fn val_aligned_pairs_of_equal_and_opposite_tokens() {
    let axis = [0.6, 0.0, 0.8];
    let on_axis = |signs: &[f64]| {
        let state = axis.iter().flat_map(|x| signs.iter().map(move |sign| sign * x)).collect();
        Tokens::new(3, state).expect("tokens")
    };
    // m and n - m tokens on either side.
    for (signs, expected) in [(&[1.0; 9][..], 36), (&[1.0], 0), (&[1.0, -1.0], 0), (&[1.0, -1.0, 1.0, 1.0, -1.0], 4)] {
        let tokens = on_axis(signs);
        let n = signs.len() as u64;
        assert_eq!(aligned_pairs(&tokens, 0.999), expected, "{signs:?}");
        assert_eq!(aligned_pairs(&tokens, -0.999), expected, "{signs:?}");
        // Opposite tokens have the inner product -1 up to rounding, which nothing below it excludes.
        assert_eq!(aligned_pairs(&tokens, -1.0 - 1e-9), n * (n - 1) / 2, "{signs:?}");
    }
}

/// n tokens at equal angles: those less than m of these apart are aligned at a threshold just below the cosine of m - 1.
#[test]
fn val_aligned_pairs_of_a_regular_polygon() {
    let n = 12_u32;
    let step = 2.0 * std::f64::consts::PI / f64::from(n);
    let angles: Vec<f64> = (0..n).map(|k| f64::from(k * 5 % n) * step).collect();
    let tokens = Tokens::from_angles(&angles).expect("tokens");
    for apart in 1..6 {
        let cosine = libm::cos(f64::from(apart) * step);
        assert_eq!(aligned_pairs(&tokens, cosine - 1e-9), u64::from(n * apart));
        assert_eq!(aligned_pairs(&tokens, cosine + 1e-9), u64::from(n * (apart - 1)));
    }
}

#[test]
fn prop_aligned_pairs_are_those_above_the_threshold() {
    for (n, d) in [(40, 2), (33, 3), (17, 7)] {
        let tokens = scattered(n, d);
        let inner = |j: usize, k: usize| (0..d).map(|i| tokens.coordinate(i)[j] * tokens.coordinate(i)[k]).sum::<f64>();
        for threshold in [-0.5, 0.0, 0.7] {
            let pairs = (0..n).flat_map(|k| (0..k).map(move |j| (j, k)));
            let expected = pairs.filter(|&(j, k)| inner(j, k) > threshold).count() as u64;
            assert_eq!(aligned_pairs(&tokens, threshold), expected, "{n}, {d}, {threshold}");
        }
    }
}
