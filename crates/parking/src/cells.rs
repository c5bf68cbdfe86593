//! Points sorted into cubes, so that a neighbour is looked for nearby only.

use std::collections::BTreeMap;
use tokenpark_dynamics::Tokens;

/// Cubes over the first two or three coordinates; points nearer than the cube's side are in the same cube or in
/// touching ones, whatever the dimension.
pub(crate) struct Cells {
    side: f64,
    axes: usize,
    cubes: BTreeMap<[i32; 3], Vec<usize>>,
}

impl Cells {
    /// Finer cubes than this would not speed anything up.
    const SMALLEST_SIDE: f64 = 1e-4;

    pub(crate) fn new(dimension: usize, distance: f64) -> Self {
        // A trace wider than the distance, so that rounding never puts neighbours two cubes apart.
        Self { side: distance.max(Self::SMALLEST_SIDE) * (1.0 + 1e-9), axes: dimension.min(3), cubes: BTreeMap::new() }
    }

    fn cube(&self, tokens: &Tokens, k: usize) -> [i32; 3] {
        let mut cube = [0; 3];
        for (axis, index) in cube.iter_mut().enumerate().take(self.axes) {
            *index = (tokens.coordinate(axis)[k] / self.side).floor() as i32;
        }
        cube
    }

    pub(crate) fn insert(&mut self, tokens: &Tokens, k: usize) {
        self.cubes.entry(self.cube(tokens, k)).or_default().push(k);
    }

    /// True when a point inserted before lies within the squared chord of token k.
    pub(crate) fn has_neighbor(&self, tokens: &Tokens, k: usize, squared_chord: f64) -> bool {
        let center = self.cube(tokens, k);
        let reach = |axis: usize| if axis < self.axes { -1..=1 } else { 0..=0 };
        reach(0).any(|a| {
            reach(1).any(|b| {
                reach(2).any(|c| {
                    let cube = [center[0] + a, center[1] + b, center[2] + c];
                    self.cubes
                        .get(&cube)
                        .is_some_and(|members| members.iter().any(|&j| tokens.squared_chord(j, k) <= squared_chord))
                })
            })
        })
    }
}
