//! What can be wrong with a question about parking.

/// Why nothing was parked. Every message names the value and what is allowed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ParkingError {
    /// An interval too short for one car, or no length at all.
    #[error("length is {length}, allowed: a finite number of at least {car}, the length of a car")]
    Length {
        /// The interval's length.
        length: f64,
        /// The length of a car.
        car: f64,
    },
    /// On the interval the separation is the length of a car.
    #[error("separation is {0}, allowed on the interval: a finite number above 0")]
    CarLength(f64),
    /// On circle and spheres the separation is an angle.
    #[error("separation is {0}, allowed: above 0 and below pi = 3.141592653589793")]
    Separation(f64),
    /// The sphere S^{d-1} needs d >= 2.
    #[error("dimension is {0}, allowed: 2 to {MOST_DIMENSIONS}")]
    Dimension(usize),
    /// The uncovered region is followed in few dimensions only.
    #[error("dimension is {0}, allowed for saturation: 2 to {MOST_SATURATED_DIMENSIONS}")]
    SaturatedDimension(usize),
    /// There must be a token, and their numbers must fit into 32 bits.
    #[error("the number of tokens is {0}, allowed: 1 to {MOST_CARS}")]
    Tokens(u64),
    /// More cars than anybody has memory for.
    #[error("about {0:.3e} cars would park, allowed: {MOST_CARS}; choose a larger separation")]
    TooManyCars(f64),
    /// An uncovered region smaller than rounding errors was left (about one sample in a million of 10^4 cars).
    #[error("an uncovered region of less than 1e-13 was left after {cars} cars and could not be resolved; draw again")]
    Unresolved {
        /// How many cars had parked.
        cars: usize,
    },
    /// A statistic was asked for on a space that has none.
    #[error("{statistic} is not defined on {space}, allowed: {allowed}")]
    Undefined {
        /// What was asked for.
        statistic: &'static str,
        /// Where.
        space: String,
        /// Where it is defined.
        allowed: &'static str,
    },
    /// A number that describes a table (a count of bins, an end of a range) is of no use.
    #[error("{name} is {value}, allowed: {allowed}")]
    Table {
        /// What the number is.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What is allowed.
        allowed: &'static str,
    },
    /// Tables of different shapes, or of different spaces, cannot be added.
    #[error("two tables of {0} differ in shape and cannot be merged")]
    Merge(&'static str),
}

/// The largest dimension d of a sphere S^{d-1} that tokens are drawn on.
pub const MOST_DIMENSIONS: usize = 1024;

/// The largest dimension d in which S^{d-1} can be saturated.
pub const MOST_SATURATED_DIMENSIONS: usize = 5;

/// The largest number of tokens drawn, or of cars expected, in one sample.
pub const MOST_CARS: u64 = 1_000_000_000;
