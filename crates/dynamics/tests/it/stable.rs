//! Pinned bits: they change only together with `MODEL_VERSION`.

use crate::{causal, integrate, scattered};
use tokenpark_dynamics::{MODEL_VERSION, Statistics};

/// FNV-1a over the bits of all numbers.
fn digest(numbers: &[f64]) -> u64 {
    numbers
        .iter()
        .flat_map(|x| x.to_bits().to_le_bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[test]
fn stable_golden_trajectories() {
    let circle = integrate(&causal(2, 64.0), &scattered(100, 2), 30.0, 1e-6);
    let sphere = integrate(&causal(3, 9.0), &scattered(32, 3), 30.0, 1e-6);
    let found = (MODEL_VERSION, digest(&circle.state), digest(&sphere.state), circle.statistics, sphere.statistics);
    let pinned = (
        1,
        9_194_530_720_044_194_230,
        15_814_130_558_197_737_794,
        Statistics { steps: 38, rejected: 0, evaluations: 230 },
        Statistics { steps: 40, rejected: 0, evaluations: 242 },
    );
    assert_eq!(found, pinned, "numbers changed: raise MODEL_VERSION and pin the new ones");
}
