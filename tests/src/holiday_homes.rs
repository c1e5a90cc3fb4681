//! Holiday Homes under test.

use host::Registry;
use module_test::{DatabaseKind, Setup, TestSite};

/// The modules that the site ships with. Tests state them, so that another that is linked beside them
/// changes no test.
const SHIPPED: [&str; 6] = ["accounts", "admin", "bookings", "home", "lettings", "profiles"];

/// Holiday Homes: its layout, files and migrations, with the modules it ships with.
pub struct HolidayHomes;

impl HolidayHomes {
    /// The modules that the site ships with.
    pub fn modules() -> Registry {
        Registry::linked().only(&SHIPPED)
    }

    /// The site on a fresh database, to be described further and started.
    pub fn on(kind: DatabaseKind) -> Setup {
        TestSite::on(kind)
            .site(holiday_homes::site())
            .only(&SHIPPED)
            .setting("site_name", "Holiday Homes")
    }
}
