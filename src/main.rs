//! The program `holiday-homes`: serves the site, or runs one of its commands.

fn main() -> std::process::ExitCode {
    holiday_homes::site().run()
}
