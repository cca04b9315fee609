// Tile shapes of the GEMMs for GPUs in hardware: the tile that a workgroup computes, and the block of it that
// each invocation keeps in registers (register blocking). Every shape gives the same bits. Not here: the
// GEMMs (gather.ts, filter.ts).
import { type Grid, gridOf } from '../../kernel.ts';

export interface TileShape {
  /** "64x64 8x4": rows and columns of the tile, then of an invocation. */
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
  /**
   * Relative speed on a fully occupied GPU, 0..1: estimated from loads and registers, not measured. For
   * `defaultTile`.
   */
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
 * The shapes that the tuner tries, from small pictures to large ones. Each takes at most 256 invocations and
 * 16 KiB of workgroup memory. 16-byte reads from workgroup memory for every 64 multiply-adds: 12 with 2x4, 8
 * with 4x4, 6 with 8x4, 4 with 8x8. The last shape needs about 130 registers for each invocation and is slow
 * on GPUs where that lowers occupancy: it has to win by timing.
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

/** Workgroups that occupy a large GPU. */
const ENOUGH = 128;

/**
 * The shape with the lowest estimated time for `times` GEMMs with rows x columns results: a fixed rule that
 * counts padding of torn tiles, idle processors if there are fewer than ENOUGH workgroups, and each shape's
 * `speed`.
 */
export function defaultTile(rows: number, columns: number, times = 1, shapes = TILE_SHAPES): TileShape {
  const cost = (tile: TileShape) => {
    const workgroups = times * Math.ceil(rows / tile.rows) * Math.ceil(columns / tile.columns);
    return (Math.max(workgroups, ENOUGH) * tile.rows * tile.columns) / tile.speed;
  };
  return shapes.reduce((best, tile) => (cost(tile) < cost(best) ? tile : best));
}

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
  };
}
