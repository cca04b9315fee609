// Whether two tile shapes give the same bits on this GPU, as every shape must for timing to change nothing:
// its compiler has to keep WGSL's `fma` one rounding (a translation to another shading language may split
// it). Not here: whether the numbers are right (plan-self-test.ts).
import {
  convFilterGradient,
  convForward,
  convGradients,
  convInputGradient,
  filterPartialShape,
  filterSplits,
} from '../kernels/conv/conv.ts';
import type { ConvGeometry } from '../kernels/conv/geometry.ts';
import { type PairOfTiles, tilePairs, type TileShape, tileShapes } from '../kernels/conv/tiles/shapes.ts';
import { Values } from '../graph.ts';
import type { Kernel } from '../kernels/kernel.ts';
import { CONTROL_LENGTH } from '../kernels/control.ts';
import type { Target } from '../kernels/target.ts';
import { byteLengthOf, elementsOf, type Value } from '../kernels/value.ts';
import type { PipelineCache } from './program.ts';
import { ReadBack } from './read-back.ts';
import { scratchProgram } from './scratch-program.ts';
import { wave } from './self-test.ts';

/** Blocks of k across taps, torn tiles, channels that need no tail: what most layers have. */
const GEOMETRY: ConvGeometry = {
  ...{ batch: 2, height: 7, width: 9, ins: 24, outHeight: 7, outWidth: 9, outs: 20 },
  ...{ kernel: 3, stride: 1, padBefore: 1, upsample: false },
};

/**
 * True where forward, input gradient and filter gradient have the same bits in the smallest and the largest
 * shapes that this GPU is offered, and where it is offered only one of each. Both gradients run in one
 * dispatch, as they do in a plan, where two shapes go together. False where a shape does not
 * compile: nothing is known of its bits then, and no shape is chosen by timing.
 */
export async function tilesAgree(cache: PipelineCache, target: Target): Promise<boolean> {
  const offered = { gather: tileShapes(target, 'gather'), filter: tileShapes(target, 'filter') };
  const pairs = tilePairs(target);
  if (offered.gather.length < 2 && offered.filter.length < 2) return true;
  const { batch, height, width, ins, outHeight, outWidth, outs, kernel } = GEOMETRY;
  const values = new Values();
  const operands = {
    x: values.make('x', [batch, height, width, ins]),
    weight: values.make('weight', [kernel, kernel, ins, outs]),
    bias: values.make('bias', [outs]),
    dy: values.make('dy', [batch, outHeight, outWidth, outs]),
  };
  const control = values.make('control', [CONTROL_LENGTH]);
  const [first, second] = [0, -1].map((at) => {
    const tiles = { gather: offered.gather.at(at), filter: offered.filter.at(at), pair: pairs.at(at) };
    return resultsIn(target, tiles, values, { ...operands, control });
  }) as [Made, Made];
  const kernels = [...first.kernels, ...second.kernels];
  const { device } = cache;
  try {
    await cache.compile(kernels);
  } catch {
    // A lost device compiles nothing either: the queue answers after the loss is told (device.lost).
    await device.queue.onSubmittedWorkDone();
    return false;
  }
  const { program, placeOf, dispose } = await scratchProgram(cache, kernels);
  Object.values(operands).forEach((value, i) => {
    const { buffer, offset } = placeOf(value);
    device.queue.writeBuffer(buffer, offset, wave(elementsOf(value), i + 1, 1));
  });
  const parts = [...first.results, ...second.results].map((result) => ({
    ...placeOf(result),
    bytes: byteLengthOf(result),
  }));
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const back = new ReadBack(device, 'tile bits', bytes, 1);
  const encoder = device.createCommandEncoder();
  program.encode(encoder);
  const words = new Uint32Array(await back.read(encoder, parts));
  back.dispose();
  dispose();
  const half = words.length / 2;
  return words.subarray(0, half).every((word, i) => word === words[half + i]);
}

interface Operands {
  x: Value;
  weight: Value;
  bias: Value;
  dy: Value;
  control: Value;
}

interface Tiles {
  gather: TileShape | undefined;
  filter: TileShape | undefined;
  pair: PairOfTiles | undefined;
}

interface Made {
  results: Value[];
  kernels: Kernel[];
}

/** The results of a convolution's three operations in one shape for each GEMM, and their kernels. */
function resultsIn(target: Target, tiles: Tiles, values: Values, given: Operands): Made {
  const results = [given.dy, given.x, given.weight].map(({ label, shape }) =>
    values.make(`result of ${label}`, shape),
  );
  const [y, dx, gradient] = results as [Value, Value, Value];
  const shape = filterPartialShape(target, GEOMETRY);
  const partial = shape && values.make('partial', shape);
  const biasSums = values.make('bias sums', [filterSplits(target, GEOMETRY), GEOMETRY.outs]);
  const forward = { ...given, perChannel: null, residual: null, y };
  const back = { ...given, add: null, dx };
  const filter = { ...given, partial, gradient, biasSums };
  const both = tiles.pair ? convGradients(target, GEOMETRY, { ...back, ...filter }, tiles.pair) : null;
  const gradients = both ?? [
    ...convInputGradient(target, GEOMETRY, back, tiles.gather),
    ...convFilterGradient(target, GEOMETRY, filter, tiles.filter),
  ];
  return { results, kernels: [...convForward(target, GEOMETRY, forward, tiles.gather), ...gradients] };
}
