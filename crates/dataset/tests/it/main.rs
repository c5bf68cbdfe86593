//! The on-disk contract, from outside: what is written is read back, whatever happened in between.

mod compare;
mod files;
mod fuzz;
mod publish;
mod samples;
mod staging;
