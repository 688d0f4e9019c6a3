//! The model: a server, the steps on it, and the invariants that hold after every step.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::managed::ManagedServer;
use m2m_admin::management::SCOPES;
use m2m_authority::registry::Application;
use m2m_jwt::UnixTime;
use m2m_store::{Snapshot, Stored, Version, Write};
use serde_json::Value;

use super::definition::{can_get_a_token, is_manager, scopes};
use super::files::File;
use super::steps::{APPLICATIONS, Actor, Format, SECRETS, Step};

pub(crate) struct Model {
    server: ManagedServer,
    /// The registry at the last check.
    registry: Rc<Snapshot>,
    /// The last checked state: the same registry at the same time needs no second check.
    checked: Option<(Version, UnixTime)>,
}

impl Model {
    pub(crate) fn new() -> Self {
        let mut server = ManagedServer::new();
        for client_id in APPLICATIONS {
            for secret in SECRETS {
                server.learn(client_id, secret);
            }
        }
        Self {
            registry: Rc::new(server.snapshot()),
            server,
            checked: None,
        }
    }

    /// Performs a step, and checks the invariants afterwards.
    pub(crate) fn take(&mut self, step: &Step, position: usize) {
        let context = format!("step {position}: {step:?}");
        let before = self.registry();
        let actor = self.perform(step, &before);
        let after = self.registry();
        if let Some(actor) = actor.filter(|_| !Rc::ptr_eq(&before, &after)) {
            check_gains(&before, &after, &actor, &context);
        }
        self.check(&after, &context);
    }

    /// Returns the current registry.
    fn registry(&mut self) -> Rc<Snapshot> {
        if self.server.version() != self.registry.version {
            self.registry = Rc::new(self.server.snapshot());
        }
        Rc::clone(&self.registry)
    }

    /// Performs a step, and returns the application that performed it, if its scopes limit the effects of the step.
    fn perform(&mut self, step: &Step, before: &Snapshot) -> Option<Box<str>> {
        match step {
            Step::Call {
                actor,
                method,
                path,
                body,
            } => {
                let actor = self.acting(*actor, before);
                self.server.call(&actor, method, path, body);
                Some(actor)
            }
            Step::Revoke {
                actor,
                of,
                position,
            } => {
                let now = self.server.now();
                let of = find(before, of)?;
                let secrets = of.secrets.iter().filter(|secret| secret.is_in_force(now));
                let secrets: Vec<_> = secrets.collect();
                let secret = secrets.get(position % secrets.len().max(1))?;
                let path = format!(
                    "/api/v1/applications/{}/secrets/{}",
                    of.client_id, secret.id
                );
                let actor = self.acting(*actor, before);
                self.server.call(&actor, "DELETE", &path, &Value::Null);
                Some(actor)
            }
            Step::Send {
                actor,
                file,
                prune,
                format,
            } => {
                let text = self.text(file);
                let (content_type, body) = match format {
                    Format::Toml => ("application/toml", text),
                    Format::Json => match toml::from_str::<Value>(&text) {
                        Ok(value) => ("application/json", value.to_string()),
                        // An export without one of its lines may not be TOML.
                        Err(_) => return None,
                    },
                };
                let path = format!("/api/v1/apply?prune={prune}");
                let actor = self.acting(*actor, before);
                self.server
                    .call_with(&actor, "POST", &path, content_type, body);
                Some(actor)
            }
            Step::Apply { file, prune } => {
                let text = self.text(file);
                // A file that does not fit the registry is refused.
                let _ = self.server.apply(&text, *prune);
                None
            }
            Step::Bootstrap => {
                self.server.bootstrap().unwrap();
                None
            }
            Step::Reset => {
                self.reset();
                None
            }
            Step::Wait(hours) => {
                self.server.advance(hours * 3600);
                None
            }
        }
    }

    /// Returns the acting application.
    fn acting(&self, actor: Actor, registry: &Snapshot) -> Box<str> {
        let now = self.server.now();
        let applications = registry.applications.iter().map(|stored| &stored.value);
        let able = applications.filter(|application| {
            !scopes(application).is_empty() && can_get_a_token(application, registry, now)
        });
        let able: Vec<&Application> = able.collect();
        // There is a manager after every step.
        let acting = able.get(actor.0 % able.len());
        acting.unwrap().client_id.clone()
    }

    fn text(&self, file: &File) -> String {
        match file {
            File::Made(text) => text.clone(),
            File::WithoutBlock(position) => {
                let export = self.server.export();
                let blocks: Vec<&str> = export.split("\n[[").collect();
                without(&blocks, *position, "\n[[")
            }
            File::WithoutLine(position) => {
                let export = self.server.export();
                let lines: Vec<&str> = export.lines().collect();
                without(&lines, *position, "\n")
            }
            File::WithLine(position, line) => {
                let export = self.server.export();
                let starts: Vec<usize> = export
                    .match_indices("[[application]]\n")
                    .map(|(start, head)| start + head.len())
                    .collect();
                let name = line.split(' ').next().unwrap();
                let Some(start) = starts.get(position % starts.len().max(1)) else {
                    return export;
                };
                let (head, tail) = export.split_at(*start);
                let (own, others) = match tail.find("\n[[") {
                    Some(end) => tail.split_at(end),
                    None => (tail, ""),
                };
                let own = own
                    .lines()
                    .filter(|own| own.split(' ').next() != Some(name));
                let own: Vec<&str> = own.collect();
                format!("{head}{line}{}\n{others}", own.join("\n"))
            }
        }
    }

