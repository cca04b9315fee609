// The GPU memory that training by a plan takes, known before anything is allocated, and whether the device
// gives it. Not here: where values lie (placement.ts), what is offered instead (trainer/memory-offers.ts).
import type { Network, ParameterSpec } from '../../executor.ts';
import { FaultError } from '../../../fault.ts';
import { planTraining } from '../training-plan.ts';
import { Buffers } from './buffers.ts';
import { gpuOf, type PlanOptions, type PlanDevice, planSpecOn } from './plan-device.ts';

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

/**
 * As `trainingBytes`, but all buffers are made, and freed at once: null where the device does not give their
 * memory, or a value is larger than a buffer may be.
 */
export async function givenTrainingBytes(
  device: PlanDevice,
  parameters: readonly ParameterSpec[],
  network: Network,
  options: PlanOptions,
): Promise<number | null> {
  const spec = planSpecOn(device, parameters, network, options);
  try {
    const plan = planTraining(spec);
    const buffers = await Buffers.make(gpuOf(device), plan, spec.bufferBytes);
    buffers.dispose();
    return plan.allocatedBytes;
  } catch (error) {
    if (error instanceof FaultError && error.fault.kind === 'memory') return null;
    throw error;
  }
}
