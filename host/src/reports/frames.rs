//! Stack traces of reports: the frames of this thread, and those of the site's own code.

use sentry::integrations::backtrace::current_stacktrace;
use sentry::protocol::{Frame, Stacktrace};

use crate::planned::PlannedModules;

/// The crates of the engine, by the names of their libraries.
const ENGINE: [&str; 9] = [
    "db",
    "fixtures",
    "host",
    "mail",
    "migrate",
    "model",
    "module_api",
    "module_macros",
    "module_test",
];

/// Prefixes of the names of functions that report an error or a panic: traces end before them.
const REPORTING: [&str; 9] = [
    "core::option::expect_failed",
    "core::option::unwrap_failed",
    "core::panicking::",
    "core::result::unwrap_failed",
    "rustc::rust_begin_unwind",
    "rust_begin_unwind",
    "std::panicking::begin_panic",
    "std::panicking::panic",
    "tracing_core::event::Event::dispatch",
];

/// The folders of other crates' sources, in the paths of debug information.
const OTHERS: [&str; 3] = ["/rustc/", "/registry/src/", "/git/checkouts/"];

/// A place in the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    file: String,
    line: u64,
    column: u64,
}

impl Place {
    pub(super) fn new(file: &str, line: u32, column: u32) -> Self {
        Self { file: file.to_owned(), line: line.into(), column: column.into() }
    }

    /// Reads `modules/lettings/src/routes.rs:20:9`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (rest, column) = text.rsplit_once(':')?;
        let (file, line) = rest.rsplit_once(':')?;
        Some(Self { file: file.to_owned(), line: line.parse().ok()?, column: column.parse().ok()? })
    }
}

/// Creates stack traces of this program.
pub(super) struct Frames {
    /// The crates whose functions are the site's own.
    own: Vec<String>,
}

impl Frames {
    /// Classifies the crates of the engine, the site and its modules as the site's own.
    pub(super) fn of(site: &str, modules: &PlannedModules) -> Self {
        let engine = ENGINE.map(str::to_owned);
        let modules = modules.iter().map(|module| module.registration.crate_name());
        Self { own: engine.into_iter().chain([site.replace('-', "_")]).chain(modules).collect() }
    }

    /// The stack trace of this thread, the innermost frame last, up to the one that logs or panics; and the
    /// place of the error, if it is known.
    pub(super) fn here(&self, place: Option<Place>) -> Option<Stacktrace> {
        let mut frames = current_stacktrace().map(|trace| trace.frames).unwrap_or_default();
        let reporting = frames.iter().position(|frame| function(frame).is_some_and(is_reporting));
        frames.truncate(reporting.unwrap_or(frames.len()));
        // Inlined code of the logging macro has a function without a path.
        while frames.last().is_some_and(|frame| is_in(frame, "/tracing-0")) {
            frames.pop();
        }
        for frame in &mut frames {
            frame.package = function(frame).and_then(crate_of).map(str::to_owned);
            frame.in_app = Some(self.is_own(frame));
        }
        if let Some(place) = place {
            let there = frames.iter().rposition(|frame| is_at(frame, &place));
            frames.truncate(there.map_or(frames.len(), |there| there + 1));
            match frames.last_mut().filter(|_| there.is_some()) {
                Some(innermost) => innermost.filename = Some(place.file),
                None => frames.push(Frame {
                    filename: Some(place.file),
                    lineno: Some(place.line),
                    colno: Some(place.column),
                    in_app: Some(true),
                    ..Frame::default()
                }),
            }
        }
        (!frames.is_empty()).then(|| Stacktrace { frames, ..Stacktrace::default() })
    }

    /// Returns `true` if a frame is of the site's own code (in-app): by its crate, or by its file
    /// if the function was inlined and has no path.
    fn is_own(&self, frame: &Frame) -> bool {
        match &frame.package {
            Some(name) => self.own.contains(name),
            None => frame.abs_path.is_some() && !OTHERS.iter().any(|place| is_in(frame, place)),
        }
    }
}

