//! Users' rules in Rego: `rules/*.rego` beside the platform file, evaluated by this binary in a process of its own.
//!
//! Invariants: a rule sees what our rules see and reaches nothing else; what it takes of time and memory is limited; a rule that cannot be
//! evaluated, or names what is not there, is not decidable and never met.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};
use strata_diag::{Diagnostic, Diagnostics, codes};
use strata_graph::{Address, Document, Graph, Resource};
use strata_policy::{ControlId, ObservedGraph, Requirement, Status, Verdict, judge_observed_by};

use crate::failure::Failure;
use crate::files::Files;

/// How long one rule may take.
const TIME: Duration = Duration::from_secs(5);

/// How much longer its process is waited for: it is to say itself that its time is over.
const GRACE: Duration = Duration::from_secs(2);

/// How much memory its process may have, in kibibytes: 512 MiB.
const MEMORY: u32 = 512 * 1024;

/// The word that makes a process of this binary the evaluator.
const EVALUATOR: &str = "internal-evaluate-rules";

/// What the ids of users' controls begin with: no control of ours does.
pub const PREFIX: &str = "rules/";

/// One test of a rule.
#[derive(Debug, Deserialize)]
pub struct Test {
    /// Its package.
    pub package: String,
    /// Its name.
    pub name: String,
    /// Whether it was true.
    pub passed: bool,
    /// Why it could not be evaluated.
    pub error: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Answer {
    #[serde(default)]
    mistakes: Vec<Mistake>,
    #[serde(default)]
    rules: Vec<Value>,
    #[serde(default)]
    tests: Vec<Test>,
}

#[derive(Debug, Deserialize)]
struct Mistake {
    file: String,
    error: String,
}

/// What a package of rules says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    repair: String,
    requirements: Vec<Requirement>,
    met: Vec<Line>,
    violated: Vec<Line>,
    not_decidable: Vec<Line>,
}

/// One verdict of a rule: an address, or an address with what was seen.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Line {
    Address(String),
    Detail { address: String, detail: String },
}

impl Line {
    fn parts(&self) -> (&str, &str) {
        match self {
            Self::Address(address) => (address, ""),
            Self::Detail { address, detail } => (address, detail),
        }
    }
}

/// The files of the rules, as a request carries them; nothing where there are none.
fn texts(files: &Files) -> Result<Vec<Value>, Failure> {
    let sources = files.rules.texts(&["rego"])?;
    Ok(sources.iter().map(|source| json!({"name": &*source.file, "text": &*source.text})).collect())
}

/// What every rule says of a graph. `also` says which other addresses a resource names, for a graph in which identifiers stand for references.
pub fn judge(files: &Files, graph: &Graph, live: bool, also: impl Fn(&Resource) -> BTreeSet<Address>) -> Result<Vec<Verdict>, Failure> {
    let texts = texts(files)?;
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    let milliseconds = TIME.as_millis();
    let names = checked(ask(&json!({"files": texts, "milliseconds": milliseconds})))?.rules;
    let input = input(graph, live, also);
    let mut verdicts = Vec::new();
    for name in names.iter().filter_map(Value::as_str) {
        // A process for each, so that one that takes all its memory takes no other with it.
        let answer = ask(&json!({"files": texts, "milliseconds": milliseconds, "only": name, "input": input}));
        let said = answer.map_err(|trouble| trouble.0).and_then(|answer| match answer.rules.into_iter().next() {
            Some(rule) if rule["error"].is_string() => Err(rule["error"].as_str().unwrap_or_default().to_owned()),
            Some(mut rule) => {
                serde_json::from_value::<Said>(rule["value"].take()).map_err(|error| format!("its answer has not the right form: {error}"))
            }
            None => Err("it gave no answer".to_owned()),
        });
        verdicts.extend(of_rule(name, graph, said));
    }
    Ok(verdicts)
}

/// What every rule says of the live cloud, as careful about what was not seen as our own rules are.
pub fn judge_observed(files: &Files, observed: &ObservedGraph) -> Result<Vec<Verdict>, Failure> {
    let also = |resource: &Resource| named(&resource.properties, observed);
    // What is wrong with the rules themselves is told here, once.
    if judge(files, &observed.graph, true, also)?.is_empty() {
        return Ok(Vec::new());
    }
    Ok(judge_observed_by(observed, |graph| judge(files, graph, true, also).unwrap_or_default()))
}

/// The resources whose identifiers stand in a document.
fn named(document: &Document, observed: &ObservedGraph) -> BTreeSet<Address> {
    let mut queue: Vec<&Value> = document.0.iter().filter(|(key, _)| *key != "Tags").map(|(_, value)| value).collect();
    let mut found = BTreeSet::new();
    while let Some(value) = queue.pop() {
        match value {
            Value::String(text) => found.extend(observed.identities.get(text).cloned()),
            Value::Array(items) => queue.extend(items),
            Value::Object(map) => queue.extend(map.values()),
            _ => {}
        }
    }
    found
}

/// The results of the rules' own tests.
pub fn test(files: &Files) -> Result<Vec<Test>, Failure> {
    let texts = texts(files)?;
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    Ok(checked(ask(&json!({"files": texts, "milliseconds": TIME.as_millis(), "test": true})))?.tests)
}

/// What rules see: documented in docs/compliance.md.
fn input(graph: &Graph, live: bool, also: impl Fn(&Resource) -> BTreeSet<Address>) -> Value {
    let resources: Vec<Value> = graph
        .iter()
        .map(|resource| {
            let mut references = resource.dependencies();
            references.extend(also(resource));
            json!({
                "address": resource.address, "scope": resource.address.scope(), "kind": resource.address.kind(), "name": resource.address.name(),
                "type": resource.type_name, "layer": resource.layer, "properties": resource.properties, "references": references,
                "origin": resource.origins.first(),
            })
        })
        .collect();
    json!({"version": 1, "live": live, "resources": resources})
}

