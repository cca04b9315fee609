// Claims about a whole update, compared with eager/adamw.ts on the cpu backend of TensorFlow.js (which other
// tests compare with PyTorch). Not a test: the tests call them.
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { adamW as eagerAdamW, clipCoefficient, type FlatState } from '../../../../src/engine/eager/adamw.ts';
import { STATE_GROUPS, type StepSettings } from '../../../../src/engine/executor.ts';
import type { Kernel } from '../../../../src/engine/plan/kernels/kernel.ts';
import { elementsOf, type Value } from '../../../../src/engine/plan/kernels/value.ts';
import type { Target } from '../../../../src/engine/plan/kernels/target.ts';
import { CONTROL_LENGTH, controlOf } from '../../../../src/engine/plan/kernels/control.ts';
import {
  adamW,
  squareSums,
  squareSumsShape,
  stepVerdict,
} from '../../../../src/engine/plan/kernels/optimizer.ts';
import { wavy } from '../../reference.ts';
import { difference } from './comparison.ts';
import { runKernels, value } from './run-kernels.ts';

const NAMES = ['gradient', ...STATE_GROUPS] as const;
type Vectors = Record<(typeof NAMES)[number], Value>;

/**
 * One update of vectors of the given lengths: its kernels, and the numbers before it (expAvgSq is not
 * negative).
 */
function update(target: Target, lengths: readonly number[], settings: StepSettings, weighted: number[]) {
  const vectors = lengths.map(
    (length) => Object.fromEntries(NAMES.map((name) => [name, value(name, [length])])) as Vectors,
  );
  const [control, stats] = [value('control', [CONTROL_LENGTH]), value('stats', [4])];
  const losses = value('weighted', [weighted.length]);
  const sums = lengths.map((length) => value('sums', squareSumsShape(length)));
  const kernels: Kernel[] = [
    ...vectors.flatMap(({ gradient }, i) =>
      squareSums(target, { length: elementsOf(gradient) }, { gradient, sums: sums[i] as Value }),
    ),
    ...stepVerdict(
      target,
      { pictures: weighted.length },
      { sums, weighted: losses, control, stats, scaler: null },
    ),
    ...vectors.flatMap((vector) =>
      adamW(target, { length: elementsOf(vector.gradient) }, { ...vector, stats, control }),
    ),
  ];
  const given = new Map<Value, Float32Array>([
    [control, controlOf(settings, { first: 0, pictures: weighted.length })],
    [losses, Float32Array.from(weighted)],
  ]);
  vectors.forEach((vector, i) =>
    NAMES.forEach((name, n) => {
      const numbers = Float32Array.from(wavy([lengths[i] as number], 7 * i + n).data);
      given.set(vector[name], name === 'expAvgSq' ? numbers.map((x) => x * x) : numbers);
    }),
  );
  return { vectors, stats, kernels, given };
}

/** Loss, norm, verdict and clip factor, and the state after the update. */
export async function claimUpdate(
  target: Target,
  lengths: readonly number[],
  settings: StepSettings,
): Promise<void> {
  const weighted = [0.5, 0.25, 1.5];
  const { vectors, stats, kernels, given } = update(target, lengths, settings, weighted);
  const read = await runKernels(kernels, given);
  const start = (vector: Vectors, name: (typeof NAMES)[number]) => given.get(vector[name]) as Float32Array;
  const squares = vectors.flatMap((vector) => Array.from(start(vector, 'gradient'), (g) => g * g));
  const norm = Math.sqrt(squares.reduce((sum, square) => sum + square, 0));
  const factor = settings.gradientClip > 0 ? Math.min(1, settings.gradientClip / (norm + 1e-6)) : 1;
  expect(difference(read(stats).slice(0, 2), [0.75, norm])).toBeLessThan(1e-6);
  expect(read(stats)[2]).toBe(1);
  expect(read(stats)[3]).toBeCloseTo(factor, 6);
  const before = vectors.map((vector) => {
    const entries = STATE_GROUPS.map((group) => [group, tf.tensor1d(start(vector, group))]);
    return Object.fromEntries(entries) as FlatState;
  });
  const gradients = vectors.map((vector) => tf.tensor1d(start(vector, 'gradient')));
  const clip = settings.gradientClip > 0 ? clipCoefficient(tf.scalar(norm), settings.gradientClip) : 1;
  for (const [i, vector] of vectors.entries()) {
    const gradient = tf.mul<tf.Tensor1D>(gradients[i] as tf.Tensor, clip);
    const after = eagerAdamW(before[i] as FlatState, gradient, settings);
    for (const group of STATE_GROUPS) {
      const expected = after[group].dataSync();
      // The change is compared too, relative to its own size: a small step of a large weight has to be exact
      // as well.
      const change = (numbers: ArrayLike<number>) =>
        Float64Array.from(numbers, (x, at) => x - (start(vector, group)[at] as number));
      expect(difference(read(vector[group]), expected), group).toBeLessThan(3e-7);
      expect(difference(change(read(vector[group])), change(expected)), `${group} changes`).toBeLessThan(
        1e-4,
      );
    }
  }
}

/**
 * With `gradient` as one element of the last gradient, or `loss` as one of the losses, the update has to
 * write nothing. Returns the stats.
 */
export async function claimRefusal(
  target: Target,
  lengths: readonly number[],
  settings: StepSettings,
  { gradient, loss = 1 }: { gradient?: number; loss?: number },
): Promise<Float32Array> {
  const { vectors, stats, kernels, given } = update(target, lengths, settings, [0.5, loss, 1.5]);
  const spoiled = vectors.at(-1) as Vectors;
  if (gradient !== undefined) (given.get(spoiled.gradient) as Float32Array)[1] = gradient;
  const read = await runKernels(kernels, given);
  for (const vector of vectors)
    for (const group of STATE_GROUPS) {
      const before = given.get(vector[group]) as Float32Array;
      expect(
        read(vector[group]).every((x, i) => x === before[i]),
        group,
      ).toBe(true);
    }
  expect(read(stats)[2]).toBe(0);
  return read(stats);
}
