//! The time in which one token falls onto coincident earlier ones: the law that lifetimes are compared with.
//!
//! Where Q = K = V = I, a token at the geodesic angle φ from m coincident earlier tokens, all others being far away,
//! obeys dφ/dt = −m sin φ / (e^{β(1−cos φ)} + m) under causal softmax attention, so that it takes the time
//! ∫ (e^{β(1−cos φ)} + m)/(m sin φ) dφ from its gap to where it merges. With u = 1 − cos φ the first part is
//! ½ ∫ e^{βu} (1/u + 1/(2−u)) du, a difference of exponential integrals.

use libm::{exp, log, log1p};

/// Falls towards earlier tokens at one inverse temperature, until they are nearer than the merging angle.
#[derive(Clone, Copy, Debug)]
pub struct TwoBody {
    beta: f64,
    /// 1 − cos of the merging angle.
    end: f64,
    /// The antiderivative there, divided by e^{β end}.
    at_end: f64,
}

impl TwoBody {
    /// Falls at an inverse temperature ≥ 0 to an angle in (0, π).
    pub fn new(beta: f64, merge: f64) -> Self {
        let half = libm::sin(0.5 * merge);
        let end = 2.0 * half * half;
        Self { beta, end, at_end: antiderivative(beta, end) }
    }

    /// The natural logarithm of the falling time from a gap, given 1 − cos(gap) and the logarithm of the number of
    /// coincident earlier tokens; not a number unless the gap exceeds the merging angle.
    pub fn ln_time(&self, one_minus_cos: f64, ln_earlier: f64) -> f64 {
        let (u, end) = (one_minus_cos, self.end);
        // tan²(φ/2) = u/(2 − u).
        let free = log(0.5 * log(u * (2.0 - end) / (end * (2.0 - u))));
        let barrier = match self.beta > TINY {
            true => {
                let top = antiderivative(self.beta, u);
                self.beta * u + log(0.5 * (top - exp(-self.beta * (u - end)) * self.at_end)) - ln_earlier
            }
            false => free - ln_earlier,
        };
        let (high, low) = if barrier > free { (barrier, free) } else { (free, barrier) };
        high + log1p(exp(low - high))
    }
}

/// Below this inverse temperature the barrier changes no digit.
const TINY: f64 = 1e-14;

/// e^{−βu} times Ei(βu) + e^{2β} E₁(β(2−u)), an antiderivative of e^{βu} (1/u + 1/(2−u)).
fn antiderivative(beta: f64, u: f64) -> f64 {
    scaled_ei(beta * u) + scaled_e1(beta * (2.0 - u))
}

/// γ, Euler's constant.
const EULER: f64 = 0.577_215_664_901_532_9;

/// e^{−x} Ei(x) for x > 0, by its power series, or its asymptotic one where that is exact (DLMF 6.6.2, 6.12.2).
fn scaled_ei(x: f64) -> f64 {
    if x < 40.0 {
        return exp(-x) * (EULER + log(x) + power_sum(x));
    }
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 1..40_u32 {
        term *= f64::from(k) / x;
        sum += term;
        if term < 1e-17 {
            break;
        }
    }
    sum / x
}

/// e^x E₁(x) for x > 0, by its power series or its continued fraction (DLMF 6.6.2, 6.9.1).
fn scaled_e1(x: f64) -> f64 {
    if x < 1.0 {
        return -exp(x) * (EULER + log(x) + power_sum(-x));
    }
    // 1/(x + 1 − 1²/(x + 3 − 2²/(x + 5 − …))), by Lentz's method.
    let mut b = x + 1.0;
    let (mut c, mut d) = (1e300, 1.0 / b);
    let mut fraction = d;
    for k in 1..500_u32 {
        let a = -f64::from(k) * f64::from(k);
        b += 2.0;
        d = 1.0 / (b + a * d);
        c = b + a / c;
        fraction *= c * d;
        if (c * d - 1.0).abs() < 1e-16 {
            break;
        }
    }
    fraction
}

/// 1/1, 1/2, 1/3, …: more than the power series needs for arguments up to 40.
const INVERSES: [f64; 200] = {
    let mut inverses = [1.0; 200];
    let mut k = 1;
    while k < inverses.len() {
        inverses[k] = 1.0 / (k + 1) as f64;
        k += 1;
    }
    inverses
};

/// The sum of x^k/(k k!) over k ≥ 1, for |x| ≤ 40.
fn power_sum(x: f64) -> f64 {
    let (mut power, mut sum) = (1.0, 0.0);
    for inverse in INVERSES {
        power *= x * inverse;
        let term = power * inverse;
        sum += term;
        if term.abs() < 1e-17 * sum.abs() {
            break;
        }
    }
    sum
}
