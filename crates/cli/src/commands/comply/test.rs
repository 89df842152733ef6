//! `strata comply test`: runs the tests of the users' rules.

use serde_json::json;

use crate::arguments::{Arguments, Format};
use crate::failure::Failure;
use crate::output::{self, Paint, count};
use crate::{files, rules};

/// Runs it.
pub fn run(arguments: &Arguments) -> Result<u8, Failure> {
    let files = files::of(arguments)?;
    let tests = rules::test(&files)?;
    let failed = tests.iter().filter(|test| !test.passed).count();
    if arguments.format == Some(Format::Json) {
        let list: Vec<_> = tests
            .iter()
            .map(|test| json!({"package": test.package, "name": test.name, "passed": test.passed, "error": test.error}))
            .collect();
        output::answer(&format!("{:#}\n", json!({"version": 1, "failed": failed, "tests": list})));
        return Ok(u8::from(failed > 0));
    }
    let paint = Paint(output::colour(&std::io::stdout()));
    let mut text = String::new();
    for test in &tests {
        let word = if test.passed { paint.green("passed") } else { paint.red("failed") };
        text.push_str(&format!("{word} {}.{}\n", test.package.trim_start_matches("data."), test.name));
        if let Some(error) = &test.error {
            text.push_str(&format!("  {}\n", error.replace('\n', "\n  ")));
        }
    }
    text.push_str(&format!("{}, {failed} failed\n", count(tests.len(), "test")));
    if tests.is_empty() {
        text.push_str(&format!("note: no rule of {} begins with test_\n", files.rules.folder.display()));
    }
    output::answer(&text);
    Ok(u8::from(failed > 0))
}
