//! The schedule of signing keys, over random times, steps and jumps of the clock.

#![expect(
    clippy::indexing_slicing,
    reason = "a missing key or report fails the test"
)]

use std::collections::BTreeMap;
use std::time::Duration;

use m2m_admin::{
    Clock, ImportedKey, KEY_ANNOUNCE_SECONDS, KeyError, KeyKeeper, KeySchedule, Prune, Rotation,
    rotate_key,
};
use m2m_authority::registry::KeyState;
use m2m_jwt::{Algorithm, SigningKey, UnixTime};
use m2m_store::{Actor, Backend as _, KeyRecord, SealingKey, Uptime};
use proptest::prelude::*;

use crate::support::{NOW, Registry};

const DAY: u64 = 86_400;

/// The period of the schedule. Unit: days.
const PERIOD: u32 = 20;

/// An event in the life of a server.
#[derive(Debug, Clone)]
enum Event {
    /// Time passes while the server runs. Unit: seconds.
    Pass(u64),
    /// The machine sleeps: time passes, and the time since the start of the process does not. Unit: seconds.
    Sleep(u64),
    /// The server is stopped for this time, and started again. Unit: seconds.
    Off(u64),
    /// The clock is wrong by some time, for less than a key is announced, and is set right. Unit: seconds.
    Wrong { by: i64, during: u64 },
    /// A token with this lifetime is issued. Unit: seconds.
    Issue(u64),
    /// An operator takes the next step of a rotation.
    Rotate,
    /// An operator replaces all keys at once.
    Emergency,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let seconds = prop_oneof![1..700_u64, 3_000..90_000_u64, DAY..40 * DAY];
    let by = prop_oneof![31..10_000_i64, DAY.cast_signed()..(400 * DAY).cast_signed()];
    let by = (by, any::<bool>()).prop_map(|(by, is_ahead)| if is_ahead { by } else { -by });
    let event = prop_oneof![
        6 => seconds.clone().prop_map(Event::Pass),
        1 => seconds.prop_map(Event::Sleep),
        1 => (1..800 * DAY).prop_map(Event::Off),
        3 => (by, 1..KEY_ANNOUNCE_SECONDS - 1).prop_map(|(by, during)| Event::Wrong { by, during }),
        6 => prop_oneof![Just(60), Just(3_600), Just(30 * DAY)].prop_map(Event::Issue),
        2 => Just(Event::Rotate),
        1 => Just(Event::Emergency),
    ];
    proptest::collection::vec(event, 1..60)
}

/// A server with its clocks, and what a verifier knows of it.
struct Life {
    registry: Registry,
    sealing: SealingKey,
    keeper: KeyKeeper,
    /// The true time. Unit: seconds.
    now: u64,
    /// The difference of the clock from it. Unit: seconds.
    wrong_by: i64,
    /// The time since the start of the process. Unit: seconds.
    uptime: u64,
    /// The true time from which on each key in the JWK set has been there.
    announced: BTreeMap<Box<str>, u64>,
    /// The key that signs, and the true time from which on it does.
    signing: Option<(Box<str>, u64)>,
    /// The key ids of tokens, with the true time at which each expires.
    tokens: Vec<(Box<str>, u64)>,
}

impl Life {
    fn new() -> Self {
        let registry = Registry::new();
        let sealing = SealingKey::from_bytes([1; SealingKey::BYTES].into());
        let world = "[[api]]\nname = \"A\"\naudience = \"https://a.example\"\n";
        registry.apply(world, Prune::Keep).unwrap();
        let actor = Actor::command("a test");
        let mut random = registry.randomness();
        let algorithms = [Algorithm::Es256];
        let ensured = m2m_admin::ensure_keys(
            registry.backend(),
            &algorithms,
            &sealing,
            &actor,
            &mut random,
            NOW,
        );
        registry.wait(ensured).unwrap();
        let mut life = Self {
            registry,
            sealing,
            keeper: KeyKeeper::new(KeySchedule::every_days(PERIOD)),
            now: NOW.as_seconds(),
            wrong_by: 0,
            uptime: 0,
            announced: BTreeMap::new(),
            signing: None,
            tokens: Vec::new(),
        };
        life.look();
        // Verifiers fetch the first key when they need it.
        life.announced.values_mut().for_each(|since| *since = 0);
        life
    }

    fn clock(&self) -> UnixTime {
        UnixTime::from_seconds(self.now.saturating_add_signed(self.wrong_by))
    }

    fn keys(&self) -> Vec<KeyRecord> {
        let frame = self.registry.wait(self.registry.backend().frame());
        frame.unwrap().keys
    }

