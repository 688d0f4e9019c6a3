//! The state of the mock, which endpoints read and control operations change.

use m2m_jwt::{KeyNotGenerated, UnixTime};
use oauth_proto::Issuer;
use serde_json::Value;

use crate::caller::Hosts;
use crate::clock::MockClock;
use crate::forced_answers::ForcedAnswers;
use crate::held_answers::HeldAnswers;
use crate::keys::Keys;
use crate::received::ReceivedRequests;
use crate::refusal::Refusal;
use crate::revoked_tokens::RevokedTokens;
use crate::script::Script;
use crate::tokens::{self, Order};

/// The state of the mock.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) issuer: Issuer,
    /// The state at the start, for a reset.
    pub(crate) script: Script,
    pub(crate) keys: Keys,
    pub(crate) clock: MockClock,
    pub(crate) forced: ForcedAnswers,
    pub(crate) received: ReceivedRequests,
    pub(crate) revoked: RevokedTokens,
    /// The names by which clients may address the endpoints.
    pub(crate) hosts: Hosts,
    pub(crate) held: HeldAnswers,
    /// The number of tokens so far, for their `jti`.
    tokens: u64,
}

impl State {
    /// Creates the state at the start, with a new key.
    ///
    /// # Errors
    ///
    /// If the crypto library cannot generate a key for the algorithm of the script.
    pub(crate) fn new(
        script: Script,
        issuer: Issuer,
        now: UnixTime,
    ) -> Result<Self, KeyNotGenerated> {
        let keys = Keys::generate(script.signing_algorithm.0)?;
        let mut state = Self {
            issuer: script.issuer.clone().unwrap_or(issuer),
            script,
            keys,
            clock: MockClock::OF_MACHINE,
            forced: ForcedAnswers::default(),
            received: ReceivedRequests::default(),
            revoked: RevokedTokens::default(),
            hosts: Hosts::Own,
            held: HeldAnswers::default(),
            tokens: 0,
        };
        state.reset(now);
        Ok(state)
    }

    /// Returns everything except the keys and the numbers of tokens to the state at the start: tokens that other tests hold stay valid.
    pub(crate) fn reset(&mut self, now: UnixTime) {
        self.clock = MockClock::OF_MACHINE;
        self.forced = ForcedAnswers::default();
        self.received = ReceivedRequests::default();
        self.revoked = RevokedTokens::default();
        if let Some(setting) = self.script.clock {
            self.clock.set(setting, now);
        }
        for forced in self.script.forced_answers.clone() {
            // A script with more than the mock keeps was refused when it was read.
            let _ = self.forced.add(forced);
        }
    }

    /// Issues a token, and returns the answer of the token endpoint.
    ///
    /// # Errors
    ///
    /// If the token cannot be signed.
    pub(crate) fn issue(&mut self, order: &Order<'_>, time: UnixTime) -> Result<Value, Refusal> {
        self.tokens += 1;
        let issued = tokens::issue(order, self.tokens, &self.issuer, &self.keys, time);
        issued.map_err(Refusal::from)
    }
}
