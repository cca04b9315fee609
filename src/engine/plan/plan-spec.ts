// What a plan is made for, and what it tells of its size. Not here: the plans.
import type { Network, ParameterSpec } from '../executor.ts';
import type { Target } from './kernels/target.ts';
import type { TileChoices } from './kernels/conv/tile-choice.ts';

export interface PlanSpec {
  parameters: readonly ParameterSpec[];
  network: Network;
  /** [B, H, W, C] of a batch. */
  shape: readonly [number, number, number, number];
  /** Batches a step averages over. */
  microBatches: number;
  target: Target;
  /** Most bytes of one buffer, and of one binding. */
  bufferBytes: number;
  /** Tile shapes chosen by timing; none when left out. */
  tiles?: TileChoices;
}

export type NetworkSpec = Pick<PlanSpec, 'parameters' | 'network' | 'shape' | 'bufferBytes'>;

/** What a plan knows about its size. */
export interface PlanMemory {
  /** Bytes of all GPU buffers that a step uses. */
  allocatedBytes: number;
  /** Largest sum, over the points of the step, of what is still needed. */
  liveBytes: number;
}
