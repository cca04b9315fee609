// One row for each operation of a step: dispatches, time, share of the GPU time, arithmetic and memory
// traffic per second. Joins measured times (kernel-times.ts) with the plan's own report. Not here: measuring.
import type { PlanReport } from '../src/engine/plan/run/plan-executor.ts';
import type { KernelTime } from './kernel-times.ts';
import { rounded } from './summary.ts';

/**
 * Rows by time, largest first. times: null where the device has no timestamp queries; the rows then have no
 * times. report: null where no plan ran; the rows then have no rates.
 */
export function kernelRows(
  times: readonly KernelTime[] | null,
  report: Pick<PlanReport, 'kernels'> | null,
): Record<string, unknown>[] {
  const known = new Map(report?.kernels.map((kernel) => [kernel.op, kernel]));
  const total = times?.reduce((sum, { ms }) => sum + ms, 0) ?? NaN;
  const measured = times ?? report?.kernels.map(({ op, dispatches }) => ({ op, dispatches, ms: NaN })) ?? [];
  return measured.map(({ op, dispatches, ms }) => {
    const { flops = NaN, bytes = NaN } = known.get(op) ?? {};
    return {
      row: 'kernel',
      op,
      dispatches,
      ms: rounded(ms),
      share: rounded(ms / total),
      // 1e6 in a millisecond is 1e9 in a second.
      gflops_per_second: rounded(flops / ms / 1e6),
      gbytes_per_second: rounded(bytes / ms / 1e6),
    };
  });
}
