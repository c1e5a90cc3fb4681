//! Mounts of the modules.

use module_api::Problem;

use crate::planned::{PlannedModule, PlannedModules};
use crate::settings::Settings;

/// Sets the mount of each module: the setting `mount`, or the module's default.
pub(super) fn place(
    modules: Vec<PlannedModule>,
    settings: &Settings,
    problems: &mut Vec<Problem>,
) -> PlannedModules {
    let place = |module: PlannedModule| {
        let name = module.name();
        let set = settings.figment.extract_inner::<String>(&format!("modules.{name}.mount")).ok();
        let by = if set.is_some() { "the settings mount" } else { "Module::mount puts" };
        let mount = set.unwrap_or_else(|| module.registration.module.mount().into_owned());
        let Some(mount) = normalized(&mount) else {
            let message = format!("{by} `{name}` at `{mount}`, which is no path to mount at");
            let hint = "a mount is `/` or parts such as `/holiday/stays`, of letters, digits, \
                        `-`, `_`, `~` and `.`";
            problems.push(Problem::error("modules.E008", message).module(name).hint(hint));
            return PlannedModule { mount: format!("/{name}"), ..module };
        };
        PlannedModule { mount, ..module }
    };
    modules.into_iter().map(place).collect::<Vec<_>>().into()
}

/// A mount without a trailing `/`; `None` if it is not valid.
fn normalized(mount: &str) -> Option<String> {
    let inner = mount.strip_prefix('/')?;
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    if inner.is_empty() {
        return (mount == "/").then(|| mount.to_owned());
    }
    let is_part = |part: &str| {
        !matches!(part, "" | "." | "..")
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_~.".contains(&b))
    };
    inner.split('/').all(is_part).then(|| format!("/{inner}"))
}

/// Returns `true` if `path` is at or below `mount`.
pub(super) fn contains(mount: &str, path: &str) -> bool {
    let path = path.trim_end_matches('/');
    match path.strip_prefix(mount.trim_end_matches('/')) {
        Some(rest) => rest.is_empty() || rest.starts_with('/'),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_is_a_path_of_plain_parts() {
        assert_eq!(normalized("/").as_deref(), Some("/"));
        assert_eq!(normalized("/stays/").as_deref(), Some("/stays"));
        assert_eq!(normalized("/holiday/stays").as_deref(), Some("/holiday/stays"));
        for bad in ["", "stays", "//", "//evil", "/a//b", "/<id>", "/a b", "/..", "/a/./b", "/a?b"]
        {
            assert_eq!(normalized(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_mount_contains_what_is_below_it_and_not_what_only_begins_alike() {
        assert!(contains("/lettings", "/lettings"));
        assert!(contains("/lettings", "/lettings/new"));
        assert!(contains("/", "/anything"));
        assert!(!contains("/lettings", "/lettings-old"));
        assert!(!contains("/lettings", "/"));
    }
}
