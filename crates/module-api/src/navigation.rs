//! A module's entries in the navigation that every page shows.

use std::borrow::Cow;

use crate::auth::SignedIn;

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
///
/// Everybody sees it, unless it is for some visitors only:
///
/// ```
/// use module_api::{NavigationItem, Visibility};
///
/// let item = NavigationItem::new("New letting", "lettings:add")
///     .for_permission("lettings.add_letting");
/// assert_eq!(item.visibility, Visibility::Permission("lettings.add_letting".into()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavigationItem {
    /// The text of the link.
    pub label: Cow<'static, str>,
    /// The name of the route it leads to, one without parameters.
    pub route: Cow<'static, str>,
    /// A sentence that describes the target. May be empty.
    pub summary: Cow<'static, str>,
    /// The weight: lighter items come first; of equal ones the link to the home page, then in the
    /// order of their modules.
    pub weight: i32,
    /// The visitors who see it. The page it leads to needs a guard all the same.
    pub visibility: Visibility,
}

/// The visitors who see a [`NavigationItem`].
///
/// ```
/// use module_api::Visibility;
/// use module_api::auth::SignedIn;
///
/// let anonymous = SignedIn::Nobody;
/// assert!(Visibility::SignedOut.includes(&anonymous));
/// assert!(!Visibility::Staff.includes(&anonymous));
/// assert!(!Visibility::Permission("lettings.add_letting".into()).includes(&anonymous));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Visibility {
    /// All visitors.
    #[default]
    Everybody,
    /// Users who are signed in.
    SignedIn,
    /// Visitors who are not signed in: on a site without accounts, all of them.
    SignedOut,
    /// Users who may enter the admin.
    Staff,
    /// Users who have the permission of that name: `lettings.add_letting`.
    Permission(Cow<'static, str>),
}

impl Visibility {
    /// Returns `true` if a visitor sees the item. While the database is unavailable, items that
    /// depend on the user are hidden.
    pub fn includes(&self, visitor: &SignedIn) -> bool {
        match self {
            Self::Everybody => true,
            Self::SignedIn => visitor.user().is_some(),
            Self::SignedOut => matches!(visitor, SignedIn::Nobody),
            Self::Staff => visitor.user().is_some_and(|user| user.is_staff),
            Self::Permission(name) => visitor.user().is_some_and(|user| user.has_permission(name)),
        }
    }
}

impl NavigationItem {
    /// A link with that text to the route of that name. Its weight is 0.
    pub fn new(label: impl Into<Cow<'static, str>>, route: impl Into<Cow<'static, str>>) -> Self {
        Self {
            label: label.into(),
            route: route.into(),
            summary: "".into(),
            weight: 0,
            visibility: Visibility::Everybody,
        }
    }

    /// Sets the sentence that describes the target.
    pub fn summary(mut self, summary: impl Into<Cow<'static, str>>) -> Self {
        self.summary = summary.into();
        self
    }

    /// Sets the weight.
    pub fn weight(mut self, weight: i32) -> Self {
        self.weight = weight;
        self
    }

    /// Shows it to users who are signed in only.
    pub fn for_signed_in(mut self) -> Self {
        self.visibility = Visibility::SignedIn;
        self
    }

    /// Shows it to visitors who are not signed in only.
    pub fn for_signed_out(mut self) -> Self {
        self.visibility = Visibility::SignedOut;
        self
    }

    /// Shows it to users who may enter the admin only.
    pub fn for_staff(mut self) -> Self {
        self.visibility = Visibility::Staff;
        self
    }

    /// Shows it to users who have the permission of that name only.
    pub fn for_permission(mut self, permission: impl Into<Cow<'static, str>>) -> Self {
        self.visibility = Visibility::Permission(permission.into());
        self
    }
}
