//! `m2m healthcheck`

use std::ffi::OsString;

use clap::Args;
use clap::builder::OsStringValueParser;

use super::SettingOptions;
use crate::settings::Setting;

/// Ask the server on this machine whether it is ready.
///
/// It asks the listener for probes where the server was told to have it: by --ops-listen, M2M_OPS_LISTEN, or the file of settings.
/// Exits 0 if the server is ready, 1 with the reasons if it is not, 2 if an option is wrong or --ops-listen is off, and 3 if the server
/// cannot be reached.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct HealthcheckOptions {
    /// Address and port of the listener for probes [default: 127.0.0.1:9090]
    #[arg(long, value_name = "ADDR", value_parser = OsStringValueParser::new())]
    ops_listen: Option<OsString>,
    /// TOML file with settings (also M2M_CONFIG)
    #[arg(long, value_name = "FILE", value_parser = OsStringValueParser::new())]
    config: Option<OsString>,
}

impl HealthcheckOptions {
    /// The flags as `m2m serve` has them.
    pub(crate) fn settings(&self) -> SettingOptions {
        let given = self.ops_listen.clone();
        SettingOptions::of(
            self.config.clone(),
            given.map(|address| (Setting::OpsListen, address)),
        )
    }
}

const EXAMPLES: &str = "\
Examples:
  m2m healthcheck
  m2m healthcheck --ops-listen 127.0.0.1:9090

In a Dockerfile:
  HEALTHCHECK --start-period=30s CMD [\"m2m\", \"healthcheck\"]";
