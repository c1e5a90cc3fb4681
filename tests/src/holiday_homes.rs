//! Holiday Homes under test.

use host::Registry;
use module_test::{DatabaseKind, Setup, TestSite};

/// The modules that the site ships with. Tests list them, so that an additional linked module does
/// not affect them.
const SHIPPED: [&str; 6] = ["accounts", "admin", "bookings", "home", "lettings", "profiles"];

/// Holiday Homes: its layout, files and migrations, with the modules it ships with.
pub struct HolidayHomes;

impl HolidayHomes {
    /// The modules that the site ships with.
    pub fn modules() -> Registry {
        Registry::linked().only(&SHIPPED)
    }

    /// Describes the site on a fresh database.
    pub fn on(kind: DatabaseKind) -> Setup {
        TestSite::on(kind)
            .site(holiday_homes::site())
            .only(&SHIPPED)
            .setting("site_name", "Holiday Homes")
    }
}
