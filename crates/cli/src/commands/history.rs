//! `strata history`: the runs.

use serde_json::json;
use strata_store::Store;

use crate::arguments::{Arguments, Format};
use crate::failure::Failure;
use crate::output::{self, Paint};
use crate::session::Session;

/// Runs it.
pub async fn run(arguments: &Arguments, limit: u32) -> Result<u8, Failure> {
    let runs = Session::new(arguments).store().await?.runs(limit).await?;
    if arguments.format == Some(Format::Json) {
        output::answer(&format!("{:#}\n", json!({"version": 1, "runs": runs})));
        return Ok(0);
    }
    let paint = Paint(output::colour(&std::io::stdout()));
    let mut text = String::new();
    for run in &runs {
        text.push_str(&format!(
            "{:<8} {} {:<14} {:<32} {} by {}{}\n",
            run.id.to_string(),
            run.started,
            run.status.word(),
            run.target.to_string(),
            run.summary,
            run.starter.user,
            run.starter.approval.as_ref().map(|approval| format!("; approved: {approval}")).unwrap_or_default(),
        ));
    }
    if runs.is_empty() {
        text = format!("{}\n", paint.dim("no run yet"));
    }
    output::answer(&text);
    Ok(0)
}