/// The verdicts of one rule. Of a resource that is named twice the worst counts.
fn of_rule(name: &str, graph: &Graph, said: Result<Said, String>) -> Vec<Verdict> {
    let make = |resource: &Resource, status, detail: String, requirements: &[Requirement]| Verdict {
        control: ControlId(format!("{PREFIX}{name}")),
        address: resource.address.clone(),
        status,
        detail,
        requirements: requirements.to_vec(),
        origin: resource.origins.first().cloned(),
        waiver: None,
    };
    // What has no resource to speak of stands at the graph's last: that of the scope that was asked for.
    let open = |why: String| -> Vec<Verdict> {
        graph.iter().last().map(|resource| make(resource, Status::NotDecidable, why, &[])).into_iter().collect()
    };
    let said = match said {
        Ok(said) => said,
        Err(error) => return open(format!("the rule could not be evaluated: {error}")),
    };
    let mut by_address: BTreeMap<Address, Verdict> = BTreeMap::new();
    let lists = [(Status::Met, &said.met), (Status::NotDecidable, &said.not_decidable), (Status::Violated, &said.violated)];
    for (status, lines) in lists {
        for line in lines {
            let (address, detail) = line.parts();
            let Some(resource) = address.parse::<Address>().ok().and_then(|address| graph.get(&address)) else {
                return open(format!("the rule names '{address}', which is no resource of its input"));
            };
            let seen = if detail.is_empty() { "the rule says so".to_owned() } else { detail.to_owned() };
            let detail = if status == Status::Violated && !said.repair.is_empty() { format!("{seen}. {}", said.repair) } else { seen };
            by_address.insert(resource.address.clone(), make(resource, status, detail, &said.requirements));
        }
    }
    by_address.into_values().collect()
}

/// Why a process gave no answer.
#[derive(Debug)]
struct Trouble(String);

fn checked(answer: Result<Answer, Trouble>) -> Result<Answer, Failure> {
    let answer = answer.map_err(|trouble| {
        let hint = "nothing is claimed without them; move the folder away to go on without the rules";
        Failure::new(codes::E0630, format!("the rules cannot be evaluated: {}", trouble.0), hint)
    })?;
    let mut diagnostics = Diagnostics::new();
    for mistake in &answer.mistakes {
        let hint = "docs/compliance.md shows a rule; `strata comply test` runs the rules' own tests";
        diagnostics.push(Diagnostic::error(codes::E0631, format!("{} cannot be read: {}", mistake.file, mistake.error)).hint(hint));
    }
    if diagnostics.is_empty() { Ok(answer) } else { Err(Failure::of_files(diagnostics, &strata_diag::Sources::new())) }
}

/// Whether this process was started to evaluate rules.
pub fn is_evaluator() -> bool {
    std::env::args_os().skip(1).eq([EVALUATOR])
}

/// The evaluator: one request as JSON on standard input, one answer as JSON on standard output. It reads and writes nothing else.
pub fn evaluate() -> ExitCode {
    let mut text = String::new();
    let request = std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| error.to_string())
        .and_then(|_| serde_json::from_str::<strata_rego::Request>(&text).map_err(|error| error.to_string()));
    match request {
        Ok(request) => {
            println!("{}", strata_rego::answer(&request));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("the request cannot be read: {error}");
            ExitCode::from(2)
        }
    }
}

/// Asks a process of its own, with limits on its time and memory.
fn ask(request: &Value) -> Result<Answer, Trouble> {
    let program = std::env::current_exe().map_err(|error| Trouble(format!("this binary cannot be found again: {error}")))?;
    // The shell sets the limit and becomes the program: the limit is the kernel's, whatever a rule does.
    let mut child = Command::new("/bin/sh")
        .arg("-c")
        .arg(format!("ulimit -v {MEMORY}; exec \"$0\" {EVALUATOR}"))
        .arg(&program)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| Trouble(format!("{} cannot be started: {error}", program.display())))?;
    let text = request.to_string();
    let stdin = child.stdin.take();
    let stdout = reader(child.stdout.take());
    let stderr = reader(child.stderr.take());
    let sent = std::thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(text.as_bytes())));
    let ended = wait(&mut child);
    // A process that is gone closed its pipes, so none of these waits.
    let _ = sent.join();
    let (out, err) = (stdout.join().unwrap_or_default(), stderr.join().unwrap_or_default());
    match ended {
        None => Err(Trouble(format!("it took longer than {} s", TIME.as_secs()))),
        Some(status) if status.success() => {
            serde_json::from_str(&out).map_err(|error| Trouble(format!("its answer cannot be read: {error}")))
        }
        Some(status) => {
            let why = err.lines().next().unwrap_or("it may have needed more than 512 MiB of memory");
            Err(Trouble(format!("its process ended with {status}: {why}")))
        }
    }
}

fn reader(pipe: Option<impl Read + Send + 'static>) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut text = Vec::new();
        if let Some(mut pipe) = pipe {
            // What cannot be read is an answer that cannot be read, and is told as one.
            let _ = pipe.read_to_end(&mut text);
        }
        String::from_utf8_lossy(&text).into_owned()
    })
}

fn wait(child: &mut Child) -> Option<std::process::ExitStatus> {
    let started = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if started.elapsed() < TIME + GRACE => std::thread::sleep(pause),
            _ => {
                // It is killed and its remains are taken away; it may have ended in between.
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}
