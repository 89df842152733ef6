//! `strata comply` and the waivers, as people, programs and pull requests read them.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

struct Folder(tempfile::TempDir);

struct Answer {
    code: i32,
    out: String,
    err: String,
}

const WAIVER: &str = "waivers:\n  - control: rds-minor-upgrades\n    resource: environment/ticketing/*/db_instance.db\n    \
                      reason: the vendor tests each minor version first\n    owner: travel-web\n    approver: security@acme.example\n    \
                      expires: EXPIRES\n";

impl Folder {
    /// The example, with a patch that breaks one control.
    fn broken() -> Self {
        let folder = Self::example();
        let path = folder.0.path().join("app.yaml");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, text + "\npatch:\n  db_instance.db: {AutoMinorVersionUpgrade: false}\n").unwrap();
        folder
    }

    fn example() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        let mut queue = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/ticketing")];
        let root = queue[0].clone();
        while let Some(from) = queue.pop() {
            for entry in std::fs::read_dir(from).unwrap() {
                let path = entry.unwrap().path();
                let to = folder.0.path().join(path.strip_prefix(&root).unwrap());
                if path.is_dir() {
                    std::fs::create_dir_all(to).unwrap();
                    queue.push(path);
                } else {
                    std::fs::copy(path, to).unwrap();
                }
            }
        }
        folder
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Answer {
        let done = Command::new(env!("CARGO_BIN_EXE_strata"))
            .args(arguments)
            .current_dir(self.0.path())
            .env_clear()
            .env("HOME", self.0.path().join("home"))
            .env("COLUMNS", "100")
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(self.0.path().to_str().unwrap(), "FOLDER");
        Answer { code: done.status.code().unwrap(), out: text(done.stdout), err: text(done.stderr) }
    }

    fn json(&self, arguments: &[&str]) -> (i32, Value) {
        let answer = self.run(arguments);
        (answer.code, serde_json::from_str(&answer.out).unwrap_or_else(|_| panic!("{}{}", answer.out, answer.err)))
    }

    fn whole(&self, arguments: &[&str]) -> String {
        let Answer { code, out, err } = self.run(arguments);
        format!("strata {}\nexit code {code}\n--- standard output\n{out}--- standard error\n{err}", arguments.join(" "))
    }
}

macro_rules! golden {
    ($name:expr, $text:expr) => {{
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!($name, $text));
    }};
}

const CHECK: [&str; 4] = ["comply", "check", "--env", "dev"];

fn violation(value: &Value) -> &Value {
    let verdicts = value["verdicts"].as_array().unwrap();
    let found: Vec<&Value> = verdicts.iter().filter(|verdict| verdict["status"] == "violated").collect();
    assert_eq!(found.len(), 1);
    found[0]
}

#[test]
fn what_keeps_its_standards_says_so() {
    golden!("comply-check", Folder::example().whole(&CHECK));
}

#[test]
fn a_violation_is_told_with_its_line_its_requirements_and_its_repair() {
    let folder = Folder::broken();
    golden!("comply-check-broken", folder.whole(&CHECK));
    golden!("comply-check-broken-markdown", folder.whole(&[&CHECK[..], &["--format", "markdown"]].concat()));
    golden!("comply-check-broken-sarif", folder.whole(&[&CHECK[..], &["--format", "sarif"]].concat()));
    let (code, value) = folder.json(&[&CHECK[..], &["--format", "json"]].concat());
    assert_eq!(code, 1);
    let verdict = violation(&value);
    assert_eq!(verdict["control"], "rds-minor-upgrades");
    assert_eq!(verdict["address"], "environment/ticketing/dev/db_instance.db");
    assert!(verdict["repair"].is_string() && verdict["severity"].is_string() && verdict["origin"]["line"].is_u64());
}

