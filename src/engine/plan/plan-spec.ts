// What a plan is made from. Not here: the plans (training-plan.ts, inference-plan.ts).
import type { Network, ParameterSpec } from '../executor.ts';
import type { BatchShape, Inputs } from '../inputs.ts';
import type { Target } from './kernels/target.ts';
import type { TileChoices } from './kernels/conv/tile-choice.ts';

export interface PlanSpec {
  parameters: readonly ParameterSpec[];
  network: Network;
  /** The shape of every input, for one batch. */
  inputs: Inputs<BatchShape>;
  /** Batches that a step averages over. */
  microBatches: number;
  /** Whether segments (Ops.checkpoint) are computed again in the backward pass; default: all is kept. */
  gradientCheckpointing?: boolean;
  target: Target;
  /** Largest size of a buffer and of a binding. */
  bufferBytes: number;
  /** Tile shapes chosen by timing; default: none. */
  tiles?: TileChoices;
}

export type NetworkSpec = Pick<PlanSpec, 'parameters' | 'network' | 'inputs' | 'bufferBytes'>;
