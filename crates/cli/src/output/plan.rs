//! A plan as people read it: by scope and layer, each action with why and from which line.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;
use strata_graph::{Address, Layer};
use strata_plan::{Action, Change, Plan, Purpose, Side};
use strata_policy::Status;

use super::{Paint, count, wrap};
use crate::waivers;

/// The whole text.
pub fn text(plan: &Plan, width: usize, paint: Paint) -> String {
    let mut out = String::new();
    let verdicts = verdicts(plan);
    let _ = writeln!(out, "{}", paint.bold(&format!("Plan {} for {} of platform {}", plan.id(), plan.target, plan.platform)));
    for scope in &plan.scopes {
        let actions: Vec<&Action> = plan.actions.iter().filter(|action| *action.address.scope() == scope.scope).collect();
        let place = format!("account {} ({}), {}", scope.placement.account, scope.placement.account_id, scope.placement.region);
        let changes = if actions.is_empty() { "no change".to_owned() } else { tally(&actions) };
        let _ = writeln!(out, "\n{}", paint.bold(&scope.scope.to_string()));
        let _ = writeln!(
            out,
            "  {}",
            paint.dim(&wrap(&format!("{place}; {changes}; {} unchanged", scope.unchanged), width.saturating_sub(2), 2))
        );
        for layer in Layer::ALL {
            let of_layer: Vec<&&Action> = actions.iter().filter(|action| action.layer == layer).collect();
            if of_layer.is_empty() {
                continue;
            }
            let _ = writeln!(out, "\n  {}", paint.bold(layer.word()));
            for action in of_layer {
                write_action(&mut out, action, &verdicts, width, paint);
            }
        }
    }
    write_record(&mut out, plan, width, paint);
    write_held(&mut out, plan, width, paint);
    write_kept(&mut out, plan, width, paint);
    write_notices(&mut out, plan, width, paint);
    write_verdicts(&mut out, plan, width, paint);
    let _ = writeln!(out, "\n{}", paint.bold(&totals(plan)));
    out
}

/// The last line.
pub fn totals(plan: &Plan) -> String {
    let record = record(plan);
    if plan.is_empty() && !record.is_empty() {
        return format!("{}, and nothing to change", record.join(", "));
    }
    if plan.is_empty() {
        return match plan.purpose {
            Purpose::Up => "Nothing to do: everything is as the files say.".to_owned(),
            Purpose::Down => "Nothing to remove.".to_owned(),
            Purpose::Correct => "Nothing that can be set right in place.".to_owned(),
        };
    }
    let unchanged: usize = plan.scopes.iter().map(|scope| scope.unchanged).sum();
    let mut text = format!(
        "{} to create, {} to update, {} to replace, {} to delete, {unchanged} unchanged",
        plan.count("create"),
        plan.count("update"),
        plan.count("replace"),
        plan.count("delete")
    );
    for part in record {
        text.push_str(&format!(", {part}"));
    }
    if !plan.held.is_empty() {
        text.push_str(&format!(", {} of these held", plan.held.len()));
    }
    text
}

/// What goes on record before anything is called.
fn record(plan: &Plan) -> Vec<String> {
    let numbers = [(plan.adopted.len(), "to take over"), (plan.moves.len(), "to move")];
    numbers.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")).collect()
}

fn write_record(out: &mut String, plan: &Plan, width: usize, paint: Paint) {
    if plan.moves.is_empty() && plan.adopted.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", paint.bold("On record before anything is called"));
    for state in &plan.adopted {
        let id = state.id.as_ref().map_or("?", |id| id.0.as_str());
        let _ = writeln!(out, "      {}", wrap(&format!("{} takes over {id}, which stands", state.address), width.saturating_sub(6), 8));
    }
    for moved in &plan.moves {
        let _ = writeln!(out, "      {}", wrap(&format!("{} is {} from now on", moved.from, moved.to.short()), width.saturating_sub(6), 8));
    }
}

