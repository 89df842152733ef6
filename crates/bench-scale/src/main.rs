//! Measures planner, engine and store on graphs of many simulated resources: `strata-bench-scale [--runs R] [--phases] N...`;
//! `strata-bench-scale --terraform N` prints the same graph for Terraform.
//!
//! Prints one JSON line for each work: `{"work": …, "n": …, "seconds": …, "peak_mib": …}`. Invariants: each work is a process of its
//! own, so that time and memory are those of the whole process (from its start to its end; its own `VmHWM`); planner, engine, store
//! and journal are those of the product, with the same durability; only the cloud is simulated. With several runs each figure is the
//! median.

mod generator;
mod work;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, bail};
use serde::Serialize;

use work::{Report, Work};

/// One line of the answer.
#[derive(Serialize)]
struct Line {
    work: Work,
    n: usize,
    seconds: f64,
    peak_mib: f64,
}

/// What the command line asks for.
struct Wanted {
    runs: usize,
    phases: bool,
    sizes: Vec<usize>,
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, work, n, folder] = arguments.as_slice()
        && flag == "--child"
    {
        let report = work::run(work.parse()?, n.parse()?, Path::new(folder))?;
        println!("{}", serde_json::to_string(&report)?);
        return Ok(());
    }
    if let [flag, n] = arguments.as_slice()
        && flag == "--terraform"
    {
        println!("{}", generator::terraform(n.parse().with_context(|| format!("'{n}' is not a number of resources"))?)?);
        return Ok(());
    }
    let wanted = read(&arguments)?;
    for n in &wanted.sizes {
        for line in measure(*n, &wanted)? {
            println!("{}", serde_json::to_string(&line)?);
        }
    }
    Ok(())
}

fn read(arguments: &[String]) -> anyhow::Result<Wanted> {
    let mut wanted = Wanted { runs: 1, phases: false, sizes: Vec::new() };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--runs" => wanted.runs = rest.next().context("--runs needs a number")?.parse().context("--runs needs a number")?,
            "--phases" => wanted.phases = true,
            number => wanted.sizes.push(number.parse().with_context(|| format!("'{number}' is not a number of resources"))?),
        }
    }
    if wanted.sizes.is_empty() || wanted.runs == 0 || wanted.sizes.contains(&0) {
        bail!("usage: strata-bench-scale [--runs R] [--phases] N...; R and N are at least 1");
    }
    Ok(wanted)
}

/// Every work, as often as wanted; the median of each figure.
fn measure(n: usize, wanted: &Wanted) -> anyhow::Result<Vec<Line>> {
    let mut lines = Vec::new();
    let mut all: Vec<Vec<(f64, f64)>> = vec![Vec::new(); Work::ALL.len()];
    for _ in 0..wanted.runs {
        // The state that `apply-new` leaves is what `plan-noop` reads. Beside the binary, since `/tmp` may be memory, where a flush costs nothing.
        let beside = std::env::current_exe()?.parent().map(Path::to_owned).context("the binary has no folder")?;
        let folder = tempfile::Builder::new().prefix("bench-scale-").tempdir_in(beside)?;
        for (work, figures) in Work::ALL.into_iter().zip(&mut all) {
            let (seconds, report) = child(work, n, folder.path())?;
            if wanted.phases {
                eprintln!("{work} {n}: {:.3} s whole; {}", seconds, report.phases_text());
            }
            figures.push((seconds, report.peak_mib));
        }
    }
    for (work, figures) in Work::ALL.into_iter().zip(&all) {
        let seconds = median(figures.iter().map(|(seconds, _)| *seconds));
        let peak_mib = median(figures.iter().map(|(_, peak)| *peak));
        lines.push(Line { work, n, seconds: rounded(seconds, 4), peak_mib: rounded(peak_mib, 1) });
    }
    Ok(lines)
}

/// One work in a process of its own; the seconds from its start to its end.
fn child(work: Work, n: usize, folder: &Path) -> anyhow::Result<(f64, Report)> {
    let started = Instant::now();
    let output = Command::new(std::env::current_exe()?)
        .args(["--child", &work.to_string(), &n.to_string()])
        .arg(folder)
        .stderr(Stdio::inherit())
        .output()?;
    let seconds = started.elapsed().as_secs_f64();
    if !output.status.success() {
        bail!("{work} of {n} resources ended with {}", output.status);
    }
    Ok((seconds, serde_json::from_slice(&output.stdout)?))
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => values[odd / 2],
        even => f64::midpoint(values[even / 2 - 1], values[even / 2]),
    }
}

fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    (value * scale).round() / scale
}
