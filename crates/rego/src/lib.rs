//! Users' rules in Rego: from the files and the input to what each package says, or to the results of the rules' own tests.
//!
//! Invariants: a rule reaches neither network, files nor clock; one that cannot be evaluated, or not in its time, gives an error and no value.
//! Memory is not limited here: whoever calls this does so in a process of its own, under the kernel's limit.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::time::Duration;

use regorus::unstable::{Rule, RuleHead};
use regorus::utils::get_path_string;
use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, Value};
use serde::Deserialize;
use serde_json::{Value as Json, json};

/// What every package of rules begins with; what follows is the rule's name.
const PACKAGE: &str = "data.strata.rules.";

/// How many steps the interpreter makes between two looks at the clock.
const STEPS: NonZeroU32 = NonZeroU32::MIN;

/// A request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Whether to run the rules' tests instead of the rules.
    #[serde(default)]
    pub test: bool,
    /// The one package to evaluate; all where none is named.
    #[serde(default)]
    pub only: Option<String>,
    /// The files.
    pub files: Vec<File>,
    /// What the rules see.
    #[serde(default)]
    pub input: Json,
    /// How long one evaluation may take, in milliseconds.
    pub milliseconds: u64,
}

/// A file of rules.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// The answer: `mistakes` where a file cannot be read; `tests`, or `rules` by name, or the one rule that was named with its `value` or `error`.
#[must_use]
pub fn answer(request: &Request) -> Json {
    let mut engine = Engine::new();
    engine.set_strict_builtin_errors(true);
    engine.set_execution_timer_config(ExecutionTimerConfig { limit: Duration::from_millis(request.milliseconds), check_interval: STEPS });
    let mut packages: Vec<String> = Vec::new();
    let mut mistakes: Vec<Json> = Vec::new();
    for file in &request.files {
        // Tests stand beside the rules in files of their own, as is the custom; a plan is not judged by them.
        if !request.test && file.name.ends_with("_test.rego") {
            continue;
        }
        match engine.add_policy(file.name.clone(), file.text.clone()) {
            Ok(package) => packages.push(package),
            Err(error) => mistakes.push(json!({"file": file.name, "error": error.to_string().trim()})),
        }
    }
    packages.sort();
    packages.dedup();
    if !mistakes.is_empty() {
        return json!({"mistakes": mistakes});
    }
    if request.test {
        return json!({"tests": tests(&mut engine, &packages)});
    }
    match Value::from_json_str(&request.input.to_string()) {
        Ok(input) => engine.set_input(input),
        Err(error) => return json!({"mistakes": [{"file": "", "error": format!("the input: {error}")}]}),
    }
    let names = packages.iter().filter_map(|package| package.strip_prefix(PACKAGE));
    if request.only.is_none() {
        return json!({"rules": names.collect::<Vec<_>>()});
    }
    let rules: Vec<Json> =
        names.filter(|name| request.only.as_deref() == Some(*name)).map(|name| rule(&mut engine.clone(), name)).collect();
    json!({"rules": rules})
}

/// The value of one package, or why it has none.
fn package(engine: &mut Engine, path: &str) -> Result<Json, String> {
    let results = engine.eval_query(path.to_owned(), false).map_err(|error| error.to_string().trim().to_owned())?;
    let value = results.result.first().and_then(|result| result.expressions.first()).map(|expression| &expression.value);
    let Some(value) = value.filter(|value| **value != Value::Undefined) else { return Ok(json!({})) };
    // Sets become lists, as in Open Policy Agent's own answers.
    serde_json::to_value(value).map_err(|error| error.to_string())
}

fn rule(engine: &mut Engine, name: &str) -> Json {
    match package(engine, &format!("{PACKAGE}{name}")) {
        Ok(value) => json!({"name": name, "value": value}),
        Err(error) => json!({"name": name, "error": error}),
    }
}

