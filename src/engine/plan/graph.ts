// The network as a list of operations. `graphOps` implements ops.ts over values that hold no numbers, so that
// running the network once writes its operations down. Over 60 lines because graphOps is a table, one entry
// per operation. Not here: fusing operations (fuse.ts), kernels (forward.ts).
import type { Ops } from '../ops.ts';
import type { Activation } from './kernels/activations.ts';
import type { AttentionGeometry } from './kernels/attention/attention-operands.ts';
import type { ConvForward, ConvGeometry } from './kernels/conv/geometry.ts';
import type { GroupNormGeometry } from './kernels/group-norm/geometry.ts';
import type { EmbeddingGeometry } from './kernels/embedding.ts';
import type { LayerNormGeometry } from './kernels/layer-norm.ts';
import { type ElementType, rowsIn, type Value } from './kernels/value.ts';

/** A convolution, or a linear layer as a 1x1 convolution over its rows (weight [ins, outs]). */
export interface ConvOperation extends Omit<ConvForward, 'bias'> {
  op: 'conv';
  geometry: ConvGeometry;
  bias: Value | null;
}

export interface GroupNormOperation {
  op: 'groupNorm';
  geometry: GroupNormGeometry;
  x: Value;
  /** If not null, the norm also makes x: the channels of a, then those of b. */
  joins: { a: Value; b: Value } | null;
  /** [2 C]: scale, then shift, adjacent in memory. */
  affine: Value;
  parameters: readonly [scale: Value, shift: Value];
  y: Value;
}

export interface LayerNormOperation {
  op: 'layerNorm';
  geometry: LayerNormGeometry;
  x: Value;
  /** [2 C]: scale, then shift, adjacent in memory. */
  affine: Value;
  parameters: readonly [scale: Value, shift: Value];
  y: Value;
}

export interface EmbeddingOperation {
  op: 'embedding';
  geometry: EmbeddingGeometry;
  ids: Value;
  table: Value;
  positions: Value | null;
  y: Value;
}

/** A forward operation: the values it reads, its result `y`, its geometry. */
export type Operation = Segmented &
  (
    | ConvOperation
    | GroupNormOperation
    | LayerNormOperation
    | { op: Activation; x: Value; y: Value }
    | { op: 'geglu'; x: Value; y: Value }
    | { op: 'attention'; geometry: AttentionGeometry; q: Value; k: Value; v: Value; y: Value }
    | EmbeddingOperation
    | { op: 'add'; a: Value; b: Value; y: Value }
    | { op: 'addPerChannel'; x: Value; perChannel: Value; y: Value }
    | { op: 'copy'; x: Value; y: Value }
    | { op: 'concat'; a: Value; b: Value; y: Value }
    | { op: 'upsample'; x: Value; y: Value }
    | {
        op: 'timestepEmbedding';
        timesteps: Value;
        channels: number;
        flipSinToCos: boolean;
        freqShift: number;
        y: Value;
      }
  );

interface Segmented {
  /** The number of the checkpointed segment (Ops.checkpoint) that it belongs to; absent: none. */
  segment?: number;
}

/** Makes values with ids of their own. A reshaped value keeps its id: it is the same memory. */
export class Values {
  #made = 0;

