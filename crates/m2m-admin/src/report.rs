//! The report of what is not used, and what expires next.
//!
//! [`Findings`] are decided from a record, the times of its uses and the time of the report, without reading anything. Nothing is reported as
//! unused for longer than it was observed.

mod findings;

use m2m_api::PageToken;
use m2m_api::operations::{
    DEFAULT_REPORT_DAYS, Expiration, ReportAnswer, ReportDays, ReportKind, ReportQuery,
    ReportedApplication, UnusedScope, UnusedScopes, UnusedSecret,
};
use m2m_authority::registry::{fill_in_issuer, time_text};
use m2m_jwt::UnixTime;
use m2m_store::{
    Backend, Cursor, Filter, List, PageBudget, RecordId, Sort, StoreError, UsedApplication,
};

use findings::{Findings, SECRET, Span};

/// The part of findings about secrets in a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretFindings {
    /// They are in the report.
    Included,
    /// They are left out, because the caller may not read them.
    LeftOut,
}

/// Returns a page of the report at `now`. Audiences of records have the issuer in place of their placeholder, if it is known.
///
/// One page of records is in memory, and the answer is bounded in bytes as every page is.
///
/// # Errors
///
/// [`StoreError`] if the registry cannot be read.
pub async fn report<B: Backend>(
    registry: &B,
    issuer: Option<&str>,
    query: &ReportQuery,
    secrets: SecretFindings,
    now: UnixTime,
) -> Result<ReportAnswer, StoreError> {
    let days = query.days.map_or(DEFAULT_REPORT_DAYS, ReportDays::get);
    let after = query.next_token.as_ref().map(|token| Cursor {
        name: token.name.clone(),
        id: RecordId::from_bytes(token.record),
    });
    let list = List {
        filter: Filter::All,
        sort: Sort::Age,
        after: after.as_ref(),
        most: query
            .page_size
            .map_or(m2m_api::DEFAULT_PAGE, |size| size.as_u16())
            .into(),
    };
    let page = registry.used_applications(list).await?;
    let span = Span::new(now, days, page.scopes_since);
    let mut applications = Vec::new();
    let mut budget = PageBudget::default();
    let mut next = page.next;
    let mut last: Option<Cursor> = None;
    for used in &page.applications {
        let findings = Findings::of(used, &span);
        let mut findings = query
            .kind
            .iter()
            .fold(findings, |all, kind| all.only(*kind));
        if secrets == SecretFindings::LeftOut {
            findings.leave_out_secrets();
        }
        if !findings.is_empty() {
            let shown = shown(used, &findings, issuer);
            let bytes = serde_json::to_string(&shown).map_or(0, |document| document.len());
            if !budget.takes(bytes) {
                // It is on the next page, which begins after the application before.
                next = last;
                break;
            }
            applications.push(shown);
        }
        last = Some(Cursor {
            name: used.stored.value.spec.name.clone(),
            id: used.stored.id,
        });
    }
    let since = page.scopes_since;
    Ok(ReportAnswer {
        time: time_text(now),
        days,
        scopes_recorded_since: (since.as_seconds() > 0).then(|| time_text(since)),
        secrets_included: secrets == SecretFindings::Included,
        applications,
        next_token: next.map(|next| PageToken {
            record: *next.id.as_bytes(),
            name: next.name,
        }),
    })
}

impl Findings<'_> {
    /// Removes the findings about secrets.
    fn leave_out_secrets(&mut self) {
        self.secrets.clear();
        self.expiring.retain(|expiring| expiring.kind != SECRET);
    }

    /// Returns only the findings of one kind.
    fn only(self, kind: ReportKind) -> Self {
        let none = Self::default();
        match kind {
            ReportKind::Dormant => Self {
                is_dormant: self.is_dormant,
                ..none
            },
            ReportKind::Scopes => Self {
                scopes: self.scopes,
                ..none
            },
            ReportKind::Secrets => Self {
                secrets: self.secrets,
                ..none
            },
            ReportKind::Expiring => Self {
                expiring: self.expiring,
                ..none
            },
        }
    }
}

fn shown(
    used: &UsedApplication,
    findings: &Findings<'_>,
    issuer: Option<&str>,
) -> ReportedApplication {
    let application = &used.stored.value;
    let filled_in = |audience: &str| match issuer {
        Some(issuer) => fill_in_issuer(audience, issuer).into_owned(),
        None => audience.to_owned(),
    };
    let scopes = findings.scopes.iter().map(|of_api| UnusedScopes {
        audience: filled_in(of_api.audience),
        scopes: of_api
            .scopes
            .iter()
            .map(|(scope, requested_at)| UnusedScope {
                scope: (*scope).to_owned(),
                last_requested_at: requested_at.map(time_text),
            })
            .collect(),
        last_token_with_all_scopes_at: of_api.all_at.map(time_text),
    });
    let secrets = findings
        .secrets
        .iter()
        .map(|(secret, used_at)| UnusedSecret {
            id: secret.id.to_string(),
            created_at: time_text(secret.created_at),
            last_used_at: used_at.map(time_text),
        });
    let expiring = findings.expiring.iter().map(|expiring| Expiration {
        kind: expiring.kind.to_owned(),
        id: expiring.id.to_owned(),
        expires_at: time_text(expiring.at),
        why: expiring.why.to_owned(),
        last_used_at: expiring.used_at.map(time_text),
    });
    ReportedApplication {
        id: used.stored.id.to_string(),
        name: application.spec.name.to_string(),
        client_id: application.client_id.to_string(),
        is_enabled: application.spec.enabled,
        created_on: time_text(used.stored.created_at),
        last_used_at: used.used_at.map(time_text),
        dormant: findings.is_dormant,
        unused_scopes: scopes.collect(),
        unused_secrets: secrets.collect(),
        expiring: expiring.collect(),
    }
}
