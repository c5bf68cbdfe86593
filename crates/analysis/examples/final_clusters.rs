//! Mean numbers of clusters at the end, read from the Parquet files of a dataset with polars.

use polars::prelude::*;
use polars_io::prelude::*;
use std::error::Error;
use std::fs::File;
use std::io::Write;
use tokenpark_dataset::{Dataset, fingerprints};

fn main() -> Result<(), Box<dyn Error>> {
    let [fingerprint] = &fingerprints("data".as_ref(), "reading")?[..] else {
        return Err("there is no dataset of this name, or more than one".into());
    };
    let file = File::open(Dataset::new("data", "reading", fingerprint)?.table("runs"))?;
    let means = ParquetReader::new(file)
        .finish()?
        .lazy()
        .group_by_stable([col("beta")])
        .agg([col("final_clusters").cast(DataType::Float64).mean()])
        .collect()?;
    let mut out = std::io::stdout();
    for (beta, mean) in means.column("beta")?.f64()?.iter().zip(means.column("final_clusters")?.f64()?.iter()) {
        writeln!(out, "{:?} {:?}", beta.unwrap_or(f64::NAN), mean.unwrap_or(f64::NAN))?;
    }
    Ok(())
}
