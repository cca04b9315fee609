// Claims about the judge of kernels: it reads Mesa's machine code, and the times of its model are those that
// one counts by hand. Not here: any compiler.
import { describe, expect, test } from 'vitest';
import { blocksOf } from '../../bench/gpu-judge/blocks.ts';
import { AMD, targetOf } from '../../bench/gpu-judge/gpus.ts';
import { paramOf, stepKernels, threadsOf } from '../../bench/gpu-judge/kernels.ts';
import { decode } from '../../bench/gpu-judge/machine-code.ts';
import { cyclesOf } from '../../bench/gpu-judge/pipes.ts';

const navi23 = AMD.navi23!;
const navi31 = AMD.navi31!;
const ONE_WAVE = { workgroups: 1, waves: 1 };
const once = () => 1;

/** As Mesa prints code: labels, then indented instructions with their encoding. */
const code = (...blocks: string[][]) =>
  blocksOf(blocks.flatMap((lines, i) => [`BB${i}:`, ...lines.map((line) => `\t${line} ; 7e000280`)]));

const fma = (to: number, from: number) => `v_fma_f32 v${to}, v${from}, v${from}, v${from}`;

describe('machine code', () => {
  test('two instructions in one are two multiply-adds, and an accumulator is read', () => {
    const both = decode('\tv_dual_fmac_f32 v1, v2, v3 :: v_dual_fmac_f32 v4, v5, v6 ; cafe');
    expect(both).toMatchObject({ kind: 'vector', fmas: 2, dual: 'does', writes: [1, 4] });
    expect(both.reads.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('a load of 128 bits writes four registers, a store reads them', () => {
    expect(decode('\tbuffer_load_b128 v[4:7], v8, s[0:3], 0 offen')).toMatchObject({
      ...{ kind: 'memory', store: false, words: 4, writes: [4, 5, 6, 7], reads: [8] },
    });
    expect(decode('\tds_store_b128 v8, v[4:7] offset:16')).toMatchObject({
      ...{ kind: 'lds', store: true, words: 4, writes: [], reads: [8, 4, 5, 6, 7] },
    });
  });

  test('waits say what may stay outstanding', () => {
    expect(decode('\ts_waitcnt vmcnt(2) lgkmcnt(0)')).toMatchObject({
      loads: 2,
      ldsAndScalars: 0,
      stores: null,
    });
    expect(decode('\ts_waitcnt_vscnt null, 0x0')).toMatchObject({ loads: null, stores: 0 });
  });

  test('a branch back is a loop', () => {
    const { loops } = code([], [fma(1, 2), fma(3, 2), 's_cbranch_scc1 BB1'], ['s_endpgm']);
    expect(loops).toMatchObject([{ from: 1, back: 1, fmas: 2, outer: false }]);
  });
});

describe('cycles', () => {
  const independent = Array.from({ length: 32 }, (_, i) => fma(i + 1, 0));

  test('a wave of 64 takes two passes of 32 lanes an instruction, a wave of 32 one', () => {
    const all = code(independent);
    const run = (gpu: typeof navi23, size: number) => cyclesOf(gpu, all, size, ONE_WAVE, once);
    expect(run(navi23, 64)).toBe(64);
    expect(run(navi23, 32)).toBe(32);
    // RDNA3 issues both halves of a wave of 64 at once.
    expect(run(navi31, 64)).toBe(32);
  });

  test('a result that is needed at once is waited for', () => {
    const chain = code(Array.from({ length: 10 }, (_, i) => fma(i + 1, i)));
    expect(cyclesOf(navi23, chain, 32, ONE_WAVE, once)).toBe(9 * 5 + 1);
  });

  test('waves on the four SIMDs of a unit run beside one another, further ones behind them', () => {
    const all = code(independent);
    expect(cyclesOf(navi23, all, 32, { workgroups: 4, waves: 1 }, once)).toBe(32);
    expect(cyclesOf(navi23, all, 32, { workgroups: 8, waves: 1 }, once)).toBe(64);
  });

  test('a loop runs as often as it is told', () => {
    const loop = code([], [...independent, 's_cbranch_scc1 BB1'], ['s_endpgm']);
    const run = (trips: number) => cyclesOf(navi23, loop, 32, ONE_WAVE, () => trips);
    // 32 instructions, the branch, and 8 cycles until the next instruction.
    expect(run(5) - run(4)).toBe(32 + 1 + 8);
  });

  test('the workgroups of two products in one dispatch run each its own', () => {
    const product = (count: number, label: string) => [
      ...independent.slice(0, count),
      'ds_load_b32 v99, v98',
      `s_cbranch_scc1 ${label}`,
    ];
    const both = code(['s_cbranch_scc0 BB3'], product(8, 'BB1'), ['s_endpgm'], product(32, 'BB3'), [
      's_endpgm',
    ]);
    expect(both.second).toBe(3);
    const run = (seconds: number) => cyclesOf(navi23, both, 32, { ...ONE_WAVE, seconds }, once);
    // The second one is jumped to.
    expect(run(1) - run(0)).toBe(32 - 8 + 8);
  });

  test('a load under which instructions run costs what they leave of it', () => {
    const load = 'buffer_load_dword v100, v0, s[0:3], 0';
    const run = (...lines: string[]) => cyclesOf(navi23, code([...lines, 's_endpgm']), 32, ONE_WAVE, once);
    const waited = run(load, 's_waitcnt vmcnt(0)', ...independent);
    const hidden = run(load, ...independent, 's_waitcnt vmcnt(0)');
    expect(waited - hidden).toBe(32);
  });
});

test('the kernels are those of a step on that GPU, and their constants are read from the source', () => {
  const kernels = stepKernels('tiny', 2, targetOf('navi31'));
  const norm = kernels.find(({ op }) => op === 'group norm')!;
  expect(paramOf(norm, 'batch')).toBe(2);
  expect(paramOf(norm, 'nothing')).toBeUndefined();
  expect(threadsOf(norm)).toBeGreaterThanOrEqual(32);
  expect(targetOf('intel-lnl').subgroupSizes).toEqual([16, 32]);
  expect(() => targetOf('voodoo')).toThrow('expected one of navi31');
});