    /// Takes the steps that are due, as a server does every second, and checks what verifiers see.
    fn tick(&mut self) {
        let before = self.signing.clone();
        let uptime = Uptime::new(Duration::from_secs(self.uptime));
        let now = self.clock();
        let mut random = self.registry.randomness();
        let (backend, sealing) = (self.registry.backend(), &self.sealing);
        let ticked = self.keeper.tick(backend, sealing, &mut random, now, uptime);
        self.registry.wait(ticked);
        self.look();
        if let (Some((kid, since)), Some((signing, _))) = (before, &self.signing)
            && kid != *signing
        {
            let period = u64::from(PERIOD) * DAY;
            assert!(self.now - since >= period, "{}", self.now - since);
        }
    }

    /// Lets time pass in which the server looks at its clock from time to time.
    fn pass(&mut self, seconds: u64) {
        let steps = (seconds / 60).clamp(1, 6);
        let mut left = seconds;
        for step in (1..=steps).rev() {
            let part = left / step;
            left -= part;
            self.now += part;
            self.uptime += part;
            self.tick();
        }
    }

    fn look(&mut self) {
        let keys = self.keys();
        let announced = keys.iter().filter(|key| key.state.is_announced());
        let announced = announced.map(|key| {
            let since = self.announced.get(&key.kid).copied();
            (key.kid.clone(), since.unwrap_or(self.now))
        });
        self.announced = announced.collect();
        assert!(self.announced.len() <= 8);
        let signing: Vec<_> = keys
            .iter()
            .filter(|key| key.state == KeyState::Active)
            .collect();
        assert_eq!(signing.len(), 1, "{keys:?}");
        let kid = &signing[0].kid;
        if self.signing.as_ref().is_none_or(|(own, _)| own != kid) {
            self.signing = Some((kid.clone(), self.now));
            let known_for = self.now - self.announced[kid];
            let is_first = self.tokens.is_empty() && known_for == 0;
            assert!(known_for >= KEY_ANNOUNCE_SECONDS || is_first, "{known_for}");
        }
        let now = self.now;
        self.tokens.retain(|(_, expires_at)| now < *expires_at);
        for (kid, expires_at) in &self.tokens {
            let left = expires_at - now;
            assert!(self.announced.contains_key(kid), "{kid}: {left} s left");
        }
    }

    fn rotate(&mut self, rotation: Rotation) -> Result<(), KeyError> {
        let actor = Actor::command("an operator");
        let mut random = self.registry.randomness();
        let rotated = rotate_key(
            self.registry.backend(),
            Algorithm::Es256,
            rotation,
            &self.sealing,
            &actor,
            &mut random,
            self.clock(),
        );
        self.registry.wait(rotated).map(drop)
    }

