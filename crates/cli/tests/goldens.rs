//! The whole answer of every command that needs no cloud: exit code, standard output, standard error, at 80 and at 200 columns.
//!
//! Each snapshot is what a user sees in a pipe without colour. Only the version and the folder of the test are filtered.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

/// A folder with the example's files under the names that need no `-f`.
struct Folder(tempfile::TempDir);

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target)
        } else {
            std::fs::copy(entry.path(), target).map(drop).unwrap()
        }
    }
}

struct Answer {
    code: i32,
    out: String,
    err: String,
}

impl Folder {
    fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn example() -> Self {
        Self::example_named("ticketing")
    }

    fn example_named(name: &str) -> Self {
        let folder = Self::empty();
        copy(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name), folder.0.path());
        folder
    }

    /// The example with a text of one of its files changed.
    fn changed(file: &str, old: &str, new: &str) -> Self {
        let folder = Self::example();
        let path = folder.0.path().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(old), "{file} has no '{old}'");
        std::fs::write(path, text.replacen(old, new, 1)).unwrap();
        folder
    }

    fn run(&self, columns: u32, arguments: &[&str]) -> Answer {
        let done = Command::new(env!("CARGO_BIN_EXE_strata"))
            .args(arguments)
            .current_dir(self.0.path())
            .env_clear()
            .env("HOME", self.0.path().join("home"))
            .env("COLUMNS", columns.to_string())
            .env("NO_COLOR", "1")
            // The time that a report of evidence shows: 2026-11-28T12:00:00Z.
            .env("SOURCE_DATE_EPOCH", "1795867200")
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(self.0.path().to_str().unwrap(), "FOLDER");
        Answer { code: done.status.code().unwrap(), out: text(done.stdout), err: text(done.stderr) }
    }

    /// The answer as one text.
    fn whole(&self, columns: u32, arguments: &[&str]) -> String {
        let Answer { code, out, err } = self.run(columns, arguments);
        format!("strata {}\nexit code {code}\n--- standard output\n{out}--- standard error\n{err}", arguments.join(" "))
    }
}

macro_rules! golden {
    ($name:expr, $text:expr) => {{
        let mut settings = insta::Settings::clone_current();
        settings.add_filter(&regex_escape(env!("CARGO_PKG_VERSION")), "VERSION");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!($name, $text));
    }};
}

fn regex_escape(text: &str) -> String {
    text.replace('.', "\\.")
}

const WIDTHS: [u32; 2] = [80, 200];

#[test]
fn check_of_the_example() {
    let folder = Folder::example();
    for width in WIDTHS {
        golden!(format!("check-{width}"), folder.whole(width, &["check"]));
    }
    golden!("check-json", folder.whole(80, &["check", "--format", "json"]));
    golden!("check-resolved", folder.whole(200, &["check", "--resolved", "--env", "prod"]));
}

#[test]
fn check_of_what_is_wrong() {
    let folder = Folder::changed("app.yaml", "uses: {api: call, cache: read}", "uses: {apj: call, cache: send}");
    for width in WIDTHS {
        golden!(format!("check-broken-{width}"), folder.whole(width, &["check"]));
    }
    golden!("check-broken-json", folder.whole(80, &["check", "--format", "json"]));
    golden!("check-broken-sarif", folder.whole(80, &["check", "--format", "sarif"]));
    golden!("plan-broken", folder.whole(80, &["plan", "--env", "dev"]));
}

#[test]
fn plans_of_every_environment() {
    let folder = Folder::example();
    for environment in ["dev", "staging", "prod"] {
        for width in WIDTHS {
            golden!(format!("plan-{environment}-{width}"), folder.whole(width, &["plan", "--env", environment]));
        }
    }
}

/// What a plan says in the end, with how many resources of each kind it makes.
fn summary(plan: &str) -> String {
    let mut kinds = std::collections::BTreeMap::<&str, usize>::new();
    for line in plan.lines() {
        let address = line.strip_prefix("    + ").and_then(|line| line.split_whitespace().next());
        if let Some(kind) = address.and_then(|address| address.split('.').next()) {
            *kinds.entry(kind).or_default() += 1;
        }
    }
    let end = plan.split_once("\nTo know\n").map_or("", |(_, end)| end);
    let made: String = kinds.iter().map(|(kind, count)| format!("{count:>4} {kind}\n")).collect();
    format!("{made}\nTo know\n{end}")
}

