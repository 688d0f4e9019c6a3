//! Bounded lists and maps. The data that a request can make grow has a limit, to callers and in the OpenAPI document.

use core::fmt;
use core::marker::PhantomData;
use core::ops::Deref;
use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{
    Deserialize, Deserializer, Error, IntoDeserializer as _, MapAccess, SeqAccess, Visitor,
};

/// A list of at most `N` items. Reading stops with an error after that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct List<T, const N: usize>(Vec<T>);

/// A list of at most `N` items. A list of one item can be written as that item alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct OneOrMore<T, const N: usize>(List<T, N>);

/// A map of at most `N` values by key. A key can occur only once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Map<K, V, const N: usize>(BTreeMap<K, V>);

/// A list or map with more items than the maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("has more than {most} items")]
#[non_exhaustive]
pub struct TooMany {
    /// The maximum number of items.
    pub most: usize,
}

impl<T, const N: usize> TryFrom<Vec<T>> for List<T, N> {
    type Error = TooMany;

    fn try_from(items: Vec<T>) -> Result<Self, TooMany> {
        if items.len() > N {
            return Err(TooMany { most: N });
        }
        Ok(Self(items))
    }
}

impl<T, const N: usize> TryFrom<Vec<T>> for OneOrMore<T, N> {
    type Error = TooMany;

    fn try_from(items: Vec<T>) -> Result<Self, TooMany> {
        List::try_from(items).map(Self)
    }
}

impl<K: Ord, V, const N: usize> TryFrom<BTreeMap<K, V>> for Map<K, V, N> {
    type Error = TooMany;

    fn try_from(members: BTreeMap<K, V>) -> Result<Self, TooMany> {
        if members.len() > N {
            return Err(TooMany { most: N });
        }
        Ok(Self(members))
    }
}

impl<T, const N: usize> Default for List<T, N> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const N: usize> Default for OneOrMore<T, N> {
    fn default() -> Self {
        Self(List::default())
    }
}

impl<K, V, const N: usize> Default for Map<K, V, N> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T, const N: usize> List<T, N> {
    /// Returns true if the list is empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T, const N: usize> OneOrMore<T, N> {
    /// Returns true if the list is empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K, V, const N: usize> Map<K, V, N> {
    /// Returns true if the map is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T, const N: usize> Deref for List<T, N> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T, const N: usize> Deref for OneOrMore<T, N> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<K, V, const N: usize> Deref for Map<K, V, N> {
    type Target = BTreeMap<K, V>;

    fn deref(&self) -> &BTreeMap<K, V> {
        &self.0
    }
}

impl<'de, T: Deserialize<'de>, const N: usize> Deserialize<'de> for List<T, N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items<T, const N: usize>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>, const N: usize> Visitor<'de> for Items<T, N> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a sequence")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    if list.len() == N {
                        return Err(A::Error::custom(format_args!("has more than {N} items")));
                    }
                    list.push(item);
                }
                Ok(list)
            }
        }

        deserializer
            .deserialize_seq(Items::<T, N>(PhantomData))
            .map(Self)
    }
}

impl<'de, T: Deserialize<'de>, const N: usize> Deserialize<'de> for OneOrMore<T, N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<T, const N: usize>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>, const N: usize> Visitor<'de> for Either<T, N> {
            type Value = List<T, N>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a list of strings")
            }

            fn visit_unit<E: Error>(self) -> Result<List<T, N>, E> {
                Ok(List::default())
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<List<T, N>, E> {
                T::deserialize(text.into_deserializer()).map(|one| List(vec![one]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<List<T, N>, A::Error> {
                List::deserialize(SeqAccessDeserializer::new(items))
            }
        }

        deserializer
            .deserialize_any(Either::<T, N>(PhantomData))
            .map(Self)
    }
}

impl<'de, K, V, const N: usize> Deserialize<'de> for Map<K, V, N>
where
    K: Deserialize<'de> + Ord,
    V: Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<K, V, const N: usize>(PhantomData<(K, V)>);

        impl<'de, K, V, const N: usize> Visitor<'de> for Members<K, V, N>
        where
            K: Deserialize<'de> + Ord,
            V: Deserialize<'de>,
        {
            type Value = BTreeMap<K, V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
                let mut map = BTreeMap::new();
                while let Some((key, value)) = members.next_entry()? {
                    if map.len() == N {
                        return Err(A::Error::custom(format_args!("has more than {N} members")));
                    }
                    if map.insert(key, value).is_some() {
                        return Err(A::Error::custom("has a duplicate member"));
                    }
                }
                Ok(map)
            }
        }

        deserializer
            .deserialize_map(Members::<K, V, N>(PhantomData))
            .map(Self)
    }
}

impl<T: JsonSchema, const N: usize> JsonSchema for List<T, N> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("{}_of_{}", N, T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Vec::<T>::json_schema(generator);
        schema.insert("maxItems".to_owned(), N.into());
        schema
    }
}

impl<T: JsonSchema, const N: usize> JsonSchema for OneOrMore<T, N> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("one_or_{}", List::<T, N>::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = T::json_schema(generator);
        let list = List::<T, N>::json_schema(generator);
        json_schema!({ "anyOf": [one, list, { "type": "null" }] })
    }
}

impl<K: JsonSchema + Ord, V: JsonSchema, const N: usize> JsonSchema for Map<K, V, N> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("{}_by_{}", V::schema_name(), K::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = BTreeMap::<K, V>::json_schema(generator);
        schema.insert("maxProperties".to_owned(), N.into());
        schema
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_stops_at_the_maximum() {
        let list: Result<List<u32, 2>, _> = serde_json::from_str("[1, 2]");
        assert_eq!(&*list.unwrap(), [1, 2]);
        let list: Result<List<u32, 2>, _> = serde_json::from_str("[1, 2, 3, \"\"]");
        assert!(
            list.unwrap_err()
                .to_string()
                .starts_with("has more than 2 items")
        );
        let map: Result<Map<String, u32, 1>, _> = serde_json::from_str(r#"{"a": 1, "b": 2}"#);
        assert!(
            map.unwrap_err()
                .to_string()
                .starts_with("has more than 1 members")
        );
        let map: Result<Map<String, u32, 2>, _> = serde_json::from_str(r#"{"a": 1, "a": 2}"#);
        assert!(
            map.unwrap_err()
                .to_string()
                .starts_with("has a duplicate member")
        );
    }

    #[test]
    fn a_list_of_one_value_may_be_written_as_the_value() {
        let read = |text| serde_json::from_str::<OneOrMore<String, 2>>(text);
        assert_eq!(&*read("\"a\"").unwrap(), ["a"]);
        assert_eq!(&*read("[\"a\", \"b\"]").unwrap(), ["a", "b"]);
        assert!(read("null").unwrap().is_empty());
        assert!(read("[\"a\", \"b\", \"c\"]").is_err());
        let error = read("1").unwrap_err().to_string();
        assert!(error.contains("a string or a list of strings"), "{error}");
    }
}
