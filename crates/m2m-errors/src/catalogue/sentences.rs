//! Sentences that several entries have in common, so that each is changed in one place. All are for operators.

/// The way to bring a change of `world.toml` into force, used after each advice to change it.
pub(super) const APPLY_WORLD: &str = "Bring the change into force: m2m apply -f world.toml, which a server with a data directory takes while it runs, or restart m2m serve --world. Where the file is lost, m2m export prints one.";

/// The way to give an application another secret. [`APPLY_WORLD`] follows it.
pub(super) const NEW_SECRET: &str = "To give an application a new secret: m2m secret rotate CLIENT_ID --overlap 24h, and both work for a day; or put the base64 of a secret's SHA-256 into secret_sha256 in world.toml, and the old one ends when that comes into force. Who has lost the secret of the application that manages the server stops it, and runs m2m application reset-management --data DIR.";

/// The way to bring a key that was created elsewhere to the server.
pub(super) const IMPORT_KEY: &str = "To bring in a key, stop the server, and run m2m key import FILE --data DIR; with m2m serve --world put it, as PKCS #8, into the folder that --keys names. Then start the server again.";

/// The settings by which the server learns the addresses of callers from proxies.
pub(super) const TRUST_PROXIES: &str = "Behind a proxy, name it with --trusted-proxies, and say with --address-header or --proxy-protocol how it passes on the addresses of callers.";

/// The places that show the load of the server and the state of its store.
pub(super) const LOOK_AT_OPS: &str = "Look at /readyz and /metrics of the ops listener, 127.0.0.1:9090 unless --ops-listen says otherwise.";
