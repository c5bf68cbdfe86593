//! Faults on purpose: a kill, a refusal, or a full disk, at the n-th thing that is done to files.
//!
//! Whoever tests that a sweep survives anything arms one fault, once a process and at the edge of the program; unarmed,
//! a fault point is the load of one pointer. Points are counted in the order in which one thread reaches them, so that
//! the same work meets the same fault again.

use std::io;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

static ARMED: OnceLock<(Fault, u64)> = OnceLock::new();
static PASSED: AtomicU64 = AtomicU64::new(0);

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The process dies at once, without a chance to clean up.
    Kill,
    /// The system refuses this operation and all later ones.
    Refuse,
    /// There is no room for this piece and for all later ones; removing goes on.
    Full,
}

impl Fault {
    /// Lets the fault happen at point `at`, counted from 1. A fault that is armed already stays.
    pub fn arm(self, at: u64) {
        let _ = ARMED.set((self, at));
    }
}

/// Something is done to files here.
pub(crate) fn point() -> io::Result<()> {
    ARMED.get().map_or(Ok(()), |&(fault, at)| meet(fault, at, false))
}

/// Something is done here that takes room on the disk.
pub(crate) fn room() -> io::Result<()> {
    ARMED.get().map_or(Ok(()), |&(fault, at)| meet(fault, at, true))
}

#[cold]
fn meet(fault: Fault, at: u64, takes_room: bool) -> io::Result<()> {
    if fault == Fault::Full && !takes_room {
        return Ok(());
    }
    let number = PASSED.fetch_add(1, Relaxed) + 1;
    match fault {
        Fault::Kill if number == at => std::process::abort(),
        Fault::Refuse if number >= at => Err(io::ErrorKind::PermissionDenied.into()),
        Fault::Full if number >= at => Err(io::ErrorKind::StorageFull.into()),
        _ => Ok(()),
    }
}
