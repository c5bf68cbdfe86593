//! The on-disk contract: what a dataset looks like, how it gets there, and how it survives a kill.
//!
//! ```text
//! data/NAME/FINGERPRINT/TABLE/part-0.parquet     rows, and nothing but Parquet in these folders
//! data/NAME/FINGERPRINT/manifest.toml            the manifest, verbatim
//! data/NAME/FINGERPRINT/run.toml                 clock, host, durations, digests: a `RunLog`
//! data/NAME/FINGERPRINT/shards/I-of-K/…          the same three for one shard
//! data/NAME/FINGERPRINT/shards/slurm/            runs and scripts of a job; its logs in .staging/NAME/FINGERPRINT-slurm/
//! data/.staging/NAME/FINGERPRINT/parts/000007/   runs that are finished but not yet published, with their digests
//! data/.staging/NAME/FINGERPRINT/journal.toml    seconds and failures so far: a `Journal`
//! data/.staging/NAME/FINGERPRINT.lock            its process's number; the kernel's lock on it dies with its process
//! ```
//!
//! Every table begins with `point` and `replica`, its rows are ordered by them, and its bytes are a function of the
//! rows and of the [`Provenance`]: not of the clock, of the order in which runs finished, or of interruptions.
//! A folder appears by one rename after its contents are on the disk, so whatever exists is whole.
//!
//! The crate knows neither manifests nor the columns of particular tables, and reads no clock, host or environment:
//! what goes into `run.toml` is passed in by the caller.

mod arrow_table;
mod audit;
mod collect;
mod column;
mod compare;
mod error;
mod fault;
mod fs;
mod import;
mod inspect;
mod layout;
mod lock;
mod part;
mod provenance;
mod publish;
mod reader;
mod record;
mod replay;
mod shards;
mod sink;
mod staging;
mod state;
mod table;
mod writer;

pub use audit::{CRATE, Finding};
pub use collect::{Remains, remains};
pub use column::Column;
pub use compare::{ColumnDifference, TableDifference, Tolerance, compare};
pub use error::DatasetError;
pub use fault::Fault;
pub use fs::write_file;
pub use inspect::{ColumnRecord, FileRecord, FolderRecord};
pub use layout::{Dataset, fingerprints};
pub use lock::Lock;
pub use provenance::Provenance;
pub use reader::{Reader, read};
pub use record::{Failure, Journal, RunLog, TableRecord};
pub use replay::Replay;
pub use shards::ShardProgress;
pub use staging::{Discarded, Staging};
pub use state::State;
pub use table::{RunKey, Table};
pub use writer::{ROW_GROUP_ROWS, TableWriter, digest, write};
