//! `--wait`: what to do while another process works on a dataset.

use super::{CommandError, End};
use crate::args::Patience;
use crate::console;
use crate::edge::{self, Clock};
use tokenpark_dataset::DatasetError;
use tokenpark_sweep::SweepError;

impl Patience {
    /// Does the work, and tries again each second as long as another process holds the lock and the patience lasts.
    pub fn wait(&self, mut work: impl FnMut() -> Result<End, CommandError>) -> Result<End, CommandError> {
        let clock = Clock::start();
        let mut told = false;
        loop {
            match work() {
                Err(error) if is_locked(&error) && clock.seconds() < f64::from(self.seconds) => {
                    if !std::mem::replace(&mut told, true) {
                        console::note(&format!("waiting up to {}: {error}", console::duration(self.seconds.into())));
                    }
                    edge::pause();
                    if edge::interrupted() {
                        return Ok(End::Interrupted);
                    }
                }
                done => return done,
            }
        }
    }
}

fn is_locked(error: &CommandError) -> bool {
    matches!(
        error,
        CommandError::Sweep(SweepError::Dataset(DatasetError::Locked { .. }))
            | CommandError::Dataset(DatasetError::Locked { .. })
    )
}
