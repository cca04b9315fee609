// How the workgroups of a group norm for GPUs in hardware cover a picture: one group each, in loops over its
// pixels, or several groups side by side, each pixel of them held in a register. Both sum in one order, that
// of the first, so that a layout changes speed alone. Not here: the kernels (group-norm-tiles.ts,
// group-norm-held.ts).
import { range } from '../wgsl-text.ts';
import { sizeForIntel, type Target } from '../target.ts';
import type { GroupNormGeometry } from './geometry.ts';
import type { Element } from './group-norm-ends.ts';

const MOST_THREADS = 256;

/**
 * How a workgroup's invocations cover its group: `columns` channels (or vec4s of channels) by `rows` pixels.
 * `rows` is a power of two; columns x rows is at most MOST_THREADS.
 */
export function layoutOf({ pixels, channels, groups }: GroupNormGeometry, type: Element) {
  const perGroup = channels / groups;
  const four = type !== 'f32';
  const width = four ? perGroup / 4 : perGroup;
  const columns = Math.min(width, MOST_THREADS);
  let rows = 1;
  while (2 * rows * columns <= MOST_THREADS && rows < pixels) rows *= 2;
  return { four, width, columns, rows, threads: columns * rows };
}

export type Layout = ReturnType<typeof layoutOf>;

/** Several groups side by side. */
export interface HeldLayout {
  /** Whether an element is a vec4 of channels. */
  four: boolean;
  perGroup: number;
  /** Elements side by side: whole groups. */
  columns: number;
  /** Pixels that the workgroup reads at once; a power of two. */
  rows: number;
  threads: number;
  /** Elements of a channel that an invocation holds: every `rows`-th pixel. */
  held: number;
  /** Sums that an invocation makes of them, one for every row of `layoutOf` that it stands for. */
  parts: number;
  /** Whether a group's first sums are those of its vec4s, as in `layoutOf`, and not of its channels. */
  byFours: boolean;
  subgroupSize: number | null;
}

/** vec4s of channels that fill a cache line of 128 bytes. */
const LINE = 8;
/** Vectors of four that an invocation holds: as many registers as the compilers of all makers have. */
const MOST_HELD = 16;
/** And of Intel's where it chooses a subgroup size of 16, which halves the registers of an invocation. */
const MOST_HELD_BY_16 = 8;

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

/**
 * The widest layout, up to a cache line, in which `operands` elements of each pixel are held at a time; null
 * where the pixels are too many, or no multiple of the rows. `type`: vec4<f32> where channels and the first
 * input's are multiples of 4.
 */
export function heldLayoutOf(
  target: Target,
  geometry: GroupNormGeometry,
  type: Element,
  operands: 1 | 2,
): HeldLayout | null {
  const { pixels, channels, groups } = geometry;
  const perGroup = channels / groups;
  const four = type !== 'f32';
  const byFours = four && perGroup % 4 === 0;
  const order = layoutOf(geometry, byFours ? 'vec4<f32>' : 'f32');
  // The fewest elements that are whole groups.
  const unit = four ? perGroup / greatestDivisor(perGroup, 4) : perGroup;
  const units = channels / (four ? 4 : 1) / unit;
  const spills = target.vendor === 'intel' && sizeForIntel(target) === null;
  const most = (spills ? MOST_HELD_BY_16 : MOST_HELD) * (four ? 1 : 4);
  const wide = four ? LINE : 4 * LINE;
  const layouts = range(units)
    .map((i) => i + 1)
    .filter((count) => units % count === 0 && (count === 1 || count * unit <= wide))
    .flatMap((count): HeldLayout[] => {
      const columns = count * unit;
      let { rows } = order;
      while (rows > 1 && rows * columns > MOST_THREADS) rows /= 2;
      const [held, parts] = [pixels / rows, order.rows / rows];
      const fits = columns * rows <= MOST_THREADS && held % parts === 0 && held * operands <= most;
      const shape = { four, perGroup, columns, rows, threads: columns * rows, held, byFours };
      return fits ? [{ ...shape, parts, subgroupSize: sizeForIntel(target) }] : [];
    });
  return layouts.at(-1) ?? null;
}
