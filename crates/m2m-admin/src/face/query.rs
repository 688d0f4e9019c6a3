//! What stands behind the `?`.

use std::borrow::Cow;

use oauth_proto::{Form, Limits};
use serde::de::value::{Error as TextError, MapDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use crate::OperationError;

/// Reads the parameters of a query. An unknown one, a repeated one and one that is none of its kind are refused by name.
pub(super) fn read<Q: DeserializeOwned>(query: Option<&str>) -> Result<Q, OperationError> {
    let query = query.unwrap_or_default().as_bytes();
    let form = Form::parse(query, &Limits::DEFAULT).map_err(|error| {
        OperationError::new(400, "QUERY_MALFORMED", format!("the query: {error}"))
    })?;
    let pairs = form.pairs().map(|(name, value)| (name, Part(value)));
    let deserializer = MapDeserializer::<_, TextError>::new(pairs);
    serde_path_to_error::deserialize(deserializer)
        .map_err(|error| OperationError::of_form("query", &error))
}

/// A value of a parameter. Numbers and truths are read from their text.
struct Part<'q>(Cow<'q, str>);

impl<'de> IntoDeserializer<'de, TextError> for Part<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! parse {
    ($($method:ident $visit:ident $type:ty, $expected:literal;)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
            let value: $type = self.0.parse().map_err(|_| TextError::custom(concat!("is not ", $expected)))?;
            visitor.$visit(value)
        }
    )+};
}

impl<'de> Deserializer<'de> for Part<'_> {
    type Error = TextError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
        visitor.visit_str(&self.0)
    }

    // A parameter without a value counts as omitted, as in forms, where it may be.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
        if self.0.is_empty() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, TextError> {
        let text: &str = &self.0;
        IntoDeserializer::<TextError>::into_deserializer(text)
            .deserialize_enum(name, variants, visitor)
    }

    parse! {
        deserialize_bool visit_bool bool, "true or false";
        deserialize_u16 visit_u16 u16, "a number from 0 to 65535";
        deserialize_u32 visit_u32 u32, "a number from 0 to 4294967295";
        deserialize_u64 visit_u64 u64, "a whole number";
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Query {
        page_size: Option<u16>,
        on: Option<bool>,
        code: Option<String>,
    }

    fn message(query: &str) -> String {
        read::<Query>(Some(query)).unwrap_err().message().to_owned()
    }

    #[test]
    fn values_are_read_as_what_they_are() {
        let query: Query = read(Some("page_size=10&on=true&code=a%20b")).unwrap();
        assert_eq!(query.page_size, Some(10));
        assert_eq!(query.on, Some(true));
        assert_eq!(query.code.as_deref(), Some("a b"));
        let nothing: Query = read(Some("page_size=&code=")).unwrap();
        assert_eq!(nothing, read(None).unwrap());
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(
            message("page_size=ten"),
            "page_size: is not a number from 0 to 65535"
        );
        assert_eq!(message("on=1"), "on: is not true or false");
        assert!(message("page=1").starts_with("page: unknown field"));
        assert!(message("code=a&code=b").contains("duplicate field"));
        assert!(message("page=").starts_with("page: unknown field"));
        assert!(message("code=%zz").starts_with("the query: "));
    }
}
