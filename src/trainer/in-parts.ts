// A run whose batch does not fit the device it comes to. Not here: what fits (training-device.ts).
import { type RunConfig, SETTINGS } from '../settings/settings.ts';

const MOST_PARTS =
  SETTINGS.gradientAccumulationSteps.type === 'integer' ? SETTINGS.gradientAccumulationSteps.max : 1;

/**
 * The same run, its batch in halves whose gradients are averaged, as often as they have to be halved: pictures, order and
 * noise of a step stay what they were. `check` throws where settings do not fit; its last refusal is thrown where halves
 * do not help.
 */
export function inParts(config: RunConfig, check: (config: RunConfig) => unknown): RunConfig {
  try {
    check(config);
    return config;
  } catch (error) {
    const { batchSize, gradientAccumulationSteps } = config;
    const parts = gradientAccumulationSteps * 2;
    if (batchSize % 2 !== 0 || parts > MOST_PARTS) throw error;
    return inParts({ ...config, batchSize: batchSize / 2, gradientAccumulationSteps: parts }, check);
  }
}

export const inPartsNotice = (asked: RunConfig, fitting: RunConfig): string =>
  `A batch of ${asked.batchSize} does not fit this GPU: each step takes it in parts of ${fitting.batchSize} and averages their gradients.`;
