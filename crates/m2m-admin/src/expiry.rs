//! The warnings before secrets and applications expire.

mod watch;

use m2m_authority::registry::{Application, Ending, StoredSecret, time_text};
use m2m_jwt::UnixTime;
use m2m_store::SecretUse;
use serde_json::{Map, Value, json};

pub use watch::{ExpiryCount, ExpiryReport, ExpiryWatch, Recording};

/// A secret or an application that expires soon.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expiring {
    /// The client id of the application.
    pub client_id: Box<str>,
    /// The display name of the application.
    pub name: Box<str>,
    /// The owner of the application, if it has one.
    pub owner: Option<Box<str>>,
    /// The contact of the application, if it has one.
    pub contact: Option<Box<str>>,
    /// The part that expires.
    pub what: ExpiringPart,
    /// The first second at which it does not work.
    pub at: UnixTime,
    /// The threshold that was reached last.
    pub within: Horizon,
}

/// The part of an application that expires.
///
/// Exhaustive: a program that warns has to have words for each.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ExpiringPart {
    /// The application itself.
    Application,
    /// A secret that was created with a time of expiry, by its id.
    Secret(Box<str>),
    /// A secret that was replaced in a rotation, and that is still used on its last day, by its id.
    RotatedSecret(Box<str>),
}

/// A threshold of warnings: the time that is left at most.
///
/// Exhaustive: each is a value of a label of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Horizon {
    /// One day.
    Day,
    /// Three days.
    ThreeDays,
    /// Two weeks.
    TwoWeeks,
}

impl Horizon {
    /// All thresholds, the shortest first.
    pub const ALL: [Self; 3] = [Self::Day, Self::ThreeDays, Self::TwoWeeks];

    /// Returns the time as the label of a metric has it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "1d",
            Self::ThreeDays => "3d",
            Self::TwoWeeks => "14d",
        }
    }

    /// Returns the time. Unit: seconds.
    const fn seconds(self) -> u64 {
        let days = match self {
            Self::Day => 1,
            Self::ThreeDays => 3,
            Self::TwoWeeks => 14,
        };
        days * 86_400
    }

    /// Returns the shortest threshold that has been reached before `at`, or `None` if there is more time, or none any more.
    #[must_use]
    pub fn before(at: UnixTime, now: UnixTime) -> Option<Self> {
        let left = at.as_seconds().checked_sub(now.as_seconds())?;
        let mut reached = Self::ALL.into_iter();
        reached.find(|horizon| (1..=horizon.seconds()).contains(&left))
    }
}

impl ExpiringPart {
    /// Returns the kind as the label of a metric has it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Secret(_) | Self::RotatedSecret(_) => "secret",
        }
    }

    /// Returns the id of the secret, if it is one.
    #[must_use]
    pub fn secret_id(&self) -> Option<&str> {
        match self {
            Self::Application => None,
            Self::Secret(id) | Self::RotatedSecret(id) => Some(id),
        }
    }
}

impl Expiring {
    /// Returns everything of an application that expires soon, the application first. `uses` is the last uses of its secrets, which are needed only if
    /// `needs_uses` returns true.
    ///
    /// Nothing of an application that is disabled or has expired is returned, because it cannot authenticate, and no secret that outlasts its
    /// application. A secret that was replaced in a rotation is returned on its last day, if it was used later than an hour after its replacement was
    /// created: a caller does not have the new one.
    #[must_use]
    pub fn of(application: &Application, uses: &[SecretUse], now: UnixTime) -> Vec<Self> {
        let spec = &application.spec;
        if !spec.enabled || spec.has_expired(now) {
            return Vec::new();
        }
        let warning = |what, at, within| Self {
            client_id: application.client_id.clone(),
            name: spec.name.clone(),
            owner: spec.owner.as_deref().map(Into::into),
            contact: spec.contact.as_deref().map(Into::into),
            what,
            at,
            within,
        };
        let mut found = Vec::new();
        if let Some(at) = spec.expires_at
            && let Some(within) = Horizon::before(at, now)
        {
            found.push(warning(ExpiringPart::Application, at, within));
        }
        let secrets = &application.secrets;
        for (position, secret) in secrets.iter().enumerate() {
            let Some((at, within)) = ends_soon(secret, now) else {
                continue;
            };
            if spec.expires_at.is_some_and(|end| end <= at) {
                continue;
            }
            let id = secret.id.clone();
            let what = match &secret.ending {
                Some(Ending::Expires { .. }) => ExpiringPart::Secret(id),
                Some(Ending::RotatedOut { .. })
                    if within == Horizon::Day
                        && is_used_after(secret, secrets.get(position + 1), uses) =>
                {
                    ExpiringPart::RotatedSecret(id)
                }
                Some(Ending::RotatedOut { .. } | Ending::Revoked { .. }) | None => continue,
            };
            found.push(warning(what, at, within));
        }
        found
    }

    /// Returns the warning as a line of the log.
    fn log_line(&self, time: &str) -> Value {
        let what = match &self.what {
            ExpiringPart::Application => "the application expires soon",
            ExpiringPart::Secret(_) => "a secret of the application expires soon",
            ExpiringPart::RotatedSecret(_) => {
                "a secret that was replaced expires soon, and is still used"
            }
        };
        json!({
            "time": time,
            "event": "expiring",
            "message": what,
            "kind": self.what.kind(),
            "client_id": self.client_id,
            "name": self.name,
            "owner": self.owner,
            "contact": self.contact,
            "secret_id": self.what.secret_id(),
            "expires_at": time_text(self.at),
            "within": self.within.as_str(),
        })
    }

