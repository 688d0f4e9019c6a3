//! An API that verifies tokens by itself, as APIs do: with the keys that it has, which it fetches again for a key id that it does not know.

use m2m_jwt::{Algorithm, Expectations, InvalidToken, JwkSet, KeySet, Limits, Unverified, verify};

use crate::server::Server;

/// An API that verifies tokens.
pub(crate) struct Verifier<'s> {
    server: &'s Server,
    audience: &'s str,
    keys: KeySet,
}

impl<'s> Verifier<'s> {
    /// Returns an API that has fetched the current keys.
    pub(crate) fn new(server: &'s Server, audience: &'s str) -> Self {
        Self {
            server,
            audience,
            keys: fetch(server),
        }
    }

    /// Verifies a token at the time of the server, with the keys that are known, and with those of the server if the key id is unknown.
    pub(crate) fn verify(&mut self, token: &str) -> Result<(), InvalidToken> {
        let outcome = self.verify_offline(token);
        let parsed = Unverified::parse(token, &Limits::DEFAULT)?;
        let header = parsed.header()?;
        match outcome {
            Err(error) if self.keys.may_be_outdated(header.key_id(), error) => {
                self.keys = fetch(self.server);
                self.verify_offline(token)
            }
            outcome => outcome,
        }
    }

    /// Verifies a token at the time of the server with the keys that are known.
    pub(crate) fn verify_offline(&self, token: &str) -> Result<(), InvalidToken> {
        let parsed = Unverified::parse(token, &Limits::DEFAULT)?;
        let audiences = [self.audience];
        let issuer = self.server.issuer();
        let expected = Expectations::access_token(issuer, &audiences, Algorithm::ALL);
        verify(&parsed, &self.keys, &expected, self.server.now()).map(drop)
    }
}

/// Fetches the JWK set.
fn fetch(server: &Server) -> KeySet {
    let set = server.send("GET", "/.well-known/jwks.json", "", "").body;
    KeySet::new(&JwkSet::parse(&set).unwrap())
}

/// Returns the key id in the header of a token.
pub(crate) fn kid(token: &str) -> String {
    let parsed = Unverified::parse(token, &Limits::DEFAULT).unwrap();
    let header = parsed.header().unwrap();
    header.key_id().unwrap().to_owned()
}
