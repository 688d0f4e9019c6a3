//! The algorithm of the signing key, as a test writes it.

use m2m_authority::diagnose::nearest;
use m2m_jwt::Algorithm;
use serde::{Deserialize, Deserializer};

/// The algorithm of the signing key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SigningAlgorithm(pub(crate) Algorithm);

impl Default for SigningAlgorithm {
    fn default() -> Self {
        Self(Algorithm::Es256)
    }
}

impl<'de> Deserialize<'de> for SigningAlgorithm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let names = Algorithm::ALL.iter().map(|known| known.as_str());
        name.parse().map(Self).map_err(|_| {
            let mut in_other_case = names.clone().filter(|own| own.eq_ignore_ascii_case(&name));
            let meant = in_other_case
                .next()
                .or_else(|| nearest(&name, names.clone()));
            let help = match meant {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("write one of {}", names.collect::<Vec<_>>().join(", ")),
            };
            serde::de::Error::custom(format!("unknown algorithm {name:?}; {help}"))
        })
    }
}
