//! Cells of the sphere: boxes on the faces of the cube [-1, 1]^d, seen from its centre.
//!
//! A face's point (±1 in one coordinate, u in the others) goes to the sphere by division by its length. Straight lines
//! become great circles, so that the image of a box is the geodesically convex hull of its corners' images: it lies in
//! a cap of at most π/2 if and only if its corners do. Area on the sphere is (1 + |u|²)^{-d/2} du.

/// The largest dimension of a face.
pub(crate) const MOST_AXES: usize = crate::error::MOST_SATURATED_DIMENSIONS - 1;

/// The deepest level: cells of 2^{-45} are still a few times as wide as the rounding errors of their corners.
pub(crate) const DEEPEST: u32 = 46;

/// A box of side 2^{1 − level} on a face, by its integer place along each axis.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell {
    /// Axis of the face, and whether it is the lower one.
    face: u8,
    at: [u64; MOST_AXES],
}

/// The cells of one level.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chart {
    dimension: usize,
    side: f64,
    level: u32,
}

impl Chart {
    /// The faces of the cube themselves.
    pub(crate) fn faces(dimension: usize) -> (Self, Vec<Cell>) {
        let cells = (0..2 * dimension as u8).map(|face| Cell { face, at: [0; MOST_AXES] }).collect();
        (Self { dimension, side: 2.0, level: 0 }, cells)
    }

    /// Half the side.
    pub(crate) fn finer(self) -> Self {
        Self { side: 0.5 * self.side, level: self.level + 1, ..self }
    }

    pub(crate) fn dimension(self) -> usize {
        self.dimension
    }

    pub(crate) fn level(self) -> u32 {
        self.level
    }

    /// The volume du of a cell.
    pub(crate) fn volume(self) -> f64 {
        (1..self.dimension).fold(1.0, |volume, _| volume * self.side)
    }

    /// The number of parts of a cell on the next finer level, and of its corners.
    pub(crate) fn corners(self) -> usize {
        1 << (self.dimension - 1)
    }

    /// One of the parts of a cell, on the next finer level.
    pub(crate) fn part(self, cell: Cell, part: usize) -> Cell {
        let mut finer = cell;
        for axis in 0..self.dimension - 1 {
            finer.at[axis] = 2 * cell.at[axis] + (part >> axis & 1) as u64;
        }
        finer
    }

    /// The point of the cube's face at a place within the cell, each coordinate of which is in [0, 1]. Returns |x|².
    #[inline]
    pub(crate) fn point(self, cell: Cell, place: impl Fn(usize) -> f64, out: &mut [f64]) -> f64 {
        let (face, lower) = (usize::from(cell.face >> 1), cell.face & 1 == 1);
        let mut square = 1.0;
        out[face] = if lower { -1.0 } else { 1.0 };
        for axis in 0..self.dimension - 1 {
            let u = (cell.at[axis] as f64 + place(axis)) * self.side - 1.0;
            out[axis + usize::from(axis >= face)] = u;
            square += u * u;
        }
        square
    }

    /// The same on the sphere. Returns the length that was divided by.
    #[inline]
    pub(crate) fn unit_point(self, cell: Cell, place: impl Fn(usize) -> f64, out: &mut [f64]) -> f64 {
        let length = self.point(cell, place, out).sqrt();
        let inverse = 1.0 / length;
        for x in out.iter_mut() {
            *x *= inverse;
        }
        length
    }

    /// Corner number `corner` on the sphere.
    #[inline]
    pub(crate) fn corner(self, cell: Cell, corner: usize, out: &mut [f64]) {
        self.unit_point(cell, |axis| (corner >> axis & 1) as f64, out);
    }

    /// The middle of the cell on the sphere, and a chord from there that no point of the cell exceeds.
    #[inline]
    pub(crate) fn middle(self, cell: Cell, out: &mut [f64]) -> f64 {
        let length = self.unit_point(cell, |_| 0.5, out);
        // Division by lengths of at least l shrinks distances by l or more; no length is below 1.
        let half_diagonal = self.half_diagonal();
        half_diagonal / (length - half_diagonal).max(1.0) * (1.0 + 1e-14)
    }

    /// A length that hardly any cell's width is below: radial lengths shrink by up to d.
    pub(crate) fn narrowest(self) -> f64 {
        self.side / self.dimension as f64
    }

    /// Half the diagonal of a cell on the face.
    pub(crate) fn half_diagonal(self) -> f64 {
        0.5 * self.side * ((self.dimension - 1) as f64).sqrt()
    }
}
