//! Registers of x86-64: half a row in AVX2, a row in AVX-512.
//!
//! Values of these types exist only inside kernels that [`super::Detected`] runs, after it saw the instructions on this
//! processor; that makes every call below sound.
#![allow(clippy::undocumented_unsafe_blocks, reason = "one reason for all: the module's header")]

use super::octet::{LANES, Lanes, Octet, Row};
use std::arch::x86_64::*;

/// AVX2 and FMA: four numbers, so that loops with a dozen variables stay within the sixteen registers.
#[derive(Clone, Copy)]
pub(super) struct Avx2(__m256d);

impl Octet for Avx2 {
    const PARTS: usize = 2;

    #[inline(always)]
    fn new(v: Lanes, part: usize) -> Self {
        let at = 4 * part;
        unsafe { Self(_mm256_set_pd(v[at + 3], v[at + 2], v[at + 1], v[at])) }
    }

    #[inline(always)]
    fn splat(x: f64) -> Self {
        unsafe { Self(_mm256_set1_pd(x)) }
    }

    #[inline(always)]
    fn load(row: &Row, part: usize) -> Self {
        let from: &[f64] = &row.0[4 * part..4 * part + 4];
        unsafe { Self(_mm256_load_pd(from.as_ptr())) }
    }

    #[inline(always)]
    fn store(self, row: &mut Row, part: usize) {
        let to: &mut [f64] = &mut row.0[4 * part..4 * part + 4];
        unsafe { _mm256_store_pd(to.as_mut_ptr(), self.0) }
    }

    #[inline(always)]
    fn read(from: &[f64], at: usize, part: usize) -> Self {
        let from = &from[at..at + LANES][4 * part..4 * part + 4];
        unsafe { Self(_mm256_loadu_pd(from.as_ptr())) }
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        unsafe { Self(_mm256_add_pd(self.0, other.0)) }
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        unsafe { Self(_mm256_mul_pd(self.0, other.0)) }
    }

    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        unsafe { Self(_mm256_fmadd_pd(self.0, b.0, c.0)) }
    }

    #[inline(always)]
    fn mul_sub(self, b: Self, c: Self) -> Self {
        unsafe { Self(_mm256_fmsub_pd(self.0, b.0, c.0)) }
    }

    #[inline(always)]
    fn neg_mul_sub(self, b: Self, c: Self) -> Self {
        unsafe { Self(_mm256_fnmsub_pd(self.0, b.0, c.0)) }
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        unsafe { Self(_mm256_max_pd(self.0, other.0)) }
    }

    #[inline(always)]
    fn power_of_two(self) -> Self {
        unsafe {
            let shifted = _mm256_slli_epi64::<52>(_mm256_castpd_si256(self.0));
            Self(_mm256_castsi256_pd(_mm256_add_epi64(shifted, _mm256_set1_epi64x(1023 << 52))))
        }
    }

    #[inline(always)]
    fn zero_below(self, x: Self, limit: f64) -> Self {
        unsafe { Self(_mm256_andnot_pd(_mm256_cmp_pd::<_CMP_LT_OQ>(x.0, _mm256_set1_pd(limit)), self.0)) }
    }

    #[inline(always)]
    fn transpose(rows: &mut [Row; LANES]) {
        let old = *rows;
        for (i, four) in old.chunks_exact(4).enumerate() {
            for j in 0..Self::PARTS {
                let (a, b) = (Self::load(&four[0], j).0, Self::load(&four[1], j).0);
                let (c, d) = (Self::load(&four[2], j).0, Self::load(&four[3], j).0);
                unsafe {
                    let (ab, cd) = (_mm256_unpacklo_pd(a, b), _mm256_unpacklo_pd(c, d));
                    let (high_ab, high_cd) = (_mm256_unpackhi_pd(a, b), _mm256_unpackhi_pd(c, d));
                    Self(_mm256_permute2f128_pd::<0x20>(ab, cd)).store(&mut rows[4 * j], i);
                    Self(_mm256_permute2f128_pd::<0x20>(high_ab, high_cd)).store(&mut rows[4 * j + 1], i);
                    Self(_mm256_permute2f128_pd::<0x31>(ab, cd)).store(&mut rows[4 * j + 2], i);
                    Self(_mm256_permute2f128_pd::<0x31>(high_ab, high_cd)).store(&mut rows[4 * j + 3], i);
                }
            }
        }
    }

    #[inline(always)]
    fn sum(row: &Row) -> f64 {
        unsafe { sum4(_mm256_add_pd(Self::load(row, 0).0, Self::load(row, 1).0)) }
    }
}

