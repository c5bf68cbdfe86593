//! The Fourier coefficients a_m = e^{-r} I_m(r) of eight tokens at a time, each with its own radius r.
//!
//! Miller's recurrence a_{m-1} = a_{m+1} + (2 m / r) a_m, run backwards from the first neglected term, costs one
//! multiply-add a coefficient with a token in each lane; the scale comes from a_0 + 2 sum a_m = 1.

use super::frame::Frame;
use crate::simd::{LANES, Octet, Row};

/// Where a_1 stands in a token's list; a_0 stands before it.
pub(crate) const FIRST: usize = LANES;

/// Coefficients of eight tokens, each times the same unknown factor.
#[derive(Debug, Clone)]
pub(crate) struct Coefficients {
    /// A token's a_m at `FIRST` - 1 + m, zero beyond its last group.
    pub lists: [Vec<f64>; LANES],
    /// What makes a_0 + 2 sum a_m one.
    pub scale: Row,
    /// Where the recurrence of a token begins.
    seeds: Vec<Row>,
}

impl Coefficients {
    pub(crate) fn new(groups: usize) -> Self {
        Self {
            lists: std::array::from_fn(|_| vec![0.0; FIRST + LANES * (groups + 1)]),
            scale: Row::default(),
            seeds: vec![Row::default(); groups],
        }
    }

    /// Fills in the tokens from `start` on.
    #[inline(always)]
    pub(crate) fn fill<V: Octet>(&mut self, frame: &Frame, start: usize) {
        let most = self.plant(&frame.groups[start..start + LANES]);
        let mut twice = Row::default();
        for (twice, &radius) in twice.0.iter_mut().zip(&frame.radius[start..start + LANES]) {
            *twice = if radius > 0.0 { 2.0 / radius } else { 1.0 };
        }
        // The latest two coefficients and the sum of all.
        let mut state = [Row::default(); 3];
        let mut rows = [Row::default(); LANES];
        for group in (0..most).rev() {
            for part in 0..V::PARTS {
                let twice = V::load(&twice, part);
                let [mut now, mut after, mut sum] = [0, 1, 2].map(|i| V::load(&state[i], part));
                now = now.plus(V::load(&self.seeds[group], part));
                for l in (0..LANES).rev() {
                    now.store(&mut rows[l], part);
                    sum = sum.plus(now);
                    let factor = twice.times(V::splat((LANES * group + l + 1) as f64));
                    (now, after) = (factor.mul_add(now, after), now);
                }
                now.store(&mut state[0], part);
                after.store(&mut state[1], part);
                sum.store(&mut state[2], part);
            }
            V::transpose(&mut rows);
            let at = FIRST + LANES * group;
            for (list, row) in self.lists.iter_mut().zip(&rows) {
                list[at..at + LANES].copy_from_slice(&row.0);
            }
        }
        for l in 0..LANES {
            self.lists[l][FIRST - 1] = state[0].0[l];
            self.scale.0[l] = 1.0 / (state[0].0[l] + 2.0 * state[2].0[l]);
        }
    }

    /// Sets the seeds, and zeros above the last group; returns the largest number of groups.
    #[inline(always)]
    fn plant(&mut self, groups: &[u32]) -> usize {
        let most = groups.iter().fold(1, |most, &groups| most.max(groups)) as usize;
        self.seeds[..most].fill(Row::default());
        for (l, (list, &groups)) in self.lists.iter_mut().zip(groups).enumerate() {
            self.seeds[groups as usize - 1].0[l] = 1.0;
            list[FIRST + LANES * most] = 0.0;
        }
        most
    }
}

#[cfg(test)]
mod tests {
    use super::{Coefficients, FIRST, Frame, LANES, Octet};
    use crate::plane::lengths::Lengths;
    use crate::simd::{Detected, Kernel, SimdLevel};

    struct Fill<'a>(&'a mut Coefficients, &'a Frame);

    impl Kernel for Fill<'_> {
        #[inline(always)]
        fn run<V: Octet>(self) {
            self.0.fill::<V>(self.1, 0);
        }
    }

    #[test]
    fn val_the_series_is_the_weight() {
        for radii in [[1e-20, 1e-9, 0.5, 9.0, 64.0, 64.1, 300.0, 4000.0], [3.0; LANES], [1e-20; LANES]] {
            let lengths = Lengths::new(4000.0, 1e-17);
            let mut frame = Frame::new(LANES);
            frame.radius.copy_from_slice(&radii);
            frame.measure(&lengths);
            for level in SimdLevel::available() {
                let mut coefficients = Coefficients::new(lengths.most());
                Detected::at_most(level).run(Fill(&mut coefficients, &frame));
                for (l, r) in radii.into_iter().enumerate() {
                    let (list, scale) = (&coefficients.lists[l], coefficients.scale.0[l]);
                    for i in 0..100 {
                        let x = f64::from(i) * 0.0628;
                        let sum = (1..=LANES * frame.groups[l] as usize)
                            .map(|m| list[FIRST - 1 + m] * libm::cos(m as f64 * x))
                            .sum::<f64>();
                        let (half, value) = (libm::sin(0.5 * x), scale * (list[FIRST - 1] + 2.0 * sum));
                        let exact = libm::exp(-2.0 * r * half * half);
                        assert!((value - exact).abs() < 2e-14, "{level:?} r {r} x {x}: {value} {exact}");
                    }
                }
            }
        }
    }
}
