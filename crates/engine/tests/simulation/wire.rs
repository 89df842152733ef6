//! The way to the cloud: calls take time, meet faults, and arrive even when their sender has died.
//!
//! Checked here, at each changing call: it belongs to a step of the approved plan of the process that sent it, or is the documented
//! recovery of one (an update finishes what an earlier run made in part), and it touches only incarnations that stood on record when the
//! plan was made.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_trait::async_trait;
use strata_graph::{Address, Document, PhysicalId, TypeName};
use strata_plan::Operation;
use strata_provider::fake::Fault;
use strata_provider::{Account, ErrorKind, Observation, Placement, Provider, ProviderError, Request, Sought};

use crate::process::Process;
use crate::sim::{Sim, Weather, lock};

/// The cloud as a process reaches it.
pub struct Wire(pub Arc<Process>);

/// A request that outlives its sender.
struct Letter {
    placement: Placement,
    platform: String,
    address: Address,
    type_name: TypeName,
    id: Option<PhysicalId>,
    properties: Document,
}

impl Letter {
    fn of(request: &Request<'_>) -> Self {
        Self {
            placement: request.placement.clone(),
            platform: request.platform.to_owned(),
            address: request.address.clone(),
            type_name: request.type_name.clone(),
            id: request.id.cloned(),
            properties: request.properties.clone(),
        }
    }

    fn request(&self) -> Request<'_> {
        Request {
            placement: &self.placement,
            platform: &self.platform,
            address: &self.address,
            type_name: &self.type_name,
            id: self.id.as_ref(),
            properties: &self.properties,
        }
    }
}

/// Refusals that any changing call may meet. `Unsupported` is no passing fault but the nature of an emulator: see `Sim::lacking`.
const REFUSALS: &[ErrorKind] = &[
    ErrorKind::Throttled,
    ErrorKind::Throttled,
    ErrorKind::Transient,
    ErrorKind::Transient,
    ErrorKind::Conflict,
    ErrorKind::Dependency,
    ErrorKind::Quota,
    ErrorKind::Denied,
    ErrorKind::Credentials,
    ErrorKind::Invalid,
    ErrorKind::NotFound,
    ErrorKind::Internal,
];

/// What the second call of a half-made creation may be refused with. A throttled one is `Transient`, as `ErrorKind::Throttled` says.
const HALVES: &[ErrorKind] =
    &[ErrorKind::Transient, ErrorKind::Quota, ErrorKind::Denied, ErrorKind::Credentials, ErrorKind::Invalid, ErrorKind::Internal];

/// What a look may be refused with. A cloud that calls what stands `NotFound` would lie, and a provider never claims what it has not seen.
const BLIND: &[ErrorKind] = &[ErrorKind::Throttled, ErrorKind::Transient, ErrorKind::Denied, ErrorKind::Credentials];

/// How long a call is on the wire at most, there and back each. What a dead run sent arrives within `Patience::late`.
const LONGEST_WAY: u64 = 50_000;

fn way(sim: &Sim) -> Duration {
    if sim.dice.percent(3) { sim.dice.moment(LONGEST_WAY) } else { sim.dice.moment(300) }
}

impl Wire {
    /// The fault that a changing call meets, if any.
    fn fault(&self, operation: &str, request: &Request<'_>) -> Option<Fault> {
        let sim = &self.0.sim;
        if operation == "create" && sim.lacking.contains(request.address) {
            sim.count("fault: create refused as Unsupported");
            return Some(Fault::Refuse(ErrorKind::Unsupported));
        }
        if sim.weather() != Weather::default()
            && let Some(kind) = sim.stubborn.get(request.address)
        {
            sim.count(format!("fault: refused as {kind:?} as always"));
            return Some(Fault::Refuse(*kind));
        }
        if !sim.dice.percent(sim.weather().calls) {
            return None;
        }
        let fault = match sim.dice.between(0, 9) {
            0..=2 => Fault::LoseAnswer,
            3 | 4 if operation == "create" => Fault::Half(sim.dice.one(HALVES)),
            _ => Fault::Refuse(sim.dice.one(REFUSALS)),
        };
        sim.count(match &fault {
            Fault::LoseAnswer => format!("fault: answer of {operation} lost after it was carried out"),
            Fault::Half(kind) => format!("fault: create half done, then {kind:?}"),
            Fault::Refuse(kind) => format!("fault: {operation} refused as {kind:?}"),
        });
        Some(fault)
    }