  make(label: string, shape: readonly number[], element: ElementType = 'f32'): Value {
    return { id: this.#made++, element, label, shape };
  }
}

type Shape4 = [number, number, number, number];

function convGeometry(
  x: Value,
  weight: Value,
  { kernel, stride, padding }: Parameters<Ops<Value>['conv2d']>[3],
): ConvGeometry {
  const [batch, height, width, ins] = x.shape as Shape4;
  const padBefore = padding === 'same' && kernel === 3 ? 1 : 0;
  const padded = (edge: number) => edge + (padding === 'same' ? 2 * padBefore : 1);
  const out = (edge: number) => Math.floor((padded(edge) - kernel) / stride) + 1;
  return {
    batch,
    height,
    width,
    ins,
    outHeight: out(height),
    outWidth: out(width),
    outs: weight.shape[3] as number,
    kernel,
    stride,
    padBefore,
    upsample: false,
  };
}

/** The rows of a matrix product as the pixels of a 1x1 convolution. */
function linearGeometry(x: Value, weight: Value): ConvGeometry {
  const batch = x.shape[0] as number;
  const rows = x.shape.slice(1, -1).reduce((product, edge) => product * edge, 1);
  const [ins, outs] = weight.shape as [number, number];
  const edges = { height: rows, width: 1, outHeight: rows, outWidth: 1 };
  return { batch, ...edges, ins, outs, kernel: 1, stride: 1, padBefore: 0, upsample: false };
}

/** All edges but the last. */
export const rowsOf = ({ shape }: Value): number =>
  shape.slice(0, -1).reduce((product, edge) => product * edge, 1);

/** Operations that append themselves to `operations` and return their result's value. */
export function graphOps(values: Values, operations: Operation[]): Ops<Value> {
  let [segments, segment] = [0, null as number | null];
  const write = (operation: Operation) =>
    operations.push(segment === null ? operation : { ...operation, segment });
  const activation = (op: Activation) => (x: Value) => {
    const y = values.make(`${x.label} ${op}`, x.shape);
    write({ op, x, y });
    return y;
  };
  const copied = (x: Value) => {
    const y = values.make(`${x.label} copy`, x.shape);
    write({ op: 'copy', x, y });
    return y;
  };
  const conv = (
    geometry: ConvGeometry,
    x: Value,
    weight: Value,
    bias: Value | null,
    shape: number[],
  ): Value => {
    const y = values.make(`${weight.label.replace('.weight', '')} out`, shape);
    write({ op: 'conv', geometry, x, weight, bias, perChannel: null, residual: null, y });
    return y;
  };
  return {
    checkpoint(run) {
      if (segment !== null) return run();
      segment = segments++;
      const result = run();
      segment = null;
      return result;
    },
    conv2d(x, weight, bias, opts) {
      const geometry = convGeometry(x, weight, opts);
      const { batch, outHeight, outWidth, outs } = geometry;
      return conv(geometry, x, weight, bias, [batch, outHeight, outWidth, outs]);
    },
    linear(x, weight, bias) {
      const geometry = linearGeometry(x, weight);
      return conv(geometry, x, weight, bias, [...x.shape.slice(0, -1), geometry.outs]);
    },
    groupNorm(x, scale, shift, groups, eps, act) {
      const channels = x.shape.at(-1) as number;
      const batch = x.shape[0] as number;
      const pixels = x.shape.slice(1, -1).reduce((product, edge) => product * edge, 1);
      const y = values.make(`${scale.label} out`, x.shape);
      const geometry = { batch, pixels, channels, groups, eps, act };
      const affine = values.make(`${scale.label} and shift`, [2 * channels]);
      const parameters = [scale, shift] as const;
      write({ op: 'groupNorm', geometry, x, joins: null, affine, parameters, y });
      return y;
    },
    layerNorm(x, scale, shift, eps) {
      const channels = x.shape.at(-1) as number;
      const y = values.make(`${scale.label} out`, x.shape);
      const affine = values.make(`${scale.label} and shift`, [2 * channels]);
      const geometry = { rows: rowsOf(x), channels, eps };
      write({ op: 'layerNorm', geometry, x, affine, parameters: [scale, shift], y });
      return y;
    },
    silu: activation('silu'),
    gelu: activation('gelu'),
    quickGelu: activation('quickGelu'),
    geglu(x) {
      const y = values.make(`${x.label} geglu`, [...x.shape.slice(0, -1), (x.shape.at(-1) as number) / 2]);
      write({ op: 'geglu', x, y });
      return y;
    },
    attention(q, k, v, heads, mask) {
      const [batch, queries, channels] = q.shape as [number, number, number];
      const y = values.make(`${q.label} attention`, q.shape);
      const geometry = { batch, queries, keys: k.shape[1] as number, channels, heads, mask };
      write({ op: 'attention', geometry, q, k, v, y });
      return y;
    },
    embedding(ids, table, positions) {
      const [batch, length = 1] = ids.shape as [number, number?];
      const [channels, entries] = table.shape as [number, number];
      const y = values.make(`${table.label} rows`, [...ids.shape, channels]);
      const places = positions?.shape[1] ?? 0;
      const geometry = { batch, length, channels, entries, places };
      write({ op: 'embedding', geometry, ids, table, positions, y });
      return y;
    },
    add(a, b) {
      const y = values.make('sum', a.shape);
      write({ op: 'add', a, b, y });
      return y;
    },
    addPerChannel(x, perChannel) {
      const y = values.make('sum', x.shape);
      write({ op: 'addPerChannel', x, perChannel, y });
      return y;
    },
    concat(a, one) {
      // No kernel can read a value by two bindings.
      const b = one.id === a.id ? copied(one) : one;
      const channels = (a.shape.at(-1) as number) + (b.shape.at(-1) as number);
      const y = values.make(`${a.label} joined`, [...a.shape.slice(0, -1), channels]);
      write({ op: 'concat', a, b, y });
      return y;
    },
    upsampleNearest2x(x) {
      const [batch, height, width, channels] = x.shape as Shape4;
      const y = values.make(`${x.label} doubled`, [batch, 2 * height, 2 * width, channels]);
      write({ op: 'upsample', x, y });
      return y;
    },
    toTokens: (x) => {
      const [batch, height, width, channels] = x.shape as Shape4;
      return { ...x, shape: [batch, height * width, channels] };
    },
    toPixels: (x, height, width) => ({
      ...x,
      shape: [x.shape[0] as number, height, width, x.shape.at(-1) as number],
    }),
    timestepEmbedding(timesteps, channels, flipSinToCos, freqShift) {
      const y = values.make('timestep embedding', [timesteps.shape[0] as number, channels]);
      write({ op: 'timestepEmbedding', timesteps, channels, flipSinToCos, freqShift, y });
      return y;
    },
  };
}

/** The values an operation reads. */
export function operandsOf(operation: Operation): Value[] {
  const results = resultsOf(operation);
  const operands: Value[] = [];
  withValues(operation, (value) => {
    if (!results.includes(value)) operands.push(value);
    return value;
  });
  return operands;
}

/** Ids of the values that depend on a parameter. Only these have gradients. */
export function learningValues(operations: readonly Operation[]): Set<number> {
  const ids = new Set<number>();
  for (const operation of operations) {
    const hasParameters = 'weight' in operation || 'affine' in operation || 'table' in operation;
    if (hasParameters || operandsOf(operation).some((value) => ids.has(rowsIn(value).whole.id)))
      for (const { id } of resultsOf(operation)) ids.add(id);
  }
  return ids;
}

/** The values an operation makes. */
export const resultsOf = (operation: Operation): Value[] =>
  operation.op === 'groupNorm' && operation.joins ? [operation.x, operation.y] : [operation.y];

/** The same operation with other values: `of` is asked for every value that it reads or makes. */
export function withValues(operation: Operation, of: (value: Value) => Value): Operation {
  const orNull = (value: Value | null) => value && of(value);
  const y = of(operation.y);
  switch (operation.op) {
    case 'conv': {
      const { x, weight, bias, perChannel, residual } = operation;
      const terms = { bias: orNull(bias), perChannel: orNull(perChannel), residual: orNull(residual) };
      return { ...operation, x: of(x), weight: of(weight), ...terms, y };
    }
    case 'groupNorm': {
      const { x, joins, affine } = operation;
      const joined = joins && { a: of(joins.a), b: of(joins.b) };
      return { ...operation, x: of(x), joins: joined, affine: of(affine), y };
    }
    case 'layerNorm':
      return { ...operation, x: of(operation.x), affine: of(operation.affine), y };
    case 'attention':
      return { ...operation, q: of(operation.q), k: of(operation.k), v: of(operation.v), y };
    case 'embedding': {
      const { ids, table, positions } = operation;
      return { ...operation, ids: of(ids), table: of(table), positions: orNull(positions), y };
    }
    case 'add':
    case 'concat':
      return { ...operation, a: of(operation.a), b: of(operation.b), y };
    case 'addPerChannel':
      return { ...operation, x: of(operation.x), perChannel: of(operation.perChannel), y };
    case 'silu':
    case 'gelu':
    case 'quickGelu':
    case 'geglu':
    case 'copy':
    case 'upsample':
      return { ...operation, x: of(operation.x), y };
    case 'timestepEmbedding':
      return { ...operation, timesteps: of(operation.timesteps), y };
  }
}