#[test]
fn the_other_examples_are_right_and_their_plans_violate_nothing() {
    for (name, environments) in [("telehealth", ["trial", "care"]), ("estate", ["test", "prod"])] {
        let folder = Folder::example_named(name);
        golden!(format!("example-{name}-check"), folder.whole(80, &["check"]));
        for environment in environments {
            let plan = folder.run(200, &["plan", "--env", environment]);
            assert_eq!(plan.code, 0, "{}", plan.err);
            assert!(plan.out.contains(" 0 violated, "), "{name} {environment}");
            golden!(format!("example-{name}-{environment}"), summary(&plan.out));
        }
    }
    let lines = |file: &str| {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/estate").join(file);
        std::fs::read_to_string(path).unwrap().lines().count()
    };
    assert!(lines("platform.yaml") + lines("app.yaml") < 70, "the estate's story is told in under 70 lines, both files");
}

#[test]
fn the_same_files_give_the_same_plan() {
    let mut text = String::new();
    for environment in ["dev", "staging", "prod"] {
        let digest = |folder: &Folder| {
            let answer = folder.run(80, &["plan", "--env", environment, "--format", "json"]);
            assert_eq!(answer.code, 0, "{}", answer.err);
            let value: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
            value.pointer("/plan/digest").or_else(|| value.get("digest")).and_then(serde_json::Value::as_str).unwrap().to_owned()
        };
        let (first, second) = (digest(&Folder::example()), digest(&Folder::example()));
        assert_eq!(first, second, "{environment}");
        assert_eq!(first.len(), 64);
        text.push_str(&format!("{environment}\n"));
    }
    assert_eq!(text.lines().count(), 3);
}

#[test]
fn plans_of_the_foundations() {
    let folder = Folder::example();
    for scope in [["--account", "nonprod"], ["--network", "nonprod"], ["--cluster", "nonprod"]] {
        golden!(format!("plan{}-{}", &scope[0][1..], scope[1]), folder.whole(80, &["plan", scope[0], scope[1]]));
    }
}

#[test]
fn explanations() {
    let folder = Folder::example();
    for width in WIDTHS {
        golden!(format!("explain-db-{width}"), folder.whole(width, &["explain", "db_instance.db", "--env", "dev"]));
    }
    golden!("explain-log-group", folder.whole(80, &["explain", "log_group.web", "--env", "dev"]));
    golden!("explain-audit-bucket", folder.whole(80, &["explain", "account/nonprod/bucket.audit"]));
    golden!("explain-rule", folder.whole(80, &["explain", "security_group_ingress.api-to-db-5432", "--env", "dev"]));
    golden!("explain-unknown", folder.whole(80, &["explain", "db_instance.dbx", "--env", "dev"]));
}

/// For programs: each property that a setting decides, with the standards and requirements, or the line, or neither.
#[test]
fn an_explanation_says_who_set_what() {
    let folder = Folder::example_named("telehealth");
    let answer = folder.run(80, &["explain", "db_instance.records", "--env", "trial", "--format", "json"]);
    assert_eq!((answer.code, answer.err.as_str()), (0, ""));
    let value: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    golden!("explain-set-by-json", format!("{:#}\n", value["set_by"]));
}

#[test]
fn pictures() {
    let folder = Folder::example();
    golden!("graph-mermaid", folder.whole(80, &["graph", "--env", "dev", "--format", "mermaid"]));
    golden!("graph-dot", folder.whole(80, &["graph", "--env", "dev", "--format", "dot"]));
    for format in ["svg", "json"] {
        let answer = folder.run(80, &["graph", "--env", "dev", "--format", format]);
        assert_eq!((answer.code, answer.err.as_str()), (0, ""));
        let again = Folder::example().run(200, &["graph", "--env", "dev", "--format", format]);
        assert_eq!(answer.out, again.out, "the same on every screen");
        let hash: String = Sha256::digest(&answer.out).iter().map(|byte| format!("{byte:02x}")).collect();
        golden!(format!("graph-{format}-hash"), format!("{} bytes\n{hash}\n", answer.out.len()));
    }
    let svg = folder.run(80, &["graph", "--env", "dev", "--format", "svg"]).out;
    assert!(svg.starts_with("<svg") || svg.starts_with("<?xml"), "{}", &svg[..80]);
    assert!(svg.trim_end().ends_with("</svg>"));
}

