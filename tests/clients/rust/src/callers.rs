//! The part of `callers.json` that is used here.

use serde::Deserialize;

#[derive(Deserialize)]
pub struct Callers {
    pub applications: Vec<Application>,
    pub apis: Vec<Api>,
    pub scope: String,
}

#[derive(Deserialize)]
pub struct Application {
    pub client_id: String,
    pub client_secret: String,
}

#[derive(Deserialize)]
pub struct Api {
    pub audience: String,
}

impl Callers {
    /// The scopes that are requested.
    pub fn scopes(&self) -> impl Iterator<Item = String> {
        self.scope.split(' ').map(str::to_owned)
    }
}
