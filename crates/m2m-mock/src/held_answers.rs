//! The answers that are held back, whose number is bounded: each occupies a connection, and control requests need one.

use std::sync::Arc;

use crate::limits::MAX_HELD_ANSWERS;

/// The answers that are held back now.
#[derive(Debug, Default)]
pub(crate) struct HeldAnswers(Arc<()>);

/// An answer that is held back until this is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    _counted: Arc<()>,
}

impl HeldAnswers {
    /// Adds an answer, unless there are as many as the mock holds back.
    pub(crate) fn add(&self) -> Option<Held> {
        let count = Arc::strong_count(&self.0) - 1;
        (count < MAX_HELD_ANSWERS).then(|| Held {
            _counted: Arc::clone(&self.0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_the_maximum_no_answer_is_held_back_until_one_is_delivered() {
        let answers = HeldAnswers::default();
        let mut held: Vec<Held> = core::iter::from_fn(|| answers.add()).collect();
        assert_eq!(held.len(), MAX_HELD_ANSWERS);
        held.pop();
        assert!(answers.add().is_some());
    }
}
