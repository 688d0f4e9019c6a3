//! The findings about one application.

use std::collections::HashMap;

use m2m_authority::registry::{Ending, StoredSecret};
use m2m_jwt::UnixTime;
use m2m_store::{ScopeTimes, UsedApplication};

/// The time that a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    now: UnixTime,
    /// The time up to which a last use is too long ago.
    begin: UnixTime,
    /// The time until which an expiration is soon.
    end: UnixTime,
    /// The time from which on uses of scopes are recorded.
    scopes_since: UnixTime,
}

impl Span {
    /// Returns the days before `now` for uses, and the days after it for expirations.
    pub(super) const fn new(now: UnixTime, days: u64, scopes_since: UnixTime) -> Self {
        let seconds = days.saturating_mul(SECONDS_OF_A_DAY);
        Self {
            now,
            begin: now.saturating_sub_seconds(seconds),
            end: now.saturating_add_seconds(seconds),
            scopes_since,
        }
    }

    /// Returns true if something was not used for the whole time: it was last used before, or never since it exists, which it did all the time.
    fn is_unused(&self, used_at: Option<UnixTime>, exists_since: UnixTime) -> bool {
        used_at.unwrap_or(exists_since) <= self.begin
    }
}

/// The findings about one application.
#[derive(Debug, Clone, Default)]
pub(super) struct Findings<'a> {
    /// True if it got no token.
    pub(super) is_dormant: bool,
    /// The scopes that were not requested, by API.
    pub(super) scopes: Vec<ScopesOfApi<'a>>,
    /// The valid secrets that were not used, each with its last use.
    pub(super) secrets: Vec<(&'a StoredSecret, Option<UnixTime>)>,
    /// The expirations.
    pub(super) expiring: Vec<Expiring<'a>>,
}

/// The scopes of one API that were not requested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ScopesOfApi<'a> {
    /// The audience in the record.
    pub(super) audience: &'a str,
    /// The scopes, each with its last use.
    pub(super) scopes: Vec<(&'a str, Option<UnixTime>)>,
    /// The time of the last token with all scopes, because its request named none.
    pub(super) all_at: Option<UnixTime>,
}

/// An expiration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expiring<'a> {
    /// The kind of what expires.
    pub(super) kind: &'static str,
    /// Its id.
    pub(super) id: &'a str,
    /// The time of the expiration.
    pub(super) at: UnixTime,
    /// The reason.
    pub(super) why: &'static str,
    /// The time of its last use.
    pub(super) used_at: Option<UnixTime>,
}

impl<'a> Findings<'a> {
    /// Returns the findings about an application with these uses.
    pub(super) fn of(used: &'a UsedApplication, span: &Span) -> Self {
        let created_at = used.stored.created_at;
        Self {
            is_dormant: span.is_unused(used.used_at, created_at),
            scopes: scopes(used, span),
            secrets: valid_secrets(used, span)
                .filter(|(secret, used_at)| span.is_unused(*used_at, secret.created_at))
                .collect(),
            expiring: expiring(used, span),
        }
    }

    /// Returns true if there are none.
    pub(super) const fn is_empty(&self) -> bool {
        !self.is_dormant
            && self.scopes.is_empty()
            && self.secrets.is_empty()
            && self.expiring.is_empty()
    }
}

fn scopes<'a>(used: &'a UsedApplication, span: &Span) -> Vec<ScopesOfApi<'a>> {
    let times: HashMap<(&str, Option<&str>), &ScopeTimes> = used
        .scopes
        .iter()
        .map(|times| ((&*times.audience, times.scope.as_deref()), times))
        .collect();
    let recorded_since = used.stored.created_at.max(span.scopes_since);
    let authorizations = used.stored.value.spec.authorize.iter();
    let of_apis = authorizations.map(|authorization| {
        let audience = &*authorization.audience;
        let of = |scope| times.get(&(audience, scope));
        let scopes = authorization.scopes.iter().filter_map(|scope| {
            let times = of(Some(&**scope));
            let used_at = times.and_then(|times| times.used_at);
            let assigned_at = times.and_then(|times| times.assigned_at);
            let exists_since = recorded_since.max(assigned_at.unwrap_or(recorded_since));
            span.is_unused(used_at, exists_since)
                .then_some((&**scope, used_at))
        });
        ScopesOfApi {
            audience,
            scopes: scopes.collect(),
            all_at: of(None).and_then(|times| times.used_at),
        }
    });
    of_apis.filter(|api| !api.scopes.is_empty()).collect()
}

