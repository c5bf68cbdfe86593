//! Tests of the analysis crate from outside.

mod lifetimes;
mod made_up;
mod survival;
