//! Faults that a test causes inside a running server. The feature `fault-injection` enables them, only in builds with debug assertions, and
//! `cargo xtask arrows` checks that the binary does not have the feature. So no caller and no setting can cause a fault in a release.
//!
//! A fault is for the requests of one application, so that an operator can still ask the server about it.

use std::sync::{Arc, OnceLock};

use clap::Args;
use m2m_authority::{Signer, SigningFailed};
use m2m_jwt::{AccessTokenHeader, Signature};

/// The options of the server that cause faults.
#[derive(Debug, Clone, Args)]
pub struct FaultOptions {
    /// For tests: client id of an application whose tokens cannot be signed
    #[arg(long, value_name = "CLIENT_ID", hide = true)]
    fault_signing: Option<Arc<str>>,
    /// For tests: client id of an application for which signing a token panics
    #[arg(long, value_name = "CLIENT_ID", hide = true)]
    fault_panic: Option<Arc<str>>,
}

impl FaultOptions {
    /// Causes these faults from now on, in this process.
    pub fn arm(&self) {
        // The first options of the process stay in force.
        let _ = ARMED.set(self.clone());
    }
}

/// The faults of this process.
static ARMED: OnceLock<FaultOptions> = OnceLock::new();

/// A key that signs, except for an application that a fault is for.
#[derive(Debug)]
pub struct Faulty<'k, S> {
    key: &'k S,
    client_id: &'k str,
}

impl<'k, S: Signer> Faulty<'k, S> {
    /// Returns a key for the tokens of this application.
    pub const fn new(key: &'k S, client_id: &'k str) -> Self {
        Self { key, client_id }
    }

    /// Returns true if the application is the one that a fault is for.
    fn is_for(&self, fault: impl Fn(&FaultOptions) -> &Option<Arc<str>>) -> bool {
        let armed = ARMED.get().and_then(|options| fault(options).as_deref());
        armed == Some(self.client_id)
    }
}

impl<S: Signer> Signer for Faulty<'_, S> {
    fn access_token_header(&self) -> &AccessTokenHeader {
        self.key.access_token_header()
    }

    fn sign(&self, signing_input: &[u8], signature: &mut Signature) -> Result<(), SigningFailed> {
        if self.is_for(|options| &options.fault_signing) {
            return Err(SigningFailed::Signer);
        }
        assert!(
            !self.is_for(|options| &options.fault_panic),
            "a fault that a test asked for"
        );
        self.key.sign(signing_input, signature)
    }
}
