// Training as a user of the package `@tensorflow/tfjs` writes it: plain operations, tf.train.adam, and the
// WebGPU backend package beside it, with a device and flags of its own. Network, weights and batches are the
// task's. Not here: the operations (stock-ops.ts), the clock (steps.ts).
import * as tf from '@tensorflow/tfjs';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { GivenBatch } from '../src/engine/executor.ts';
import { mapInputs } from '../src/engine/inputs.ts';
import { engineShape, sizeOf, toEngineLayout } from '../src/engine/layout.ts';
import type { Task } from './task.ts';
import { stockOps } from './stock-ops.ts';

const BACKEND = 'stock-webgpu';

/**
 * The adapter's limits that tfjs-backend-webgpu 4.22 asks for (the file `base` of that package); its
 * features stand below.
 */
const LIMITS = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const;
const FEATURES: GPUFeatureName[] = ['timestamp-query', 'bgra8unorm-storage'];

export class StockTrainer {
  readonly device: GPUDevice;
  readonly #task: Task;
  readonly #variables: tf.Variable[];
  readonly #optimizer: tf.Optimizer;

  private constructor(device: GPUDevice, task: Task, variables: tf.Variable[]) {
    this.device = device;
    this.#task = task;
    this.#variables = variables;
    this.#optimizer = withStockFlags(() => tf.train.adam(task.learningRate));
  }

  /** Makes its backend the current one of tfjs. Throws where there is no adapter or no device. */
  static async start(task: Task): Promise<StockTrainer> {
    const { device, info } = await requestDevice();
    tf.copyRegisteredKernels('webgpu', BACKEND);
    tf.registerBackend(BACKEND, () => withStockFlags(() => new WebGPUBackend(device, info)));
    await tf.setBackend(BACKEND);
    const variables = task.parameters.map(({ name, shape }, i) => {
      const values = new Float32Array(sizeOf(shape));
      toEngineLayout(task.weights[i] as Float32Array, shape, values);
      return tf.variable(tf.tensor(values, engineShape(shape)), true, name);
    });
    return new StockTrainer(device, task, variables);
  }

  /** Makes its backend the current one, which the next step runs on. */
  async makeCurrent(): Promise<void> {
    await tf.setBackend(BACKEND);
  }

  /** One step. All its JavaScript runs before the promise is returned; it settles with the loss. */
  async step({ inputs, target }: GivenBatch): Promise<number> {
    const lossOf = () => {
      const weights = Object.fromEntries(
        this.#task.parameters.map(({ name }, i) => [name, this.#variables[i] as tf.Tensor]),
      );
      const given = mapInputs(inputs, ({ data, shape }) => tf.tensor(data, [...shape]));
      const prediction = this.#task.network<tf.Tensor>(stockOps, weights, given);
      const wanted = tf.tensor(target, [...inputs.sample.shape]);
      return tf.mean<tf.Scalar>(tf.square(tf.sub(prediction, wanted)));
    };
    const loss = withStockFlags(() => this.#optimizer.minimize(lossOf, true, this.#variables));
    if (!loss) throw new Error('the optimizer gave no loss back');
    const [value = NaN] = await loss.data();
    loss.dispose();
    return value;
  }

  dispose(): void {
    this.#optimizer.dispose();
    tf.dispose(this.#variables);
    tf.removeBackend(BACKEND);
    this.device.destroy();
  }
}

async function requestDevice(): Promise<{ device: GPUDevice; info: GPUAdapterInfo }> {
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error('stock TensorFlow.js: expected a graphics adapter, got none');
  const device = await adapter.requestDevice({
    label: 'stock',
    requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]])),
  });
  device.addEventListener('uncapturederror', ({ error }) => console.error(`stock: ${error.message}`));
  return { device, info: adapter.info };
}

/** Runs `work` with tfjs' default flags: src/engine has set flags for all backends of the page. */
function withStockFlags<T>(work: () => T): T {
  const ours = tf.env().getFlags();
  tf.env().setFlags({});
  try {
    return work();
  } finally {
    tf.env().setFlags(ours);
  }
}
