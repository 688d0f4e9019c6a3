//! The scopes that a coalition can use, and the rules that hold for them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use m2m_admin::http_api::{Description, descriptions};
use m2m_admin::management::SCOPES;
use m2m_authority::registry::Application;
use m2m_jwt::UnixTime;
use m2m_store::{Snapshot, Stored, Version};
use serde_json::Value;

use super::attempts::{Attempt, OF_OWNER, query};
use super::effects;
use crate::managed::{MANAGER, ManagedServer};
use crate::managers::definition::{can_get_a_token, is_manager, scopes};
use crate::managers::steps::{APPLICATIONS, SECRETS};

/// Operators who act together: they know secrets and tokens, and share them.
pub(super) struct Coalition {
    server: ManagedServer,
    secrets: BTreeMap<String, Vec<String>>,
    tokens: Vec<Token>,
    /// The scopes that the coalition could use when the owner of the server acted last.
    power: BTreeSet<String>,
    seen: (Version, UnixTime),
    registry: Snapshot,
    /// True if the coalition imported a key while it was allowed to do everything: then it is allowed to do everything from then on.
    knows_key: bool,
    forged: u64,
}

/// A token for the management API.
#[derive(Debug, Clone)]
struct Token {
    text: String,
    client_id: String,
    scopes: BTreeSet<String>,
    issued_at: u64,
    expires_at: u64,
}

impl Coalition {
    /// Returns the coalition at a server with the records of this file.
    pub(super) fn of(file: &str) -> Self {
        let mut server = ManagedServer::new();
        server.apply(file, OF_OWNER).unwrap();
        let known = SECRETS.map(str::to_owned).to_vec();
        let names = APPLICATIONS.into_iter().chain(["full"]);
        let secrets = names.map(|id| (id.to_owned(), known.clone()));
        let mut coalition = Self {
            seen: (server.version(), server.now()),
            registry: server.snapshot(),
            server,
            secrets: secrets.collect(),
            tokens: Vec::new(),
            power: BTreeSet::new(),
            knows_key: false,
            forged: 0,
        };
        coalition.look("the beginning");
        coalition.power = coalition.usable();
        coalition
    }

    /// The number of forged tokens that the server accepted.
    pub(super) const fn forged(&self) -> u64 {
        self.forged
    }

    /// True if the owner of the server has allowed the coalition to do everything.
    pub(super) fn has_everything(&self) -> bool {
        self.knows_key || SCOPES.iter().all(|(scope, _)| self.power.contains(*scope))
    }

    /// Performs an attempt, and checks the rules afterwards. Returns true if the coalition has changed anything.
    pub(super) fn take(&mut self, attempt: &Attempt, context: &str) -> bool {
        let acting = match attempt {
            Attempt::Call {
                token,
                method,
                path,
                body,
            } => {
                let body = if body.is_null() {
                    String::new()
                } else {
                    body.to_string()
                };
                self.call(*token, method, path, "application/json", body)
            }
            Attempt::Revoke {
                token,
                of,
                position,
            } => self.revoke(*token, of, *position),
            Attempt::Send {
                token,
                text,
                is_pruned,
            } => {
                let path = format!("/api/v1/apply{}", query(*is_pruned));
                self.call(*token, "POST", &path, "application/toml", text.clone())
            }
            Attempt::Manage { method, path, body } => {
                self.server.call(MANAGER, method, path, body);
                self.concede(context);
                if *method != "DELETE" || !path.contains("/scopes/") {
                    return false;
                }
                // The coalition requests removed scopes back at once, with earlier tokens.
                let first = self.tokens.len();
                self.call(first, "POST", path, "application/json", String::new())
            }
            Attempt::Apply(text) => {
                // A file that does not fit the registry is refused.
                let _ = self.server.apply(text, OF_OWNER);
                return self.concede(context);
            }
            Attempt::Wait(seconds) => {
                self.server.advance(*seconds);
                return self.concede(context);
            }
        };
        let Some(acting) = acting else {
            return false;
        };
        let before = core::mem::replace(&mut self.registry, self.server.snapshot());
        let is_changed = self.look(context);
        if is_changed {
            self.check_power(&before, &acting, context);
        }
        is_changed
    }

    /// Records an action of the owner of the server: the coalition may use all scopes that it can use now.
    fn concede(&mut self, context: &str) -> bool {
        self.registry = self.server.snapshot();
        if self.look(context) {
            self.power = self.usable();
        }
        false
    }

