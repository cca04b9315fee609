// Times tile shapes on the GPU itself, for the convolutions that cost a plan most, in a few seconds. GPUs in
// software have no tiles to time. Not here: which shapes there are (kernels/conv/tiles/shapes.ts), where
// choices are kept (trainer/training-device.ts).
import { storage } from './buffers.ts';
import {
  convFilterGradient,
  convForward,
  convInputGradient,
  filterPartialShape,
  filterSplits,
} from '../kernels/conv/conv.ts';
import { type ConvGeometry, convFlops } from '../kernels/conv/geometry.ts';
import { type TileShape, tileShapes } from '../kernels/conv/tiles/shapes.ts';
import { type Operation, Values } from '../graph.ts';
import type { Kernel } from '../kernels/kernel.ts';
import { byteLengthOf, type Value } from '../kernels/value.ts';
import type { Target } from '../kernels/target.ts';
import { aligned } from '../memory.ts';
import { CONTROL_LENGTH } from '../kernels/optimizer.ts';
import { type PipelineCache, Program } from './program.ts';
import { choiceKey, type ConvWay, type TileChoices } from '../kernels/conv/tile-choice.ts';

const WAYS: readonly ConvWay[] = ['forward', 'input gradient', 'filter gradient'];
/** RUNS: runs of a kernel in one timing. TIMINGS: the fastest of so many timings counts. */
const RUNS = 8;
const TIMINGS = 3;

interface Case {
  key: string;
  way: ConvWay;
  geometry: ConvGeometry;
  /** Floating-point operations of all convolutions of the plan with this key. */
  flops: number;
}

/**
 * The fastest shape of each convolution in `operations`, costliest convolution first, until `budgetMs` are
 * over; a convolution that was not timed is not in the result. Choices in `known` are kept. onTimed: how many
 * convolutions are timed, and of how many.
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
  const cases = casesOf(operations).filter(({ key }) => !(key in known));
  const choices: Record<string, string> = { ...known };
  for (const [done, one] of cases.entries()) {
    onTimed(done, cases.length);
    if (performance.now() > deadline) break;
    choices[one.key] = await fastest(cache, target, one);
  }
  return choices;
}

function casesOf(operations: readonly Operation[]): Case[] {
  const cases = new Map<string, Case>();
  for (const operation of operations) {
    if (operation.op !== 'conv') continue;
    for (const way of WAYS) {
      const key = choiceKey(way, operation.geometry);
      const flops = (cases.get(key)?.flops ?? 0) + convFlops(operation.geometry);
      cases.set(key, { key, way, geometry: operation.geometry, flops });
    }
  }
  return [...cases.values()].toSorted((a, b) => b.flops - a.flops);
}

async function fastest(cache: PipelineCache, target: Target, one: Case): Promise<string> {
  let best = { name: '', ms: Infinity };
  for (const tile of tileShapes(target, one.way === 'filter gradient' ? 'filter' : 'gather')) {
    const ms = await time(cache, kernelsOf(target, one, tile));
    if (ms < best.ms) best = { name: tile.name, ms };
  }
  return best.name;
}

/** The kernels, bound to values of their own: what they compute does not matter. */
function kernelsOf(target: Target, { way, geometry }: Case, tile: TileShape): Kernel[] {
  const values = new Values();
  const { batch, height, width, ins, outHeight, outWidth, outs, kernel, upsample } = geometry;
  const half = upsample ? 2 : 1;
  const x = values.make('x', [batch, height / half, width / half, ins]);
  const y = values.make('y', [batch, outHeight, outWidth, outs]);
  const weight = values.make('weight', [kernel, kernel, ins, outs]);
  if (way === 'forward') {
    const bias = values.make('bias', [outs]);
    return convForward(target, geometry, { x, weight, bias, perChannel: null, residual: null, y }, tile);
  }
  if (way === 'input gradient') {
    const dx = values.make('dx', [batch, height, width, ins]);
    return convInputGradient(target, geometry, { dy: y, weight, add: null, dx }, tile);
  }
  const shape = filterPartialShape(target, geometry);
  const partial = shape && values.make('partial', shape);
  const control = values.make('control', [CONTROL_LENGTH]);
  const biasSums = values.make('bias sums', [filterSplits(target, geometry), outs]);
  const given = { x, dy: y, partial, control, gradient: weight, biasSums };
  return convFilterGradient(target, geometry, given, tile);
}

/**
 * Milliseconds of one run, the fastest of a few timings. The first run, which may compile, is not counted.
 */
async function time(cache: PipelineCache, kernels: readonly Kernel[]): Promise<number> {
  const { device } = cache;
  const offsets = new Map<number, number>();
  let total = 0;
  for (const { value } of kernels.flatMap(({ bindings }) => bindings)) {
    if (offsets.has(value.id)) continue;
    offsets.set(value.id, total);
    total += aligned(byteLengthOf(value));
  }
  const scratch = storage(device, 'tuning', total);
  const placeOf = ({ id }: Value) => ({ buffer: scratch, offset: offsets.get(id) as number });
  const program = await Program.build(cache, kernels, placeOf);
  const run = async (times: number) => {
    const encoder = device.createCommandEncoder();
    for (let i = 0; i < times; i++) program.encode(encoder);
    const started = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return (performance.now() - started) / times;
  };
  try {
    await run(1);
    let best = Infinity;
    for (let timing = 0; timing < TIMINGS; timing++) best = Math.min(best, await run(RUNS));
    return best;
  } finally {
    program.dispose();
    scratch.destroy();
  }
}