    fn live(&mut self, event: &Event) {
        match event {
            Event::Pass(seconds) => self.pass(*seconds),
            Event::Sleep(seconds) => {
                self.now += seconds;
                self.tick();
            }
            Event::Off(seconds) => {
                self.now += seconds;
                self.uptime = 0;
                self.keeper = KeyKeeper::new(KeySchedule::every_days(PERIOD));
                self.tick();
            }
            Event::Wrong { by, during } => {
                self.wrong_by = *by;
                self.tick();
                self.pass(*during);
                self.wrong_by = 0;
                self.now += 1;
                self.uptime += 1;
                self.tick();
            }
            Event::Issue(lifetime) => {
                let (kid, _) = self.signing.clone().unwrap();
                self.tokens.push((kid, self.now + lifetime));
            }
            Event::Rotate => {
                let rotated = self.rotate(Rotation::Planned);
                assert!(matches!(rotated, Ok(()) | Err(KeyError::Refused(_))));
                self.look();
            }
            Event::Emergency => {
                self.rotate(Rotation::Emergency).unwrap();
                self.tokens.clear();
                self.look();
                self.announced.values_mut().for_each(|since| *since = 0);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn x11_no_key_signs_before_it_is_known_and_every_token_stays_verifiable(events in events()) {
        let mut life = Life::new();
        for event in &events {
            life.live(event);
        }
        // In the end everything goes on: keys are replaced, and those that were replaced are removed.
        let (last, _) = life.signing.clone().unwrap();
        for _ in 0..100 {
            life.pass(DAY);
        }
        prop_assert!(!life.announced.contains_key(&last));
        prop_assert!(life.announced.len() <= 4, "{:?}", life.announced);
    }
}

#[test]
fn a_step_that_fails_is_logged_once_and_attempted_again() {
    let mut life = Life::new();
    let other = SealingKey::from_bytes([2; SealingKey::BYTES].into());
    let own = core::mem::replace(&mut life.sealing, other);
    let mut reports = Vec::new();
    for minute in 0..3 {
        let uptime = Uptime::new(Duration::from_secs(minute * 60));
        let mut random = life.registry.randomness();
        let (backend, sealing) = (life.registry.backend(), &life.sealing);
        let ticked = life
            .keeper
            .tick(backend, sealing, &mut random, life.clock(), uptime);
        reports.push(life.registry.wait(ticked));
    }
    let lines: Vec<usize> = reports.iter().map(|report| report.lines.len()).collect();
    assert_eq!(lines, [1, 0, 0]);
    assert!(reports.iter().all(|report| report.failed == 1));
    let line = &reports[0].lines[0];
    assert_eq!(line["event"], "signing_key_step_failed");
    let reason = line["reason"].as_str().unwrap();
    assert!(reason.contains("different sealing key"), "{reason}");
    life.sealing = own;
    for _ in 0..u64::from(PERIOD) + 1 {
        life.pass(DAY);
    }
    assert_eq!(life.announced.len(), 2);
}

#[test]
fn a_key_of_an_earlier_server_that_retires_stays_for_the_longest_lifetime() {
    let import = |life: &Life| {
        let (_, document) = SigningKey::generate(Algorithm::EdDsa, None).unwrap();
        let key = ImportedKey::read(document.secret_der(), None, Some("earlier")).unwrap();
        let actor = Actor::command("m2m key import");
        let mut random = life.registry.randomness();
        let imported = m2m_admin::import_key(
            life.registry.backend(),
            &key,
            Some(KeyState::Retiring),
            &life.sealing,
            &actor,
            &mut random,
            life.clock(),
        );
        life.registry.wait(imported).unwrap();
    };
    let is_announced = |life: &Life| life.announced.contains_key("earlier");
    for had_api in [false, true] {
        let mut life = Life::new();
        if had_api {
            // Its lifetime is that of this server.
            let api = "[[api]]\nname = \"B\"\naudience = \"b\"\nsigning_alg = \"EdDSA\"\n";
            let other = "[[api]]\nname = \"A\"\naudience = \"https://a.example\"\n";
            life.registry.apply(api, Prune::Keep).unwrap();
            life.registry.apply(other, Prune::Remove).unwrap();
        }
        import(&life);
        life.look();
        for day in 0..30 {
            assert!(is_announced(&life), "{day}");
            life.pass(DAY);
        }
        assert!(is_announced(&life));
        life.pass(KEY_ANNOUNCE_SECONDS);
        assert!(!is_announced(&life));
    }
}

#[test]
fn x11_more_keys_than_the_set_may_have_are_refused_with_the_reason() {
    let mut life = Life::new();
    for _ in 0..7 {
        life.rotate(Rotation::Planned).unwrap();
        life.now += KEY_ANNOUNCE_SECONDS;
        life.rotate(Rotation::Planned).unwrap();
    }
    life.now += u64::from(PERIOD) * DAY;
    let mut random = life.registry.randomness();
    let kept = m2m_admin::keep_keys(
        life.registry.backend(),
        Clock::Steady,
        KeySchedule::every_days(PERIOD),
        &life.sealing,
        &mut random,
        life.clock(),
    );
    let kept = life.registry.wait(kept).unwrap();
    assert_eq!(kept.steps, []);
    let [(algorithm, refused)] = &*kept.refused else {
        panic!("{kept:?}")
    };
    assert_eq!(*algorithm, Algorithm::Es256);
    assert!(refused.to_string().contains("8 keys"), "{refused}");
}

#[test]
fn every_step_is_logged_and_the_audit_log_names_the_schedule() {
    let mut life = Life::new();
    let mut lines = Vec::new();
    for hour in 0..60 * 24 {
        let uptime = Uptime::new(Duration::from_secs(hour * 3600));
        life.now = NOW.as_seconds() + hour * 3600;
        let mut random = life.registry.randomness();
        let (backend, sealing) = (life.registry.backend(), &life.sealing);
        let ticked = life
            .keeper
            .tick(backend, sealing, &mut random, life.clock(), uptime);
        lines.extend(life.registry.wait(ticked).lines);
    }
    let states: Vec<&str> = lines
        .iter()
        .map(|line| {
            assert_eq!(line["event"], "signing_key_step");
            assert_eq!(line["alg"], "ES256");
            assert!(line["kid"].is_string() && line["time"].is_string());
            line["state"].as_str().unwrap()
        })
        .collect();
    let expected = ["next", "active", "next", "active", "retired", "next"];
    assert_eq!(states, expected);
    let scheduled = life.registry.audit().into_iter();
    let scheduled = scheduled.filter(|event| &*event.actor.name == m2m_admin::KEY_SCHEDULE_ACTOR);
    // A key that is replaced has an event of its own.
    assert_eq!(scheduled.count(), expected.len() + 2);
}
