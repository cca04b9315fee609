// The tiled convolutions keep within the limits that WebGPU guarantees on every device: read from their
// source. Not here: their results (conv-tiles.gpu.test.ts).
import { describe, expect, test } from 'vitest';
import type { ConvGeometry } from '../../../../../../src/engine/plan/kernels/conv/geometry.ts';
import * as tiles from '../../../../../../src/engine/plan/kernels/conv/tiles/conv-tiles.ts';
import { convGradients } from '../../../../../../src/engine/plan/kernels/conv/tiles/gradients.ts';
import {
  defaultPair,
  defaultTile,
  fitsFilter,
  pairName,
  pairNamed,
  TILE_SHAPES,
  tileNamed,
  tilePairs,
  tileShapes,
} from '../../../../../../src/engine/plan/kernels/conv/tiles/shapes.ts';
import type { Target } from '../../../../../../src/engine/plan/kernels/target.ts';
import type { Kernel } from '../../../../../../src/engine/plan/kernels/kernel.ts';
import { byteLengthOf } from '../../../../../../src/engine/plan/kernels/value.ts';
import { TILES } from '../../../targets.ts';
import { geometryOf, splitValues } from '../conv-cases.ts';
import { value } from '../../run-kernels.ts';

type Tile = (typeof TILE_SHAPES)[number];

function valuesOf(geometry: ConvGeometry) {
  const { batch, height, width, ins, outs, outHeight, outWidth, kernel: edge } = geometry;
  const [inputs, outputs] = [
    [batch, height, width, ins],
    [batch, outHeight, outWidth, outs],
  ];
  const filter = [edge, edge, ins, outs];
  return {
    ...{ x: value('x', inputs), dx: value('dx', inputs), y: value('y', outputs), dy: value('dy', outputs) },
    ...{ weight: value('weight', filter), gradient: value('gradient', filter), bias: value('bias', [outs]) },
    ...{ control: value('control', [4]), perChannel: null, residual: null, add: null },
    ...splitValues(TILES, geometry),
  };
}

/** The shape for both gradients, or with one for the filter gradient where it does not fit that. */
const pairWith = (tile: Tile) => ({
  gather: tile,
  filter: fitsFilter(tile) ? tile : (TILE_SHAPES.find(({ name }) => name === '32x32 4x4') as Tile),
});

function kernelsOf(geometry: ConvGeometry, tile?: Tile): Kernel[] {
  const values = valuesOf(geometry);
  return [
    ...tiles.convForward(TILES, geometry, values, tile),
    ...tiles.convInputGradient(TILES, geometry, values, tile),
    ...tiles.convFilterGradient(TILES, geometry, values, tile),
    ...(convGradients(TILES, geometry, values, tile && pairWith(tile)) ?? []),
  ];
}

const GEOMETRIES = [
  geometryOf([4, 32, 32, 64, 64]),
  geometryOf([4, 8, 8, 3, 5], { stride: 2 }),
  geometryOf([64, 32, 32, 256, 256]),
  geometryOf([4096, 64, 64, 4, 4]),
];

describe.each(TILE_SHAPES.map((tile) => [tile.name, tile] as const))('tiles of %s', (_, tile) => {
  test.each(GEOMETRIES.map((geometry) => [geometry]))(
    'keep to 256 invocations and 16 KiB of a workgroup, and 65,535 workgroups of a dimension',
    (geometry) => {
      for (const { source, workgroups } of kernelsOf(geometry, tile)) {
        const fours = [...source.matchAll(/var<workgroup> \w+: array<vec4<f32>, (\d+)>/g)];
        const bytes = fours.reduce((sum, [, count]) => sum + 16 * Number(count), 0);
        expect(bytes).toBeLessThanOrEqual(16_384);
        expect(Number(/@workgroup_size\((\d+), 1, 1\)/.exec(source)?.[1])).toBeLessThanOrEqual(256);
        expect(Math.max(...workgroups)).toBeLessThanOrEqual(65_535);
      }
    },
  );

  test('give all layers of one geometry the same source', () => {
    const [one, other] = [0, 1].map(() => kernelsOf(GEOMETRIES[0] as ConvGeometry, tile));
    expect(one?.map(({ source }) => source)).toEqual(other?.map(({ source }) => source));
  });
});

test('every binding is used in the source, so that the automatic bind group layout has it', () => {
  for (const { source } of GEOMETRIES.flatMap((geometry) => kernelsOf(geometry))) {
    for (const [, name] of source.matchAll(/var<storage, read_write> (\w+):/g)) {
      expect(source.split(`${name}[`).length, `${name} in\n${source}`).toBeGreaterThan(1);
    }
  }
});

test('the splits of a filter gradient stay within 4 MiB, and many tiles need one split', () => {
  for (const geometry of GEOMETRIES) {
    const { partial } = splitValues(TILES, geometry);
    if (partial) expect(byteLengthOf(partial)).toBeLessThanOrEqual(4 * 2 ** 20);
  }
  expect(tiles.filterSplits(geometryOf([64, 8, 8, 1024, 512]))).toBe(1);
});

