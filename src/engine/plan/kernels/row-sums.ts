// One kernel for the gradients of all one-dimensional parameters of a network: each is the sum of a few rows,
// added in order. Not here: where the rows lie and which kernels write them (plan/vector-sums.ts).
import { gridOf, type Kernel, kernel } from './kernel.ts';
import type { Value } from './value.ts';
import type { Target } from './target.ts';

const THREADS = 64;

/** `start`, `stride` and `rows` are u32 [length]: one for each element of the gradient. */
export interface RowSums {
  /** The rows of all parameters. */
  sums: Value;
  start: Value;
  stride: Value;
  rows: Value;
  control: Value;
  gradient: Value;
}

/**
 * gradient[i] = sums[start[i]] + sums[start[i] + stride[i]] + ... (rows[i] terms), for i < length. If any bit
 * of control[0] is set, the sum is added to the gradient's old value (gradient accumulation).
 */
export function rowSums(
  { family }: Target,
  length: number,
  { sums, start, stride, rows, control, gradient }: RowSums,
): Kernel[] {
  return [
    kernel(family, {
      op: 'row sums',
      bindings: {
        sums: { value: sums, access: 'read' },
        start: { value: start, access: 'read', type: 'u32' },
        stride: { value: stride, access: 'read', type: 'u32' },
        rows: { value: rows, access: 'read', type: 'u32' },
        control: { value: control, access: 'read', type: 'u32' },
        gradient: { value: gradient, access: 'update' },
      },
      params: { length },
      workgroupSize: [THREADS, 1, 1],
      workgroups: gridOf(length, THREADS),
      body: /* wgsl */ `
      let i = (group.y * 32768u + group.x) * ${THREADS}u + lane;
      if (i >= params.length) { return; }
      var at = start[i];
      var sum = 0.0;
      for (var row = 0u; row < rows[i]; row++) {
        sum += sums[at];
        at += stride[i];
      }
      if (control[0] != 0u) { sum += gradient[i]; }
      gradient[i] = sum;`,
    }),
  ];
}
