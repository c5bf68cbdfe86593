//! `--wait`: what to do while another process works on a dataset.

use super::CommandError;
use crate::args::Patience;
use crate::console;
use crate::edge::{self, Clock};
use crate::remote::RemoteError;
use tokenpark_dataset::DatasetError;
use tokenpark_sweep::SweepError;

impl Patience {
    /// Does the work, and tries again each second as long as another process holds the lock and the patience lasts.
    /// `None` when the user asked to stop meanwhile.
    pub fn wait<T>(&self, mut work: impl FnMut() -> Result<T, CommandError>) -> Result<Option<T>, CommandError> {
        let clock = Clock::start();
        let mut told = false;
        loop {
            let error = match work() {
                Err(error) if clock.seconds() < f64::from(self.seconds) => error,
                done => return done.map(Some),
            };
            let Some(lock) = lock(&error) else { return Err(error) };
            if !std::mem::replace(&mut told, true) {
                console::note(&format!("{lock}; waiting up to {}", console::duration(self.seconds.into())));
            }
            edge::pause();
            if edge::interrupted() {
                return Ok(None);
            }
        }
    }
}

/// The error of the dataset, if it is that another process works on it.
fn lock(error: &CommandError) -> Option<&DatasetError> {
    let (CommandError::Sweep(SweepError::Dataset(error))
    | CommandError::Dataset(error)
    | CommandError::Remote(RemoteError::Dataset(error))) = error
    else {
        return None;
    };
    matches!(error, DatasetError::Locked { .. }).then_some(error)
}
