//! The first application that manages a server, and the recovery of access.

use m2m_admin::{
    BootstrapError, InvalidPreset, PresetCredentials, Prune, SecretHashes, management,
};
use m2m_authority::registry::{Ending, SecretHash};

use crate::support::{NOW, Registry};

fn works(registry: &Registry, client_id: &str, secret: &str) -> bool {
    let hash = SecretHash::of(secret.as_bytes());
    let application = registry.application(client_id);
    application.secrets.iter().any(|kept| {
        bool::from(kept.hash.constant_time_eq(&hash))
            && kept.ending.as_ref().is_none_or(|ending| ending.at() > NOW)
    })
}

#[test]
fn an_empty_registry_gets_an_application_with_every_scope() {
    let registry = Registry::new();
    let made = registry.bootstrap(None).unwrap();
    let [credentials] = &*made.credentials else {
        panic!("one application was created")
    };
    assert!(works(
        &registry,
        &credentials.client_id,
        credentials.expose_secret()
    ));
    let application = registry.application(&credentials.client_id);
    assert!(application.spec.takes_part_in_management());
    let authorized = &application.spec.authorize[0];
    assert_eq!(&*authorized.audience, "{issuer}/api");
    assert_eq!(authorized.scopes.len(), management::SCOPES.len());
    assert_eq!(registry.audit().len(), 2);

    assert!(registry.bootstrap(None).unwrap().plan.is_empty());
    let exported = registry.export(SecretHashes::Included);
    assert!(
        registry
            .apply(&exported, Prune::Remove)
            .unwrap()
            .plan
            .is_empty()
    );
}

#[test]
fn preset_credentials_are_accepted_and_weak_ones_refused() {
    let registry = Registry::new();
    let secret = "0123456789abcdef0123456789abcdef";
    let preset = PresetCredentials::new("boss", secret).unwrap();
    assert!(!format!("{preset:?}").contains(secret));
    let made = registry.bootstrap(Some(&preset)).unwrap();
    assert_eq!(made.credentials.len(), 0);
    assert!(works(&registry, "boss", secret));

    let refused = |client_id, secret| PresetCredentials::new(client_id, secret).unwrap_err();
    assert_eq!(refused("a:b", secret), InvalidPreset::ClientId);
    assert_eq!(
        refused("boss", &secret[1..]),
        InvalidPreset::SecretTooShort { characters: 31 }
    );
    assert_eq!(
        refused("boss", &format!("{secret}\n")),
        InvalidPreset::SecretUnclean
    );
}

#[test]
fn a_client_id_of_another_application_is_refused() {
    let registry = Registry::new();
    registry
        .apply(
            "[[application]]\nname = \"A\"\nclient_id = \"boss\"\n",
            Prune::Keep,
        )
        .unwrap();
    let preset = PresetCredentials::new("boss", &"x".repeat(32)).unwrap();
    let error = registry.bootstrap(Some(&preset)).unwrap_err();
    assert!(error.to_string().contains("\"boss\" belongs to"), "{error}");
    assert!(!registry.application("boss").spec.takes_part_in_management());
}

#[test]
fn a_partial_manager_is_refused_as_the_preset_application() {
    let registry = Registry::new();
    let file = "[[api]]\nname = \"M\"\naudience = \"{issuer}/api\"\nscopes = [\"read:apis\"]\n[[application]]\nname = \"A\"\nclient_id = \"boss\"\nauthorize = [{ audience = \"{issuer}/api\", scopes = [\"read:apis\"] }]\n";
    registry.apply(file, Prune::Keep).unwrap();
    let preset = PresetCredentials::new("boss", &"x".repeat(32)).unwrap();
    let error = registry.bootstrap(Some(&preset)).unwrap_err();
    assert!(matches!(error, BootstrapError::Incapable { .. }), "{error}");
    assert_eq!(error.cause(), m2m_errors::Cause::ManagerIncapable);
}

