//! Serde adaptors: a type that reads from text and shows itself as text is written as that text.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use serde::de::Error as _;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

fn read<'de, T, D>(text: &str) -> Result<T, D::Error>
where
    T: FromStr<Err: Display>,
    D: Deserializer<'de>,
{
    text.parse().map_err(D::Error::custom)
}

pub(crate) fn serialize<T: Display, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}

pub(crate) fn deserialize<'de, T, D>(from: D) -> Result<T, D::Error>
where
    T: FromStr<Err: Display>,
    D: Deserializer<'de>,
{
    read::<T, D>(&String::deserialize(from)?)
}

/// The same for a list.
pub(crate) mod list {
    use super::{Deserialize, Deserializer, Display, FromStr, Serialize, Serializer, read};

    pub(crate) fn serialize<T: Display, S: Serializer>(values: &[T], to: S) -> Result<S::Ok, S::Error> {
        values.iter().map(ToString::to_string).collect::<Vec<_>>().serialize(to)
    }

    pub(crate) fn deserialize<'de, T, D>(from: D) -> Result<Vec<T>, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        Vec::<String>::deserialize(from)?.iter().map(|text| read::<T, D>(text)).collect()
    }
}

/// The same for a value that may be absent.
pub(crate) mod option {
    use super::{Deserialize, Deserializer, Display, FromStr, Serializer, read};

    #[expect(clippy::ref_option, reason = "serde hands the field over by reference")]
    pub(crate) fn serialize<T: Display, S: Serializer>(value: &Option<T>, to: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => to.collect_str(value),
            None => to.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, T, D>(from: D) -> Result<Option<T>, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        Option::<String>::deserialize(from)?.map(|text| read::<T, D>(&text)).transpose()
    }
}

/// The same for the keys of a table.
pub(crate) mod keys {
    use super::{BTreeMap, Deserialize, Deserializer, Display, FromStr, Serialize, SerializeMap, Serializer, read};

    pub(crate) fn serialize<K: Display, V: Serialize, S: Serializer>(
        table: &BTreeMap<K, V>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(table.len()))?;
        for (key, value) in table {
            map.serialize_entry(&key.to_string(), value)?;
        }
        map.end()
    }

    pub(crate) fn deserialize<'de, K, V, D>(from: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: FromStr<Err: Display> + Ord,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        let table = BTreeMap::<String, V>::deserialize(from)?;
        table.into_iter().map(|(key, value)| Ok((read::<K, D>(&key)?, value))).collect()
    }
}
