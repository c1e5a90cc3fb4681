//! Files that a module carries inside the binary: templates, assets, migrations, fixtures.

use std::borrow::Cow;
use std::path::Path;

/// A set of files, each under a path with `/` between its parts.
///
/// [`embed!`](crate::embed) makes one of a folder: read from disk in a debug build, so that an
/// edit shows, and from inside the binary in a release build.
///
/// ```
/// use module_api::Files;
///
/// let files = Files::inline(&[("hello/index.html.j2", b"<h1>Hello</h1>")]);
/// assert_eq!(files.names(), ["hello/index.html.j2"]);
/// assert_eq!(files.read("hello/index.html.j2").unwrap().as_ref(), b"<h1>Hello</h1>");
/// assert!(files.read("missing").is_none());
/// ```
#[derive(Clone, Copy)]
pub struct Files(Source);

/// The names of embedded files, as `rust-embed` lists them.
#[doc(hidden)]
pub type FilesIter = rust_embed::Filenames;

#[derive(Clone, Copy)]
enum Source {
    Inline {
        files: &'static [(&'static str, &'static [u8])],
        directory: Option<&'static str>,
    },
    Embedded {
        names: fn() -> FilesIter,
        read: fn(&str) -> Option<Cow<'static, [u8]>>,
        directory: Option<&'static str>,
    },
}

impl Files {
    /// No files.
    pub const fn none() -> Self {
        Self::inline(&[])
    }

    /// Files written in the code itself, as pairs of path and content.
    pub const fn inline(files: &'static [(&'static str, &'static [u8])]) -> Self {
        Self(Source::Inline { files, directory: None })
    }

    /// Files whose contents the program has already read, with the folder that it read them from.
    #[doc(hidden)]
    pub const fn inline_from(
        directory: &'static str,
        files: &'static [(&'static str, &'static [u8])],
    ) -> Self {
        Self(Source::Inline { files, directory: Some(directory) })
    }

    /// Creates the files. [`embed!`](crate::embed) calls it.
    #[doc(hidden)]
    pub const fn embedded(
        names: fn() -> FilesIter,
        read: fn(&str) -> Option<Cow<'static, [u8]>>,
        directory: Option<&'static str>,
    ) -> Self {
        Self(Source::Embedded { names, read, directory })
    }

    /// The paths of all files, sorted.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = match self.0 {
            Source::Inline { files, .. } => {
                files.iter().map(|(name, _)| (*name).to_owned()).collect()
            }
            Source::Embedded { names, .. } => names().map(Cow::into_owned).collect(),
        };
        names.sort();
        names
    }

    /// The content of the file at that path, if there is one.
    pub fn read(&self, name: &str) -> Option<Cow<'static, [u8]>> {
        match self.0 {
            Source::Inline { files, .. } => {
                let (_, content) = files.iter().find(|(known, _)| *known == name)?;
                Some(Cow::Borrowed(content))
            }
            Source::Embedded { read, .. } => read(name),
        }
    }

    /// The folder that a debug build reads from, to notice edits.
    pub fn directory(&self) -> Option<&'static Path> {
        match self.0 {
            Source::Inline { directory, .. } | Source::Embedded { directory, .. } => {
                directory.map(Path::new)
            }
        }
    }
}

impl std::fmt::Debug for Files {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Files").field(&self.names()).finish()
    }
}

/// The [`Files`] of a folder, named relative to the `Cargo.toml` of the crate it is written in.
///
/// ```
/// use module_api::{Files, Module, embed};
///
/// struct Hello;
/// impl Module for Hello {
///     fn name(&self) -> &'static str {
///         "hello"
///     }
///
///     fn templates(&self) -> Files {
///         embed!("src")
///     }
/// }
/// # assert!(!Hello.templates().names().is_empty());
/// ```
///
/// A folder that does not exist fails the build, with a message that names it:
///
/// ```compile_fail
/// let files = module_api::embed!("no/such/folder");
/// ```
#[macro_export]
macro_rules! embed {
    ($folder:tt) => {
        $crate::with_folder! { $folder => {
            #[derive($crate::rust_embed::RustEmbed)]
            #[crate_path = "::module_api::rust_embed"]
            #[folder = $folder]
            struct Embedded;

            $crate::Files::embedded(
                || <Embedded as $crate::rust_embed::RustEmbed>::iter(),
                |name| <Embedded as $crate::rust_embed::RustEmbed>::get(name).map(|file| file.data),
                if ::core::cfg!(debug_assertions) {
                    ::core::option::Option::Some(::core::concat!(
                        ::core::env!("CARGO_MANIFEST_DIR"),
                        "/",
                        $folder
                    ))
                } else {
                    ::core::option::Option::None
                },
            )
        } }
    };
}
