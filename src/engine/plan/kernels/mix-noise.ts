// Draws the noise of a batch on the GPU and mixes it with the pictures: the network's input and the training
// target. Not here: the coefficients of the mixture (diffusion/), the random number generator (philox.ts).
import { sizeOf } from '../../layout.ts';
import { gridOf, type Kernel, kernel } from './kernel.ts';
import type { Value } from './value.ts';
import type { Target } from './target.ts';
import { PHILOX } from './philox.ts';

export interface MixNoise {
  /** [B, H, W, C]: values, or bytes, four in the place of one value. */
  pictures: Value;
  /** u32 [ceil(B / 32)]: a bit for each picture, set where it is mirrored; the first is bit 0 of word 0. */
  mirrored: Value;
  /** [B, 4]: the coefficients m of `mixNoise` for each picture. */
  mix: Value;
  /** u32 [5]: seed, stream, step, index of the batch's first value, and 1 where the pictures are bytes. */
  seeds: Value;
  input: Value;
  target: Value;
}

/** Each invocation draws 4 values. */
const THREADS = { tiles: 64, registers: 4 } as const;

/**
 * `byte_value` is byte / 127.5 - 1 rounded to float32, as picture-values.ts has it, made of its bits because
 * a division may round otherwise on each GPU. With n = 2 byte - 255 it is n / 255, whose binary digits are
 * the eight bits of |n| again and again: shifted until the first is 1, three times eight of them are the
 * mantissa, and as the next one is 1 too, it is rounded up. No value lies on the edge between two roundings.
 */
const BYTE_VALUE = /* wgsl */ `
fn byte_value(byte: u32) -> f32 {
  let n = 2 * i32(byte) - 255;
  let digits = u32(abs(n));
  let zeros = countLeadingZeros(digits) - 24u;
  let eight = ((digits << zeros) | (digits >> (8u - zeros))) & 0xffu;
  let size = ((126u - zeros) << 23u) + (eight * 0x10101u + 1u - 0x800000u);
  return bitcast<f32>(select(size, size | 0x80000000u, n < 0));
}`;

/**
 * input = m0 picture + m1 noise, target = m2 picture + m3 noise, with m = mix[picture]. Noise value i is
 * random.ts's normal at (seed, step, stream, first + i). Each invocation takes one Philox block of four
 * words; `first` need not be a multiple of 4.
 */
export function mixNoise(
  { family }: Target,
  { pictures, mirrored, mix, seeds, input, target }: MixNoise,
): Kernel[] {
  const threads = THREADS[family];
  const [, , width = 1, channels = 1] = pictures.shape;
  const count = sizeOf(pictures.shape);
  // One block more than the values fill: the batch may begin inside a block.
  const blocks = Math.ceil(count / 4) + 1;
  return [
    kernel(family, {
      op: 'mix noise',
      bindings: {
        pictures: { value: pictures, access: 'read', type: 'u32' },
        mirrored: { value: mirrored, access: 'read' },
        mix: { value: mix, access: 'read', type: 'vec4<f32>' },
        seeds: { value: seeds, access: 'read' },
        input: { value: input, access: 'write' },
        goal: { value: target, access: 'write' },
      },
      params: { count, per_picture: sizeOf(pictures.shape.slice(1)), row: width * channels, channels },
      workgroupSize: [threads, 1, 1],
      workgroups: gridOf(blocks, threads),
      flops: 100 * count,
      declarations: PHILOX + BYTE_VALUE,
      body: /* wgsl */ `
      let block = (group.y * 32768u + group.x) * ${threads}u + lane;
      let first = seeds[3];
      let words = philox(vec4<u32>((first >> 2u) + block, seeds[2], 0u, 0u), vec2<u32>(seeds[0], seeds[1]));
      for (var word = 0u; word < 4u; word++) {
        // For words of the first block that come before the batch, i is negative and wraps to a huge u32.
        let i = 4u * block + word - (first & 3u);
        if (i < params.count) {
          let noise = inverse_normal(words[word]);
          let which = i / params.per_picture;
          let m = mix[which];
          var at = i;
          if (((mirrored[which >> 5u] >> (which & 31u)) & 1u) == 1u) {
            let place = i % params.row;
            at = i - place + (params.row - params.channels - place + 2u * (place % params.channels));
          }
          var picture = 0.0;
          if (seeds[4] == 1u) {
            picture = byte_value((pictures[at >> 2u] >> (8u * (at & 3u))) & 0xffu);
          } else {
            picture = bitcast<f32>(pictures[at]);
          }
          input[i] = m.x * picture + m.y * noise;
          goal[i] = m.z * picture + m.w * noise;
        }
      }`,
    }),
  ];
}
