//! Quantiles: of the normal and of Student's distribution, and of a sample.

use libm::{erfc, exp, lgamma, log, log1p};

/// The point below which a standard normal variable lies with probability p in (0, 1).
pub fn normal_quantile(p: f64) -> f64 {
    bisect(-40.0, 40.0, |x| 0.5 * erfc(-x * std::f64::consts::FRAC_1_SQRT_2) < p)
}

/// Above this many degrees of freedom an expansion in their inverse is exact to 1e-9.
const MANY: f64 = 2000.0;

/// The point below which Student's t with `freedom` > 0 degrees lies with probability p in [0.5, 1).
pub fn student_quantile(p: f64, freedom: f64) -> f64 {
    if freedom > MANY {
        let z = normal_quantile(p);
        let (square, inverse) = (z * z, 1.0 / freedom);
        let first = 0.25 * z * (square + 1.0);
        let second = z * ((5.0 * square + 16.0) * square + 3.0) / 96.0;
        return z + inverse * (first + inverse * second);
    }
    // P(T <= t) = 1 - I_x(freedom/2, 1/2)/2 with x = freedom/(freedom + t^2).
    bisect(0.0, 1e8, |t| 1.0 - 0.5 * incomplete_beta(0.5 * freedom, 0.5, freedom / (freedom + t * t)) < p)
}

/// The place where a condition that holds below it and fails above it changes.
fn bisect(mut low: f64, mut high: f64, below: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if below(middle) { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// I_x(a, b), the regularised incomplete beta function, by its continued fraction (DLMF 8.17.22).
fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(b, a, 1.0 - x);
    }
    if x <= 0.0 {
        return 0.0;
    }
    let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a;
    // Lentz's method: numerators alternate between the two kinds.
    let (mut c, mut d) = (1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for k in 1..10_000_u32 {
        let m = f64::from(k);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for numerator in [even, odd] {
            d = 1.0 / (1.0 + numerator * d);
            c = 1.0 + numerator / c;
            change *= c * d;
        }
        fraction *= change;
        if (change - 1.0).abs() < 1e-16 {
            break;
        }
    }
    front * fraction
}

/// The quantile of values in any order, linear between them (as in numpy); not a number without values. Moves values, so
/// that the next quantile of the same ones is found sooner.
pub fn sample_quantile(values: &mut [f64], share: f64) -> f64 {
    let Some(last) = values.len().checked_sub(1) else { return f64::NAN };
    let place = share.clamp(0.0, 1.0) * last as f64;
    let (_, low, above) = values.select_nth_unstable_by(place.floor() as usize, f64::total_cmp);
    let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(*low);
    *low + (place - place.floor()) * (high - *low)
}
