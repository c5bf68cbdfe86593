//! The values of one column of a [`Table`](crate::Table).

/// The values of one column. The `Option` variants may hold nulls; the others never do.
///
/// Equality is of bits: `NaN` equals an identical `NaN`, and `0.0` differs from `-0.0`.
#[derive(Debug, Clone)]
pub enum Column {
    /// Unsigned 32-bit integers.
    U32(Vec<u32>),
    /// Unsigned 64-bit integers.
    U64(Vec<u64>),
    /// Signed 64-bit integers.
    I64(Vec<i64>),
    /// Floating-point numbers; `NaN` is a value, not a null.
    F64(Vec<f64>),
    /// Truth values.
    Bool(Vec<bool>),
    /// UTF-8 strings.
    Text(Vec<String>),
    /// Unsigned 32-bit integers or null.
    OptionU32(Vec<Option<u32>>),
    /// Unsigned 64-bit integers or null.
    OptionU64(Vec<Option<u64>>),
    /// Signed 64-bit integers or null.
    OptionI64(Vec<Option<i64>>),
    /// Floating-point numbers or null.
    OptionF64(Vec<Option<f64>>),
    /// Truth values or null.
    OptionBool(Vec<Option<bool>>),
    /// UTF-8 strings or null.
    OptionText(Vec<Option<String>>),
}

/// Evaluates `$body` with `$v` bound to the vector of whichever variant `$column` is.
macro_rules! each {
    ($column:expr, $v:ident => $body:expr) => {
        match $column {
            Column::U32($v) => $body,
            Column::U64($v) => $body,
            Column::I64($v) => $body,
            Column::F64($v) => $body,
            Column::Bool($v) => $body,
            Column::Text($v) => $body,
            Column::OptionU32($v) => $body,
            Column::OptionU64($v) => $body,
            Column::OptionI64($v) => $body,
            Column::OptionF64($v) => $body,
            Column::OptionBool($v) => $body,
            Column::OptionText($v) => $body,
        }
    };
}

/// Evaluates `$body`, a vector made from `$v`, and wraps it in the variant that `$column` has.
macro_rules! map {
    ($column:expr, $v:ident => $body:expr) => {
        match $column {
            Column::U32($v) => Column::U32($body),
            Column::U64($v) => Column::U64($body),
            Column::I64($v) => Column::I64($body),
            Column::F64($v) => Column::F64($body),
            Column::Bool($v) => Column::Bool($body),
            Column::Text($v) => Column::Text($body),
            Column::OptionU32($v) => Column::OptionU32($body),
            Column::OptionU64($v) => Column::OptionU64($body),
            Column::OptionI64($v) => Column::OptionI64($body),
            Column::OptionF64($v) => Column::OptionF64($body),
            Column::OptionBool($v) => Column::OptionBool($body),
            Column::OptionText($v) => Column::OptionText($body),
        }
    };
}

/// Evaluates `$body` with the vectors of two columns of one variant, or `$otherwise` when the variants differ.
macro_rules! both {
    ($a:expr, $b:expr, ($v:ident, $w:ident) => $body:expr, else $otherwise:expr) => {
        match ($a, $b) {
            (Column::U32($v), Column::U32($w)) => $body,
            (Column::U64($v), Column::U64($w)) => $body,
            (Column::I64($v), Column::I64($w)) => $body,
            (Column::F64($v), Column::F64($w)) => $body,
            (Column::Bool($v), Column::Bool($w)) => $body,
            (Column::Text($v), Column::Text($w)) => $body,
            (Column::OptionU32($v), Column::OptionU32($w)) => $body,
            (Column::OptionU64($v), Column::OptionU64($w)) => $body,
            (Column::OptionI64($v), Column::OptionI64($w)) => $body,
            (Column::OptionF64($v), Column::OptionF64($w)) => $body,
            (Column::OptionBool($v), Column::OptionBool($w)) => $body,
            (Column::OptionText($v), Column::OptionText($w)) => $body,
            _ => $otherwise,
        }
    };
}

impl Column {
    /// The number of rows.
    pub fn len(&self) -> usize {
        each!(self, v => v.len())
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The type's name: `u32`, `f64?` and so on, with a question mark where nulls are allowed.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::U32(_) => "u32",
            Self::U64(_) => "u64",
            Self::I64(_) => "i64",
            Self::F64(_) => "f64",
            Self::Bool(_) => "bool",
            Self::Text(_) => "text",
            Self::OptionU32(_) => "u32?",
            Self::OptionU64(_) => "u64?",
            Self::OptionI64(_) => "i64?",
            Self::OptionF64(_) => "f64?",
            Self::OptionBool(_) => "bool?",
            Self::OptionText(_) => "text?",
        }
    }

    /// The rows with the given indices, in that order. Panics when an index is out of range.
    pub(crate) fn take(&self, rows: &[usize]) -> Self {
        map!(self, v => gather(v, rows))
    }

    /// Removes and returns the rows from `at` on.
    pub(crate) fn split_off(&mut self, at: usize) -> Self {
        map!(self, v => v.split_off(at))
    }

    /// Moves the rows of a column of the same variant to the end of this one; a different variant leaves it unchanged.
    pub(crate) fn append(&mut self, other: Self) {
        both!(self, other, (v, w) => v.extend(w), else ());
    }

    /// A column of the same type without rows.
    pub(crate) fn emptied(&self) -> Self {
        map!(self, v => { let _ = v; Vec::new() })
    }
}

fn gather<T: Clone>(values: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().map(|&row| values[row].clone()).collect()
}

impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::F64(v), Self::F64(w)) => v.iter().map(|x| x.to_bits()).eq(w.iter().map(|x| x.to_bits())),
            (Self::OptionF64(v), Self::OptionF64(w)) => {
                v.iter().map(|x| x.map(f64::to_bits)).eq(w.iter().map(|x| x.map(f64::to_bits)))
            }
            (v, w) => both!(v, w, (a, b) => a == b, else false),
        }
    }
}

impl Eq for Column {}