#[test]
fn a_waiver_excuses_until_its_last_day_and_is_always_seen() {
    let folder = Folder::broken();
    folder.write("waivers/db.yaml", &WAIVER.replace("EXPIRES", "2999-12-31"));
    golden!("comply-check-waived", folder.whole(&CHECK));
    golden!("comply-check-waived-sarif", folder.whole(&[&CHECK[..], &["--format", "sarif"]].concat()));
    let (code, value) = folder.json(&[&CHECK[..], &["--format", "json"]].concat());
    let verdict = violation(&value);
    assert_eq!((code, &verdict["waiver"]["expired"], &verdict["waiver"]["owner"]), (0, &false.into(), &"travel-web".into()));
    let plan = folder.run(&["plan", "--env", "dev"]);
    assert_eq!(plan.code, 0, "a waived violation does not block");
    assert!(plan.out.contains("1 violated (1 waived)") && plan.out.contains("waived: rds-minor-upgrades by"), "{}", plan.out);
    let (_, plan) = folder.json(&["plan", "--env", "dev", "--format", "json"]);
    assert_eq!(violation(&plan)["waiver"]["approver"], "security@acme.example");

    folder.write("waivers/db.yaml", &WAIVER.replace("EXPIRES", "2020-02-29"));
    golden!("comply-check-expired", folder.whole(&CHECK));
    let plan = folder.run(&["plan", "--env", "dev"]);
    assert_eq!(plan.code, 1, "an expired one excuses nothing");
    assert!(
        plan.out.replace("\n    ", " ").contains("its waiver expired on 2020-02-29 (owner travel-web, waivers/db.yaml:2)"),
        "{}",
        plan.out
    );

    // Named elsewhere: the folder beside the platform file does not count then.
    folder.write("elsewhere/db.yaml", &WAIVER.replace("EXPIRES", "2999-12-31"));
    assert_eq!(folder.run(&[&CHECK[..], &["--waivers", "elsewhere"]].concat()).code, 0);
    assert_eq!(folder.run(&[&CHECK[..], &["--waivers", "nowhere"]].concat()).code, 1);
}

#[test]
fn what_is_wrong_with_waivers_is_told_at_once() {
    let folder = Folder::example();
    folder.write(
        "waivers/a.yaml",
        "waivers:\n  - control: rds-minor-upgrade\n    resource: '*'\n    reason: none\n    owner: dana\n    approver: dana\n    expires: 2027-02-30\n",
    );
    folder.write(
        "waivers/b.yaml",
        "waivers:\n  - {control: rds-encrypted, resource: '*', owner: dana, approver: sam, expires: 2027-02-28}\n",
    );
    folder.write("waivers/README.md", "not read");
    golden!("comply-waivers-broken", folder.whole(&CHECK));
    folder.write("waivers/a.yaml", &WAIVER.replace("EXPIRES", "2999-12-31"));
    folder.write("waivers/b.yaml", &WAIVER.replace("EXPIRES", "2999-12-30"));
    golden!("comply-waivers-twice", folder.whole(&CHECK));
}

#[test]
fn a_waiver_that_excuses_nothing_is_told_by_the_plan() {
    let folder = Folder::example();
    folder.write("waivers/db.yaml", &WAIVER.replace("EXPIRES", "2999-12-31"));
    let plan = folder.run(&["plan", "--env", "dev"]);
    assert_eq!(plan.code, 0);
    assert!(plan.out.contains("E0615"), "{}", plan.out);
}

#[test]
fn a_pull_request_is_told_what_it_adds_and_what_it_removes() {
    let (clean, broken) = (Folder::example(), Folder::broken());
    let base = clean.run(&[&CHECK[..], &["--format", "json"]].concat()).out;
    let worse = broken.run(&[&CHECK[..], &["--format", "json"]].concat()).out;
    broken.write("base.json", &base);
    clean.write("base.json", &worse);
    let against = ["--against", "base.json"];
    golden!("comply-against-worse", broken.whole(&[&CHECK[..], &against, &["--format", "markdown"]].concat()));
    golden!("comply-against-better", clean.whole(&[&CHECK[..], &against, &["--format", "markdown"]].concat()));
    clean.write("base.json", &base);
    golden!("comply-against-same", clean.whole(&[&CHECK[..], &against].concat()));
    let (_, value) = broken.json(&[&CHECK[..], &against, &["--format", "json"]].concat());
    assert_eq!(value["against"]["violated"][0]["control"], "rds-minor-upgrades");
    clean.write("base.json", "{}");
    golden!("comply-against-nothing", clean.whole(&[&CHECK[..], &against].concat()));
}

