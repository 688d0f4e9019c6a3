//! The forced answers that wait for their requests.

use serde::Serialize;

use crate::endpoint::Endpoint;
use crate::error::ForcedAnswersFull;
use crate::forced_answer::ForcedAnswer;
use crate::limits::{MAX_FORCED_ANSWERS, MAX_FORCED_BYTES};

/// The forced answers in the order in which they were added.
///
/// Those for a number of requests apply first, in their order; then the latest one for every request. So a test can force a sequence of
/// answers, whatever the script says about all requests.
#[derive(Debug, Default)]
pub(crate) struct ForcedAnswers {
    pending: Vec<Pending>,
    /// The number of forced answers so far, for their ids.
    count: u64,
}

/// A forced answer with the number of requests that are left.
#[derive(Debug, Serialize)]
pub(crate) struct Pending {
    id: u64,
    /// The number of requests that it still answers. Absent for every request.
    #[serde(skip_serializing_if = "Option::is_none")]
    remaining: Option<u32>,
    #[serde(flatten)]
    forced: ForcedAnswer,
}

impl ForcedAnswers {
    /// Adds a forced answer.
    ///
    /// # Errors
    ///
    /// If there are as many as the mock keeps, or their texts would take more memory than it has for them.
    pub(crate) fn add(&mut self, forced: ForcedAnswer) -> Result<&Pending, ForcedAnswersFull> {
        if self.pending.len() >= MAX_FORCED_ANSWERS {
            return Err(ForcedAnswersFull::Number);
        }
        let kept = self.pending.iter();
        let kept: usize = kept.map(|pending| pending.forced.heap_bytes()).sum();
        if kept + forced.heap_bytes() > MAX_FORCED_BYTES {
            return Err(ForcedAnswersFull::Size);
        }
        self.count += 1;
        self.pending.push(Pending {
            id: self.count,
            remaining: forced.times(),
            forced,
        });
        Ok(self.pending.last().expect("it was just added"))
    }

    /// Returns the forced answer to a request, and counts the request.
    pub(crate) fn take(
        &mut self,
        endpoint: Endpoint,
        client_id: Option<&str>,
    ) -> Option<ForcedAnswer> {
        let is_for = |pending: &Pending| pending.forced.matches(endpoint, client_id);
        let mut counted = self.pending.iter();
        let counted = counted.position(|pending| pending.remaining.is_some() && is_for(pending));
        let Some(index) = counted else {
            let latest = self.pending.iter().rfind(|pending| is_for(pending));
            return latest.map(|pending| pending.forced.clone());
        };
        let pending = self.pending.get_mut(index)?;
        pending.remaining = pending.remaining.map(|remaining| remaining - 1);
        if pending.remaining == Some(0) {
            return Some(self.pending.remove(index).forced);
        }
        Some(pending.forced.clone())
    }

    /// The forced answers that wait.
    pub(crate) fn pending(&self) -> &[Pending] {
        &self.pending
    }

    /// Removes all forced answers.
    pub(crate) fn clear(&mut self) {
        self.pending.clear();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn forced(fields: Value) -> ForcedAnswer {
        serde_json::from_value(fields).unwrap()
    }

    /// Returns the description of the forced answer to the next request of a client.
    fn next(answers: &mut ForcedAnswers, client_id: &str) -> Option<String> {
        let taken = answers.take(Endpoint::Token, Some(client_id))?;
        let fields = serde_json::to_value(taken).unwrap();
        fields["description"].as_str().map(str::to_owned)
    }

    #[test]
    fn counted_answers_come_first_in_their_order_and_then_the_latest_for_every_request() {
        let mut answers = ForcedAnswers::default();
        for fields in [
            json!({ "status": 500, "description": "early" }),
            json!({ "status": 503, "description": "twice", "times": 2 }),
            json!({ "status": 500, "description": "late" }),
            json!({ "status": 400, "description": "of b", "times": 1, "client_id": "b" }),
            json!({ "status": 400, "description": "once", "times": 1 }),
        ] {
            answers.add(forced(fields)).unwrap();
        }
        let of_a: Vec<_> = (0..3).filter_map(|_| next(&mut answers, "a")).collect();
        assert_eq!(of_a, ["twice", "twice", "once"]);
        let of_b: Vec<_> = (0..2).filter_map(|_| next(&mut answers, "b")).collect();
        assert_eq!(of_b, ["of b", "late"]);
        answers.clear();
        assert_eq!(next(&mut answers, "a"), None);
    }

    #[test]
    fn an_answer_belongs_to_one_endpoint() {
        let mut answers = ForcedAnswers::default();
        answers
            .add(forced(json!({ "status": 500, "endpoint": "jwks" })))
            .unwrap();
        assert!(answers.take(Endpoint::Token, None).is_none());
        assert!(answers.take(Endpoint::Jwks, None).is_some());
    }

    #[test]
    fn beyond_the_maximum_no_answer_is_added() {
        let mut answers = ForcedAnswers::default();
        let any = forced(json!({ "status": 500, "times": 1 }));
        for _ in 0..MAX_FORCED_ANSWERS {
            answers.add(any.clone()).unwrap();
        }
        assert_eq!(answers.add(any).err(), Some(ForcedAnswersFull::Number));
        assert_eq!(answers.pending().len(), MAX_FORCED_ANSWERS);
    }

    #[test]
    fn beyond_the_maximum_of_bytes_no_answer_is_added_until_one_is_used_up() {
        for (large, least) in [
            (
                json!({ "token": { "claims": { "a": vec![json!({ "": 0 }); 7_000] } } }),
                64,
            ),
            (json!({ "token": { "without": vec![""; 20_000] } }), 8),
            (
                json!({ "status": 400, "description": "a".repeat(60_000) }),
                64,
            ),
        ] {
            let mut fields = large;
            fields["times"] = 1.into();
            let large = forced(fields);
            let mut answers = ForcedAnswers::default();
            while answers.add(large.clone()).is_ok() {}
            assert_eq!(
                answers.add(large.clone()).err(),
                Some(ForcedAnswersFull::Size)
            );
            let count = answers.pending().len();
            assert!((least..100).contains(&count), "{count}");
            let small = forced(json!({ "status": 500 }));
            answers.add(small).unwrap();
            answers.take(Endpoint::Token, None).unwrap();
            answers.add(large).unwrap();
        }
    }
}
