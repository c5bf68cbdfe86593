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
    (77, None, 0x12e7_2661_ff7c_eb4b),
    (89, Some(59), 0xc1c0_da11_798f_71b6),
    (92, None, 0xd912_364e_6343_8df1),
    (94, None, 0x69f4_b698_0075_fcdc),
    (158, Some(95), 0xe7da_e863_4506_96da),
    (219, None, 0x6e9c_2595_7a60_89c5),
    (218, None, 0xaed6_6506_c9d3_95d6),
    (52, Some(26), 0xf12f_adcf_f309_c1c0),
    (69, None, 0x892f_49fa_7403_1b47),
    (70, None, 0x2266_a137_51ba_546b),
    (12, Some(5), 0x1d0f_3986_e6d8_62db),
    (19, None, 0x4617_f4b5_d144_559e),
    (19, None, 0x6f91_2082_23ea_bb1b),
];
