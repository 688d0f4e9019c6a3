//! The names in the path of an operation.

/// The names in a path, decoded.
pub trait PathNames: Sized + Send + Sync + 'static {
    /// The placeholders of the path, in their order.
    const PLACES: &'static [&'static str];

    /// Reads the names. `name` returns the name for a placeholder.
    fn read(name: impl FnMut(&'static str) -> String) -> Self;

    /// Returns the name for a placeholder, if the path has it.
    fn name(&self, place: &str) -> Option<&str>;

    /// Returns the path of this form, with the percent-encoded names in the place of the placeholders.
    #[must_use]
    fn path(&self, form: &str) -> String {
        let mut path = String::with_capacity(form.len());
        for segment in form.split('/').skip(1) {
            path.push('/');
            let place = segment
                .strip_prefix('{')
                .and_then(|segment| segment.strip_suffix('}'));
            match place {
                Some(place) => push_encoded(&mut path, self.name(place).unwrap_or_default()),
                None => path.push_str(segment),
            }
        }
        path
    }
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $place:ident,)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name {
            $($(#[$about])* pub $place: String,)*
        }

        impl $name {
            /// Creates these names, in the order of the path.
            #[must_use]
            pub fn new($($place: impl Into<String>),*) -> Self {
                Self { $($place: $place.into()),* }
            }
        }

        impl PathNames for $name {
            const PLACES: &'static [&'static str] = &[$(stringify!($place)),*];

            fn read(mut name: impl FnMut(&'static str) -> String) -> Self {
                Self { $($place: name(stringify!($place))),* }
            }

            fn name(&self, place: &str) -> Option<&str> {
                match place {
                    $(stringify!($place) => Some(&self.$place),)*
                    _ => None,
                }
            }
        }
    )+};
}

/// The names of a path without placeholders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NoNames;

impl PathNames for NoNames {
    const PLACES: &'static [&'static str] = &[];

    fn read(_: impl FnMut(&'static str) -> String) -> Self {
        Self
    }

    fn name(&self, _: &str) -> Option<&str> {
        None
    }
}

names! {
    /// An API.
    ApiName {
        /// The id or the audience of the API.
        api_id,
    }
    /// A scope of an API.
    ApiScopeName {
        /// The id or the audience of the API.
        api_id,
        /// The id of the scope, or the scope itself.
        scope_id,
    }
    /// A scope of an API, for an application.
    ApiApplicationScopeName {
        /// The id or the audience of the API.
        api_id,
        /// The id or the client id of the application.
        application_id,
        /// The id of the scope, or the scope itself.
        scope_id,
    }
    /// An application.
    ApplicationName {
        /// The id or the client id of the application.
        application_id,
    }
    /// A property of an application.
    ApplicationPropertyName {
        /// The id or the client id of the application.
        application_id,
        /// The key of the property.
        property_key,
    }
    /// A secret of an application.
    SecretName {
        /// The id or the client id of the application.
        application_id,
        /// The id of the secret.
        secret_id,
    }
    /// A property.
    PropertyName {
        /// The id or the key of the property.
        property_id,
    }
    /// An organization.
    OrganizationName {
        /// The code of the organization.
        org_code,
    }
    /// A feature flag of an organization.
    FeatureFlagName {
        /// The code of the organization.
        org_code,
        /// The key of the feature flag.
        feature_flag_key,
    }
    /// A refused request.
    DiagnosisName {
        /// The trace id of the refused request.
        trace_id,
    }
}

/// Percent-encodes everything except the unreserved characters of RFC 3986, section 2.3.
fn push_encoded(text: &mut String, value: &str) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            text.push(byte.into());
        } else {
            text.push('%');
            for digit in [byte >> 4, byte & 15] {
                let digit = char::from_digit(digit.into(), 16).unwrap_or_default();
                text.push(digit.to_ascii_uppercase());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leaves_its_segment() {
        let names = ApiScopeName::new("https://orders.example/api?a=b", "ü +");
        assert_eq!(
            names.path("/api/v1/apis/{api_id}/scopes/{scope_id}"),
            "/api/v1/apis/https%3A%2F%2Forders.example%2Fapi%3Fa%3Db/scopes/%C3%BC%20%2B"
        );
        assert_eq!(NoNames.path("/api/v1/apis"), "/api/v1/apis");
    }
}
