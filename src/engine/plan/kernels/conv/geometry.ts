// What a convolution costs, in any of its three directions. Not here: its kernels.
import type { ConvGeometry } from './conv.ts';

/** Floating-point operations, multiply and add counted apart; forward, and each of the two gradients, costs the same. */
export function convFlops(
  geometry: Pick<ConvGeometry, 'batch' | 'outHeight' | 'outWidth' | 'ins' | 'outs' | 'kernel'>,
): number {
  const { batch, outHeight, outWidth, ins, outs, kernel: edge } = geometry;
  return 2 * batch * outHeight * outWidth * ins * outs * edge * edge;
}