/** A GPU of a maker, with the subgroup sizes that kernels may ask for there. */
const gpu = (vendor: Target['vendor'], ...subgroupSizes: number[]): Target => ({
  ...TILES,
  ...{ vendor, subgroupSizes },
});

test('the default tile is small for small pictures and large for large ones', () => {
  const tile = (rows: number, columns: number) => defaultTile(TILES, 'gather', rows, columns, 1).name;
  expect(tile(4 * 8 * 8, 64)).toBe('16x32 2x4');
  expect(tile(4 * 32 * 32, 32)).toBe('32x32 4x4');
  expect(tile(64 * 16 * 16, 64)).toBe('64x64 8x4');
  expect(tile(64 * 32 * 32, 128)).toBe('64x64 8x8');
});

describe('both gradients in one dispatch', () => {
  const size = (rows: number, columns: number, times: number) => ({ rows, columns, times });
  const sizes = { gather: size(16 * 16 * 16, 128, 1), filter: size(9 * 128, 128, 14) };

  const targets = [TILES, gpu('amd', 32, 64), gpu('intel', 8, 16, 32), gpu('intel', 16, 32)];

  test('take two shapes of the same number of invocations, among those that are timed', () => {
    for (const target of targets) {
      const pair = defaultPair(target, sizes);
      expect(pair?.gather.threads).toBe(pair?.filter.threads);
      expect(tilePairs(target)).toContainEqual(pair);
      for (const { gather, filter } of tilePairs(target)) {
        expect(gather.threads).toBe(filter.threads);
        expect(tileShapes(target, 'gather')).toContainEqual(gather);
        expect(tileShapes(target, 'filter')).toContainEqual(filter);
      }
    }
  });

  test('take the pair that timing chose, by its name', () => {
    for (const target of targets)
      for (const pair of tilePairs(target)) expect(pairNamed(target, pairName(pair))).toEqual(pair);
    for (const name of ['64x64 8x8', '64x64 8x8 and 64x64 8x4', '64x64 8x8 and 16x32 2x4', 'no and no'])
      expect(pairNamed(TILES, name)).toBeUndefined();
    const values = valuesOf(GEOMETRIES[0] as ConvGeometry);
    const [chosen] =
      convGradients(TILES, GEOMETRIES[0] as ConvGeometry, values, pairWith(TILE_SHAPES[0] as Tile)) ?? [];
    expect(chosen?.source).toContain('@workgroup_size(64, 1, 1)');
  });

  test('need two where no shapes go together: on Intel without subgroup sizes', () => {
    expect(defaultPair(gpu('intel'), sizes)).toBeNull();
    expect(tilePairs(gpu('intel'))).toEqual([]);
  });

  test('bind each value once, and name nothing twice', () => {
    for (const geometry of GEOMETRIES) {
      const [both] = convGradients(TILES, geometry, valuesOf(geometry)) as Kernel[];
      const ids = both?.bindings.map(({ value }) => value.id) ?? [];
      expect(new Set(ids).size).toBe(ids.length);
      const names = [...(both?.source ?? '').matchAll(/^(?:fn|struct|var<workgroup>) (\w+)/gm)].map(
        ([, name]) => name,
      );
      expect(new Set(names).size).toBe(names.length);
    }
  });
});

test('Intel gets no shape that its compiler spills, and small subgroups where it offers them', () => {
  const names = (target: Target, gemm: 'gather' | 'filter') =>
    tileShapes(target, gemm).map(({ name }) => name);
  expect([names(gpu('intel'), 'gather'), names(gpu('intel'), 'filter')]).toEqual([
    ['16x32 2x4'],
    ['64x64 4x4'],
  ]);
  const offered = [gpu('intel', 8, 16, 32), gpu('intel', 16, 32)].map((target) => names(target, 'gather'));
  expect(offered[0]).toEqual(['16x32 2x4 @8', '32x32 4x4 @8', '64x64 4x4 @8']);
  expect(offered[1]).toEqual(['16x32 2x4 @16', '32x32 4x4 @16', '64x64 4x4 @16']);
});

test('a default is one of the shapes that are timed, and its kernel asks for its subgroup size', () => {
  for (const target of [TILES, gpu('intel'), gpu('intel', 8, 16, 32), gpu('amd', 32, 64), gpu('amd', 64)]) {
    for (const gemm of ['gather', 'filter'] as const) {
      const tile = defaultTile(target, gemm, 4096, 128, 1);
      expect(tileShapes(target, gemm)).toContainEqual(tile);
      expect(tileNamed(target, tile.name)).toEqual(tile);
      expect([null, ...target.subgroupSizes]).toContain(tile.subgroupSize);
    }
  }
  const geometry = GEOMETRIES[0] as ConvGeometry;
  const sizes = (target: Target) =>
    kernelsOf(geometry, defaultTile(target, 'filter', 576, 64, 64)).map(
      ({ source }) => /@workgroup_size\(\d+, 1, 1\)(?: @subgroup_size\((\d+)\))?/.exec(source)?.[1],
    );
  expect(sizes(gpu('intel', 8, 16))[0]).toBe('8');
  expect(sizes(TILES)[0]).toBeUndefined();
  expect(tileNamed(TILES, '64x64 8x4 @8')).toBeUndefined();
});
