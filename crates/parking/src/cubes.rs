//! Cubes over the leading coordinates, hashed into buckets, visited from near to far.

/// Cubes twice as wide as the distance that counts: what lies within it along one axis is in the same cube or in the
/// nearer one of its two neighbours, so that 2^axes cubes are enough, and most of the far ones are skipped.
pub(crate) struct Cubes {
    side: f64,
    per_side: f64,
    offset: f64,
    axes: usize,
    shift: u32,
}

/// More axes than this are not looked at.
const MOST_AXES: usize = 8;

/// Odd numbers without structure (fractional digits of square roots), one an axis.
const SALT: [u64; MOST_AXES] = [
    0x9e37_79b9_7f4a_7c15,
    0xbf58_476d_1ce4_e5b9,
    0x94d0_49bb_1331_11eb,
    0xd6e8_feb8_6659_fd93,
    0xa076_1d64_78bd_642f,
    0xe703_7ed1_a0b4_28db,
    0x8ebc_6af0_9c88_c6e3,
    0x5899_65cc_7537_4cc3,
];

impl Cubes {
    /// Cubes for up to `points` points of the unit sphere in R^d and a distance (a chord).
    pub(crate) fn new(dimension: usize, distance: f64, points: usize) -> Self {
        // A trace wider than the distance, so that rounding never puts neighbours too far apart.
        let distance = distance.max(1e-7) * (1.0 + 1e-8);
        let side = 2.0 * distance;
        // A whole number of cubes, so that 0 stays the end of one.
        let offset = (1.0 / side).ceil() + 1.0;
        // As many axes as it takes to have about as many cubes as points.
        let along = 2.0 * (1.0 / side).ceil();
        let enough = libm::ceil(libm::log(points as f64 + 1.0) / libm::log(along)) as usize;
        let axes = enough.clamp(2, dimension.min(MOST_AXES));
        let buckets = (2 * points).next_power_of_two().max(16);
        Self { side, per_side: 1.0 / side, offset, axes, shift: 64 - buckets.trailing_zeros() }
    }

    /// The number of buckets.
    pub(crate) fn buckets(&self) -> usize {
        1 << (64 - self.shift)
    }

    fn bucket(&self, key: u64) -> usize {
        ((key ^ (key >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift) as usize
    }

    /// Where the point is: its own cube, and for each axis the nearer neighbour.
    #[inline]
    pub(crate) fn place(&self, point: &[f64]) -> Place {
        let mut place = Place { key: 0, steps: [(0.0, 0); MOST_AXES] };
        for (axis, &x) in point.iter().enumerate().take(self.axes) {
            // Not negative, so that the conversion rounds down.
            let scaled = x * self.per_side + self.offset;
            let cube = scaled as i64;
            place.key = place.key.wrapping_add((cube as u64).wrapping_mul(SALT[axis]));
            let inside = scaled - cube as f64;
            let (away, step) =
                if inside < 0.5 { (inside, SALT[axis].wrapping_neg()) } else { (1.0 - inside, SALT[axis]) };
            place.steps[axis] = (away * away * self.side * self.side, step);
        }
        place
    }

    /// The bucket of the place's own cube.
    #[inline]
    pub(crate) fn home(&self, place: &Place) -> usize {
        self.bucket(place.key)
    }

    /// True when `found` is for the bucket of some cube within a squared distance of the place, up to the distance that
    /// the cubes are made for; own cube first, and the nearest axes first. Buckets may hold points of other cubes, and
    /// may come twice.
    #[inline]
    pub(crate) fn any(&self, place: &Place, reach: f64, mut found: impl FnMut(usize) -> bool) -> bool {
        found(self.bucket(place.key)) || self.any_around(place, reach, found)
    }

    /// `any` without the own cube.
    #[inline]
    fn any_around(&self, place: &Place, reach: f64, mut found: impl FnMut(usize) -> bool) -> bool {
        let mut steps = place.steps;
        let steps = &mut steps[..self.axes];
        steps.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        // A trace more, since places are rounded.
        let reach = reach * (1.0 + 1e-7);
        // All subsets of axes that stay within reach: those without an axis, then those with it.
        let (mut cubes, mut count) = ([(0.0, place.key); 1 << MOST_AXES], 1);
        for &(away, step) in steps.iter() {
            let mut next = count;
            for from in 0..count {
                let there = (cubes[from].0 + away, cubes[from].1.wrapping_add(step));
                if there.0 <= reach {
                    if found(self.bucket(there.1)) {
                        return true;
                    }
                    cubes[next] = there;
                    next += 1;
                }
            }
            count = next;
        }
        false
    }
}

/// A point's place among cubes.
pub(crate) struct Place {
    /// The own cube's.
    key: u64,
    /// The squared distance of each axis' nearer neighbour, and what leads from a cube's key to the neighbour's.
    steps: [(f64, u64); MOST_AXES],
}
