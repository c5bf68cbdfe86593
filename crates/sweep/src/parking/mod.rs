//! Rényi parking: replicas on all cores, each from a stream of its own.
//!
//! What is sampled, and what is known of it, is `tokenpark_parking`'s; here replicas get their random numbers, threads
//! and tables.

mod park;
mod stream;
mod tables;

pub use park::{ParkError, Parked, Question, Replica, park};
pub(crate) use tables::{cost, failed, run};
