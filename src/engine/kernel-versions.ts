// Versions of the kernels, written into every checkpoint's `execution`. A change of the order of additions in
// a kernel has to raise its version: an older checkpoint then no longer promises the same bits. Not here: the
// kernels.

/** Version of the plan's WGSL kernels (plan/kernels), by their family. */
export const PLAN_KERNELS = { tiles: 4, registers: 3 } as const;
/** Version of TensorFlow.js and of our own operations on it (eager/). */
export const EAGER_KERNELS = 'tfjs 4.22.0, 1';