    /// What the cloud does with a changing call, however long that takes and whoever still waits for it.
    async fn send<T, F>(
        &self,
        operation: &'static str,
        request: &Request<'_>,
        call: impl FnOnce(Arc<Sim>, Letter) -> F + Send + 'static,
    ) -> T
    where
        T: Send + std::fmt::Debug + 'static,
        F: Future<Output = T> + Send,
    {
        let process = &self.0;
        process.moment(&format!("before the call {operation}")).await;
        let fault = self.fault(operation, request);
        let (there, back) = (way(&process.sim), way(&process.sim));
        let letter = Letter::of(request);
        let (sim, number) = (Arc::clone(&process.sim), process.number);
        sim.on_the_wire.fetch_add(1, Ordering::SeqCst);
        let (answered, answer) = tokio::sync::oneshot::channel();
        tokio::spawn(async move {
            tokio::time::sleep(there).await;
            // Queued and met in one moment, so that it is this call's fault and no other's.
            let met = fault.as_ref().map_or_else(|| "no fault".to_owned(), |fault| format!("{fault:?}"));
            if let Some(fault) = fault {
                sim.cloud.inject(operation, &letter.address.to_string(), fault);
            }
            let line = format!("[{number}] {operation} {} {}", letter.address, letter.id.as_ref().map_or("", |id| id.0.as_str()));
            let result = call(Arc::clone(&sim), letter).await;
            sim.say(format!("{line} ({met}): {result:?}"));
            tokio::time::sleep(back).await;
            sim.on_the_wire.fetch_sub(1, Ordering::SeqCst);
            // A sender that has died hears nothing.
            let _ = answered.send(result);
        });
        let Ok(result) = answer.await else { std::future::pending().await };
        process.moment(&format!("after the call {operation}")).await;
        result
    }

    async fn before_a_look(&self, request: &Request<'_>) {
        let sim = &self.0.sim;
        self.0.moment("before a look").await;
        if sim.dice.percent(sim.weather().looks) {
            let kind = sim.dice.one(BLIND);
            sim.count(format!("fault: look refused as {kind:?}"));
            sim.cloud.inject("observe", &request.address.to_string(), Fault::Refuse(kind));
        }
    }

    /// That this call stands in the approved plan.
    fn approve(&self, operation: &str, request: &Request<'_>) {
        let address = request.address;
        let approved = lock(&self.0.approved);
        let on_record = |id: Option<&PhysicalId>| {
            let ids = approved.as_ref().and_then(|approved| approved.ids.get(address));
            id.is_some_and(|id| ids.is_some_and(|ids| ids.contains(id)))
        };
        let has = |wanted: fn(&Operation) -> bool| approved.as_ref().is_some_and(|approved| approved.has(address, wanted));
        let allowed = match operation {
            "create" => has(|step| *step == Operation::Create),
            // What an earlier run made in part, or this run without hearing of it, is finished by an update.
            "update" => has(|step| *step == Operation::Create) || (has(|step| *step == Operation::Update) && on_record(request.id)),
            _ => has(|step| !matches!(step, Operation::Create | Operation::Update)) && on_record(request.id),
        };
        let held = approved.as_ref().is_some_and(|approved| approved.plan.held(address).is_some());
        drop(approved);
        if held {
            self.0.sim.violated(format!("[{}] {operation} of {address}, which keeps failing and is held", self.0.number));
        }
        if !allowed {
            let id = request.id.map_or("-", |id| id.0.as_str());
            self.0.sim.violated(format!("[{}] {operation} of {address} ({id}) stands in no approved plan of this process", self.0.number));
        }
    }
}

