// Draws the noise of a batch where it is needed and mixes it with the pictures: the network's input and the target.
// Not here: what the mixture's numbers are (diffusion/), the generator itself (philox.ts).
import { gridOf, type Kernel, kernel } from './kernel.ts';
import type { Value } from './value.ts';
import type { Target } from './target.ts';
import { PHILOX } from './philox.ts';

export interface BatchGeometry {
  batch: number;
  /** Values of one picture. */
  perPicture: number;
}

export interface MixNoise {
  pictures: Value;
  /** [B, 4] */
  mix: Value;
  /** u32 [4]: seed, stream, step, index of the batch's first value. */
  seeds: Value;
  input: Value;
  target: Value;
}

/** 4 values an invocation. */
const THREADS = { tiles: 64, registers: 4 } as const;

/**
 * input = m0 picture + m1 noise, target = m2 picture + m3 noise, with m = mix[picture]; noise value i is random.ts's
 * normal at (seed, step, stream, first + i). An invocation takes one block of the generator: `first` need not divide by 4.
 */
export function mixNoise(
  { family }: Target,
  { batch, perPicture }: BatchGeometry,
  { pictures, mix, seeds, input, target }: MixNoise,
): Kernel[] {
  const threads = THREADS[family];
  const count = batch * perPicture;
  // One block more than the values fill: the first may begin inside one.
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
        // Below zero, which is huge, in the first block's values that come before the batch.
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
