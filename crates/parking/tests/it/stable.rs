//! Fixed seeds and exact values: whatever changes them is value-breaking.

use crate::rng;
use tokenpark_parking::{Parking, Sample};

/// FNV-1a over the bits of all positions and times.
fn digest(sample: &Sample) -> u64 {
    let numbers = sample.positions().iter().chain(sample.times());
    numbers
        .flat_map(|x| x.to_bits().to_le_bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[test]
fn stable_samples() {
    let problems = [
        Parking::interval(100.0),
        Parking::circle(0.05),
        Parking::sphere(3, 0.2),
        Parking::sphere(4, 0.6),
        Parking::sphere(5, 1.1),
    ];
    let mut seen = vec![];
    for parking in problems {
        let (parking, mut rng) = (parking.unwrap(), rng(2024));
        for sample in [
            parking.arrivals(1000, &mut rng).unwrap(),
            parking.saturate(&mut rng).unwrap(),
            parking.saturate_in_time(&mut rng).unwrap(),
        ] {
            seen.push((sample.count(), sample.strong(), digest(&sample)));
        }
    }
    assert_eq!(seen, EXPECTED);
}

const EXPECTED: [(usize, Option<usize>, u64); 15] = [
    (73, Some(48), 0x45bd_e044_9c5a_0936),
    (74, None, 0x56d4_1f8e_dbb2_f488),
    (76, None, 0xf5f3_0f19_a7c7_6338),
    (89, Some(59), 0xc1c0_da11_798f_71b6),
    (92, None, 0xd912_364e_6343_8df1),
    (97, None, 0xe4cd_0b0d_8d81_045c),
    (158, Some(95), 0xe7da_e863_4506_96da),
    (220, None, 0x7446_1f7f_3013_7ded),
    (215, None, 0x7a4b_fa20_d950_ce30),
    (52, Some(26), 0xf12f_adcf_f309_c1c0),
    (68, None, 0xffdb_84b9_a0d0_3baa),
    (71, None, 0x7991_3362_482e_05ae),
    (12, Some(5), 0x1d0f_3986_e6d8_62db),
    (18, None, 0x7fb2_707d_a1df_b202),
    (18, None, 0xbe85_002e_fc48_b2ab),
];
