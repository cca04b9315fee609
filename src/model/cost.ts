// The cost of a forward pass: operations, multiply-adds, activations. Runs the network itself over shapes
// (Ops<Shape>): nothing is allocated, and the counts cannot drift from unet.ts. Not here: a device's speed.
import { sizeOf } from '../engine/layout.ts';
import type { Ops } from '../engine/ops.ts';
import type { Model } from './model.ts';

type Shape = readonly number[];

export interface Cost {
  /** Values in the parameters that the pass reads. */
  parameters: number;
  /** Over the whole batch. Only convolutions, linear layers and attention are counted. */
  multiplyAdds: number;
  /** Calls of Ops<T>. */
  operations: number;
  /** Values in the results of all operations: the most that a backward pass has to keep. */
  activations: number;
}

const at = (shape: Shape, axis: number): number => {
  const n = shape.at(axis);
  if (n === undefined) throw new Error(`Expected an axis ${axis}, got the shape [${shape.join(', ')}].`);
  return n;
};

function expectSame(what: string, a: number, b: number): void {
  if (a !== b) throw new Error(`${what}: expected ${a} channels, got ${b}.`);
}

/** Ops that count and compute nothing but the shape of each result. Throws where shapes do not fit. */
function countingOps(cost: Cost): Ops<Shape> {
  const made = (shape: Shape, multiplyAdds = 0, ...touched: Shape[]): Shape => {
    cost.operations++;
    cost.multiplyAdds += multiplyAdds;
    cost.activations += sizeOf(shape);
    for (const weight of touched) cost.parameters += sizeOf(weight);
    return shape;
  };
  return {
    checkpoint: (run) => run(),
    conv2d(x, weight, bias, { stride }) {
      expectSame('conv2d', at(weight, 1), at(x, -1));
      const out = [at(x, 0), at(x, 1) / stride, at(x, 2) / stride, at(weight, 0)];
      return made(out, sizeOf(out) * sizeOf(weight.slice(1)), weight, bias);
    },
    linear(x, weight, bias) {
      expectSame('linear', at(weight, 1), at(x, -1));
      const out = [...x.slice(0, -1), at(weight, 0)];
      return made(out, sizeOf(out) * at(weight, 1), weight, ...(bias ? [bias] : []));
    },
    groupNorm(x, scale, shift) {
      expectSame('groupNorm', at(scale, 0), at(x, -1));
      return made(x, 0, scale, shift);
    },
    layerNorm(x, scale, shift) {
      expectSame('layerNorm', at(scale, 0), at(x, -1));
      return made(x, 0, scale, shift);
    },
    silu: (x) => made(x),
    gelu: (x) => made(x),
    quickGelu: (x) => made(x),
    geglu: (x) => made([...x.slice(0, -1), at(x, -1) / 2]),
    attention: (q, k) => made(q, 2 * sizeOf(q) * at(k, 1)),
    embedding: (ids, table, positions) =>
      made([...ids, at(table, 1)], 0, table, ...(positions ? [positions] : [])),
    add(a, b) {
      expectSame('add', at(a, -1), at(b, -1));
      return made(a);
    },
    addPerChannel(x, bias) {
      expectSame('addPerChannel', at(x, -1), at(bias, -1));
      return made(x);
    },
    concat: (a, b) => made([...a.slice(0, -1), at(a, -1) + at(b, -1)]),
    upsampleNearest2x: (x) => made([at(x, 0), 2 * at(x, 1), 2 * at(x, 2), at(x, 3)]),
    toTokens: (x) => made([at(x, 0), at(x, 1) * at(x, 2), at(x, 3)]),
    toPixels: (x, height, width) => made([at(x, 0), height, width, at(x, -1)]),
    timestepEmbedding: (timesteps, channels) => made([at(timesteps, 0), channels]),
  };
}

/**
 * The cost of one forward pass over `batch` pictures. A training step (forward and backward) makes three
 * times the multiply-adds.
 */
export function forwardCost({ parameters, network, inputs }: Model, batch: number): Cost {
  const cost = { parameters: 0, multiplyAdds: 0, operations: 0, activations: 0 };
  const weights = Object.fromEntries(parameters.map(({ name, shape }) => [name, shape]));
  network<Shape>(countingOps(cost), weights, inputs(batch));
  return cost;
}
