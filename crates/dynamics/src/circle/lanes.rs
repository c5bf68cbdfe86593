//! Arithmetic on eight lanes at a time, in a fixed order.

pub(crate) const LANES: usize = 8;
pub(crate) type Lanes = [f64; LANES];

/// Rounds up to whole lanes.
pub(crate) fn padded(n: usize) -> usize {
    n.next_multiple_of(LANES)
}

/// Adds eight lanes in a fixed order.
#[inline(always)]
pub(crate) fn sum(v: Lanes) -> f64 {
    ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]))
}
