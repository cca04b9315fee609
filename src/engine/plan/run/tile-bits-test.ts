// Whether two tile shapes give the same bits on this GPU, as every shape must for timing to change nothing:
// its compiler has to keep WGSL's `fma` one rounding (a translation to another shading language may split
// it). Not here: whether the numbers are right (plan-self-test.ts).
import {
  convFilterGradient,
  convForward,
  convInputGradient,
  filterPartialShape,
  filterSplits,
} from '../kernels/conv/conv.ts';
import type { ConvGeometry } from '../kernels/conv/geometry.ts';
import { tileNamed, type TileShape, tileShapes } from '../kernels/conv/tiles/shapes.ts';
import { Values } from '../graph.ts';
import type { Kernel } from '../kernels/kernel.ts';
import { CONTROL_LENGTH } from '../kernels/optimizer.ts';
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

/** True where forward, input gradient and filter gradient have the same bits in both shapes. */
export async function tilesAgree(cache: PipelineCache, target: Target): Promise<boolean> {
  const { batch, height, width, ins, outHeight, outWidth, outs, kernel } = GEOMETRY;
  const values = new Values();
  const operands = {
    x: values.make('x', [batch, height, width, ins]),
    weight: values.make('weight', [kernel, kernel, ins, outs]),
    bias: values.make('bias', [outs]),
    dy: values.make('dy', [batch, outHeight, outWidth, outs]),
  };
  const control = values.make('control', [CONTROL_LENGTH]);
  const [first = [], second = []] = shapesOf(target).map((tile) =>
    resultsIn(target, tile, values, { ...operands, control }),
  );
  const kernels = [...first, ...second].flatMap(({ made }) => made);
  const { program, placeOf, dispose } = await scratchProgram(cache, kernels);
  const { device } = cache;
  Object.values(operands).forEach((value, i) => {
    const { buffer, offset } = placeOf(value);
    device.queue.writeBuffer(buffer, offset, wave(elementsOf(value), i + 1, 1));
  });
  const parts = [...first, ...second].map(({ result }) => ({
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

/** A small shape as the driver likes it, and the largest that this GPU is offered. */
const shapesOf = (target: Target): TileShape[] =>
  [tileNamed(target, '32x32 4x4'), tileShapes(target, 'filter').at(-1)].filter((tile) => tile !== undefined);

interface Operands {
  x: Value;
  weight: Value;
  bias: Value;
  dy: Value;
  control: Value;
}

/** The results of a convolution's three operations in one shape, each with its kernels. */
function resultsIn(
  target: Target,
  tile: TileShape,
  values: Values,
  given: Operands,
): { result: Value; made: Kernel[] }[] {
  const [y, dx, gradient] = [given.dy, given.x, given.weight].map(({ label, shape }) =>
    values.make(`result of ${label}`, shape),
  ) as [Value, Value, Value];
  const shape = filterPartialShape(target, GEOMETRY);
  const partial = shape && values.make('partial', shape);
  const biasSums = values.make('bias sums', [filterSplits(target, GEOMETRY), GEOMETRY.outs]);
  const forward = { ...given, perChannel: null, residual: null, y };
  const back = { ...given, add: null, dx };
  const filter = { ...given, partial, gradient, biasSums };
  return [
    { result: y, made: convForward(target, GEOMETRY, forward, tile) },
    { result: dx, made: convInputGradient(target, GEOMETRY, back, tile) },
    { result: gradient, made: convFilterGradient(target, GEOMETRY, filter, tile) },
  ];
}
