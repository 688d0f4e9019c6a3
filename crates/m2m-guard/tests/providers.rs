//! Issuers in the shapes of known providers, found and fetched as a program does it: the metadata and the keys at the paths of the provider, the keys and the
//! claims as it writes them. Names and keys are ours.

#[path = "support/site.rs"]
mod site;

use m2m_guard::{
    ApiGuard, Call, Caller, Denied, Guard, Issuer, IssuerKeys, IssuerProfile, Requirement, UnixTime,
};
use m2m_jwt::{Algorithm, SigningKey, sign};
use serde_json::{Map, Value};
use site::Site;

const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

/// A provider: its documents, and a token of a client.
struct Provider {
    profile: IssuerProfile,
    issuer: &'static str,
    /// The address of the metadata, and those of addresses that were tried before.
    metadata: (&'static str, &'static [&'static str]),
    /// The metadata; `{}` stands for the issuer.
    document: &'static str,
    jwks_uri: &'static str,
    jwk_set: &'static str,
    /// The id of the key that signs.
    key_id: &'static str,
    token_type: Option<&'static str>,
    audience: &'static str,
    claims: &'static str,
    /// The scope that the calls need; `None` if the tokens of the provider have none.
    scope: Option<&'static str>,
    expected: Expected,
    /// The claims of an ID token for the same audience, and its type.
    id_token: (Option<&'static str>, &'static str),
    /// The issuer of another tenant, whose tokens have the same keys.
    other_issuer: &'static str,
}

/// The values of the caller.
struct Expected {
    client_id: &'static str,
    subject: Option<&'static str>,
    audiences: &'static [&'static str],
    scopes: &'static [&'static str],
    jwt_id: &'static str,
    /// A claim that only this provider writes, and its value, if it is a text.
    claim: (&'static str, Option<&'static str>),
}

const ENTRA: Provider = Provider {
    profile: IssuerProfile::Entra,
    issuer: "https://login.example.com/8a2c1c3e-6c2b-4d27-9d5e-0c1f1a2b3c4d/v2.0",
    metadata: (
        "https://login.example.com/8a2c1c3e-6c2b-4d27-9d5e-0c1f1a2b3c4d/v2.0/.well-known/openid-configuration",
        &[
            "https://login.example.com/.well-known/oauth-authorization-server/8a2c1c3e-6c2b-4d27-9d5e-0c1f1a2b3c4d/v2.0",
        ],
    ),
    document: r#"{"token_endpoint":"https://login.example.com/8a2c1c3e-6c2b-4d27-9d5e-0c1f1a2b3c4d/oauth2/v2.0/token","token_endpoint_auth_methods_supported":["client_secret_post","private_key_jwt","client_secret_basic","self_signed_tls_client_auth"],"jwks_uri":"https://login.example.com/8a2c1c3e-6c2b-4d27-9d5e-0c1f1a2b3c4d/discovery/v2.0/keys","response_modes_supported":["query","fragment","form_post"],"subject_types_supported":["pairwise"],"id_token_signing_alg_values_supported":["RS256"],"response_types_supported":["code","id_token"],"scopes_supported":["openid"],"issuer":"{}","request_uri_parameter_supported":false,"http_logout_supported":true,"tenant_region_scope":"EU","cloud_instance_name":"example.com","rbac_url":"https://pas.example.net"}"#,
    jwks_uri: "https://login.example.com/8a2c1c3e-6c2b-4d27-9d5e-0c1f1a2b3c4d/discovery/v2.0/keys",
    jwk_set: include_str!("../../m2m-jwt/tests/providers/entra.json"),
    key_id: "3BiFkVqJArwp3m2DRHeibXSLYLg",
    token_type: Some("JWT"),
    audience: "0b1f6471-1bf0-4dda-aec3-cb9272f09590",
    claims: r#"{"aud":"0b1f6471-1bf0-4dda-aec3-cb9272f09590","iss":"https://login.example.com/8a2c1c3e-6c2b-4d27-9d5e-0c1f1a2b3c4d/v2.0","iat":1799999700,"nbf":1799999700,"exp":1800003600,"aio":"E2ZgYLgp","azp":"1950a258-227b-4e31-a9cf-717495945fc2","azpacr":"1","idtyp":"app","oid":"a5b8e7d1","rh":"0.AXEA","roles":["Orders.Read.All","Orders.List.All"],"sub":"a5b8e7d1","tid":"8a2c1c3e-6c2b-4d27-9d5e-0c1f1a2b3c4d","uti":"u-1","ver":"2.0","xms_ftd":"x"}"#,
    scope: Some("Orders.Read.All"),
    expected: Expected {
        client_id: "1950a258-227b-4e31-a9cf-717495945fc2",
        subject: Some("a5b8e7d1"),
        audiences: &["0b1f6471-1bf0-4dda-aec3-cb9272f09590"],
        scopes: &["Orders.Read.All", "Orders.List.All"],
        jwt_id: "u-1",
        claim: ("tid", Some("8a2c1c3e-6c2b-4d27-9d5e-0c1f1a2b3c4d")),
    },
    id_token: (
        Some("JWT"),
        r#"{"aud":"0b1f6471-1bf0-4dda-aec3-cb9272f09590","iss":"https://login.example.com/8a2c1c3e-6c2b-4d27-9d5e-0c1f1a2b3c4d/v2.0","iat":1799999700,"nbf":1799999700,"exp":1800003600,"name":"A. Person","oid":"o","preferred_username":"a@example.com","rh":"0.A","roles":["Orders.Read.All"],"sub":"s","tid":"8a2c1c3e-6c2b-4d27-9d5e-0c1f1a2b3c4d","uti":"u-2","ver":"2.0"}"#,
    ),
    other_issuer: "https://login.example.com/11111111-6c2b-4d27-9d5e-0c1f1a2b3c4d/v2.0",
};

