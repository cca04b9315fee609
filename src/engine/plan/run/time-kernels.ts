// How long kernels take on the GPU, from submission to the end of their work. What they compute does not
// matter. Not here: what is compared (tune-tiles.ts).
import type { Kernel } from '../kernels/kernel.ts';
import type { PipelineCache } from './program.ts';
import { scratchProgram } from './scratch-program.ts';

/**
 * A timing runs the kernels as often as fit in about TIMING_MS, at most MOST_RUNS times; the fastest of
 * TIMINGS counts.
 */
const TIMING_MS = 4;
const MOST_RUNS = 32;
const TIMINGS = 3;
/** A timing that is so many times slower than the best is not repeated. */
const TOO_SLOW = 1.3;

/**
 * Milliseconds of one run. `best`: the best time of others so far. The first run, which may compile, is not
 * counted.
 */
export async function timeKernels(
  cache: PipelineCache,
  kernels: readonly Kernel[],
  best: number,
): Promise<number> {
  const { device } = cache;
  const { program, dispose } = await scratchProgram(cache, kernels);
  const run = async (times: number) => {
    const encoder = device.createCommandEncoder();
    for (let i = 0; i < times; i++) program.encode(encoder);
    const started = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return (performance.now() - started) / times;
  };
  try {
    await run(1);
    const runs = Math.min(MOST_RUNS, Math.max(1, Math.round(TIMING_MS / Math.max(await run(1), 0.01))));
    let least = await run(runs);
    for (let timing = 1; timing < TIMINGS && least < TOO_SLOW * best; timing++) {
      least = Math.min(least, await run(runs));
    }
    return least;
  } finally {
    dispose();
  }
}
