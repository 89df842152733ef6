//! Controls of work that starts by the clock: Amazon EventBridge Scheduler.

use strata_aws::scheduler::Schedule;
use strata_graph::Resource;

use crate::control::{Answer, Control, check, control};
use crate::view::{View, is_set};

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "schedule-dead-letters", Application, Low, Both, ["AWS::Scheduler::Schedule"];
        title: "A start that failed is kept",
        why: "A job that was not started says nothing by itself; its queue of failed starts does.",
        repair: "Give the schedule's target a DeadLetterConfig.",
        prowler: [], checkov: [], config: [], security_hub: [],
        each: dead_letters,
    },
    control! {
        "schedule-encrypted", Application, Medium, Both, ["AWS::Scheduler::Schedule"];
        title: "What a schedule sends is encrypted with a key of our own",
        why: "A schedule keeps what it sends to its target, which may tell how the system works.",
        repair: "Set KmsKeyArn to a key of the environment.",
        prowler: [], checkov: ["CKV_AWS_297"], config: [], security_hub: [],
        each: encrypted,
    },
];

fn dead_letters(view: &View<'_>, resource: &Resource) -> Answer {
    let schedule = view.read::<Schedule>(resource)?;
    let kept = schedule.target.dead_letter_config.as_ref().is_some_and(|config| is_set(Some(&config.arn)));
    check(kept, "failed starts are kept", "failed starts are lost")
}

fn encrypted(view: &View<'_>, resource: &Resource) -> Answer {
    let schedule = view.read::<Schedule>(resource)?;
    check(is_set(schedule.kms_key_arn.as_ref()), "encrypted with a key of ours", "not encrypted with a key of ours")
}