/// The same provider, with the token of an application for which a user has signed in, in version 1.0: its issuer has a slash at its end.
const ENTRA_OF_USERS: Provider = Provider {
    issuer: "https://sts.example.net/8a2c1c3e-6c2b-4d27-9d5e-0c1f1a2b3c4d/",
    metadata: (
        "https://sts.example.net/8a2c1c3e-6c2b-4d27-9d5e-0c1f1a2b3c4d/.well-known/openid-configuration",
        &[
            "https://sts.example.net/.well-known/oauth-authorization-server/8a2c1c3e-6c2b-4d27-9d5e-0c1f1a2b3c4d",
        ],
    ),
    document: r#"{"token_endpoint":"https://login.example.com/8a2c1c3e-6c2b-4d27-9d5e-0c1f1a2b3c4d/oauth2/token","jwks_uri":"https://login.example.com/common/discovery/keys","issuer":"{}","microsoft_multi_refresh_token":true,"check_session_iframe":"https://login.example.com/c"}"#,
    jwks_uri: "https://login.example.com/common/discovery/keys",
    audience: "api://orders",
    claims: r#"{"aud":"api://orders","iss":"https://sts.example.net/8a2c1c3e-6c2b-4d27-9d5e-0c1f1a2b3c4d/","iat":1799999700,"nbf":1799999700,"exp":1800003600,"acr":"1","amr":["pwd"],"appid":"1950a258","appidacr":"1","ipaddr":"192.0.2.1","name":"A. Person","oid":"o","roles":["Orders.Delete.All"],"scp":"Orders.Read Orders.List","sub":"s","tid":"8a2c1c3e-6c2b-4d27-9d5e-0c1f1a2b3c4d","unique_name":"a@example.com","uti":"u-3","ver":"1.0"}"#,
    scope: Some("Orders.Read"),
    expected: Expected {
        client_id: "1950a258",
        subject: Some("s"),
        audiences: &["api://orders"],
        // The roles of the user are not what the user has delegated.
        scopes: &["Orders.Read", "Orders.List"],
        jwt_id: "u-3",
        claim: ("ver", Some("1.0")),
    },
    id_token: (
        Some("JWT"),
        r#"{"aud":"api://orders","iss":"https://sts.example.net/8a2c1c3e-6c2b-4d27-9d5e-0c1f1a2b3c4d/","iat":1799999700,"nbf":1799999700,"exp":1800003600,"amr":["pwd"],"nonce":"n","oid":"o","sub":"s","tid":"8a2c1c3e-6c2b-4d27-9d5e-0c1f1a2b3c4d","appid":"1950a258","uti":"u-4","ver":"1.0"}"#,
    ),
    other_issuer: "https://sts.example.net/11111111-6c2b-4d27-9d5e-0c1f1a2b3c4d/",
    ..ENTRA
};

