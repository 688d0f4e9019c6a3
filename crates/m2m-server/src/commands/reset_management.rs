//! `m2m application reset-management`: the way back in.

use m2m_admin::Applied;
use m2m_store::Actor;
use serde_json::json;

use super::apply::{described, insert, show};
use super::new_credentials::NewCredentials;
use crate::cli::{Format, ResetManagementOptions};
use crate::data::{self, Missing};
use crate::error::Failure;
use crate::output::Output;
use crate::{clock, random};

pub(super) fn reset(options: &ResetManagementOptions, output: &Output) -> Result<(), Failure> {
    let folder = &options.data.data;
    let store = data::open(folder, Missing::Refuse)?;
    let actor = Actor::command("m2m application reset-management");
    let mut random = random::fill;
    let reset = m2m_admin::reset_management(&store, &actor, &mut random, clock::now());
    let Applied {
        plan, credentials, ..
    } = data::wait(reset)?.map_err(|error| data::unmanaged(&error, folder))?;
    match options.output {
        Format::Text => {
            show(&plan, output);
            for credentials in &credentials {
                NewCredentials::from(credentials).show_once(output);
            }
        }
        Format::Json => {
            let mut document = described(&plan);
            let credentials = credentials
                .iter()
                .map(|credentials| NewCredentials::from(credentials).described(true));
            insert(&mut document, "applied", json!(true));
            insert(&mut document, "credentials", credentials.collect());
            output.json(&document);
        }
    }
    Ok(())
}
