// Many small matrix products at once, each operand anywhere by its strides: what attention is made of.
// Not here: products with weights (conv.ts: a linear layer is a 1x1 convolution), what the products mean (attention.ts), the
// kernels (batched-matmul-tiles.ts, batched-matmul-registers.ts).
import type { BatchedMatmulGeometry, MatmulLayout, MatmulValues } from './batched-matmul-operands.ts';
import { inRegisters } from './batched-matmul-registers.ts';
import { inTiles } from './batched-matmul-tiles.ts';
import type { Kernel } from '../kernel.ts';
import type { Target } from '../target.ts';

/** c[o, i] (+)= a[o, i] b[o, i]. */
export function batchedMatmul(
  { family }: Target,
  geometry: BatchedMatmulGeometry,
  values: MatmulValues,
  layout: MatmulLayout,
): Kernel[] {
  return [family === 'tiles' ? inTiles(geometry, values, layout) : inRegisters(geometry, values, layout)];
}
