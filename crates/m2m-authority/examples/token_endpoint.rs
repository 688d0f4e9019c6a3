//! Decides three requests for a token, and prints the answer to the caller and the diagnosis for the operator.
//!
//! `cargo run -p m2m-authority --example token_endpoint`

#![expect(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;

use m2m_authority::diagnose::diagnose;
use m2m_authority::flow::{
    Exchange, Header, Issued, RawRequest, Usage, accept, authenticate, authorize, issue, respond,
};
use m2m_authority::registry::{Api, Application, Records, SecretHash, SigningKeys, StoredSecret};
use m2m_authority::{
    Algorithm, Authority, JwtId, MessageLimits, Profile, Refusal, Registry, SigningKey, TraceId,
    UnixTime,
};

const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);
const SECRET: &str = "correct-horse-battery-staple-and-more";

/// The state of a token endpoint, in memory.
struct TokenEndpoint {
    authority: Authority,
    registry: Registry,
    keys: SigningKeys,
}

impl TokenEndpoint {
    fn new() -> Result<Self, Box<dyn Error>> {
        let secret = StoredSecret::new("first", SecretHash::of(SECRET.as_bytes()), NOW);
        let records = Records {
            apis: vec![
                Api::new("Orders", "https://orders.example/api")
                    .with_scopes(&["read:orders", "write:orders"]),
            ],
            applications: vec![
                Application::new("Billing", "billing-job")
                    .with_secret(secret)
                    .authorized("https://orders.example/api", &["read:orders"]),
            ],
            ..Records::default()
        };
        Ok(Self {
            authority: Authority::new(
                "https://issuer.example",
                Profile::Rfc,
                MessageLimits::DEFAULT,
            )?,
            registry: Registry::assemble(records)?,
            keys: SigningKeys::active([SigningKey::generate(Algorithm::Es256, None)?.0]),
        })
    }

    fn decide(&self, request: RawRequest<'_>) -> Result<Issued, Refusal> {
        let accepted = accept(request, &self.authority)?;
        let client = self.registry.client(accepted.client_id());
        let authenticated = authenticate(accepted, client, NOW)?;
        let policy = self.registry.policy(authenticated.client_id());
        let policy = policy.expect("every client has a policy");
        let authorized = authorize(authenticated, policy, Usage::default(), &self.authority)?;
        let key = self.keys.signing(authorized.algorithm());
        // A server passes random bytes here, and for the trace id.
        let jwt_id = JwtId::from_random([1; 16]);
        issue(authorized, key, &self.authority, jwt_id, NOW)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let endpoint = TokenEndpoint::new()?;
    let with_quotes = format!("%22{SECRET}%22");
    for (case, secret, scope) in [
        ("a good request", SECRET, "read:orders"),
        (
            "quotation marks around the secret",
            &with_quotes,
            "read:orders",
        ),
        ("a scope that is not assigned", SECRET, "write:orders"),
    ] {
        let body = format!(
            "grant_type=client_credentials&client_id=billing-job&client_secret={secret}&scope={scope}"
        );
        let request = RawRequest {
            method: "POST",
            query: None,
            content_type: Header::Once(b"application/x-www-form-urlencoded"),
            authorization: Header::Absent,
            body: body.as_bytes(),
            address: None,
        };
        let exchange = Exchange {
            trace_id: TraceId::from_random([2; 16]),
            request_id: None,
            address: None,
        };
        let decision = endpoint.decide(request);
        let reply = respond(decision.as_ref(), &exchange, &endpoint.authority);
        println!("{case}: {}", reply.status());
        println!("  {}", String::from_utf8_lossy(reply.body()));
        if let Err(mut refusal) = decision {
            let suspect = refusal.take_suspect();
            let diagnosis = diagnose(&suspect, endpoint.registry.records());
            println!("  cause: {}", diagnosis.cause);
            for evidence in &diagnosis.evidence {
                println!("  evidence: {evidence:?}");
            }
            for fix in &diagnosis.fixes {
                println!("  fix: {fix:?}");
            }
        }
    }
    Ok(())
}