#[test]
fn schemas_version_and_help() {
    let folder = Folder::empty();
    for of in ["platform", "app"] {
        let answer = folder.run(80, &["schema", of]);
        let schema: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
        assert_eq!(answer.code, 0);
        assert!(schema["$schema"].is_string() && schema["properties"].is_object(), "{of}");
    }
    golden!("version", folder.whole(80, &["version"]));
    golden!("version-json", folder.whole(80, &["version", "--format", "json"]));
    golden!("help", folder.whole(80, &["--help"]));
    for command in [
        "init",
        "check",
        "plan",
        "up",
        "deploy",
        "down",
        "status",
        "drift",
        "comply",
        "explain",
        "graph",
        "history",
        "runs",
        "resume",
        "cancel",
        "unlock",
        "adopt",
        "forget",
        "secret",
        "export",
        "sandbox",
        "state",
        "schema",
        "completions",
    ] {
        golden!(format!("help-{command}"), folder.whole(80, &[command, "--help"]));
    }
    for command in ["report", "verify", "key"] {
        golden!(format!("help-comply-{command}"), folder.whole(80, &["comply", command, "--help"]));
    }
    for shell in ["bash", "zsh", "fish"] {
        let answer = folder.run(80, &["completions", shell]);
        assert_eq!(answer.code, 0);
        assert!(answer.out.contains("strata"), "{shell}");
    }
}

#[test]
fn mistakes_of_usage() {
    let folder = Folder::example();
    let cases: &[(&str, &[&str])] = &[
        ("no-command", &[]),
        ("unknown-command", &["plam"]),
        ("unknown-option", &["plan", "--environment", "dev"]),
        ("no-environment", &["plan"]),
        ("unknown-environment", &["plan", "--env", "qa"]),
        ("two-scopes", &["plan", "--env", "dev", "--network", "nonprod"]),
        ("wrong-format", &["plan", "--env", "dev", "--format", "svg"]),
        ("wrong-image", &["deploy", "--env", "dev", "web"]),
        ("sandbox-and-endpoint", &["plan", "--env", "dev", "--sandbox", "--endpoint-url", "http://127.0.0.1:1"]),
    ];
    for (name, arguments) in cases {
        assert_eq!(folder.run(80, arguments).code, 2, "{name}");
        golden!(format!("usage-{name}"), folder.whole(80, arguments));
    }
}

#[test]
fn commands_where_nothing_stands() {
    let folder = Folder::example();
    golden!("status-of-nothing", folder.whole(80, &["status", "--env", "dev"]));
    golden!("drift-of-nothing", folder.whole(80, &["drift", "--env", "dev"]));
    golden!("history-of-nothing", folder.whole(80, &["history"]));
    golden!("secret-of-nothing", folder.whole(80, &["secret", "set", "PAYMENT_API_KEY", "--env", "dev"]));
}

#[test]
fn missing_files() {
    let folder = Folder::empty();
    golden!("no-files", folder.whole(80, &["check"]));
    golden!("no-such-file", folder.whole(80, &["check", "-f", "nowhere.yaml"]));
}

#[test]
fn evidence_on_the_terminal() {
    let folder = Folder::example();
    for width in WIDTHS {
        let text = folder.whole(width, &["comply", "report", "--standard", "pci-dss-4.0", "--env", "prod"]);
        golden!(format!("comply-report-{width}"), text);
    }
    golden!("comply-report-not-asked", folder.whole(80, &["comply", "report", "--standard", "hipaa", "--env", "dev"]));
    golden!("comply-report-without-key", folder.whole(80, &["comply", "report", "--standard", "hipaa", "--env", "dev", "-o", "evidence"]));
    golden!("comply-verify-without-evidence", folder.whole(80, &["comply", "verify", "nowhere"]));
    for (name, arguments) in [
        ("unknown-standard", &["comply", "report", "--standard", "pci-dss-4", "--env", "prod"][..]),
        ("oscal-without-folder", &["comply", "report", "--standard", "hipaa", "--env", "prod", "--format", "oscal"]),
        ("text-into-file", &["comply", "report", "--standard", "hipaa", "--env", "prod", "--format", "text", "-o", "evidence"]),
        ("two-formats", &["comply", "report", "--standard", "hipaa", "--env", "prod", "--format", "csv", "-o", "report.html"]),
    ] {
        assert_eq!(folder.run(80, arguments).code, 2, "{name}");
        golden!(format!("usage-{name}"), folder.whole(80, arguments));
    }
}

