// Which bits to expect: raised by whoever changes the order of additions in a kernel, so that a checkpoint of before does not
// promise the same bits after. Written into every checkpoint's `execution`.

/** Of the plan's WGSL kernels (plan/). */
export const PLAN_KERNELS = 2;
/** Of plain TensorFlow.js and our own operations on it (convolution.ts, group-norm.ts, sum-rows.ts, adamw.ts). */
export const EAGER_KERNELS = 'tfjs 4.22.0, 1';
