//! Audits of a page: axe-core, overflow, and the console.

use std::fmt::Write;
use std::fs;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::artifacts::target;
use crate::{Browser, Look};

/// axe-core, as installed by `scripts/browser-tools`.
const AXE: &str = "browser-tools/node_modules/axe-core/axe.min.js";

const RUN_AXE: &str = "
    const done = arguments[arguments.length - 1];
    const node = ({ target, failureSummary }) => ({ target: target.join(' '), failureSummary });
    axe.run(document).then(
        ({ passes, violations }) => done({
            passes: passes.length,
            violations: violations.map(({ id, impact, help, helpUrl, nodes }) =>
                ({ id, impact, help, helpUrl, nodes: nodes.map(node) })),
        }),
        error => done(String(error)),
    );
";

/// Returns the elements that are wider than the window.
const TOO_WIDE: &str = "
    const root = document.documentElement;
    const width = arguments[0];
    if (root.scrollWidth <= root.clientWidth && root.clientWidth <= width) return null;
    const reach = element => element.getBoundingClientRect().right + scrollX;
    const name = element => element.localName + (element.id && '#' + element.id)
        + Array.from(element.classList, word => '.' + word).join('');
    const wide = Array.from(document.body.querySelectorAll('*'))
        .filter(element => reach(element) > width + 1)
        .sort((a, b) => reach(b) - reach(a));
    const of = element => name(element) + ' to ' + Math.round(reach(element));
    return root.scrollWidth + ' pixels wide: ' + wide.slice(0, 8).map(of).join(', ');
";

/// Returns the resources that the page failed to load.
const NOT_LOADED: &str = "
    const failed = performance.getEntriesByType('resource')
        .filter(({ responseStatus }) => responseStatus >= 400)
        .map(({ name, responseStatus }) => name + ' answers ' + responseStatus);
    return Array.from(new Set(failed));
";

#[derive(Deserialize)]
struct Report {
    passes: usize,
    violations: Vec<Violation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Violation {
    id: String,
    impact: Option<String>,
    help: String,
    help_url: String,
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    target: String,
    failure_summary: Option<String>,
}

impl Browser {
    /// Audits the page in every [`Look`]: axe-core reports no violations, it does not scroll
    /// sideways, all its resources load, the console has no errors. Keeps a screenshot of each.
    ///
    /// Findings fail the test at its end, so that it reports those of all pages.
    pub async fn check_page(&self, name: &str) {
        let before = self.look.get();
        self.load_axe().await;
        for look in Look::ALL {
            self.look(look).await;
            let place = format!("{name}, {look}");
            self.note_violations(&place).await;
            if let Value::String(what) = self.execute(TOO_WIDE, json!([look.width])).await {
                self.note(&place, &format!("scrolls sideways, {what}"));
            }
            self.screenshot(&format!("{name}-{look}")).await;
        }
        let missing = self.execute(NOT_LOADED, json!([])).await;
        for missing in missing.as_array().expect("a list of them") {
            self.note(name, missing.as_str().expect("a text"));
        }
        self.note_console().await;
        self.look(before).await;
    }

    /// Returns the findings of [`Browser::check_page`] so far, which then no longer fail the test.
    pub fn take_findings(&self) -> Vec<String> {
        self.findings.take()
    }

    async fn load_axe(&self) {
        let path = target().join(AXE);
        let axe = fs::read_to_string(path).unwrap_or_else(|error| {
            panic!("axe-core cannot be read: {error}; run scripts/browser-tools")
        });
        self.execute(&axe, json!([])).await;
    }

    async fn note_violations(&self, place: &str) {
        // Scripts that were off while the page was loaded stay without effect.
        self.run_scripts(true).await;
        let report = self.driver.execute_async(RUN_AXE, Vec::new()).await;
        self.run_scripts(self.has_javascript.get()).await;
        let report = report.unwrap_or_else(|error| panic!("axe-core fails on {place}: {error}"));
        let report: Report = report
            .convert()
            .unwrap_or_else(|_| panic!("axe-core fails on {place}: {}", report.json()));
        assert!(report.passes > 0, "axe-core has found nothing to check on {place}");
        for violation in report.violations {
            self.note(place, &violation.to_string());
        }
    }

    /// Records the errors in the console since the last call.
    pub(crate) async fn note_console(&self) {
        for entry in self.driver.browser_log().await.unwrap_or_default() {
            // Also of pages that are errors by intent; what a page loads is looked at by itself.
            if !entry.message.contains("Failed to load resource") {
                self.note("console", &entry.message);
            }
        }
    }

    fn note(&self, place: &str, what: &str) {
        self.findings.borrow_mut().push(format!("{place}: {what}"));
    }
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let impact = self.impact.as_deref().unwrap_or("no impact");
        write!(f, "{} ({impact}): {}, see {}", self.id, self.help, self.help_url)?;
        for node in &self.nodes {
            let summary = node.failure_summary.as_deref().unwrap_or_default();
            let mut lines = summary.lines().map(str::trim).filter(|line| !line.is_empty());
            // The first line says only that something is to be mended.
            lines.next();
            write!(f, "\n  at {}", node.target)?;
            lines.try_for_each(|line| f.write_fmt(format_args!("\n    {line}")))?;
        }
        f.write_char('\n')
    }
}
