//! How wide text is, where lines break, and the small markup for subscripts and superscripts.

/// Advance widths of Inter Regular, U+0020 to U+007E, in thousandths of an em.
const ADVANCE: [u16; 95] = [
    281, 278, 403, 631, 638, 812, 639, 222, 362, 362, 500, 659, 280, 460, 276, 357, 625, 464, 605, 636, 642, 608, 624,
    571, 616, 624, 276, 280, 659, 659, 659, 507, 936, 676, 651, 727, 719, 598, 587, 743, 740, 264, 543, 652, 562, 889,
    753, 761, 635, 761, 639, 638, 642, 741, 676, 949, 642, 665, 625, 362, 357, 362, 469, 452, 497, 564, 621, 558, 621,
    582, 361, 609, 591, 237, 237, 544, 237, 869, 585, 597, 609, 609, 372, 523, 364, 581, 557, 812, 540, 557, 541, 362,
    327, 362, 659,
];

/// Size of subscripts and superscripts relative to the line.
pub const SCRIPT: f64 = 0.72;

/// Where a run of text stands relative to the baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// On the line.
    Base,
    /// Lowered and smaller.
    Sub,
    /// Raised and smaller.
    Super,
}

/// Splits text at `_{...}` and `^{...}`; an unclosed brace is taken literally.
pub fn runs(text: &str) -> Vec<(Level, &str)> {
    let mut found = Vec::new();
    let (mut rest, mut from) = (text, 0);
    while let Some(at) = rest[from..].find(['_', '^']).map(|k| from + k) {
        let level = if rest.as_bytes()[at] == b'_' { Level::Sub } else { Level::Super };
        let inner = rest[at + 1..].strip_prefix('{').and_then(|tail| tail.split_once('}'));
        let Some((script, tail)) = inner else {
            from = at + 1;
            continue;
        };
        found.push((Level::Base, &rest[..at]));
        found.push((level, script));
        (rest, from) = (tail, 0);
    }
    found.push((Level::Base, rest));
    found.retain(|(_, run)| !run.is_empty());
    found
}

/// Width of text set at `size`, in the same unit; within a few per cent, for layout only.
pub fn width(text: &str, size: f64) -> f64 {
    let scale = |level| if level == Level::Base { size } else { SCRIPT * size };
    runs(text).iter().map(|&(level, run)| scale(level) * run.chars().map(advance).sum::<f64>()).sum()
}

fn advance(character: char) -> f64 {
    let code = character as usize;
    let thousandths = match code {
        0x20..=0x7e => f64::from(ADVANCE[code - 0x20]),
        0xb2 | 0xb3 | 0xb9 | 0x2070..=0x209c => 430.0,
        0xb7 => 276.0,
        _ => 600.0,
    };
    thousandths / 1000.0
}

/// Breaks text at spaces so that no line is wider than `limit` at `size`; a single long word stays whole.
pub fn wrap(text: &str, size: f64, limit: f64) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if !line.is_empty() && width(&longer, size) > limit {
            lines.push(std::mem::replace(&mut line, word.to_owned()));
        } else {
            line = longer;
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_runs() {
        let expected = [(Level::Base, "δ = 4β"), (Level::Super, "−1/2"), (Level::Base, ", s"), (Level::Sub, "j")];
        assert_eq!(runs("δ = 4β^{−1/2}, s_{j}"), expected);
        assert_eq!(runs("a_b^{c"), [(Level::Base, "a_b^{c")]);
        assert!(runs("").is_empty());
    }

    #[test]
    fn prop_wrapped_lines_fit_and_keep_every_word() {
        let text = "Mean and 10th to 90th percentile of the share of tokens consumed by centres chosen at the start.";
        let lines = wrap(text, 12.0, 150.0);
        assert!(lines.iter().all(|line| width(line, 12.0) <= 150.0));
        assert_eq!(lines.join(" "), text);
    }
}
