//! Tests of random changes against a model, with the file opened again in between.

use std::collections::BTreeSet;

use m2m_authority::registry::{Application, Deletion, Organization};
use m2m_jwt::UnixTime;
use m2m_store::{
    Action, Actor, AuditEvent, Backend as _, Change, CommitError, EventQuery, Found, RecordId,
    Sqlite, Stored, Subject, Version, Write,
};
use proptest::prelude::{Just, ProptestConfig, Strategy, prop, prop_oneof, proptest};

const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

/// The number of names, client ids and organizations: few, so that they collide.
const FEW: u8 = 4;

#[derive(Debug, Clone)]
enum Operation {
    Commit(Vec<Step>),
    CommitLate,
    OpenAgain,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Put {
        id: u8,
        client: u8,
        home: Option<u8>,
    },
    Delete {
        id: u8,
    },
    PutOrganization {
        code: u8,
    },
    DeleteOrganization {
        code: u8,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let number = || 0..FEW;
    prop_oneof![
        5 => (number(), number(), prop::option::of(number()))
            .prop_map(|(id, client, home)| Step::Put { id, client, home }),
        2 => number().prop_map(|id| Step::Delete { id }),
        2 => number().prop_map(|code| Step::PutOrganization { code }),
        1 => number().prop_map(|code| Step::DeleteOrganization { code }),
    ]
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        8 => prop::collection::vec(step(), 0..4).prop_map(Operation::Commit),
        1 => Just(Operation::CommitLate),
        1 => Just(Operation::OpenAgain),
    ]
}

/// A simple model of a registry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Model {
    version: u64,
    /// The applications by age: id, client id, organization.
    applications: Vec<(u8, u8, Option<u8>)>,
    organizations: BTreeSet<u8>,
    /// The client ids of deleted applications, the latest last.
    deleted: Vec<u8>,
}

impl Model {
    /// Returns the model after a change; `None` if the change does not fit.
    fn after(&self, steps: &[Step]) -> Option<Self> {
        let mut next = self.clone();
        for step in steps {
            match *step {
                Step::Put { id, client, home } => {
                    let mut others = next.applications.iter();
                    if others.any(|(other, taken, _)| *other != id && *taken == client) {
                        return None;
                    }
                    let new = (id, client, home);
                    match next.applications.iter_mut().find(|old| old.0 == id) {
                        Some(old) => *old = new,
                        None => next.applications.push(new),
                    }
                }
                Step::Delete { id } => {
                    let position = next.applications.iter().position(|old| old.0 == id);
                    if let Some(position) = position {
                        let (_, client, _) = next.applications.remove(position);
                        next.deleted.retain(|old| *old != client);
                        next.deleted.push(client);
                    }
                }
                Step::PutOrganization { code } => {
                    next.organizations.insert(code);
                }
                Step::DeleteOrganization { code } => {
                    next.organizations.remove(&code);
                }
            }
        }
        let mut homes = next.applications.iter().filter_map(|(_, _, home)| *home);
        homes
            .all(|home| next.organizations.contains(&home))
            .then_some(())?;
        next.version += 1;
        Some(next)
    }
}

fn id(number: u8) -> RecordId {
    RecordId::from_bytes([number; 16])
}

fn write(step: Step) -> Write {
    match step {
        Step::Put {
            id: number,
            client,
            home,
        } => {
            let mut application = Application::new(&number.to_string(), &client.to_string());
            application.spec.organization = home.map(|code| code.to_string().into());
            Write::PutApplication(Box::new(Stored::new(id(number), application, NOW)))
        }
        Step::Delete { id: number } => {
            let deletion = Deletion {
                client_id: "whatever it is called".into(),
                at: NOW,
                by: "test".into(),
            };
            Write::DeleteApplication(id(number), deletion)
        }
        Step::PutOrganization { code } => {
            let organization = Organization::new(&code.to_string(), "");
            Write::PutOrganization(Stored::new(id(100 + code), organization, NOW))
        }
        Step::DeleteOrganization { code } => Write::DeleteOrganization(id(100 + code)),
    }
}

async fn read(store: &Sqlite) -> Model {
    let snapshot = store.snapshot().await.expect("a snapshot");
    let number = |text: &str| text.parse::<u8>().expect("a number");
    Model {
        version: snapshot.version.0,
        applications: snapshot
            .applications
            .iter()
            .map(|stored| {
                let application = &stored.value;
                let home = application.spec.organization.as_deref().map(number);
                (
                    number(&application.spec.name),
                    number(&application.client_id),
                    home,
                )
            })
            .collect(),
        organizations: snapshot
            .organizations
            .iter()
            .map(|stored| number(&stored.value.code))
            .collect(),
        deleted: snapshot
            .deleted
            .iter()
            .map(|deletion| number(&deletion.client_id))
            .collect(),
    }
}

/// Checks that records that are read one by one are the same as those that are read at once.
async fn check_reads(store: &Sqlite, model: &Model) {
    let frame = store.frame().await.expect("a frame");
    assert_eq!(
        usize::try_from(frame.applications),
        Ok(model.applications.len())
    );
    for client in 0..FEW {
        let there = model.applications.iter().find(|(_, own, _)| *own == client);
        let found = store.find(&client.to_string()).await.expect("an answer");
        match (there, found) {
            (Some((number, _, home)), Some(Found::Application(_, application, organization))) => {
                assert_eq!(*application.spec.name, *number.to_string());
                let code = organization.map(|organization| organization.code);
                assert_eq!(code, home.map(|home| home.to_string().into()));
            }
            (None, Some(Found::Deleted(_))) => assert!(model.deleted.contains(&client)),
            (None, None) => assert!(!model.deleted.contains(&client)),
            (there, found) => panic!("{there:?} and {found:?}"),
        }
    }
}

async fn drive(operations: Vec<Operation>) {
    let above = tempfile::tempdir().expect("a folder");
    let mut store = Some(Sqlite::open(above.path()).expect("a store"));
    let mut model = Model::default();
    let mut events = 0;
    for operation in operations {
        let change = |steps: &[Step]| Change {
            writes: steps.iter().copied().map(write).collect(),
            events: vec![AuditEvent {
                time: NOW,
                actor: Actor::command("test"),
                action: Action::Updated,
                subject: Subject::Application,
                name: "test".into(),
                before: None,
                after: None,
            }],
        };
        let open = store.as_ref().expect("the store is open");
        match operation {
            Operation::Commit(steps) => {
                let answer = open.commit(Version(model.version), change(&steps)).await;
                match (model.after(&steps), answer) {
                    (Some(next), Ok(version)) => {
                        assert_eq!(version.0, next.version);
                        model = next;
                        events += 1;
                    }
                    (None, Err(CommitError::Inconsistent { .. })) => {}
                    (expected, answer) => panic!("{expected:?} and {answer:?} to {steps:?}"),
                }
            }
            Operation::CommitLate => {
                let late = Version(model.version + 1);
                let answer = open.commit(late, change(&[])).await;
                assert_eq!(answer, Err(CommitError::Conflict));
            }
            Operation::OpenAgain => {
                drop(store.take());
                store = Some(Sqlite::open(above.path()).expect("the same store"));
            }
        }
        let open = store.as_ref().expect("the store is open");
        assert_eq!(read(open).await, model);
        check_reads(open, &model).await;
        let all = EventQuery {
            most: usize::MAX,
            ..EventQuery::default()
        };
        let told = open.events(all).await.expect("events").entries;
        assert_eq!(told.len(), events);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn random_changes_match_the_model(
        operations in prop::collection::vec(operation(), 1..24)
    ) {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime")
            .block_on(drive(operations));
    }
}
