//! The looks of a page: window sizes and colour schemes.

use std::fmt;

/// A window and a colour scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// The width of the window, in CSS pixels.
    pub width: u32,
    /// `true` for a dark colour scheme.
    pub dark: bool,
}

impl Look {
    /// A phone with a light colour scheme.
    pub const PHONE: Self = Self { width: 360, dark: false };
    /// A phone with a dark colour scheme.
    pub const PHONE_DARK: Self = Self { width: 360, dark: true };
    /// A desktop with a light colour scheme, the browser's default.
    pub const DESKTOP: Self = Self { width: 1280, dark: false };
    /// A desktop with a dark colour scheme.
    pub const DESKTOP_DARK: Self = Self { width: 1280, dark: true };

    /// All looks.
    pub const ALL: [Self; 4] = [Self::PHONE, Self::PHONE_DARK, Self::DESKTOP, Self::DESKTOP_DARK];

    pub(crate) const fn is_phone(self) -> bool {
        self.width < 600
    }

    pub(crate) const fn height(self) -> u32 {
        if self.is_phone() { 740 } else { 800 }
    }
}

impl fmt::Display for Look {
    /// Formats `360-dark`, as in names of files.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.width, if self.dark { "dark" } else { "light" })
    }
}
