// What a plan needs of a device, and what is planned for one: the family of kernels, sizes, bytes. Not here: running it.
import type { Device } from '../../device/device.ts';
import type { Network, ParameterSpec } from '../../executor.ts';
import type { BatchShape, Inputs } from '../../inputs.ts';
import type { Family, Target } from '../kernels/target.ts';
import type { TileChoices } from '../kernels/conv/tile-choice.ts';
import { planTraining } from '../training-plan.ts';
import type { PlanSpec } from '../plan-spec.ts';

export interface PlanOptions {
  /** The shapes of every batch's inputs. */
  inputs: Inputs<BatchShape>;
  /** Batches of a step; 1 when left out. */
  microBatches?: number;
  /** Kernels for GPUs in hardware or in software; by the device when left out. */
  family?: Family;
  /** Tile shapes known to be fastest here: what is missing is timed, on a GPU in hardware. */
  tiles?: TileChoices;
  /** Longest time that timing may take; 0 times nothing. */
  tuneMs?: number;
  /** Convolutions timed so far, and in all. */
  onTimed?: (done: number, total: number) => void;
  /** Pipelines compiled so far, and in all. */
  onCompiled?: (done: number, total: number) => void;
}

export type PlanDevice = Pick<Device, 'webgpu' | 'software'>;

/** What kernels are written for on a device: its own family where none is given. Throws where it has no webgpu. */
export function targetOf(device: PlanDevice, family?: Family): Target {
  return {
    family: family ?? (device.software ? 'registers' : 'tiles'),
    precision: 'f32',
    subgroups: gpuOf(device).features.has('subgroups'),
  };
}

/** What is planned for a device that has webgpu. */
export function planSpecOn(
  device: PlanDevice,
  parameters: readonly ParameterSpec[],
  network: Network,
  { inputs, microBatches = 1, family, tiles = {} }: PlanOptions,
): PlanSpec {
  const { limits } = gpuOf(device);
  return {
    parameters,
    network,
    inputs,
    microBatches,
    tiles,
    target: targetOf(device, family),
    bufferBytes: Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize),
  };
}

/** Bytes of all GPU buffers that training would make, exactly, without making any. Throws FaultError (kind `memory`) where it cannot fit. */
export function trainingBytes(
  device: PlanDevice,
  parameters: readonly ParameterSpec[],
  network: Network,
  options: PlanOptions,
): number {
  return planTraining(planSpecOn(device, parameters, network, options)).allocatedBytes;
}

export function gpuOf({ webgpu }: Pick<Device, 'webgpu'>): GPUDevice {
  if (!webgpu) throw new Error('a plan runs on webgpu only');
  return webgpu;
}
