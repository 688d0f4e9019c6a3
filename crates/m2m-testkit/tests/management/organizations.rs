//! Organizations and their codes.

use serde_json::json;

use crate::server::ManagementCalls as _;
use crate::server::Server;

#[test]
fn the_code_of_an_organization_can_be_chosen_once() {
    let server = Server::start();
    let body = json!({ "name": "Acme", "code": "org_acme" });
    let made = server.done("POST", "/api/v1/organization", &body);
    assert_eq!(made["organization"]["code"], "org_acme");
    let taken = (409, "ORGANIZATION_TAKEN");
    let message = server.refused(taken, "POST", "/api/v1/organization", &body);
    assert!(message.starts_with("code: "), "{message}");
}
