//! `posture notify`, and notifications of `posture serve`.

mod settings;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use ipnet::IpNet;
use posture_core::notify::round::Round;
use posture_core::{Report, Timestamp};
use posture_notify::notifier::{Delivery, Notifier, Timing};
use posture_notify::reach::Reach;

use crate::check::seconds;
use crate::clock::now;
use crate::exit_code::{FAILED, REFUSED};
use crate::failure::Failure;
use crate::input::JudgeArgs;
use crate::output::to_stdout;
use crate::terminal::{escaped, report_error};
use crate::text;

pub(crate) use settings::{NotifySettings, StatedNotifications, StatedTarget};
pub(crate) use watch::start;

#[derive(Args)]
#[command(mut_arg("as_of", |arg| arg.help("Instant to judge at, such as 2026-04-08T23:21:36Z; by default now")))]
pub(crate) struct NotifyArgs {
    #[command(flatten)]
    judge: JudgeArgs,
    /// File that keeps what was announced and what waits to be sent. Created if it does not exist.
    #[arg(long, value_name = "FILE")]
    state: PathBuf,
    /// Address to send to, such as smtps://mail.example.org?from=a@example.org&to=b@example.org, or @FILE for a file that holds it. Can be
    /// repeated. `teams+https://`, `slack+https://` and `json+https://` state the channel.
    #[arg(long, value_name = "URL", required = true)]
    to: Vec<String>,
    /// File with the secret that signs JSON.
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// Address of the dashboard, such as `https://posture.example.org`, for links.
    #[arg(long, value_name = "URL", value_parser = settings::site)]
    public_url: Option<String>,
    /// Shortest time from one message to the next.
    #[arg(long, value_name = "TIME", default_value = "15m", value_parser = seconds)]
    interval: u64,
    /// Time without a message after which a heartbeat is sent; 0s for never.
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = seconds)]
    heartbeat: u64,
    /// Host that may be contacted, such as ops.example.org or *.example.org. Those of Teams and Slack need not be named. Can be repeated.
    #[arg(long, value_name = "HOST")]
    allow_host: Vec<String>,
    /// Network that may be contacted although it is not public, such as 10.0.0.0/8. Can be repeated.
    #[arg(long, value_name = "CIDR")]
    allow_network: Vec<IpNet>,
}

pub(crate) fn run(args: &NotifyArgs) -> Result<ExitCode, Failure> {
    let secret = args.secret_file.as_deref().map(settings::json_secret).transpose()?;
    let read = |(place, to): (usize, &String)| {
        settings::target(to, secret.as_deref())
            .with_context(|| format!("Failed to read --to number {}", place + 1))
    };
    let targets = args.to.iter().enumerate().map(read).collect::<anyhow::Result<Vec<_>>>()?;
    let reach =
        Reach::new(args.allow_host.clone(), args.allow_network.clone()).map_err(anyhow::Error::from)?;
    let timing = Timing {
        interval: args.interval,
        heartbeat: Some(args.heartbeat).filter(|seconds| *seconds > 0),
        ..Timing::default()
    };
    let mut notifier = Notifier::open(&args.state, targets, reach, timing)?;
    notifier.check()?;
    for (target, count) in notifier.removed() {
        report_error(&text::target_removed(target, *count));
    }
    let (now, report) = judge(args)?;
    let mut round = Round::new(notifier.announced(), args.public_url.as_deref(), now);
    let mut refused = None;
    match report {
        Ok(report) => round.add(report),
        Err(why) => {
            let name = args.judge.input.name();
            round.add_unreadable(&name, None, why.strip_prefix(&format!("{name}: ")).unwrap_or(&why));
            refused = Some(why);
        }
    }
    let outcome = round.finish();
    notifier.take(outcome, now)?;
    let deliveries = notifier.deliver(now)?;
    print(&deliveries)?;
    if let Some(why) = refused {
        report_error(&why);
        return Ok(REFUSED.into());
    }
    Ok(if notifier.waiting() == 0 { ExitCode::SUCCESS } else { FAILED.into() })
}

/// Judges the snapshot now, or at its own instant if that is later. A snapshot that is rejected is news, not a failure.
fn judge(args: &NotifyArgs) -> Result<(Timestamp, Result<&'static Report, String>), Failure> {
    let mut options = args.judge.policy.options();
    let now = match &options.as_of {
        Some(text) => match Timestamp::parse(text) {
            Some(stated) => stated,
            None => return Err(anyhow::anyhow!(text::NOT_A_TIMESTAMP).into()),
        },
        None => now()?,
    };
    options.as_of = Some(now.to_string());
    let derived = args.judge.input.derive(&options).and_then(|report| {
        if report.exported_at <= now {
            return Ok(report);
        }
        options.as_of = None;
        args.judge.input.derive(&options)
    });
    match derived {
        Ok(report) => Ok((now, Ok(report))),
        Err(Failure::Refused(why)) => Ok((now, Err(why))),
        Err(failure) => Err(failure),
    }
}

fn print(deliveries: &[Delivery]) -> Result<(), Failure> {
    to_stdout(|out| {
        for delivery in deliveries {
            match delivery {
                Delivery::Delivered { target, id } => {
                    writeln!(out, "{}", escaped(&text::delivered(target, id)))?
                }
                Delivery::Failed { target, id, why } => report_error(&text::not_delivered(target, id, why)),
                Delivery::GivenUp { target, id } => report_error(&text::given_up(target, id)),
            }
        }
        Ok(())
    })
}
