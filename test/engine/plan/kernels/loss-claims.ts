// The claim that the loss kernels compute what float64 loops do, for two micro-batches of one step. Not a
// test: the tests call it.
import { expect } from 'vitest';
import type { Kernel } from '../../../../src/engine/plan/kernels/kernel.ts';
import type { Value } from '../../../../src/engine/plan/kernels/value.ts';
import type { Target } from '../../../../src/engine/plan/kernels/target.ts';
import {
  type BatchGeometry,
  lossAndGradient,
  lossPartialShape,
  perPictureLoss,
} from '../../../../src/engine/plan/kernels/loss.ts';
import { controlOf } from '../../../../src/engine/plan/kernels/control.ts';
import { wavy } from '../../reference.ts';
import { settings } from '../../small-network.ts';
import { difference } from './comparison.ts';
import { runKernels, value } from './run-kernels.ts';

/** Losses, weighted losses and gradients, within 1e-6 of the largest number. */
export async function claimLoss(target: Target, geometry: BatchGeometry): Promise<void> {
  const { batch, perPicture } = geometry;
  const pictures = 2 * batch;
  const shape = [batch, perPicture];
  const [losses, weighted] = [value('losses', [pictures]), value('weighted', [pictures])];
  const kernels: Kernel[] = [];
  const given = new Map<Value, ArrayLike<number>>();
  const [expected, expectedWeighted]: [number[], number[]] = [[], []];
  const gradients: [Value, Float64Array][] = [];
  for (const micro of [0, 1]) {
    const make = (label: string, of: number[]) => value(label, of);
    const values = {
      prediction: make('prediction', shape),
      target: make('target', shape),
      sampleWeights: make('weights', [batch]),
      control: make('control', [16]),
      scaler: null,
      partial: make('partial', lossPartialShape(geometry)),
    };
    const dPrediction = make('d prediction', shape);
    kernels.push(...lossAndGradient(target, geometry, { ...values, dPrediction }));
    kernels.push(...perPictureLoss(target, geometry, { ...values, losses, weighted }));
    const [p, t, w] = [wavy(shape, micro).data, wavy(shape, 5 + micro).data, wavy([batch], 9).data];
    given.set(values.prediction, p).set(values.target, t).set(values.sampleWeights, w);
    given.set(values.control, controlOf(settings(1), { first: micro * batch, pictures }));
    const off = p.map((x, i) => x - (t[i] as number));
    for (let b = 0; b < batch; b++) {
      const own = off.subarray(b * perPicture, (b + 1) * perPicture);
      const mean = own.reduce((sum, x) => sum + x * x, 0) / perPicture;
      expected.push(mean);
      expectedWeighted.push(mean * (w[b] as number));
    }
    const weightOf = (i: number) => w[Math.floor(i / perPicture)] as number;
    gradients.push([dPrediction, off.map((x, i) => (2 * x * weightOf(i)) / perPicture / pictures)]);
  }
  const read = await runKernels(kernels, given);
  expect(difference(read(losses), expected), 'losses').toBeLessThan(1e-6);
  expect(difference(read(weighted), expectedWeighted), 'weighted').toBeLessThan(1e-6);
  for (const [dPrediction, numbers] of gradients)
    expect(difference(read(dPrediction), numbers), 'gradient').toBeLessThan(1e-6);
}
