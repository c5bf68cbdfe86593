//! Who attends to whom, and with what weight beside that of the scores.

use std::ops::Range;

/// Who attends to whom. Tokens are counted from 1 here: token k of n.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum Mask {
    /// Token k sees the tokens j <= k (the paper's CSA).
    #[default]
    Causal,
    /// Every token sees all tokens (SA).
    Full,
    /// Token k sees the tokens k - w < j <= k: the w tokens that end with itself.
    Window(usize),
    /// The first p tokens see each other, the rest is causal (prefix language models).
    Prefix(usize),
    /// Blocks of these lengths from token 1 on: the tokens of a block see each other and all before them; tokens after
    /// the last block are causal (segment-based attention masking).
    Segments(Vec<usize>),
    /// Causal with weights times e^{-lambda (k - j) / n} (position decay as in arXiv 2605.09213, after ALiBi).
    Decay(f64),
    /// Causal with another term in Z_k: Z_k = s e^{-r (k - 1)} + sum over j <= k of e^{beta <Q x_k, K x_j>}. That is a
    /// register: a token of value 0 whose score is the same for all, with the absolute weight s e^0. In StableMask
    /// (Yin et al., ICML 2024, arXiv 2402.04779) the pseudo-attention of all positions that are masked, with scores
    /// that fall linearly in the position, sums to this form; r = 0 is one that all tokens see alike.
    Sink {
        /// s, 0 or more.
        weight: f64,
        /// r, 0 or more.
        decay: f64,
    },
}

impl Mask {
    /// What is wrong with the mask's numbers: which, its value, and what is allowed.
    pub(crate) fn mistake(&self) -> Option<(&'static str, f64, &'static str)> {
        const POSITIVE: &str = "1 or more";
        const NUMBER: &str = "a finite number, 0 or more";
        let below = |x: f64| !(x.is_finite() && x >= 0.0);
        match self {
            Self::Window(0) => Some(("window", 0.0, POSITIVE)),
            Self::Segments(lengths) if lengths.contains(&0) => Some(("shortest segment", 0.0, POSITIVE)),
            Self::Decay(rate) if below(*rate) => Some(("decay", *rate, NUMBER)),
            Self::Sink { weight, .. } if below(*weight) => Some(("sink", *weight, NUMBER)),
            Self::Sink { decay, .. } if below(*decay) => Some(("sink's decay", *decay, NUMBER)),
            _ => None,
        }
    }

    /// Whether the first `tokens` tokens never see a later one, nor feel how many there are: with weights that sum to
    /// one, a run of all tokens then contains the run of these alone.
    #[must_use]
    pub fn closes(&self, tokens: usize) -> bool {
        match self {
            Self::Causal | Self::Window(_) | Self::Sink { .. } => true,
            Self::Full | Self::Decay(_) => false,
            Self::Prefix(length) => tokens >= *length,
            Self::Segments(lengths) => {
                let mut end = 0_usize;
                lengths.iter().all(|&length| {
                    let first = end;
                    end = end.saturating_add(length);
                    tokens <= first || tokens >= end
                })
            }
        }
    }

    /// The tokens, from 0, that each of n tokens sees: always a range, with the token in it.
    pub(crate) fn spans(&self, n: usize) -> Vec<Range<usize>> {
        let mut spans: Vec<Range<usize>> = (0..n).map(|k| 0..k + 1).collect();
        match self {
            Self::Causal | Self::Decay(_) | Self::Sink { .. } => {}
            Self::Full => unite(&mut spans, 0, n),
            Self::Window(width) => spans.iter_mut().for_each(|span| span.start = span.end.saturating_sub(*width)),
            Self::Prefix(length) => unite(&mut spans, 0, *length),
            Self::Segments(lengths) => {
                lengths.iter().fold(0, |first: usize, &length| {
                    let end = first.saturating_add(length);
                    unite(&mut spans, first, end);
                    end
                });
            }
        }
        spans
    }

    /// How much the score of token j for token k falls with every token between, among n.
    pub(crate) fn rate(&self, n: usize) -> f64 {
        if let Self::Decay(rate) = self { rate / n as f64 } else { 0.0 }
    }

    /// The logarithms of the sinks of n tokens; empty without one.
    pub(crate) fn log_sinks(&self, n: usize) -> Vec<f64> {
        match self {
            Self::Sink { weight, decay } => (0..n).map(|k| libm::log(*weight) - decay * k as f64).collect(),
            _ => Vec::new(),
        }
    }
}

/// The tokens from `first` to `end` see each other.
fn unite(spans: &mut [Range<usize>], first: usize, end: usize) {
    let end = end.min(spans.len());
    spans.iter_mut().take(end).skip(first).for_each(|span| span.end = end);
}
