// Plans a forward pass alone, which samples are drawn with. Pure data, like training-plan.ts. Not here:
// running it (run/plan-predictor.ts).
import type { Inputs } from '../inputs.ts';
import { mapInputs } from '../inputs.ts';
import { Emission } from './emission.ts';
import { emitForward } from './forward.ts';
import { Values } from './graph.ts';
import { Homes, openShards, putPieces } from './homes.ts';
import type { Kernel } from './kernels/kernel.ts';
import type { Value } from './kernels/value.ts';
import { type Placement, placeValues } from './placement.ts';
import type { PlanSpec } from './plan-spec.ts';
import { writeNetwork } from './written-network.ts';

export interface InferencePlan extends Placement {
  forward: Kernel[];
  inputs: Inputs<Value>;
  prediction: Value;
}

/**
 * The weights' homes are in `homes` but hold nothing: the caller binds the weights it predicts from. Throws
 * FaultError (kind `memory`) if a value is larger than a buffer may be.
 */
export function planInference(spec: Omit<PlanSpec, 'microBatches'>): InferencePlan {
  const values = new Values();
  const homes = new Homes();
  const emission = new Emission(spec.target, values, spec.tiles);
  const written = writeNetwork(values, spec);
  openShards(homes, written.layout, 'weights');
  putPieces(homes, written.layout, 'weights');
  const inputs = mapInputs(written.inputs, (value) => homes.put(value, 'pass'));
  const prediction = homes.put(written.prediction, 'pass');
  for (const operation of written.operations) emitForward(emission, operation, new Map());
  const forward = emission.take();
  return { ...placeValues(emission, homes, forward, spec.bufferBytes), forward, inputs, prediction };
}
