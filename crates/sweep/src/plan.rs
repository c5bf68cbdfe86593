//! What shall be computed: the points of a manifest's grid, resolved one at a time.

mod point;

pub use point::Point;

use crate::axis::{Column, Slot};
use crate::diagnostics::Diagnostics;
use crate::expression::Variables;
use crate::manifest::{Key, Manifest, Separation, Setting};

/// A manifest whose values fit together at every point.
///
/// ```
/// use tokenpark_sweep::{Manifest, Plan, fingerprint};
///
/// let text = r#"
///     schema = 1
///     name = "two-tokens"
///     seed = 1
///     [model]
///     tokens = 2
///     dimension = 2
///     [initial]
///     distribution = { points = [[1, 0], [0, 1]] }
///     [integrate]
///     until = 16.78059173
///     [sweep]
///     "model.beta" = [1.0, 4.0]
/// "#;
/// let plan = Plan::new(Manifest::parse(text, "two-tokens.toml").unwrap()).unwrap();
/// assert_eq!((plan.points(), plan.runs(), plan.point(1).beta), (2, 2, 4.0));
/// // Comments are no part of the meaning, seeds are.
/// let same = Manifest::parse(&format!("# two tokens\n{text}"), "").unwrap();
/// let other = Manifest::parse(&text.replace("seed = 1", "seed = 2"), "").unwrap();
/// assert_eq!(fingerprint(&same), fingerprint(plan.manifest()));
/// assert_ne!(fingerprint(&other), fingerprint(plan.manifest()));
/// ```
#[derive(Clone, Debug)]
pub struct Plan {
    manifest: Manifest,
    /// The base values; what is swept is replaced point by point.
    base: Point,
    points: usize,
    swept: Vec<SweptColumn>,
}

/// The type of a column that a sweep adds to every table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Numbers of things.
    U32,
    /// Numbers.
    F64,
    /// Words, and the TOML of matrices and expressions.
    Text,
}

/// A column that a sweep adds to every table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweptColumn {
    /// The last part of the key, e.g. `beta`.
    pub name: &'static str,
    /// The key that is swept.
    pub key: Key,
    /// The type of its values.
    pub kind: ColumnKind,
}

/// A value in such a column.
#[derive(Clone, Debug, PartialEq)]
pub enum SweptValue {
    /// In a column of [`ColumnKind::U32`].
    U32(u32),
    /// In a column of [`ColumnKind::F64`].
    F64(f64),
    /// In a column of [`ColumnKind::Text`].
    Text(String),
}

impl std::fmt::Display for SweptValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::U32(value) => value.fmt(f),
            Self::F64(value) => value.fmt(f),
            Self::Text(value) => value.fmt(f),
        }
    }
}

impl Plan {
    /// Checks that the manifest's values fit together at every point. Nothing is expanded.
    ///
    /// # Errors
    ///
    /// Each distinct mistake once: shapes against the dimension, times against `until`, separations, the number of runs.
    pub fn new(manifest: Manifest) -> Result<Self, Diagnostics> {
        manifest.check()?;
        let mut base = Point::blank();
        for key in Key::ALL {
            manifest.base(key).into_iter().for_each(|setting| base.set(key, setting));
        }
        let points = manifest.grid.points();
        let columns = manifest.axes().iter().flat_map(|axis| axis.columns());
        let swept = columns.map(SweptColumn::new).collect();
        Ok(Self { manifest, base, points, swept })
    }

    /// The manifest it comes from.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The number of points, 1 to 10^7.
    pub fn points(&self) -> usize {
        self.points
    }

    /// Independent runs at every point.
    pub fn replicas(&self) -> u32 {
        self.manifest.replicas
    }

    /// The number of runs: points × replicas, at most 10^9.
    pub fn runs(&self) -> u64 {
        self.points as u64 * u64::from(self.replicas())
    }

    /// The smallest and the largest dimension of the sweep.
    pub fn dimensions(&self) -> (u32, u32) {
        let values = self.slot(Key::Dimension).map_or(&[][..], |slot| slot.values());
        let each = values.iter().map(|value| if let Setting::Count(d) = value { *d } else { self.base.dimension });
        each.fold((u32::MAX, 0), |(low, high), d| (low.min(d), high.max(d)))
    }

    /// Whether some points, and whether all, have normalisation schemes with radii.
    pub(crate) fn radii(&self) -> (bool, bool) {
        let values = self.slot(Key::Normalization).map_or(&[][..], |slot| slot.values());
        let has = |value: &Setting| matches!(value, Setting::Normalization(scheme) if scheme.has_radii());
        let any = values.iter().any(has);
        (any, any && values.iter().all(has))
    }

    /// The settings at point `index`. The first listed axis varies slowest.
    ///
    /// # Panics
    ///
    /// If `index` is not below [`Plan::points`].
    pub fn point(&self, index: usize) -> Point {
        assert!(index < self.points, "point {index} of {}", self.points);
        let mut point = self.base.clone();
        for (axis, digit) in self.manifest.grid.digits(index) {
            for column in axis.columns() {
                point.set(column.key(), &column.values()[digit]);
            }
        }
        let variables = Variables { beta: point.beta, tokens: point.tokens, dimension: point.dimension };
        if let Some(Setting::Separation(rule)) = self.slot(Key::Separation).map(|slot| slot.at(index)) {
            point.separation = rule.evaluate(&variables);
        }
        point
    }

    /// The save times of the runs at point `index`: strictly increasing, from 0 to `until` at most.
    pub fn times(&self, index: usize) -> Vec<f64> {
        let until = match self.slot(Key::Until).map(|slot| slot.at(index)) {
            Some(Setting::Number(until)) => *until,
            _ => self.base.until,
        };
        self.manifest.observe.times.resolve(until)
    }

    /// The columns that the sweep adds to every table, in the order of the axes.
    pub fn swept(&self) -> Vec<SweptColumn> {
        self.swept.clone()
    }

    /// The values of these columns at point `index`.
    pub fn swept_values(&self, index: usize) -> Vec<SweptValue> {
        let digits = self.manifest.grid.digits(index);
        let cells = digits.flat_map(|(axis, digit)| axis.columns().iter().map(move |column| (column, digit)));
        let typed = self.swept.iter().zip(cells);
        typed.map(|(swept, (column, digit))| swept_value(swept.kind, &column.values()[digit])).collect()
    }

    fn slot(&self, key: Key) -> Option<Slot<'_>> {
        self.manifest.grid.slot(key)
    }
}

impl SweptColumn {
    fn new(column: &Column) -> Self {
        let expression = |setting: &Setting| matches!(setting, Setting::Separation(Separation::Expression(_)));
        let saturated = column.values().contains(&Setting::Saturated);
        let kind = match column.values().first() {
            Some(Setting::Count(_)) if !saturated => ColumnKind::U32,
            Some(Setting::Number(_)) => ColumnKind::F64,
            Some(Setting::Separation(_)) if !column.values().iter().any(expression) => ColumnKind::F64,
            _ => ColumnKind::Text,
        };
        Self { name: column.key().name(), key: column.key(), kind }
    }
}

fn swept_value(kind: ColumnKind, setting: &Setting) -> SweptValue {
    match (kind, setting) {
        (ColumnKind::U32, Setting::Count(n)) => SweptValue::U32(*n),
        (_, Setting::Number(x)) => SweptValue::F64(*x),
        (ColumnKind::F64, Setting::Separation(Separation::Number(x))) => SweptValue::F64(*x),
        (_, other) => SweptValue::Text(other.to_string().trim_matches('"').to_owned()),
    }
}
