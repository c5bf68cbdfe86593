//! Rényi parking on the sphere: which tokens become centres, and how many to expect.
//!
//! Tokens arrive in order; δ is the *separation*, a geodesic distance.
//!
//! - A **Rényi centre** is farther than δ from every earlier Rényi centre: random sequential adsorption, Matérn's
//!   third process.
//! - A **strong Rényi centre** is farther than δ from every earlier token: Matérn's second process. Strong centres are
//!   Rényi centres.
//!
//! Source: Karagodin, Polyanskiy & Rigollet, *Clustering in Causal Attention Masking*, arXiv 2411.04990, section 5 and
//! appendix C. This crate does not draw tokens; whoever calls it brings them.

mod cells;
mod centers;
pub mod theory;

pub use centers::Centers;
