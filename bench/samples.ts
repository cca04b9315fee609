// Times 16 samples by DDIM from an executor's EMA weights. Not here: the sampler (src/diffusion), pictures.
import { SAMPLE_COUNT } from '../src/settings/sample-counts.ts';
import { noiseLevels } from '../src/diffusion/noise-levels.ts';
import { createSampler, initialNoise } from '../src/diffusion/sampler.ts';
import type { Executor } from '../src/engine/executor.ts';
import type { Task } from './task.ts';

/**
 * Draws 16 samples in `calls` denoising calls and times them. `prediction`: the network's answer in one call
 * before them, which compiles the shaders and is not timed; for comparison with another executor.
 */
export async function drawSamples(
  executor: Executor,
  task: Task,
  calls: number,
): Promise<{ msPerCall: number; prediction: Float32Array }> {
  const [, height, width, channels] = task.shape;
  const shape: Task['shape'] = [SAMPLE_COUNT, height, width, channels];
  const size = height * width * channels;
  let x = new Float32Array(SAMPLE_COUNT * size);
  for (let sample = 0; sample < SAMPLE_COUNT; sample++) x.set(initialNoise(0, sample, size), sample * size);
  const sampler = createSampler({
    levels: noiseLevels({ predictionType: 'epsilon', noiseSchedule: 'linear' }),
    predictionType: 'epsilon',
    sampler: 'ddim',
    spacing: 'leading',
    steps: calls,
  });
  const held = executor.hold('ema');
  const predict = (data: Float32Array, timestep: number) =>
    executor.predict(held, {
      sample: { data, shape },
      timestep: { data: new Float32Array(SAMPLE_COUNT).fill(timestep), shape: [SAMPLE_COUNT] },
      ...task.conditions(0, SAMPLE_COUNT),
    });
  const first = await predict(x, 500);
  const started = performance.now();
  for (const [i, timestep] of sampler.timesteps.entries()) {
    const prediction = await predict(x, timestep);
    x = sampler.step(i, x, prediction, null);
  }
  const msPerCall = (performance.now() - started) / calls;
  held.release();
  return { msPerCall, prediction: first };
}
