//! The checks of the files that a configuration names, without starting or writing anything.

use std::net::TcpListener;
use std::path::Path;

use m2m_host::error::Failure;
use m2m_host::listen_address::ListenAddress;
use m2m_host::sealing::{self, SealingSource, Wanted};
use m2m_host::world::World;
use m2m_host::{clock, data};
use m2m_listen::TlsFiles;
use m2m_store::Sqlite;

use crate::certificate;
use crate::settings::{BootstrapSecret, Mistakes, RegistrySource, Secret, Setting, Settings};

/// Returns the mistakes in the files and folders.
pub(super) fn check(settings: &Settings) -> Mistakes {
    let mut mistakes = Mistakes::default();
    let mut add = |checked: Result<(), Failure>| {
        if let Err(failure) = checked {
            mistakes.add(failure);
        }
    };
    let keys = match &settings.registry {
        RegistrySource::Data(path) => Some(path),
        RegistrySource::World { file, keys } => {
            add(world(file));
            keys.as_ref()
        }
    };
    if let Some(keys) = keys {
        add(data::usable(keys));
    }
    let values = &settings.values;
    // The settings report it if only one of them is given.
    if let (Some(cert), Some(key)) = (values.tls_cert.clone(), values.tls_key.clone()) {
        for mistake in TlsFiles::new(cert, key)
            .mistakes()
            .iter()
            .map(certificate::tls_failure)
        {
            add(Err(mistake));
        }
    }
    match &settings.registry {
        RegistrySource::Data(path) => add(sealed(settings, path)),
        // With a registry file there is nothing to seal, but the file is checked all the same, since the configuration names it.
        RegistrySource::World { .. } => {
            let file = values.sealing_key_file.as_ref();
            add(file.map_or(Ok(()), |file| sealing::read(file, Wanted::New).map(drop)));
        }
    }
    if let Some(bootstrap) = &settings.bootstrap
        && let BootstrapSecret::File(_) = bootstrap.client_secret
    {
        // Mistakes in a secret from a variable are reported with the settings.
        add(bootstrap.preset().map(drop));
    }
    let listeners = [
        (Setting::Listen, Some(values.listen)),
        (Setting::OpsListen, values.ops_listen),
    ];
    for (setting, address) in listeners {
        add(address.map_or(Ok(()), |address| own_address(setting, address)));
    }
    mistakes
}

/// Returns warnings, which do not keep a server from starting.
pub(super) fn warnings(settings: &Settings) -> Vec<String> {
    let values = &settings.values;
    let tls = values.tls_cert.clone().zip(values.tls_key.clone());
    let warning =
        tls.and_then(|(cert, key)| certificate::warning(&TlsFiles::new(cert, key), clock::now()));
    warning.into_iter().collect()
}

/// Checks the file and its records. Credentials generated for them are discarded.
fn world(file: &Path) -> Result<(), Failure> {
    let world = World::read(file)?;
    let store = Sqlite::in_memory().map_err(|error| data::failure(&error, file))?;
    data::wait(world.fill(&store, clock::now()))?.map(|_| ())
}

/// Checks the sealing key, and that it opens the keys in the folder. A running server may be using the folder.
fn sealed(settings: &Settings, folder: &Path) -> Result<(), Failure> {
    let keys = data::look(folder)?;
    let key = settings.sealing_key.as_ref().map(Secret::expose_secret);
    let file = settings.values.sealing_key_file.as_deref();
    SealingSource::new(key, file, folder).check(&keys, folder)
}

/// Checks that this machine has the address, or one of the two. Its port may be taken by the server that the configuration is for.
fn own_address(setting: Setting, address: ListenAddress) -> Result<(), Failure> {
    let tried = address.ips().map(|ip| TcpListener::bind((ip, 0)));
    // The first failure, unless an address can be used.
    match tried.reduce(|one, other| if other.is_ok() { other } else { one }) {
        Some(Ok(_)) | None => Ok(()),
        Some(Err(error)) => Err(Failure::of_listening(address, &error).help(format!(
            "set {} to an address of this machine",
            setting.names()
        ))),
    }
}
