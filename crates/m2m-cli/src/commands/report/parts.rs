//! The parts of the report for people: a table for each, and the command to use.

use m2m_api::operations::{
    Expiration, ReportAnswer, ReportedApplication, UnusedScope, UnusedScopes, UnusedSecret,
};
use m2m_explain::command_line;
use m2m_host::output::Output;
use m2m_host::printable::printable;
use m2m_host::table::{Table, cell};
use m2m_host::timestamp;

use super::Part;

/// A report for people.
#[derive(Debug)]
pub(super) struct Report<'a> {
    answer: &'a ReportAnswer,
    /// The issuer of the server that the commands are for.
    issuer: &'a str,
}

impl<'a> Report<'a> {
    /// Returns the report of a server with this issuer, or of a data directory.
    pub(super) fn new(answer: &'a ReportAnswer, issuer: Option<&'a str>) -> Self {
        Self {
            answer,
            issuer: issuer.unwrap_or("URL"),
        }
    }

    /// Prints these parts.
    pub(super) fn show(&self, parts: &[Part], output: &Output) {
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                output.line("");
            }
            match part {
                Part::Dormant => self.dormant(output),
                Part::Scopes => self.scopes(output),
                Part::Secrets if self.answer.secrets_included => self.secrets(output),
                Part::Expiring if self.answer.secrets_included => self.expiring(output),
                Part::Secrets | Part::Expiring => {
                    output.line("Secrets are not part of this report: the scope read:application_secrets is missing");
                }
            }
        }
    }

    fn applications(&self) -> impl Iterator<Item = &'a ReportedApplication> {
        self.answer.applications.iter()
    }

    /// Returns the applications that are not listed as dormant already: all that they have is unused.
    fn used(&self) -> impl Iterator<Item = &'a ReportedApplication> {
        self.applications()
            .filter(|application| !application.dormant)
    }

    /// Returns true if this is the audience of the management API, as a server or a data directory writes it.
    fn is_management(&self, audience: &str) -> bool {
        let path = audience.strip_prefix(self.issuer);
        path.or_else(|| audience.strip_prefix("{issuer}")) == Some("/api")
    }

    fn days(&self) -> String {
        match self.answer.days {
            1 => "1 day".to_owned(),
            days => format!("{days} days"),
        }
    }

    /// Prints a command for the first row of a table.
    fn hint(
        &self,
        what: &str,
        name: &str,
        options: &[(&str, &str)],
        arguments: &[&str],
        output: &Output,
    ) {
        let command = command_line(name, options, arguments, self.issuer);
        output.line(format!("{what}: {}", printable(&command)));
    }

    fn dormant(&self, output: &Output) {
        output.line(format!(
            "Applications that got no token for {}:",
            self.days()
        ));
        let mut dormant: Vec<&ReportedApplication> = self
            .applications()
            .filter(|application| application.dormant)
            .collect();
        // Those that never got one come first.
        dormant.sort_by_key(|application| application.last_used_at.as_deref());
        let table = Table::new(["CLIENT ID", "NAME", "LAST TOKEN", "CREATED", "ENABLED"]);
        let table = dormant.iter().fold(table, |table, application| {
            table.with([
                cell(&application.client_id),
                cell(&application.name),
                cell(&application.last_used_at),
                cell(&application.created_on),
                cell(&application.is_enabled),
            ])
        });
        table.print("there are none", output);
        if let Some(first) = dormant.first() {
            let client_id = &[&*first.client_id];
            let disable = [("--disable", "")];
            self.hint(
                "To disable one first",
                "application update",
                &disable,
                client_id,
                output,
            );
            self.hint(
                "To delete one",
                "application delete",
                &[],
                client_id,
                output,
            );
        }
    }

    fn scopes(&self, output: &Output) {
        output.line(format!(
            "Assigned scopes that were not requested for {}:",
            self.days()
        ));
        let rows = self.used().flat_map(|application| {
            let apis = application.unused_scopes.iter();
            apis.flat_map(move |api| {
                api.scopes
                    .iter()
                    .map(move |scope| (application, api, scope))
            })
        });
        let rows: Vec<(&ReportedApplication, &UnusedScopes, &UnusedScope)> = rows.collect();
        let table = Table::new([
            "CLIENT ID",
            "AUDIENCE",
            "SCOPE",
            "LAST REQUESTED",
            "LAST TOKEN WITH ALL SCOPES",
        ]);
        let table = rows.iter().fold(table, |table, (application, api, scope)| {
            table.with([
                cell(&application.client_id),
                cell(&api.audience),
                cell(&scope.scope),
                cell(&scope.last_requested_at),
                cell(&api.last_token_with_all_scopes_at),
            ])
        });
        table.print("there are none", output);
        self.recorded_since(output);
        let mut apis = rows.iter().map(|(_, api, _)| api);
        if apis.any(|api| api.last_token_with_all_scopes_at.is_some()) {
            output.line(
                "A request without scope gets all assigned scopes. Ask whether the application needs them before you remove one",
            );
        }
        // The management API comes last: the server may need its scopes.
        let first = rows
            .iter()
            .find(|(_, api, _)| !self.is_management(&api.audience));
        if let Some((application, api, scope)) = first {
            let options = [("--audience", &*api.audience), ("--scope", &*scope.scope)];
            let client_id = &[&*application.client_id];
            self.hint(
                "To remove one",
                "application deauthorize",
                &options,
                client_id,
                output,
            );
        }
    }

    /// Prints from which time on uses of scopes are recorded, if that is too late for the report.
    fn recorded_since(&self, output: &Output) {
        let Some(since) = &self.answer.scopes_recorded_since else {
            return;
        };
        let seconds = |text: &str| timestamp::parse(text).map(|time| time.as_seconds());
        let (Some(now), Some(begin)) = (seconds(&self.answer.time), seconds(since)) else {
            return;
        };
        let recorded_days = now.saturating_sub(begin) / SECONDS_OF_A_DAY;
        if recorded_days < self.answer.days {
            let since = printable(since);
            output.line(format!(
                "Uses of scopes are recorded since {since}, which is less than {} ago: an earlier release did not record them",
                self.days()
            ));
            if recorded_days > 0 {
                output.line(format!(
                    "For what is known: m2m report --days {recorded_days}"
                ));
            }
        }
    }

    fn secrets(&self, output: &Output) {
        output.line(format!(
            "Valid secrets that were not used for {}:",
            self.days()
        ));
        let rows = self.used().flat_map(|application| {
            let secrets = application.unused_secrets.iter();
            secrets.map(move |secret| (application, secret))
        });
        let rows: Vec<(&ReportedApplication, &UnusedSecret)> = rows.collect();
        let table = Table::new(["CLIENT ID", "SECRET ID", "CREATED", "LAST USED"]);
        let table = rows.iter().fold(table, |table, (application, secret)| {
            table.with([
                cell(&application.client_id),
                cell(&secret.id),
                cell(&secret.created_at),
                cell(&secret.last_used_at),
            ])
        });
        table.print("there are none", output);
        if let Some((application, secret)) = rows.first() {
            let arguments = &[&*application.client_id, &*secret.id];
            self.hint("To revoke one", "secret revoke", &[], arguments, output);
        }
    }

    fn expiring(&self, output: &Output) {
        output.line(format!(
            "Secrets and applications that expire within {}:",
            self.days()
        ));
        let rows = self.applications().flat_map(|application| {
            let expiring = application.expiring.iter();
            expiring.map(move |expiration| (application, expiration))
        });
        let mut rows: Vec<(&ReportedApplication, &Expiration)> = rows.collect();
        rows.sort_by_key(|(_, expiration)| &*expiration.expires_at);
        let table = Table::new(["EXPIRES", "CLIENT ID", "KIND", "ID", "REASON", "LAST USED"]);
        let table = rows.iter().fold(table, |table, (application, expiration)| {
            table.with([
                cell(&expiration.expires_at),
                cell(&application.client_id),
                cell(&expiration.kind),
                cell(&expiration.id),
                cell(&expiration.why),
                cell(&expiration.last_used_at),
            ])
        });
        table.print("there are none", output);
        let mut secrets = rows
            .iter()
            .filter(|(_, expiration)| expiration.kind == "secret" && expiration.why == "expires");
        if let Some((application, _)) = secrets.next() {
            let subject = &[&*application.client_id];
            self.hint(
                "To create the next secret",
                "secret rotate",
                &[],
                subject,
                output,
            );
        }
    }
}

const SECONDS_OF_A_DAY: u64 = 24 * 60 * 60;
