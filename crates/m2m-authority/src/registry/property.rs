//! A property that applications can carry.

/// The definition of a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// The key by which applications and tokens name it; unique.
    pub key: Box<str>,
    /// The name that people see.
    pub name: Box<str>,
    /// What it is for, for people.
    pub description: Box<str>,
    /// Whether only operators see its values. A private property never goes into a token.
    pub private: bool,
    /// How its values are entered.
    pub kind: PropertyKind,
    /// What has values of it.
    pub context: PropertyContext,
    /// The category that it stands in, in the words of whoever made it.
    pub category_id: Option<Box<str>>,
}

/// How values of a property are entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PropertyKind {
    /// In one line.
    #[default]
    SingleLineText,
    /// In several.
    MultiLineText,
}

/// What has values of a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PropertyContext {
    /// Applications.
    #[default]
    Application,
    /// Organizations.
    Organization,
    /// Users.
    User,
}

impl Property {
    /// A property of applications that everybody may see, in one line.
    #[must_use]
    pub fn new(key: &str, name: &str) -> Self {
        Self {
            key: key.into(),
            name: name.into(),
            description: Box::default(),
            private: false,
            kind: PropertyKind::default(),
            context: PropertyContext::default(),
            category_id: None,
        }
    }
}

impl PropertyKind {
    /// The word for it, as in `single_line_text`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SingleLineText => "single_line_text",
            Self::MultiLineText => "multi_line_text",
        }
    }

    /// What the word stands for.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::SingleLineText, Self::MultiLineText]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

impl PropertyContext {
    /// The word for it, as in `app`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Application => "app",
            Self::Organization => "org",
            Self::User => "usr",
        }
    }

    /// What the word stands for.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Application, Self::Organization, Self::User]
            .into_iter()
            .find(|context| context.as_str() == word)
    }
}