#[async_trait]
impl Provider for Wire {
    async fn account(&self, placement: &Placement) -> Result<Account, ProviderError> {
        self.0.sim.cloud.account(placement).await
    }

    async fn observe(&self, request: &Request<'_>) -> Result<Option<Observation>, ProviderError> {
        self.before_a_look(request).await;
        let sim = &self.0.sim;
        let seen = sim.cloud.observe(request).await.map(|seen| seen.filter(|seen| !sim.is_hidden(&seen.id)));
        self.0.moment("after a look").await;
        seen
    }

    async fn find_besides(&self, request: &Request<'_>, known: &[PhysicalId]) -> Result<Sought, ProviderError> {
        self.before_a_look(request).await;
        let sim = &self.0.sim;
        let sought = sim.cloud.find_besides(request, known).await.map(|sought| match sought {
            Sought::Found(seen) if sim.is_hidden(&seen.id) => Sought::Nothing,
            other => other,
        });
        self.0.moment("after a look").await;
        sought
    }

    async fn create(&self, request: &Request<'_>, token: &str) -> Result<PhysicalId, ProviderError> {
        self.approve("create", request);
        let (token, process) = (token.to_owned(), Arc::clone(&self.0));
        self.send("create", request, |sim, letter| async move {
            let weather = sim.weather();
            if sim.dice.percent(weather.slow) {
                let polls = if sim.dice.percent(4) { 100_000 } else { sim.dice.between(1, 8) };
                sim.count(if polls > 8 { "fault: made and never ready" } else { "fault: made and ready late" });
                sim.cloud.pend(u32::try_from(polls).unwrap_or(u32::MAX));
            } else {
                sim.cloud.pend(0);
            }
            let before = sim.cloud.standing().len();
            if sim.dice.percent(weather.calls / 4) {
                sim.cloud.break_next(&letter.address.to_string(), "FAILED");
            }
            let result = sim.cloud.create(&letter.request(), &token).await;
            let standing = sim.cloud.standing();
            if let Some(made) = standing.iter().max_by_key(|thing| number(&thing.id)).filter(|_| standing.len() > before) {
                // A cloud that refuses a later call on a thing knows the thing: what is half made and refused for good is shown at once.
                let known = result.as_ref().is_err_and(|error| !error.kind.is_retryable());
                if sim.dice.percent(weather.slow) && !known {
                    sim.count("fault: made and seen late");
                    sim.hide(made.id.clone(), sim.dice.moment(LATEST_SEEN));
                }
                let times = {
                    let mut all = lock(&process.made);
                    let times = all.entry(letter.address.clone()).or_default();
                    *times += 1;
                    *times
                };
                if times > 1 {
                    sim.violated(format!("{} was made twice in one run of one plan", letter.address));
                }
            }
            result
        })
        .await
    }

    async fn update(&self, request: &Request<'_>, observed: &Document) -> Result<(), ProviderError> {
        self.approve("update", request);
        let observed = observed.clone();
        self.send("update", request, |sim, letter| async move {
            if letter.id.as_ref().is_some_and(|id| sim.is_hidden(id)) {
                return Err(ProviderError::new(ErrorKind::NotFound, "fake:update", "it does not show yet"));
            }
            sim.cloud.update(&letter.request(), &observed).await
        })
        .await
    }

    async fn delete(&self, request: &Request<'_>) -> Result<(), ProviderError> {
        self.approve("delete", request);
        self.send("delete", request, |sim, letter| async move {
            // What does not show yet is gone already for whoever deletes it.
            if letter.id.as_ref().is_some_and(|id| sim.is_hidden(id)) {
                return Ok(());
            }
            sim.cloud.delete(&letter.request()).await
        })
        .await
    }
}

/// How long after its creation a thing is shown at the latest.
const LATEST_SEEN: u64 = 30_000;

fn number(id: &PhysicalId) -> u64 {
    id.0.rsplit('-').next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}
