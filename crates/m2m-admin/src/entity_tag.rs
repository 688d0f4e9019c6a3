//! The entity tags of records, by which a change names the version that the caller has read.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use m2m_store::Stored;

use crate::record::Managed;

/// Returns the entity tag of a record (RFC 9110, section 8.8.3). It differs whenever the visible content of the record differs.
pub(crate) fn entity_tag<T: Managed>(stored: &Stored<T>) -> String {
    let view = serde_json::to_string(&stored.value.view()).unwrap_or_default();
    let [a, b, c, d, e, f, g, h, i, ..] =
        m2m_jwt::sha256(format!("{}\n{view}", stored.id).as_bytes());
    format!(
        "\"{}\"",
        URL_SAFE_NO_PAD.encode([a, b, c, d, e, f, g, h, i])
    )
}
