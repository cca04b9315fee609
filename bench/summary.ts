// The last line of a benchmark: exactly these fields, which other programs read (docs/agreement.md, section
// 6). Not here: how they are measured (bench.ts).
import type { PlanReport } from '../src/engine/plan/run/plan-executor.ts';
import { median, type StepTime } from './steps.ts';

export const SUMMARY_FIELDS = [
  'device',
  'adapter',
  'network',
  'parameters',
  'batch',
  'step_ms',
  'step_ms_stock',
  'ratio_step',
  'host_ms_per_step',
  'host_ms_per_step_stock',
  'ratio_host',
  'dispatches_per_step',
  'dispatches_per_step_stock',
  'buffers_created_per_step',
  'live_bytes',
  'allocated_bytes',
  'snapshot_bytes',
  'loss_max_rel_diff',
  'images_per_second',
] as const;

export type Summary = Record<(typeof SUMMARY_FIELDS)[number], string | number | null>;

export interface Measured {
  /** The GPU's name. */
  device: string;
  /** Identifies the adapter: backend, vendor, architecture, device, description. */
  adapter: string;
  network: string;
  parameters: number;
  batch: number;
  /** Timed steps of each side; at least one. */
  ours: readonly StepTime[];
  stock: readonly StepTime[];
  /** The plan's own account of its memory; null for eager. */
  memory: Pick<PlanReport, 'liveBytes' | 'allocatedBytes' | 'snapshotBytes'> | null;
  lossMaxRelDiff: number;
  imagesPerSecond: number;
}

/**
 * Medians of times, means of counts, ratios stock / ours. A number that is not finite becomes null (as in
 * JSON).
 */
export function summaryOf(measured: Measured): Summary {
  const { ours, stock, memory } = measured;
  const ms = (steps: readonly StepTime[], key: 'stepMs' | 'hostMs') => median(steps.map((step) => step[key]));
  const per = (steps: readonly StepTime[], key: 'dispatches' | 'buffers') =>
    steps.reduce((sum, { counts }) => sum + counts[key], 0) / steps.length;
  const summary: Summary = {
    device: measured.device,
    adapter: measured.adapter,
    network: measured.network,
    parameters: measured.parameters,
    batch: measured.batch,
    step_ms: rounded(ms(ours, 'stepMs')),
    step_ms_stock: rounded(ms(stock, 'stepMs')),
    ratio_step: rounded(ms(stock, 'stepMs') / ms(ours, 'stepMs')),
    host_ms_per_step: rounded(ms(ours, 'hostMs')),
    host_ms_per_step_stock: rounded(ms(stock, 'hostMs')),
    ratio_host: rounded(ms(stock, 'hostMs') / ms(ours, 'hostMs')),
    dispatches_per_step: rounded(per(ours, 'dispatches')),
    dispatches_per_step_stock: rounded(per(stock, 'dispatches')),
    buffers_created_per_step: rounded(per(ours, 'buffers')),
    live_bytes: memory?.liveBytes ?? null,
    allocated_bytes: memory?.allocatedBytes ?? null,
    snapshot_bytes: memory?.snapshotBytes ?? null,
    loss_max_rel_diff: rounded(measured.lossMaxRelDiff),
    images_per_second: rounded(measured.imagesPerSecond),
  };
  return summary;
}

/** Four significant digits below 1,000, whole numbers above; null where `value` is not finite. */
export function rounded(value: number): number | null {
  if (!Number.isFinite(value)) return null;
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4));
}
