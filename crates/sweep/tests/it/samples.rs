//! Which runs `verify` computes again.

use tokenpark_sweep::Sample;

#[test]
fn stable_samples_are_spread_over_the_plan() {
    assert_eq!(Sample::Runs(4).of(10), [0, 2, 5, 7]);
    assert_eq!(Sample::Runs(16).of(5000)[..3], [0, 312, 625]);
    assert_eq!(Sample::Runs(3).of(3), [0, 1, 2]);
    assert_eq!(Sample::All.of(3), [0, 1, 2]);
}

#[test]
fn prop_samples_are_ascending_and_within_the_plan() {
    for total in [1, 2, 15, 16, 17, 1_000_000_000] {
        for count in [1, 2, 16, 1000] {
            let sample = Sample::Runs(count).of(total);
            assert_eq!(sample.len() as u64, count.min(total));
            assert!(sample.windows(2).all(|pair| pair[0] < pair[1]));
            assert!(sample.iter().all(|&run| run < total));
        }
    }
}
