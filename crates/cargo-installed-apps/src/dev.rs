//! `cargo installed-apps dev`: runs the current site, and builds and restarts it after edits.

mod cargo;
mod effect;
mod process;
mod program;
mod workspace;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use crate::arguments::Dev;
use crate::error::Error;
use crate::site::Site;
use cargo::{Build, Executable};
use effect::{Effect, effect_of};
use program::Program;
use workspace::Workspace;

/// The time without another edit before a build starts: editors and git write in several steps.
const SETTLED: Duration = Duration::from_millis(50);
/// The interval at which a program that ended by itself is noticed.
const INTERVAL: Duration = Duration::from_millis(500);

/// An event while a site is developed.
enum Event {
    /// Files were written, created, moved or removed.
    Edited(Vec<PathBuf>),
    /// A build has ended, with the resulting program, if any.
    Built(Option<Executable>),
    /// The process was told to stop.
    Stop,
}

/// Runs the site of a folder until the process is told to stop.
///
/// # Errors
///
/// There is no site; Cargo cannot be run or read the manifests at the start; the operating system
/// cannot watch files or start the program.
pub(crate) fn run(asked: &Dev, here: &Path) -> Result<(), Error> {
    let site = Site::find(here)?;
    let (sender, events) = mpsc::channel();
    let of_signal = sender.clone();
    ctrlc::set_handler(move || {
        let _ = of_signal.send(Event::Stop);
    })?;
    let mut session = Session::new(&site, asked, sender)?;
    let ended = session.run(&events);
    session.stop();
    ended
}

struct Session<'a> {
    folder: &'a Path,
    package: &'a str,
    asked: &'a Dev,
    events: Sender<Event>,
    watcher: RecommendedWatcher,
    workspace: Workspace,
    /// The source files of the latest build.
    sources: BTreeSet<PathBuf>,
    /// The effect of edits that are not in a build yet, and the time of the last one.
    edited: Option<(Effect, Instant)>,
    /// The current build, and the effect of its edits.
    build: Option<(Build, Effect)>,
    /// The effect of edits whose build failed.
    unbuilt: Option<Effect>,
    program: Option<Program>,
}

impl<'a> Session<'a> {
    fn new(site: &'a Site, asked: &'a Dev, events: Sender<Event>) -> Result<Self, Error> {
        let of_files = events.clone();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // The compiler reads all source files, which is not an edit.
            if let Ok(event) = event
                && !event.kind.is_access()
            {
                let _ = of_files.send(Event::Edited(event.paths));
            }
        })?;
        let mut session = Self {
            folder: site.folder(),
            package: site.package()?,
            asked,
            events,
            watcher,
            workspace: Workspace::read(site.folder())?,
            sources: BTreeSet::new(),
            edited: None,
            build: None,
            unbuilt: None,
            program: None,
        };
        session.watch()?;
        session.build(Effect::Build)?;
        Ok(session)
    }

    /// Handles events until the process is told to stop.
    fn run(&mut self, events: &Receiver<Event>) -> Result<(), Error> {
        loop {
            let settled = self.edited.filter(|_| self.build.is_none());
            let wait = settled.map_or(INTERVAL, |(_, at)| SETTLED.saturating_sub(at.elapsed()));
            match (events.recv_timeout(wait), settled) {
                (Ok(Event::Stop) | Err(RecvTimeoutError::Disconnected), _) => return Ok(()),
                (Ok(Event::Edited(files)), _) => self.note(&files),
                (Ok(Event::Built(executable)), _) => self.built(executable)?,
                (Err(RecvTimeoutError::Timeout), Some((effect, _))) => {
                    self.edited = None;
                    self.watch()?;
                    self.build(effect)?;
                }
                (Err(RecvTimeoutError::Timeout), None) => {
                    let ended = self.program.as_mut().and_then(Program::report_end);
                    if let Some(ended) = ended {
                        say(&format!("the program has ended ({ended}); the next edit starts it"));
                    }
                }
            }
        }
    }

    /// Records the effect of edited files.
    fn note(&mut self, files: &[PathBuf]) {
        let is_running = self.program.as_mut().is_some_and(Program::is_running);
        let effects = files.iter().filter_map(|file| {
            let package = self.workspace.package_of(file);
            let below = file.strip_prefix(package).ok()?;
            // A new folder may contain files from before it was watched.
            if file.is_dir() {
                return below
                    .file_name()
                    .filter(|name| !effect::is_skipped(name))
                    .map(|_| Effect::Build);
            }
            effect_of(package, below, &self.sources)
        });
        let effects = effects.filter(|effect| !(is_running && *effect == Effect::Shown));
        if let Some(effect) = effects.max() {
            let before = self.edited.map(|(effect, _)| effect);
            self.edited =
                Some((before.map_or(effect, |before| before.max(effect)), Instant::now()));
        }
    }

    /// Reads the packages again, and watches their new folders.
    fn reread(&mut self) {
        // Cargo reports the error, and so will the build.
        if let Ok(workspace) = Workspace::read(self.folder) {
            self.workspace = workspace;
        }
        if let Err(error) = self.watch() {
            say(&error.to_string());
        }
    }

    /// Watches all folders. One that was removed and created again has to be watched again;
    /// repeating it is harmless.
    fn watch(&mut self) -> Result<(), Error> {
        for folder in self.workspace.folders() {
            self.watcher.watch(&folder, RecursiveMode::NonRecursive)?;
        }
        Ok(())
    }

    fn build(&mut self, effect: Effect) -> Result<(), Error> {
        let effect = self.unbuilt.take().map_or(effect, |unbuilt| unbuilt.max(effect));
        let build = Build::start(self.folder, self.package, self.events.clone())?;
        self.build = Some((build, effect));
        Ok(())
    }

    /// Restarts the program if the build has changed it; a failed build leaves it running.
    fn built(&mut self, executable: Option<Executable>) -> Result<(), Error> {
        let Some((build, effect)) = self.build.take() else { return Ok(()) };
        if !build.succeeded() {
            self.unbuilt = Some(effect);
            say(match &self.program {
                Some(_) => "the build has failed; the program before it serves on",
                None => "the build has failed; the next edit builds again",
            });
            return Ok(());
        }
        let executable = executable.ok_or_else(|| Error::NoProgram(self.package.to_owned()))?;
        self.sources = executable.sources();
        if let Some(mut running) = self.program.take() {
            if effect < Effect::Restart && running.runs(&executable) {
                self.program = Some(running);
                return Ok(());
            }
            running.stop();
        }
        self.program = Some(Program::start(&executable, self.folder, &self.asked.arguments)?);
        self.reread();
        Ok(())
    }

    /// Stops the build and the program.
    fn stop(&mut self) {
        if let Some((build, _)) = self.build.take() {
            build.stop();
        }
        if let Some(program) = self.program.take() {
            program.stop();
        }
    }
}

fn say(line: &str) {
    eprintln!("dev: {line}");
}
