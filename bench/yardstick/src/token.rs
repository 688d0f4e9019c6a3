//! The token endpoint: it reads a form, and returns a token.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::signer::Signer;

/// The client that may get tokens, and its secret. `bench/load/src/world.rs` has the same.
const CLIENT_ID: &str = "bench";
const CLIENT_SECRET: &[u8] = b"bench-secret-0123456789abcdef0123456789abcdef";

pub struct Endpoint {
    signer: Signer,
    /// The token's header, with its dot.
    header: String,
    random: SystemRandom,
    /// The hash of each client's secret.
    clients: HashMap<String, Vec<u8>>,
}

/// The reason why there is no token.
pub enum Refused {
    NotFound,
    GrantType,
    Client,
}

impl Refused {
    pub fn status(&self) -> u16 {
        match self {
            Self::NotFound => 404,
            Self::GrantType => 400,
            Self::Client => 401,
        }
    }

    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::GrantType => "unsupported_grant_type",
            Self::Client => "invalid_client",
        }
    }
}

impl Endpoint {
    pub fn new(signer: Signer) -> Self {
        let header = format!(
            r#"{{"typ":"at+jwt","alg":"{}","kid":"k1"}}"#,
            signer.algorithm()
        );
        let hash = digest(&SHA256, CLIENT_SECRET).as_ref().to_vec();
        Self {
            signer,
            header: BASE64_URL_SAFE_NO_PAD.encode(header) + ".",
            random: SystemRandom::new(),
            clients: HashMap::from([(CLIENT_ID.to_owned(), hash)]),
        }
    }

    /// Answers one request. A Basic header takes precedence over the body, and its parts are not form-decoded.
    pub fn token(&self, authorization: Option<&str>, form: &[u8]) -> Result<String, Refused> {
        let (mut id, mut secret, mut scope, mut grant) = (None, None, None, None);
        for (name, value) in form_urlencoded::parse(form) {
            match &*name {
                "client_id" => id = Some(value),
                "client_secret" => secret = Some(value),
                "scope" => scope = Some(value),
                "grant_type" => grant = Some(value),
                _ => {}
            }
        }
        if grant.as_deref() != Some("client_credentials") {
            return Err(Refused::GrantType);
        }
        if let Some(basic) = authorization.and_then(|value| value.strip_prefix("Basic ")) {
            let pair = BASE64_STANDARD.decode(basic).map_err(|_| Refused::Client)?;
            let pair = String::from_utf8(pair).map_err(|_| Refused::Client)?;
            let (one, other) = pair.split_once(':').ok_or(Refused::Client)?;
            id = Some(one.to_owned().into());
            secret = Some(other.to_owned().into());
        }
        let id = id.ok_or(Refused::Client)?;
        let secret = secret.ok_or(Refused::Client)?;
        let expected = self.clients.get(&*id).ok_or(Refused::Client)?;
        // Deprecated by ring without a successor there; aws-lc-rs has the same operation and keeps it.
        aws_lc_rs::constant_time::verify_slices_are_equal(
            digest(&SHA256, secret.as_bytes()).as_ref(),
            expected,
        )
        .map_err(|_| Refused::Client)?;

        let scope = scope.unwrap_or_else(|| "api:read".into());
        let mut token = String::with_capacity(1024);
        token.push_str(&self.header);
        BASE64_URL_SAFE_NO_PAD.encode_string(self.claims(&id, &scope), &mut token);
        self.signer.sign(&mut token);
        Ok(format!(
            r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":3600,"scope":"{scope}"}}"#
        ))
    }

    /// The claims of RFC 9068.
    fn claims(&self, id: &str, scope: &str) -> String {
        let mut jti = [0; 16];
        self.random.fill(&mut jti).expect("randomness");
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("after 1970")
            .as_secs();
        let mut claims = String::with_capacity(320);
        write!(
            claims,
            r#"{{"iss":"http://127.0.0.1:9000","sub":"{id}","client_id":"{id}","aud":"https://api.example.com","scope":"{scope}","iat":{now},"nbf":{now},"exp":{},"jti":"{}"}}"#,
            now + 3600,
            BASE64_URL_SAFE_NO_PAD.encode(jti)
        )
        .expect("writing to a string cannot fail");
        claims
    }
}
