// The tiled convolutions keep within the limits that WebGPU guarantees on every device: read from their
// source. Not here: their results (conv-tiles.gpu.test.ts).
import { describe, expect, test } from 'vitest';
import type { ConvGeometry } from '../../../../../../src/engine/plan/kernels/conv/geometry.ts';
import * as tiles from '../../../../../../src/engine/plan/kernels/conv/tiles/conv-tiles.ts';
import {
  defaultTile,
  TILE_SHAPES,
  tileNamed,
  tileShapes,
} from '../../../../../../src/engine/plan/kernels/conv/tiles/shapes.ts';
import type { Target } from '../../../../../../src/engine/plan/kernels/target.ts';
import type { Kernel } from '../../../../../../src/engine/plan/kernels/kernel.ts';
import { byteLengthOf } from '../../../../../../src/engine/plan/kernels/value.ts';
import { TILES } from '../../../targets.ts';
import { geometryOf, splitValues } from '../conv-cases.ts';
import { value } from '../../run-kernels.ts';

type Tile = (typeof TILE_SHAPES)[number];

function kernelsOf(geometry: ConvGeometry, tile?: Tile): Kernel[] {
  const { batch, height, width, ins, outs, outHeight, outWidth, kernel: edge } = geometry;
  const [x, dx] = [value('x', [batch, height, width, ins]), value('dx', [batch, height, width, ins])];
  const [y, dy] = [
    value('y', [batch, outHeight, outWidth, outs]),
    value('dy', [batch, outHeight, outWidth, outs]),
  ];
  const [weight, gradient] = [
    value('weight', [edge, edge, ins, outs]),
    value('gradient', [edge, edge, ins, outs]),
  ];
  const [bias, control] = [value('bias', [outs]), value('control', [4])];
  return [
    ...tiles.convForward(TILES, geometry, { x, weight, bias, perChannel: null, residual: null, y }, tile),
    ...tiles.convInputGradient(TILES, geometry, { dy, weight, add: null, dx }, tile),
    ...tiles.convFilterGradient(
      TILES,
      geometry,
      { x, dy, control, gradient, ...splitValues(TILES, geometry) },
      tile,
    ),
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

test('the splits of a filter gradient stay within 8 MiB, and many tiles need one split', () => {
  for (const geometry of GEOMETRIES) {
    const { partial } = splitValues(TILES, geometry);
    if (partial) expect(byteLengthOf(partial)).toBeLessThanOrEqual(8 * 2 ** 20);
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