const OKTA: Provider = Provider {
    profile: IssuerProfile::Okta,
    issuer: "https://dev-1.okta.example/oauth2/default",
    // Okta has its document for OAuth below the path of the issuer, where RFC 8414 does not look.
    metadata: (
        "https://dev-1.okta.example/oauth2/default/.well-known/openid-configuration",
        &["https://dev-1.okta.example/.well-known/oauth-authorization-server/oauth2/default"],
    ),
    document: r#"{"issuer":"{}","authorization_endpoint":"https://dev-1.okta.example/oauth2/default/v1/authorize","token_endpoint":"https://dev-1.okta.example/oauth2/default/v1/token","registration_endpoint":"https://dev-1.okta.example/oauth2/v1/clients","jwks_uri":"https://dev-1.okta.example/oauth2/default/v1/keys","response_types_supported":["code","token"],"grant_types_supported":["client_credentials"],"dpop_signing_alg_values_supported":["RS256","ES256"]}"#,
    jwks_uri: "https://dev-1.okta.example/oauth2/default/v1/keys",
    jwk_set: include_str!("../../m2m-jwt/tests/providers/okta.json"),
    key_id: "AATOVdPnSDYE0Gq78nEmZBsTUiE-x",
    token_type: None,
    audience: "api://default",
    claims: r#"{"ver":1,"jti":"AT.0mP4JKAZX1","iss":"https://dev-1.okta.example/oauth2/default","aud":"api://default","iat":1800000000,"exp":1800003600,"cid":"0oafdqgvb0LDbSyEQ4x7","scp":["read:orders","list:orders"],"sub":"0oafdqgvb0LDbSyEQ4x7"}"#,
    scope: Some("read:orders"),
    expected: Expected {
        client_id: "0oafdqgvb0LDbSyEQ4x7",
        subject: Some("0oafdqgvb0LDbSyEQ4x7"),
        audiences: &["api://default"],
        scopes: &["read:orders", "list:orders"],
        jwt_id: "AT.0mP4JKAZX1",
        claim: ("ver", None),
    },
    id_token: (
        None,
        r#"{"sub":"00u","ver":1,"iss":"https://dev-1.okta.example/oauth2/default","aud":"api://default","iat":1800000000,"exp":1800003600,"jti":"ID.4eAWJ","amr":["pwd"],"idp":"00o","preferred_username":"a@example.com","auth_time":1799999000,"at_hash":"h"}"#,
    ),
    other_issuer: "https://dev-1.okta.example/oauth2/other",
};

