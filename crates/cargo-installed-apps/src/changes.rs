//! The files that a command creates and changes: all of them, or none.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempDir};

use crate::error::Error;
use crate::template::File;

/// The outcome of a command before anything is written.
pub(crate) struct Plan {
    pub(crate) changes: Changes,
    /// The command or page to continue with.
    pub(crate) next: String,
}

/// A folder to create and files to change, with their texts.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    folder: Option<(PathBuf, Vec<File>)>,
    edits: Vec<Edit>,
}

#[derive(Debug)]
struct Edit {
    path: PathBuf,
    before: String,
    after: String,
    what: String,
}

impl Changes {
    /// Creates `folder` with these files, whose paths are below it.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`] if the path exists.
    pub(crate) fn make(mut self, folder: PathBuf, files: Vec<File>) -> Result<Self, Error> {
        if folder.symlink_metadata().is_ok() {
            return Err(Error::Exists(folder));
        }
        self.folder = Some((folder, files));
        Ok(self)
    }

    /// Replaces the text `before` of a file by `after`. `what` describes the change.
    pub(crate) fn edit(
        mut self,
        path: PathBuf,
        before: String,
        after: String,
        what: String,
    ) -> Self {
        self.edits.push(Edit { path, before, after, what });
        self
    }

    /// Formats one line for each file.
    pub(crate) fn report(&self, here: &Path, dry_run: bool) -> String {
        let (make, change) =
            if dry_run { ("would make", "would change") } else { ("made", "changed") };
        let mut report = String::new();
        let mut line = |verb: &str, path: &Path, what: &str| {
            let shown = path.strip_prefix(here).unwrap_or(path).display();
            writeln!(report, "{verb} {shown}{what}").expect("a text takes what is written");
        };
        if let Some((folder, files)) = &self.folder {
            for (path, _) in files {
                line(make, &folder.join(path), "");
            }
        }
        for Edit { path, what, .. } in &self.edits {
            line(change, path, &format!(": {what}"));
        }
        report
    }

    /// Writes the changes. All files are written to temporary places first, and then moved.
    ///
    /// # Errors
    ///
    /// A file or folder cannot be written; all changes are undone then.
    pub(crate) fn apply(&self) -> Result<(), Error> {
        let folder = self.folder.as_ref().map(|(folder, files)| stage_folder(folder, files));
        let folder = folder.transpose()?;
        let edits: Vec<NamedTempFile> =
            self.edits.iter().map(stage_edit).collect::<Result<_, _>>()?;
        if let (Some(staged), Some((place, _))) = (&folder, &self.folder) {
            fs::rename(staged.path().join(INSIDE), place)
                .map_err(|error| Error::io("make", place, error))?;
        }
        for (done, (staged, edit)) in edits.into_iter().zip(&self.edits).enumerate() {
            if let Err(error) = staged.persist(&edit.path) {
                self.undo(done);
                return Err(Error::io("write", &edit.path, error.error));
            }
        }
        Ok(())
    }

    /// Undoes the folder and the first `done` edits, as far as the disk allows.
    fn undo(&self, done: usize) {
        for Edit { path, before, .. } in &self.edits[..done] {
            let _ = fs::write(path, before);
        }
        if let Some((folder, _)) = &self.folder {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// The folder's name inside the temporary one, which is readable only by this user.
const INSIDE: &str = "new";

fn stage_folder(place: &Path, files: &[File]) -> Result<TempDir, Error> {
    let failed = |error| Error::io("make", place, error);
    let parent = place.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(failed)?;
    let staged = tempfile::Builder::new().prefix(".new-").tempdir_in(parent).map_err(failed)?;
    for (path, text) in files {
        write_below(&staged.path().join(INSIDE), path, text).map_err(failed)?;
    }
    Ok(staged)
}

fn write_below(folder: &Path, path: &Path, text: &str) -> io::Result<()> {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap_or(folder))?;
    fs::write(path, text)
}

fn stage_edit(edit: &Edit) -> Result<NamedTempFile, Error> {
    let stage = || {
        let folder = edit.path.parent().unwrap_or(Path::new("."));
        let mut staged = NamedTempFile::new_in(folder)?;
        staged.write_all(edit.after.as_bytes())?;
        staged.as_file().set_permissions(fs::metadata(&edit.path)?.permissions())?;
        Ok(staged)
    };
    stage().map_err(|error| Error::io("write", &edit.path, error))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::Changes;

    fn names(folder: &Path) -> Vec<String> {
        let files = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_folder_is_made_and_a_file_is_changed() {
        let here = tempfile::tempdir().unwrap();
        let file = here.path().join("list");
        fs::write(&file, "one\n").unwrap();
        let changes = Changes::default()
            .make(here.path().join("new"), vec![("src/lib.rs".into(), "//! New.\n".into())])
            .unwrap()
            .edit(file.clone(), "one\n".into(), "one\ntwo\n".into(), "a line".into());
        assert_eq!(
            changes.report(here.path(), true),
            "would make new/src/lib.rs\nwould change list: a line\n"
        );
        changes.apply().unwrap();
        assert_eq!(
            changes.report(here.path(), false),
            "made new/src/lib.rs\nchanged list: a line\n"
        );
        assert_eq!(fs::read_to_string(here.path().join("new/src/lib.rs")).unwrap(), "//! New.\n");
        assert_eq!(fs::read_to_string(file).unwrap(), "one\ntwo\n");
        assert_eq!(names(here.path()), ["list", "new"]);
    }

    #[test]
    fn if_one_change_fails_none_is_made() {
        let here = tempfile::tempdir().unwrap();
        let (first, second) = (here.path().join("first"), here.path().join("second"));
        fs::write(&first, "one\n").unwrap();
        // A folder cannot be replaced by a file, which shows only when it is put there.
        fs::create_dir_all(second.join("inside")).unwrap();
        let changes = Changes::default()
            .make(here.path().join("new"), vec![("file".into(), String::new())])
            .unwrap()
            .edit(first.clone(), "one\n".into(), "two\n".into(), String::new())
            .edit(second, String::new(), "text\n".into(), String::new());
        let error = changes.apply().unwrap_err();
        assert!(error.to_string().ends_with("nothing was changed"), "{error}");
        assert_eq!(fs::read_to_string(first).unwrap(), "one\n");
        assert_eq!(names(here.path()), ["first", "second"]);
    }

    #[test]
    fn a_folder_that_is_there_is_not_touched() {
        let here = tempfile::tempdir().unwrap();
        let error = Changes::default().make(here.path().to_owned(), Vec::new()).unwrap_err();
        assert!(error.to_string().contains("exists already"), "{error}");
    }
}
