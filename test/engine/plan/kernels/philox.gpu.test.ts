// Philox in WGSL gives the words of Random123's known-answer vectors, and the normals of src/random.ts.
import { expect, test } from 'vitest';
import { kernel } from '../../../../src/engine/plan/kernels/kernel.ts';
import { PHILOX } from '../../../../src/engine/plan/kernels/philox.ts';
import { inverseNormal, philoxBlock } from '../../../../src/random.ts';
import { runKernels, value } from './run-kernels.ts';

/** Counter (4 words) and key (2 words), and the expected block: philox4x32-10 of Random123's kat_vectors. */
const VECTORS = [
  { from: [0, 0, 0, 0, 0, 0], to: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
  { from: Array<number>(6).fill(0xffffffff), to: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd] },
  {
    from: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0],
    to: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
];

/**
 * 4096 words: the ends, the middle, both sides of the branches of `inverse_normal` (|q| = 0.425), and random
 * ones.
 */
function someWords(): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(4096);
  for (let i = 0; i < 1024; i++) philoxBlock([i, 0, 0, 0], [7, 1], words, 4 * i);
  const edges = [0, 0.075, 0.5, 0.925, 1].flatMap((p) =>
    [-2, -1, 0, 1, 2].map((steps) => Math.round(p * 2 ** 23) + steps),
  );
  words.set(edges.map((upper) => Math.min(Math.max(upper, 0), 2 ** 23 - 1) * 512));
  return words;
}

test('the words are those of Random123, the normals those of random.ts', async () => {
  const words = someWords();
  const count = words.length;
  const [given, blocks, normals] = [
    value('given', [count]),
    value('blocks', [12]),
    value('normals', [count]),
  ];
  const seeds = value('seeds', [18], 'u32');
  const probe = kernel('registers', {
    op: 'philox',
    bindings: {
      given: { value: given, access: 'read', type: 'u32' },
      seeds: { value: seeds, access: 'read', type: 'u32' },
      blocks: { value: blocks, access: 'write', type: 'u32' },
      normals: { value: normals, access: 'write' },
    },
    workgroupSize: [4, 1, 1],
    workgroups: [count / 4, 1, 1],
    declarations: PHILOX,
    body: /* wgsl */ `
      let i = group.x * 4u + lane;
      normals[i] = inverse_normal(given[i]);
      if (i < 3u) {
        let s = 6u * i;
        let block = philox(vec4<u32>(seeds[s], seeds[s + 1u], seeds[s + 2u], seeds[s + 3u]), vec2<u32>(seeds[s + 4u], seeds[s + 5u]));
        for (var w = 0u; w < 4u; w++) { blocks[4u * i + w] = block[w]; }
      }`,
  });
  const read = await runKernels(
    [probe],
    new Map([
      [given, words],
      [seeds, Uint32Array.from(VECTORS.flatMap(({ from }) => from))],
    ]),
  );
  expect(Array.from(new Uint32Array(read(blocks).buffer))).toEqual(VECTORS.flatMap(({ to }) => to));
  const got = read(normals);
  const off = Array.from(words, (word, i) => Math.abs((got[i] as number) - inverseNormal(word)));
  expect(Math.max(...off)).toBeLessThan(1e-6);
  expect(Math.max(...got.map(Math.abs))).toBeGreaterThan(5);
});
