//! The journal of a sweep: seconds and failures of all sessions that it takes, so that they add up.

use tokenpark_dataset::{DatasetError, Failure, Journal, RunLog, Staging};

/// The sessions before this one, and this one.
pub(crate) struct Sessions {
    /// Without this session's seconds and failures.
    before: Journal,
    failed: u64,
    failures: Vec<Failure>,
}

impl Sessions {
    /// Begins a session on a staging area. Runs that it no longer holds have not failed.
    pub(crate) fn new(staging: &Staging, started: &str) -> Self {
        let mut before = staging.journal().clone();
        if before.started.is_empty() {
            started.clone_into(&mut before.started);
        }
        before.sessions += 1;
        before.failures.retain(|failure| staging.finished().contains(&(failure.point, failure.replica)));
        if before.failures.len() < Journal::MOST_FAILURES {
            // All of them were listed.
            before.failed = before.failures.len() as u64;
        }
        Self { before, failed: 0, failures: vec![] }
    }

    /// Notes a failed run.
    pub(crate) fn fail(&mut self, failure: Failure) {
        self.failed += 1;
        if self.failures.len() < Journal::MOST_FAILURES {
            self.failures.push(failure);
        }
    }

    /// Failures of this session.
    pub(crate) fn failures(&self) -> &[Failure] {
        &self.failures
    }

    fn now(&self, elapsed: f64) -> Journal {
        let mut journal = self.before.clone();
        journal.seconds += elapsed;
        journal.failed += self.failed;
        journal.failures.extend(self.failures.iter().cloned());
        journal.failures.sort_by_key(|failure| (failure.point, failure.replica));
        journal.failures.truncate(Journal::MOST_FAILURES);
        journal
    }

    /// Writes the journal into the staging area.
    pub(crate) fn keep(&self, staging: &mut Staging, elapsed: f64) -> Result<(), DatasetError> {
        staging.keep_journal(self.now(elapsed))
    }

    /// The run log of all sessions, from that of the last.
    pub(crate) fn total(&self, last: RunLog) -> RunLog {
        let Journal { started, seconds, sessions, failures, .. } = self.now(last.seconds);
        RunLog { started, seconds, sessions, failures, ..last }
    }
}

/// Adds the sessions of a shard whose runs were staged.
pub(crate) fn absorb(staging: &mut Staging, shard: &RunLog) -> Result<(), DatasetError> {
    let mut journal = staging.journal().clone();
    if journal.started.is_empty() || shard.started < journal.started {
        journal.started.clone_from(&shard.started);
    }
    journal.seconds += shard.seconds;
    journal.sessions += shard.sessions;
    journal.failed += shard.failed;
    journal.failures.extend(shard.failures.iter().cloned());
    journal.failures.sort_by_key(|failure| (failure.point, failure.replica));
    journal.failures.dedup();
    journal.failures.truncate(Journal::MOST_FAILURES);
    staging.keep_journal(journal)
}
