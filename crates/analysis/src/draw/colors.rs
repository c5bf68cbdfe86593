//! The palette and the colours of time.
//!
//! Blue stands for Rényi centres, green for strong Rényi centres, red for what is final or emphasised, in every figure.
//! The seven colours of series were chosen so that no two come closer than a CIEDE2000 difference of 18 to anyone's eyes:
//! with full colour vision, and without the red, green or blue cones (Machado, Oliveira and Fernandes 2009). A test asks for
//! the like with a simpler formula.

use std::fmt;

/// An sRGB colour, written as `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color(pub u8, pub u8, pub u8);

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

impl Color {
    /// The colour `share` of the way from this one to `other`, in sRGB; `share` is clamped to [0, 1].
    pub fn mix(self, other: Self, share: f64) -> Self {
        let share = share.clamp(0.0, 1.0);
        let blend = |a: u8, b: u8| (f64::from(a) + share * (f64::from(b) - f64::from(a)) + 0.5).floor() as u8;
        Self(blend(self.0, other.0), blend(self.1, other.1), blend(self.2, other.2))
    }

    /// A darker shade of the same hue, for text and outlines.
    pub fn dark(self) -> Self {
        self.mix(Self(0, 0, 0), 0.3)
    }
}

/// Named colours.
pub mod palette {
    use super::Color;

    /// Rényi centres, and the first series of a figure.
    pub const RENYI: Color = Color(0x20, 0x38, 0x9a);
    /// Strong Rényi centres, and the second series of a figure.
    pub const STRONG: Color = Color(0x0d, 0x86, 0x63);
    /// Emphasis: final positions and counts.
    pub const RED: Color = Color(0xcd, 0x1d, 0x05);
    /// Third series.
    pub const ORANGE: Color = Color(0xea, 0x9a, 0x0a);
    /// Fourth series.
    pub const PURPLE: Color = Color(0xa5, 0x69, 0x9b);
    /// Fifth series.
    pub const SKY: Color = Color(0x3a, 0xbb, 0xff);
    /// Sixth series.
    pub const BROWN: Color = Color(0x61, 0x02, 0x19);
    /// Titles and emphasised marks.
    pub const INK: Color = Color(0x1a, 0x1d, 0x24);
    /// Axis labels, ticks and notes.
    pub const SOFT: Color = Color(0x55, 0x5b, 0x66);
    /// Axis lines.
    pub const AXIS: Color = Color(0x8b, 0x91, 0x9c);
    /// Hairline grids.
    pub const GRID: Color = Color(0xe3, 0xe6, 0xea);
    /// The page.
    pub const PAPER: Color = Color(0xff, 0xff, 0xff);
    /// Series colours in their order of use.
    pub const SERIES: [Color; 6] = [RENYI, STRONG, ORANGE, PURPLE, SKY, BROWN];
    /// Clusters that last, told apart by colour-blind readers too (after Okabe and Ito, and Tol); as in the explorer.
    pub const CLUSTERS: [Color; 10] = [
        Color(0x00, 0x72, 0xb2),
        Color(0xd5, 0x5e, 0x00),
        Color(0x00, 0x9e, 0x73),
        Color(0xcc, 0x6f, 0xa6),
        Color(0xe0, 0x9a, 0x00),
        Color(0x3f, 0xa7, 0xe0),
        Color(0x88, 0x22, 0x55),
        Color(0x8a, 0x8a, 0x20),
        Color(0x33, 0x22, 0x88),
        Color(0x35, 0xa0, 0x93),
    ];
    /// Other clusters.
    pub const PASSING: Color = Color(0xa9, 0xb0, 0xbb);
}

/// Viridis at equal steps (van der Walt and Smith, CC0), cut before its palest yellow so that every step shows on white.
const TIME: [Color; 9] = [
    Color(0x44, 0x01, 0x54),
    Color(0x48, 0x23, 0x74),
    Color(0x40, 0x43, 0x87),
    Color(0x34, 0x5f, 0x8d),
    Color(0x29, 0x78, 0x8e),
    Color(0x20, 0x92, 0x8c),
    Color(0x2d, 0xae, 0x7a),
    Color(0x60, 0xc5, 0x5b),
    Color(0xa2, 0xd6, 0x32),
];

/// The colour of a moment: 0 is the earliest, 1 the latest; perceptually even in between.
pub fn time_color(share: f64) -> Color {
    let place = share.clamp(0.0, 1.0) * (TIME.len() - 1) as f64;
    let index = (place.floor() as usize).min(TIME.len() - 2);
    TIME[index].mix(TIME[index + 1], place - index as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_hex() {
        assert_eq!(Color(1, 171, 255).to_string(), "#01abff");
        assert_eq!(Color(0, 0, 0).mix(Color(255, 255, 255), 0.5).to_string(), "#808080");
    }

    /// What red, green and blue light become without the red, green or blue cones (Machado, Oliveira and Fernandes 2009).
    const WITHOUT: [[[f64; 3]; 3]; 4] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    ];

    fn times(matrix: &[[f64; 3]; 3], v: [f64; 3]) -> [f64; 3] {
        matrix.map(|row| row.iter().zip(v).map(|(a, b)| a * b).sum::<f64>())
    }

    /// CIELAB of a colour as an eye sees it.
    fn seen(color: Color, eye: &[[f64; 3]; 3]) -> [f64; 3] {
        let light = [color.0, color.1, color.2].map(|c| match f64::from(c) / 255.0 {
            c if c <= 0.04045 => c / 12.92,
            c => libm::pow((c + 0.055) / 1.055, 2.4),
        });
        let to_xyz =
            [[0.4339499, 0.3762098, 0.1898403], [0.2126729, 0.7151522, 0.0721750], [0.0177566, 0.1094680, 0.8727754]];
        let xyz = times(&to_xyz, times(eye, light).map(|c| c.clamp(0.0, 1.0)));
        let [x, y, z] = xyz.map(|v| if v > 0.008856 { libm::cbrt(v) } else { 7.787 * v + 16.0 / 116.0 });
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    #[test]
    fn prop_series_differ_to_every_eye() {
        let colors: Vec<Color> = palette::SERIES.into_iter().chain([palette::RED]).collect();
        for eye in &WITHOUT {
            let labs: Vec<[f64; 3]> = colors.iter().map(|color| seen(*color, eye)).collect();
            for i in 0..labs.len() {
                for j in 0..i {
                    let apart = labs[i].iter().zip(labs[j]).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
                    assert!(apart > 21.0, "{} and {}: {apart:.1}", colors[i], colors[j]);
                }
            }
        }
    }

    #[test]
    fn prop_time_gets_lighter() {
        let luminance = |c: Color| 0.2126 * f64::from(c.0) + 0.7152 * f64::from(c.1) + 0.0722 * f64::from(c.2);
        let shades: Vec<f64> = (0..=16).map(|k| luminance(time_color(f64::from(k) / 16.0))).collect();
        assert!(shades.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(time_color(-1.0), time_color(0.0));
        assert_eq!(time_color(2.0), time_color(1.0));
    }
}
