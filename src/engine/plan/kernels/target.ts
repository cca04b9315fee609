// What kernels are written for. Every function that makes kernels takes a Target and reads from it the family
// and the optional features. Not here: which target suits a device (run/plan-device.ts), how kernels differ
// by target (the files of the kernels).

/**
 * The kernel family. `tiles`, for GPUs in hardware: workgroup memory and barriers, shapes as constants of the
 * source. `registers`, for GPUs in software: no barriers and no workgroup memory, sums in named variables
 * (register blocking), shapes in the uniform, so that few pipelines serve all layers.
 */
export type Family = 'tiles' | 'registers';

/** `full`: everything float32. `mixed`: activations and their gradients as halves, with loss scaling. */
export type Precision = 'full' | 'mixed';

/** Makers of GPUs whose compilers want tiles of their own. */
export type Vendor = 'intel' | 'amd' | 'other';

/** What the kernels of a plan may rely on; made once for each device. */
export interface Target {
  readonly family: Family;
  /** How a training step stores activations and their gradients; it computes with float32. */
  readonly precision: Precision;
  /** Whether kernels may use WGSL's quad operations: the device has the WebGPU feature `subgroups`. */
  readonly subgroups: boolean;
  readonly vendor: Vendor;
  /**
   * Subgroup sizes that a kernel may ask for, ascending; none without the WebGPU feature
   * `subgroup-size-control`.
   */
  readonly subgroupSizes: readonly number[];
}

/**
 * The subgroup size in which Intel's compiler (Mesa's) keeps a GEMM's sums in registers: the smallest. Null:
 * another maker, or sizes cannot be asked for.
 */
export const sizeForIntel = ({ vendor, subgroupSizes }: Target): number | null =>
  vendor === 'intel' ? (subgroupSizes[0] ?? null) : null;

/**
 * Whether a training step stores activations as halves. Not with the kernels for GPUs in software, which
 * write them one by one: there mixed precision is loss scaling alone.
 */
export const storesHalves = ({ family, precision }: Pick<Target, 'family' | 'precision'>): boolean =>
  family === 'tiles' && precision === 'mixed';
