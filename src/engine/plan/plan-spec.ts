// What a plan is made for. Not here: the plans.
import type { Network, ParameterSpec } from '../executor.ts';
import type { BatchShape, Inputs } from '../inputs.ts';
import type { Target } from './kernels/target.ts';
import type { TileChoices } from './kernels/conv/tile-choice.ts';

export interface PlanSpec {
  parameters: readonly ParameterSpec[];
  network: Network;
  /** The shapes of a batch's inputs. */
  inputs: Inputs<BatchShape>;
  /** Batches a step averages over. */
  microBatches: number;
  target: Target;
  /** Most bytes of one buffer, and of one binding. */
  bufferBytes: number;
  /** Tile shapes chosen by timing; none when left out. */
  tiles?: TileChoices;
}

export type NetworkSpec = Pick<PlanSpec, 'parameters' | 'network' | 'inputs' | 'bufferBytes'>;
