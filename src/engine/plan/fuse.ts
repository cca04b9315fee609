// Joins operations that one kernel can do: a residual or per-channel add into the convolution that made one of its terms,
// nearest upsampling into the convolution that reads it. Only where nobody else reads the value in between. And joined channels
// into the norm that reads them first, which leaves them to the others.
import { type ConvOperation, type Operation, operandsOf } from './graph.ts';
import type { Value } from './kernels/value.ts';

/** The same results with fewer operations. `outputs` are read from outside: never joined away. */
export function fuse(operations: readonly Operation[], outputs: readonly Value[]): Operation[] {
  const uses = new Map<number, number>();
  const use = ({ id }: Value) => uses.set(id, (uses.get(id) ?? 0) + 1);
  for (const operation of operations) operandsOf(operation).forEach(use);
  outputs.forEach(use);
  const makers = new Map<number, Operation>();
  let fused: Operation[] = [];
  const onlyUse = (value: Value): Operation | undefined =>
    uses.get(value.id) === 1 ? makers.get(value.id) : undefined;
  /** Takes the convolution's place at the end of the list, where all that it reads is there. */
  const replace = (old: Operation, by: Operation) => {
    fused = fused.filter((operation) => operation !== old);
    fused.push(by);
    makers.set(by.y.id, by);
  };
  const convOf = (value: Value, free: 'perChannel' | 'residual'): ConvOperation | null => {
    const maker = onlyUse(value);
    return maker?.op === 'conv' && maker[free] === null ? maker : null;
  };
  for (const operation of operations) {
    if (operation.op === 'addPerChannel') {
      const conv = convOf(operation.x, 'perChannel');
      // A residual was added already where there is one: the order of the two does not matter to the sum's meaning.
      if (conv) {
        replace(conv, { ...conv, perChannel: operation.perChannel, y: operation.y });
        continue;
      }
    }
    if (operation.op === 'add') {
      const candidates = [convOf(operation.a, 'residual'), convOf(operation.b, 'residual')];
      const conv = candidates
        .filter((candidate) => candidate !== null)
        .toSorted((one, other) => fused.indexOf(other) - fused.indexOf(one))[0];
      if (conv) {
        const residual = conv.y.id === operation.a.id ? operation.b : operation.a;
        replace(conv, { ...conv, residual, y: operation.y });
        continue;
      }
    }
    if (operation.op === 'conv') {
      const maker = onlyUse(operation.x);
      if (maker?.op === 'upsample') {
        const joined = { ...operation, x: maker.x, geometry: { ...operation.geometry, upsample: true } };
        replace(maker, joined);
        continue;
      }
    }
    if (operation.op === 'groupNorm') {
      const maker = makers.get(operation.x.id);
      const isFirst = !fused.some((other) => operandsOf(other).some(({ id }) => id === operation.x.id));
      if (maker?.op === 'concat' && isFirst) {
        replace(maker, { ...operation, joins: { a: maker.a, b: maker.b } });
        continue;
      }
    }
    fused.push(operation);
    makers.set(operation.y.id, operation);
  }
  return fused;
}
