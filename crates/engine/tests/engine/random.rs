//! Whatever the graph and wherever it fails: state equals cloud, and running again converges.

use proptest::prelude::*;
use serde_json::json;
use strata_engine::Ended;
use strata_graph::Graph;
use strata_provider::ErrorKind;
use strata_provider::fake::Fault;
use strata_store::RunStatus;

use crate::world::{World, address, graph, set};

/// Which of the earlier ones each stands on, as bits.
fn edges() -> impl Strategy<Value = Vec<u16>> {
    prop::collection::vec(any::<u16>(), 1..9)
}

fn name(index: usize) -> String {
    // Every third is of the type that is deleted first.
    if index % 3 == 2 { format!("single-{index}") } else { format!("thing-{index}") }
}

fn build(edges: &[u16], leave_out: u16, renamed: u16, resized: u16) -> Graph {
    let stays = |index: usize| leave_out >> index & 1 == 0;
    let list: Vec<(String, Vec<String>)> = (0..edges.len())
        .filter(|index| stays(*index))
        .map(|index| (name(index), (0..index).filter(|below| edges[index] >> below & 1 == 1 && stays(*below)).map(name).collect()))
        .collect();
    let list: Vec<(&str, Vec<&str>)> = list.iter().map(|(name, on)| (name.as_str(), on.iter().map(String::as_str).collect())).collect();
    let list: Vec<(&str, &[&str])> = list.iter().map(|(name, on)| (*name, on.as_slice())).collect();
    let mut wanted = graph(&list);
    for index in (0..edges.len()).filter(|index| stays(*index)) {
        if renamed >> index & 1 == 1 {
            set(&mut wanted, &name(index), "Name", json!("renamed"));
        }
        if resized >> index & 1 == 1 {
            set(&mut wanted, &name(index), "Size", json!(2));
        }
    }
    wanted
}

fn fault(number: u8) -> (&'static str, Fault) {
    match number % 7 {
        0 => ("create", Fault::LoseAnswer),
        1 => ("create", Fault::Refuse(ErrorKind::Denied)),
        2 => ("create", Fault::Refuse(ErrorKind::Throttled)),
        3 => ("create", Fault::Half(ErrorKind::Quota)),
        4 => ("update", Fault::LoseAnswer),
        5 => ("update", Fault::Refuse(ErrorKind::Transient)),
        _ => ("delete", Fault::LoseAnswer),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_run_with_faults_and_its_repetition_converge(edges in edges(), faults in prop::collection::vec((0_usize..9, any::<u8>()), 0..5)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let world = World::new().await;
            let wanted = build(&edges, 0, 0, 0);
            for (index, number) in &faults {
                let (operation, fault) = fault(*number);
                world.cloud.inject(operation, &address(&name(index % edges.len())).to_string(), fault);
            }
            let report = world.up(&wanted).await;
            prop_assert!(!report.steps.contains(&Ended::Stopped), "a run says of every step what became of it");
            world.assert_consistent().await;
            for _ in 0..faults.len() {
                world.up(&wanted).await;
                world.assert_consistent().await;
            }
            prop_assert_eq!(world.cloud.inventory().len(), edges.len(), "each stands once");
            prop_assert!(world.plan(&wanted).await.is_empty());
            Ok(())
        })?;
    }

    #[test]
    fn any_change_of_the_files_converges(edges in edges(), gone in any::<u16>(), renamed in any::<u16>(), resized in any::<u16>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let world = World::new().await;
            prop_assert_eq!(world.up(&build(&edges, 0, 0, 0)).await.status, RunStatus::Done);
            let wanted = build(&edges, gone, renamed, resized);
            let report = world.up(&wanted).await;
            prop_assert_eq!(report.status, RunStatus::Done, "{:?}", report);
            world.assert_consistent().await;
            prop_assert_eq!(world.cloud.inventory().len(), wanted.len());
            prop_assert!(world.plan(&wanted).await.is_empty());
            let removal = world.removal(&[]).await;
            prop_assert_eq!(world.run(&removal).await.status, RunStatus::Done);
            prop_assert!(world.cloud.inventory().is_empty());
            Ok(())
        })?;
    }
}
