//! Sentences that several entries have in common, so that each is changed in one place. All are for operators.

/// How a change of `world.toml` reaches the server, after whatever changes one.
pub(super) const APPLY_WORLD: &str = "Bring the change into force: restart m2m serve --world, or, with a data directory, stop the server, run m2m apply -f world.toml --data DIR, and start it again. Where its file is lost, m2m export --data DIR prints one.";

/// How an application gets another secret. What follows is [`APPLY_WORLD`].
pub(super) const NEW_SECRET: &str = "To give an application a new secret, put the base64 of the secret's SHA-256 into secret_sha256 in world.toml; the old one ends when that comes into force. The application that manages the server gets one from m2m application reset-management --data DIR.";

/// How a key that was made elsewhere reaches the server.
pub(super) const IMPORT_KEY: &str = "To bring in a key, stop the server, and run m2m key import FILE --data DIR; with m2m serve --world put it, as PKCS #8, into the folder that --keys names. Then start the server again.";

/// How the server learns from proxies where callers are.
pub(super) const TRUST_PROXIES: &str = "Behind a proxy, name it with --trusted-proxies, and say with --address-header or --proxy-protocol how it passes on the addresses of callers.";

/// What shows how busy the server is and whether it has lost its store.
pub(super) const LOOK_AT_OPS: &str = "Look at /readyz and /metrics of the ops listener, 127.0.0.1:9090 unless --ops-listen says otherwise.";
