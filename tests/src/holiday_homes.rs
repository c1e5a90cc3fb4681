//! Holiday Homes under test.

use module_test::{DatabaseKind, Setup, TestSite};

/// Holiday Homes: its layout, files and migrations, with all modules.
pub struct HolidayHomes;

impl HolidayHomes {
    /// The site on a fresh database, to be described further and started.
    pub fn on(kind: DatabaseKind) -> Setup {
        TestSite::on(kind).site(holiday_homes::site()).setting("site_name", "Holiday Homes")
    }
}
