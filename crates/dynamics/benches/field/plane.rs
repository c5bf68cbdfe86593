//! The circle with general 2 x 2 matrices: one evaluation by Fourier series beside one pair by pair.

use crate::fastest;
use nalgebra::DMatrix;
use std::hint::black_box;
use tokenpark_dynamics::{Head, ImplicitField, Mask, Model, PlaneField, VectorField, Weights};

const BETA: f64 = 16.0;
const SIZES: [usize; 4] = [200, 1000, 10_000, 100_000];

pub fn print() {
    println!("\nThe circle with general Q, K, V, beta = 16, uniform angles, the noise of a tolerance of 1e-6.\n");
    println!(
        "      n  Fourier [us]  linearisation [us]  substitution [us]  tokens summed directly  direct [us]  ratio"
    );
    for n in SIZES {
        let matrix = |numbers: [f64; 4]| DMatrix::from_row_slice(2, 2, &numbers);
        let head = Head {
            query: matrix([0.9, -0.4, 0.3, 1.1]),
            key: matrix([1.0, 0.2, -0.5, 0.8]),
            value: matrix([0.7, -0.6, 0.4, 0.5]),
        };
        let model = Model::new(2, BETA, Mask::Causal, Weights::Softmax, head).expect("a valid model");
        let field = |noise: f64| PlaneField::new(&model, n).expect("causal softmax, d = 2").with_noise(noise);
        let (angles, mut out) = (crate::circle::angles(n), vec![0.0; n]);
        let mut fourier = field(1e-8);
        let velocity = fastest(|| fourier.velocity(1.0, black_box(&angles), black_box(&mut out)));
        let fallen = fourier.direct_tokens().len();
        let linear = fastest(|| fourier.linearize(1.0, black_box(&angles), black_box(&mut out)));
        let substitution = fastest(|| fourier.substitute(9.0, black_box(&angles), black_box(&mut out)));
        let mut pairs = field(0.0);
        let direct = fastest(|| pairs.velocity(1.0, black_box(&angles), black_box(&mut out)));
        println!(
            "{n:7} {:13.1} {:19.1} {:18.1} {fallen:23} {:12.1} {:6.1}",
            1e6 * velocity,
            1e6 * linear,
            1e6 * substitution,
            1e6 * direct,
            direct / velocity
        );
    }
}