fn write_held(out: &mut String, plan: &Plan, width: usize, paint: Paint) {
    if plan.held.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", paint.bold("Held, since it keeps failing in the same way (E0715)"));
    for held in &plan.held {
        let line = format!("{}: {held}. What was said last: {}", held.address, held.detail);
        let _ = writeln!(out, "      {}", paint.red(&wrap(&line, width.saturating_sub(6), 8)));
    }
    let names = plan.held.iter().map(|held| held.address.short()).collect::<Vec<_>>().join(",");
    let hint = format!("Once the cause is repaired: --retry {names}");
    let _ = writeln!(out, "      {}", paint.dim(&wrap(&hint, width.saturating_sub(6), 6)));
}

fn tally(actions: &[&Action]) -> String {
    let mut words: BTreeMap<&str, usize> = BTreeMap::new();
    for action in actions {
        *words.entry(action.change.word()).or_default() += 1;
    }
    words.iter().map(|(word, number)| format!("{number} to {word}")).collect::<Vec<_>>().join(", ")
}

fn verdicts(plan: &Plan) -> BTreeMap<&Address, [usize; 3]> {
    let mut by_address: BTreeMap<&Address, [usize; 3]> = BTreeMap::new();
    for verdict in &plan.verdicts {
        let slot = match verdict.status {
            Status::Met => 0,
            Status::Violated => 1,
            Status::NotDecidable => 2,
        };
        by_address.entry(&verdict.address).or_default()[slot] += 1;
    }
    by_address
}

fn write_action(out: &mut String, action: &Action, verdicts: &BTreeMap<&Address, [usize; 3]>, width: usize, paint: Paint) {
    let symbol = format!("{:>5}", action.change.symbol());
    let symbol = match action.change {
        Change::Create => paint.green(&symbol),
        Change::Delete | Change::DeleteLeftBehind | Change::ReplaceDeleteFirst => paint.red(&symbol),
        Change::Update | Change::ReplaceCreateFirst => paint.yellow(&symbol),
    };
    let mut facts: Vec<String> = action.reasons.iter().map(ToString::to_string).collect();
    facts.extend(action.origins.first().map(ToString::to_string));
    if let Some([met, violated, open]) = verdicts.get(&action.address) {
        let mut parts = Vec::new();
        for (number, word) in [(*met, "met"), (*violated, "violated"), (*open, "not decidable")] {
            if number > 0 {
                parts.push(format!("{number} {word}"));
            }
        }
        facts.push(format!("controls: {}", parts.join(", ")));
    }
    let address = action.address.short();
    let facts = facts.join(" · ");
    // One line where it fits, else the facts go below.
    let column = 46;
    if address.chars().count() < column && 8 + column + facts.chars().count() <= width {
        let _ = writeln!(out, "{symbol} {address:<column$} {}", paint.dim(&facts));
    } else {
        let _ = writeln!(out, "{symbol} {address}");
        let _ = writeln!(out, "        {}", paint.dim(&wrap(&facts, width.saturating_sub(8), 8)));
    }
    if let Some(waiting) = &action.waiting_for {
        let _ = writeln!(out, "        {}", paint.yellow(&wrap(&format!("will wait for {waiting}"), width.saturating_sub(8), 8)));
    }
    for field in &action.fields {
        let note = match (field.replaces, field.drift) {
            (true, _) => "  (replaces)",
            (_, true) => "  (changed outside Strata)",
            _ => "",
        };
        let line = format!("{}: {} -> {}{note}", field.path, side(&field.before), side(&field.after));
        let _ = writeln!(out, "        {}", wrap(&line, width.saturating_sub(8), 10));
    }
}

/// One side of a change, short.
pub fn side(side: &Side) -> String {
    match side {
        Side::Absent => "(nothing)".to_owned(),
        Side::Value(value) => short(value),
        Side::Unknown(value) => match strata_graph::document::as_reference(value) {
            Some(text) => format!("(known after apply: {text})"),
            None => "(known after apply)".to_owned(),
        },
    }
}

