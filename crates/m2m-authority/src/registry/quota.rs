//! The quota of an application: the maximum number of its tokens in a window.

use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};

use super::spelling::{self, Whole, tables, words};
use crate::registry::Period;

/// The maximum number of tokens for one application in each window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Quota {
    /// The maximum number of tokens in a window, on each node. At least 1.
    #[serde(deserialize_with = "tokens")]
    #[cfg_attr(
        feature = "schema",
        schemars(range(min = 1, max = 9_007_199_254_740_991_u64))
    )]
    pub tokens: u64,
    /// The length of a window.
    pub per: Period,
    /// The action when the quota is exceeded.
    #[serde(default)]
    pub mode: QuotaMode,
}

impl Quota {
    /// The maximum of [`tokens`](Self::tokens): JSON has the same numbers everywhere up to this one (RFC 8259, section 6).
    pub const MAX_TOKENS: u64 = (1 << 53) - 1;
}

tables! {
    Quota: "{ tokens = …, per = \"…\" }";
}

words! {
    /// The action when a quota is exceeded.
    #[derive(Default)]
    QuotaMode, "quota mode" {
        /// The token is issued and the event says that the quota is used up.
        #[default]
        Warn = "warn",
        /// The request is refused until the next window.
        Enforce = "enforce",
    }
}

fn tokens<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let expected = Whole("a number from 1 to 2^53 - 1");
    match deserializer.deserialize_u64(expected)? {
        0 => Err(D::Error::invalid_value(Unexpected::Unsigned(0), &expected)),
        tokens => Ok(tokens),
    }
}

impl Serialize for Period {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        spelling::from_text(deserializer, "a duration such as \"1h\"", |text| {
            text.parse().map_err(|_| {
                format!(
                    "{text:?} is not a duration; write a number and a unit: s, m, h or d, as in 1h"
                )
            })
        })
    }
}
