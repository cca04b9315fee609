// Fuses operations that one kernel can do: a residual or per-channel addition into the convolution that
// computes one of its terms, nearest upsampling into the convolution that reads it, but only if nothing else
// reads the value in between; and a concatenation into the norm that reads it first. Not here: joining linear
// layers (join-linears.ts).
import { type ConvOperation, type Operation, operandsOf } from './graph.ts';
import type { Value } from './kernels/value.ts';

/**
 * Returns fewer operations with the same results. `outputs` are read from outside and so are never fused
 * away.
 */
export function fuse(operations: readonly Operation[], outputs: readonly Value[]): Operation[] {
  const fused = new FusedOperations([...operations.flatMap(operandsOf), ...outputs]);
  for (const operation of operations) {
    const fusion = fusionOf(operation, fused);
    // The replacement goes to the end of the list, where all that it reads exists.
    if (fusion) fused.remove(fusion.fused);
    fused.push(fusion?.replacement ?? operation);
  }
  return fused.list;
}

/** The operations so far, and how their results are read. */
class FusedOperations {
  list: Operation[] = [];
  readonly #makers = new Map<number, Operation>();
  readonly #reads = new Map<number, number>();

  /** `reads`: every value that is read, once for each time. */
  constructor(reads: readonly Value[]) {
    for (const { id } of reads) this.#reads.set(id, (this.#reads.get(id) ?? 0) + 1);
  }

  push(operation: Operation): void {
    this.list.push(operation);
    this.#makers.set(operation.y.id, operation);
  }

  remove(operation: Operation): void {
    this.list = this.list.filter((other) => other !== operation);
  }

  makerOf({ id }: Value): Operation | undefined {
    return this.#makers.get(id);
  }

  /** The maker of a value that is read only once. */
  onlyReadMakerOf(value: Value): Operation | undefined {
    return this.#reads.get(value.id) === 1 ? this.makerOf(value) : undefined;
  }

  /**
   * The convolution that made `value`, if nothing else reads `value` and the convolution has no such term
   * yet.
   */
  convolutionOf(value: Value, term: 'perChannel' | 'residual'): ConvOperation | null {
    const maker = this.onlyReadMakerOf(value);
    return maker?.op === 'conv' && maker[term] === null ? maker : null;
  }

  isRead({ id }: Value): boolean {
    return this.list.some((operation) => operandsOf(operation).some((value) => value.id === id));
  }
}

interface Fusion {
  /** The earlier operation, which the fusion removes. */
  fused: Operation;
  /** Does what `fused` and the operation do. */
  replacement: Operation;
}

/** The operation fused with one before it, or null. */
function fusionOf(operation: Operation, before: FusedOperations): Fusion | null {
  switch (operation.op) {
    case 'addPerChannel': {
      const conv = before.convolutionOf(operation.x, 'perChannel');
      // A residual may have been added before: the order of the two additions does not change the sum's
      // meaning.
      return conv && replaced(conv, { ...conv, perChannel: operation.perChannel, y: operation.y });
    }
    case 'add': {
      const { a, b, y } = operation;
      const [conv] = [before.convolutionOf(a, 'residual'), before.convolutionOf(b, 'residual')]
        .filter((candidate) => candidate !== null)
        .toSorted((one, other) => before.list.indexOf(other) - before.list.indexOf(one));
      return conv ? replaced(conv, { ...conv, residual: conv.y.id === a.id ? b : a, y }) : null;
    }
    case 'conv': {
      const maker = before.onlyReadMakerOf(operation.x);
      if (maker?.op !== 'upsample') return null;
      return replaced(maker, {
        ...operation,
        x: maker.x,
        geometry: { ...operation.geometry, upsample: true },
      });
    }
    case 'groupNorm': {
      const maker = before.makerOf(operation.x);
      if (maker?.op !== 'concat' || before.isRead(operation.x)) return null;
      return replaced(maker, { ...operation, joins: { a: maker.a, b: maker.b } });
    }
    case 'attention':
    case 'concat':
    case 'copy':
    case 'embedding':
    case 'geglu':
    case 'gelu':
    case 'layerNorm':
    case 'quickGelu':
    case 'silu':
    case 'timestepEmbedding':
    case 'upsample':
      return null;
  }
}

const replaced = (fused: Operation, replacement: Operation): Fusion => ({ fused, replacement });
