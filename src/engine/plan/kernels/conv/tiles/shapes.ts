// Tile shapes of the GEMMs for GPUs in hardware: the tile that a workgroup computes, and the block of it that
// each invocation keeps in registers (register blocking); which of them a GPU is offered, and which it gets
// where none was timed. Every shape gives the same bits. Not here: the GEMMs (gather.ts, filter.ts), timing
// (run/tune-tiles.ts). Exported for tests: TILE_SHAPES.
import { type Grid, gridOf } from '../../kernel.ts';
import { sizeForIntel, type Target } from '../../target.ts';

export interface TileShape {
  /**
   * "64x64 8x4": rows and columns of the tile, then of an invocation; "64x64 8x4 @8": in subgroups of 8.
   */
  readonly name: string;
  /** Rows of the tile: pixels of the result; in a filter gradient, pairs of a tap and an input channel. */
  readonly rows: number;
  /** Columns of the tile: channels. */
  readonly columns: number;
  /** Values of k whose operands are in workgroup memory at a time. */
  readonly depth: number;
  /** Rows in an invocation's registers; a multiple of 4 in shapes that can compute a filter gradient. */
  readonly ownRows: number;
  /** Columns in an invocation's registers; a multiple of 4. */
  readonly ownColumns: number;
  /** Invocations of the workgroup. */
  readonly threads: number;
  /** Invocations of a subgroup that the kernel asks for; null: as the driver likes. */
  readonly subgroupSize: number | null;
}

function shape(
  [rows, columns, depth]: readonly [number, number, number],
  [ownRows, ownColumns]: readonly [number, number],
): TileShape {
  const name = `${rows}x${columns} ${ownRows}x${ownColumns}`;
  const threads = (rows * columns) / (ownRows * ownColumns);
  return { name, rows, columns, depth, ownRows, ownColumns, threads, subgroupSize: null };
}

/**
 * All shapes, from small pictures to large ones. Each takes at most 256 invocations and 16 KiB of workgroup
 * memory. 16-byte reads from workgroup memory for every 64 multiply-adds: 12 with 2x4, 8 with 4x4, 6 with
 * 8x4, 4 with 8x8, which needs about 150 registers for each invocation.
 */
export const TILE_SHAPES: readonly TileShape[] = [
  shape([16, 32, 16], [2, 4]),
  shape([32, 32, 16], [4, 4]),
  shape([64, 64, 16], [4, 4]),
  shape([128, 32, 16], [8, 4]),
  shape([64, 64, 16], [8, 4]),
  shape([128, 64, 16], [8, 4]),
  shape([64, 64, 16], [8, 8]),
];

/** Whether a shape can compute a filter gradient, which reads the rows' operand as vec4s. */
export const fitsFilter = ({ ownRows }: TileShape): boolean => ownRows % 4 === 0;

const inSubgroups = (tile: TileShape, size: number | null): TileShape =>
  size === null ? tile : { ...tile, name: `${tile.name} @${size}`, subgroupSize: size };

/** The shape of a name, if there is one and the GPU has its subgroup size. */
export function tileNamed({ subgroupSizes }: Target, name: string): TileShape | undefined {
  const [plain, size] = name.split(' @');
  const tile = TILE_SHAPES.find((each) => each.name === plain);
  if (!tile || size === undefined) return tile;
  return subgroupSizes.includes(Number(size)) ? inSubgroups(tile, Number(size)) : undefined;
}

/** What the kernels compute: forward and input gradient are one GEMM (gather.ts). */
type Gemm = 'gather' | 'filter';

/** A shape that a GPU is offered. The numbers are estimates, not timed: see `offersOf`. */
interface Offer {
  tile: TileShape;
  /** Relative speed on a fully occupied GPU. */
  speed: number;
  /** Workgroups that occupy a large GPU. */
  enough: number;
}

type Row = readonly [name: string, speed: number, enough: number];

const MOST_GPUS: readonly Row[] = [
  ['16x32 2x4', 0.6, 96],
  ['32x32 4x4', 0.64, 96],
  ['64x64 4x4', 0.7, 96],
  ['128x32 8x4', 0.9, 96],
  ['64x64 8x4', 1, 96],
  ['128x64 8x4', 0.95, 96],
  ['64x64 8x8', 1.14, 384],
];

/** Shapes of MOST_GPUS that AMD's GPUs run better as waves of 32, where they have both. */
const WAVES_OF_32 = ['16x32 2x4', '32x32 4x4', '64x64 4x4', '128x32 8x4', '64x64 8x4'];

/**
 * Shapes that Intel's compiler (Mesa's) keeps in registers, in subgroups of the smallest size: 8, from Xe2 on
 * 16.
 */
const INTEL: Record<Gemm, readonly Row[]> = {
  gather: [
    ['16x32 2x4', 0.6, 128],
    ['32x32 4x4', 0.93, 128],
    ['64x64 4x4', 1, 128],
  ],
  filter: [
    ['32x32 4x4', 0.6, 128],
    ['64x64 4x4', 0.6, 128],
    ['64x64 8x4', 1, 128],
    ['128x64 8x4', 0.95, 128],
  ],
};

/** And those that spill little in subgroups of a size that the driver chose: 660 spills with 64x64 8x4. */
const INTEL_WITHOUT_SIZES: Record<Gemm, readonly Row[]> = {
  gather: [['16x32 2x4', 1, 128]],
  filter: [['64x64 4x4', 1, 128]],
};

