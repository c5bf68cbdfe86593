//! Megabytes of token rows a second through the writer on one core, as they lie in memory, and what becomes of them.
//! Seconds are those that Linux says the thread had a core, so that a busy machine does not change the verdict.

#![allow(clippy::print_stdout, reason = "a bench prints its table")]

use tokenpark_dataset::{Column, Provenance, Table, TableWriter};

/// Rows of one table that a run adds: 200 tokens at 100 times.
const TOKENS: u32 = 200;
const TIMES: u32 = 100;
const RUNS: u32 = 400;
/// The fastest of so many repetitions counts.
const REPETITIONS: usize = 5;

fn main() {
    let tables: Vec<Table> = (0..RUNS).map(rows).collect();
    let megabytes = f64::from(RUNS * TIMES * TOKENS) * (3.0 * 4.0 + 3.0 * 8.0) / 1e6;
    let folder = std::env::temp_dir().join(format!("tokenpark-writing-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a writable folder");
    let path = folder.join("tokens.parquet");
    let manifest = "name = \"bench\"\n".to_owned();
    let provenance = Provenance { fingerprint: "0".repeat(16), schema_version: 1, model_version: 1, manifest };
    let (mut best, mut bytes) = (f64::INFINITY, 0);
    for _ in 0..REPETITIONS {
        let pieces = tables.clone();
        let start = seconds();
        let mut writer = TableWriter::create(&path, &tables[0], &provenance).expect("a writable file");
        for piece in pieces {
            writer.append(piece).expect("the same columns");
        }
        bytes = writer.finish().expect("a written file").bytes;
        best = best.min(seconds() - start);
    }
    std::fs::remove_dir_all(&folder).expect("the folder");
    let (speed, small) = (megabytes / best, bytes as f64 / 1e6);
    println!("{megabytes:.0} MB of token rows in {best:.2} s: {speed:.0} MB/s; {small:.0} MB on the disk");
}

/// Seconds that this thread has spent on a core.
fn seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    text.split_whitespace().next().and_then(|word| word.parse::<f64>().ok()).unwrap_or_default() / 1e9
}

/// The rows of one run: positions on the circle, which no compressor can do much about.
fn rows(run: u32) -> Table {
    let count = (TIMES * TOKENS) as usize;
    let mut state = u64::from(run);
    let mut tangent = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    };
    let tangents: Vec<f64> = (0..count).map(|_| tangent()).collect();
    Table::new(vec![
        ("point".to_owned(), Column::U32(vec![0; count])),
        ("replica".to_owned(), Column::U32(vec![run; count])),
        ("time".to_owned(), Column::F64((0..TIMES * TOKENS).map(|row| f64::from(row / TOKENS)).collect())),
        ("token".to_owned(), Column::U32((0..TIMES * TOKENS).map(|row| row % TOKENS).collect())),
        ("x0".to_owned(), Column::F64(tangents.iter().map(|t| (1.0 - t * t) / (1.0 + t * t)).collect())),
        ("x1".to_owned(), Column::F64(tangents.iter().map(|t| 2.0 * t / (1.0 + t * t)).collect())),
    ])
    .expect("columns of equal length")
}
