//! Mutated Parquet files: an error or a table, never a panic, a hang or memory beyond all bounds.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use tokenpark_dataset::{Column, DatasetError, FileRecord, Provenance, Table, TableWriter, read};

use crate::files::every_type;
use crate::samples::{Shuffle, provenance};

/// Mutants of each file.
const MUTANTS: usize = 4000;

/// Values that lengths, counts and offsets break on.
const BREAKERS: [&[u8]; 6] = [
    &[0],
    &[0xff],
    &[0x80, 0x80, 0x80, 0x80, 0x08],
    &[0xff, 0xff, 0xff, 0xff, 0x0f],
    &[0xfe, 0xff, 0xff, 0xff, 0x0f],
    &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
];

fn mutate(bytes: &[u8], random: &mut Shuffle) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.below(3) {
        // Half of the mutations hit the footer, which is short and decides everything.
        let from = if random.below(2) == 0 { bytes.len() * 2 / 3 } else { 0 };
        let at = from + random.below((bytes.len() - from).max(1));
        match random.below(6) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = random.below(256) as u8,
            2 => {
                let end = (at + 1 + random.below(8)).min(bytes.len());
                bytes.splice(at..end, BREAKERS[random.below(BREAKERS.len())].iter().copied());
            }
            3 => {
                bytes.drain(at..(at + random.below(20)).min(bytes.len()));
            }
            4 => {
                let copy = bytes[at..(at + random.below(40)).min(bytes.len())].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, copy);
            }
            _ => bytes.truncate(at.max(8)),
        }
        if bytes.len() < 12 {
            break;
        }
    }
    repair(bytes, random)
}

/// Most mutants end as a Parquet file does and say the right length of the footer, so that reading gets further.
fn repair(mut bytes: Vec<u8>, random: &mut Shuffle) -> Vec<u8> {
    if random.below(4) > 0 && bytes.len() > 12 {
        let end = bytes.len();
        bytes[..4].copy_from_slice(b"PAR1");
        bytes[end - 4..].copy_from_slice(b"PAR1");
    }
    bytes
}

/// A file of many pages and two row groups, with long runs, repeated words and nulls.
fn long(path: &Path) {
    let rows = 140_000;
    let table = Table::new(vec![
        ("point".to_owned(), Column::U32((0..rows).map(|row| row / 1000).collect())),
        ("replica".to_owned(), Column::U32((0..rows).map(|row| row % 1000 / 10).collect())),
        ("constant".to_owned(), Column::F64(vec![0.5; rows as usize])),
        ("word".to_owned(), Column::Text((0..rows).map(|row| format!("w{}", row % 3)).collect())),
        ("maybe".to_owned(), Column::OptionU32((0..rows).map(|row| (row % 7 > 0).then_some(row % 5)).collect())),
    ])
    .unwrap();
    let mut writer = TableWriter::create(path, &table, &provenance()).unwrap();
    writer.append(table).unwrap();
    writer.finish().unwrap();
}

/// The most memory that this process has had, in megabytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).map_or(0, |kilobytes| kilobytes / 1000)
}

fn harmless(original: &Path, seed: u64, count: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mutant.parquet");
    let bytes = std::fs::read(original).unwrap();
    let mut random = Shuffle(seed);
    let (mut read_whole, before) = (0, peak());
    for number in 0..count {
        std::fs::write(&path, mutate(&bytes, &mut random)).unwrap();
        let all = catch_unwind(AssertUnwindSafe(|| {
            let _ = Provenance::read(&path);
            let _ = FileRecord::read(&path);
            read(&path).is_ok()
        }));
        let keep = format!("/tmp/mutant-{seed}-{number}.parquet");
        match all {
            Ok(whole) => read_whole += usize::from(whole),
            Err(_) => {
                std::fs::copy(&path, &keep).unwrap();
                panic!("a reader panicked at {keep}");
            }
        }
        if peak() > before + 200 {
            std::fs::copy(&path, &keep).unwrap();
            panic!("{} MB at {keep}", peak() - before);
        }
    }
    assert!(read_whole > count / 100 && read_whole < count * 9 / 10, "{read_whole} of {count} mutants are readable");
}

#[test]
fn prop_no_mutant_does_harm() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.parquet");
    tokenpark_dataset::write(&path, every_type(), &provenance()).unwrap();
    harmless(&path, 1, MUTANTS);
    long(&path);
    harmless(&path, 2, MUTANTS / 10);
}

/// Found by mutation: a dictionary that announces two thousand million entries, for which the library would make room.
#[test]
fn regress_a_boundless_dictionary_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.parquet");
    std::fs::write(&path, include_bytes!("bomb.parquet")).unwrap();
    let before = peak();
    assert!(matches!(read(&path), Err(DatasetError::Parquet { .. })));
    assert!(peak() < before + 100, "{} MB", peak() - before);
}