/// What differs from key to key and from moment to moment.
fn without_hashes(text: &str) -> String {
    let words = text.split_inclusive(|character: char| character.is_whitespace());
    let hash = |word: &str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let time = |word: &str| word.starts_with("20") && word.ends_with('Z');
    words
        .map(|word| {
            let plain = word.trim_end_matches(|character: char| character.is_whitespace() || matches!(character, ',' | ')'));
            let rest = &word[plain.len()..];
            if hash(plain) {
                format!("HASH{rest}")
            } else if time(plain) {
                format!("TIME{rest}")
            } else {
                word.to_owned()
            }
        })
        .collect()
}

#[test]
fn evidence_in_a_folder() {
    let folder = Folder::example();
    golden!("comply-key", without_hashes(&folder.whole(200, &["comply", "key"])));
    golden!("comply-key-again", without_hashes(&folder.whole(200, &["comply", "key"])));
    let report = ["comply", "report", "--standard", "pci-dss-4.0", "--env", "prod", "-o", "evidence"];
    assert_eq!(folder.run(200, &report).code, 0);
    let second = folder.run(200, &["comply", "report", "--standard", "hipaa", "--env", "prod", "--format", "json", "-o", "evidence"]);
    assert_eq!(second.code, 0, "{}", second.err);
    golden!("comply-report-files", listing(&folder.0.path().join("evidence")).join("\n"));
    golden!("comply-verify", without_hashes(&folder.whole(200, &["comply", "verify", "evidence"])));
    let page = folder.0.path().join("evidence/0001-pci-dss-4.0-prod/report.html");
    std::fs::write(&page, std::fs::read_to_string(&page).unwrap().replace("violated", "met")).unwrap();
    golden!("comply-verify-changed", without_hashes(&folder.whole(200, &["comply", "verify", "evidence"])));
}

/// The samples in `docs/samples` are what the binary writes. Written anew by `UPDATE_EXPECTED=1 cargo test -p strata-cli --test goldens samples`.
#[test]
fn samples_of_evidence_are_true() {
    let folder = Folder::example();
    for standard in ["pci-dss-4.0", "hipaa"] {
        let answer = folder.run(80, &["comply", "report", "--standard", standard, "--env", "prod", "--format", "html"]);
        assert_eq!((answer.code, answer.err.as_str()), (0, ""));
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../../docs/samples/{standard}-prod.html"));
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &answer.out).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            written == answer.out,
            "{} is stale: run UPDATE_EXPECTED=1 cargo test -p strata-cli --test goldens samples",
            path.display()
        );
    }
}

fn listing(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut queue = vec![folder.to_path_buf()];
    while let Some(next) = queue.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                queue.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().display().to_string());
            }
        }
    }
    found.sort();
    found
}

#[test]
fn exports_list_their_files_and_overwrite_nothing() {
    let exports = [
        ("terraform", "dev"),
        ("terraform", "prod"),
        ("cloudformation", "dev"),
        ("manifests", "prod"),
        ("service-control-policies", "prod"),
    ];
    for (what, environment) in exports {
        let folder = Folder::example();
        let whole = folder.whole(80, &["export", what, "--env", environment, "out"]);
        let files = listing(&folder.0.path().join("out")).join("\n");
        golden!(format!("export-{what}-{environment}"), format!("{whole}--- files\n{files}\n"));
        let again = folder.run(80, &["export", what, "--env", environment, "out"]);
        assert_ne!(again.code, 0, "a folder that is not empty is refused");
        let elsewhere = Folder::example();
        elsewhere.run(200, &["export", what, "--env", environment, "out"]);
        for file in listing(&folder.0.path().join("out")) {
            let read = |root: &Folder| std::fs::read(root.0.path().join("out").join(&file)).unwrap();
            assert_eq!(read(&folder), read(&elsewhere), "{file}: the same bytes every time");
        }
    }
}

#[test]
fn starter_files_check_clean_and_are_never_overwritten() {
    for template in ["web", "worker", "minimal"] {
        let folder = Folder::empty();
        golden!(format!("init-{template}"), folder.whole(80, &["init", "--template", template]));
        let check = folder.run(80, &["check"]);
        assert_eq!(check.code, 0, "{template}: {}{}", check.out, check.err);
        let before: Vec<Vec<u8>> = listing(folder.0.path()).iter().map(|file| std::fs::read(folder.0.path().join(file)).unwrap()).collect();
        golden!(format!("init-{template}-again"), folder.whole(80, &["init", "--template", template]));
        let after: Vec<Vec<u8>> = listing(folder.0.path()).iter().map(|file| std::fs::read(folder.0.path().join(file)).unwrap()).collect();
        assert_eq!(before, after);
    }
}