const COGNITO: Provider = Provider {
    profile: IssuerProfile::Cognito,
    issuer: "https://cognito-idp.eu-west-1.example.com/eu-west-1_Ab12",
    metadata: (
        "https://cognito-idp.eu-west-1.example.com/eu-west-1_Ab12/.well-known/openid-configuration",
        &[
            "https://cognito-idp.eu-west-1.example.com/.well-known/oauth-authorization-server/eu-west-1_Ab12",
        ],
    ),
    document: r#"{"authorization_endpoint":"https://shop.auth.example.com/oauth2/authorize","end_session_endpoint":"https://shop.auth.example.com/logout","id_token_signing_alg_values_supported":["RS256"],"issuer":"{}","jwks_uri":"https://cognito-idp.eu-west-1.example.com/eu-west-1_Ab12/.well-known/jwks.json","response_types_supported":["code","token"],"scopes_supported":["openid","email"],"subject_types_supported":["public"],"token_endpoint":"https://shop.auth.example.com/oauth2/token","token_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post"]}"#,
    jwks_uri: "https://cognito-idp.eu-west-1.example.com/eu-west-1_Ab12/.well-known/jwks.json",
    jwk_set: include_str!("../../m2m-jwt/tests/providers/cognito.json"),
    key_id: "nAq+UcbmZV2B3i0ETU+xlJMfBYwEJsZ8coXY9WV+1ko=",
    token_type: None,
    audience: "https://orders.example/api",
    claims: r#"{"sub":"5kt93a3vfsi9h1n2pe6ohr","token_use":"access","scope":"orders/read orders/list","auth_time":1800000000,"iss":"https://cognito-idp.eu-west-1.example.com/eu-west-1_Ab12","exp":1800003600,"iat":1800000000,"version":2,"jti":"3b1b7b3a","client_id":"5kt93a3vfsi9h1n2pe6ohr"}"#,
    scope: Some("orders/read"),
    expected: Expected {
        client_id: "5kt93a3vfsi9h1n2pe6ohr",
        subject: Some("5kt93a3vfsi9h1n2pe6ohr"),
        audiences: &[],
        scopes: &["orders/read", "orders/list"],
        jwt_id: "3b1b7b3a",
        claim: ("token_use", Some("access")),
    },
    id_token: (
        None,
        r#"{"sub":"u","aud":"https://orders.example/api","cognito:groups":["clerks"],"email_verified":true,"iss":"https://cognito-idp.eu-west-1.example.com/eu-west-1_Ab12","cognito:username":"a","origin_jti":"o","token_use":"id","auth_time":1800000000,"exp":1800003600,"iat":1800000000,"jti":"j-2","client_id":"5kt93a3vfsi9h1n2pe6ohr","scope":"orders/read"}"#,
    ),
    other_issuer: "https://cognito-idp.eu-west-1.example.com/eu-west-1_Zz99",
};

const AUTH0: Provider = Provider {
    profile: IssuerProfile::Auth0,
    issuer: "https://shop.eu.auth0.example/",
    metadata: (
        "https://shop.eu.auth0.example/.well-known/openid-configuration",
        &["https://shop.eu.auth0.example/.well-known/oauth-authorization-server"],
    ),
    document: r#"{"issuer":"{}","authorization_endpoint":"https://shop.eu.auth0.example/authorize","token_endpoint":"https://shop.eu.auth0.example/oauth/token","userinfo_endpoint":"https://shop.eu.auth0.example/userinfo","jwks_uri":"https://shop.eu.auth0.example/.well-known/jwks.json","scopes_supported":["openid","profile"],"claims_supported":["aud","iss","sub"],"request_uri_parameter_supported":false,"global_token_revocation_endpoint":"https://shop.eu.auth0.example/oauth/global-token-revocation"}"#,
    jwks_uri: "https://shop.eu.auth0.example/.well-known/jwks.json",
    jwk_set: include_str!("../../m2m-jwt/tests/providers/auth0.json"),
    key_id: "8pvJG72rFp_AwKMmlllT0",
    token_type: Some("JWT"),
    audience: "https://orders.example/api",
    claims: r#"{"iss":"https://shop.eu.auth0.example/","sub":"my_client_id@clients","aud":["https://orders.example/api","https://shop.eu.auth0.example/userinfo"],"iat":1800000000,"exp":1800086400,"scope":"read:orders list:orders","gty":"client-credentials","azp":"my_client_id","permissions":["read:orders","list:orders"]}"#,
    scope: Some("read:orders"),
    expected: Expected {
        client_id: "my_client_id",
        subject: Some("my_client_id@clients"),
        audiences: &[
            "https://orders.example/api",
            "https://shop.eu.auth0.example/userinfo",
        ],
        scopes: &["read:orders", "list:orders"],
        jwt_id: "",
        claim: ("gty", Some("client-credentials")),
    },
    id_token: (
        Some("JWT"),
        r#"{"nickname":"a","name":"a@example.com","picture":"https://cdn.example/a.png","updated_at":"2026-01-01T00:00:00.000Z","iss":"https://shop.eu.auth0.example/","aud":"https://orders.example/api","sub":"auth0|1","iat":1800000000,"exp":1800036000,"sid":"s","nonce":"n"}"#,
    ),
    other_issuer: "https://other.eu.auth0.example/",
};

