// Times steps: the JavaScript of a step until it waits for the GPU, the whole step until its loss is read,
// and what the step asked of the GPU. Not here: making the steps (turns.ts).
import type { GpuCounter, GpuCounts } from './counting.ts';

export interface StepTime {
  /** From the call until it returns its promise: the JavaScript of the step. */
  hostMs: number;
  /** From the call until the promise settles: the GPU is done and the loss is read. */
  stepMs: number;
  /**
   * Processor time of the process that drives the GPU, all threads. On a software GPU it is the work itself,
   * however busy the machine is with other programs.
   */
  cpuMs: number;
  loss: number;
  counts: GpuCounts;
}

/** Processor time so far of the process that drives the GPU, ms. */
export type CpuClock = () => Promise<number>;

/** Times one step. `run` returns once everything is encoded; its promise settles with the loss. */
export async function timeStep(
  counter: GpuCounter,
  cpuClock: CpuClock,
  run: () => Promise<number>,
): Promise<StepTime> {
  const cpuBefore = await cpuClock();
  counter.take();
  const started = performance.now();
  const pending = run();
  const hostMs = performance.now() - started;
  const loss = await pending;
  const stepMs = performance.now() - started;
  const counts = counter.take();
  return { hostMs, stepMs, cpuMs: (await cpuClock()) - cpuBefore, loss, counts };
}

/** Steps per second with two in flight, as the training loop makes them. */
export async function stepsPerSecond(count: number, run: (i: number) => Promise<unknown>): Promise<number> {
  const started = performance.now();
  const inFlight: Promise<unknown>[] = [];
  for (let i = 0; i < count; i++) {
    if (inFlight.length === 2) await inFlight.shift();
    inFlight.push(run(i));
  }
  await Promise.all(inFlight);
  return (1000 * count) / (performance.now() - started);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? NaN : (low + high) / 2;
}

/** Largest |a - b| / |b|; NaN where a value is not a number, the lengths differ, or there are no values. */
export function maxRelativeDifference(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length || a.length === 0) return NaN;
  return a.reduce((most, value, i) => {
    const expected = b[i] as number;
    const difference = Math.abs(value - expected) / Math.abs(expected);
    return difference > most || Number.isNaN(difference) ? difference : most;
  }, 0);
}