    /// Returns the warning as the audit log has it. Equal warnings have equal documents, so that each is recorded once.
    pub(crate) fn document(&self) -> Map<String, Value> {
        let mut document = Map::new();
        let mut insert = |name: &str, value: Value| document.insert(name.to_owned(), value);
        insert("kind", json!(self.what.kind()));
        if let Some(id) = self.what.secret_id() {
            insert("secret_id", json!(id));
        }
        if matches!(self.what, ExpiringPart::RotatedSecret(_)) {
            insert("is_still_used", json!(true));
        }
        insert("expires_at", json!(time_text(self.at)));
        insert("within", json!(self.within.as_str()));
        document
    }
}

/// Returns true if [`Expiring::of`] needs the last uses of the secrets of the application.
pub(crate) fn needs_uses(application: &Application, now: UnixTime) -> bool {
    application.spec.enabled
        && application.secrets.iter().any(|secret| {
            matches!(secret.ending, Some(Ending::RotatedOut { .. }))
                && ends_soon(secret, now).is_some_and(|(_, within)| within == Horizon::Day)
        })
}

/// Returns the end of a secret that is in force, if it is soon.
fn ends_soon(secret: &StoredSecret, now: UnixTime) -> Option<(UnixTime, Horizon)> {
    let at = secret.ending.as_ref()?.at();
    let within = Horizon::before(at, now)?;
    secret.is_in_force(now).then_some((at, within))
}

/// Returns true if a replaced secret was used later than an hour after its replacement was created. Secrets are stored in the order of their creation.
fn is_used_after(
    secret: &StoredSecret,
    replacement: Option<&StoredSecret>,
    uses: &[SecretUse],
) -> bool {
    let mut uses = uses.iter();
    let used = uses.find(|used| used.secret_id == secret.id);
    let moved = replacement.map(|own| own.created_at.saturating_add_seconds(MOVE_SECONDS));
    used.zip(moved).is_some_and(|(used, moved)| used.at > moved)
}

/// The time in which most callers get the new secret after a rotation. Unit: seconds.
const MOVE_SECONDS: u64 = 3600;

#[cfg(test)]
mod tests {
    use m2m_authority::registry::SecretHash;

    use super::*;

    const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);
    const DAY: u64 = 86_400;

    fn after(seconds: u64) -> UnixTime {
        NOW.saturating_add_seconds(seconds)
    }

    fn secret(id: &str, ending: Option<Ending>) -> StoredSecret {
        let secret = StoredSecret::new(id, SecretHash::of(id.as_bytes()), NOW);
        StoredSecret { ending, ..secret }
    }

    fn application() -> Application {
        Application::new("Job", "job")
    }

    fn parts(application: &Application, uses: &[SecretUse], now: UnixTime) -> Vec<String> {
        let found = Expiring::of(application, uses, now);
        let shown = |own: Expiring| {
            let id = own.what.secret_id().unwrap_or_default().to_owned();
            format!("{} {id} {}", own.what.kind(), own.within.as_str())
        };
        found.into_iter().map(shown).collect()
    }

    #[test]
    fn a_threshold_is_reached_in_its_second_and_left_at_the_end() {
        for (left, expected) in [
            (14 * DAY + 1, None),
            (14 * DAY, Some(Horizon::TwoWeeks)),
            (3 * DAY + 1, Some(Horizon::TwoWeeks)),
            (3 * DAY, Some(Horizon::ThreeDays)),
            (DAY + 1, Some(Horizon::ThreeDays)),
            (DAY, Some(Horizon::Day)),
            (1, Some(Horizon::Day)),
            (0, None),
        ] {
            assert_eq!(Horizon::before(after(left), NOW), expected, "{left}");
        }
        assert_eq!(Horizon::before(NOW, after(1)), None);
    }

    #[test]
    fn applications_and_secrets_that_expire_soon_are_found() {
        let mut own = application();
        own.spec.expires_at = Some(after(10 * DAY));
        own.secrets = vec![
            secret("never", None),
            secret("soon", Some(Ending::Expires { at: after(2 * DAY) })),
            secret(
                "late",
                Some(Ending::Expires {
                    at: after(20 * DAY),
                }),
            ),
            secret("over", Some(Ending::Expires { at: NOW })),
            secret(
                "revoked",
                Some(Ending::Revoked {
                    at: after(DAY),
                    by: "me".into(),
                }),
            ),
            secret(
                "with",
                Some(Ending::Expires {
                    at: after(10 * DAY),
                }),
            ),
        ];
        let expected = ["application  14d", "secret soon 3d"];
        assert_eq!(parts(&own, &[], NOW), expected);
        own.spec.enabled = false;
        assert!(parts(&own, &[], NOW).is_empty());
        own.spec.enabled = true;
        assert!(parts(&own, &[], after(10 * DAY)).is_empty());
    }

    #[test]
    fn a_replaced_secret_is_found_on_its_last_day_if_it_is_still_used() {
        let mut own = application();
        let rotated = |at| Ending::RotatedOut {
            at,
            at_once: false,
            by: "me".into(),
        };
        own.secrets = vec![
            secret("old", Some(rotated(after(2 * DAY)))),
            secret("new", None),
        ];
        let used = |seconds| SecretUse {
            client_id: "job".into(),
            secret_id: "old".into(),
            at: after(seconds),
        };
        assert!(!needs_uses(&own, NOW));
        assert!(parts(&own, &[used(7200)], after(DAY - 1)).is_empty());
        let last_day = after(DAY);
        assert!(needs_uses(&own, last_day));
        assert!(parts(&own, &[], last_day).is_empty());
        assert!(parts(&own, &[used(3600)], last_day).is_empty());
        assert_eq!(parts(&own, &[used(3601)], last_day), ["secret old 1d"]);
        assert!(parts(&own, &[used(3601)], after(2 * DAY)).is_empty());
    }
}
