//! The options that select entries of the logs of a server.

use core::net::IpAddr;

use clap::Args;
use m2m_api::operations::ListDiagnosesQuery;
use m2m_api::values::{CallerAddress, ClientIdText, Key, RequestIdText, Time};
use m2m_authority::registry::{Period, time_text};
use m2m_host::curl::quoted;
use m2m_host::{clock, timestamp};
use m2m_jwt::UnixTime;

/// The options that select entries of the logs of a server.
#[derive(Debug, Default, Args)]
pub(crate) struct FilterOptions {
    /// Only entries about the application with this client id
    #[arg(long = "client-id", value_name = "ID")]
    pub(crate) of_client_id: Option<ClientIdText>,
    /// Only refused requests with this id, which the caller sent in X-Request-Id or traceparent
    #[arg(long, value_name = "ID")]
    pub(crate) request_id: Option<RequestIdText>,
    /// Only requests that were refused for this cause, such as secret-wrong
    #[arg(long, value_name = "CAUSE")]
    pub(crate) cause: Option<Key>,
    /// Only refused requests from this IP address
    #[arg(long, value_name = "IP", value_parser = address)]
    pub(crate) address: Option<IpAddr>,
    /// Only entries since this time (RFC 3339), or of the most recent period, such as 1h
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) since: Option<UnixTime>,
    /// Only entries until this time (RFC 3339), or older than a period, such as 1h
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) until: Option<UnixTime>,
}

impl FilterOptions {
    /// Returns true if a filter selects refused requests only, because changes do not have what it compares.
    pub(crate) const fn is_of_refusals(&self) -> bool {
        self.request_id.is_some() || self.cause.is_some() || self.address.is_some()
    }

    /// Returns the query for the refused requests.
    pub(crate) fn query(&self) -> ListDiagnosesQuery {
        ListDiagnosesQuery {
            client_id: self.of_client_id.clone(),
            request_id: self.request_id.clone(),
            address: self.address.map(CallerAddress),
            cause: self.cause.clone(),
            since: self.since.map(Time),
            until: self.until.map(Time),
            ..ListDiagnosesQuery::default()
        }
    }

    /// Returns the options as the words of a command, each after a space. Periods are times.
    pub(crate) fn words(&self) -> String {
        let words = [
            (
                "client-id",
                self.of_client_id.as_ref().map(ToString::to_string),
            ),
            (
                "request-id",
                self.request_id.as_ref().map(ToString::to_string),
            ),
            ("cause", self.cause.as_ref().map(ToString::to_string)),
            ("address", self.address.map(|address| address.to_string())),
            ("since", self.since.map(time_text)),
            ("until", self.until.map(time_text)),
        ];
        let words = words
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        let words = words.map(|(name, value)| match value.strip_prefix('-') {
            // A value that begins like an option is one word with its own.
            Some(_) => format!(" --{name}={}", quoted(&value)),
            None => format!(" --{name} {}", quoted(&value)),
        });
        words.collect()
    }
}

fn address(text: &str) -> Result<IpAddr, String> {
    text.parse()
        .map_err(|_| "write one IP address, as in 192.0.2.7".to_owned())
}

fn time(text: &str) -> Result<UnixTime, String> {
    let ago = text.parse().ok().map(Period::as_seconds);
    let time = ago.map(|ago| clock::now().saturating_sub_seconds(ago));
    time.or_else(|| timestamp::parse(text)).ok_or_else(|| {
        "write a period, as in 1h, or a date, a time and an offset, as in 2026-11-20T00:00:00Z"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_printed_as_options_that_a_shell_reads_back() {
        let filters = FilterOptions {
            of_client_id: "-job$(id)".parse().ok(),
            request_id: "order/7=a@b".parse().ok(),
            cause: "secret-wrong".parse().ok(),
            address: "2001:db8::1".parse().ok(),
            since: Some(UnixTime::from_seconds(1_800_000_000)),
            until: None,
        };
        assert_eq!(
            filters.words(),
            " --client-id='-job$(id)' --request-id 'order/7=a@b' --cause secret-wrong --address 2001:db8::1 \
             --since 2027-01-15T08:00:00Z"
        );
        assert_eq!(FilterOptions::default().words(), "");
    }
}
