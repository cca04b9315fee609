// What the loss chart draws, as plain numbers: the range of the raw losses and the smoothed loss in each
// pixel column, the vertical range and its ticks. Not here: the drawing (loss-chart.ts), the page (loss.tsx).
import type { ChartAxis } from '../page-state/chart-axis.ts';
import type { LossIndex } from './loss-index.ts';

export interface LossPicture {
  /** Rising values on the horizontal axis. */
  x: number[];
  /** High and low of each column in turn: a thin line through them fills the range. Log10 where `log`. */
  raw: (number | null)[];
  smooth: (number | null)[];
  /** So few points that each is drawn as a dot. */
  dots: boolean;
  /** Vertical ends, log10 where `log`. */
  yFrom: number;
  yTo: number;
}

const FEW = 20;
/** A whole step that is mapped to the axis and back may come out slightly less than whole. */
const ROUNDING = 1e-6;

/**
 * The losses on `axis`, for `columns` pixels; losses[i] belongs to step i + 1. `log`: logarithmic vertical
 * axis.
 */
export function lossPicture(
  losses: Float32Array,
  index: LossIndex,
  smoothed: Float32Array,
  axis: ChartAxis,
  columns: number,
  log: boolean,
): LossPicture {
  const first = Math.max(0, Math.ceil(axis.toStep(axis.from)) - 1);
  const end = Math.min(index.count, Math.floor(axis.toStep(axis.to) + ROUNDING));
  const scale = log ? (value: number) => (value > 0 ? Math.log10(value) : null) : finiteOrNull;
  const picture: LossPicture = { x: [], raw: [], smooth: [], dots: end - first < FEW, yFrom: 0, yTo: 1 };
  if (end - first <= 2 * columns) addEach(picture, losses, smoothed, axis, first, end, scale);
  else addColumns(picture, index, smoothed, axis, columns, first, end, scale);
  [picture.yFrom, picture.yTo] = verticalEnds(picture.raw, log);
  return picture;
}

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

type Scale = (value: number) => number | null;

/** One point for each loss, where there are at most two per column. */
function addEach(
  picture: LossPicture,
  losses: Float32Array,
  smoothed: Float32Array,
  axis: ChartAxis,
  first: number,
  end: number,
  scale: Scale,
): void {
  for (let i = first; i < end; i++) {
    picture.x.push(axis.toValue(i + 1));
    picture.raw.push(scale(losses[i] as number));
    picture.smooth.push(scale(smoothed[i] as number));
  }
}

/** Two points for each pixel column: its highest and its lowest loss. */
function addColumns(
  picture: LossPicture,
  index: LossIndex,
  smoothed: Float32Array,
  axis: ChartAxis,
  columns: number,
  first: number,
  end: number,
  scale: Scale,
): void {
  const width = (axis.to - axis.from) / columns;
  let from = first;
  for (let column = 0; column < columns && from < end; column++) {
    const right = axis.from + (column + 1) * width;
    const to = Math.min(end, Math.max(from, Math.floor(axis.toStep(right))));
    if (to <= from) continue;
    const [low, high] = index.range(from, to);
    const smooth = scale(smoothed[to - 1] as number);
    const before = picture.smooth.at(-1) ?? smooth;
    picture.x.push(right - 0.75 * width, right - 0.25 * width);
    picture.raw.push(scale(high), scale(low));
    picture.smooth.push(before === null || smooth === null ? smooth : (before + smooth) / 2, smooth);
    from = to;
  }
}

/** The vertical ends, with a small margin. */
function verticalEnds(values: readonly (number | null)[], log: boolean): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value === null) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return log ? [-2, 0] : [0, 1];
  if (!log) return [0, high > 0 ? high * 1.05 : 1];
  const air = Math.max(0.04, (high - low) * 0.05);
  return [low - air, high + air];
}

/**
 * Round values between the vertical ends (1, 0.5, 0.2, 0.1 on a log scale), at most about `most`: [text,
 * position from the top in 0..1].
 */
export function verticalTicks(yFrom: number, yTo: number, log: boolean, most: number): [string, number][] {
  const at = (value: number): number => 1 - ((log ? Math.log10(value) : value) - yFrom) / (yTo - yFrom);
  const inside = (values: number[]): [string, number][] =>
    values
      .map((value): [string, number] => [tickText(value), at(value)])
      .filter(([, y]) => y > 0.02 && y < 0.98);
  if (log) {
    for (const factors of [[1, 2, 5], [1]]) {
      const ticks = inside(decades(yFrom, yTo, factors));
      if (ticks.length >= 2 && ticks.length <= most) return ticks;
    }
    return inside(evenly(10 ** yFrom, 10 ** yTo, most));
  }
  return inside(evenly(yFrom, yTo, most));
}

function decades(yFrom: number, yTo: number, factors: number[]): number[] {
  const values: number[] = [];
  for (let decade = Math.floor(yFrom); decade <= Math.ceil(yTo); decade++)
    for (const factor of factors) values.push(factor * 10 ** decade);
  return values;
}

function evenly(low: number, high: number, most: number): number[] {
  const rough = (high - low) / Math.max(1, most);
  const decade = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * decade >= rough) ?? 10) * decade;
  const values: number[] = [];
  for (let i = Math.ceil(low / step); i * step <= high; i++) values.push(i * step);
  return values;
}

const tickText = (value: number): string => {
  if (value !== 0 && (Math.abs(value) < 0.001 || Math.abs(value) >= 10_000)) return value.toExponential(0);
  return String(Number(value.toPrecision(3)));
};
