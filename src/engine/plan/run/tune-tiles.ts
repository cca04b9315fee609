// Chooses tile shapes by timing them on the GPU itself, for the convolutions that cost a plan most, in a few
// seconds; what runs in one dispatch is timed as one. GPUs in software have no tiles to time. Not here: which
// shapes are tried (kernels/conv/tiles/shapes.ts), the timing (time-kernels.ts), where choices are kept
// (trainer/training-device.ts).
import {
  convFilterGradient,
  convForward,
  convGradients,
  filterPartialShape,
  filterSplits,
} from '../kernels/conv/conv.ts';
import { type ConvGeometry, convFlops } from '../kernels/conv/geometry.ts';
import {
  pairName,
  pairNamed,
  type PairOfTiles,
  shapesIn,
  tileNamed,
  tilePairs,
  type TileShape,
  tileShapes,
} from '../kernels/conv/tiles/shapes.ts';
import { learningValues, type Operation, Values } from '../graph.ts';
import type { Kernel } from '../kernels/kernel.ts';
import type { Target } from '../kernels/target.ts';
import { CONTROL_LENGTH } from '../kernels/control.ts';
import type { PipelineCache } from './program.ts';
import { choiceKey, type ConvWay, type TileChoices } from '../kernels/conv/tile-choice.ts';
import { timeKernels } from './time-kernels.ts';
import { rowsIn } from '../kernels/value.ts';

interface Case {
  key: string;
  way: ConvWay;
  geometry: ConvGeometry;
  /** Floating-point operations of all convolutions of the plan with this key. */
  flops: number;
}

/** The kernels of a shape or of a pair, compiled. */
interface Candidate {
  name: string;
  kernels: Kernel[];
}

/**
 * The fastest shape of each convolution in `operations`, costliest convolution first, until `budgetMs` are
 * over; a convolution that was not timed is not in the result. Choices in `known` are kept, as far as this
 * GPU has their shapes. onTimed: how many convolutions are timed, and of how many.
 */
export async function tuneTiles(
  cache: PipelineCache,
  target: Target,
  operations: readonly Operation[],
  known: TileChoices,
  budgetMs: number,
  onTimed: (done: number, total: number) => void = () => undefined,
): Promise<TileChoices> {
  const deadline = performance.now() + budgetMs;
  const kept = Object.entries(known).filter(([, name]) => tileNamed(target, name) ?? pairNamed(target, name));
  const choices: Record<string, string> = Object.fromEntries(kept);
  const cases = casesOf(operations).filter(
    (one) => !(one.key in choices) && shapesFor(target, one).length > 1,
  );
  const compile = (at: number) => {
    const one = cases[at];
    return one ? compiled(cache, target, one) : Promise.resolve([]);
  };
  let compiling = compile(0);
  for (const [done, { key }] of cases.entries()) {
    onTimed(done, cases.length);
    const candidates = await before(deadline, compiling);
    if (!candidates) break;
    // The shapes of the next convolution compile while those of this one are timed.
    compiling = compile(done + 1);
    if (candidates.length === 0) continue;
    const name = await fastest(cache, candidates, deadline);
    if (name === null) break;
    choices[key] = name;
  }
  return choices;
}

/**
 * How many of the convolutions in `operations`, forward and each gradient, have each shape of `choices`, by
 * name; most first.
 */
export function shapesChosen(operations: readonly Operation[], choices: TileChoices): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { key } of casesOf(operations)) {
    const name = choices[key];
    for (const shape of name === undefined ? [] : shapesIn(name))
      counts.set(shape, (counts.get(shape) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].toSorted(([, a], [, b]) => b - a));
}