/// Every rule whose name begins with `test_`: passed where it is true.
fn tests(engine: &mut Engine, packages: &[String]) -> Vec<Json> {
    let mut tests = Vec::new();
    for path in packages {
        let names = names_of_tests(engine, path);
        for name in names {
            let mut engine = engine.clone();
            let result = engine.eval_rule(format!("{path}.{name}"));
            let (passed, error) = match result {
                Ok(value) => (value == Value::from(true), None),
                Err(error) => (false, Some(error.to_string().trim().to_owned())),
            };
            tests.push(json!({"package": path, "name": name, "passed": passed, "error": error}));
        }
    }
    tests
}

/// The names of a package's tests, as the interpreter read them.
fn names_of_tests(engine: &mut Engine, path: &str) -> Vec<String> {
    let mut names = BTreeSet::new();
    for module in engine.get_modules().iter() {
        if get_path_string(&module.package.refr, Some("data")).ok().as_deref() != Some(path) {
            continue;
        }
        let rules = module.policy.iter().filter_map(|rule| match &**rule {
            Rule::Spec { head, .. } => Some(head),
            Rule::Default { .. } => None,
        });
        names.extend(rules.filter_map(name).filter(|name| name.starts_with("test_")));
    }
    names.into_iter().collect()
}

/// The name of a rule that stands for itself: not of a set, and not of a function, which nobody calls.
fn name(head: &RuleHead) -> Option<String> {
    match head {
        RuleHead::Compr { refr, .. } => get_path_string(refr, None).ok(),
        RuleHead::Set { .. } | RuleHead::Func { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn ask(text: &str, more: Json) -> Json {
        let mut request = json!({"files": [{"name": "a.rego", "text": text}], "milliseconds": 500, "only": "a"});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        answer(&serde_json::from_value(request).unwrap())
    }

    #[test]
    fn a_package_gives_its_rules() {
        let text = "package strata.rules.a\n\ntitle := \"T\"\n\nviolated contains x.address if some x in input.resources\n";
        let value = ask(text, json!({"input": {"resources": [{"address": "n/a/b.c"}]}}));
        assert_eq!(value, json!({"rules": [{"name": "a", "value": {"title": "T", "violated": ["n/a/b.c"]}}]}));
        let request = json!({"files": [{"name": "a.rego", "text": text}], "milliseconds": 500});
        assert_eq!(answer(&serde_json::from_value(request).unwrap()), json!({"rules": ["a"]}));
    }

    #[test]
    fn what_cannot_be_read_or_evaluated_is_an_error() {
        assert!(ask("package strata.rules.a\n\nx := ", json!({}))["mistakes"][0]["error"].as_str().unwrap().contains("a.rego:"));
        let value = ask("package strata.rules.a\n\nx := to_number(\"one\")\n", json!({}));
        assert!(value["rules"][0]["error"].is_string(), "{value}");
        assert!(ask("package strata.rules.a\n\nx := http.send({})\n", json!({}))["rules"][0]["error"].is_string(), "no network");
    }

    #[test]
    fn it_ends_when_its_time_is_over() {
        let text =
            "package strata.rules.a\n\nx := count([1 | some a in numbers.range(1, 3000); some b in numbers.range(1, 3000); a == b])\n";
        let started = std::time::Instant::now();
        let value = ask(text, json!({"milliseconds": 100}));
        assert!(value["rules"][0]["error"].as_str().unwrap().contains("time"), "{value}");
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn tests_pass_and_fail() {
        let text = "package strata.rules.a\n\ntest_good if 1 == 1\n\ntest_bad if 1 == 2\n\ntest_broken if to_number(\"one\") == 1\n";
        let value = ask(text, json!({"test": true}));
        let told: Vec<(&str, bool)> =
            value["tests"].as_array().unwrap().iter().map(|test| (test["name"].as_str().unwrap(), test["passed"] == true)).collect();
        assert_eq!(told, [("test_bad", false), ("test_broken", false), ("test_good", true)]);
    }
}
