//! The random numbers of one replica, keyed by content: seed, what is parked where, until when, and the replica.

use rand::SeedableRng;
use rand_chacha::ChaCha12Rng;
use sha2::{Digest, Sha256};
use tokenpark_parking::{Parking, ParkingError, Sample, Space};

/// A sample that could not be resolved is drawn again, up to so often: the chance of one failure is about 1e-6.
const ATTEMPTS: u32 = 4;

/// Which replica of which parking problem.
#[derive(Clone, Copy)]
pub(crate) struct Draw {
    pub(crate) parking: Parking,
    /// The number of tokens; `None` parks until nothing fits.
    pub(crate) arrivals: Option<u64>,
    pub(crate) seed: u64,
    pub(crate) replica: u32,
}

impl Draw {
    /// The sample. With `timed` a saturated one knows when its cars came, which takes more random numbers.
    pub(crate) fn sample(&self, timed: bool) -> Result<Sample, ParkingError> {
        let mut attempt = 0;
        loop {
            let mut stream = self.stream(attempt);
            let result = match self.arrivals {
                Some(tokens) => self.parking.arrivals(tokens, &mut stream),
                None if timed => self.parking.saturate_in_time(&mut stream),
                None => self.parking.saturate(&mut stream),
            };
            attempt += 1;
            match result {
                Err(ParkingError::Unresolved { .. }) if attempt < ATTEMPTS => {}
                other => return other,
            }
        }
    }

    fn stream(&self, attempt: u32) -> ChaCha12Rng {
        let mut hash = Sha256::new();
        hash.update(b"tokenpark parking");
        hash.update(self.seed.to_le_bytes());
        hash.update(question(&self.parking, self.arrivals));
        hash.update(self.replica.to_le_bytes());
        hash.update(attempt.to_le_bytes());
        ChaCha12Rng::from_seed(hash.finalize().into())
    }
}

/// What is parked where, and until when, as lines of TOML.
pub(crate) fn question(parking: &Parking, arrivals: Option<u64>) -> String {
    let space = match parking.space() {
        Space::Interval { length } => format!("space = \"interval\"\nlength = {length:?}\n"),
        Space::Circle => "space = \"circle\"\n".to_owned(),
        Space::Sphere { dimension } => format!("space = \"sphere\"\ndimension = {dimension}\n"),
    };
    let until = arrivals.map_or_else(|| "saturate = true\n".to_owned(), |tokens| format!("arrivals = {tokens}\n"));
    format!("{space}separation = {:?}\n{until}", parking.separation())
}
