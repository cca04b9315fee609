// What a benchmark is asked to measure, and how much of it, which depends on the machine. Crosses to the browser.
// Not here: how it is asked (command-line.ts), how it is measured (bench.ts).
import type { PresetName } from '../src/settings/settings.ts';
import type { ExecutorKind } from '../src/engine/executor.ts';

/** What the measuring side is told; crosses to the browser. */
export interface BenchOptions {
  preset: PresetName;
  batch: number;
  quick: boolean;
  /** What is measured against stock TensorFlow.js. */
  executor: ExecutorKind;
}

/** How many of each. */
export interface Amount {
  /** Stock steps and ours take turns this many times. */
  rounds: number;
  stockSteps: number;
  ourSteps: number;
  /** Steps with two in flight, for images a second. */
  burst: number;
  /** Denoising calls for the 16 samples. */
  sampleCalls: number;
  lossSteps: number;
  lossPreset: PresetName;
}

/** A GPU in software needs half a minute for a stock step: fewer of everything. */
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
