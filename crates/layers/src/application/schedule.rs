//! From the five fields that people write to the six that Amazon EventBridge Scheduler takes.
//!
//! Invariant: the schedule that comes out fires at exactly the same minutes, or nothing comes out. Source: EventBridge Scheduler user guide,
//! "Schedule types": minutes, hours, day of the month, month, day of the week (1 is Sunday), year; one of the two days is `?`.

use strata_spec::Cron;

const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// The expression for EventBridge Scheduler.
///
/// # Errors
/// When both the day of the month and the day of the week are restricted: the five-field form means either of them, which AWS cannot say.
pub fn eventbridge(cron: &Cron) -> Result<String, String> {
    let [minute, hour, day, month, weekday] = cron.fields();
    let days = weekdays(weekday);
    let (day, weekday) = match (day, days) {
        (day, None) => (steps(day, 1), "?".to_owned()),
        ("*", Some(days)) => ("?".to_owned(), days),
        (day, Some(_)) => {
            return Err(format!(
                "`{cron}` restricts both the day of the month (`{day}`) and the day of the week (`{weekday}`); Amazon EventBridge Scheduler takes one of them"
            ));
        }
    };
    Ok(format!("cron({} {} {day} {} {weekday} *)", steps(minute, 0), steps(hour, 0), steps(&month.to_ascii_uppercase(), 1)))
}

/// `*/5` counts from the field's first value, which AWS wants written.
fn steps(field: &str, first: u32) -> String {
    field
        .split(',')
        .map(|item| match item.split_once('/') {
            Some(("*", step)) => format!("{first}/{step}"),
            _ => item.to_owned(),
        })
        .collect::<Vec<_>>()
        .join(",")
}

/// The days as a list of names; none for every day. Names and not numbers, because AWS counts from 1 and cron from 0.
fn weekdays(field: &str) -> Option<String> {
    let mut chosen = [false; 7];
    for item in field.split(',') {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, step.parse().unwrap_or(1).max(1)),
            None => (item, 1),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (0, 6),
            Some((from, to)) => (number(from)?, number(to)?),
            None if item.contains('/') => (number(range)?, 6),
            None => (number(range)?, number(range)?),
        };
        // `fri-mon` goes over the end of the week; 7 is Sunday as well.
        let to = if to < from { to + 7 } else { to };
        for day in (from..=to).step_by(step) {
            if let Some(slot) = chosen.get_mut(day % 7) {
                *slot = true;
            }
        }
    }
    if chosen.iter().all(|day| *day) {
        return None;
    }
    let names: Vec<&str> = DAYS.iter().zip(chosen).filter(|(_, day)| *day).map(|(name, _)| *name).collect();
    Some(names.join(","))
}

fn number(text: &str) -> Option<usize> {
    let upper = text.to_ascii_uppercase();
    DAYS.iter().position(|day| *day == upper).or_else(|| text.parse().ok().filter(|day| *day <= 7))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn five_fields_become_six() {
        for (ours, theirs) in [
            ("*/5 * * * *", "cron(0/5 * * * ? *)"),
            ("0 2 * * *", "cron(0 2 * * ? *)"),
            ("0 2 * * 1-5", "cron(0 2 ? * MON,TUE,WED,THU,FRI *)"),
            ("15,45 */6 1 jan *", "cron(15,45 0/6 1 JAN ? *)"),
            ("0 0 */2 */3 *", "cron(0 0 1/2 1/3 ? *)"),
            ("0 0 * * 0", "cron(0 0 ? * SUN *)"),
            ("0 0 * * 7", "cron(0 0 ? * SUN *)"),
            ("0 0 * * sat,sun", "cron(0 0 ? * SUN,SAT *)"),
            ("0 0 * * */2", "cron(0 0 ? * SUN,TUE,THU,SAT *)"),
            ("0 0 * * 0-6", "cron(0 0 * * ? *)"),
        ] {
            assert_eq!(eventbridge(&ours.parse().unwrap()).unwrap(), theirs, "{ours}");
        }
    }

    #[test]
    fn either_of_two_days_is_refused() {
        let error = eventbridge(&"0 0 1 * 1".parse().unwrap()).unwrap_err();
        assert!(error.contains("both the day of the month"), "{error}");
    }
}
