// Joins linear layers that read the same input into one layer, their weights side by side: the time
// projections of all resnets, or attention's q, k and v. Readers of one result then read its columns of the
// joined result. Not here: fusing an operation with its reader (fuse.ts), where weights lie (flat-layout.ts).
import { type ConvOperation, type Operation, operandsOf, type Values } from './graph.ts';
import type { Piece } from './flat-layout.ts';
import type { Value } from './kernels/value.ts';

/**
 * Returns fewer operations with the same results, and a piece for each joined weight and bias. `outputs` are
 * read from outside and so are never joined.
 */
export function joinLinears(
  values: Values,
  operations: readonly Operation[],
  outputs: readonly Value[],
): { operations: Operation[]; pieces: Piece[] } {
  const joints = groupsOf(operations, outputs).map((linears) => jointOf(values, linears));
  const jointAt = new Map(joints.map((joint) => [joint.linears[0] as Operation, joint]));
  const gone = new Set<Operation>(joints.flatMap(({ linears }) => linears));
  const columns = new Map(joints.flatMap((joint) => joint.columns));
  return {
    operations: operations.flatMap((operation) => {
      const joint = jointAt.get(operation);
      if (joint) return [joint.operation];
      return gone.has(operation) ? [] : [readingColumns(operation, columns)];
    }),
    pieces: joints.flatMap(({ pieces }) => pieces),
  };
}

/**
 * Groups of two or more linear layers of one input that may be joined: all of them have a bias or none has,
 * and each result is read once, by an operation that can read columns.
 */
function groupsOf(operations: readonly Operation[], outputs: readonly Value[]): ConvOperation[][] {
  const reads = countById([...operations.flatMap(operandsOf), ...outputs]);
  const asColumns = countById(operations.flatMap(readAsColumns));
  const once = (value: Value | null) => !value || reads.get(value.id) === 1;
  const groups = new Map<string, ConvOperation[]>();
  for (const operation of operations) {
    if (operation.op !== 'conv' || operation.weight.shape.length !== 2) continue;
    const { x, weight, bias, perChannel, residual, y, geometry } = operation;
    if (perChannel || residual || ![weight, bias, y].every(once) || !asColumns.has(y.id)) continue;
    // Kernels read columns four at a time if the layer's own channels allow it.
    if (geometry.outs % 4 !== 0) continue;
    const key = [bias === null ? 'no bias' : 'bias', x.id, ...x.shape].join();
    groups.set(key, [...(groups.get(key) ?? []), operation]);
  }
  return [...groups.values()].filter(({ length }) => length > 1);
}

function countById(values: readonly Value[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { id } of values) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

function readAsColumns(operation: Operation): Value[] {
  if (operation.op === 'attention') return [operation.q, operation.k, operation.v];
  return operation.op === 'conv' && operation.perChannel ? [operation.perChannel] : [];
}

type Columns = ReadonlyMap<number, NonNullable<Value['columns']>>;

function readingColumns(operation: Operation, columns: Columns): Operation {
  const from = <V extends Value | null>(value: V): V => {
    const found = value && columns.get(value.id);
    return found ? { ...value, columns: found } : value;
  };
  if (operation.op === 'attention') {
    const { q, k, v } = operation;
    return { ...operation, q: from(q), k: from(k), v: from(v) };
  }
  return operation.op === 'conv' ? { ...operation, perChannel: from(operation.perChannel) } : operation;
}

/**
 * One linear layer that replaces `linears`, the columns of each former result, and the pieces of their
 * parameters.
 */
function jointOf(values: Values, linears: readonly ConvOperation[]) {
  const [first] = linears as [ConvOperation];
  const { x, geometry } = first;
  const outs = linears.reduce((sum, linear) => sum + linear.geometry.outs, 0);
  const make = (of: Value, shape: readonly number[]) =>
    values.make(`${of.label} and ${linears.length - 1} more`, shape);
  const weight = make(first.weight, [geometry.ins, outs]);
  const bias = first.bias && make(first.bias, [outs]);
  const y = make(first.y, [...x.shape.slice(0, -1), outs]);
  const operation: Operation = { ...first, geometry: { ...geometry, outs }, weight, bias, y };
  let column = 0;
  return {
    linears,
    operation,
    columns: linears.map((linear) => {
      const at = [linear.y.id, { of: y, first: column }] as const;
      column += linear.geometry.outs;
      return at;
    }),
    pieces: [
      { value: weight, parameters: linears.map((linear) => linear.weight) },
      ...(bias ? [{ value: bias, parameters: linears.flatMap((linear) => linear.bias ?? []) }] : []),
    ],
  };
}
