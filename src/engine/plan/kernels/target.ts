// What kernels are written for. Every function that makes kernels takes a Target and asks it what it needs to know.
// Not here: which target suits a device (run/plan-device.ts), what differs by it (the files of the kernels).

/**
 * Which kind of kernel: `tiles` (workgroup memory, shapes as constants) for GPUs in hardware; `registers` (no barriers, no
 * workgroup memory, no indexed arrays, shapes as uniforms, so that few pipelines serve all layers) for GPUs in software.
 */
export type Family = 'tiles' | 'registers';

/** Read-only, made once for a device: what a plan's kernels may rely on there. */
export interface Target {
  readonly family: Family;
  /** What convolutions and matrix products read and multiply. */
  readonly precision: 'f32';
  /** Whether kernels may use WGSL's quad operations (the device has the feature `subgroups`). */
  readonly subgroups: boolean;
}
