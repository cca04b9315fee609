// The claims that the mixture on the GPU uses the normals of src/random.ts, and that pictures which come as
// bytes, or are mirrored there, give the bits that their values give. Not a test: the tests call it.
import { expect } from 'vitest';
import type { BatchPictures } from '../../../../src/engine/executor.ts';
import { pictureValues } from '../../../../src/engine/picture-values.ts';
import type { Target } from '../../../../src/engine/plan/kernels/target.ts';
import { mixNoise } from '../../../../src/engine/plan/kernels/mix-noise.ts';
import { normals, randomWords, STREAMS } from '../../../../src/random.ts';
import { wavy } from '../../reference.ts';
import { runKernels, value } from './run-kernels.ts';

type Shape = [batch: number, height: number, width: number, channels: number];
interface Noise {
  seed: number;
  step: number;
  /** Index of the batch's first value in the step's noise. */
  first: number;
}

/** Input and target of pictures on the GPU. `mixture`: [B, 4]. */
async function mixedOnGpu(
  target: Target,
  { data, shape, mirrored = [] }: BatchPictures,
  mixture: ArrayLike<number>,
  { seed, step, first }: Noise,
): Promise<{ input: Float32Array; goal: Float32Array }> {
  const [batch] = shape;
  const [pictures, input, goal] = [
    value('pictures', [...shape]),
    value('input', [...shape]),
    value('target', [...shape]),
  ] as const;
  const mix = value('mix', [batch, 4]);
  const seeds = value('seeds', [5], 'u32');
  const flips = value('mirrored', [Math.ceil(batch / 32)], 'u32');
  const bits = new Uint32Array(Math.ceil(batch / 32));
  mirrored.forEach((is, i) => (bits[i >> 5]! |= is ? 2 ** (i & 31) : 0));
  const isBytes = data instanceof Uint8Array;
  const words = new Uint8Array(Math.ceil(data.byteLength / 4) * 4);
  words.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const read = await runKernels(
    mixNoise(target, { pictures, mirrored: flips, mix, seeds, input, target: goal }),
    new Map<typeof mix, ArrayLike<number>>([
      [pictures, new Uint32Array(words.buffer)],
      [flips, bits],
      [mix, mixture],
      [seeds, Uint32Array.of(seed, STREAMS.noise, step, first, Number(isBytes))],
    ]),
  );
  return { input: read(input), goal: read(goal) };
}

/** Input and target within 1e-6 of float64. */
export async function claimMixture(target: Target, shape: Shape, at: Noise): Promise<void> {
  const [picture, m] = [wavy(shape, 1).data, wavy([shape[0], 4], 2).data];
  const { input, goal } = await mixedOnGpu(target, { data: Float32Array.from(picture), shape }, m, at);
  const [batch, height, width, channels] = shape;
  const perPicture = height * width * channels;
  const noise = normals(at.seed, at.step, STREAMS.noise, batch * perPicture, at.first);
  const mixed = (of: number) =>
    Array.from(noise, (z, i) => {
      const at = 4 * Math.floor(i / perPicture) + of;
      return (m[at] as number) * (picture[i] as number) + (m[at + 1] as number) * z;
    });
  for (const [result, expected] of [
    [input, mixed(0)],
    [goal, mixed(2)],
  ] as const) {
    const off = expected.map((x, i) => Math.abs((result[i] as number) - x));
    expect(Math.max(...off)).toBeLessThan(1e-6);
  }
}

/** Bytes and mirrored pictures give the bits that the same values give, in their mirrored order. */
export async function claimBytes(target: Target, shape: Shape, at: Noise): Promise<void> {
  const [batch, height, width, channels] = shape;
  const count = batch * height * width * channels;
  const bytes = Uint8Array.from(randomWords(2, 0, STREAMS.drawing, count), (word) => word >>> 24);
  const coins = randomWords(3, 0, STREAMS.drawing, batch);
  const mirrored = Array.from(coins, (word) => word >= 2 ** 31);
  const m = wavy([batch, 4], 2).data;
  const given = { data: bytes, shape, mirrored };
  const values = pictureValues(given);
  const expected = await mixedOnGpu(target, { data: values, shape }, m, at);
  expect(await mixedOnGpu(target, given, m, at)).toEqual(expected);
  const floats = { data: pictureValues({ data: bytes, shape }), shape, mirrored };
  expect(await mixedOnGpu(target, floats, m, at)).toEqual(expected);
}

/** Every byte b is float32(b / 127.5 - 1), the division in float64. */
export async function claimEveryByte(target: Target): Promise<void> {
  const shape: Shape = [1, 16, 16, 1];
  const data = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  // No noise: the mixture is the picture.
  const at = { seed: 0, step: 0, first: 0 };
  const { input, goal } = await mixedOnGpu(target, { data, shape }, [1, 0, 1, 0], at);
  const expected = Float32Array.from(data, (byte) => byte / 127.5 - 1);
  expect([...input]).toEqual([...expected]);
  expect([...goal]).toEqual([...expected]);
}
