//! Prints the table of false trips, and writes its plot.
//!
//! `cargo run --release -p gate-tests --bin false_trips -- docs/breakers-false-trips.svg`. The same seeds, so the same
//! figures, on every machine.

use std::fmt::Write;

use gate_core::breaker::MetricConfig;
use gate_tests::false_trips::{TABLE, default_by_samples, median_and_p95, seen_after, trips};

const RUNS: u64 = 1000;
const COLOURS: [&str; 3] = ["#b3261e", "#b06000", "#0b57d0"];

fn main() -> std::io::Result<()> {
    println!(
        "| window, look every, bad looks | true 2 % | true 3 % | 20 % seen: median (p95) | 100 % seen |"
    );
    println!("|---|---|---|---|---|");
    for setting in TABLE {
        let name = format!("{}, {}, {}", setting.window, setting.look, setting.bad_looks);
        println!("{}", row(&name, &setting.config()));
    }
    println!("{}", row("**ours**: 960, 80, 3, and the gross breach", &default_by_samples()));
    let Some(path) = std::env::args_os().nth(1) else { return Ok(()) };
    std::fs::write(path, plot())
}

fn row(name: &str, config: &MetricConfig) -> String {
    let share = |rate| trips(config, rate, RUNS);
    let seen = |rate| median_and_p95(&seen_after(config, rate, RUNS)).unwrap_or_default();
    let ((median, p95), (outage, _)) = (seen(0.20), seen(1.0));
    format!("| {name} | {:.3} | {:.3} | {median} ({p95}) | {outage} |", share(0.02), share(0.03))
}

/// The share of runs that trip, over the true error rate from 0.5 % to 8 %.
fn plot() -> String {
    let curves = [
        ("100 samples, looked at after each", TABLE[0].config()),
        ("300 samples, 3 bad looks, every 50", TABLE[2].config()),
        ("ours: 960 samples, 3 bad looks, every 80", default_by_samples()),
    ];
    let mut svg = String::from(FRAME);
    for percent in 0..=8 {
        let x = 70.0 + f64::from(percent) * 70.0;
        let _ = writeln!(
            svg,
            r##"<path d="M{x} 40V340" stroke="#dadce0"/><text x="{x}" y="360" text-anchor="middle">{percent} %</text>"##
        );
    }
    for tenth in [0, 25, 50, 75, 100] {
        let y = 340.0 - f64::from(tenth) * 3.0;
        let _ = writeln!(
            svg,
            r##"<path d="M70 {y}H630" stroke="#dadce0"/><text x="60" y="{}" text-anchor="end">{tenth} %</text>"##,
            y + 4.0
        );
    }
    svg += r##"<path d="M420 40V340" stroke="#5f6368" stroke-dasharray="5 4"/><text x="426" y="335">limit</text>"##;
    for (number, (name, config)) in (0_u32..).zip(&curves) {
        svg += &curve(number, name, config);
    }
    svg + "</svg>\n"
}

fn curve(number: u32, name: &str, config: &MetricConfig) -> String {
    let points: String = (1..=32)
        .map(|step| {
            let rate = f64::from(step) * 0.0025;
            let (x, y) = (70.0 + rate * 7000.0, 340.0 - trips(config, rate, 200) * 300.0);
            format!("{x:.1},{y:.1} ")
        })
        .collect();
    let colour = COLOURS.get(number as usize).copied().unwrap_or("black");
    let y = 420 + number * 18;
    format!(
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.5\"/>\n\
         <path d=\"M70 {y}h28\" stroke=\"{colour}\" stroke-width=\"2.5\"/><text x=\"106\" y=\"{}\">{name}</text>\n",
        points.trim_end(),
        y + 4
    )
}

const FRAME: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 660 475" font-family="sans-serif" font-size="12" fill="#202124">
<rect width="660" height="475" fill="white"/>
<text x="70" y="24" font-size="14">Switched off within 10 000 calls (200 runs each)</text>
<text x="350" y="386" text-anchor="middle">true error rate</text>
"##;
