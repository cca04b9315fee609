// Which values of a plan are stored as halves, decided once all of its kernels are written. What an operation
// of the network makes, and the gradient of that, can be. Parameters and their gradients, statistics, scores,
// losses and partial sums stay float32. Not here: how a kernel stores halves (kernels/half-storage.ts).
import { canBeHalves, storingHalves } from './kernels/half-storage.ts';
import type { Kernel } from './kernels/kernel.ts';

/**
 * The kernels with those `activations` (ids) stored as halves that every one of them can have so. The others
 * stay float32: those whose channels are no multiple of 4, and those that a kernel writes one by one.
 */
export function inHalves(kernels: readonly Kernel[], activations: ReadonlySet<number>): Kernel[] {
  const all = kernels.flatMap(({ bindings }) => bindings);
  const whole = new Set(all.filter((binding) => !canBeHalves(binding)).map(({ value }) => value.id));
  return kernels.map((kernel) => storingHalves(kernel, (id) => activations.has(id) && !whole.has(id)));
}
