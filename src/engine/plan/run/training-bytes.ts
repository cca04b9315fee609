// The GPU memory that training by a plan takes, known before anything is allocated. Not here: where values
// lie (placement.ts), the fault that names a batch size that fits (trainer/training-device.ts).
import type { Network, ParameterSpec } from '../../executor.ts';
import { planTraining } from '../training-plan.ts';
import { type PlanOptions, type PlanDevice, planSpecOn } from './plan-device.ts';

/**
 * Exact bytes of all GPU buffers that training would make; makes none. Throws FaultError (kind `memory`) if a
 * value is larger than a buffer may be.
 */
export function trainingBytes(
  device: PlanDevice,
  parameters: readonly ParameterSpec[],
  network: Network,
  options: PlanOptions,
): number {
  return planTraining(planSpecOn(device, parameters, network, options)).allocatedBytes;
}
