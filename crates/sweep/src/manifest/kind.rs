//! What a manifest's runs are: attention dynamics, or Rényi parking on its own.

use super::key::Key;

/// The kind of an experiment, `kind = "attention"` unless the manifest says otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Experiment {
    /// Tokens move.
    #[default]
    Attention,
    /// Cars park; nothing moves.
    Parking,
}

/// The words for them.
pub(crate) const EXPERIMENTS: [(&str, Experiment); 2] =
    [("attention", Experiment::Attention), ("parking", Experiment::Parking)];

impl Experiment {
    /// The word in a manifest.
    pub fn name(self) -> &'static str {
        EXPERIMENTS[self as usize].0
    }

    /// The sections that hold settings.
    pub(crate) fn settings(self) -> &'static [&'static str] {
        match self {
            Self::Attention => &["model", "integrate", "centers"],
            Self::Parking => &["parking"],
        }
    }

    /// Whether a section may stand in a manifest of this kind.
    pub(crate) fn has_section(self, section: &str) -> bool {
        let others: &[&str] = if self == Self::Attention { &["initial", "observe", "sweep"] } else { &["sweep"] };
        self.settings().contains(&section) || others.contains(&section)
    }

    /// The settings of this kind.
    pub(crate) fn keys(self) -> impl Iterator<Item = Key> {
        Key::ALL.into_iter().filter(move |key| self.settings().contains(&key.section()))
    }
}