/// (v0 + v2) + (v1 + v3).
#[inline(always)]
unsafe fn sum4(v: __m256d) -> f64 {
    unsafe {
        let pairs = _mm_add_pd(_mm256_castpd256_pd128(v), _mm256_extractf128_pd::<1>(v));
        _mm_cvtsd_f64(_mm_add_sd(pairs, _mm_unpackhi_pd(pairs, pairs)))
    }
}

/// AVX-512 F.
#[derive(Clone, Copy)]
pub(super) struct Avx512(__m512d);

impl Octet for Avx512 {
    const PARTS: usize = 1;

    #[inline(always)]
    fn new(v: Lanes, _: usize) -> Self {
        unsafe { Self(_mm512_set_pd(v[7], v[6], v[5], v[4], v[3], v[2], v[1], v[0])) }
    }

    #[inline(always)]
    fn splat(x: f64) -> Self {
        unsafe { Self(_mm512_set1_pd(x)) }
    }

    #[inline(always)]
    fn load(row: &Row, _: usize) -> Self {
        unsafe { Self(_mm512_load_pd(row.0.as_ptr())) }
    }

    #[inline(always)]
    fn store(self, row: &mut Row, _: usize) {
        unsafe { _mm512_store_pd(row.0.as_mut_ptr(), self.0) }
    }

    #[inline(always)]
    fn read(from: &[f64], at: usize, _: usize) -> Self {
        unsafe { Self(_mm512_loadu_pd(from[at..at + LANES].as_ptr())) }
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        unsafe { Self(_mm512_add_pd(self.0, other.0)) }
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        unsafe { Self(_mm512_mul_pd(self.0, other.0)) }
    }

    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        unsafe { Self(_mm512_fmadd_pd(self.0, b.0, c.0)) }
    }

    #[inline(always)]
    fn mul_sub(self, b: Self, c: Self) -> Self {
        unsafe { Self(_mm512_fmsub_pd(self.0, b.0, c.0)) }
    }

    #[inline(always)]
    fn neg_mul_sub(self, b: Self, c: Self) -> Self {
        unsafe { Self(_mm512_fnmsub_pd(self.0, b.0, c.0)) }
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        unsafe { Self(_mm512_max_pd(self.0, other.0)) }
    }

    #[inline(always)]
    fn power_of_two(self) -> Self {
        unsafe {
            let shifted = _mm512_slli_epi64::<52>(_mm512_castpd_si512(self.0));
            Self(_mm512_castsi512_pd(_mm512_add_epi64(shifted, _mm512_set1_epi64(1023 << 52))))
        }
    }

    #[inline(always)]
    fn zero_below(self, x: Self, limit: f64) -> Self {
        unsafe { Self(_mm512_maskz_mov_pd(!_mm512_cmp_pd_mask::<_CMP_LT_OQ>(x.0, _mm512_set1_pd(limit)), self.0)) }
    }

    #[inline(always)]
    fn transpose(rows: &mut [Row; LANES]) {
        unsafe {
            let mut low = [_mm512_setzero_pd(); 4];
            let mut high = low;
            for (i, two) in rows.chunks_exact(2).enumerate() {
                let (a, b) = (_mm512_load_pd(two[0].0.as_ptr()), _mm512_load_pd(two[1].0.as_ptr()));
                low[i] = _mm512_unpacklo_pd(a, b);
                high[i] = _mm512_unpackhi_pd(a, b);
            }
            for (odd, t) in [low, high].into_iter().enumerate() {
                let (a, b) = (_mm512_shuffle_f64x2::<0x88>(t[0], t[1]), _mm512_shuffle_f64x2::<0x88>(t[2], t[3]));
                let (c, d) = (_mm512_shuffle_f64x2::<0xdd>(t[0], t[1]), _mm512_shuffle_f64x2::<0xdd>(t[2], t[3]));
                Self(_mm512_shuffle_f64x2::<0x88>(a, b)).store(&mut rows[odd], 0);
                Self(_mm512_shuffle_f64x2::<0x88>(c, d)).store(&mut rows[2 + odd], 0);
                Self(_mm512_shuffle_f64x2::<0xdd>(a, b)).store(&mut rows[4 + odd], 0);
                Self(_mm512_shuffle_f64x2::<0xdd>(c, d)).store(&mut rows[6 + odd], 0);
            }
        }
    }

    #[inline(always)]
    fn sum(row: &Row) -> f64 {
        unsafe {
            let v = _mm512_load_pd(row.0.as_ptr());
            sum4(_mm256_add_pd(_mm512_castpd512_pd256(v), _mm512_extractf64x4_pd::<1>(v)))
        }
    }
}
