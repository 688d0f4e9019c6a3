//! Places in a registry file.

use core::fmt;

/// A place in a registry file, and in the records that come from one, such as `application[2].authorize[0].scopes[1]`.
///
/// ```
/// use m2m_authority::registry::{Path, Record};
///
/// let path = Path::of(Record::Application, 2).member("authorize").item(0).member("scopes").item(1);
/// assert_eq!(path.to_string(), "application[2].authorize[0].scopes[1]");
/// assert_eq!(path.field(), Some("authorize"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Path(Vec<Step>);

/// One step of a [`Path`].
///
/// Exhaustive: a program that finds places in a file has to handle every step.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// Into the member of this name.
    Member(Box<str>),
    /// To the item at this position of a list, counted from 0.
    Item(usize),
}

/// A list of records in a registry file.
///
/// Exhaustive: a program that reads or writes records has to handle every kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Record {
    /// `[[api]]`.
    Api,
    /// `[[organization]]`.
    Organization,
    /// `[[property]]`.
    Property,
    /// `[[application]]`.
    Application,
}

impl Record {
    /// All lists, in the order of a file.
    pub const ALL: [Self; 4] = [
        Self::Api,
        Self::Organization,
        Self::Property,
        Self::Application,
    ];

    /// The name of the list in a file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Organization => "organization",
            Self::Property => "property",
            Self::Application => "application",
        }
    }
}

impl Path {
    /// The record at this position of its list, counted from 0.
    #[must_use]
    pub fn of(record: Record, index: usize) -> Self {
        Self::default().member(record.as_str()).item(index)
    }

    /// The member of this name in the value at this place.
    #[must_use]
    pub fn member(mut self, name: &str) -> Self {
        self.0.push(Step::Member(name.into()));
        self
    }

    /// The item at this position, counted from 0, of the list at this place.
    #[must_use]
    pub fn item(mut self, index: usize) -> Self {
        self.0.push(Step::Item(index));
        self
    }

    /// The steps from the top of the file.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The record that the place is in.
    #[must_use]
    pub fn record(&self) -> Option<(Record, usize)> {
        let [Step::Member(list), Step::Item(index), ..] = &*self.0 else {
            return None;
        };
        let record = Record::ALL.into_iter().find(|own| own.as_str() == &**list);
        record.map(|record| (record, *index))
    }

    /// The same place in the record at another position of the list.
    #[must_use]
    pub fn in_record(mut self, index: usize) -> Self {
        if let Some(Step::Item(own)) = self.0.get_mut(1) {
            *own = index;
        }
        self
    }

    /// The field of the record that the place is in.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self.0.get(2) {
            Some(Step::Member(name)) => Some(name),
            Some(Step::Item(_)) | None => None,
        }
    }
}

impl FromIterator<Step> for Path {
    fn from_iter<I: IntoIterator<Item = Step>>(steps: I) -> Self {
        Self(steps.into_iter().collect())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Member(name) if position == 0 => f.write_str(name)?,
                Step::Member(name) => write!(f, ".{name}")?,
                Step::Item(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
