// Predicts by a plan from given weights, without training: what draws from a checkpoint that is not the
// current run's. Not here: the forward-only plan (plan-predictor.ts), the same for eager
// (eager-predictor.ts).
import { FaultError } from '../../../fault.ts';
import type { HeldWeights, Network, ParameterSpec, Predictor } from '../../executor.ts';
import { storage } from './buffers.ts';
import { flatten } from '../flat-layout.ts';
import { gpuOf, type PlanDevice, type PlanOptions, planSpecOn } from './plan-device.ts';
import { PlanPredictor } from './plan-predictor.ts';
import { pipelineCacheOf } from './program.ts';
import { Pace } from './submission.ts';
import { layoutOf } from '../written-network.ts';

/**
 * A predictor of `weights` (one array per parameter, PyTorch's layout). `hold` always returns the same held
 * weights; their release frees all GPU memory of the predictor, after the prediction that is running. Throws
 * FaultError (kind `memory`) if the weights do not fit.
 */
export async function createPlanPredictor(
  device: PlanDevice,
  parameters: readonly ParameterSpec[],
  network: Network,
  options: Pick<PlanOptions, 'inputs' | 'tiles'>,
  weights: readonly Float32Array[],
): Promise<Predictor> {
  const gpu = gpuOf(device);
  const spec = planSpecOn(device, parameters, network, options);
  const shards = flatten(layoutOf(spec), weights);
  const predictor = new PlanPredictor(spec, pipelineCacheOf(gpu), new Pace(device.software));
  // If memory is refused, writing to it is refused too: both scopes together make one fault of it.
  gpu.pushErrorScope('validation');
  gpu.pushErrorScope('out-of-memory');
  const sources = shards.map((shard) => upload(gpu, shard));
  const held = predictor.hold(sources);
  for (const source of sources) source.destroy();
  const [refused, wrong] = await Promise.all([gpu.popErrorScope(), gpu.popErrorScope()]);
  if (refused ?? wrong) predictor.dispose();
  if (refused) throw new FaultError(notEnough(sources, refused.message));
  if (wrong) throw new Error(wrong.message);
  return releasedOnce(predictor, held);
}

function upload(gpu: GPUDevice, shard: Float32Array<ArrayBuffer>): GPUBuffer {
  const buffer = storage(gpu, 'given weights', shard.byteLength);
  gpu.queue.writeBuffer(buffer, 0, shard);
  return buffer;
}

/**
 * Waits for the last running prediction before it disposes: a buffer that is still read must not be
 * destroyed.
 */
function releasedOnce(predictor: PlanPredictor, weights: HeldWeights): Predictor {
  let last: Promise<unknown> = Promise.resolve();
  let released = false;
  const held = {
    release: () => {
      if (!released) void last.then(() => predictor.dispose());
      released = true;
    },
  };
  return {
    hold: () => held,
    predict: (from, inputs) => {
      if (from !== held || released)
        throw new Error('these weights were released, or are of another predictor');
      const prediction = predictor.predict(weights, inputs);
      last = prediction.catch(() => undefined);
      return prediction;
    },
  };
}

const notEnough = (sources: readonly GPUBuffer[], got: string) => ({
  kind: 'memory' as const,
  title: 'The GPU has not enough memory for this network',
  what: 'The memory of its weights was refused. Nothing was changed.',
  expected: `${Math.ceil((2 * sources.reduce((sum, { size }) => sum + size, 0)) / 2 ** 20)} MiB of GPU memory`,
  got,
  todo: ['Close other tabs that use the GPU.'],
});
