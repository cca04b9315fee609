// Draws the noise of a batch on the GPU and mixes it with the pictures: the network's input and the training
// target. Not here: the coefficients of the mixture (diffusion/), the random number generator (philox.ts).
import { gridOf, type Kernel, kernel } from './kernel.ts';
import type { Value } from './value.ts';
import type { Target } from './target.ts';
import { PHILOX } from './philox.ts';

export interface BatchGeometry {
  batch: number;
  /** Values of one picture: height x width x channels. */
  perPicture: number;
}

export interface MixNoise {
  /** [B, perPicture], as `input` and `target`. */
  pictures: Value;
  /** [B, 4]: the coefficients m of `mixNoise` for each picture. */
  mix: Value;
  /** u32 [4]: seed, stream, step, index of the batch's first value. */
  seeds: Value;
  input: Value;
  target: Value;
}

/** Each invocation draws 4 values. */
const THREADS = { tiles: 64, registers: 4 } as const;

/**
 * input = m0 picture + m1 noise, target = m2 picture + m3 noise, with m = mix[picture]. Noise value i is
 * random.ts's normal at (seed, step, stream, first + i). Each invocation takes one Philox block of four
 * words; `first` need not be a multiple of 4.
 */
export function mixNoise(
  { family }: Target,
  { batch, perPicture }: BatchGeometry,
  { pictures, mix, seeds, input, target }: MixNoise,
): Kernel[] {
  const threads = THREADS[family];
  const count = batch * perPicture;
  // One block more than the values fill: the batch may begin inside a block.
  const blocks = Math.ceil(count / 4) + 1;
  return [
    kernel(family, {
      op: 'mix noise',
      bindings: {
        pictures: { value: pictures, access: 'read' },
        mix: { value: mix, access: 'read', type: 'vec4<f32>' },
        seeds: { value: seeds, access: 'read', type: 'u32' },
        input: { value: input, access: 'write' },
        goal: { value: target, access: 'write' },
      },
      params: { count, per_picture: perPicture },
      workgroupSize: [threads, 1, 1],
      workgroups: gridOf(blocks, threads),
      flops: 100 * count,
      declarations: PHILOX,
      body: /* wgsl */ `
      let block = (group.y * 32768u + group.x) * ${threads}u + lane;
      let first = seeds[3];
      let words = philox(vec4<u32>((first >> 2u) + block, seeds[2], 0u, 0u), vec2<u32>(seeds[0], seeds[1]));
      for (var word = 0u; word < 4u; word++) {
        // For words of the first block that come before the batch, i is negative and wraps to a huge u32.
        let i = 4u * block + word - (first & 3u);
        if (i < params.count) {
          let noise = inverse_normal(words[word]);
          let m = mix[i / params.per_picture];
          let picture = pictures[i];
          input[i] = m.x * picture + m.y * noise;
          goal[i] = m.z * picture + m.w * noise;
        }
      }`,
    }),
  ];
}
