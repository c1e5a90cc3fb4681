//! All assets of a site, under their plain names and those with a hash of their content.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use minijinja::Value;
use module_api::{Files, Problem, embed};
use rocket::http::ContentType;
use sha2::{Digest, Sha256};

use super::encoding::{self, Encoded};
use super::{PREFIX, css};
use crate::planned::PlannedModules;
use crate::site::Site;

/// A file and its names.
#[derive(Debug)]
pub(crate) struct Asset {
    /// The plain name: `lettings/index.css`.
    pub(crate) name: String,
    /// The name with the hash: `lettings/index.0123456789ab.css`.
    pub(crate) hashed_name: String,
    /// The hash of the content, in hexadecimal digits.
    pub(crate) hash: String,
    pub(crate) content_type: ContentType,
    pub(crate) content: Cow<'static, [u8]>,
    encoded: OnceLock<Encoded>,
}

/// The kind of name by which an asset was requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    /// With the hash of its content: immutable.
    ByHash,
    /// Without a hash.
    Plainly,
    /// With the hash of another content, as in pages of another release.
    ByOtherHash,
}

/// The namespace of the site's own assets.
const SITE: &str = "site";

type Contents = BTreeMap<String, Cow<'static, [u8]>>;

/// The assets of a site.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    by_name: BTreeMap<String, Arc<Asset>>,
    by_hashed_name: HashMap<String, Arc<Asset>>,
    /// The addresses of assets as template values, by plain name.
    addresses: HashMap<String, Value>,
    namespaces: Vec<(&'static str, Files)>,
}

impl Catalog {
    /// Collects the assets of the host, the site and the active modules.
    pub(crate) fn collect(
        modules: &PlannedModules,
        site: &Site,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let own = [("host", embed!("assets")), (SITE, site.assets)];
        let active = modules.active();
        let of_modules = active.map(|m| (m.name(), m.registration.module.assets()));
        Self::of(own.into_iter().chain(of_modules).collect(), problems)
    }

    /// Reads the same assets from disk again.
    pub(super) fn reread(&self) -> Self {
        Self::of(self.namespaces.clone(), &mut Vec::new())
    }

    /// Collects the assets of these namespaces.
    pub(super) fn of(namespaces: Vec<(&'static str, Files)>, problems: &mut Vec<Problem>) -> Self {
        let mut catalog = Self::default();
        let mut overrides = overrides(&namespaces);
        for (namespace, files) in &namespaces {
            let mut names = files.names();
            if *namespace == SITE {
                names.retain(|name| !is_override(name, &namespaces));
            }
            for pair in names.windows(2).filter(|pair| pair[0] == pair[1]) {
                let message = format!("`{namespace}` has two assets of the name `{}`", pair[0]);
                let hint = "rename one of them";
                let problem = Problem::error("assets.E001", message).module(*namespace);
                problems.push(problem.hint(hint));
            }
            let mut contents: Contents =
                names.into_iter().filter_map(|name| files.read(&name).map(|c| (name, c))).collect();
            contents.extend(overrides.remove(namespace).unwrap_or_default());
            catalog.add(namespace, contents, problems);
        }
        catalog.namespaces = namespaces;
        catalog
    }

    fn add(
        &mut self,
        namespace: &'static str,
        mut contents: Contents,
        problems: &mut Vec<Problem>,
    ) {
        let names: Vec<String> = contents.keys().cloned().collect();
        let (styles, others): (Vec<String>, Vec<String>) =
            names.into_iter().partition(|name| name.ends_with(".css"));
        let mut hashed = HashMap::new();
        for name in others {
            let content = contents.remove(&name).expect("each name has a content");
            let asset = Asset::new(namespace, &name, content);
            hashed.insert(name, asset.hashed_name.clone());
            self.insert(asset, namespace, problems);
        }
        // A stylesheet's hash depends on the names it refers to, so those come first.
        for (name, content) in css::rewrite(namespace, &styles, contents, hashed, problems) {
            self.insert(Asset::new(namespace, &name, content), namespace, problems);
        }
    }

    fn insert(&mut self, asset: Asset, namespace: &'static str, problems: &mut Vec<Problem>) {
        let asset = Arc::new(asset);
        let address = Value::from_safe_string(address(&asset.hashed_name));
        self.addresses.insert(asset.name.clone(), address);
        let plain = self.by_name.insert(asset.name.clone(), Arc::clone(&asset));
        let hashed = self.by_hashed_name.insert(asset.hashed_name.clone(), Arc::clone(&asset));
        let taken = self.by_name.contains_key(&asset.hashed_name)
            || self.by_hashed_name.contains_key(&asset.name);
        if plain.is_some() || hashed.is_some() || taken {
            let message = format!("two assets would be served as {PREFIX}{}", asset.hashed_name);
            let problem = Problem::error("assets.E001", message).module(namespace);
            problems.push(problem.hint("rename one of them"));
        }
    }

    /// The asset with a name, plain or with a hash.
    pub(crate) fn find(&self, name: &str) -> Option<(&Arc<Asset>, Named)> {
        if let Some(asset) = self.by_hashed_name.get(name) {
            return Some((asset, Named::ByHash));
        }
        if let Some(asset) = self.by_name.get(name) {
            return Some((asset, Named::Plainly));
        }
        self.by_name.get(&without_hash(name)?).map(|asset| (asset, Named::ByOtherHash))
    }

    /// The address of an asset by its plain name: `/static/lettings/index.0123456789ab.css`.
    pub(crate) fn address(&self, name: &str) -> Option<&Value> {
        self.addresses.get(name)
    }

    /// All plain names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.by_name.keys().map(String::as_str)
    }

