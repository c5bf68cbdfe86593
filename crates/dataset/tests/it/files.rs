//! Single files: types, footers, bytes.

use tokenpark_dataset::{Column, DatasetError, Provenance, ROW_GROUP_ROWS, Reader, Table, TableWriter, read, write};

use crate::samples::{Shuffle, provenance};

pub fn every_type() -> Table {
    let text = |word: &str| word.to_owned();
    Table::new(vec![
        (text("point"), Column::U32(vec![0, 1, u32::MAX])),
        (text("replica"), Column::U32(vec![0, 0, 7])),
        (text("u64"), Column::U64(vec![0, u64::MAX, 3])),
        (text("i64"), Column::I64(vec![i64::MIN, 0, i64::MAX])),
        (text("f64"), Column::F64(vec![f64::NAN, -0.0, f64::MIN_POSITIVE])),
        (text("bool"), Column::Bool(vec![true, false, true])),
        (text("text"), Column::Text(vec![text(""), text("Rényi"), text("a\n\"b\"")])),
        (text("u32 or null"), Column::OptionU32(vec![None, Some(4_000_000_000), None])),
        (text("u64 or null"), Column::OptionU64(vec![Some(u64::MAX), None, None])),
        (text("i64 or null"), Column::OptionI64(vec![Some(-1), None, Some(1)])),
        (text("f64 or null"), Column::OptionF64(vec![Some(f64::NAN), None, Some(f64::NEG_INFINITY)])),
        (text("bool or null"), Column::OptionBool(vec![None, Some(false), Some(true)])),
        (text("text.or.null"), Column::OptionText(vec![None, Some(text("")), Some(text("x"))])),
        (text("all present"), Column::OptionF64(vec![Some(1.0), Some(2.0), Some(3.0)])),
        (text("all null"), Column::OptionU32(vec![None, None, None])),
    ])
    .unwrap()
}

#[test]
fn prop_every_type_is_read_back_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.parquet");
    write(&path, every_type(), &provenance()).unwrap();
    assert_eq!(read(&path).unwrap(), every_type());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "a temporary file is left");
}

#[test]
fn prop_a_table_without_rows_keeps_its_columns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none.parquet");
    write(&path, every_type().emptied(), &provenance()).unwrap();
    assert_eq!(read(&path).unwrap(), every_type().emptied());
}

#[test]
fn prop_equality_is_of_bits() {
    assert_eq!(Column::F64(vec![f64::NAN]), Column::F64(vec![f64::NAN]));
    assert_ne!(Column::F64(vec![0.0]), Column::F64(vec![-0.0]));
    assert_ne!(Column::F64(vec![1.0]), Column::OptionF64(vec![Some(1.0)]));
    assert_ne!(Column::F64(vec![1.0]), Column::F64(vec![1.0, 2.0]));
}

#[test]
fn val_footers_are_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.parquet");
    write(&path, every_type(), &provenance()).unwrap();
    assert_eq!(Provenance::read(&path).unwrap(), provenance());
    provenance().expect(&path).unwrap();
    let other = Provenance { model_version: 4, ..provenance() };
    let message = other.expect(&path).unwrap_err().to_string();
    assert!(message.contains("model version 3 where 4 is needed"), "{message}");
}

#[test]
fn stable_created_by_names_no_library() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.parquet");
    write(&path, every_type(), &provenance()).unwrap();
    let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
    assert!(text.contains("tokenpark version 1"));
    assert!(!text.contains("parquet-rs") && !text.contains("ARROW:schema"));
}

/// Two and a bit row groups, with text of varied length.
fn long(rows: usize) -> Table {
    let mut shuffle = Shuffle(5);
    let floats: Vec<f64> = (0..rows).map(|_| shuffle.below(1 << 30) as f64 / 7.0).collect();
    let words: Vec<String> = (0..rows).map(|_| "word".repeat(shuffle.below(9))).collect();
    Table::new(vec![
        ("point".to_owned(), Column::U32((0..rows as u32).map(|row| row / 1000).collect())),
        ("x0".to_owned(), Column::F64(floats.clone())),
        ("death".to_owned(), Column::OptionF64(floats.iter().map(|&x| (x > 3e7).then_some(x)).collect())),
        ("kind".to_owned(), Column::Text(words)),
    ])
    .unwrap()
}

fn bytes_in_pieces(table: &Table, mut piece: impl FnMut() -> usize) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pieces.parquet");
    let mut writer = TableWriter::create(&path, table, &provenance()).unwrap();
    let mut rest = table.clone();
    while rest.rows() > 0 {
        let later = rest.split_off(piece().min(rest.rows()));
        writer.append(rest).unwrap();
        rest = later;
    }
    let record = writer.finish().unwrap();
    assert_eq!(record.rows, table.rows() as u64);
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(record.bytes, bytes.len() as u64);
    bytes
}

#[test]
fn prop_bytes_do_not_depend_on_the_pieces() {
    let table = long(2 * ROW_GROUP_ROWS + 4321);
    let whole = bytes_in_pieces(&table, || usize::MAX);
    let mut shuffle = Shuffle(1);
    assert!(whole == bytes_in_pieces(&table, || 1 + shuffle.below(50_000)), "random pieces");
    assert!(whole == bytes_in_pieces(&table, || ROW_GROUP_ROWS), "whole row groups");
    assert!(whole == bytes_in_pieces(&table, || 1000), "small pieces");
    let short = long(3000);
    assert!(bytes_in_pieces(&short, || 3000) == bytes_in_pieces(&short, || 1), "one row at a time");
}

#[test]
fn prop_a_reader_streams_all_rows_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.parquet");
    let table = long(ROW_GROUP_ROWS + 99);
    write(&path, table.clone(), &provenance()).unwrap();
    let mut all = Table::default();
    for batch in Reader::open(&path).unwrap() {
        let batch = batch.unwrap();
        assert!(batch.rows() < ROW_GROUP_ROWS / 2);
        all.append(batch).unwrap();
    }
    assert!(all == table);
}

#[test]
fn prop_impossible_tables_are_refused() {
    let column = |name: &str, rows| (name.to_owned(), Column::U32(vec![0; rows]));
    let unequal = Table::new(vec![column("a", 1), column("b", 2)]).unwrap_err();
    assert!(matches!(unequal, DatasetError::UnequalColumns { found: 2, expected: 1, .. }));
    let repeated = Table::new(vec![column("a", 1), column("a", 1)]).unwrap_err();
    assert!(matches!(repeated, DatasetError::RepeatedColumn { .. }));
    let mut table = Table::new(vec![column("a", 1)]).unwrap();
    let other = Table::new(vec![("a".to_owned(), Column::OptionU32(vec![None]))]).unwrap();
    let message = table.append(other).unwrap_err().to_string();
    assert!(message.contains("a u32?") && table.rows() == 1, "{message}");
}

#[test]
fn prop_foreign_and_truncated_files_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.parquet");
    write(&path, every_type(), &provenance()).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    for length in [0, 3, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&path, &bytes[..length]).unwrap();
        let error = read(&path).unwrap_err();
        assert!(matches!(error, DatasetError::Parquet { .. }) && error.to_string().contains("cut.parquet"), "{error}");
    }
}

/// polars before mid-2025 refuses files whose float columns are declared to be in IEEE 754 total order.
#[test]
fn regress_floats_are_declared_in_type_defined_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.parquet");
    write(&path, every_type(), &provenance()).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let columns = every_type().columns().len();
    let orders = &bytes[bytes.len() - 9 - 3 * columns..bytes.len() - 9];
    assert_eq!(orders, [0x1c, 0, 0].repeat(columns));
}
