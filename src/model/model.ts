// A network and all that follows from its config: its parameters, the function that runs it, the shapes of
// its inputs, its first weights. Device, checkpoints, exports and imports take this one value. Not here:
// which model a run trains (settings/presets.ts), the network's layers (unet.ts).
import type { Network, ParameterSpec } from '../engine/executor.ts';
import type { BatchShape, Inputs } from '../engine/inputs.ts';
import { sizeOf } from '../engine/layout.ts';
import { initialWeights } from './init.ts';
import { unetParameters } from './parameters.ts';
import type { UNetConfig } from './unet-config.ts';
import { unet } from './unet.ts';

export interface Model {
  readonly config: UNetConfig;
  /** Names and shapes as in diffusers' state_dict, in its order. Every list of weights has this order. */
  readonly parameters: readonly ParameterSpec[];
  /** Values in all parameters together. */
  readonly parameterCount: number;
  readonly network: Network;
  /** Shapes of the network's inputs for a batch of `batch` pictures. */
  readonly inputs: (batch: number) => Inputs<BatchShape>;
  /** One array per parameter, in PyTorch's layout. Equal seeds give equal bits on every machine. */
  readonly initialWeights: (seed: number) => Float32Array<ArrayBuffer>[];
}

/** The model that diffusers' UNet2DModel makes of this config. */
export function modelOf(config: UNetConfig): Model {
  const parameters = unetParameters(config);
  return {
    config,
    parameters,
    parameterCount: parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    network: (ops, weights, inputs) => unet(ops, config, weights, inputs),
    inputs: (batch) => ({ sample: [batch, ...config.sampleSize, config.inChannels], timestep: [batch] }),
    initialWeights: (seed) => initialWeights(parameters, seed),
  };
}
