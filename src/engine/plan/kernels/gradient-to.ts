// How a kernel stores a gradient that may have to be added to another one. Not here: which gradients add up
// (plan/backward.ts).
import type { Binding } from './kernel.ts';
import type { Value } from './value.ts';

/**
 * Bindings for storing a gradient in `to` under the name `name`, plus `add`. `add` is `to` itself (accumulate
 * in place), another value of the same shape, or null. `term(at)` is the WGSL to append to the gradient of
 * element `at`: ' + name[at]', or '' for null.
 */
export function gradientTo(
  name: string,
  add: Value | null,
  to: Value,
  type: Binding['type'] = 'f32',
): { bindings: Record<string, Binding>; term: (at: string) => string } {
  if (add?.id === to.id) {
    return { bindings: { [name]: { value: to, access: 'update', type } }, term: (at) => ` + ${name}[${at}]` };
  }
  const result: Record<string, Binding> = { [name]: { value: to, access: 'write', type } };
  if (!add) return { bindings: result, term: () => '' };
  const other = `${name}_add`;
  const bindings: Record<string, Binding> = { [other]: { value: add, access: 'read', type }, ...result };
  return { bindings, term: (at) => ` + ${other}[${at}]` };
}
