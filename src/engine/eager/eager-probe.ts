// How fast a device is, in two numbers, measured in at most two seconds. Not here: what a network costs
// (model/cost.ts), how long a run takes (app/estimate.ts).
import * as tf from '@tensorflow/tfjs-core';
import type { Device } from '../device/device.ts';
import type { Ops } from '../ops.ts';
import { eagerOpsOn } from './eager-ops.ts';

/** The probe ends after this time; one more pass may exceed it. */
const BUDGET_MS = 1200;
/** Sizes grow while a pass is faster than this. */
const LONG_PASS_MS = 300;
const EDGE = 16;

/**
 * `opMs`: time of one small operation. `macsPerSecond`: multiply-adds of a 3x3 convolution, forward and
 * backward, at the largest size tried. Runs on the current backend, which is `device`'s; shaders are compiled
 * before the clock starts.
 */
export async function probe(device: Device): Promise<{ opMs: number; macsPerSecond: number }> {
  const deadline = performance.now() + BUDGET_MS;
  const opMs = await smallOperationMs();
  return { opMs, macsPerSecond: await convolutionSpeed(device, deadline) };
}

/**
 * Many additions in a row, then one awaited read; twice as many until they take long enough for the clock.
 */
async function smallOperationMs(): Promise<number> {
  await additionsMs(8);
  let count = 64;
  let ms = await additionsMs(count);
  while (ms < 30 && count < 4096) {
    count *= 2;
    ms = await additionsMs(count);
  }
  return Math.min(ms, await additionsMs(count), await additionsMs(count)) / count;
}

async function additionsMs(count: number): Promise<number> {
  const started = performance.now();
  const sum = tf.tidy(() => {
    const one = tf.ones([64]);
    let sum = one;
    for (let i = 0; i < count; i++) sum = tf.add(sum, one);
    return sum;
  });
  await sum.data();
  sum.dispose();
  return performance.now() - started;
}

/**
 * On a GPU in hardware the size grows to 128 channels, as wide as the networks it trains, then to more
 * pictures. On a software GPU it stays at the 16 channels of preset `tiny`, where kernels made for wide
 * networks waste half of their work: at 32 channels it looks twice as fast.
 */
async function convolutionSpeed(device: Device, deadline: number): Promise<number> {
  const ops = eagerOpsOn(device);
  const widest = device.software ? 16 : 128;
  for (let batch = 4, channels = 16; ;) {
    await passMs(ops, batch, channels);
    const ms = await bestPassMs(ops, batch, channels, deadline);
    const wider = channels < widest;
    const nextMs = ms * (wider ? 4 : 2);
    // Leaves time for at least two passes of the next size.
    if (nextMs > LONG_PASS_MS || performance.now() + 2 * nextMs > deadline || batch === 64) {
      return (1000 * multiplyAdds(batch, channels)) / ms;
    }
    if (wider) channels *= 2;
    else batch *= 2;
  }
}

/**
 * The fastest of three passes, or of those there is time for: other programs only ever make a pass slower.
 */
async function bestPassMs(
  ops: Ops<tf.Tensor>,
  batch: number,
  channels: number,
  deadline: number,
): Promise<number> {
  let best = await passMs(ops, batch, channels);
  for (let pass = 1; pass < 3 && performance.now() + best < deadline; pass++) {
    best = Math.min(best, await passMs(ops, batch, channels));
  }
  return best;
}

/** Multiply-adds of the forward pass and of the gradients of pictures and filter. */
function multiplyAdds(batch: number, channels: number): number {
  return 3 * batch * EDGE * EDGE * 9 * channels * channels;
}

async function passMs(ops: Ops<tf.Tensor>, batch: number, channels: number): Promise<number> {
  const inputs = tf.tidy(() => [
    tf.ones([batch, EDGE, EDGE, channels]),
    tf.ones([3, 3, channels, channels]),
    tf.zeros([channels]),
  ]);
  const started = performance.now();
  const grads = tf.tidy(() =>
    tf.grads((x, filter, bias) =>
      ops.conv2d(x, filter, bias, {
        kernel: 3,
        stride: 1,
        padding: 'same',
      }),
    )(inputs),
  );
  // All three gradients are read: a read waits only for commands before it, on webgl only for its own tensor.
  await Promise.all(grads.map((grad) => grad.data()));
  const ms = performance.now() - started;
  tf.dispose([inputs, grads]);
  return ms;
}
