//! Sentences that several entries have in common, so that each is changed in one place. All are for operators.

/// The step that puts a change of `world.toml` into effect, used after each advice to change it.
pub(super) const APPLY_WORLD: &str = "If you changed world.toml, apply the file with m2m apply -f world.toml, which needs no restart. If the server runs with --world, restart the server instead. If you do not have the file, m2m export prints it.";

/// The way to replace a secret that has not leaked.
pub(super) const NEW_SECRET: &str = "Create a new secret with m2m secret rotate CLIENT_ID, and deploy it to the service; secrets that are valid now stay valid for another day, or for the time that --overlap sets.";

/// The way to replace a secret that has leaked.
pub(super) const REPLACE_LEAKED_SECRET: &str = "Replace a leaked secret with m2m secret rotate CLIENT_ID --overlap 0, which revokes the application's other secrets at once, and deploy the new secret to the service.";

/// The way to replace a secret by its hash, used after the other ways. [`APPLY_WORLD`] follows it.
pub(super) const SET_SECRET_HASH: &str = "If the server runs with --world, or if you create secrets elsewhere, set the application's secret_sha256 in world.toml to the base64 of the 32 bytes of a new secret's SHA-256; the application's other secrets are revoked when the file is applied.";

/// The way to regain access without a secret that may create others.
pub(super) const RESET_MANAGEMENT: &str = "If the application manages the server and you have no valid secret for it, stop the server and run m2m application reset-management --data DIR, which creates a new secret, grants every scope of the management API, and revokes the other secrets.";

/// The way to import a key that was created elsewhere.
pub(super) const IMPORT_KEY: &str = "To import a key that was created elsewhere, stop the server, run m2m key import FILE --data DIR, and start the server again. If the server runs with --world, put the key as a PKCS #8 file into the directory that --keys names, and restart the server.";

/// The settings by which the server learns the addresses of callers from proxies.
pub(super) const TRUST_PROXIES: &str = "If a proxy is in front of the server, list the proxy's address in --trusted-proxies, and set --address-header or --proxy-protocol to match how the proxy reports the addresses of callers.";

/// The places that show the load of the server and the state of its store.
pub(super) const CHECK_OPS_LISTENER: &str = "Check /readyz and /metrics on the listener for probes and metrics; its address is 127.0.0.1:9090 unless --ops-listen sets another address.";
