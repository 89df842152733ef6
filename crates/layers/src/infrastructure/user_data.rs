//! The script that a new machine runs first: its variables, its agents, then the user's own setup script.
//!
//! Invariants: no secret is in it (machines read theirs from Secrets Manager by their role); the user's script is written to disk
//! unchanged; the whole stays within what EC2 takes.

use std::collections::BTreeMap;

use strata_graph::Text;

/// The most bytes of user data that EC2 takes before encoding (EC2 user guide, "Run commands at launch").
pub(super) const LIMIT: usize = 16 * 1024;

/// What a machine's script is made of.
#[derive(Debug)]
pub(super) struct Script<'a> {
    /// The region, for the buckets that the agents come from.
    pub region: &'a str,
    /// `arm64` or `amd64`.
    pub architecture: &'a str,
    /// Whether packages are `.deb`; else `.rpm`.
    pub debian: bool,
    /// The log group that the machine writes to.
    pub log_group: &'a str,
    /// Environment variables.
    pub variables: &'a BTreeMap<String, Text>,
    /// The user's script.
    pub setup: Option<&'a str>,
}

impl Script<'_> {
    /// The text.
    pub fn text(&self) -> Text {
        let mut parts: Vec<Text> = Vec::new();
        let mut line = |text: String| parts.push(Text::from(text + "\n"));
        line("#!/bin/bash".to_owned());
        line("set -euo pipefail".to_owned());
        line("exec >>/var/log/strata-setup.log 2>&1".to_owned());
        line("install -d -m 0755 /etc/strata".to_owned());
        line(format!("cat >/etc/strata/logs.json <<'{MARK}'"));
        line(self.agent_configuration());
        line(MARK.to_owned());
        // A machine is of use before its agents are: they may fail to install without stopping the setup.
        line(self.agents());
        line(format!("cat >/etc/strata/environment <<'{MARK}'"));
        for (name, value) in self.variables {
            parts.push(Text::join([format!("{name}=\"").into(), quoted(value), "\"\n".into()]));
        }
        let mut line = |text: String| parts.push(Text::from(text + "\n"));
        line(MARK.to_owned());
        line("chmod 0644 /etc/strata/environment".to_owned());
        if let Some(setup) = self.setup {
            line(format!("cat >/etc/strata/setup <<'{MARK}'"));
            line(setup.trim_end_matches('\n').to_owned());
            line(MARK.to_owned());
            line("chmod 0755 /etc/strata/setup".to_owned());
            line("set -a; . /etc/strata/environment; set +a".to_owned());
            line("exec /etc/strata/setup".to_owned());
        }
        Text::join(parts)
    }

    /// The agents for sessions and logs come from AWS's own buckets in the region, by the network's S3 endpoint.
    fn agents(&self) -> String {
        let (region, architecture) = (self.region, self.architecture);
        let base = format!("https://s3.{region}.amazonaws.com");
        let start =
            "/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c file:/etc/strata/logs.json";
        if self.debian {
            format!(
                "(cd /tmp \\\n  && curl -fsSO {base}/amazon-ssm-{region}/latest/debian_{architecture}/amazon-ssm-agent.deb \\\n  && dpkg -i amazon-ssm-agent.deb \\\n  && curl -fsSO {base}/amazoncloudwatch-agent-{region}/debian/{architecture}/latest/amazon-cloudwatch-agent.deb \\\n  && dpkg -i amazon-cloudwatch-agent.deb \\\n  && {start}) || echo 'strata: the agents could not be installed'"
            )
        } else {
            format!(
                "(cd /tmp \\\n  && curl -fsSO {base}/amazoncloudwatch-agent-{region}/amazon_linux/{architecture}/latest/amazon-cloudwatch-agent.rpm \\\n  && rpm -U amazon-cloudwatch-agent.rpm \\\n  && {start}) || echo 'strata: the agents could not be installed'"
            )
        }
    }

    fn agent_configuration(&self) -> String {
        let file = |path: &str| {
            serde_json::json!({
                "file_path": path,
                "log_group_name": self.log_group,
                "log_stream_name": "{instance_id}",
            })
        };
        serde_json::json!({"logs": {"logs_collected": {"files": {"collect_list": [
            file("/var/log/strata-setup.log"),
            file("/var/log/cloud-init-output.log"),
            file("/var/log/app/*.log"),
        ]}}}})
        .to_string()
    }
}

/// Ends the texts in the script; a line of its own in a user's script would end it early, which [`ends_early`] finds.
const MARK: &str = "STRATA_END_OF_TEXT";

/// Whether a user's script holds the line that ends it.
pub(super) fn ends_early(setup: &str) -> bool {
    setup.lines().any(|line| line == MARK)
}

/// A value between double quotes of a shell: literal parts are escaped; an output of AWS (a name, an address, an ARN) needs none.
fn quoted(value: &Text) -> Text {
    match value {
        Text::Literal(text) => {
            let mut escaped = String::new();
            for character in text.chars() {
                if matches!(character, '"' | '\\' | '$' | '`') {
                    escaped.push('\\');
                }
                escaped.push(character);
            }
            escaped.into()
        }
        Text::Join(parts) => Text::join(parts.iter().map(quoted)),
        other => other.clone(),
    }
}

/// The length in bytes, where an output that is not known yet counts as much as AWS's longest names do.
pub(super) fn length(text: &Text) -> usize {
    match text {
        Text::Literal(text) => text.len(),
        Text::Output(_) | Text::Pseudo(_) => 128,
        Text::Join(parts) => parts.iter().map(length).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script<'a>(variables: &'a BTreeMap<String, Text>, setup: Option<&'a str>) -> Script<'a> {
        Script { region: "us-east-1", architecture: "arm64", debian: true, log_group: "/acme/ticketing/dev/fares", variables, setup }
    }

    #[test]
    fn the_users_script_is_whole_and_comes_last() {
        let variables = BTreeMap::from([("GREETING".to_owned(), Text::from("say \"hi\" for $5"))]);
        let setup = "#!/bin/sh\necho \"$GREETING\" 'and more'\n";
        let text = script(&variables, Some(setup)).text();
        let text = text.as_literal().unwrap_or_default();
        assert!(text.contains(&format!("\n{}\n{MARK}\n", setup.trim_end())), "{text}");
        assert!(text.contains("GREETING=\"say \\\"hi\\\" for \\$5\"\n"), "{text}");
        assert!(text.ends_with("exec /etc/strata/setup\n"), "{text}");
        assert!(length(&Text::from(text)) < LIMIT);
    }

    #[test]
    fn a_script_that_would_end_itself_is_found() {
        assert!(ends_early("echo a\nSTRATA_END_OF_TEXT\necho b"));
        assert!(!ends_early("echo STRATA_END_OF_TEXT"));
    }
}
