// Which tile shapes the self-test compares, and what it says where one does not compile. With a device that
// compiles nothing. Not here: the bits (tune-tiles.sweep.gpu.test.ts).
import { expect, test } from 'vitest';
import type { Target } from '../../../../src/engine/plan/kernels/target.ts';
import { PipelineCache } from '../../../../src/engine/plan/run/program.ts';
import { tilesAgree } from '../../../../src/engine/plan/run/tile-bits-test.ts';
import { TILES } from '../targets.ts';

/** The verdict on a device that refuses all shaders, and the shaders that it was asked for. */
async function refusedBy(target: Target) {
  const asked: string[] = [];
  const fake: unknown = {
    createShaderModule: ({ code }: { code: string }) => {
      asked.push(code);
      return { getCompilationInfo: async () => ({ messages: [] }) };
    },
    createComputePipelineAsync: async () => Promise.reject(new Error('too many registers')),
    queue: { onSubmittedWorkDone: async () => undefined },
  };
  return { agree: await tilesAgree(new PipelineCache(fake as GPUDevice), target), asked };
}

test('a shape that does not compile leaves the device its numbers: shapes are only not timed', async () => {
  const { agree, asked } = await refusedBy(TILES);
  expect(agree).toBe(false);
  expect(asked).not.toEqual([]);
});

test('a GPU that is offered one shape compiles nothing to compare', async () => {
  const intel: Target = { ...TILES, vendor: 'intel', subgroupSizes: [] };
  expect(await refusedBy(intel)).toEqual({ agree: true, asked: [] });
});

test('only shapes that the GPU is offered are compared: on Intel all in its smallest subgroups', async () => {
  const { asked } = await refusedBy({ ...TILES, vendor: 'intel', subgroupSizes: [8, 16, 32] });
  const gemms = asked.filter((source) => source.includes('sum_0_0'));
  // Forward twice, and twice both gradients in one dispatch.
  expect(gemms).toHaveLength(4);
  expect(gemms.filter((source) => source.includes('biasSums['))).toHaveLength(2);
  for (const source of gemms) expect(source).toContain('@subgroup_size(8)');
  // 8 rows in registers: offered for the filter gradient alone.
  expect(gemms.filter((source) => source.includes('var sum_7_0'))).toHaveLength(1);
});
