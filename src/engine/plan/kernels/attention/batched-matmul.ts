// Batched matrix multiplication with operands of any strides, for attention. Not here: products with weights
// (conv/conv.ts: a linear layer is a 1x1 convolution), what the products mean (attention.ts), the kernels
// (batched-matmul-tiles.ts, batched-matmul-registers.ts).
import type { BatchedMatmulGeometry, MatmulLayout, MatmulValues } from './batched-matmul-operands.ts';
import { inRegisters } from './batched-matmul-registers.ts';
import { inTiles } from './batched-matmul-tiles.ts';
import type { Kernel } from '../kernel.ts';
import type { Target } from '../target.ts';

/**
 * c[o, i] (+)= a[o, i] b[o, i], matrix products for all o < outer and i < inner, as torch.matmul. One
 * dispatch.
 */
export function batchedMatmul(
  target: Target,
  geometry: BatchedMatmulGeometry,
  values: MatmulValues,
  layout: MatmulLayout,
): Kernel[] {
  return [
    target.family === 'tiles'
      ? inTiles(target, geometry, values, layout)
      : inRegisters(geometry, values, layout),
  ];
}