const KEYCLOAK: Provider = Provider {
    profile: IssuerProfile::Keycloak,
    issuer: "https://sso.example/realms/shop",
    metadata: (
        "https://sso.example/realms/shop/.well-known/openid-configuration",
        &["https://sso.example/.well-known/oauth-authorization-server/realms/shop"],
    ),
    document: r#"{"issuer":"{}","authorization_endpoint":"https://sso.example/realms/shop/protocol/openid-connect/auth","token_endpoint":"https://sso.example/realms/shop/protocol/openid-connect/token","introspection_endpoint":"https://sso.example/realms/shop/protocol/openid-connect/token/introspect","jwks_uri":"https://sso.example/realms/shop/protocol/openid-connect/certs","grant_types_supported":["authorization_code","client_credentials"],"mtls_endpoint_aliases":{"token_endpoint":"https://sso.example/realms/shop/protocol/openid-connect/token"},"tls_client_certificate_bound_access_tokens":true,"authorization_response_iss_parameter_supported":true}"#,
    jwks_uri: "https://sso.example/realms/shop/protocol/openid-connect/certs",
    jwk_set: include_str!("../../m2m-jwt/tests/providers/keycloak.json"),
    key_id: "AV9-a8Wur0g3JAieklLME7UJUaa2lBJSJ2XP9NeAMG4",
    token_type: Some("JWT"),
    audience: "orders",
    claims: r#"{"exp":1800000300,"iat":1800000000,"jti":"trrtcc:6a1e","iss":"https://sso.example/realms/shop","aud":["orders","account"],"sub":"2c3b","typ":"Bearer","azp":"billing-job","acr":"1","allowed-origins":["/*"],"realm_access":{"roles":["default-roles-shop","offline_access"]},"resource_access":{"orders":{"roles":["reader"]},"account":{"roles":["view-profile"]}},"scope":"read:orders email profile","clientHost":"192.0.2.1","email_verified":false,"preferred_username":"service-account-billing-job","clientAddress":"192.0.2.1","client_id":"billing-job"}"#,
    scope: Some("read:orders"),
    expected: Expected {
        client_id: "billing-job",
        subject: Some("2c3b"),
        audiences: &["orders", "account"],
        scopes: &["read:orders", "email", "profile"],
        jwt_id: "trrtcc:6a1e",
        claim: ("preferred_username", Some("service-account-billing-job")),
    },
    id_token: (
        Some("JWT"),
        r#"{"exp":1800000300,"iat":1800000000,"auth_time":1799999990,"jti":"id-1","iss":"https://sso.example/realms/shop","aud":"orders","sub":"u","typ":"ID","azp":"billing-job","sid":"s","acr":"1","scope":"read:orders"}"#,
    ),
    other_issuer: "https://sso.example/realms/other",
};

