//! A module's entries in the navigation that every page shows.

use std::borrow::Cow;

/// A link in the site's navigation, shown while its module is active.
///
/// ```
/// use module_api::NavigationItem;
///
/// let item = NavigationItem::new("Lettings", "lettings:index")
///     .summary("Homes to rent for a week or a season.")
///     .weight(10);
/// assert_eq!(item.label, "Lettings");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavigationItem {
    /// The text of the link.
    pub label: Cow<'static, str>,
    /// The name of the route it leads to, one without parameters.
    pub route: Cow<'static, str>,
    /// One sentence on what is found there. May be empty.
    pub summary: Cow<'static, str>,
    /// Its place: lighter items come first; of equal ones that to the home page, then in the order of
    /// their modules.
    pub weight: i32,
}

impl NavigationItem {
    /// A link with that text to the route of that name. Its weight is 0.
    pub fn new(label: impl Into<Cow<'static, str>>, route: impl Into<Cow<'static, str>>) -> Self {
        Self { label: label.into(), route: route.into(), summary: "".into(), weight: 0 }
    }

    /// Sets the sentence that says what is found there.
    pub fn summary(mut self, summary: impl Into<Cow<'static, str>>) -> Self {
        self.summary = summary.into();
        self
    }

    /// Sets its place among the others.
    pub fn weight(mut self, weight: i32) -> Self {
        self.weight = weight;
        self
    }
}
