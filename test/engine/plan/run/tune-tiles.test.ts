// How tile shapes are chosen: what runs in one dispatch is timed as one, all shapes of a convolution compile
// at once, time is looked at between two shapes, what is known is kept as far as the GPU has it. With a
// device that computes nothing and a clock that the test turns. Not here: that the choice changes no bit
// (tune-tiles.sweep.gpu.test.ts).
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { choiceKey } from '../../../../src/engine/plan/kernels/conv/tile-choice.ts';
import { defaultTile, tileShapes } from '../../../../src/engine/plan/kernels/conv/tiles/shapes.ts';
import type { Target } from '../../../../src/engine/plan/kernels/target.ts';
import type { Operation } from '../../../../src/engine/plan/graph.ts';
import { PipelineCache } from '../../../../src/engine/plan/run/program.ts';
import { shapesChosen, tuneTiles } from '../../../../src/engine/plan/run/tune-tiles.ts';
import { geometryOf } from '../kernels/conv/conv-cases.ts';
import { value } from '../kernels/run-kernels.ts';
import { TILES } from '../targets.ts';

/** Milliseconds on the test's clock. */
let now = 0;
/** What a run takes, by the tile's rows, columns and threads as they stand in the source. */
let msOf: (source: string) => number = () => 1;
let compiling = 0;
let mostAtOnce = 0;
let refused: (source: string) => boolean = () => false;

beforeEach(() => {
  [now, compiling, mostAtOnce] = [0, 0, 0];
  [msOf, refused] = [() => 1, () => false];
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  vi.stubGlobal('GPUBufferUsage', { STORAGE: 1, COPY_SRC: 2, COPY_DST: 4, UNIFORM: 8 });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** A device whose pipelines are their sources: a submission takes what `msOf` says of each dispatch. */
function device(): GPUDevice {
  let encoded = 0;
  const pass = () => {
    let source = '';
    return {
      setPipeline: ({ code }: { code: string }) => (source = code),
      setBindGroup: () => undefined,
      dispatchWorkgroups: () => (encoded += msOf(source)),
      end: () => undefined,
    };
  };
  const fake = {
    createShaderModule: ({ code }: { code: string }) => ({
      code,
      getCompilationInfo: () => ({ messages: [] }),
    }),
    createComputePipelineAsync: async ({ compute }: { compute: { module: { code: string } } }) => {
      mostAtOnce = Math.max(mostAtOnce, ++compiling);
      await new Promise((resolve) => setTimeout(resolve, 1));
      compiling--;
      if (refused(compute.module.code)) throw new Error('too many registers');
      return { code: compute.module.code, getBindGroupLayout: () => ({}) };
    },
    createBuffer: ({ size }: { size: number }) => ({
      getMappedRange: () => new ArrayBuffer(size),
      unmap: () => undefined,
      destroy: () => undefined,
    }),
    createBindGroup: () => ({}),
    createCommandEncoder: () => ({ beginComputePass: pass, finish: () => ({}) }),
    queue: {
      submit: () => {
        now += encoded;
        encoded = 0;
      },
      onSubmittedWorkDone: () => Promise.resolve(),
    },
  };
  const typed: unknown = fake;
  return typed as GPUDevice;
}

const GEOMETRY = geometryOf([4, 16, 16, 64, 64]);
const [x, between, y] = ['x', 'between', 'y'].map((label) => value(label, [4, 16, 16, 64]));
const weight = value('weight', [3, 3, 64, 64]);
const conv = { op: 'conv', geometry: GEOMETRY, weight, bias: null, perChannel: null, residual: null };
/** Two convolutions: what the second one reads learns, so that it has both gradients. */
const operations = (
  typedAs: unknown = [
    { ...conv, x, y: between },
    { ...conv, x: between, y },
  ],
) => typedAs as Operation[];
const tune = (known: Record<string, string>, budgetMs: number) =>
  tuneTiles(new PipelineCache(device()), TILES, operations(), known, budgetMs);
const key = choiceKey('forward', GEOMETRY);
const filterKey = choiceKey('filter gradient', GEOMETRY);
const pairKey = choiceKey('gradients', GEOMETRY);
const names = tileShapes(TILES, 'gather').map(({ name }) => name);
const isIn = (source: string, threads: number, sums: string) =>
  source.includes(`@workgroup_size(${threads},`) && source.includes(sums) && !source.includes('sum_8_');

test('the fastest shape is chosen, both gradients as one, and all shapes compile at once', async () => {
  const count = (source: string, what: string) => source.split(what).length - 1;
  // 32x32 4x4 has 64 invocations with 4 rows of one vec4 each, in each product.
  const small = (source: string) =>
    isIn(source, 64, 'var sum_3_0') &&
    count(source, 'var sum_3_0') === count(source, 'var sum_0_0') &&
    !source.includes('var sum_4_0');
  msOf = (source) => (small(source) ? 1 : 3);
  const chosen = await tune({}, 1e6);
  expect(chosen).toEqual({
    ...{ [key]: '32x32 4x4', [filterKey]: '32x32 4x4' },
    [pairKey]: '32x32 4x4 and 32x32 4x4',
  });
  expect(shapesChosen(operations(), chosen)).toEqual({ '32x32 4x4': 4 });
  expect(mostAtOnce).toBeGreaterThanOrEqual(names.length);
});

test('a GPU that is offered one shape of each times nothing', async () => {
  const intel: Target = { ...TILES, vendor: 'intel', subgroupSizes: [] };
  expect(await tuneTiles(new PipelineCache(device()), intel, operations(), {}, 1e6)).toEqual({});
  expect([now, mostAtOnce]).toEqual([0, 0]);
});

test('time that is over within a convolution ends it; with two shapes timed the faster one is chosen', async () => {
  msOf = () => 100;
  // Of one shape: a warm-up, a run to count by, three timings of one run each.
  expect(await tune({}, 450)).toEqual({});
  now = 0;
  const twoShapes = await tune({}, 900);
  expect(twoShapes).toEqual({ [key]: defaultTile(TILES, 'gather', 4 * 256, 64, 1).name });
});

test('what is known is kept, but not the name of a shape that this GPU lacks', async () => {
  const pair = '64x64 8x8 and 32x32 4x4';
  const kept = { [key]: '16x32 2x4', [pairKey]: pair, [filterKey]: '64x64 8x4 @8' };
  const chosen = await tune({ ...kept, 'of another network': '64x64 8x8' }, 1e6);
  expect(chosen).toMatchObject({
    ...{ [key]: '16x32 2x4', [pairKey]: pair },
    'of another network': '64x64 8x8',
  });
  expect(names).toContain(chosen[filterKey]);
  expect(Object.keys(chosen)).toHaveLength(4);
});

test('a shape that does not compile is left out, and nothing is chosen where none does', async () => {
  refused = (source) => source.includes('var sum_7_0') || source.includes('var sum_3_0');
  expect(await tune({}, 1e6)).toEqual({ [key]: '16x32 2x4' });
});
