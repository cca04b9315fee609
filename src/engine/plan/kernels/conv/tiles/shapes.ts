// How a product of matrices is cut up for a GPU in hardware: the tile a workgroup computes, the part of it each invocation
// keeps in registers. Every shape gives the same bits. Not here: what is multiplied (conv-tiles-gather.ts, conv-tiles-filter.ts).
import { type Grid, gridOf } from '../../kernel.ts';

export interface TileShape {
  /** "64x64 8x4": rows and columns of the tile, then of an invocation. */
  readonly name: string;
  /** Rows of the result (pixels; taps and input channels for a filter's gradient). */
  readonly rows: number;
  /** Columns of the result: channels. */
  readonly columns: number;
  /** Steps of the sum whose operands lie in workgroup memory at a time. */
  readonly depth: number;
  /** Rows of the result in an invocation's registers; a multiple of 4 where the tile is to compute a filter's gradient. */
  readonly ownRows: number;
  /** A multiple of 4. */
  readonly ownColumns: number;
  readonly threads: number;
  /** Speed on a filled GPU against the best: reckoned from loads a product and registers, not measured. For the default only. */
  readonly speed: number;
}

function shape(
  [rows, columns, depth]: readonly [number, number, number],
  [ownRows, ownColumns]: readonly [number, number],
  speed: number,
): TileShape {
  const name = `${rows}x${columns} ${ownRows}x${ownColumns}`;
  const threads = (rows * columns) / (ownRows * ownColumns);
  return { name, rows, columns, depth, ownRows, ownColumns, threads, speed };
}

/**
 * From small pictures to large ones; what a tuner may choose from. At most 256 invocations and 16 KiB each. Reads of 16 bytes
 * from workgroup memory for every 64 products: 12 with 2x4, 8 with 4x4, 6 with 8x4, 4 with 8x8. The last holds about 130
 * registers an invocation, where that is too many for a GPU it is slow: it has to win by timing.
 */
export const TILE_SHAPES: readonly TileShape[] = [
  shape([16, 32, 16], [2, 4], 0.4),
  shape([32, 32, 16], [4, 4], 0.6),
  shape([64, 64, 16], [4, 4], 0.65),
  shape([128, 32, 16], [8, 4], 0.8),
  shape([64, 64, 16], [8, 4], 0.85),
  shape([128, 64, 16], [8, 4], 1),
  shape([128, 128, 8], [8, 8], 0.95),
];

/** Workgroups that keep a large GPU busy. */
const ENOUGH = 128;

/** The shape that wastes least of rows x columns (`times` over) on padding and idle processors, by a fixed reckoning. */
export function defaultTile(rows: number, columns: number, times = 1, shapes = TILE_SHAPES): TileShape {
  const cost = (tile: TileShape) => {
    const workgroups = times * Math.ceil(rows / tile.rows) * Math.ceil(columns / tile.columns);
    return (Math.max(workgroups, ENOUGH) * tile.rows * tile.columns) / tile.speed;
  };
  return shapes.reduce((best, tile) => (cost(tile) < cost(best) ? tile : best));
}

/** Tiles over a matrix, `times` over, one workgroup each: the grid, and the numbers `tileIndex` (conv-tiles-text.ts) reads. */
export function tiling(tile: TileShape, rows: number, columns: number, times: number) {
  const columnTiles = Math.ceil(columns / tile.columns);
  const rowTiles = Math.ceil(rows / tile.rows);
  const tiles = times * rowTiles * columnTiles;
  return {
    params: { tiles, rowTiles, columnTiles },
    workgroups: gridOf(tiles, 1),
    workgroupSize: [tile.threads, 1, 1] as Grid,
  };
}
