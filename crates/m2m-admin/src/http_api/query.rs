//! The query parameters of a request.

use std::borrow::Cow;

use oauth_proto::{Form, MessageLimits};
use serde::de::value::{Error as TextError, MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::form;
use crate::OperationError;

/// Reads the parameters of a query. A list can have several parameters of the same name; any other repeated parameter is refused by name, as are
/// unknown ones and those with an invalid value.
pub(super) fn read<Q: DeserializeOwned>(query: Option<&str>) -> Result<Q, OperationError> {
    let query = query.unwrap_or_default().as_bytes();
    let form = Form::parse(query, &MessageLimits::DEFAULT).map_err(|error| {
        OperationError::QueryMalformed {
            why: error.to_string().into(),
        }
    })?;
    let mut parameters: Vec<(Cow<'_, str>, Values<'_>)> = Vec::new();
    for (name, value) in form.pairs() {
        match parameters.iter_mut().find(|(own, _)| *own == name) {
            Some((_, values)) => values.others.push(value),
            None => parameters.push((name, Values::one(value))),
        }
    }
    let deserializer = MapDeserializer::<_, TextError>::new(parameters.into_iter());
    serde_path_to_error::deserialize(deserializer).map_err(|error| form::invalid("query", &error))
}

/// The values of a parameter, in their order. Numbers and booleans are parsed from their text.
struct Values<'q> {
    first: Cow<'q, str>,
    others: Vec<Cow<'q, str>>,
}

impl<'q> Values<'q> {
    const fn one(value: Cow<'q, str>) -> Self {
        Self {
            first: value,
            others: Vec::new(),
        }
    }

    /// Returns the value of a parameter that can occur only once.
    fn only(&self) -> Result<&str, TextError> {
        if self.others.is_empty() {
            Ok(&self.first)
        } else {
            Err(TextError::custom("occurs more than once"))
        }
    }
}

impl<'de> IntoDeserializer<'de, TextError> for Values<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! parse {
    ($($method:ident $visit:ident $type:ty, $expected:literal;)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
            let value: $type = self.only()?.parse().map_err(|_| TextError::custom(concat!("is not ", $expected)))?;
            visitor.$visit(value)
        }
    )+};
}

impl<'de> Deserializer<'de> for Values<'_> {
    type Error = TextError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
        visitor.visit_str(self.only()?)
    }

    // A parameter without a value counts as omitted, as in forms, if it is optional.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
        if self.first.is_empty() && self.others.is_empty() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
        let values = core::iter::once(self.first).chain(self.others);
        let values = values.filter(|value| !value.is_empty()).map(Values::one);
        visitor.visit_seq(SeqDeserializer::new(values))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, TextError> {
        let text = self.only()?;
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
        newtype_struct tuple tuple_struct map struct identifier ignored_any
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
        #[serde(default)]
        audience: Vec<String>,
    }

    fn message(query: &str) -> String {
        read::<Query>(Some(query)).unwrap_err().to_string()
    }

    #[test]
    fn values_are_read_as_their_types() {
        let query: Query = read(Some("page_size=10&on=true&code=a%20b")).unwrap();
        assert_eq!(query.page_size, Some(10));
        assert_eq!(query.on, Some(true));
        assert_eq!(query.code.as_deref(), Some("a b"));
        let nothing: Query = read(Some("page_size=&code=&audience=")).unwrap();
        assert_eq!(nothing, read(None).unwrap());
    }

    #[test]
    fn a_list_has_each_occurrence_of_its_parameter() {
        let query: Query = read(Some("audience=b&code=x&audience=&audience=a")).unwrap();
        assert_eq!(query.audience, ["b", "a"]);
        assert_eq!(read::<Query>(Some("audience=a")).unwrap().audience, ["a"]);
    }

    #[test]
    fn a_mistake_names_its_parameter() {
        assert_eq!(
            message("page_size=ten"),
            "page_size: is not a number from 0 to 65535"
        );
        assert_eq!(message("on=1"), "on: is not true or false");
        assert!(message("page=1").starts_with("page: unknown field"));
        for repeated in [
            "code=a&code=b",
            "code=&code=",
            "page_size=1&on=true&code=a&code=a",
        ] {
            assert_eq!(message(repeated), "code: occurs more than once");
        }
        assert_eq!(message("on=true&on=true"), "on: occurs more than once");
        assert!(message("page=").starts_with("page: unknown field"));
        assert!(message("code=%zz").starts_with("the query: "));
    }
}
