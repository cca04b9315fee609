// How fast a device is, in two numbers, in at most two seconds. Not here: what a network costs (model/cost.ts), what a run
// will take (app/estimate.ts).
import * as tf from '@tensorflow/tfjs-core';
import type { Device } from './device.ts';
import { eagerOps } from './eager.ts';

/** The probe ends itself at this time; one pass more may run into it. */
const BUDGET_MS = 1200;
/** Sizes grow while a pass stays under this. */
const LONG_PASS_MS = 300;
const EDGE = 16;

/**
 * `opMs`: what one small operation costs, however little it computes. `macsPerSecond`: multiply-adds of a 3x3 convolution,
 * forward and backward, at the largest size that was tried. On the current backend, which is `device`'s; shaders are
 * compiled before the clock starts.
 */
export async function probe(_device: Device): Promise<{ opMs: number; macsPerSecond: number }> {
  const deadline = performance.now() + BUDGET_MS;
  const opMs = await smallOperationMs();
  return { opMs, macsPerSecond: await convolutionSpeed(deadline) };
}

/** Many additions in a row, then one awaited read; twice as many until they take long enough for the clock. */
async function smallOperationMs(): Promise<number> {
  await additionsMs(8);
  for (let count = 64; ; count *= 2) {
    const ms = await additionsMs(count);
    if (ms > 40 || count >= 4096) return ms / count;
  }
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

/** Channels first, as wide networks have them, then pictures: neither a size nor its memory gets out of hand. */
async function convolutionSpeed(deadline: number): Promise<number> {
  for (let batch = 4, channels = 16; ; channels < 128 ? (channels *= 2) : (batch *= 2)) {
    await passMs(batch, channels);
    const ms = await passMs(batch, channels);
    // A pass of the next size takes up to four times as long, and it is made twice.
    const next = performance.now() + 8 * ms;
    if (4 * ms > LONG_PASS_MS || next > deadline || batch === 64) {
      return (1000 * multiplyAdds(batch, channels)) / ms;
    }
  }
}

/** Forward, gradient of the pictures, gradient of the filter. */
function multiplyAdds(batch: number, channels: number): number {
  return 3 * batch * EDGE * EDGE * 9 * channels * channels;
}

async function passMs(batch: number, channels: number): Promise<number> {
  const inputs = tf.tidy(() => [
    tf.ones([batch, EDGE, EDGE, channels]),
    tf.ones([3, 3, channels, channels]),
    tf.zeros([channels]),
  ]);
  const started = performance.now();
  const grads = tf.tidy(() =>
    tf.grads((x, filter, bias) =>
      eagerOps.conv2d(x, filter, bias, {
        kernel: 3,
        stride: 1,
        padding: 'same',
      }),
    )(inputs),
  );
  // All three: a read waits for what was asked before it, and on webgl for nothing else.
  await Promise.all(grads.map((grad) => grad.data()));
  const ms = performance.now() - started;
  tf.dispose([inputs, grads]);
  return ms;
}