const KUBERNETES: Provider = Provider {
    profile: IssuerProfile::Kubernetes,
    issuer: "https://kubernetes.default.svc.cluster.local",
    metadata: (
        "https://kubernetes.default.svc.cluster.local/.well-known/openid-configuration",
        &["https://kubernetes.default.svc.cluster.local/.well-known/oauth-authorization-server"],
    ),
    // It has no token endpoint, and the keys are at the address of the control plane.
    document: r#"{"issuer":"{}","jwks_uri":"https://172.18.0.2:6443/openid/v1/jwks","response_types_supported":["id_token"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["RS256"]}"#,
    jwks_uri: "https://172.18.0.2:6443/openid/v1/jwks",
    jwk_set: include_str!("../../m2m-jwt/tests/providers/kubernetes.json"),
    key_id: "F8EymQ6OhSPM1AMoe2rnYcHNV_dk3yeLzn7TELvd1_E",
    token_type: None,
    audience: "https://orders.example/api",
    claims: r#"{"aud":["https://orders.example/api"],"exp":1800003607,"iat":1800000000,"iss":"https://kubernetes.default.svc.cluster.local","jti":"aed3","kubernetes.io":{"namespace":"shop","node":{"name":"n1","uid":"646e"},"pod":{"name":"billing-7f","uid":"5e0b"},"serviceaccount":{"name":"billing","uid":"14ee"},"warnafter":1800003614},"nbf":1800000000,"sub":"system:serviceaccount:shop:billing"}"#,
    scope: None,
    expected: Expected {
        client_id: "system:serviceaccount:shop:billing",
        subject: Some("system:serviceaccount:shop:billing"),
        audiences: &["https://orders.example/api"],
        scopes: &[],
        jwt_id: "aed3",
        claim: ("kubernetes.io", None),
    },
    // The cluster signs no ID tokens; this is a token without the claim about the pod.
    id_token: (
        None,
        r#"{"aud":["https://orders.example/api"],"exp":1800003607,"iat":1800000000,"iss":"https://kubernetes.default.svc.cluster.local","sub":"system:serviceaccount:shop:billing","nonce":"n"}"#,
    ),
    other_issuer: "https://kubernetes.other.svc.cluster.local",
};

const PROVIDERS: [&Provider; 7] = [
    &ENTRA,
    &ENTRA_OF_USERS,
    &OKTA,
    &COGNITO,
    &AUTH0,
    &KEYCLOAK,
    &KUBERNETES,
];

impl Provider {
    fn site(&self) -> Site {
        Site::default()
            .with(self.metadata.0, self.document.replace("{}", self.issuer))
            .with(self.jwks_uri, self.jwk_set)
    }

    /// The guard of an API that trusts this provider.
    fn guard(&self) -> Guard {
        Guard::new(self.issuer, &[self.audience]).with_issuer_profile(self.profile)
    }

    fn keys(&self, site: &Site) -> IssuerKeys<Site> {
        let issuer = Issuer::parse(self.issuer).expect("it is an issuer");
        IssuerKeys::new(issuer, site.clone())
    }

    /// An API that trusts this provider, for tokens of this form.
    fn api_with(&self, guard: Guard) -> ApiGuard<Site> {
        let api = ApiGuard::new(guard, self.keys(&self.site())).expect("the keys are its own");
        api.with_clock(|| NOW)
    }

    fn api(&self) -> ApiGuard<Site> {
        self.api_with(self.guard())
    }

    fn token(&self, token_type: Option<&str>, claims: &str) -> String {
        let pem = include_str!("../../m2m-jwt/tests/keys/rsa-2048.pem");
        let key = SigningKey::from_pkcs8_pem(Algorithm::Rs256, Some(self.key_id), pem);
        let key = key.expect("the key is good");
        sign(token_type, claims.as_bytes(), &key).expect("the key signs")
    }

    fn required(&self) -> Requirement<'static> {
        self.scope
            .map_or_else(Requirement::token, Requirement::scope)
    }
}

/// Returns the claims with another value, a JSON text, for one of them.
fn with(claims: &str, claim: &str, value: &str) -> String {
    let mut claims: Map<String, Value> = serde_json::from_str(claims).expect("an object");
    let value = serde_json::from_str(value).expect("a value");
    claims.insert(claim.to_owned(), value);
    serde_json::to_string(&claims).expect("an object")
}

