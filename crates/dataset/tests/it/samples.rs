//! Rows, provenance and folders for the tests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tokenpark_dataset::{Column, Dataset, Provenance, RunKey, RunLog, Staging, Table};

pub const REPLICAS: u32 = 4;

pub fn provenance() -> Provenance {
    Provenance {
        fingerprint: "abc123".to_owned(),
        schema_version: 1,
        model_version: 3,
        manifest: "name = \"small\"\nseed = 7\n".to_owned(),
    }
}

pub fn dataset(root: &Path) -> Dataset {
    Dataset::new(root, "small", "abc123").unwrap()
}

pub fn open(dataset: &Dataset) -> Staging {
    Staging::open(dataset, &provenance()).unwrap()
}

pub fn log() -> RunLog {
    RunLog {
        started: "2024-11-07T10:00:00Z".to_owned(),
        finished: "2024-11-07T10:00:05Z".to_owned(),
        host: "here".to_owned(),
        commit: "f00".to_owned(),
        dirty: true,
        threads: 2,
        seconds: 4.5,
        ..RunLog::default()
    }
}

/// Run number `index` of the plan.
pub fn key(index: u32) -> RunKey {
    (index / REPLICAS, index % REPLICAS)
}

/// A generator good enough to shuffle with (Knuth's constants).
pub struct Shuffle(pub u64);

impl Shuffle {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) % bound as u64) as usize
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

fn numbers(key: RunKey, count: usize) -> Vec<f64> {
    let mut shuffle = Shuffle(u64::from(key.0) << 32 | u64::from(key.1));
    (0..count).map(|_| shuffle.below(1 << 30) as f64 / 3.0).collect()
}

/// One row per run, nulls and text included.
pub fn runs(keys: &[RunKey]) -> Table {
    table(keys, 1, |key| {
        vec![
            ("method".to_owned(), Column::Text(vec!["auto".to_owned()])),
            ("steps".to_owned(), Column::U64(vec![u64::from(key.0) * 1000])),
            ("error".to_owned(), Column::OptionText(vec![(key.1 == 1).then(|| format!("run {key:?} failed"))])),
        ]
    })
}

/// `rows` rows per run in an order that sorting by value would destroy.
pub fn observables(keys: &[RunKey], rows: usize) -> Table {
    table(keys, rows, |key| {
        let time = numbers(key, rows);
        let death = time.iter().map(|&t| (t < 1e8).then_some(t)).collect();
        vec![("time".to_owned(), Column::F64(time)), ("death".to_owned(), Column::OptionF64(death))]
    })
}

fn table(keys: &[RunKey], rows: usize, rest: impl Fn(RunKey) -> Vec<(String, Column)>) -> Table {
    let mut all = Table::default();
    for &key in keys {
        let mut columns = vec![
            ("point".to_owned(), Column::U32(vec![key.0; rows])),
            ("replica".to_owned(), Column::U32(vec![key.1; rows])),
        ];
        columns.extend(rest(key));
        all.append(Table::new(columns).unwrap()).unwrap();
    }
    all
}

/// The tables of some runs; lifetimes exist in even points only.
pub fn tables(keys: &[RunKey]) -> Vec<(String, Table)> {
    let even: Vec<RunKey> = keys.iter().copied().filter(|key| key.0 % 2 == 0).collect();
    let lifetimes = if even.is_empty() { observables(&[(0, 0)], 2).emptied() } else { observables(&even, 2) };
    vec![
        ("runs".to_owned(), runs(keys)),
        ("observables".to_owned(), observables(keys, 50)),
        ("lifetimes".to_owned(), lifetimes),
    ]
}

pub fn keys(range: std::ops::Range<u32>) -> Vec<RunKey> {
    range.map(key).collect()
}

/// Every file below a folder with its bytes.
pub fn bytes(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                found.insert(path.clone(), std::fs::read(&path).unwrap());
            }
        }
    }
    found.into_iter().map(|(path, bytes)| (path.strip_prefix(folder).unwrap().to_path_buf(), bytes)).collect()
}

/// The published files of `0..count` staged at once.
pub fn reference(count: u32) -> BTreeMap<PathBuf, Vec<u8>> {
    let root = tempfile::tempdir().unwrap();
    let dataset = dataset(root.path());
    let mut staging = open(&dataset);
    staging.write(tables(&keys(0..count))).unwrap();
    staging.publish(u64::from(count), "title = \"A\"\n", log()).unwrap();
    bytes(&dataset.folder())
}