#[test]
fn help_and_wrong_calls() {
    let folder = Folder::example();
    for command in ["check", "watch", "findings"] {
        golden!(format!("help-comply-{command}"), folder.whole(&["comply", command, "--help"]));
    }
    golden!("comply-watch-never", folder.whole(&["comply", "watch", "--env", "dev", "--every", "0s"]));
    golden!("comply-live-of-nothing", folder.whole(&["comply", "check", "--env", "dev", "--live"]));
    golden!("comply-findings-of-nothing", folder.whole(&["comply", "findings", "--env", "dev"]));
    golden!("comply-findings-wrong-format", folder.whole(&["comply", "findings", "--env", "dev", "--format", "sarif"]));
}

/// The rules of the documents, beside the example's platform file.
fn with_rules(folder: &Folder) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/rules");
    for name in ["queue_retention.rego", "queue_retention_test.rego"] {
        folder.write(&format!("rules/{name}"), &std::fs::read_to_string(from.join(name)).unwrap());
    }
}

fn of_rule<'v>(value: &'v Value, rule: &str) -> Vec<(&'v str, &'v str)> {
    let verdicts = value["verdicts"].as_array().unwrap().iter().filter(|verdict| verdict["control"] == format!("rules/{rule}"));
    verdicts.map(|verdict| (verdict["status"].as_str().unwrap(), verdict["detail"].as_str().unwrap())).collect()
}

#[test]
fn the_rules_of_the_documents_judge_and_pass_their_tests() {
    let folder = Folder::example();
    with_rules(&folder);
    golden!("comply-test", folder.whole(&["comply", "test"]));
    let (_, value) = folder.json(&[&CHECK[..], &["--format", "json"]].concat());
    assert!(of_rule(&value, "queue_retention").len() >= 2, "{value}");
    let document = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/compliance.md")).unwrap();
    let rule = std::fs::read_to_string(folder.0.path().join("rules/queue_retention.rego")).unwrap();
    assert!(document.contains(&rule), "docs/compliance.md shows another rule than examples/rules");
}

#[test]
fn a_users_rule_blocks_a_plan_and_can_be_waived() {
    let folder = Folder::example();
    with_rules(&folder);
    let path = folder.0.path().join("rules/queue_retention.rego");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("four_days := 345600", "four_days := 99999999")).unwrap();
    let plan = folder.run(&["plan", "--env", "dev"]);
    assert_eq!(plan.code, 1);
    assert!(plan.out.contains("violated: rules/queue_retention by environment/ticketing/dev/queue.bookings"), "{}", plan.out);
    folder.write(
        "waivers/queues.yaml",
        "waivers:\n  - {control: rules/queue_retention, resource: '*', reason: r, owner: a, approver: b, expires: 2999-12-31}\n",
    );
    assert_eq!(folder.run(&["plan", "--env", "dev"]).code, 0);
}

#[test]
fn a_rule_that_cannot_be_evaluated_is_not_decidable() {
    let folder = Folder::example();
    with_rules(&folder);
    let long = "x := count([1 | some a in numbers.range(1, 100000); some b in numbers.range(1, 100000); a == b])\n";
    let much = "x := [a | some i in numbers.range(1, 100000000); a := sprintf(\"%d %d %d\", [i, i, i])]\n";
    for (name, body) in [
        ("broken", "met contains to_number(\"one\")\n"),
        ("strange", "violated contains \"environment/ticketing/dev/queue.no_such\"\n"),
        ("long", long),
        ("much", much),
        ("form", "met := 3\n"),
    ] {
        folder.write(&format!("rules/{name}.rego"), &format!("package strata.rules.{name}\n\n{body}"));
    }
    let (_, value) = folder.json(&[&CHECK[..], &["--format", "json"]].concat());
    for (name, why) in [
        ("broken", "could not be evaluated"),
        ("strange", "no resource of its input"),
        ("long", "could not be evaluated"),
        ("much", "could not be evaluated"),
        ("form", "right form"),
    ] {
        let verdicts = of_rule(&value, name);
        assert_eq!(verdicts.len(), 1, "{name}");
        assert_eq!(verdicts[0].0, "not-decidable", "{name}");
        assert!(verdicts[0].1.contains(why), "{name}: {}", verdicts[0].1);
    }
    assert!(of_rule(&value, "queue_retention").iter().all(|(status, _)| *status == "met"), "one rule's trouble is no other's");
    folder.write("rules/unreadable.rego", "package strata.rules.unreadable\n\nx := \n");
    let answer = folder.run(&CHECK);
    assert_eq!(answer.code, 1);
    assert!(answer.err.contains("E0631") && answer.err.contains("unreadable.rego"), "{}", answer.err);
}