/// Returns the secrets that are valid, each with its last use.
fn valid_secrets<'a>(
    used: &'a UsedApplication,
    span: &Span,
) -> impl Iterator<Item = (&'a StoredSecret, Option<UnixTime>)> {
    let now = span.now;
    let secrets = used.stored.value.secrets.iter();
    secrets
        .filter(move |secret| secret.is_in_force(now))
        .map(|secret| {
            let mut uses = used.secrets.iter();
            let last = uses.find(|used| used.secret_id == secret.id);
            (secret, last.map(|used| used.at))
        })
}

/// Returns what expires within the time, the next first.
fn expiring<'a>(used: &'a UsedApplication, span: &Span) -> Vec<Expiring<'a>> {
    let secrets = valid_secrets(used, span).filter_map(|(secret, used_at)| {
        let (at, why) = match secret.ending.as_ref()? {
            Ending::Expires { at } => (*at, "expires"),
            Ending::RotatedOut { at, .. } => (*at, "rotated-out"),
            // It is not valid any more.
            Ending::Revoked { .. } => return None,
        };
        Some(Expiring {
            kind: SECRET,
            id: &secret.id,
            at,
            why,
            used_at,
        })
    });
    let application = &used.stored.value;
    let end = application.spec.expires_at.filter(|end| *end > span.now);
    let own = end.map(|at| Expiring {
        kind: APPLICATION,
        id: &application.client_id,
        at,
        why: "expires",
        used_at: used.used_at,
    });
    let all = secrets.chain(own);
    let mut expiring: Vec<Expiring<'a>> = all.filter(|expiring| expiring.at <= span.end).collect();
    expiring.sort_by_key(|expiring| expiring.at);
    expiring
}

/// The kind of expirations of secrets.
pub(super) const SECRET: &str = "secret";

/// The kind of expirations of applications.
const APPLICATION: &str = "application";

const SECONDS_OF_A_DAY: u64 = 24 * 60 * 60;

#[cfg(test)]
mod tests {
    use m2m_authority::registry::{Application, SecretHash};
    use m2m_store::{RecordId, SecretUse, Stored};

    use super::*;

    const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

    const fn ago(days: u64) -> UnixTime {
        NOW.saturating_sub_seconds(days * SECONDS_OF_A_DAY)
    }

    fn secret(id: &str, created_at: UnixTime, ending: Option<Ending>) -> StoredSecret {
        StoredSecret {
            ending,
            ..StoredSecret::new(id, SecretHash::from_bytes([1; 32]), created_at)
        }
    }

    /// Returns an application that was created a hundred days ago and was never used.
    fn unused(secrets: Vec<StoredSecret>) -> UsedApplication {
        let mut application = Application::new("Job", "job").authorized("x", &["read", "write"]);
        application.secrets = secrets;
        let id = RecordId::from_bytes([1; 16]);
        UsedApplication {
            stored: Stored::new(id, application, ago(100)),
            used_at: None,
            secrets: Vec::new(),
            scopes: Vec::new(),
        }
    }

    fn times(scope: Option<&str>, assigned: Option<u64>, used: Option<u64>) -> ScopeTimes {
        ScopeTimes {
            audience: "x".into(),
            scope: scope.map(Into::into),
            assigned_at: assigned.map(ago),
            used_at: used.map(ago),
        }
    }

    fn span(days: u64) -> Span {
        Span::new(NOW, days, UnixTime::from_seconds(0))
    }

