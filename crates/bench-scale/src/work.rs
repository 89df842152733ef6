//! The three works, each as the command line does it: read the state, look at the cloud, plan, run.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, bail, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use strata_engine::{Cancel, Engine, Limits, Patience};
use strata_graph::{Graph, Scope};
use strata_plan::{Desired, Observations, Placement, Plan, PlanInput, ScopeState};
use strata_provider::FakeCloud;
use strata_store::{RunStatus, SqliteStore, Starter, Store};

use crate::generator::{PLATFORM, contracts, graph, scope};

/// How many steps are at work at once. The simulated cloud has no limits of its own, so this bounds how many intents share a flush of the disk.
const AT_ONCE: usize = 1024;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    /// A plan where nothing stands.
    PlanNew,
    /// That plan and its run, journal on disk.
    ApplyNew,
    /// A plan of what stands: the state is read, every resource looked at.
    PlanNoop,
}

impl Work {
    /// All, in the order in which they can be done in one folder.
    pub const ALL: [Self; 3] = [Self::PlanNew, Self::ApplyNew, Self::PlanNoop];

    fn word(self) -> &'static str {
        match self {
            Self::PlanNew => "plan-new",
            Self::ApplyNew => "apply-new",
            Self::PlanNoop => "plan-noop",
        }
    }
}

impl fmt::Display for Work {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

impl FromStr for Work {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|work| work.word() == text).with_context(|| format!("'{text}' is not a work"))
    }
}

/// What a process says of itself at its end.
#[derive(Debug, Serialize, Deserialize)]
pub struct Report {
    /// Its peak resident memory.
    pub peak_mib: f64,
    /// The processor time of all its threads, in seconds, to the hundredth.
    pub processor: f64,
    /// Where its time went, in seconds.
    pub phases: Vec<(String, f64)>,
}

impl Report {
    /// The phases in one line.
    pub fn phases_text(&self) -> String {
        let parts: Vec<String> = self.phases.iter().map(|(name, seconds)| format!("{name} {seconds:.3}")).collect();
        format!("{}; processor {:.2}; peak {:.1} MiB", parts.join(", "), self.processor, self.peak_mib)
    }
}

struct Clock {
    since: Instant,
    phases: Vec<(String, f64)>,
}

impl Clock {
    fn lap(&mut self, name: &str) {
        self.phases.push((name.to_owned(), self.since.elapsed().as_secs_f64()));
        self.since = Instant::now();
    }
}

/// Does one work in this process.
///
/// # Errors
/// When it does not end as it should: a plan of another size, a run that is not done.
pub fn run(work: Work, n: usize, folder: &Path) -> anyhow::Result<Report> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let phases = runtime.block_on(perform(work, n, folder))?;
    Ok(Report { peak_mib: peak_mib()?, processor: processor()?, phases })
}

async fn perform(work: Work, n: usize, folder: &Path) -> anyhow::Result<Vec<(String, f64)>> {
    let mut clock = Clock { since: Instant::now(), phases: Vec::new() };
    let graph = graph(n)?;
    clock.lap("generate");
    match work {
        Work::PlanNew => {
            let plan = plan(&graph, &BTreeMap::new(), &Observations::new())?;
            ensure!(plan.actions.len() == n, "the plan has {} actions", plan.actions.len());
            clock.lap("plan");
        }
        Work::ApplyNew => {
            let plan = plan(&graph, &BTreeMap::new(), &Observations::new())?;
            drop(graph);
            clock.lap("plan");
            let store = Arc::new(SqliteStore::open(folder).await?);
            clock.lap("open");
            let (events, mut heard) = tokio::sync::mpsc::unbounded_channel();
            let listener = tokio::spawn(async move {
                let mut count = 0_usize;
                while heard.recv().await.is_some() {
                    count += 1;
                }
                count
            });
            let report = engine(Arc::new(FakeCloud::new(contracts())), store).run(&plan, &starter(), Cancel::default(), events).await?;
            ensure!(report.status == RunStatus::Done, "the run ended with {}", report.summary);
            ensure!(listener.await? >= 2 * n, "the run told of fewer steps than it has");
            clock.lap("run");
        }
        Work::PlanNoop => {
            let store = Arc::new(SqliteStore::open(folder).await?);
            let mut states: BTreeMap<Scope, ScopeState> =
                store.scopes().await?.into_iter().map(|state| (state.scope.clone(), state)).collect();
            clock.lap("read the state");
            let cloud = FakeCloud::new(contracts());
            for state in states.values().flat_map(|scope| scope.resources.values()) {
                let id = state.id.as_ref().with_context(|| format!("{} was not made", state.address))?;
                cloud.stand(&state.address, id, state.properties.clone(), state.outputs.clone());
            }
            clock.lap("fill the cloud");
            let refreshed = engine(Arc::new(cloud), store).refresh(PLATFORM, &mut states).await;
            ensure!(refreshed.unseen.is_empty() && refreshed.observations.len() == n, "not everything was seen");
            clock.lap("refresh");
            let plan = plan(&graph, &states, &refreshed.observations)?;
            ensure!(plan.is_empty() && plan.scopes.iter().map(|part| part.unchanged).sum::<usize>() == n, "something changed");
            clock.lap("plan");
        }
    }
    Ok(clock.phases)
}

fn plan(graph: &Graph, states: &BTreeMap<Scope, ScopeState>, observations: &Observations) -> anyhow::Result<Plan> {
    let target = scope();
    let placement = Placement { account: "bench".into(), account_id: "111111111111".into(), role: None, region: "us-east-1".into() };
    let desired = [Desired { scope: target.clone(), placement, metadata: Value::Null, stands_on: Vec::new() }];
    Ok(strata_plan::build(PlanInput {
        platform: PLATFORM,
        target: &target,
        scopes: &desired,
        graph,
        contracts: &contracts(),
        states,
        observations,
        delete_data: &BTreeSet::new(),
        verdicts: Vec::new(),
        notices: Vec::new(),
        endpoints: Vec::new(),
        approve: Vec::new(),
        directions: &strata_plan::Directions::default(),
    })?)
}

fn engine(cloud: Arc<FakeCloud>, store: Arc<SqliteStore>) -> Engine {
    let store: Arc<dyn Store> = store;
    Engine::new(cloud, store, contracts(), Limits::emulator(AT_ONCE), Patience::EMULATOR)
}

fn starter() -> Starter {
    Starter { user: "bench".into(), host: "here".into(), process: std::process::id(), approval: None }
}

/// The most memory that this process held at once, as the kernel counted it.
fn peak_mib() -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status").context("peak memory is read from /proc/self/status, which Linux has")?;
    let Some(line) = status.lines().find_map(|line| line.strip_prefix("VmHWM:")) else { bail!("/proc/self/status has no VmHWM") };
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().context("VmHWM is no number")?;
    Ok(kib / 1024.0)
}

/// The processor time of this process so far: the fields `utime` and `stime` of proc(5), in hundredths of a second.
fn processor() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").context("processor time is read from /proc/self/stat, which Linux has")?;
    // The name in parentheses may hold anything; after it come the state and ten more fields.
    let (_, fields) = stat.rsplit_once(')').context("/proc/self/stat is not as expected")?;
    let ticks: Vec<f64> = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    Ok(ticks.iter().sum::<f64>() / 100.0)
}