async fn check(
    api: &ApiGuard<Site>,
    token: &str,
    required: Requirement<'_>,
) -> Result<Caller, Denied> {
    let bearer = format!("Bearer {token}");
    let authorization = [bearer.as_bytes()];
    api.check(&Call::new(&authorization, None), required).await
}

#[tokio::test]
async fn a_client_of_each_provider_is_recognized() {
    for provider in PROVIDERS {
        let (issuer, expected) = (provider.issuer, &provider.expected);
        let token = provider.token(provider.token_type, provider.claims);
        let caller = check(&provider.api(), &token, provider.required()).await;
        let caller = caller.unwrap_or_else(|denied| panic!("{issuer}: {denied}"));
        assert_eq!(caller.client_id(), expected.client_id, "{issuer}");
        assert_eq!(caller.subject(), expected.subject, "{issuer}");
        assert_eq!(caller.jwt_id(), expected.jwt_id, "{issuer}");
        let (audiences, scopes): (Vec<_>, Vec<_>) =
            (caller.audiences().collect(), caller.scopes().collect());
        assert_eq!(audiences, expected.audiences, "{issuer}");
        assert_eq!(scopes, expected.scopes, "{issuer}");
        assert_eq!(caller.organization_code(), None, "{issuer}");
        let (name, value) = expected.claim;
        let claim = caller.claim(name).expect("the token has the claim");
        assert_eq!(claim.as_str().as_deref(), value, "{issuer}");
    }
}

#[tokio::test]
async fn the_documents_of_each_provider_are_found_where_it_has_them() {
    for provider in PROVIDERS {
        let site = provider.site();
        let api = ApiGuard::new(provider.guard(), provider.keys(&site)).expect("its own keys");
        let ready = api.ready().await;
        assert!(ready.is_ok(), "{}: {ready:?}", provider.issuer);
        let (metadata, tried) = provider.metadata;
        let expected = [tried, &[metadata, provider.jwks_uri]].concat();
        assert_eq!(site.requests(), expected);
    }
}

