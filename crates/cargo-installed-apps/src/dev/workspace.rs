//! The packages that a site is built from, and the folders of their files, from Cargo's metadata.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::cargo;
use super::effect::is_skipped;
use crate::error::Error;

/// The site's local packages: dependencies of its program in folders, not on the registry.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Workspace {
    /// The folder of the workspace, with `target`, `Cargo.lock` and `.cargo`.
    root: PathBuf,
    target: PathBuf,
    packages: BTreeSet<PathBuf>,
}

impl Workspace {
    /// Reads the packages of the site in this folder.
    ///
    /// # Errors
    ///
    /// Cargo cannot read a manifest.
    pub(super) fn read(site: &Path) -> Result<Self, Error> {
        let metadata = cargo::metadata(site)?;
        Self::of(&metadata, site)
            .ok_or_else(|| Error::Cargo("its metadata is incomplete".to_owned()))
    }

    fn of(metadata: &Value, site: &Path) -> Option<Self> {
        let path = |value: &Value| value.as_str().map(PathBuf::from);
        let all = metadata["packages"].as_array()?;
        let local = all.iter().filter(|package| package["source"].is_null());
        let mut folders: BTreeMap<&str, PathBuf> = BTreeMap::new();
        for package in local {
            let manifest = path(&package["manifest_path"])?;
            folders.insert(package["id"].as_str()?, manifest.parent()?.to_owned());
        }
        let nodes = metadata["resolve"]["nodes"].as_array()?;
        let nodes: BTreeMap<&str, &Value> =
            nodes.iter().filter_map(|node| Some((node["id"].as_str()?, node))).collect();
        let (first, _) = folders.iter().find(|(_, folder)| *folder == site)?;
        let (mut waiting, mut known) = (vec![*first], BTreeSet::new());
        while let Some(id) = waiting.pop() {
            if known.insert(id) {
                let needed =
                    nodes.get(id)?["deps"].as_array()?.iter().filter(|node| is_built(node));
                let needed = needed.filter_map(|node| node["pkg"].as_str());
                waiting.extend(needed.filter(|id| folders.contains_key(id)));
            }
        }
        Some(Self {
            root: path(&metadata["workspace_root"])?,
            target: path(&metadata["target_directory"])?,
            packages: known.into_iter().map(|id| folders[id].clone()).collect(),
        })
    }

    /// The folder of the package that a file belongs to, or that of the workspace.
    pub(super) fn package_of(&self, file: &Path) -> &Path {
        let packages = self.packages.iter().filter(|package| file.starts_with(package));
        packages.max_by_key(|package| package.components().count()).unwrap_or(&self.root)
    }

    /// All folders with files that may have an effect.
    pub(super) fn folders(&self) -> Vec<PathBuf> {
        let mut folders = vec![self.root.clone(), self.root.join(".cargo")];
        folders.retain(|folder| folder.is_dir());
        let mut waiting: Vec<PathBuf> = self.packages.iter().cloned().collect();
        while let Some(folder) = waiting.pop() {
            let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
            waiting.extend(entries.filter_map(|entry| {
                let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                let path = entry.path();
                // Other packages are watched as such, if the program depends on them.
                let is_watched = is_folder
                    && !is_skipped(&entry.file_name())
                    && path != self.target
                    && !path.join("Cargo.toml").exists();
                is_watched.then_some(path)
            }));
            folders.push(folder);
        }
        folders.sort();
        folders.dedup();
        folders
    }
}

/// Returns `true` if a dependency is part of the program, not only of tests.
fn is_built(dependency: &Value) -> bool {
    let kinds = dependency["dep_kinds"].as_array();
    kinds.is_none_or(|kinds| kinds.iter().any(|kind| kind["kind"] != "dev"))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use serde_json::json;

    use super::Workspace;

    fn workspace(root: &Path) -> Workspace {
        let package = |id: &str, folder: &str| json!({ "id": id, "source": null, "manifest_path": root.join(folder).join("Cargo.toml") });
        let needs =
            |id: &str, kind: Option<&str>| json!({ "pkg": id, "dep_kinds": [{ "kind": kind }] });
        let metadata = json!({
            "packages": [
                package("site", ""), package("news", "modules/news"), package("kit", "modules/kit"),
                package("other", "modules/other"),
                { "id": "rocket", "source": "registry", "manifest_path": "/rocket/Cargo.toml" },
            ],
            "resolve": { "nodes": [
                { "id": "site", "deps": [needs("news", None), needs("kit", Some("dev"))] },
                { "id": "news", "deps": [needs("rocket", None)] },
                { "id": "kit", "deps": [] },
                { "id": "other", "deps": [] },
                { "id": "rocket", "deps": [] },
            ] },
            "workspace_root": root,
            "target_directory": root.join("built"),
        });
        Workspace::of(&metadata, root).unwrap()
    }

    #[test]
    fn packages_of_the_program_are_watched_and_no_others() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for path in ["src/pages", "built/debug", "target", ".git", ".cargo", "docs"] {
            fs::create_dir_all(root.join(path)).unwrap();
        }
        for package in ["news", "kit", "other"] {
            let package = root.join("modules").join(package);
            fs::create_dir_all(package.join("src")).unwrap();
            fs::write(package.join("Cargo.toml"), "").unwrap();
        }
        let folders = workspace(root).folders();
        let below: Vec<&Path> =
            folders.iter().map(|path| path.strip_prefix(root).unwrap()).collect();
        let expected = [
            "",
            ".cargo",
            "docs",
            "modules",
            "modules/news",
            "modules/news/src",
            "src",
            "src/pages",
        ];
        assert_eq!(below, expected.map(Path::new));
    }

    #[test]
    fn a_file_belongs_to_the_innermost_package() {
        let workspace = workspace(Path::new("/site"));
        for (file, package) in [
            ("/site/modules/news/tests/pages.rs", "/site/modules/news"),
            ("/site/src/lib.rs", "/site"),
            ("/elsewhere/Cargo.lock", "/site"),
        ] {
            assert_eq!(workspace.package_of(Path::new(file)), PathBuf::from(package), "{file}");
        }
    }
}
