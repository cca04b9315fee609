// The network written down once as operations, with where its parameters lie: what every plan begins with. Not here: the
// operations themselves (graph.ts), their kernels.
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

/** The network written down once: its operations, and where its parameters lie. */
export interface Written {
  operations: Operation[];
  layout: FlatLayout;
  inputs: Inputs<Value>;
  prediction: Value;
}

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
    operation.op === 'groupNorm' ? [{ value: operation.affine, parameters: operation.parameters }] : [],
  );
  // Before kernels are made: of a network that is far too large there would be a great many.
  for (const value of operations.flatMap(resultsOf))
    if (byteLengthOf(value) > bufferBytes)
      throw new FaultError(tooLarge(value.label, byteLengthOf(value), bufferBytes));
  const layout = layOut(parameters, piecesOf(weights, [...pieces, ...norms]), bufferBytes);
  return { operations, layout, inputs, prediction };
}

/** The operations alone, to be looked at before a plan is made. */
export function operationsOf(spec: NetworkSpec): Operation[] {
  return writeNetwork(new Values(), spec).operations;
}

/** Where the weights of such a network lie, whatever the plan. */
export function layoutOf(spec: NetworkSpec): FlatLayout {
  return writeNetwork(new Values(), spec).layout;
}
