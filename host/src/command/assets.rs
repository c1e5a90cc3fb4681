//! `findstatic` and `collectstatic`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;

use super::output;
use crate::assets::PREFIX;
use crate::plan::Plan;
use module_api::suggestion;

/// Prints the origin of an asset and how it is served.
pub(super) fn find(plan: &Plan, name: &str) -> ExitCode {
    let plain = name.strip_prefix(PREFIX).unwrap_or(name);
    let Some((asset, _)) = plan.assets.find(plain) else {
        output::error(&format!(
            "there is no asset `{plain}`; {}",
            suggestion(plain, plan.assets.names())
        ));
        return ExitCode::FAILURE;
    };
    let owner = asset.name.split('/').next().unwrap_or_default();
    let file = plan.assets.file(asset).map(|file| format!(", {}", file.display()));
    output::line(&format!("{} of `{owner}`{}", asset.name, file.unwrap_or_default()));
    output::line(&format!("  served as {PREFIX}{}", asset.hashed_name));
    let size =
        |form: Option<&Vec<u8>>| form.map_or_else(|| "-".to_owned(), |f| f.len().to_string());
    output::line(&format!(
        "  {}, {} bytes, gzip {}, brotli {}",
        asset.content_type,
        asset.content.len(),
        size(asset.encoded().gzip.as_ref()),
        size(asset.encoded().brotli.as_ref()),
    ));
    ExitCode::SUCCESS
}

/// Writes all assets into a folder: under their plain names, under those with a hash, and the
/// latter also compressed, with a manifest in Django's format.
pub(super) fn collect(plan: &Plan, directory: &Path) -> anyhow::Result<()> {
    let mut manifest = BTreeMap::new();
    let mut files = 0;
    for asset in plan.assets.iter() {
        manifest.insert(&asset.name, &asset.hashed_name);
        let compressed = [("br", &asset.encoded().brotli), ("gz", &asset.encoded().gzip)];
        let compressed = compressed.into_iter().filter_map(|(ending, content)| {
            Some((format!("{}.{ending}", asset.hashed_name), content.as_deref()?))
        });
        let plain = [&asset.name, &asset.hashed_name].map(|name| (name.clone(), &*asset.content));
        for (name, content) in plain.into_iter().chain(compressed) {
            write(&directory.join(name), content)?;
            files += 1;
        }
    }
    let manifest = serde_json::json!({ "paths": manifest, "version": "1.1" });
    write(&directory.join("staticfiles.json"), manifest.to_string().as_bytes())?;
    output::line(&format!("{files} files written to {}", directory.display()));
    Ok(())
}

/// Writes a file atomically.
fn write(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let failed = || format!("cannot write {}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(failed)?;
    }
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".unfinished");
    fs::write(&unfinished, content).with_context(failed)?;
    fs::rename(&unfinished, path).with_context(failed)
}
