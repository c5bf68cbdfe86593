//! Uniform numbers and directions from whatever generator the caller brings, without logarithms or trigonometry.

use rand::Rng;

/// A uniform number in [0, 1): the upper 53 bits of one word.
#[inline]
pub(crate) fn uniform<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    // 53 bits fit into a signed integer, whose conversion is one instruction.
    (rng.next_u64() >> 11) as i64 as f64 * (1.0 / 9_007_199_254_740_992.0)
}

/// An exponential number of mean 1.
#[inline]
pub(crate) fn exponential<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    -libm::log(1.0 - uniform(rng))
}

/// A uniform integer below `bound` (up to 2^32): the high half of a product, whose bias is below 2^-32.
#[inline]
pub(crate) fn below<R: Rng + ?Sized>(rng: &mut R, bound: usize) -> usize {
    ((u128::from(rng.next_u64()) * bound as u128) >> 64) as usize
}

/// A uniform point of the disc without its centre, and its squared radius, which is uniform too and independent of
/// the direction.
#[inline]
fn disc<R: Rng + ?Sized>(rng: &mut R) -> (f64, f64, f64) {
    loop {
        let (x, y) = (2.0 * uniform(rng) - 1.0, 2.0 * uniform(rng) - 1.0);
        let square = x * x + y * y;
        if square < 1.0 && square > 0.0 {
            return (x, y, square);
        }
    }
}

/// A vector of R^d, d = `out.len()`, with a uniform direction; its length is not 1.
///
/// d = 2: a point of the disc. d = 3: Marsaglia (1972). Otherwise d, rounded up to an even number, is split into
/// planes: a uniform direction has a uniform angle in each plane, and its squared lengths in the planes are the
/// spacings of uniform numbers (a Dirichlet law). A coordinate too many is left out, since a projection of an isotropic
/// vector is isotropic.
pub(crate) fn direction<R: Rng + ?Sized>(rng: &mut R, scratch: &mut Vec<f64>, out: &mut [f64]) {
    match out {
        [x, y] => (*x, *y, _) = disc(rng),
        [x, y, z] => {
            let (a, b, square) = disc(rng);
            let scale = 2.0 * (1.0 - square).sqrt();
            (*x, *y, *z) = (a * scale, b * scale, 1.0 - 2.0 * square);
        }
        _ => in_planes(rng, scratch, out),
    }
}

/// `direction` for d >= 4. `scratch` holds the ends of the spacings: 0, uniform numbers in order, 1.
fn in_planes<R: Rng + ?Sized>(rng: &mut R, scratch: &mut Vec<f64>, out: &mut [f64]) {
    let planes = out.len().div_ceil(2);
    scratch.clear();
    scratch.extend((1..planes).map(|_| uniform(rng)));
    scratch.push(1.0);
    scratch.sort_unstable_by(f64::total_cmp);
    let mut before = 0.0;
    for (plane, &end) in out.chunks_mut(2).zip(scratch.iter()) {
        let (x, y, square) = disc(rng);
        let scale = ((end - before) / square).sqrt();
        before = end;
        plane[0] = x * scale;
        if let Some(second) = plane.get_mut(1) {
            *second = y * scale;
        }
    }
}
