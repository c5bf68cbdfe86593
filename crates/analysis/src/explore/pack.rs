//! Positions and leaders as text: 16-bit angles, differences to the time before, runs of zeros, base64.
//!
//! On the circle a token is its angle, on the sphere azimuth and polar angle; of more dimensions the first three
//! coordinates are kept, a point of the ball: azimuth, polar angle, length. An azimuth is a multiple of 2π/65536, a polar
//! angle one of π/65535 and a length one of 1/65535, each rounded to the nearest.
//!
//! A difference d is a variable-length number of seven bits a byte, low ones first, of 2d or −2d − 1; a zero is followed
//! by the number of further zeros. Tokens of a cluster move alike or not at all, so that most bytes are such zeros.

use crate::base64::base64;
use libm::{atan2, sqrt};
use std::f64::consts::{PI, TAU};
use tokenpark_dynamics::Tokens;

/// How many 16-bit numbers a token has.
pub(super) fn components(dimension: usize) -> usize {
    (dimension - 1).min(3)
}

/// The 16-bit numbers of all tokens, component by component.
pub(super) fn quantize(tokens: &Tokens) -> Vec<u16> {
    let n = tokens.len();
    let components = components(tokens.dimension());
    let mut numbers = vec![0; components * n];
    for k in 0..n {
        let x = |i: usize| if i < tokens.dimension() { tokens.coordinate(i)[k] } else { 0.0 };
        let across = sqrt(x(0) * x(0) + x(1) * x(1));
        let azimuth = libm::round(atan2(x(1), x(0)) / TAU * 65536.0) as i32;
        let polar = libm::round(atan2(across, x(2)) / PI * 65535.0) as u16;
        let length = libm::round(sqrt(across * across + x(2) * x(2)).min(1.0) * 65535.0) as u16;
        let all = [azimuth.rem_euclid(65536) as u16, polar, length];
        all[..components].iter().enumerate().for_each(|(i, number)| numbers[i * n + k] = *number);
    }
    numbers
}

/// The positions of a run, coded.
pub(super) fn positions(frames: &[Tokens]) -> String {
    let mut before = vec![];
    let mut coder = Coder::default();
    for tokens in frames {
        let numbers = quantize(tokens);
        before.resize(numbers.len(), 0);
        // A difference across the seam of the azimuth is a short one modulo 2^16.
        let pairs = numbers.iter().zip(&before);
        pairs.for_each(|(now, before): (&u16, &u16)| coder.push(i64::from(now.wrapping_sub(*before) as i16)));
        before = numbers;
    }
    coder.finish()
}

/// The leaders of a run, coded; before the first time every token leads itself.
pub(super) fn leaders(frames: &[Vec<u32>]) -> String {
    let mut before: Vec<u32> = (0..frames.first().map_or(0, Vec::len) as u32).collect();
    let mut coder = Coder::default();
    for leaders in frames {
        leaders.iter().zip(&before).for_each(|(now, before)| coder.push(i64::from(*now) - i64::from(*before)));
        before.clone_from(leaders);
    }
    coder.finish()
}

#[derive(Default)]
struct Coder {
    bytes: Vec<u8>,
    zeros: u64,
}

impl Coder {
    fn push(&mut self, difference: i64) {
        if difference == 0 {
            self.zeros += 1;
            return;
        }
        self.end_zeros();
        self.number(((difference << 1) ^ (difference >> 63)) as u64);
    }

    fn end_zeros(&mut self) {
        if self.zeros > 0 {
            self.bytes.push(0);
            self.number(self.zeros - 1);
            self.zeros = 0;
        }
    }