    /// All assets.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Asset>> {
        self.by_name.values()
    }

    /// The folders that a debug build watches.
    pub(crate) fn directories(&self) -> impl Iterator<Item = &'static Path> {
        self.namespaces.iter().filter_map(|(_, files)| files.directory())
    }

    /// Returns the file of an asset on disk in a debug build.
    pub(crate) fn file(&self, asset: &Asset) -> Option<PathBuf> {
        let (namespace, path) = asset.name.split_once('/')?;
        let (_, files) = self.namespaces.iter().find(|(known, _)| *known == namespace)?;
        files.directory().map(|directory| directory.join(path))
    }
}

/// Returns `true` if an asset of the site is in a folder named like the host or an active module, and so
/// overrides the asset of that name there.
fn is_override(name: &str, namespaces: &[(&'static str, Files)]) -> bool {
    let folder = name.split_once('/').map(|(folder, _)| folder);
    folder.is_some_and(|folder| folder != SITE && namespaces.iter().any(|(n, _)| *n == folder))
}

/// The assets of the site that override others, by the namespace of these.
fn overrides(namespaces: &[(&'static str, Files)]) -> BTreeMap<&'static str, Contents> {
    let mut found = BTreeMap::<_, Contents>::new();
    let Some((_, site)) = namespaces.iter().find(|(namespace, _)| *namespace == SITE) else {
        return found;
    };
    for name in site.names().into_iter().filter(|name| is_override(name, namespaces)) {
        let (folder, file) = name.split_once('/').expect("it is in the folder of a namespace");
        let owner = namespaces.iter().find(|(namespace, _)| *namespace == folder);
        if let (Some((owner, _)), Some(content)) = (owner, site.read(&name)) {
            found.entry(*owner).or_default().insert(file.to_owned(), content);
        }
    }
    found
}

impl Asset {
    fn new(namespace: &str, path: &str, content: Cow<'static, [u8]>) -> Self {
        let hash = hash(&content);
        let content_type = content_type(path);
        let hashed_name = format!("{namespace}/{}", with_hash(path, &hash));
        Self {
            name: format!("{namespace}/{path}"),
            encoded: OnceLock::new(),
            hashed_name,
            hash,
            content_type,
            content,
        }
    }

    /// The compressed forms, made on demand: compressing all assets would take half of the time of a
    /// start.
    pub(crate) fn encoded(&self) -> &Encoded {
        self.encoded.get_or_init(|| encoding::encode(&self.content_type, &self.content))
    }

    pub(super) fn is_encoded(&self) -> bool {
        self.encoded.get().is_some()
    }
}

/// The address of a name, each part percent-encoded.
fn address(name: &str) -> String {
    const PART: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~')
        .remove(b'/');
    format!("{PREFIX}{}", percent_encoding::utf8_percent_encode(name, PART))
}

/// The first 16 bytes of SHA-256, in hexadecimal digits.
pub(super) fn hash(content: &[u8]) -> String {
    hex::encode(&Sha256::digest(content)[..16])
}

/// The number of digits of a hash in a name.
const HASH: usize = 12;

/// Returns `css/index.css` with the first digits of a hash before its extension.
pub(super) fn with_hash(path: &str, hash: &str) -> String {
    let hash = &hash[..HASH];
    let file = path.rfind('/').map_or(0, |slash| slash + 1);
    match path[file..].rfind('.').filter(|dot| *dot > 0) {
        Some(dot) => format!("{}.{hash}{}", &path[..file + dot], &path[file + dot..]),
        None => format!("{path}.{hash}"),
    }
}

/// The plain name of one from [`with_hash`], for any hash.
fn without_hash(name: &str) -> Option<String> {
    let is_hash = |part: &str| {
        part.len() == HASH && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let (front, last) = name.rsplit_once('.')?;
    if is_hash(last) {
        return Some(front.to_owned());
    }
    let (front, hash) = front.rsplit_once('.')?;
    is_hash(hash).then(|| format!("{front}.{last}"))
}

/// The media type for a file's extension.
fn content_type(path: &str) -> ContentType {
    let ending = path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    match ending.as_str() {
        "js" | "mjs" => ContentType::new("text", "javascript").with_params(("charset", "utf-8")),
        "map" => ContentType::JSON,
        "webmanifest" => ContentType::new("application", "manifest+json"),
        ending => ContentType::from_extension(ending).unwrap_or(ContentType::Binary),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_stands_before_the_ending() {
        let hash = "0123456789abcdef";
        assert_eq!(with_hash("css/a.min.css", hash), "css/a.min.0123456789ab.css");
        assert_eq!(with_hash("LICENSE", hash), "LICENSE.0123456789ab");
        assert_eq!(with_hash("a.b/.hidden", hash), "a.b/.hidden.0123456789ab");
    }

    #[test]
    fn a_hash_is_found_where_it_stands() {
        for path in ["css/a.min.css", "css/a.css", "LICENSE", "a.b/.hidden"] {
            let hashed = with_hash(path, "0123456789abcdef");
            assert_eq!(without_hash(&hashed).as_deref(), Some(path));
        }
        for plain in ["css/a.css", "a.0123456789AB.css", "a.0123456789a.css", "a0123456789ab.css"] {
            assert_eq!(without_hash(plain), None, "{plain}");
        }
    }

    #[test]
    fn an_address_is_encoded() {
        assert_eq!(address("home/a b?.svg"), "/static/home/a%20b%3F.svg");
    }
}
