//! The README of an exported module: how it is used, and what it does not hold.

use std::collections::BTreeMap;
use std::fmt::Write;

use strata_graph::{Address, CloudFormationForm, Layer};

use super::Exported;
use crate::context::ExportContext;

/// The README's text.
pub(super) fn text(exported: &BTreeMap<&Address, Exported<'_>>, context: &ExportContext, not_imported: &[String]) -> String {
    let unmade: Vec<_> = exported.values().filter(|item| item.blocks.is_empty()).collect();
    let mut text = format!(
        "# {} as Terraform\n\nThe infrastructure of {} on the platform {}, written by `strata export terraform`. It runs without Strata.\n\n",
        context.environment, context.environment, context.platform
    );
    text.push_str("```\nterraform init\nterraform plan\n```\n\n");
    text.push_str("| file | resources |\n| --- | --- |\n");
    for layer in Layer::ALL {
        let count = exported.values().filter(|item| item.resource.layer == layer && !item.blocks.is_empty()).count();
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
    if !unmade.is_empty() {
        text.push_str("\n## What Terraform cannot make\n\n");
        for item in unmade {
            let CloudFormationForm::Absent(sentence) = item.entry.contract.cloudformation else { continue };
            let _ = writeln!(text, "- `{}` ({}). {sentence}", item.resource.address, item.resource.type_name);
        }
    }
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