#[test]
fn an_existing_management_api_gets_what_it_lacks_and_keeps_the_rest() {
    let registry = Registry::new();
    let own = "[[api]]\nname = \"Mine\"\naudience = \"{issuer}/api\"\nscopes = [\"read:apis\", \"own:scope\"]\ntoken_lifetime = 60\n";
    registry.apply(own, Prune::Keep).unwrap();
    registry.bootstrap(None).unwrap();
    let api = registry.snapshot().apis.remove(0).value;
    assert_eq!((&*api.name, api.token_lifetime.as_seconds()), ("Mine", 60));
    assert_eq!(&*api.scopes[1].key, "own:scope");
    assert_eq!(api.scopes.len(), management::SCOPES.len() + 1);
}

#[test]
fn a_lost_secret_is_replaced_and_the_application_enabled() {
    let registry = Registry::new();
    let made = registry.bootstrap(None).unwrap();
    let lost = &made.credentials[0];
    // The file removes as much access as a file can: not all of it, because another application remains.
    let all: Vec<&str> = management::SCOPES.iter().map(|(scope, _)| *scope).collect();
    let authorize = format!("authorize = [{{ audience = \"{{issuer}}/api\", scopes = {all:?} }}]");
    let source = format!(
        "[[application]]\nname = \"M\"\nclient_id = {:?}\nenabled = false\nallowed_addresses = [\"192.0.2.1\"]\n{authorize}\n[[application]]\nname = \"N\"\nclient_id = \"n\"\n{authorize}\n",
        lost.client_id
    );
    registry.apply(&source, Prune::Keep).unwrap();

    let reset = registry.reset_management().unwrap();
    let [found] = &*reset.credentials else {
        panic!("one secret was created")
    };
    assert_eq!(found.client_id, lost.client_id);
    assert!(works(&registry, &found.client_id, found.expose_secret()));
    assert!(!works(&registry, &found.client_id, lost.expose_secret()));
    let application = registry.application(&found.client_id);
    assert!(application.spec.enabled);
    assert!(application.spec.allowed_addresses.is_empty());
    assert_eq!(
        application.spec.authorize[0].scopes.len(),
        management::SCOPES.len()
    );
    let ended = application.secrets[0].ending.as_ref().unwrap();
    assert!(matches!(ended, Ending::RotatedOut { .. }));
    let text = reset.plan.to_string();
    assert!(
        text.contains("enabled: false → true") && text.contains("the earlier secrets end now"),
        "{text}"
    );
}

#[test]
fn without_a_manager_a_reset_creates_one() {
    let registry = Registry::new();
    let made = registry.reset_management().unwrap();
    let credentials = &made.credentials[0];
    assert!(works(
        &registry,
        &credentials.client_id,
        credentials.expose_secret()
    ));
}

#[test]
fn a_partial_manager_does_not_count_as_a_manager_and_gains_nothing() {
    let registry = Registry::new();
    registry.bootstrap(None).unwrap();
    let exported = registry.export(SecretHashes::LeftOut);
    let fresh = Registry::new();
    // A file that was applied before the first start: the management API, and an application that may read.
    let api = exported.split("[[application]]").next().unwrap();
    let source = format!(
        "{api}[[application]]\nname = \"Reader\"\nclient_id = \"reader\"\nauthorize = [{{ audience = \"{{issuer}}/api\", scopes = [\"read:apis\"] }}]\n"
    );
    fresh.apply(&source, Prune::Keep).unwrap();

    let made = fresh.bootstrap(None).unwrap();
    assert_eq!(made.credentials.len(), 1, "a server needs a manager");
    let reset = fresh.reset_management().unwrap();
    assert_eq!(
        reset.credentials[0].client_id,
        made.credentials[0].client_id
    );
    let reader = fresh.application("reader");
    assert_eq!(reader.spec.authorize[0].scopes, ["read:apis".into()]);
}

#[test]
fn the_last_one_that_can_authorize_others_is_kept_though_others_manage_a_little() {
    let registry = Registry::new();
    let made = registry.bootstrap(None).unwrap();
    let boss = &made.credentials[0].client_id;
    let reader = "[[application]]\nname = \"Reader\"\nclient_id = \"reader\"\nauthorize = [{ audience = \"{issuer}/api\", scopes = [\"read:apis\"] }]\n";
    registry.apply(reader, Prune::Keep).unwrap();
    let source = format!("[[application]]\nname = \"Boss\"\nclient_id = {boss:?}\n");
    assert!(registry.apply(&source, Prune::Keep).is_err());
}