fn short(value: &Value) -> String {
    let text = match value {
        Value::String(text) => format!("\"{text}\""),
        other => other.to_string(),
    };
    if text.chars().count() > 160 { format!("{}…", text.chars().take(159).collect::<String>()) } else { text }
}

fn write_kept(out: &mut String, plan: &Plan, width: usize, paint: Paint) {
    if plan.kept.is_empty() {
        return;
    }
    let mut data: BTreeMap<&str, usize> = BTreeMap::new();
    for kept in &plan.kept {
        *data.entry(&kept.data).or_default() += 1;
    }
    let names: Vec<&str> = data.keys().copied().collect();
    let _ = writeln!(out, "\n{}", paint.bold("Stays, since it holds data or data stands on it"));
    for kept in plan.kept.iter().filter(|kept| kept.holds_data) {
        let _ = writeln!(out, "      {} ({})", kept.address, kept.data);
    }
    let below = plan.kept.iter().filter(|kept| !kept.holds_data).count();
    if below > 0 {
        let _ = writeln!(out, "      and {} on which that data stands", count(below, "resource"));
    }
    let hint = format!("To delete it too: --delete-data {}", names.join(","));
    let _ = writeln!(out, "      {}", paint.dim(&wrap(&hint, width.saturating_sub(6), 6)));
}

fn write_notices(out: &mut String, plan: &Plan, width: usize, paint: Paint) {
    if plan.notices.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", paint.bold("To know"));
    for notice in &plan.notices {
        let place = notice.origin.as_ref().map(|origin| format!(" ({origin})")).unwrap_or_default();
        let line = format!("{} {}{place}", notice.code, notice.message);
        let _ = writeln!(out, "  {}", wrap(&line, width.saturating_sub(2), 8));
    }
}

fn write_verdicts(out: &mut String, plan: &Plan, width: usize, paint: Paint) {
    if plan.verdicts.is_empty() {
        return;
    }
    let number = |status: Status| plan.verdicts.iter().filter(|verdict| verdict.status == status).count();
    let mut standards: Vec<&str> =
        plan.verdicts.iter().flat_map(|verdict| &verdict.requirements).map(|requirement| requirement.standard.as_str()).collect();
    standards.sort_unstable();
    standards.dedup();
    let (met, violated, open) = (number(Status::Met), number(Status::Violated), number(Status::NotDecidable));
    let _ = writeln!(out, "\n{} ({})", paint.bold("Controls"), standards.join(", "));
    let waived = plan.verdicts.iter().filter(|verdict| verdict.is_waived()).count();
    let excused = if waived > 0 { format!(" ({waived} waived)") } else { String::new() };
    let line = format!("{met} met, {violated} violated{excused}, {open} not decidable before apply");
    let _ = writeln!(out, "  {}", if violated > waived { paint.red(&line) } else { line });
    for verdict in plan.verdicts.iter().filter(|verdict| verdict.is_waived()) {
        let waived = verdict.waiver.as_ref().map(|waived| waivers::holds(&waived.waiver)).unwrap_or_default();
        let line = format!("waived: {} by {}: {waived}", verdict.control, verdict.address);
        let _ = writeln!(out, "  {}", paint.yellow(&wrap(&line, width.saturating_sub(2), 4)));
    }
    for verdict in plan.violations() {
        let requirements = verdict.requirements.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let requirements = if requirements.is_empty() { requirements } else { format!(" [{requirements}]") };
        let place = verdict.origin.as_ref().map(|origin| format!(" at {origin}")).unwrap_or_default();
        let excuse = verdict.waiver.as_ref().map(|waived| format!("; {}", waivers::expired(&waived.waiver))).unwrap_or_default();
        let line = format!("violated: {} by {}{place}: {}{requirements}{excuse}", verdict.control, verdict.address, verdict.detail);
        let _ = writeln!(out, "  {}", paint.red(&wrap(&line, width.saturating_sub(2), 4)));
    }
}
