//! How a page is looked at: on what, and in which colours.

use std::fmt;

/// A window and a colour scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// The width of the window, in CSS pixels.
    pub width: u32,
    /// `true` if the visitor prefers dark pages.
    pub dark: bool,
}

impl Look {
    /// A phone, by day.
    pub const PHONE: Self = Self { width: 360, dark: false };
    /// A phone, by night.
    pub const PHONE_DARK: Self = Self { width: 360, dark: true };
    /// A computer, by day: what a browser begins with.
    pub const DESKTOP: Self = Self { width: 1280, dark: false };
    /// A computer, by night.
    pub const DESKTOP_DARK: Self = Self { width: 1280, dark: true };

    /// All of them.
    pub const ALL: [Self; 4] = [Self::PHONE, Self::PHONE_DARK, Self::DESKTOP, Self::DESKTOP_DARK];

    pub(crate) const fn is_phone(self) -> bool {
        self.width < 600
    }

    pub(crate) const fn height(self) -> u32 {
        if self.is_phone() { 740 } else { 800 }
    }
}

impl fmt::Display for Look {
    /// `360-dark`, as in names of files.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.width, if self.dark { "dark" } else { "light" })
    }
}
