//! The words and the command of each task.

use m2m_errors::Task;

use super::TaskAdvice;

/// Returns the words and the command of a task, without its name.
#[expect(
    clippy::too_many_lines,
    reason = "a table with one entry for each task"
)]
pub(super) const fn of(task: Task) -> TaskAdvice {
    match task {
        Task::ListApplications => TaskAdvice::data("To see the client ids of all applications, list them.")
            .command("m2m application list --issuer URL")
            .file("The registry file has the client ids of all applications."),
        Task::ShowApplication => TaskAdvice::data("To see the APIs and the scopes of an application, show it.")
            .command("m2m application show CLIENT_ID --issuer URL")
            .file("The authorize list of the application in the registry file has its audiences and scopes."),
        Task::CreateApplication => TaskAdvice::data("To register an application, create it with the audience of the API that it calls; the command prints its credentials.")
            .command("m2m application create NAME --authorize AUDIENCE --issuer URL")
            .file("To register an application, add it to the registry file."),
        Task::RecreateApplication => TaskAdvice::data("To create a deleted application again, create one with the same client id, and authorize it for the same APIs. It gets a new secret.")
            .command("m2m application create NAME --client-id CLIENT_ID --authorize AUDIENCE --issuer URL")
            .file("To create a deleted application again, add it to the registry file, with the same client_id and the same authorize list."),
        Task::CreateOrganizationApplication => TaskAdvice::data("To create an application that belongs to an organization, name the code of the organization and the audience of the API.")
            .command("m2m application create NAME --organization CODE --authorize AUDIENCE --issuer URL")
            .file("To create an application that belongs to an organization, add an application with organization = CODE to the registry file."),
        // Access that an operator may have removed on purpose has no command here: the diagnosis has it, if the caller knows the secret.
        Task::EnableApplication => TaskAdvice::data("Find out first why the application was disabled. To enable it, use m2m application update.")
            .file("Find out first why the application was disabled. To enable it, set enabled = true for the application in the registry file."),
        Task::ExtendApplication => TaskAdvice::data("Find out first whether the application is still needed. To remove its expiry or to set a later one, use m2m application update with --clear expires-at or --expires-at.")
            .file("Find out first whether the application is still needed. To remove its expiry or to set a later one, remove or change expires_at of the application in the registry file."),
        Task::DisableApplication => TaskAdvice::data("To refuse tokens to an application, disable it.")
            .command("m2m application update CLIENT_ID --disable --issuer URL")
            .file("To refuse tokens to an application, set enabled = false for the application in the registry file."),
        Task::MakeConfidential => TaskAdvice::data("To change the client type of an application, use m2m application update.")
            .file("To change the client type of an application, set client_type = \"confidential\" for the application in the registry file."),
        Task::AllowAuthenticationMethod => TaskAdvice::data("To allow a method, set all allowed methods of the application with m2m application update --authentication-method, which replaces the previous ones.")
            .file("To allow a method, add it to authentication_methods of the application in the registry file."),
        Task::AllowGrantType => TaskAdvice::data("To allow the grant type, use m2m application update with --grant-type client_credentials.")
            .file("To allow the grant type, add client_credentials to grant_types of the application in the registry file."),
        Task::AllowAddress => TaskAdvice::data("To allow an address, set all allowed addresses of the application with m2m application update, which replaces the previous ones.")
            .file("To allow an address, add it to allowed_addresses of the application in the registry file."),
        Task::SetTokenQuota => TaskAdvice::data("To change the quota of an application, set the number of tokens and the period. With --token-quota-mode warn, the server grants tokens beyond the quota and logs them.")
            .command("m2m application update CLIENT_ID --token-quota TOKENS/PERIOD --issuer URL")
            .file("To change the quota of an application, set token_quota in the registry file. With the mode warn, the server grants tokens beyond the quota and logs them."),
        Task::RevokeToken => TaskAdvice::data("To revoke a token that was issued to another application, revoke it as the operator, by the token or by its jti.")
            .command("m2m revoke --jti JTI --issuer URL"),
        Task::SetNotBefore => TaskAdvice::data("To change the time before which the tokens of an application are revoked, use m2m application update with --not-before; the value now is the current time.")
            .file("To change the time before which the tokens of an application are revoked, set not_before of the application in the registry file."),
        Task::SetSystemUser => TaskAdvice::data("To assign a system user to an application, allow it to act as one and name the user. To remove the system user, use --clear system-user.")
            .command("m2m application update CLIENT_ID --system-user USER --system-user-allowed true --issuer URL")
            .file("To assign a system user to an application, set system_user_allowed = true and system_user in the registry file. To remove the system user, remove system_user."),
        Task::ReduceTokenValues => TaskAdvice::data("To shorten the tokens of an application, remove entries from its token_properties, feature_flags and token_feature_flags in a registry file, or revoke its authorizations for scopes that it does not need with m2m application deauthorize.")
            .file("To shorten the tokens of an application, remove entries from its token_properties, feature_flags, token_feature_flags and authorize lists in the registry file."),

        Task::AuthorizeApplication => TaskAdvice::data("To authorize an application for an API, name the audience of the API.")
            .command("m2m application authorize CLIENT_ID --audience AUDIENCE --issuer URL")
            .file("To authorize an application for an API, add the audience to the authorize list of the application in the registry file."),
        Task::AssignScope => TaskAdvice::data("To assign scopes to an application, name each of them with the audience of the API.")
            .command("m2m application authorize CLIENT_ID --audience AUDIENCE --scope SCOPE --issuer URL")
            .file("To assign scopes to an application, add them to the authorize list of the application in the registry file."),
        Task::SetDefaultAudience => TaskAdvice::data("To give an application a default audience, name the audience of an API that it is authorized for. A request that names no audience then means this one, in every profile.")
            .command("m2m application update CLIENT_ID --default-audience AUDIENCE --issuer URL")
            .file("To give an application a default audience, set default_audience of the application in the registry file to the audience of an API that it is authorized for. A request that names no audience then means this one, in every profile."),
        Task::ListApis => TaskAdvice::data("To see the audiences of all APIs, list the APIs.")
            .command("m2m api list --issuer URL")
            .file("The registry file has the audiences of all APIs."),
        Task::ShowApi => TaskAdvice::data("To see the audience and the scopes of an API, show it.")
            .command("m2m api show AUDIENCE --issuer URL")
            .file("The registry file has the audience and the scopes of each API."),
        Task::CreateApi => TaskAdvice::data("To register an API, create it.")
            .command("m2m api create NAME AUDIENCE --issuer URL")
            .file("To register an API, add it to the registry file."),
        Task::AddScope => TaskAdvice::data("To add a scope to an API, name both.")
            .command("m2m api scope add AUDIENCE SCOPE --issuer URL")
            .file("To add a scope to an API, add it to the scopes list of the API in the registry file."),
        Task::SetTokenFormat => TaskAdvice::data("To change the tokens for an API, set its signing algorithm and its claims, such as ES256 and rfc9068.")
            .command("m2m api update AUDIENCE --signing-alg ES256 --claims rfc9068 --issuer URL")
            .file("To change the tokens for an API, set signing_alg and claims of the API in the registry file."),
        Task::ResumeOrganization => TaskAdvice::data("To give the applications of an organization tokens again, use m2m organization resume.")
            .file("To give the applications of an organization tokens again, set suspended = false for the organization in the registry file."),

        Task::RotateSecret => TaskAdvice::data("To create a new secret, rotate the secrets of the application. Secrets that are valid now stay valid for the time that --overlap sets.")
            .command("m2m secret rotate CLIENT_ID --overlap 24h --issuer URL"),
        Task::ReplaceLeakedSecret => TaskAdvice::data("To replace a leaked secret, rotate it without an overlap, which revokes the other secrets of the application at once.")
            .command("m2m secret rotate CLIENT_ID --overlap 0 --issuer URL"),
        Task::SetSecretHash => TaskAdvice::data("If you create secrets elsewhere, set secret_sha256 of the application in a registry file to the base64 of the 32 bytes of a new secret's SHA-256. Its other secrets are revoked when the file is applied.")
            .file("To replace a secret, set secret_sha256 of the application in the registry file to the base64 of the 32 bytes of a new secret's SHA-256. Its other secrets are then not valid any more."),
        Task::ListSecrets => TaskAdvice::data("To see when the secrets of an application expire, list them.")
            .command("m2m secret list CLIENT_ID --issuer URL"),
        Task::ResetManagement => TaskAdvice::data("If the application manages the server and you have no valid secret for it, stop the server and reset its management: this creates a new secret, grants every scope of the management API, and revokes the other secrets.")
            .command("m2m application reset-management --data DIR"),

        Task::ApplyRegistryFile => TaskAdvice::data("If you keep the records in a registry file, change them there too; the next m2m apply replaces them.")
            .file("After a change to the registry file, restart the server."),

        Task::CreateMissingKeys => TaskAdvice::data("To create the missing keys, restart the server: at each start it creates the keys for the algorithms of the APIs that are missing, if this build can generate them.")
            .file("To create the missing keys, restart the server: at each start it creates the keys for the algorithms of the APIs that are missing, if this build can generate them, in the directory that --keys names."),
        Task::ImportKey => TaskAdvice::data("To import a key that was created elsewhere, stop the server, run the command, and start the server again.")
            .command("m2m key import FILE --data DIR")
            .file("To import a key that was created elsewhere, put it as a PKCS #8 file into the directory that --keys names, and restart the server."),
        Task::ReplaceKey => TaskAdvice::data("To replace a key at once, stop the server, import another key as the active one, and start the server again.")
            .command("m2m key import FILE --data DIR --state active")
            .file("To replace a key at once, rename the file of the old key in the directory that --keys names so that its name ends in .retiring.pem, put the new key into the same directory as a PKCS #8 file, and restart the server."),
        Task::ListKeys => TaskAdvice::everywhere("To see which keys are active, list them.")
            .command("m2m key list --issuer URL"),

        Task::TrustProxies => TaskAdvice::everywhere("If a proxy is in front of the server, list the proxy's address in --trusted-proxies, and set --address-header or --proxy-protocol to match how the proxy reports the addresses of callers."),
        Task::ServeTls => TaskAdvice::everywhere("To serve https, start the server with --tls-cert and --tls-key."),
        Task::TerminateTlsAtProxy => TaskAdvice::everywhere("To serve plain http behind a proxy that terminates TLS, start the server without --tls-cert and --tls-key, and with --behind-proxy."),
        Task::FindListener => TaskAdvice::everywhere("When it is ready, m2m serve prints a line with the scheme and the port of the server."),
        Task::WatchConnections => TaskAdvice::everywhere("The metric m2m_connections_closed_total counts the connections that the server has closed. If it grows with the label reason=\"displaced\", raise --max-connections; if it grows quickly with the label reason=\"flood\", block the addresses in front of the server."),
        Task::LimitRequests => TaskAdvice::everywhere("If the machine has resources to spare, raise --max-requests, the maximum number of concurrent requests."),
        Task::SetIssuer => TaskAdvice::everywhere("To change the issuer of the server, set --issuer, or issuer in the configuration file, to the URL that callers use."),
        Task::ChooseProfile => TaskAdvice::everywhere("The profile trusted-application requires a system user for every application. To choose another one, set --profile."),

        Task::CheckOpsListener => TaskAdvice::everywhere("Check /readyz and /metrics on the listener for probes and metrics; its address is 127.0.0.1:9090 unless --ops-listen sets another address."),
        Task::FindStoreFailure => TaskAdvice::everywhere("Look for the reason in the log event store_failed, or in the store field of the /readyz response; the metric m2m_store_failures_total counts the failures by kind."),
        Task::LimitStoreOutage => TaskAdvice::everywhere("The server answers from memory for as long as --max-store-outage-seconds allows."),
        Task::FindChangeResult => TaskAdvice::everywhere("Look for the log event change_settled with the trace_id: once the disk works again, the server determines whether the change was stored, and logs the result. If the server was stopped before it logged that event, read the record after the next start."),
        Task::FindPanic => TaskAdvice::everywhere("If there is a log event panicked before the log line with the trace_id, it names the place in the code: include it in the report."),
        Task::EndMaintenance => TaskAdvice::everywhere("When the work is done, run the command, which switches maintenance off.")
            .command("m2m maintenance off --issuer URL"),

        Task::LookUpDiagnosis => TaskAdvice::everywhere("To see the diagnosis of a refusal, look up its trace_id.")
            .command("m2m diagnose TRACE_ID --issuer URL"),
        Task::ListEvents => TaskAdvice::data("To see who changed, suspended or deleted a record, and whether m2m apply --prune deleted it, list the events.")
            .command("m2m events --audit --issuer URL"),
        Task::ShowWorkingRequest => TaskAdvice::everywhere("To see a curl command with a request that works, run the demo, which serves on a free port until Ctrl-C.")
            .command("m2m demo --listen 127.0.0.1:0"),
        Task::DecodeToken => TaskAdvice::everywhere("To decode a token, pass it to the standard input of the command.")
            .command("m2m jwt decode"),
        Task::VerifyToken => TaskAdvice::everywhere("To verify a token with the keys of its issuer, pass it to the standard input of the command.")
            .command("m2m jwt verify --issuer URL"),
        // A later release of m2m-errors has more.
        _ => TaskAdvice::everywhere(super::UNKNOWN),
    }
}
