// What a forward pass costs: operations, multiply-adds, activations. Runs the network itself over shapes (Ops<Shape>),
// so that nothing is allocated and nothing can drift from unet.ts. Not here: milliseconds of a machine.
import { sizeOf } from '../engine/layout.ts';
import type { Ops } from '../engine/ops.ts';
import type { Model } from './model.ts';

type Shape = readonly number[];

export interface Cost {
  /** Values in the parameters that the pass touched. */
  parameters: number;
  /** Of convolutions, linear layers and attention, the whole batch; nothing else counts. */
  multiplyAdds: number;
  /** Operations of Ops<T> executed. */
  operations: number;
  /** Values that operations made: what a backward pass keeps at most. */
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

/** Ops that only count. Every operation answers the shape of its result; shapes that do not fit are an error. */
function countingOps(cost: Cost): Ops<Shape> {
  const made = (shape: Shape, multiplyAdds = 0, ...touched: Shape[]): Shape => {
    cost.operations++;
    cost.multiplyAdds += multiplyAdds;
    cost.activations += sizeOf(shape);
    for (const weight of touched) cost.parameters += sizeOf(weight);
    return shape;
  };
  return {
    conv2d(x, weight, bias, { stride }) {
      expectSame('conv2d', at(weight, 1), at(x, -1));
      const out = [at(x, 0), at(x, 1) / stride, at(x, 2) / stride, at(weight, 0)];
      return made(out, sizeOf(out) * sizeOf(weight.slice(1)), weight, bias);
    },
    linear(x, weight, bias) {
      expectSame('linear', at(weight, 1), at(x, -1));
      const out = [...x.slice(0, -1), at(weight, 0)];
      return made(out, sizeOf(out) * at(weight, 1), weight, bias);
    },
    groupNorm(x, scale, shift) {
      expectSame('groupNorm', at(scale, 0), at(x, -1));
      return made(x, 0, scale, shift);
    },
    silu: (x) => made(x),
    attention: (q, k) => made(q, 2 * sizeOf(q) * at(k, 1)),
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

/** The cost of one forward pass over `batch` pictures. A training step (forward and backward) makes three times the multiply-adds. */
export function forwardCost({ config, parameters, network }: Model, batch: number): Cost {
  const cost = { parameters: 0, multiplyAdds: 0, operations: 0, activations: 0 };
  const weights = Object.fromEntries(parameters.map(({ name, shape }) => [name, shape]));
  const inputs = { sample: [batch, ...config.sampleSize, config.inChannels], timestep: [batch] };
  network<Shape>(countingOps(cost), weights, inputs);
  return cost;
}
