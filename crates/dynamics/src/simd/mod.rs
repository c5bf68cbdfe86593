//! Run-time choice of the instruction set. All levels run the same Rust code, compiled for other instructions: fixed
//! eight-lane arithmetic, fused multiply-adds and no re-association, so that the bits are the same on all of them.
//! Loops that compilers do not vectorise by whole lanes are written with an [`Octet`]. This is the only module with
//! `unsafe`.

mod octet;
#[cfg(target_arch = "x86_64")]
mod x86;

pub(crate) use octet::{LANES, Lanes, Octet, Row, padded, sum};

/// An instruction set that kernels can be compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SimdLevel {
    /// Whatever the compilation target has; fused multiply-adds are emulated where the target has none.
    Portable,
    /// AVX2 and FMA.
    Avx2,
    /// AVX-512 F and DQ.
    Avx512,
}

impl SimdLevel {
    /// The best level of this processor.
    #[must_use]
    pub fn detect() -> Self {
        *Self::available().last().unwrap_or(&Self::Portable)
    }

    /// All levels that this processor can run, slowest first.
    #[must_use]
    pub fn available() -> Vec<Self> {
        #[allow(unused_mut, reason = "other processors than x86-64 have the portable level only")]
        let mut levels = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                levels.push(Self::Avx2);
                if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq") {
                    levels.push(Self::Avx512);
                }
            }
        }
        levels
    }
}

/// Code that is compiled once a level. `run` and all it calls must be `#[inline(always)]`.
pub(crate) trait Kernel {
    fn run<V: Octet>(self);
}

/// A level that was seen on this processor: proof that its instructions may be executed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Detected(SimdLevel);

impl Detected {
    /// The level, or the best one below it that this processor has.
    pub(crate) fn at_most(level: SimdLevel) -> Self {
        let best = SimdLevel::available().into_iter().filter(|&have| have <= level).max();
        Self(best.unwrap_or(SimdLevel::Portable))
    }

    /// Runs the kernel with this level's instructions.
    pub(crate) fn run<K: Kernel>(self, kernel: K) {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `at_most` found the features on this processor.
            SimdLevel::Avx512 => unsafe { avx512(kernel) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            SimdLevel::Avx2 => unsafe { avx2(kernel) },
            _ => kernel.run::<Row>(),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2<K: Kernel>(kernel: K) {
    kernel.run::<x86::Avx2>();
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
fn avx512<K: Kernel>(kernel: K) {
    kernel.run::<x86::Avx512>();
}