    #[test]
    fn an_application_is_dormant_from_exactly_the_number_of_days_after_its_last_token_or_its_creation()
     {
        let mut used = unused(Vec::new());
        let is_dormant = |used: &UsedApplication, days| Findings::of(used, &span(days)).is_dormant;
        assert!(is_dormant(&used, 100) && !is_dormant(&used, 101));
        used.used_at = Some(ago(30));
        assert!(is_dormant(&used, 30) && !is_dormant(&used, 31));
        used.used_at = Some(NOW);
        assert!(!is_dormant(&used, 1));
    }

    #[test]
    fn a_scope_is_unused_only_for_as_long_as_it_was_assigned_and_recorded() {
        let mut used = unused(Vec::new());
        let unused = |used: &UsedApplication, span: Span| -> Vec<(String, bool)> {
            let findings = Findings::of(used, &span);
            let scopes = findings.scopes.iter().flat_map(|api| api.scopes.iter());
            scopes
                .map(|(scope, at)| ((*scope).to_owned(), at.is_some()))
                .collect()
        };
        let named = |scopes: &[(&str, bool)]| -> Vec<(String, bool)> {
            let scopes = scopes.iter();
            scopes
                .map(|(scope, was_used)| ((*scope).to_owned(), *was_used))
                .collect()
        };
        assert_eq!(
            unused(&used, span(100)),
            named(&[("read", false), ("write", false)])
        );
        assert_eq!(unused(&used, span(101)), []);
        // Uses are recorded since ten days.
        let late = |days| Span::new(NOW, days, ago(10));
        assert_eq!(unused(&used, late(11)), []);
        assert_eq!(
            unused(&used, late(10)),
            named(&[("read", false), ("write", false)])
        );
        used.scopes = vec![
            times(None, None, Some(1)),
            times(Some("read"), None, Some(20)),
            times(Some("write"), Some(30), None),
        ];
        assert_eq!(
            unused(&used, span(19)),
            named(&[("read", true), ("write", false)])
        );
        assert_eq!(
            unused(&used, span(20)),
            named(&[("read", true), ("write", false)])
        );
        assert_eq!(unused(&used, span(21)), named(&[("write", false)]));
        assert_eq!(unused(&used, span(30)), named(&[("write", false)]));
        assert_eq!(unused(&used, span(31)), []);
        let findings = Findings::of(&used, &span(20));
        assert_eq!(findings.scopes[0].all_at, Some(ago(1)));
    }

    #[test]
    fn secrets_are_unused_or_expire_only_while_they_are_valid() {
        let later = |days: u64| NOW.saturating_add_seconds(days * SECONDS_OF_A_DAY);
        let by: Box<str> = "operator".into();
        let rotated = |at| {
            let (at_once, by) = (false, by.clone());
            Some(Ending::RotatedOut { at, at_once, by })
        };
        let revoked = Ending::Revoked {
            at: ago(1),
            by: by.clone(),
        };
        let mut used = unused(vec![
            secret("new", ago(1), None),
            secret("unused", ago(90), None),
            secret("used", ago(90), Some(Ending::Expires { at: later(5) })),
            secret("rotated", ago(90), rotated(later(3))),
            secret("over", ago(90), rotated(ago(1))),
            secret("revoked", ago(90), Some(revoked)),
            secret("later", ago(1), Some(Ending::Expires { at: later(91) })),
        ]);
        used.secrets = vec![SecretUse {
            client_id: "job".into(),
            secret_id: "used".into(),
            at: ago(2),
        }];
        let findings = Findings::of(&used, &span(90));
        let secrets: Vec<&str> = findings
            .secrets
            .iter()
            .map(|(secret, _)| &*secret.id)
            .collect();
        assert_eq!(secrets, ["unused", "rotated"]);
        let expiring: Vec<_> = findings
            .expiring
            .iter()
            .map(|expiring| (expiring.id, expiring.at, expiring.why, expiring.used_at))
            .collect();
        assert_eq!(
            expiring,
            [
                ("rotated", later(3), "rotated-out", None),
                ("used", later(5), "expires", Some(ago(2)))
            ]
        );
    }
}
