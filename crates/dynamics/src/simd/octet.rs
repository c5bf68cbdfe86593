//! Eight numbers in registers, with the same fixed arithmetic for every instruction set.

/// Numbers that are worked on together; rows are padded to a multiple of it.
pub(crate) const LANES: usize = 8;
/// Eight numbers in memory.
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

/// Eight lanes in memory that never straddle a cache line.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
pub(crate) struct Row(pub Lanes);

/// Numbers in a register: all eight of a row, or one of the `PARTS` parts of it. For loops that compilers do not turn into
/// whole lanes by themselves.
pub(crate) trait Octet: Copy {
    const PARTS: usize;
    fn new(lanes: Lanes, part: usize) -> Self;
    fn splat(x: f64) -> Self;
    fn load(row: &Row, part: usize) -> Self;
    fn store(self, row: &mut Row, part: usize);
    /// Eight numbers of a slice from an index on.
    fn read(from: &[f64], at: usize, part: usize) -> Self;
    fn plus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    /// self * b + c, rounded once.
    fn mul_add(self, b: Self, c: Self) -> Self;
    /// self * b - c, rounded once.
    fn mul_sub(self, b: Self, c: Self) -> Self;
    /// -self * b - c, rounded once.
    fn neg_mul_sub(self, b: Self, c: Self) -> Self;
    /// The larger of both; `other` where that is NaN.
    fn max(self, other: Self) -> Self;
    /// 2^k of an integer k that stands in the low bits, as after adding 1.5 * 2^52.
    fn power_of_two(self) -> Self;
    /// Zero where `x` is below `limit`.
    fn zero_below(self, x: Self, limit: f64) -> Self;
    /// Exchanges rows and lanes.
    fn transpose(rows: &mut [Row; LANES]);
    /// All lanes of a row, added as in [`sum`].
    fn sum(row: &Row) -> f64;
}

/// Lane by lane, on any machine.
impl Octet for Row {
    const PARTS: usize = 1;

    #[inline(always)]
    fn new(lanes: Lanes, _: usize) -> Self {
        Self(lanes)
    }

    #[inline(always)]
    fn splat(x: f64) -> Self {
        Self([x; LANES])
    }

    #[inline(always)]
    fn load(row: &Row, _: usize) -> Self {
        *row
    }

    #[inline(always)]
    fn store(self, row: &mut Row, _: usize) {
        *row = self;
    }

    #[inline(always)]
    fn read(from: &[f64], at: usize, _: usize) -> Self {
        Self(*from[at..].first_chunk().expect("eight lanes"))
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        Self(std::array::from_fn(|l| self.0[l] + other.0[l]))
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        Self(std::array::from_fn(|l| self.0[l] * other.0[l]))
    }

    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        Self(std::array::from_fn(|l| self.0[l].mul_add(b.0[l], c.0[l])))
    }

    #[inline(always)]
    fn mul_sub(self, b: Self, c: Self) -> Self {
        Self(std::array::from_fn(|l| self.0[l].mul_add(b.0[l], -c.0[l])))
    }

    #[inline(always)]
    fn neg_mul_sub(self, b: Self, c: Self) -> Self {
        Self(std::array::from_fn(|l| (-self.0[l]).mul_add(b.0[l], -c.0[l])))
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Self(std::array::from_fn(|l| if self.0[l] > other.0[l] { self.0[l] } else { other.0[l] }))
    }

    #[inline(always)]
    fn power_of_two(self) -> Self {
        Self(self.0.map(|x| f64::from_bits((x.to_bits() << 52).wrapping_add(1023 << 52))))
    }

    #[inline(always)]
    fn zero_below(self, x: Self, limit: f64) -> Self {
        Self(std::array::from_fn(|l| if x.0[l] < limit { 0.0 } else { self.0[l] }))
    }

    #[inline(always)]
    fn transpose(rows: &mut [Row; LANES]) {
        let old = *rows;
        for (i, row) in rows.iter_mut().enumerate() {
            for (number, old) in row.0.iter_mut().zip(&old) {
                *number = old.0[i];
            }
        }
    }

    #[inline(always)]
    fn sum(row: &Row) -> f64 {
        sum(row.0)
    }
}
