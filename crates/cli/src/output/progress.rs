//! What a run is doing: on a terminal a line per layer and what is waited for, elsewhere one line per step that ended.

use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use strata_engine::Event;
use strata_graph::{Address, Layer};
use strata_plan::Plan;
use strata_store::IntentOperation;
use tokio::sync::mpsc::UnboundedReceiver;

use super::Paint;

/// Shows events until the run ends.
pub async fn show(plan: Plan, mut events: UnboundedReceiver<Event>) {
    let layers: BTreeMap<Address, Layer> = plan.actions.iter().map(|action| (action.address.clone(), action.layer)).collect();
    let mut view = View::new(&plan, layers);
    while let Some(event) = events.recv().await {
        view.take(&event);
    }
    view.end();
}

struct View {
    layers: BTreeMap<Address, Layer>,
    bars: BTreeMap<Layer, ProgressBar>,
    all: Option<MultiProgress>,
    foot: Option<ProgressBar>,
    at_work: BTreeMap<Address, String>,
    said: BTreeSet<(Address, String)>,
    paint: Paint,
}

impl View {
    fn new(plan: &Plan, layers: BTreeMap<Address, Layer>) -> Self {
        let mut view = Self {
            layers,
            bars: BTreeMap::new(),
            all: None,
            foot: None,
            at_work: BTreeMap::new(),
            said: BTreeSet::new(),
            paint: Paint(super::colour(&std::io::stderr())),
        };
        if !std::io::stderr().is_terminal() {
            return view;
        }
        let all = MultiProgress::new();
        let mut steps: BTreeMap<Layer, u64> = BTreeMap::new();
        for step in &plan.steps {
            if let Some(action) = plan.actions.get(step.action) {
                *steps.entry(action.layer).or_default() += 1;
            }
        }
        // The templates are constant and well formed.
        let style = ProgressStyle::with_template("  {prefix:<16} {bar:30} {pos:>4}/{len:<4} {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        for (layer, number) in steps {
            let bar = all.add(ProgressBar::new(number).with_style(style.clone()).with_prefix(layer.word()));
            view.bars.insert(layer, bar);
        }
        let foot = all.add(ProgressBar::new_spinner().with_style(
            ProgressStyle::with_template("  {spinner} {elapsed} {wide_msg}").unwrap_or_else(|_| ProgressStyle::default_spinner()),
        ));
        foot.enable_steady_tick(Duration::from_millis(200));
        view.foot = Some(foot);
        view.all = Some(all);
        view
    }

    fn say(&self, line: &str) {
        match &self.all {
            // A terminal that went away needs no line.
            Some(all) => {
                let _ = all.println(line);
            }
            None => eprintln!("{line}"),
        }
    }

    fn step_over(&mut self, address: &Address) {
        self.at_work.remove(address);
        if let Some(bar) = self.layers.get(address).and_then(|layer| self.bars.get(layer)) {
            bar.inc(1);
        }
        self.refresh();
    }

    fn refresh(&self) {
        if let Some(foot) = &self.foot {
            let waiting: Vec<String> = self.at_work.iter().take(4).map(|(address, what)| format!("{} ({what})", address.short())).collect();
            let more = self.at_work.len().saturating_sub(4);
            let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
            foot.set_message(format!("{}{tail}", waiting.join(", ")));
        }
    }

    fn take(&mut self, event: &Event) {
        match event {
            Event::Started { address, operation, .. } => {
                let what = match operation {
                    IntentOperation::Create => "creating",
                    IntentOperation::Update => "updating",
                    IntentOperation::Delete => "deleting",
                };
                self.at_work.insert(address.clone(), what.to_owned());
                self.refresh();
            }
            Event::Waiting { address, detail, .. } => {
                self.at_work.insert(address.clone(), format!("waiting: {detail}"));
                // In a pipe each new word of the cloud's is said once.
                if self.all.is_none() && self.said.insert((address.clone(), detail.clone())) {
                    self.say(&format!("  waiting      {address}: {detail}"));
                }
                self.refresh();
            }
            Event::Done { address, operation, .. } => {
                let word = match operation {
                    IntentOperation::Create => "created",
                    IntentOperation::Update => "updated",
                    IntentOperation::Delete => "deleted",
                };
                if self.all.is_none() {
                    self.say(&format!("  {word:<12} {address}"));
                }
                self.step_over(address);
            }
            Event::Unsupported { address, detail, .. } => {
                self.say(&self.paint.yellow(&format!("  unsupported  {address}: this emulator lacks {detail}")));
                self.step_over(address);
            }
            Event::Failed { address, error, .. } => {
                self.say(&self.paint.red(&format!("  failed       {address}: {error}")));
                self.step_over(address);
            }
            Event::Blocked { address, by, .. } => {
                self.say(&self.paint.yellow(&format!("  not started  {address}: it waits for {by}, which failed")));
                self.step_over(address);
            }
            Event::Held { address, detail, .. } => {
                self.say(&self.paint.yellow(&format!("  held         {address}: {detail}")));
                self.step_over(address);
            }
            Event::Recovered { address, detail } => self.say(&format!("  recovered    {address}: {detail}")),
        }
    }

    fn end(&self) {
        for bar in self.bars.values() {
            bar.finish_and_clear();
        }
        if let Some(foot) = &self.foot {
            foot.finish_and_clear();
        }
    }
}