    /// Calls the management API with a token of the coalition, or with the next ones if that one is not enough, those first that have the
    /// scope of the operation, and learns from the answer. Returns the scopes that the last token opened.
    fn call(
        &mut self,
        token: usize,
        method: &str,
        path: &str,
        content_type: &str,
        body: String,
    ) -> Option<BTreeSet<String>> {
        let first = token % self.tokens.len().max(1);
        let (before, from) = self.tokens.split_at_checked(first)?;
        let needed = scope_of(method, path);
        let has_scope = |token: &&Token| token.scopes.contains(needed);
        let tokens = || from.iter().chain(before);
        let others = tokens().filter(|token| !has_scope(token));
        let tokens = tokens().filter(has_scope).chain(others);
        let mut tokens: Vec<Token> = tokens.cloned().collect();
        if token.is_multiple_of(2) || token == self.tokens.len() {
            // The token with the most scopes comes first.
            tokens.sort_by_key(|token| core::cmp::Reverse(token.scopes.len()));
        }
        tokens.truncate(MAX_TRIED);
        let mut acting = None;
        for token in tokens {
            acting = Some(self.opened(&token));
            let address = Some(self.server.address_of(&token.client_id));
            let body = body.clone();
            let (status, answer) =
                self.server
                    .call_bearing(&token.text, address, method, path, content_type, body);
            assert!(status < 500, "{method} {path}: {answer}");
            self.learn(path, &answer);
            if !matches!(status, 401 | 403) {
                break;
            }
        }
        acting
    }

    fn revoke(&mut self, token: usize, of: &str, position: usize) -> Option<BTreeSet<String>> {
        let of = find(&self.registry, of)?;
        let secrets = &of.value.secrets;
        let secret = secrets.get(position % secrets.len().max(1))?;
        let path = format!(
            "/api/v1/applications/{}/secrets/{}",
            of.value.client_id, secret.id
        );
        self.call(token, "DELETE", &path, "application/json", String::new())
    }

    fn learn(&mut self, path: &str, answer: &Value) {
        let text = |of: &Value, at: &str| of.pointer(at).and_then(Value::as_str).map(str::to_owned);
        let of_path = path.split('/').nth(4).map(str::to_owned);
        let mut shown = vec![(of_path, text(answer, "/secret/client_secret"))];
        let made = answer.get("credentials").and_then(Value::as_array);
        let made = made.into_iter().flatten().chain(answer.get("application"));
        shown.extend(made.map(|made| (text(made, "/client_id"), text(made, "/client_secret"))));
        for (client_id, secret) in shown {
            if let (Some(client_id), Some(secret)) = (client_id, secret) {
                self.secrets.entry(client_id).or_default().push(secret);
            }
        }
        if let Some(token) = text(answer, "/access_token") {
            self.tokens.extend(Token::read(&token));
        }
    }

    /// Gets every token that the coalition can get now, and forges others. Returns true if anything has changed since the last time.
    fn look(&mut self, context: &str) -> bool {
        let seen = (self.server.version(), self.server.now());
        let is_first = self.tokens.is_empty();
        if core::mem::replace(&mut self.seen, seen) == seen && !is_first {
            return false;
        }
        let now = self.server.now().as_seconds();
        self.tokens.retain(|token| token.expires_at > now);
        for (client_id, secrets) in &self.secrets {
            if let Ok(token) = self.server.issue_for(client_id, secrets) {
                let token = Token::read(&token).expect("the token is for the management API");
                let same = |own: &Token| {
                    own.client_id == token.client_id
                        && own.scopes == token.scopes
                        && own.issued_at == token.issued_at
                };
                if !self.tokens.iter().any(same) {
                    self.tokens.push(token);
                }
            }
        }
        // The newest tokens are tried most often; some old ones are kept, since they may become valid again.
        if self.tokens.len() > MAX_TOKENS {
            self.tokens.drain(..self.tokens.len() - MAX_TOKENS);
        }
        self.check_managers(context);
        self.forge(context);
        true
    }

    /// Asserts that an application manages the server, with a token that works.
    fn check_managers(&mut self, context: &str) {
        let now = self.server.now();
        let applications = self.registry.applications.iter();
        let mut applications = applications.map(|stored| &stored.value);
        let manager = applications.find(|own| is_manager(own, &self.registry, now));
        let manager =
            manager.unwrap_or_else(|| panic!("{context}: no application manages the server"));
        let client_id = manager.client_id.clone();
        let path = "/api/v1/applications?page_size=1";
        let (status, answer) = self.server.call(&client_id, "GET", path, &Value::Null);
        // The test may not know the secrets of applications that a file of the owner has created.
        if self.server.token(&client_id).is_ok() {
            assert_eq!(status, 200, "{context}: {client_id}: {answer}");
        }
    }

    /// Asserts that a token that is signed with a key that the coalition knows is refused, unless a caller with every scope imported the key.
    fn forge(&mut self, context: &str) {
        let known = self.registry.keys.iter();
        let is_imported = known
            .filter(|key| crate::forge::is_known(&key.public_jwk))
            .count();
        if is_imported == 0 {
            return;
        }
        let now = self.server.now();
        let mut applications = self.registry.applications.iter();
        let manager = applications.find(|stored| is_manager(&stored.value, &self.registry, now));
        let manager = manager.expect("an application manages the server");
        let address = Some(self.server.address_of(&manager.value.client_id));
        for token in crate::forge::tokens(manager, now) {
            let (path, kind) = ("/api/v1/environment", "application/json");
            let (status, _) =
                self.server
                    .call_bearing(&token, address, "GET", path, kind, String::new());
            if status == 200 {
                self.forged += 1;
                assert!(
                    self.has_everything(),
                    "{context}: a forged token grants access to the management API"
                );
            }
        }
        assert!(
            self.has_everything(),
            "{context}: the coalition has imported a key"
        );
        self.knows_key = true;
    }

