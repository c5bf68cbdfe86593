//! Two tables side by side: what counts as equal.

use tokenpark_dataset::{Column, Table, Tolerance, compare};

/// One run a row, with one more column.
fn table(column: Column) -> Table {
    let rows = column.len();
    let columns =
        [("point", Column::U32(vec![0; rows])), ("replica", Column::U32((0..rows as u32).collect())), ("x", column)];
    Table::new(columns.map(|(name, column)| (name.to_owned(), column)).into()).expect("a table")
}

/// How many cells of the two columns differ.
fn differ(a: Column, b: Column, tolerance: Tolerance) -> u64 {
    let found = compare(&table(a), &table(b), &Some, tolerance, &[]).expect("tables with keys");
    found.columns.iter().map(|column| column.cells).sum()
}

#[test]
fn val_no_tolerance_admits_what_is_infinitely_far() {
    let wide = Tolerance { rtol: 0.5, atol: 1e300 };
    let a = Column::F64(vec![f64::INFINITY, f64::INFINITY, 1.0, f64::NAN, f64::NAN, f64::INFINITY]);
    let b = Column::F64(vec![f64::INFINITY, 1.0, f64::NEG_INFINITY, f64::NAN, 1.0, f64::NEG_INFINITY]);
    assert_eq!(differ(a, b, wide), 4);
}

#[test]
fn val_tolerances_are_inclusive_and_add_up() {
    let (a, b) = (Column::F64(vec![4.0, 4.0, 4.0]), Column::F64(vec![4.5, 4.75, 4.25]));
    assert_eq!(differ(a.clone(), b.clone(), Tolerance { rtol: 0.0, atol: 0.5 }), 1);
    assert_eq!(differ(a.clone(), b.clone(), Tolerance { rtol: 0.125, atol: 0.0 }), 1);
    assert_eq!(differ(a, b, Tolerance::default()), 3);
}

#[test]
fn val_whole_numbers_are_compared_as_such() {
    let large = 1_u64 << 60;
    let (a, b) = (Column::U64(vec![large, large]), Column::U64(vec![large, large + 1]));
    assert_eq!(differ(a.clone(), b.clone(), Tolerance::default()), 1);
    assert_eq!(differ(a, b, Tolerance { rtol: 0.0, atol: 1.0 }), 0);
}