/// The name of a frame's function, if the program has debug symbols.
fn function(frame: &Frame) -> Option<&str> {
    frame.function.as_deref().filter(|name| *name != "<unknown>")
}

/// A function's name without the prefix of a trait implementation.
fn path(function: &str) -> &str {
    let path = function.trim_start_matches(['<', '_', '&', '*', '(', '[']);
    path.strip_prefix("dyn ").unwrap_or(path)
}

fn is_reporting(function: &str) -> bool {
    let path = path(function);
    REPORTING.iter().any(|beginning| path.starts_with(beginning))
}

fn is_in(frame: &Frame, place: &str) -> bool {
    frame.abs_path.as_ref().is_some_and(|path| path.contains(place))
}

fn crate_of(function: &str) -> Option<&str> {
    let path = path(function);
    let end = path.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    path[end..].starts_with("::").then(|| &path[..end])
}

fn is_at(frame: &Frame, place: &Place) -> bool {
    frame.lineno == Some(place.line)
        && frame.abs_path.as_ref().is_some_and(|path| path.ends_with(&place.file))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::process::Command;

    use super::{ENGINE, Frames, Place, crate_of, is_reporting};

    /// The libraries of the workspace's packages in `host/` and `crates/`.
    #[test]
    fn the_crates_of_the_engine_are_those_of_its_folders() {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
            .args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")])
            .output()
            .unwrap();
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let root = metadata["workspace_root"].as_str().unwrap();
        let is_of_engine = |target: &&serde_json::Value| {
            let source = target["src_path"].as_str().unwrap().strip_prefix(root).unwrap();
            let is_library = source.ends_with("/src/lib.rs");
            is_library && (source.starts_with("/host/") || source.starts_with("/crates/"))
        };
        let packages = metadata["packages"].as_array().unwrap().iter();
        let targets = packages.flat_map(|package| package["targets"].as_array().unwrap());
        let libraries: BTreeSet<&str> =
            targets.filter(is_of_engine).map(|target| target["name"].as_str().unwrap()).collect();
        assert_eq!(BTreeSet::from(ENGINE), libraries);
    }

    #[test]
    fn a_function_is_of_the_crate_that_its_name_begins_with() {
        for (function, expected) in [
            ("lettings::routes::index::{{closure}}", Some("lettings")),
            ("<lettings::Lettings as module_api::module::Module>::routes", Some("lettings")),
            ("<&dyn rocket::route::handler::Handler as core::fmt::Debug>::fmt", Some("rocket")),
            ("main", None),
            ("__libc_start_main", None),
        ] {
            assert_eq!(crate_of(function), expected, "{function}");
        }
        assert!(is_reporting("__rustc::rust_begin_unwind"));
        assert!(!is_reporting("std::panicking::catch_unwind::do_call"));
    }

    #[test]
    fn a_place_is_read_as_it_is_written() {
        let place = Place::new("modules/a/src/b.rs", 20, 9);
        assert_eq!(Place::parse("modules/a/src/b.rs:20:9"), Some(place));
        assert_eq!(Place::parse("b.rs:9"), None);
    }

    #[test]
    fn frames_lead_to_whoever_asks_and_then_to_the_place() {
        let frames = Frames { own: vec!["lettings".to_owned()] };
        let place = Place::new("modules/lettings/src/routes.rs", 7, 5);
        let trace = frames.here(Some(place)).unwrap();
        let innermost = trace.frames.last().unwrap();
        let file = innermost.filename.as_deref();
        assert_eq!((file, innermost.lineno), (Some("modules/lettings/src/routes.rs"), Some(7)));
        assert_eq!(innermost.in_app, Some(true));
        let threads = |frame: &&sentry::protocol::Frame| {
            frame.function.as_deref().is_some_and(|name| name.starts_with("std::"))
        };
        let outer = trace.frames.iter().find(threads).unwrap();
        assert_eq!((outer.in_app, outer.package.as_deref()), (Some(false), Some("std")));
    }
}