/**
 * The shapes that a GPU is offered. Their numbers fit static estimates of the kernels of `small`, batch 16:
 * real compilers made the machine code, but nothing ran (bench/gpu-judge). AMD: RX 7900 XTX, Radeon 780M;
 * Intel: spills and cycles of Tiger Lake and Lunar Lake. Other makers' GPUs were not estimated.
 */
function offersOf(target: Target, gemm: Gemm): Offer[] {
  const { vendor, subgroupSizes } = target;
  const small = sizeForIntel(target);
  const rows = vendor !== 'intel' ? MOST_GPUS : (small === null ? INTEL_WITHOUT_SIZES : INTEL)[gemm];
  const halves = vendor === 'amd' && subgroupSizes.includes(32) && subgroupSizes.includes(64);
  const sizeOf = (name: string) => (halves && WAVES_OF_32.includes(name) ? 32 : small);
  return rows.flatMap(([name, speed, enough]) => {
    const tile = TILE_SHAPES.find((each) => each.name === name) as TileShape;
    if (gemm === 'filter' && !fitsFilter(tile)) return [];
    return [{ tile: inSubgroups(tile, sizeOf(name)), speed, enough }];
  });
}

/** The shapes worth timing on a GPU: none that its maker's compiler is known to spill. */
export const tileShapes = (target: Target, gemm: Gemm): TileShape[] =>
  offersOf(target, gemm).map(({ tile }) => tile);

/** Estimated time of `times` GEMMs with rows x columns results, for one value of k. */
function costOf({ tile, speed, enough }: Offer, rows: number, columns: number, times: number): number {
  const workgroups = times * Math.ceil(rows / tile.rows) * Math.ceil(columns / tile.columns);
  return (Math.max(workgroups, enough) * tile.rows * tile.columns) / speed;
}

/**
 * The shape with the lowest estimated time for `times` GEMMs with rows x columns results: a fixed rule that
 * counts padding of torn tiles, idle processors if there are too few workgroups, and each shape's speed.
 */
export function defaultTile(
  target: Target,
  gemm: Gemm,
  rows: number,
  columns: number,
  times: number,
): TileShape {
  const cost = (offer: Offer) => costOf(offer, rows, columns, times);
  return offersOf(target, gemm).reduce((best, offer) => (cost(offer) < cost(best) ? offer : best)).tile;
}

/** A GEMM: `times` results of rows x columns. */
interface GemmSize {
  rows: number;
  columns: number;
  times: number;
}

/** Shapes for one kernel that computes two GEMMs, each in workgroups of its own. */
export type PairOfTiles = Record<Gemm, TileShape>;

/** Every pair of offers that one kernel can have. */
function pairsOf(target: Target): Record<Gemm, Offer>[] {
  const filters = offersOf(target, 'filter');
  return offersOf(target, 'gather').flatMap((gather) =>
    filters.filter(({ tile }) => goTogether(gather.tile, tile)).map((filter) => ({ gather, filter })),
  );
}

const tilesIn = ({ gather, filter }: Record<Gemm, Offer>): PairOfTiles => ({
  gather: gather.tile,
  filter: filter.tile,
});

/** The pairs worth timing on a GPU; none where no two of its shapes go together. */
export const tilePairs = (target: Target): PairOfTiles[] => pairsOf(target).map(tilesIn);

/**
 * The pair with the lowest estimated time, where both GEMMs have as many products; null where no two shapes
 * go together.
 */
export function defaultPair(target: Target, size: Record<Gemm, GemmSize>): PairOfTiles | null {
  const cost = (pair: Record<Gemm, Offer>) =>
    (['gather', 'filter'] as const).reduce((sum, gemm) => {
      const { rows, columns, times } = size[gemm];
      return sum + costOf(pair[gemm], rows, columns, times) / (rows * columns * times);
    }, 0);
  const [best] = pairsOf(target).toSorted((a, b) => cost(a) - cost(b));
  return best ? tilesIn(best) : null;
}

const AND = ' and ';

/** "64x64 8x8 and 32x32 4x4": the input gradient's shape, then the filter gradient's. */
export const pairName = ({ gather, filter }: PairOfTiles): string => [gather.name, filter.name].join(AND);

/** The shapes that a name of a shape or of a pair stands for. */
export const shapesIn = (name: string): string[] => name.split(AND);

/** The pair of a name, if this GPU has both shapes and they go together. */
export function pairNamed(target: Target, name: string): PairOfTiles | undefined {
  const [gather, filter] = shapesIn(name).map((each) => tileNamed(target, each));
  return gather && filter && fitsFilter(filter) && goTogether(gather, filter)
    ? { gather, filter }
    : undefined;
}

/** Whether one workgroup can have either shape. */
const goTogether = (a: TileShape, b: TileShape): boolean =>
  a.threads === b.threads &&
  (a.subgroupSize === b.subgroupSize || a.subgroupSize === null || b.subgroupSize === null);

/**
 * The grid for `times` matrices of rows x columns, one workgroup for each tile, and the parameters that
 * `tileIndex` (text.ts) reads.
 */
export function tiling(tile: TileShape, rows: number, columns: number, times: number) {
  const columnTiles = Math.ceil(columns / tile.columns);
  const rowTiles = Math.ceil(rows / tile.rows);
  const tiles = times * rowTiles * columnTiles;
  return {
    params: { tiles, rowTiles, columnTiles },
    workgroups: gridOf(tiles, 1),
    workgroupSize: [tile.threads, 1, 1] as Grid,
    subgroupSize: tile.subgroupSize,
  };
}
