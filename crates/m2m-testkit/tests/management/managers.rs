//! The managers of a server: no sequence of management operations leaves it without a manager, or gives an application more power than the
//! caller has.
//!
//! Each run tests some sequences: half of `PROPTEST_CASES`, since a case has many steps.

pub(crate) mod definition;
pub(crate) mod files;
mod model;
pub(crate) mod steps;

use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases / 2,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn x23_no_sequence_of_operations_leaves_a_server_without_a_manager(
        beginning in files::beginning(),
        steps in prop::collection::vec(steps::step(), 1..=40)
    ) {
        let mut model = model::Model::new();
        model.take(&beginning, 0);
        for (position, step) in steps.iter().enumerate() {
            model.take(step, position + 1);
        }
        model.end();
    }
}
