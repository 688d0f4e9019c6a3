//! The tasks of an operator of a server of this product.

/// Declares the enum, the list of its variants, and their names.
macro_rules! tasks {
    ($($(#[$doc:meta])* $variant:ident => $name:literal,)*) => {
        /// A task of the operator of a server of this product, which helps with some causes.
        ///
        /// The texts of the catalogue apply to every authorization server. A task names what this product offers in addition to them; the crate
        /// `m2m-explain` describes it in words, with its command.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Task {
            $($(#[$doc])* $variant,)*
        }

        impl Task {
            /// All tasks.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The stable name, in snake case.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

tasks! {
    /// List the applications.
    ListApplications => "list_applications",
    /// Show an application with its authorizations.
    ShowApplication => "show_application",
    /// Create an application.
    CreateApplication => "create_application",
    /// Create an application with the client id of one that was deleted.
    RecreateApplication => "recreate_application",
    /// Create an application that belongs to an organization.
    CreateOrganizationApplication => "create_organization_application",
    /// Enable an application.
    EnableApplication => "enable_application",
    /// Remove the expiry of an application, or set a later one.
    ExtendApplication => "extend_application",
    /// Disable an application.
    DisableApplication => "disable_application",
    /// Change an application to a confidential client.
    MakeConfidential => "make_confidential",
    /// Allow a method of client authentication.
    AllowAuthenticationMethod => "allow_authentication_method",
    /// Allow the client credentials grant.
    AllowGrantType => "allow_grant_type",
    /// Allow an address.
    AllowAddress => "allow_address",
    /// Set the number of tokens that an application can get in a period.
    SetTokenQuota => "set_token_quota",
    /// Revoke a token.
    RevokeToken => "revoke_token",
    /// Set the time before which the tokens of an application are revoked.
    SetNotBefore => "set_not_before",
    /// Allow and assign a system user.
    SetSystemUser => "set_system_user",
    /// Remove values from the tokens of an application.
    ReduceTokenValues => "reduce_token_values",

    /// Authorize an application for an API.
    AuthorizeApplication => "authorize_application",
    /// Assign a scope to an application.
    AssignScope => "assign_scope",
    /// Set the audience that the requests of an application mean if they name none.
    SetDefaultAudience => "set_default_audience",
    /// List the APIs.
    ListApis => "list_apis",
    /// Show an API with its scopes.
    ShowApi => "show_api",
    /// Create an API.
    CreateApi => "create_api",
    /// Add a scope to an API.
    AddScope => "add_scope",
    /// Set the signing algorithm and the claims of the tokens for an API.
    SetTokenFormat => "set_token_format",
    /// Resume an organization.
    ResumeOrganization => "resume_organization",

    /// Replace a secret that has not leaked.
    RotateSecret => "rotate_secret",
    /// Replace a secret that has leaked.
    ReplaceLeakedSecret => "replace_leaked_secret",
    /// Replace a secret by the hash of another one.
    SetSecretHash => "set_secret_hash",
    /// List the secrets of an application, with their expiration times.
    ListSecrets => "list_secrets",
    /// Regain access without a secret of an application that manages the server.
    ResetManagement => "reset_management",

    /// Put a change to the registry file into effect.
    ApplyRegistryFile => "apply_registry_file",

    /// Create the signing keys that are missing.
    CreateMissingKeys => "create_missing_keys",
    /// Import a signing key that was created elsewhere.
    ImportKey => "import_key",
    /// Replace a signing key.
    ReplaceKey => "replace_key",
    /// List the signing keys.
    ListKeys => "list_keys",

    /// Set the proxies that report the addresses of callers.
    TrustProxies => "trust_proxies",
    /// Serve https.
    ServeTls => "serve_tls",
    /// Serve plain http behind a proxy that terminates TLS.
    TerminateTlsAtProxy => "terminate_tls_at_proxy",
    /// Find the address of the server.
    FindListener => "find_listener",
    /// Watch how many connections the server closes, and why.
    WatchConnections => "watch_connections",
    /// Set the maximum number of concurrent requests.
    LimitRequests => "limit_requests",
    /// Set the issuer.
    SetIssuer => "set_issuer",
    /// Choose another profile.
    ChooseProfile => "choose_profile",

    /// Look at the load and the readiness of the server.
    CheckOpsListener => "check_ops_listener",
    /// Find the reason of a failure of the database.
    FindStoreFailure => "find_store_failure",
    /// Set the time for which the server answers without its database.
    LimitStoreOutage => "limit_store_outage",
    /// Find out whether a change was stored.
    FindChangeResult => "find_change_result",
    /// Find the place of a defect in the code.
    FindPanic => "find_panic",
    /// Switch maintenance off.
    EndMaintenance => "end_maintenance",

    /// Look up the diagnosis of a refusal.
    LookUpDiagnosis => "look_up_diagnosis",
    /// List the changes to the records.
    ListEvents => "list_events",
    /// Show a request that works.
    ShowWorkingRequest => "show_working_request",
    /// Decode a token.
    DecodeToken => "decode_token",
    /// Verify a token.
    VerifyToken => "verify_token",
}
