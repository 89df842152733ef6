//! One history from its seed: orders, faults, deaths and meddling; then fair weather, a clean run, and what must hold.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use strata_engine::Ended;
use strata_graph::Scope;
use strata_provider::ErrorKind;
use strata_store::{Asked, RunStatus, SqliteStore};
use tokio::runtime::Handle;

use crate::dice::Dice;
use crate::invariants::{View, between_orders, in_the_end};
use crate::ledger::{Ledger, carry_out};
use crate::operator::{Answer, Order, order};
use crate::sim::{Clock, Sim, Weather};
use crate::spec::{Spec, environment, network, scopes, some_address};
use crate::things::thing;

/// How a history went.
pub struct Told {
    pub verdict: Result<(), String>,
    pub history: Vec<String>,
    pub counts: BTreeMap<String, u64>,
}

/// Lets one history happen, with its database in this folder.
pub fn tell(seed: u64, folder: &Path, stores: &Handle, aloud: bool) -> Told {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let dice = Dice::new(seed);
        let clock = Arc::new(Clock::default());
        let (machine, place) = (Arc::clone(&clock), folder.to_owned());
        let store = carry_out(stores, async move { SqliteStore::open_on(&place, machine).await }).unwrap();
        let lacking = if dice.percent(10) { (0..3).map(|_| some_address(&dice)).collect() } else { BTreeSet::new() };
        let near_sighted = dice.percent(50);
        let ways = [ErrorKind::Denied, ErrorKind::Quota, ErrorKind::Invalid, ErrorKind::Conflict];
        let stubborn = if dice.percent(40) { (0..2).map(|_| (some_address(&dice), dice.one(&ways))).collect() } else { BTreeMap::new() };
        let sim = Sim::new(dice, Ledger::new(store, stores.clone()), clock, lacking, stubborn, aloud);
        if near_sighted {
            sim.cloud.see_one();
        }
        let verdict = happen(&sim).await;
        Told { verdict, history: sim.history(), counts: sim.counts() }
    })
}

fn weather(dice: &Dice) -> Weather {
    Weather {
        calls: dice.one(&[0, 0, 5, 15, 40]),
        looks: dice.one(&[0, 0, 0, 1, 5]),
        slow: dice.one(&[0, 0, 10, 50]),
        deaths: dice.one(&[0, 30, 60, 90]),
        stops: dice.one(&[0, 0, 20]),
        stalls: dice.one(&[0, 0, 0, 5]),
    }
}

async fn happen(sim: &Arc<Sim>) -> Result<(), String> {
    let dice = &sim.dice;
    let mut spec = Spec::random(dice);
    for _ in 0..dice.between(2, 7) {
        sim.set_weather(weather(dice));
        if dice.percent(70) {
            let said = spec.change(dice);
            sim.say(format!("the specification changes: {}", said.join(", ")));
        }
        for _ in 0..dice.one(&[0, 0, 1, 2]) {
            meddle(sim);
        }
        match dice.between(0, 9) {
            0..=5 => {
                let wanted = some_order(sim, &spec);
                order(sim, &spec, &wanted).await;
            }
            _ => {
                sim.count("two or three operators at once");
                let orders: Vec<Order> = (0..dice.between(2, 3)).map(|_| some_order(sim, &spec)).collect();
                let together = orders.iter().map(|wanted| async {
                    tokio::time::sleep(dice.moment(20_000)).await;
                    // Who is refused may come back, perhaps once the other's lease has run out.
                    while matches!(order(sim, &spec, wanted).await, Answer::NotNow) && dice.percent(60) {
                        tokio::time::sleep(dice.moment(120_000)).await;
                    }
                });
                futures::future::join_all(together).await;
            }
        }
        person(sim).await;
        if dice.percent(40) {
            silence(sim).await;
            between_orders(sim, &spec).await;
        }
        sim.verdict()?;
    }
    the_end(sim, &spec).await;
    sim.verdict()
}

/// What somebody may ask for now.
fn some_order(sim: &Sim, spec: &Spec) -> Order {
    let dice = &sim.dice;
    let view = View::of(sim);
    let name = dice.one(&["dev", "prod"]);
    match dice.between(0, 20) {
        0..=8 => Order::Up(vec![network(), environment(name)]),
        9..=12 => Order::Up(scopes().to_vec()),
        13..=15 => {
            let scope = environment(name);
            let known = |address: &strata_graph::Address| view.states.get(address.scope())?.resources.get(address).cloned();
            if spec.stands_alone(&scope, &known) { Order::Up(vec![scope]) } else { Order::Up(vec![network(), scope]) }
        }
        16 | 17 => Order::Down(vec![environment(name)], some_data(dice, &view)),
        18 => {
            let [network, dev, prod] = scopes();
            Order::Down(vec![prod, dev, network], some_data(dice, &view))
        }
        _ => match dice.between(0, 4) {
            0 => Order::Unlock,
            1 => Order::Stop(dice.one(&[Asked::Stop, Asked::StopNow])),
            _ => Order::Look(scopes().to_vec()),
        },
    }
}