    /// Asserts the invariants that hold after every step.
    fn check(&mut self, registry: &Snapshot, context: &str) {
        let (version, now) = (self.server.version(), self.server.now());
        if self.checked.replace((version, now)) == Some((version, now)) {
            return;
        }
        let applications = || registry.applications.iter().map(|stored| &stored.value);
        let managers: Vec<&str> = applications()
            .filter(|application| is_manager(application, registry, now))
            .map(|application| &*application.client_id)
            .collect();
        assert!(
            !managers.is_empty(),
            "{context}: no application manages the server: {:#?}",
            registry.applications
        );
        self.server.bootstrap().unwrap();
        assert_eq!(
            self.server.version(),
            version,
            "{context}: {managers:?} manage the server, and bootstrap creates another one"
        );
        for application in applications() {
            let client_id = &application.client_id;
            if managers.contains(&&**client_id) {
                let path = "/api/v1/applications?page_size=1";
                let (status, answer) = self.server.call(client_id, "GET", path, &Value::Null);
                assert_eq!(
                    status, 200,
                    "{context}: {client_id}: {answer} {application:#?}"
                );
            } else if !can_get_a_token(application, registry, now) {
                let token = self.server.token(client_id);
                assert!(
                    token.is_err(),
                    "{context}: {client_id} gets a token: {application:#?}"
                );
            }
        }
    }

    /// Checks that without a manager the start of the server creates one, and that the reset of the management does as well.
    pub(crate) fn end(mut self) {
        let registry = self.registry();
        let now = self.server.now();
        let managers = registry.applications.iter();
        let managers = managers.filter(|stored| is_manager(&stored.value, &registry, now));
        let disabled = managers.map(|stored| {
            let mut application = stored.value.clone();
            application.spec.enabled = false;
            Write::PutApplication(Box::new(stored.with(application, now)))
        });
        self.server.write(disabled.collect());
        let version = self.server.version();
        // It is created unless its client id belongs to an application that was just disabled; then the start fails.
        let made = self.server.bootstrap();
        assert!(
            made.is_err() || self.server.version() > version,
            "no application manages the server"
        );
        self.reset();
        let registry = self.registry();
        self.check(&registry, "the way back in");
    }

    /// Resets the management, after which the application whose secret is shown manages the server.
    fn reset(&mut self) {
        let applied = self.server.reset_management().unwrap();
        let [shown] = &*applied.credentials else {
            panic!("expected one secret: {applied:?}")
        };
        let (registry, now) = (self.registry(), self.server.now());
        let application = find(&registry, &shown.client_id).unwrap();
        assert!(
            is_manager(application, &registry, now),
            "reset-management leads to no manager: {application:#?}"
        );
    }
}

/// Asserts that the application did not give another one a scope of the management API that it lacks, or a new secret to one with more scopes.
fn check_gains(before: &Snapshot, after: &Snapshot, actor: &str, context: &str) {
    let own = find(before, actor).map(scopes).unwrap_or_default();
    if SCOPES.iter().all(|(scope, _)| own.contains(scope)) {
        // It may also assign the scopes that were added to the management API.
        return;
    }
    for application in after.applications.iter().map(|stored| &stored.value) {
        let earlier = find(before, &application.client_id);
        let had = earlier.map(scopes).unwrap_or_default();
        let has = scopes(application);
        let gained: BTreeSet<&str> = has.difference(&had).copied().collect();
        assert!(
            gained.is_subset(&own),
            "{context}: {} gained {gained:?}",
            application.client_id
        );
        let had = earlier.map(|earlier| &*earlier.secrets).unwrap_or_default();
        let is_new = application
            .secrets
            .iter()
            .any(|secret| had.iter().all(|had| had.id != secret.id));
        assert!(
            !is_new || has.is_subset(&own),
            "{context}: {} got a secret",
            application.client_id
        );
    }
}

fn find<'r>(registry: &'r Snapshot, client_id: &str) -> Option<&'r Application> {
    let mut applications = registry.applications.iter();
    let stored: Option<&Stored<Application>> =
        applications.find(|stored| *stored.value.client_id == *client_id);
    stored.map(|stored| &stored.value)
}

/// Returns the parts without the one at this position, counted modulo their number.
fn without(parts: &[&str], position: usize, between: &str) -> String {
    let position = position % parts.len().max(1);
    let parts = parts.iter().enumerate();
    let parts = parts.filter(|(own, _)| *own != position);
    let parts: Vec<&str> = parts.map(|(_, part)| *part).collect();
    parts.join(between)
}