    fn number(&mut self, mut value: u64) {
        while value >= 128 {
            self.bytes.push(value as u8 | 128);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    fn finish(mut self) -> String {
        self.end_zeros();
        base64(&self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base64::ALPHABET;
    use libm::{acos, cos, sin};

    /// What the page does, in Rust.
    fn decode(text: &str) -> Vec<i64> {
        let letters: Vec<u32> = text
            .bytes()
            .filter(|letter| *letter != b'=')
            .map(|letter| ALPHABET.iter().position(|other| *other == letter).expect("a letter") as u32)
            .collect();
        let bits = |chunk: &[u32]| (0..4).fold(0, |word, i| word << 6 | chunk.get(i).copied().unwrap_or(0));
        let bytes: Vec<u8> =
            letters.chunks(4).flat_map(|chunk| bits(chunk).to_be_bytes()[1..chunk.len()].to_vec()).collect();
        let mut bytes = bytes.into_iter();
        let number = |bytes: &mut dyn Iterator<Item = u8>| {
            let (mut value, mut shift) = (0_u64, 0);
            loop {
                let byte = bytes.next()?;
                value |= u64::from(byte & 127) << shift;
                shift += 7;
                if byte < 128 {
                    return Some(value);
                }
            }
        };
        let mut differences = vec![];
        while let Some(value) = number(&mut bytes) {
            if value == 0 {
                let more = number(&mut bytes).expect("a number of zeros");
                differences.extend(std::iter::repeat_n(0, more as usize + 1));
            } else {
                differences.push((value >> 1) as i64 ^ -((value & 1) as i64));
            }
        }
        differences
    }

    /// Frames of tokens that move irregularly, with the poles and the seam among them.
    fn frames(dimension: usize) -> Vec<Tokens> {
        let noise = |seed: usize| sin(seed as f64 * 12.9898) * 43758.5453 % 1.0;
        let frame = |time: usize| {
            let mut state: Vec<f64> = (0..dimension * 50).map(|i| noise(i * 7 + time * 1013 + 1)).collect();
            // Token 0 is the last axis, token 1 the seam, token 2 stands still.
            (0..dimension).for_each(|i| state[i * 50] = f64::from(u8::from(i + 1 == dimension)));
            (0..dimension).for_each(|i| state[i * 50 + 1] = if i == 0 { -1.0 } else { 1e-9 * noise(time + i) });
            (0..dimension).for_each(|i| state[i * 50 + 2] = 1.0 + i as f64);
            Tokens::new(dimension, state).expect("tokens")
        };
        (0..20).map(frame).collect()
    }

    fn decoded_positions(frames: &[Tokens]) -> Vec<Vec<u16>> {
        let differences = decode(&positions(frames));
        let size = components(frames[0].dimension()) * frames[0].len();
        let mut before = vec![0_u16; size];
        let mut all = vec![];
        for chunk in differences.chunks(size) {
            before = before.iter().zip(chunk).map(|(number, d)| number.wrapping_add(*d as u16)).collect();
            all.push(before.clone());
        }
        all
    }

    #[test]
    fn prop_angles_come_back_within_half_a_quantum() {
        for dimension in [2, 3, 4, 6] {
            let frames = frames(dimension);
            let decoded = decoded_positions(&frames);
            assert_eq!(decoded.len(), frames.len());
            for (tokens, numbers) in frames.iter().zip(&decoded) {
                for k in 0..50 {
                    let component = |i: usize| numbers.get(i * 50 + k).map(|number| f64::from(*number));
                    let azimuth = component(0).expect("an azimuth") * TAU / 65536.0;
                    let polar = component(1).map_or(PI / 2.0, |number| number * PI / 65535.0);
                    let length = component(2).map_or(1.0, |number| number / 65535.0);
                    let point = [sin(polar) * cos(azimuth), sin(polar) * sin(azimuth), cos(polar)];
                    let x: Vec<f64> = (0..3.min(dimension)).map(|i| tokens.coordinate(i)[k]).collect();
                    let norm = sqrt(x.iter().map(|x| x * x).sum());
                    let cosine: f64 = x.iter().zip(point).map(|(x, y)| x * y).sum::<f64>() / norm;
                    // Half a quantum of the azimuth, and half one of the polar angle across it.
                    let half = if dimension == 2 { PI / 65536.0 } else { sqrt(1.25) * PI / 65536.0 };
                    assert!(acos(cosine.min(1.0)) < half * 1.0001 + 2e-8, "d = {dimension}, token {k}");
                    assert!((length - norm).abs() < 0.5001 / 65535.0, "d = {dimension}, token {k}");
                }
            }
        }
    }

    #[test]
    fn prop_leaders_come_back() {
        let frames = vec![vec![0, 1, 2, 3, 4], vec![0, 0, 2, 2, 4], vec![0, 0, 0, 0, 0], vec![0, 0, 0, 0, 0]];
        let mut before: Vec<i64> = (0..5).collect();
        for (chunk, leaders) in decode(&leaders(&frames)).chunks(5).zip(&frames) {
            before.iter_mut().zip(chunk).for_each(|(leader, d)| *leader += d);
            assert!(before.iter().zip(leaders).all(|(a, b)| *a == i64::from(*b)));
        }
        assert_eq!(before, [0; 5]);
    }

    #[test]
    fn stable_coding() {
        let mut coder = Coder::default();
        [0, 0, 0, 1, -1, 63, -64, 64, 300, 0].into_iter().for_each(|d| coder.push(d));
        assert_eq!(coder.finish(), "AAICAX5/gAHYBAAA");
        let all = [5, -70_000, 0, 0, 1 << 40, -1];
        let mut coder = Coder::default();
        all.into_iter().for_each(|d| coder.push(d));
        assert_eq!(decode(&coder.finish()), all);
    }

    #[test]
    fn prop_what_stands_still_costs_nothing() {
        let frame = frames(3)[0].clone();
        let (once, often) =
            (positions(std::slice::from_ref(&frame)).len(), positions(&vec![frame.clone(); 1000]).len());
        assert!(often < once + 12, "{once} and {often} letters");
    }
}
