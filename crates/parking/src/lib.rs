//! Rényi parking on an interval, a circle and spheres: samples, theory and statistics.
//!
//! Tokens arrive in order, uniformly; δ is the *separation*, a geodesic distance (on the interval the length of a car).
//!
//! - A **Rényi centre**, or parked car, is farther than δ from every earlier one: random sequential adsorption, Matérn's
//!   third process.
//! - A **strong Rényi centre** is farther than δ from every earlier token: Matérn's second process. Strong centres are
//!   Rényi centres.
//!
//! `Parking` samples both among the first n tokens (`arrivals`), and the first until provably no car fits (`saturate`);
//! `Centers` finds them in given tokens; `theory` holds what is known exactly; `statistics` adds samples up.
//!
//! Sources: Rényi, Publ. Math. Inst. Hung. Acad. Sci. 3 (1958) 109; Karagodin, Polyanskiy & Rigollet, *Clustering in
//! Causal Attention Masking*, arXiv 2411.04990, section 5 and appendix C. The generator of random numbers is the
//! caller's.

mod centers;
mod cubes;
mod error;
mod line;
mod parked;
mod parking;
mod random;
mod sample;
mod slots;
pub mod statistics;
pub mod theory;
mod voxels;

pub use centers::Centers;
pub use error::{MOST_CARS, MOST_DIMENSIONS, MOST_SATURATED_DIMENSIONS, ParkingError};
pub use parking::{Parking, Space, sphere_tokens};
pub use sample::Sample;
