//! The powers e^{i m phi} of tokens on the circle, eight m at a time.

use crate::simd::{LANES, Octet, Row};

/// Where the powers of a token begin: for m = 1 ... 8 and m = -7 ... 0, and 2 cos 8 phi.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Start {
    now: [Row; 2],
    before: [Row; 2],
    twice: f64,
}

/// The starts of eight tokens with the given cosines and sines. All at once: the loops over modes then begin without
/// delay.
#[inline(always)]
pub(crate) fn begin<V: Octet>(cos: &[f64], sin: &[f64], heads: &mut [[Row; 2]; LANES], starts: &mut [Start; LANES]) {
    for part in 0..V::PARTS {
        let one = [V::read(cos, 0, part), V::read(sin, 0, part)];
        let two = product(one, one);
        let (three, four) = (product(two, one), product(two, two));
        let (five, six, seven) = (product(four, one), product(four, two), product(four, three));
        let all = [one, two, three, four, five, six, seven, product(four, four)];
        for (row, [c, s]) in heads.iter_mut().zip(all) {
            c.store(&mut row[0], part);
            s.store(&mut row[1], part);
        }
    }
    for (token, start) in starts.iter_mut().enumerate() {
        let [cos, sin] = [heads[LANES - 1][0].0[token], heads[LANES - 1][1].0[token]];
        start.twice = 2.0 * cos;
        for part in 0..V::PARTS {
            let now = [
                V::new(std::array::from_fn(|m| heads[m][0].0[token]), part),
                V::new(std::array::from_fn(|m| heads[m][1].0[token]), part),
            ];
            let before = product(now, [V::splat(cos), V::splat(-sin)]);
            for i in [0, 1] {
                now[i].store(&mut start.now[i], part);
                before[i].store(&mut start.before[i], part);
            }
        }
    }
}

/// e^{i m phi} of one token for m = 8 g + 1 ... 8 g + 8, g = 0, 1, ...: a rotation by 8 phi a step, done as the
/// recursion of Chebyshev's polynomials, v_{g+1} = 2 cos(8 phi) v_g - v_{g-1}, whose error grows like g^2 while the
/// series' coefficients fall like e^{-32 g^2 / beta}.
pub(crate) struct Powers<V> {
    pub now: [V; 2],
    before: [V; 2],
    twice: V,
}

impl<V: Octet> Powers<V> {
    /// g = 0.
    #[inline(always)]
    pub fn from(start: &Start, part: usize) -> Self {
        let load = |rows: &[Row; 2]| [V::load(&rows[0], part), V::load(&rows[1], part)];
        Self { now: load(&start.now), before: load(&start.before), twice: V::splat(start.twice) }
    }

    #[inline(always)]
    pub fn step(&mut self) {
        let next = [self.twice.mul_sub(self.now[0], self.before[0]), self.twice.mul_sub(self.now[1], self.before[1])];
        self.before = std::mem::replace(&mut self.now, next);
    }
}

/// The product of complex numbers.
#[inline(always)]
fn product<V: Octet>(a: [V; 2], b: [V; 2]) -> [V; 2] {
    [a[0].mul_sub(b[0], a[1].times(b[1])), a[1].mul_add(b[0], a[0].times(b[1]))]
}