#[tokio::test]
async fn the_wrong_tokens_of_each_provider_are_refused() {
    for provider in PROVIDERS {
        let api = provider.api();
        let claims = |claim: &str, value: &str| with(provider.claims, claim, value);
        let refused = async |token_type: Option<&str>, claims: &str| {
            let token = provider.token(token_type, claims);
            let denied = check(&api, &token, provider.required()).await;
            let Err(denied) = denied else {
                panic!("{}: {claims}", provider.issuer)
            };
            (denied.status(), denied.cause().id())
        };
        let own = provider.token_type;
        let (id_token_type, id_token) = provider.id_token;
        let (status, cause) = refused(id_token_type, id_token).await;
        assert_eq!(status, 401, "{}", provider.issuer);
        assert!(
            ["token-type-wrong", "token-claim-missing"].contains(&cause),
            "{}: {cause}",
            provider.issuer
        );
        let issuer = format!("{:?}", provider.other_issuer);
        for (claim, value, expected) in [
            ("iss", &*issuer, "issuer-mismatch"),
            ("exp", "1800000000", "token-expired"),
            ("aud", r#""https://other.example/api""#, "audience-mismatch"),
            (
                "aud",
                r#"["https://orders.example/ap"]"#,
                "audience-mismatch",
            ),
            ("iat", "1800000100", "token-issued-in-future"),
        ] {
            let outcome = refused(own, &claims(claim, value)).await;
            assert_eq!(outcome, (401, expected), "{} {claim}", provider.issuer);
        }
        // Types that the provider does not write for access tokens.
        for token_type in ["id_token+jwt", "logout+jwt", "client-authentication+jwt"] {
            let outcome = refused(Some(token_type), provider.claims).await;
            assert_eq!(outcome, (401, "token-type-wrong"), "{}", provider.issuer);
        }
        let token = provider.token(own, provider.claims);
        let denied = check(&api, &token, Requirement::scope("admin:orders")).await;
        let denied = denied.expect_err("the token lacks the scope");
        assert_eq!(
            (denied.status(), denied.cause().id(), denied.client_id()),
            (403, "scope-insufficient", Some(provider.expected.client_id)),
            "{}",
            provider.issuer
        );
    }
}

#[tokio::test]
async fn an_api_without_the_profile_of_its_issuer_refuses_the_tokens() {
    for provider in PROVIDERS {
        let api = provider.api_with(Guard::new(provider.issuer, &[provider.audience]));
        let token = provider.token(provider.token_type, provider.claims);
        let denied = check(&api, &token, Requirement::token()).await;
        let denied = denied.expect_err("the type is not that of RFC 9068");
        assert_eq!(denied.cause().id(), "token-type-wrong");
    }
}

#[tokio::test]
async fn a_token_of_one_provider_is_not_one_of_another() {
    for provider in PROVIDERS {
        for other in PROVIDERS {
            if other.issuer == provider.issuer {
                continue;
            }
            let api = provider.api();
            // Signed by the other provider, and forged in its shape for this one: with a key that this one has not published.
            let renamed = with(other.claims, "iss", &format!("{:?}", provider.issuer));
            for claims in [other.claims, &renamed] {
                let token = other.token(other.token_type, claims);
                let denied = check(&api, &token, Requirement::token()).await;
                let denied = denied.expect_err("it is of another issuer");
                assert_eq!(denied.status(), 401, "{}: {denied}", provider.issuer);
            }
        }
    }
}

/// Tokens in the shape of another profile that the own issuer has signed, which it would not write.
#[tokio::test]
async fn the_profile_of_an_issuer_decides_and_not_the_shape_of_its_tokens() {
    let reshaped = async |provider: &Provider, shape: &Provider| {
        let aud = format!("{:?}", provider.audience);
        let claims = with(shape.claims, "iss", &format!("{:?}", provider.issuer));
        let token = provider.token(shape.token_type, &with(&claims, "aud", &aud));
        let outcome = check(&provider.api(), &token, Requirement::token()).await;
        outcome.map_err(|denied| denied.cause().id()).map(|_| ())
    };
    for shape in PROVIDERS {
        let mut providers = vec![&OKTA, &COGNITO, &KEYCLOAK, &KUBERNETES];
        if shape.token_type.is_none() {
            providers.extend([&ENTRA, &AUTH0]);
        }
        providers.retain(|provider| provider.profile != shape.profile);
        for provider in providers {
            let outcome = reshaped(provider, shape).await;
            assert!(
                [Err("token-claim-missing"), Err("token-type-wrong")].contains(&outcome),
                "{} as {}: {outcome:?}",
                provider.profile,
                shape.profile
            );
        }
    }
}

#[tokio::test]
async fn an_api_trusts_several_providers_each_in_its_profile() {
    let site = PROVIDERS.iter().fold(Site::default(), |site, provider| {
        site.with(
            provider.metadata.0,
            provider.document.replace("{}", provider.issuer),
        )
        .with(provider.jwks_uri, provider.jwk_set)
    });
    let [first, others @ ..] = &PROVIDERS;
    let api = ApiGuard::new(first.guard(), first.keys(&site)).expect("its own keys");
    let api = others.iter().fold(api, |api, provider| {
        let api = api.with_issuer(provider.guard(), provider.keys(&site));
        api.expect("its own keys")
    });
    let api = api.with_clock(|| NOW);
    // Twice, the second time from the tokens that were verified.
    for _ in 0..2 {
        for provider in PROVIDERS {
            let token = provider.token(provider.token_type, provider.claims);
            let caller = check(&api, &token, provider.required()).await;
            let caller = caller.unwrap_or_else(|denied| panic!("{}: {denied}", provider.issuer));
            assert_eq!(caller.client_id(), provider.expected.client_id);
            let (id_token_type, id_token) = provider.id_token;
            let id_token = provider.token(id_token_type, id_token);
            assert!(check(&api, &id_token, Requirement::token()).await.is_err());
        }
    }
}
