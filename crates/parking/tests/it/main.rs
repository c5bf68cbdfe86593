//! Samples, theory and statistics of parking against all pairs, exact laws and the literature.

mod caps;
mod centers;
mod errors;
mod line;
mod spheres;
mod stable;
mod statistics;
mod theory;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng;
use tokenpark_dynamics::Tokens;

/// The generator that everything here is drawn from.
fn rng(seed: u64) -> ChaCha12Rng {
    ChaCha12Rng::seed_from_u64(seed)
}

/// Kolmogorov's statistic sqrt(n) sup |F_n − F|; above 2.0 with probability 7e-4.
fn kolmogorov(mut values: Vec<f64>, law: impl Fn(f64) -> f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len() as f64;
    let distance = values.iter().enumerate().fold(0.0, |distance: f64, (i, &x)| {
        let exact = law(x);
        distance.max((exact - i as f64 / n).abs()).max(((i + 1) as f64 / n - exact).abs())
    });
    n.sqrt() * distance
}

/// A small generator for tests (SplitMix64): uniform numbers in (0, 1).
struct Uniform(u64);

impl Uniform {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(1.0 - self.next())).sqrt();
        radius * libm::cos(2.0 * std::f64::consts::PI * self.next())
    }

    fn tokens(&mut self, n: usize, d: usize) -> Tokens {
        Tokens::new(d, (0..n * d).map(|_| self.normal()).collect()).expect("normal numbers have a direction")
    }
}