function casesOf(operations: readonly Operation[]): Case[] {
  const learning = learningValues(operations);
  const cases = new Map<string, Case>();
  const convolutions = operations.filter((operation) => operation.op === 'conv');
  for (const { geometry, x } of convolutions) {
    const both = learning.has(rowsIn(x).whole.id);
    for (const way of ['forward', both ? 'gradients' : 'filter gradient'] as const) {
      const key = choiceKey(way, geometry);
      const more = convFlops(geometry) * (way === 'gradients' ? 2 : 1);
      cases.set(key, { key, way, geometry, flops: (cases.get(key)?.flops ?? 0) + more });
    }
  }
  return [...cases.values()].toSorted((a, b) => b.flops - a.flops);
}

/** The result of `work`, or null where `deadline` is over first. */
async function before<T>(deadline: number, work: Promise<T>): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, deadline - performance.now()), null);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * All shapes of a convolution, compiled at once, the default first: where time is over, what is chosen is no
 * slower than that. A shape that this GPU does not compile is left out.
 */
async function compiled(cache: PipelineCache, target: Target, one: Case): Promise<Candidate[]> {
  const byDefault = kernelsOf(target, one)[0]?.source;
  const isDefault = ({ kernels }: Candidate) => Number(kernels[0]?.source === byDefault);
  const candidates = shapesFor(target, one)
    .map((shape) => ({ name: nameOf(shape), kernels: kernelsOf(target, one, shape) }))
    .toSorted((a, b) => isDefault(b) - isDefault(a));
  const made = await Promise.allSettled(candidates.map(({ kernels }) => cache.compile(kernels)));
  return candidates.filter((_, i) => made[i]?.status === 'fulfilled');
}

/** Null where `deadline` is over before two shapes are timed: nothing is known then. */
async function fastest(
  cache: PipelineCache,
  candidates: readonly Candidate[],
  deadline: number,
): Promise<string | null> {
  let best = { name: '', ms: Infinity };
  for (const [timed, { name, kernels }] of candidates.entries()) {
    if (performance.now() > deadline) return timed < 2 ? null : best.name;
    const ms = await timeKernels(cache, kernels, best.ms);
    if (ms < best.ms) best = { name, ms };
  }
  return best.name;
}

type Shape = TileShape | PairOfTiles;

const nameOf = (shape: Shape): string => ('name' in shape ? shape.name : pairName(shape));

/** The shapes to be timed for a case. Where no two go together, each gradient gets its default. */
function shapesFor(target: Target, { way }: Case): Shape[] {
  if (way === 'gradients') return tilePairs(target);
  return tileShapes(target, way === 'forward' ? 'gather' : 'filter');
}

/** The kernels, bound to values of their own: what they compute does not matter. */
function kernelsOf(target: Target, { way, geometry }: Case, shape?: Shape): Kernel[] {
  const values = new Values();
  const { batch, height, width, ins, outHeight, outWidth, outs, kernel, upsample } = geometry;
  const half = upsample ? 2 : 1;
  const x = values.make('x', [batch, height / half, width / half, ins]);
  const y = values.make('y', [batch, outHeight, outWidth, outs]);
  const weight = values.make('weight', [kernel, kernel, ins, outs]);
  const tile = shape && 'name' in shape ? shape : undefined;
  if (way === 'forward') {
    const bias = values.make('bias', [outs]);
    return convForward(target, geometry, { x, weight, bias, perChannel: null, residual: null, y }, tile);
  }
  const partialShape = filterPartialShape(target, geometry);
  const filter = {
    ...{ x, dy: y, gradient: values.make('gradient', weight.shape) },
    partial: partialShape && values.make('partial', partialShape),
    control: values.make('control', [CONTROL_LENGTH]),
    biasSums: values.make('bias sums', [filterSplits(target, geometry), outs]),
  };
  if (way === 'filter gradient') return convFilterGradient(target, geometry, filter, tile);
  const input = { weight, add: null, dx: values.make('dx', [batch, height, width, ins]) };
  const pair = shape && 'gather' in shape ? shape : undefined;
  return convGradients(target, geometry, { ...filter, ...input }, pair) ?? [];
}
