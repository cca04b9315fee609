// Claims about the counted cost of a forward pass. 6.2 GMAC: the figure published for ddpm-cifar10-32.
import { expect, it } from 'vitest';
import { modelOfRun, networkOf } from '../../src/settings/presets.ts';
import { forwardCost } from '../../src/model/cost.ts';
import { modelOf } from '../../src/model/model.ts';
import { conditionNetworks } from '../interop/condition-networks.ts';
import { goldenCases } from '../interop/golden-files.ts';

const CIFAR = modelOfRun({ preset: 'cifar', imageSize: 32 });

it('ddpm-cifar10-32 makes 6.2 GMAC a picture', () => {
  expect(forwardCost(CIFAR, 1).multiplyAdds / 1e9).toBeCloseTo(6.2, 1);
});

it.each(goldenCases())('a pass touches every parameter once: $name', (golden) => {
  const model = golden.model();
  expect(forwardCost(model, 1).parameters).toBe(model.parameterCount);
});

it('work and activations grow with the batch, parameters and operations do not', () => {
  const one = forwardCost(CIFAR, 1);
  expect(forwardCost(CIFAR, 4)).toEqual({
    ...one,
    multiplyAdds: 4 * one.multiplyAdds,
    activations: 4 * one.activations,
  });
});

it('a convolution is out pixels x out channels x in channels x 9', () => {
  const config = networkOf({ preset: 'tiny', imageSize: 16 });
  const wider = { ...config, outChannels: config.outChannels + 1 };
  const [h, w] = config.sampleSize;
  const more = forwardCost(modelOf(wider), 1).multiplyAdds - forwardCost(modelOf(config), 1).multiplyAdds;
  expect(more).toBe(h * w * (config.blockOutChannels[0] as number) * 9);
});

// torch.utils.flop_counter.FlopCounterMode of diffusers' networks, halved: one picture with `tokens` rows of
// text.
it.each([
  ['text-tiny 16px A (16,32) L1 x32 down1', 16, 0.022, 3],
  ['text-tiny 16px B (32,64) L1 x64 down1', 16, 0.084, 3],
  ['text-small 32px (64,128,128) x256 down1,2', 32, 2.09, 2],
  ['text 64px (64,128,256,256) x256 L2 down2,3', 32, 10.8, 1],
  ['text 64px (128,128,256,256) x256 L2 down2,3', 32, 17.1, 1],
  ['seed train8 latents (128,256,256) x512 L2 down1', 32, 7.66, 2],
  ['SD1.5', 32, 400, 0],
])('%s with %i tokens makes %f GMAC', (name, tokens, gigas, digits) => {
  const model = modelOf(conditionNetworks().find((network) => network.name === name)!.config);
  const inputs = (batch: number) => {
    const { encoder_hidden_states: states, ...others } = model.inputs(batch);
    return { ...others, encoder_hidden_states: [batch, tokens, states?.[2] ?? 0] as const };
  };
  expect(forwardCost({ ...model, inputs }, 1).multiplyAdds / 1e9).toBeCloseTo(gigas, digits);
});

it('a text encoder of 4 layers and 256 channels makes 0.10 GMAC for a text of 32 tokens', () => {
  const unet = conditionNetworks().find(({ name }) => name === 'text 64px (64,128,256,256) x256 L2 down2,3')!;
  const alone = modelOf(unet.config);
  const inputs = (batch: number) => ({
    ...alone.inputs(batch),
    encoder_hidden_states: [batch, 32, 256] as const,
  });
  const without = forwardCost({ ...alone, inputs }, 1).multiplyAdds;
  const joint = forwardCost(modelOf(unet.config, SMALL_ENCODER), 1).multiplyAdds;
  expect((joint - without) / 1e9).toBeCloseTo(0.1, 2);
});

const SMALL_ENCODER = {
  vocabSize: 4096,
  hiddenSize: 256,
  intermediateSize: 1024,
  numHiddenLayers: 4,
  numAttentionHeads: 8,
  maxPositionEmbeddings: 32,
  hiddenAct: 'quick_gelu',
  layerNormEps: 1e-5,
  bosTokenId: 4094,
  eosTokenId: 4095,
  padTokenId: 4095,
} as const;
