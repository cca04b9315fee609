// A network and all that follows from its config: its parameters, the function that runs it, the weights it starts from.
// The one value that device, checkpoints, exports and imports take. Not here: settings, and the network's own layers
// (unet.ts).
import type { Network, ParameterSpec } from '../engine/executor.ts';
import { sizeOf } from '../engine/layout.ts';
import { initialWeights } from './init.ts';
import { unetParameters } from './parameters.ts';
import type { UNetConfig } from './unet-config.ts';
import { unet } from './unet.ts';

export interface Model {
  readonly config: UNetConfig;
  /** Names and shapes as in diffusers' state_dict, in its order, which is that of every list of weights. */
  readonly parameters: readonly ParameterSpec[];
  /** Values in all parameters together. */
  readonly parameterCount: number;
  readonly network: Network;
  /** One array per parameter, PyTorch's layout. The same for the same seed, everywhere. */
  readonly initialWeights: (seed: number) => Float32Array<ArrayBuffer>[];
}

/** The model of diffusers' UNet2DModel with this config. */
export function modelOf(config: UNetConfig): Model {
  const parameters = unetParameters(config);
  return {
    config,
    parameters,
    parameterCount: parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    network: (ops, weights, inputs) => unet(ops, config, weights, inputs),
    initialWeights: (seed) => initialWeights(parameters, seed),
  };
}
