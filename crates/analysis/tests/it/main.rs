//! Tests of the analysis crate from outside.

mod survival;
