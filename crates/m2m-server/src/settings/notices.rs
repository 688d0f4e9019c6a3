//! Notices about settings that are valid, but probably not intended.

use m2m_authority::diagnose::nearest;

use super::Values;
use super::secrets::{BOOTSTRAP_CLIENT_SECRET, SEALING_KEY};
use super::setting::Setting;
use super::sources::{CONFIG_VARIABLE, Sources};

/// Returns notices about variables with a name similar to one of ours, and about some settings that have no effect here.
pub(super) fn notices(values: &Values, sources: &Sources<'_>) -> Vec<String> {
    let environment = sources.environment();
    let known: Vec<String> = Setting::ALL
        .into_iter()
        .map(Setting::variable)
        .chain(OTHERS.map(str::to_owned))
        .collect();
    // Orchestrators set variables such as M2M_SERVICE_HOST for a service named m2m: only a name that looks mistyped is reported.
    let mut notices: Vec<String> = environment
        .names()
        .filter(|name| !known.iter().any(|own| own == name))
        .filter_map(|name| {
            let meant = nearest(name, known.iter().map(String::as_str))?;
            Some(format!("unknown variable {name}; did you mean {meant}?"))
        })
        .collect();
    if environment.get(CLIENT_ISSUER).is_some() && !sources.is_given(Setting::Issuer) {
        notices.push(format!(
            "{CLIENT_ISSUER} is not used: it names the server that commands call; set {} to the issuer of this server",
            Setting::Issuer.variable()
        ));
    }
    for (setting, why) in UNUSED_WITH_A_FILE {
        if values.world.is_some() && sources.is_given(setting) {
            let name = sources.named(setting);
            notices.push(format!("{name} has no effect: {why}"));
        }
    }
    notices
}

/// Settings that are for a data directory, each with the reason why it has no effect with a registry file.
const UNUSED_WITH_A_FILE: [(Setting, &str); 2] = [
    (
        Setting::BootstrapClientId,
        "a registry that is served from a file cannot be managed",
    ),
    (
        Setting::KeyRotationDays,
        "with a registry file, the operator replaces signing keys in the directory of keys",
    ),
];

/// The variable that names the server that commands call.
pub(super) const CLIENT_ISSUER: &str = "M2M_ISSUER";

/// Variables of other commands, and those that are not settings.
const OTHERS: [&str; 8] = [
    CLIENT_ISSUER,
    "M2M_CLIENT_ID",
    "M2M_CLIENT_SECRET",
    "M2M_CA_FILE",
    "M2M_AUDIENCE",
    CONFIG_VARIABLE,
    SEALING_KEY,
    BOOTSTRAP_CLIENT_SECRET,
];