fn some_data(dice: &Dice, view: &View) -> BTreeSet<String> {
    view.resources().filter_map(|state| state.data.clone()).filter(|_| dice.percent(50)).collect()
}

/// Changes the cloud behind everybody's back.
fn meddle(sim: &Sim) {
    let dice = &sim.dice;
    let standing = sim.cloud.standing();
    let Some(thing) = dice.pick(&standing).filter(|thing| thing.ours) else { return };
    match dice.between(0, 4) {
        0..=2 => {
            sim.count("meddling: a property changed");
            sim.say(format!("somebody changes the size of {}", thing.owner));
            sim.cloud.tamper(&thing.owner, "Size", json!(dice.between(50, 59)));
        }
        3 => {
            sim.count("meddling: a resource vanished");
            sim.say(format!("somebody removes {} of {}", thing.id, thing.owner));
            sim.cloud.take(&thing.id);
        }
        _ => foreign(sim),
    }
}

/// Somebody else takes a name that is ours by right.
fn foreign(sim: &Sim) {
    let address = some_address(&sim.dice);
    if address.kind() != "single" || sim.cloud.inventory().contains(&address.to_string()) {
        return;
    }
    let mut resource = thing(address.clone(), Vec::new());
    resource.properties.0.insert("Tags".into(), json!({"strata:address": "environment/other/prod/single.x"}));
    sim.count("meddling: a foreign resource took a name");
    sim.say(format!("somebody else makes {address}"));
    sim.cloud.put(&address, resource.properties);
}

/// A person who was told to look does look, and removes what no record names.
async fn person(sim: &Arc<Sim>) {
    let told = sim.take_told();
    if told.is_empty() {
        return;
    }
    silence(sim).await;
    let view = View::of(sim);
    for thing in view.strays() {
        if told.iter().any(|address| address.to_string() == thing.owner) {
            sim.say(format!("a person removes {} of {}, as told", thing.id, thing.owner));
            sim.cloud.take(&thing.id);
        }
    }
}

/// Waits until nothing is on the wire any more and everything made is shown.
async fn silence(sim: &Sim) {
    while !sim.is_quiet() {
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    tokio::time::sleep(Duration::from_secs(40)).await;
}

async fn the_end(sim: &Arc<Sim>, spec: &Spec) {
    sim.say("fair weather");
    sim.set_weather(Weather::default());
    silence(sim).await;
    sim.cloud.settle();
    for thing in sim.cloud.standing().iter().filter(|thing| !thing.ours) {
        sim.say(format!("a person removes the foreign {} in the place of {}", thing.id, thing.owner));
        sim.cloud.take(&thing.id);
    }
    clean(sim, spec, &Order::Up(scopes().to_vec())).await;
    in_the_end(sim, spec).await;
    if sim.verdict().is_err() {
        return;
    }
    let data = View::of(sim).resources().filter_map(|state| state.data.clone()).collect();
    let mut all: Vec<Scope> = scopes().to_vec();
    all.reverse();
    clean(sim, &Spec::default(), &Order::Down(all, data)).await;
    let view = View::of(sim);
    if !view.standing.is_empty() {
        let left: Vec<&str> = view.standing.iter().map(|thing| thing.owner.as_str()).collect();
        sim.violated(format!("after everything was removed these stand: {left:?}"));
    }
    if let Some(state) = view.resources().next() {
        sim.violated(format!("after everything was removed {} is on record", state.address));
    }
}

/// Gives an order until it has nothing left to do. A dead run's scopes are free after its lease, an instruction is followed at once, and
/// what an earlier run made and nobody wants is found by one run and removed by the next.
async fn clean(sim: &Arc<Sim>, spec: &Spec, wanted: &Order) {
    let mut ran = 0;
    for _ in 0..8 {
        match order(sim, spec, wanted).await {
            Answer::Nothing => return,
            Answer::NotNow => tokio::time::sleep(Duration::from_secs(60)).await,
            Answer::Died => return sim.violated("a process died in fair weather"),
            Answer::Refused(why) => return sim.violated(format!("refused in fair weather: {why}")),
            Answer::Ran(report) => {
                ran += 1;
                let told = sim.take_told();
                // What the storm made broken is found broken by one run and replaced by the next.
                let broken = report.steps.iter().any(|ended| matches!(ended, Ended::Failed(why) if why.contains("is broken: FAILED")));
                // What stands under something that this run found and its plan did not name goes with the next plan.
                let under = report.steps.iter().any(|ended| {
                    matches!(ended, Ended::Failed(why) if why.split("still in use: ").nth(1)
                        .and_then(|rest| rest.split(" still uses it").next()).is_some_and(|user| sim.was_found(user)))
                });
                if report.status != RunStatus::Done && told.is_empty() && !broken && !under {
                    return sim.violated(format!("a run in fair weather ended {}: {:?}", report.status.word(), report.steps));
                }
                for address in told {
                    sim.tell_person(address);
                }
                person(sim).await;
            }
        }
    }
    sim.violated(format!("{ran} clean runs, and there is still something to do"));
}
