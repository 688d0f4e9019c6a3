//! The obstacles of an application agree with the flow about whether the application can get a token at all.

use m2m_authority::registry::{
    Api, Application, AuthenticationMethods, ClientType, Ending, GrantTypes, MANAGEMENT_AUDIENCE,
    Obstacle, Organization, Quota, QuotaMode, Records, SecretHash, StoredSecret,
};
use m2m_errors::Profile;
use m2m_testkit::{ORDERS, Request, SECRET, World};
use proptest::prelude::*;

/// The obstacles that a test may put in the way of an application.
#[derive(Debug, Clone)]
struct Ailing {
    flags: [bool; 8],
    secret: Option<i64>,
    addresses: Option<&'static str>,
    basic: bool,
    post: bool,
    organization: Option<bool>,
    revoked_ahead: Option<u64>,
    life: Option<u64>,
}

fn ailing() -> impl Strategy<Value = Ailing> {
    // Each obstacle is rare, so that some applications have none.
    let seldom = || prop::bool::weighted(0.1);
    (
        prop::array::uniform8(seldom()),
        prop::option::weighted(0.9, prop_oneof![9 => Just(0_i64), 1 => -2_i64..3]),
        prop::option::weighted(
            0.3,
            prop::sample::select(vec!["10.0.0.0/8", "224.0.0.0/4", "0.0.0.0"]),
        ),
        any::<bool>(),
        prop::bool::weighted(0.8),
        prop::option::weighted(0.3, seldom()),
        prop::option::weighted(0.2, prop_oneof![0_u64..10, 55_u64..65]),
        prop::option::weighted(0.2, 0_u64..10),
    )
        .prop_map(
            |(flags, secret, addresses, basic, post, organization, revoked_ahead, life)| Ailing {
                flags,
                secret,
                addresses,
                basic,
                post,
                organization,
                revoked_ahead,
                life,
            },
        )
}

fn records(ailing: &Ailing) -> Records {
    let [
        disabled,
        public,
        no_grant,
        no_api,
        user,
        allowed,
        manages,
        no_quota,
    ] = ailing.flags;
    let mut application = Application::new("A", "a");
    if let Some(end) = ailing.secret {
        let secret = StoredSecret::new("1", SecretHash::of(SECRET.as_bytes()), World::BEGINNING);
        application = application.with_secret(match end {
            0 => secret,
            end => secret.ending(Ending::Expires {
                at: World::BEGINNING.saturating_add_seconds(u64::try_from(end).unwrap_or(0)),
            }),
        });
    }
    if !no_api {
        application = application.authorized(ORDERS, &["read"]);
    }
    if manages {
        application = application.authorized(MANAGEMENT_AUDIENCE, &["read:apis"]);
    }
    let spec = &mut application.spec;
    spec.enabled = !disabled;
    if public {
        spec.client_type = ClientType::Public;
    }
    spec.grant_types = GrantTypes {
        client_credentials: !no_grant,
    };
    spec.authentication_methods = AuthenticationMethods {
        client_secret_basic: ailing.basic,
        client_secret_post: ailing.post,
    };
    spec.system_user = user.then(|| "svc".into());
    spec.system_user_allowed = allowed;
    spec.allowed_addresses = ailing
        .addresses
        .map(|block| block.parse().expect("a block"))
        .into_iter()
        .collect();
    spec.token_quota = no_quota.then(|| Quota {
        tokens: 1,
        per: "1h".parse().expect("an hour"),
        mode: QuotaMode::Enforce,
    });
    let ahead = |seconds| World::BEGINNING.saturating_add_seconds(seconds);
    spec.not_before = ailing.revoked_ahead.map(ahead);
    spec.expires_at = ailing.life.map(ahead);
    spec.organization = ailing.organization.map(|_| "o".into());
    Records {
        apis: vec![
            Api::new("Orders", ORDERS).with_scopes(&["read"]),
            Api::new("Management", MANAGEMENT_AUDIENCE).with_scopes(&["read:apis"]),
        ],
        organizations: vec![Organization {
            suspended: ailing.organization == Some(true),
            ..Organization::new("o", "O")
        }],
        applications: vec![application],
        ..Records::default()
    }
}

/// Returns true if the flow grants the application anything, however it asks.
fn flow_grants(profile: Profile, records: &Records) -> bool {
    let mut world = World::standard(profile);
    world.set_records(|own| *own = records.clone());
    [ORDERS, MANAGEMENT_AUDIENCE].iter().any(|audience| {
        [Request::token("a"), Request::token_by_header("a", SECRET)]
            .into_iter()
            .any(|request| {
                let request = request
                    .audience(audience)
                    .from_address("10.0.0.1".parse().expect("an address"));
                world.send(&request).status() == 200
            })
    })
}

proptest! {
    #[test]
    fn an_application_has_an_obstacle_if_and_only_if_the_flow_never_grants(ailing in ailing()) {
        for profile in Profile::ALL {
            let records = records(&ailing);
            let [application] = &*records.applications else { unreachable!() };
            let organization = records.organizations.first();
            let organization = organization.filter(|_| application.spec.organization.is_some());
            let obstacle =
                application.token_obstacle(organization, profile.system_user(), World::BEGINNING);
            let grants = flow_grants(profile, &records);
            prop_assert_eq!(obstacle.is_none(), grants, "{:?} in {}", obstacle, profile);
        }
    }
}

type Change = fn(&mut Application);

#[test]
fn each_obstacle_is_reported() {
    let obstacle = |change: Change| {
        let mut application = Application::new("A", "a")
            .authorized(ORDERS, &[])
            .with_secret(StoredSecret::new(
                "1",
                SecretHash::of(b"x"),
                World::BEGINNING,
            ));
        change(&mut application);
        let rule = Profile::Rfc.system_user();
        application.token_obstacle(None, rule, World::BEGINNING)
    };
    let obstacles: [(Change, Option<Obstacle>); 13] = [
        (|_| {}, None),
        (|a| a.spec.enabled = false, Some(Obstacle::Disabled)),
        (
            |a| a.spec.expires_at = Some(World::BEGINNING),
            Some(Obstacle::Expired),
        ),
        (
            |a| a.spec.client_type = ClientType::Public,
            Some(Obstacle::Public),
        ),
        (|a| a.secrets.clear(), Some(Obstacle::NoSecret)),
        (
            |a| a.spec.authentication_methods = [].into_iter().collect(),
            Some(Obstacle::NoAuthenticationMethod),
        ),
        (
            |a| a.spec.grant_types = [].into_iter().collect(),
            Some(Obstacle::NoGrant),
        ),
        (
            |a| a.spec.organization = Some("gone".into()),
            Some(Obstacle::OrganizationSuspended),
        ),
        (
            |a| a.spec.allowed_addresses = vec!["ff02::/16".parse().unwrap()],
            Some(Obstacle::NoAddress),
        ),
        (
            |a| {
                a.spec.token_quota = Some(Quota {
                    tokens: 0,
                    per: "1h".parse().unwrap(),
                    mode: QuotaMode::Warn,
                });
            },
            Some(Obstacle::NoQuota),
        ),
        (|a| a.spec.authorize.clear(), Some(Obstacle::NoApi)),
        (
            |a| a.spec.system_user = Some("svc".into()),
            Some(Obstacle::SystemUser),
        ),
        (
            |a| a.spec.not_before = Some(World::BEGINNING.saturating_add_seconds(60)),
            Some(Obstacle::NotBeforeInFuture),
        ),
    ];
    for (change, expected) in obstacles {
        assert_eq!(obstacle(change), expected);
    }
}
