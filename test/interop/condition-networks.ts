// 28 UNet2DConditionModels that diffusers has counted (interop/condition_networks.py): candidates for
// training here, those of public notebooks, Stable Diffusion 1.5, and one for each option. Not here: their
// numbers in use (golden-case.ts).
import { fromDiffusersUNet } from '../../src/model/diffusers-unet.ts';
import type { UNet2DConditionConfig } from '../../src/model/unet-config.ts';
import { readJson } from './golden-files.ts';

interface ConditionNetwork {
  name: string;
  /** Arguments of UNet2DConditionModel. */
  json: Record<string, unknown>;
  config: UNet2DConditionConfig;
  tensors: number;
  parameters: number;
  /** Of a line "name shape" for each tensor of the state_dict, in its order. */
  sha256: string;
}

export function conditionNetworks(): ConditionNetwork[] {
  type Stored = Omit<ConditionNetwork, 'config' | 'json'> & { config: Record<string, unknown> };
  const { networks } = readJson('condition-networks') as { networks: Stored[] };
  return networks.map(({ config: fields, ...facts }) => {
    const json = { _class_name: 'UNet2DConditionModel', ...fields };
    const config = fromDiffusersUNet(json);
    if (config.className !== 'UNet2DConditionModel') throw new Error(`${facts.name} is of another class`);
    return { ...facts, json, config };
  });
}
