//! Times each stage of the resolver: `cargo bench --package posture-bench`.
//! `cargo xtask instructions` counts instructions, which do not depend on the machine's load.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use posture_bench::{Stage, plan};
use posture_core::Form;
use posture_synth::Detail;

fn stages(criterion: &mut Criterion) {
    for (name, detail, tenants) in [("slim", Detail::Slim, 500), ("full", Detail::Full, 10)] {
        let mut document = Vec::new();
        let made = plan(tenants, detail).map(|plan| posture_synth::write(&plan, Form::Json, &mut document));
        assert!(matches!(made, Some(Ok(()))), "a synthetic workspace can be written");
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(document.len() as u64));
        for stage in Stage::ALL {
            group.bench_with_input(
                BenchmarkId::from_parameter(stage.name()),
                &document,
                |bencher, document| {
                    bencher.iter(|| stage.run(document));
                },
            );
        }
        group.finish();
    }
}

criterion_group!(benches, stages);
criterion_main!(benches);
