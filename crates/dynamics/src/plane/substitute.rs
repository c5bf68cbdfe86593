//! Forward substitutions in prefix sums.

use super::coefficients::FIRST;
use super::fourier::{Modes, Orders, compare};
use super::linear::Linear;
use crate::circle::direct::dot;
use crate::circle::powers::Powers;
use crate::circle::rows::Rows;
use crate::simd::{Kernel, LANES, Octet, Row};

/// Solves (shift I - J) u = r: the off-diagonal part of row k is, with theta = phi_j - psi_k and the pull
/// v = q_c cos theta + q_s sin theta,
///
/// ```text
/// sum_j (d(w v)/dtheta + F_k r_k w sin theta) u_j / Z_k
///   = (2 q_s sum m p_m E_m - 2 q_c sum m c_m O_m + 2 F_k r_k sum p_m O_m) / Z_k
/// ```
///
/// in prefix sums of u_j e^{i m phi_j}. The entry of the token just before stands apart, so that the sums for a token need
/// not wait for that one's u.
pub(crate) struct FourierSubstitution<'a> {
    pub linear: &'a Linear,
    /// Tokens whose row is known directly.
    pub rows: &'a Rows,
    /// 1 / (shift - dF_k/dphi_k).
    pub inverse: &'a [f64],
    pub modes: &'a mut Modes,
    /// Right side, replaced by the solution; padded.
    pub u: &'a mut [f64],
}

impl Kernel for FourierSubstitution<'_> {
    #[inline(always)]
    fn run<V: Octet>(self) {
        let Self { linear, modes, u, .. } = self;
        let frame = &linear.frame;
        modes.clear();
        let mut direct = self.rows.iter().peekable();
        let n = self.inverse.len();
        for start in (0..n).step_by(LANES) {
            modes.begin::<V>(frame, start);
            for k in start..n.min(start + LANES) {
                let l = k - start;
                let before = if k < 2 { 0.0 } else { u[k - 2] };
                let mut totals = [Row::default(); 3];
                for part in 0..V::PARTS {
                    let own = Powers::from(&modes.starts[0][l], part);
                    let other = Powers::from(&modes.starts[1][l], part);
                    let orders = Orders::<V>::new(frame.radius[k], part);
                    let at = Place { l, groups: frame.groups[k] as usize, most: frame.most, parity: k % 2, part };
                    derivatives(modes, &at, before, [own, other], orders, &mut totals);
                }
                let coupling = match direct.next_if(|(token, _)| *token == k) {
                    Some((_, row)) => dot(row, u),
                    None => {
                        let last = if k < 1 { 0.0 } else { u[k - 1] };
                        let [even, odd, plain] = [&linear.factors[0], &linear.factors[1], &linear.factors[2]];
                        let sum = even[k] * V::sum(&totals[0])
                            + (odd[k] * V::sum(&totals[1]) + plain[k] * V::sum(&totals[2]));
                        linear.near[k].mul_add(last, 2.0 * modes.coefficients.scale.0[l] * sum)
                    }
                };
                u[k] = (u[k] + coupling) * self.inverse[k];
            }
        }
    }
}

/// Which token, and which of its modes.
struct Place {
    l: usize,
    groups: usize,
    most: usize,
    parity: usize,
    part: usize,
}

/// Adds the token two before the present one, with its u, to the prefix sums; then the sums over modes.
#[inline(always)]
fn derivatives<V: Octet>(
    modes: &mut Modes,
    at: &Place,
    u: f64,
    [mut own, mut other]: [Powers<V>; 2],
    mut orders: Orders<V>,
    totals: &mut [Row; 3],
) {
    let part = at.part;
    let (u, mut sums) = (V::splat(u), [V::splat(0.0); 3]);
    let mut order = V::new([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], part);
    let half = V::splat(0.5);
    let list = &modes.coefficients.lists[at.l];
    let rows = modes.prefix[..at.most].iter_mut().zip(&mut modes.latest[at.parity]);
    for (group, (prefix, latest)) in rows.enumerate() {
        let before = [
            u.mul_add(V::load(&latest[0], part), V::load(&prefix[0], part)),
            u.mul_add(V::load(&latest[1], part), V::load(&prefix[1], part)),
        ];
        before[0].store(&mut prefix[0], part);
        before[1].store(&mut prefix[1], part);
        own.now[0].store(&mut latest[0], part);
        own.now[1].store(&mut latest[1], part);
        own.step();
        if group < at.groups {
            let first = FIRST + LANES * group;
            let (below, above) = (V::read(list, first - 1, part), V::read(list, first + 1, part));
            let [even, odd] = compare(before, other.now);
            let pull = V::read(list, first, part).times(orders.now());
            sums[0] = pull.times(order).mul_add(even, sums[0]);
            sums[1] = below.plus(above).times(half.times(order)).mul_add(odd, sums[1]);
            sums[2] = pull.mul_add(odd, sums[2]);
            other.step();
            orders.step();
            order = order.plus(V::splat(LANES as f64));
        }
    }
    for (total, sum) in totals.iter_mut().zip(sums) {
        sum.store(total, part);
    }
}
