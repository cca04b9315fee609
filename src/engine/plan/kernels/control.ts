// The numbers that a step passes to its kernels, as one vector. Not here: the scale of the loss in mixed
// precision (loss-scaling.ts), the kernels (loss.ts, optimizer.ts).
import type { StepSettings } from '../../executor.ts';

/**
 * Index of each f32 that a step passes to its kernels. Differences from 1 are computed in float64:
 * 1 - float32(0.999) has a relative error of 5e-5.
 */
export const CONTROL = {
  /** 1: gradients are added to those of the micro-batches before; 0: they replace the old values. */
  accumulate: 0,
  /** 1 / pictures of the whole step. */
  gradientScale: 1,
  /** Index within the step of this micro-batch's first picture. */
  firstPicture: 2,
  gradientClip: 3,
  /** 1 - beta1 */
  newGradient: 4,
  beta2: 5,
  /** 1 - beta2 */
  newSquare: 6,
  epsilon: 7,
  /** 1 - learning rate * weight decay */
  kept: 8,
  /** learning rate / (1 - beta1^t) */
  stepSize: 9,
  /** sqrt(1 - beta2^t) */
  correction: 10,
  /** 1 - emaDecay */
  newWeight: 11,
  /** In mixed precision: steps that were skipped before, as far as the processor knows. */
  skipped: 12,
} as const;
/** Length of the control vector; its unused end is zero. */
export const CONTROL_LENGTH = 16;

/**
 * The control vector [CONTROL_LENGTH] of one micro-batch. `first`: index within the step of the micro-batch's
 * first picture; `pictures`: number of pictures of the whole step.
 */
export function controlOf(
  settings: StepSettings,
  { first, pictures }: { first: number; pictures: number },
): Float32Array<ArrayBuffer> {
  const { optimizerStep, learningRate, beta1, beta2 } = settings;
  const control = new Float32Array(CONTROL_LENGTH);
  control[CONTROL.accumulate] = first > 0 ? 1 : 0;
  control[CONTROL.gradientScale] = 1 / pictures;
  control[CONTROL.firstPicture] = first;
  control[CONTROL.gradientClip] = settings.gradientClip;
  control[CONTROL.newGradient] = 1 - beta1;
  control[CONTROL.beta2] = beta2;
  control[CONTROL.newSquare] = 1 - beta2;
  control[CONTROL.epsilon] = settings.epsilon;
  control[CONTROL.kept] = 1 - learningRate * settings.weightDecay;
  control[CONTROL.stepSize] = learningRate / (1 - beta1 ** optimizerStep);
  control[CONTROL.correction] = Math.sqrt(1 - beta2 ** optimizerStep);
  control[CONTROL.newWeight] = 1 - settings.emaDecay;
  return control;
}
