// Runs the network once to write its operations down and lays its parameters out: the first step of every
// plan. Not here: the operations (graph.ts), their kernels (forward.ts, backward.ts).
import { FaultError } from '../../fault.ts';
import { type Inputs, mapInputs } from '../inputs.ts';
import { engineShape } from '../layout.ts';
import { type FlatLayout, layOut, piecesOf } from './flat-layout.ts';
import { fuse } from './fuse.ts';
import { graphOps, type Operation, resultsOf, Values } from './graph.ts';
import { joinLinears } from './join-linears.ts';
import { byteLengthOf, type Value } from './kernels/value.ts';
import { tooLarge } from './memory.ts';
import type { NetworkSpec } from './plan-spec.ts';

/** The network's operations, fused and joined, and where its parameters lie. */
export interface Written {
  operations: Operation[];
  layout: FlatLayout;
  inputs: Inputs<Value>;
  prediction: Value;
}

/** Throws FaultError (kind `memory`) if a value or a piece of the parameters is larger than `bufferBytes`. */
export function writeNetwork(
  values: Values,
  { parameters, network, inputs: shapes, bufferBytes }: NetworkSpec,
): Written {
  const raw: Operation[] = [];
  const weights = parameters.map((spec) => values.make(spec.name, engineShape(spec.shape)));
  const inputs = mapInputs(shapes, (shape, name) => values.make(name, shape));
  const byName = Object.fromEntries(weights.map((weight) => [weight.label, weight]));
  const prediction = network(graphOps(values, raw), byName, inputs);
  const fused = fuse(raw, [prediction]);
  const { operations, pieces } = joinLinears(values, fused, [prediction]);
  const norms = operations.flatMap((operation) =>
    operation.op === 'groupNorm' || operation.op === 'layerNorm'
      ? [{ value: operation.affine, parameters: operation.parameters }]
      : [],
  );
  // Checked before kernels are made: a network that is far too large would need a great many.
  for (const value of operations.flatMap(resultsOf))
    if (byteLengthOf(value) > bufferBytes)
      throw new FaultError(tooLarge(value.label, byteLengthOf(value), bufferBytes));
  const layout = layOut(parameters, piecesOf(weights, [...pieces, ...norms]), bufferBytes);
  return { operations, layout, inputs, prediction };
}

/** The operations alone, to look at before a plan is made. */
export function operationsOf(spec: NetworkSpec): Operation[] {
  return writeNetwork(new Values(), spec).operations;
}

/** Where the weights of the network lie. The same for every plan of it. */
export function layoutOf(spec: NetworkSpec): FlatLayout {
  return writeNetwork(new Values(), spec).layout;
}
