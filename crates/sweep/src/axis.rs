//! The grid of a sweep: axes, and how a point's number picks a value on each.
//!
//! Points are numbered like the digits of a clock: the last axis runs fastest, the first listed one slowest. Columns
//! that are zipped share an axis. Nothing here is expanded to points.

use std::fmt;
use std::ops::Range;

use crate::manifest::{Key, Setting};

/// How the values of a [`Progression`] are spaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spacing {
    /// Equal differences.
    Linear,
    /// Equal ratios; both ends must be above 0.
    Log,
}

/// `count` numbers from `from` to `to`, both exactly included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Progression {
    /// Equal differences or equal ratios.
    pub spacing: Spacing,
    /// How many numbers; 1 means `to` alone.
    pub count: u32,
    /// The first.
    pub from: f64,
    /// The last; it may be below the first.
    pub to: f64,
}

impl Progression {
    /// The number at `index`, counted from 0. Logarithms are libm's, so the bits are the same on every machine.
    pub fn at(&self, index: u32) -> f64 {
        if index + 1 >= self.count {
            return self.to;
        }
        if index == 0 {
            return self.from;
        }
        let (k, last) = (f64::from(index), f64::from(self.count - 1));
        match self.spacing {
            Spacing::Linear => self.from + (self.to - self.from) * k / last,
            Spacing::Log => {
                let (low, high) = (libm::log(self.from), libm::log(self.to));
                libm::exp(low + (high - low) * k / last)
            }
        }
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = f64> + '_ {
        (0..self.count).map(|index| self.at(index))
    }
}

impl fmt::Display for Progression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.spacing == Spacing::Linear { "linear" } else { "log" };
        write!(f, "{{ {word} = {}, from = {:?}, to = {:?} }}", self.count, self.from, self.to)
    }
}

/// A setting with the place it was written at.
#[derive(Clone, Debug)]
pub(crate) struct Sited {
    pub(crate) setting: Setting,
    pub(crate) span: Range<usize>,
}

/// The values that one key takes along an axis.
#[derive(Clone, Debug)]
pub struct Column {
    pub(crate) key: Key,
    pub(crate) values: Vec<Setting>,
    /// One place for each value, or a single one for all.
    pub(crate) spans: Vec<Range<usize>>,
    /// How the values were written, if not one by one.
    pub(crate) progression: Option<Progression>,
}

impl Column {
    /// The key that is swept.
    pub fn key(&self) -> Key {
        self.key
    }

    /// Its values, in order.
    pub fn values(&self) -> &[Setting] {
        &self.values
    }

    fn span(&self, index: usize) -> Range<usize> {
        self.spans.get(index).or(self.spans.first()).cloned().unwrap_or_default()
    }
}

/// One direction of the grid: one column, or several that go together.
#[derive(Clone, Debug)]
pub struct Axis {
    pub(crate) columns: Vec<Column>,
    pub(crate) zipped: bool,
}

impl Axis {
    /// The columns that go together, in the order of [`Key`].
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The number of values along it.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.columns.first().map_or(1, |column| column.values.len())
    }
}

/// The base values and the axes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grid {
    /// By [`Key`]; `None` where the manifest is wrong or only an axis gives values.
    pub(crate) base: [Option<Sited>; Key::COUNT],
    pub(crate) axes: Vec<Axis>,
}

impl Grid {
    /// The number of points: the product of the lengths, 1 without axes.
    pub(crate) fn points(&self) -> usize {
        self.axes.iter().map(Axis::len).product()
    }

    /// Where the values of a key come from; `None` if the manifest is wrong there.
    pub(crate) fn slot(&self, key: Key) -> Option<Slot<'_>> {
        let mut stride = 1;
        for (axis, place) in self.axes.iter().enumerate().rev() {
            if let Some(column) = place.columns.iter().find(|column| column.key == key) {
                return Some(Slot::Swept { axis, stride, column });
            }
            stride *= place.len();
        }
        self.base[key as usize].as_ref().map(Slot::Base)
    }

    /// The value of each axis's digits at a point.
    pub(crate) fn digits(&self, point: usize) -> impl Iterator<Item = (&Axis, usize)> {
        let mut stride = self.points();
        self.axes.iter().map(move |axis| {
            stride /= axis.len().max(1);
            (axis, point / stride.max(1) % axis.len().max(1))
        })
    }

    /// One point for each combination of values that the slots take together.
    pub(crate) fn combinations(&self, slots: &[&Slot<'_>]) -> impl Iterator<Item = usize> + use<> {
        let mut involved: Vec<(usize, usize)> = Vec::new();
        let mut stride = self.points();
        for (index, axis) in self.axes.iter().enumerate() {
            stride /= axis.len().max(1);
            if slots.iter().any(|slot| matches!(slot, Slot::Swept { axis, .. } if *axis == index)) {
                involved.push((axis.len(), stride));
            }
        }
        let total: usize = involved.iter().map(|(len, _)| len).product();
        (0..total).map(move |mut number| {
            let mut point = 0;
            for (len, stride) in involved.iter().rev() {
                point += number % len * stride;
                number /= len;
            }
            point
        })
    }
}

/// The values of one key over the grid.
pub(crate) enum Slot<'g> {
    /// The same everywhere.
    Base(&'g Sited),
    /// Along an axis whose neighbours are `stride` points apart.
    Swept { axis: usize, stride: usize, column: &'g Column },
}

impl<'g> Slot<'g> {
    /// The value at a point.
    pub(crate) fn at(&self, point: usize) -> &'g Setting {
        match self {
            Self::Base(sited) => &sited.setting,
            Self::Swept { stride, column, .. } => &column.values[point / stride % column.values.len()],
        }
    }

    /// Where the value at a point is written.
    pub(crate) fn span(&self, point: usize) -> Range<usize> {
        match self {
            Self::Base(sited) => sited.span.clone(),
            Self::Swept { stride, column, .. } => column.span(point / stride % column.values.len()),
        }
    }

    /// All values, each once.
    pub(crate) fn values(&self) -> &'g [Setting] {
        match self {
            Self::Base(sited) => std::slice::from_ref(&sited.setting),
            Self::Swept { column, .. } => &column.values,
        }
    }
}
