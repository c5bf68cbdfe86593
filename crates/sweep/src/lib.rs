//! From manifest to dataset: what shall be computed, and computing it.
//!
//! A [`Manifest`] is read with all its mistakes reported at once; a [`Plan`] resolves its grid; [`run`] computes one
//! replica at one point; [`execute`] computes all that are missing, on all cores, and publishes the dataset. Everything
//! is a function of the manifest and of `MODEL_VERSION`: threads, interruptions and the clock change nothing.

mod axis;
pub mod claims;
mod compute;
mod diagnostics;
mod difference;
mod execute;
mod expression;
mod finding;
mod fingerprint;
mod journal;
mod lifetimes;
mod lockfile;
pub mod manifest;
mod merge;
mod parking;
mod plan;
mod random_matrix;
mod rows;
mod run;
mod run_list;
mod seed;
mod shard;
mod verify;
mod watch;

pub use axis::{Axis, Column};
pub use diagnostics::{Diagnostic, Diagnostics, Place};
pub use difference::{Change, changes, differences};
pub use execute::{Ending, Options, Progress, Report, SweepError, cost, dataset, execute, provenance};
pub use fingerprint::{fingerprint, fingerprint_at};
pub use lockfile::{LOCK_FILE, LockError, Locked, Lockfile};
pub use manifest::Manifest;
pub use merge::{MergeError, Merged, merge};
pub use parking::{ParkError, Parked, Question, Replica, park};
pub use plan::{ColumnKind, Plan, Point, SweptColumn, SweptValue};
pub use rows::RunTables;
pub use run::{RunError, run};
pub use run_list::RunList;
pub use shard::{Deal, Shard, Share};
pub use tokenpark_dynamics::MODEL_VERSION;
pub use verify::{Sample, Verification, verify};