    /// Returns the scopes that the coalition can use now.
    fn usable(&self) -> BTreeSet<String> {
        let tokens = self.tokens.iter();
        tokens.flat_map(|token| self.opened(token)).collect()
    }

    /// Returns the scopes that a token grants now: those that its application still has, if the application could get another token.
    fn opened(&self, token: &Token) -> BTreeSet<String> {
        let now = self.server.now();
        let Some(stored) = find(&self.registry, &token.client_id) else {
            return BTreeSet::new();
        };
        let application: &Application = &stored.value;
        let not_before = application.spec.not_before.map(UnixTime::as_seconds);
        let is_good = token.expires_at > now.as_seconds()
            && token.issued_at >= stored.created_at.as_seconds()
            && not_before.is_none_or(|not_before| token.issued_at > not_before)
            && can_get_a_token(application, &self.registry, now);
        if !is_good {
            return BTreeSet::new();
        }
        let assigned = scopes(application);
        let scopes = token.scopes.iter();
        let opened = scopes.filter(|scope| assigned.contains(scope.as_str()));
        opened.cloned().collect()
    }

    /// Asserts that an attempt does not give the coalition more than it had, or give others a scope that it lacks.
    fn check_power(&self, before: &Snapshot, acting: &BTreeSet<String>, context: &str) {
        if self.has_everything() {
            return;
        }
        let usable = self.usable();
        let gained: Vec<&String> = usable.difference(&self.power).collect();
        assert!(
            gained.is_empty(),
            "{context}: the coalition gained {gained:?}"
        );
        for stored in &self.registry.applications {
            let client_id = &stored.value.client_id;
            let had = find(before, client_id).map(|stored| scopes(&stored.value));
            let had = had.unwrap_or_default();
            let gained = scopes(&stored.value);
            let gained = gained.difference(&had);
            for scope in gained {
                assert!(
                    self.power.contains(*scope),
                    "{context}: {client_id} gained {scope}"
                );
            }
        }
        effects::check(before, &self.registry, acting, context);
    }
}

impl Token {
    /// Reads a token, and returns it if it is for the management API.
    fn read(text: &str) -> Option<Self> {
        let payload = text.split('.').nth(1).expect("a token has three parts");
        let payload = m2m_jwt::base64url::decode(payload).expect("the claims are base64url");
        let claims: Value = serde_json::from_slice(&payload).expect("the claims are JSON");
        let text_of = |name: &str| claims.get(name).and_then(Value::as_str);
        let audience = claims.get("aud")?;
        let several = audience.as_array().map(Vec::as_slice);
        let audiences = several.unwrap_or_else(|| core::slice::from_ref(audience));
        let own = |audience: &Value| {
            [
                "https://issuer.example/api",
                "https://issuer.example/api/v1",
            ]
            .iter()
            .any(|own| audience == own)
        };
        if !audiences.iter().any(own) {
            return None;
        }
        let client = text_of("client_id").or_else(|| text_of("azp"));
        let scope = text_of("scope").unwrap_or_default();
        let time = |name: &str| claims.get(name).and_then(Value::as_u64);
        Some(Self {
            text: text.to_owned(),
            client_id: client.expect("a token names its client").to_owned(),
            scopes: scope.split_whitespace().map(str::to_owned).collect(),
            issued_at: time("iat").expect("a time"),
            expires_at: time("exp").expect("a time"),
        })
    }
}

fn find<'r>(registry: &'r Snapshot, client_id: &str) -> Option<&'r Stored<Application>> {
    let mut applications = registry.applications.iter();
    applications.find(|stored| *stored.value.client_id == *client_id)
}

/// The scope of the operation that has this method and path.
fn scope_of(method: &str, path: &str) -> &'static str {
    static OPERATIONS: LazyLock<Vec<Description>> = LazyLock::new(descriptions);
    let path = path.split('?').next().unwrap_or_default();
    let is_of = |form: &str| {
        form.split('/').count() == path.split('/').count()
            && form
                .split('/')
                .zip(path.split('/'))
                .all(|(place, part)| place == part || place.starts_with('{'))
    };
    let operations = OPERATIONS.iter();
    let mut found = operations.filter(|own| own.method.as_str() == method && is_of(own.path));
    found.next().map_or("", |operation| operation.scope)
}

/// The maximum number of tokens with which a request is tried.
const MAX_TRIED: usize = 3;

/// The maximum number of tokens that the coalition keeps.
const MAX_TOKENS: usize = 12;
