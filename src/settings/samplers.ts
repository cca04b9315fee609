// Which samplers a prediction type can use, and what a sampler's setting means otherwise. The form, the
// address, the view Generate and the drawing read the same rule. Not here: the samplers (diffusion/).
import type { Settings } from './settings.ts';

type SamplerName = Settings['sampler'];
type Prediction = Pick<Settings, 'predictionType'>;

/** Names for people. */
export const SAMPLER_TITLES: Readonly<Record<SamplerName, string>> = {
  ddim: 'DDIM',
  ddpm: 'DDPM',
  dpmpp_2m: 'DPM-Solver++ 2M',
  unipc: 'UniPC',
  euler: 'Euler',
};

const SAMPLERS = Object.keys(SAMPLER_TITLES) as SamplerName[];
/** DDIM and DDPM go by a table of alpha-bar; Euler's method is what DDIM becomes without one. */
const NEEDS_TABLE: readonly SamplerName[] = ['ddim', 'ddpm'];
const NEEDS_FLOW: readonly SamplerName[] = ['euler'];

/** The samplers that draw from a model of this prediction type, in the order of the table. */
export function samplersOf({ predictionType }: Prediction): readonly SamplerName[] {
  const barred = predictionType === 'flow_prediction' ? NEEDS_TABLE : NEEDS_FLOW;
  return SAMPLERS.filter((name) => !barred.includes(name));
}

/** The sampler that these settings come to: one that cannot draw is `euler` for a flow, else `ddim`. */
export function samplerOf({ predictionType, sampler }: Prediction & Pick<Settings, 'sampler'>): SamplerName {
  if (samplersOf({ predictionType }).includes(sampler)) return sampler;
  return predictionType === 'flow_prediction' ? 'euler' : 'ddim';
}

/** Whether `timestepSpacing` is for this sampler: the solvers always take `trailing` timesteps. */
export const isSpaced = (sampler: SamplerName): boolean => NEEDS_TABLE.includes(sampler);
