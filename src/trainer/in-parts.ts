// Splits the batch of an imported run that does not fit this device.
// Not here: what fits (training-device.ts).
import { type RunConfig, SETTINGS } from '../settings/settings.ts';

/**
 * The settings with the batch halved, and the gradient accumulation steps doubled, as often as needed until
 * `check` no longer throws: a step keeps its pictures, their order and its noise. Throws what `check` threw
 * last where halving does not help.
 */
export function inParts(config: RunConfig, check: (config: RunConfig) => unknown): RunConfig {
  try {
    check(config);
    return config;
  } catch (error) {
    const { batchSize, gradientAccumulationSteps } = config;
    const parts = gradientAccumulationSteps * 2;
    if (batchSize % 2 !== 0 || parts > SETTINGS.gradientAccumulationSteps.max) throw error;
    return inParts({ ...config, batchSize: batchSize / 2, gradientAccumulationSteps: parts }, check);
  }
}

/** The notice that a batch was split. */
export const inPartsNotice = (asked: RunConfig, fitting: RunConfig): string =>
  `A batch of ${asked.batchSize} does not fit this GPU: each step takes it in parts of ${fitting.batchSize} and averages their gradients.`;
