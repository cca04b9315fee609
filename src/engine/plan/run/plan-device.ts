// What a plan asks of a device, and what is planned for a device: target and sizes. Not here: the bytes that
// training takes (training-bytes.ts), running the plan (plan-executor.ts, plan-predictor.ts).
import type { Device } from '../../device/device.ts';
import type { Network, ParameterSpec } from '../../executor.ts';
import type { BatchShape, Inputs } from '../../inputs.ts';
import type { Family, Precision, Target, Vendor } from '../kernels/target.ts';
import type { TileChoices } from '../kernels/conv/tile-choice.ts';
import type { PlanSpec } from '../plan-spec.ts';

export interface PlanOptions {
  /** The shape of every input, for one batch. */
  inputs: Inputs<BatchShape>;
  /** Batches of a step; default 1. */
  microBatches?: number;
  /** See PlanSpec. */
  gradientCheckpointing?: boolean;
  /** Family of kernels; default: the one that suits the device. */
  family?: Family;
  /** Default: full. */
  precision?: Precision;
  /** Tile shapes known to be fastest here. On a GPU in hardware the missing ones are timed. */
  tiles?: TileChoices;
  /** Longest time for timing; default 0, no timing. */
  tuneMs?: number;
  /** Called with the number of convolutions timed so far, and of all. */
  onTimed?: (done: number, total: number) => void;
}

/** What plans ask of a device. */
export type PlanDevice = Pick<Device, 'webgpu' | 'software'>;

/**
 * The target of a device's kernels; `family` defaults to the one that suits it. Throws if the device is not
 * webgpu.
 */
export function targetOf(device: PlanDevice, family?: Family, precision: Precision = 'full'): Target {
  const gpu = gpuOf(device);
  return {
    family: family ?? (device.software ? 'registers' : 'tiles'),
    precision,
    subgroups: gpu.features.has('subgroups'),
    vendor: vendorOf(gpu),
    subgroupSizes: subgroupSizesOf(gpu),
  };
}

/** Not every browser tells. */
const infoOf = ({ adapterInfo }: GPUDevice): Partial<GPUAdapterInfo> => adapterInfo ?? {};

function vendorOf(gpu: GPUDevice): Vendor {
  const { vendor = '' } = infoOf(gpu);
  return (['intel', 'amd'] as const).find((name) => name === vendor.toLowerCase()) ?? 'other';
}

function subgroupSizesOf(gpu: GPUDevice): number[] {
  const { subgroupMinSize = 0, subgroupMaxSize = 0 } = infoOf(gpu);
  if (!gpu.features.has('subgroup-size-control')) return [];
  return [8, 16, 32, 64, 128].filter((size) => size >= subgroupMinSize && size <= subgroupMaxSize);
}

/** What a plan is made from on this device. Throws if the device is not webgpu. */
export function planSpecOn(
  device: PlanDevice,
  parameters: readonly ParameterSpec[],
  network: Network,
  { inputs, microBatches = 1, gradientCheckpointing = false, family, precision, tiles = {} }: PlanOptions,
): PlanSpec {
  const { limits } = gpuOf(device);
  return {
    parameters,
    network,
    inputs,
    microBatches,
    gradientCheckpointing,
    tiles,
    target: targetOf(device, family, precision),
    bufferBytes: Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize),
  };
}

/** The device's GPUDevice. Throws if the device is not webgpu. */
export function gpuOf({ webgpu }: Pick<Device, 'webgpu'>): GPUDevice {
  if (!webgpu) throw new Error('a plan runs on webgpu only');
  return webgpu;
}
