//! The field itself.

use super::frame::Frame;
use super::maps::Maps;
use super::weights::Block;
use crate::simd::{Kernel, LANES, Octet};

/// Velocities of all tokens, times |x_k|. With a base they are those in the base's charts: each differs by a multiple
/// of x_k, such that <base_k, velocity> = 0.
pub(super) struct Velocity<'a> {
    pub maps: &'a Maps,
    pub frame: &'a Frame,
    pub base: Option<&'a Frame>,
    pub block: &'a mut Block,
    /// Scratch, 8 * stride numbers.
    pub tile: &'a mut [f64],
    /// n * d numbers, coordinate-major.
    pub out: &'a mut [f64],
}

impl Kernel for Velocity<'_> {
    #[inline(always)]
    fn run<V: Octet>(self) {
        let Self { maps, frame, base, block, tile, out } = self;
        for first in (frame.front..frame.stride).step_by(LANES) {
            let tile = &mut tile[..(first + LANES) * LANES];
            block.weigh(maps, frame, first, tile);
            block.drift(maps, frame, tile);
            if let Some(base) = base {
                stay_in_chart(block, base, first);
            }
            store(block, frame, first, out);
        }
    }
}

/// Subtracts the multiple of x_k that leaves <base_k, x_k> as it is.
#[inline(always)]
fn stay_in_chart(block: &mut Block, base: &Frame, first: usize) {
    let (mut along, mut cosine) = ([0.0; LANES], [0.0; LANES]);
    for (i, (velocity, unit)) in block.velocity.iter().zip(&block.unit).enumerate() {
        let base = base.units().lanes(i, first);
        for l in 0..LANES {
            along[l] = base[l].mul_add(velocity[l], along[l]);
            cosine[l] = base[l].mul_add(unit[l], cosine[l]);
        }
    }
    for (velocity, unit) in block.velocity.iter_mut().zip(&block.unit) {
        for l in 0..LANES {
            velocity[l] = (-(along[l] / cosine[l])).mul_add(unit[l], velocity[l]);
        }
    }
}

/// Writes the block's velocities, times |x_k|.
#[inline(always)]
pub(super) fn store(block: &Block, frame: &Frame, first: usize, out: &mut [f64]) {
    let count = LANES.min(frame.end() - first);
    for (velocity, out) in block.velocity.iter().zip(out.chunks_exact_mut(frame.n)) {
        let lengths = &frame.lengths[first..first + count];
        for ((out, &v), &length) in out[first - frame.front..][..count].iter_mut().zip(velocity).zip(lengths) {
            *out = v * length;
        }
    }
}
