// Runs kernels on a real device with given numbers, all values in one buffer as in a plan, and reads every
// value back. `value` makes the values that a kernel binds. Not a test: the tests of kernels call it.
import type { Kernel } from '../../../../src/engine/plan/kernels/kernel.ts';
import {
  byteLengthOf,
  elementsOf,
  type ElementType,
  rowsIn,
  type Value,
} from '../../../../src/engine/plan/kernels/value.ts';
import { Program, pipelineCacheOf } from '../../../../src/engine/plan/run/program.ts';
import { testDevice } from '../test-device.ts';

let made = 0;
/** A value with an id of its own. */
export const value = (label: string, shape: number[], element: ElementType = 'f32'): Value => ({
  id: made++,
  element,
  label,
  shape,
});

/**
 * The numbers to give for `numbers` in `each`. If `each` is a column range: the numbers of its whole matrix,
 * NaN in the other columns.
 */
export function inColumns(each: Value, numbers: ArrayLike<number>): ArrayLike<number> {
  if (!each.columns) return numbers;
  const all = new Float64Array(elementsOf(each.columns.of)).fill(NaN);
  Array.from(numbers).forEach((number, i) => (all[placeInWhole(each, i)] = number));
  return all;
}

/** The numbers of `each`, read from its whole matrix if `each` is a column range. */
export function fromColumns(each: Value, read: (value: Value) => Float32Array): Float32Array {
  const all = read(rowsIn(each).whole);
  return Float32Array.from({ length: elementsOf(each) }, (_, i) => all[placeInWhole(each, i)] as number);
}

function placeInWhole(each: Value, i: number): number {
  const { first, stride } = rowsIn(each);
  const width = each.shape.at(-1) as number;
  return Math.floor(i / width) * stride + first + (i % width);
}

/**
 * Runs the kernels in order and returns a function that reads values. Values in `given` start as those
 * numbers, all others as NaN, so that results show if a kernel reads memory that no kernel wrote.
 */
export async function runKernels(
  kernels: Kernel[],
  given: ReadonlyMap<Value, ArrayLike<number>>,
): Promise<(value: Value) => Float32Array> {
  const device = (await testDevice()).webgpu as GPUDevice;
  const values = [...new Set(kernels.flatMap(({ bindings }) => bindings.map((binding) => binding.value)))];
  const offsets = new Map<Value, number>();
  let total = 0;
  for (const each of values) {
    offsets.set(each, total);
    total += Math.ceil(byteLengthOf(each) / 256) * 256;
  }
  const start = new Float32Array(total / 4).fill(NaN);
  for (const [each, numbers] of given) {
    const at = offsets.get(each);
    if (at === undefined) continue;
    if (numbers instanceof Uint32Array) new Uint32Array(start.buffer).set(numbers, at / 4);
    else start.set(numbers, at / 4);
  }
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const arena = device.createBuffer({ size: total, usage: STORAGE | COPY_SRC | COPY_DST });
  const back = device.createBuffer({ size: total, usage: MAP_READ | COPY_DST });
  device.queue.writeBuffer(arena, 0, start);
  const program = await Program.build(pipelineCacheOf(device), kernels, (each) => ({
    buffer: arena,
    offset: offsets.get(each) as number,
  }));
  const encoder = device.createCommandEncoder();
  program.encode(encoder);
  encoder.copyBufferToBuffer(arena, 0, back, 0, total);
  device.queue.submit([encoder.finish()]);
  await back.mapAsync(GPUMapMode.READ);
  const result = new Float32Array(back.getMappedRange().slice(0));
  for (const buffer of [arena, back]) buffer.destroy();
  program.dispose();
  return (each) => {
    const at = (offsets.get(each) as number) / 4;
    return result.slice(at, at + elementsOf(each));
  };
}
