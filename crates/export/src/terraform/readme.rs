//! The README of an exported module: how it is used, and what it does not hold.

use std::fmt::Write;

use strata_graph::{Graph, Layer};

use crate::context::ExportContext;

/// The README's text.
pub(super) fn text(graph: &Graph, context: &ExportContext, not_imported: &[String]) -> String {
    let mut text = format!(
        "# {} as Terraform\n\nThe infrastructure of {} on the platform {}, written by `strata export terraform`. It runs without Strata.\n\n",
        context.environment, context.environment, context.platform
    );
    text.push_str("```\nterraform init\nterraform plan\n```\n\n");
    text.push_str("| file | resources |\n| --- | --- |\n");
    for layer in Layer::ALL {
        let count = graph.iter().filter(|resource| resource.layer == layer).count();
        if count > 0 {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "| `{layer}.tf` | {count} |");
        }
    }
    text.push_str(
        "\nNo secret is in these files. Secrets are made empty or with a generated value; their values are set with \
         `aws secretsmanager put-secret-value`, or stay as they are where the secrets exist.\n\n\
         Terraform's own state holds some generated values: keep it in an encrypted backend (`terraform { backend \"s3\" { encrypt = true ... } }`).\n",
    );
    if !not_imported.is_empty() {
        text.push_str(
            "\nThese settings of existing resources have no import id of their own; the first `terraform apply` writes them again:\n\n",
        );
        for target in not_imported {
            let _ = writeln!(text, "- `{target}`");
        }
    }
    text
}
