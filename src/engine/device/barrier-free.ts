// Whether tfjs' kernels without barriers are preferred on this device. Not here: the convolutions that ask.

export let barrierFree = false;

/**
 * For GPUs in software (device.ts tells): of tfjs' kernels only those without barriers. Measured there on preset `tiny`, in
 * CPU time: a step 1.7 s instead of 2.4 s, a prediction of 16 images 1.5 s instead of 3.5 s, and less to compile.
 */
export function preferBarrierFree(prefer: boolean): void {
  barrierFree = prefer;
}
