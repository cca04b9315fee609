// What a benchmark measures, and how many steps of each kind, which depends on the GPU.
// Not here: the command line (command-line.ts), the measuring (bench.ts).
import type { PresetName } from '../src/settings/settings.ts';
import type { ExecutorKind } from '../src/engine/executor.ts';

/** What the measuring side is told; JSON, because it is sent to the browser. */
export interface BenchOptions {
  preset: PresetName;
  batch: number;
  quick: boolean;
  /** The executor that is compared with stock TensorFlow.js. */
  executor: ExecutorKind;
}

/** How many steps and calls are made. */
export interface Amount {
  /** Turns of stock steps and our steps. */
  rounds: number;
  stockSteps: number;
  ourSteps: number;
  /** Steps with two in flight, for images per second. */
  burst: number;
  /** Denoising calls of the 16 samples. */
  sampleCalls: number;
  lossSteps: number;
  lossPreset: PresetName;
}

/** A software GPU needs half a minute for a stock step: it makes fewer of everything. */
export function amountOf(quick: boolean, software: boolean): Amount {
  const lossSteps = 20;
  if (quick) {
    return {
      rounds: 2,
      stockSteps: 1,
      ourSteps: 5,
      burst: software ? 4 : 20,
      sampleCalls: 1,
      lossSteps,
      lossPreset: 'tiny',
    };
  }
  const lossPreset = 'bench';
  return software
    ? { rounds: 3, stockSteps: 1, ourSteps: 5, burst: 6, sampleCalls: 5, lossSteps, lossPreset }
    : { rounds: 10, stockSteps: 2, ourSteps: 20, burst: 100, sampleCalls: 50, lossSteps, lossPreset };
}
