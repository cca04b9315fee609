// Noise schedule, prediction type and timestep spacing in diffusers' scheduler_config.json. Other fields that
// only say how samples are drawn are not read: they are settings of a run. Not here: the schedule itself
// (noise-schedule.ts).
import { FaultError, shownJson } from '../fault.ts';
import type { PredictionType } from './noise-levels.ts';
import { type NoiseSchedule, TIMESTEPS } from './noise-schedule.ts';
import type { TimestepSpacing } from './call-timesteps.ts';

/** What a file says of the noise. A flow has no noise schedule. */
export type SchedulerChoice =
  | { predictionType: 'epsilon' | 'v_prediction'; noiseSchedule: NoiseSchedule }
  | { predictionType: 'flow_prediction' };

export const BETA_SCHEDULES: Readonly<Record<NoiseSchedule, string>> = {
  linear: 'linear',
  cosine: 'squaredcos_cap_v2',
};

/** Fields that change what the network learns. The one supported value of each is diffusers' default. */
const FIXED: Readonly<Record<string, unknown>> = {
  num_train_timesteps: TIMESTEPS,
  trained_betas: null,
  rescale_betas_zero_snr: false,
};
/**
 * The same of a flow. Shifts move the noise levels of training and of samples: Perennial's are not shifted.
 */
const FIXED_FLOW: Readonly<Record<string, unknown>> = {
  num_train_timesteps: TIMESTEPS,
  shift: 1,
  flow_shift: 1,
  use_dynamic_shifting: false,
  invert_sigmas: false,
};
const LINEAR: Readonly<Record<string, unknown>> = { beta_start: 1e-4, beta_end: 0.02 };

/**
 * scheduler_config.json. Noise and v: of a DDPMScheduler; a DDPMPipeline with it draws as our sampler `ddpm`
 * does with this spacing. Flow: of a FlowMatchEulerDiscreteScheduler, whose own steps go from sigma 1 to
 * 0.001 and then to 0, where ours are equal. `clips`: pictures are in -1..1, as pixels are and latents are
 * not.
 */
export function toDiffusersScheduler(
  { noiseSchedule, predictionType }: { noiseSchedule: NoiseSchedule; predictionType: PredictionType },
  spacing: TimestepSpacing,
  clips = true,
): Record<string, unknown> {
  if (predictionType === 'flow_prediction')
    return { _class_name: 'FlowMatchEulerDiscreteScheduler', num_train_timesteps: TIMESTEPS, shift: 1.0 };
  return {
    _class_name: 'DDPMScheduler',
    ...FIXED,
    ...LINEAR,
    beta_schedule: BETA_SCHEDULES[noiseSchedule],
    prediction_type: predictionType,
    variance_type: 'fixed_small',
    clip_sample: clips,
    clip_sample_range: 1.0,
    timestep_spacing: spacing,
    steps_offset: 0,
    thresholding: false,
  };
}

/**
 * The choices in a scheduler_config.json. Throws FaultError kind `network` naming field, value and supported
 * values.
 */
export function fromDiffusersScheduler(json: unknown): SchedulerChoice {
  const fields = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
  const predicted = fields['prediction_type'] ?? 'epsilon';
  if (predicted === 'flow_prediction' || isFlow(fields['_class_name'])) {
    checkFixed(fields, FIXED_FLOW);
    return { predictionType: 'flow_prediction' };
  }
  const schedule = fields['beta_schedule'] ?? 'linear';
  checkFixed(fields, schedule === 'linear' ? { ...FIXED, ...LINEAR } : FIXED);
  const known = Object.entries(BETA_SCHEDULES) as [NoiseSchedule, string][];
  const found = known.find(([, name]) => name === schedule);
  if (!found) throw unsupported('beta_schedule', schedule, Object.values(BETA_SCHEDULES).join(', '));
  if (predicted !== 'epsilon' && predicted !== 'v_prediction')
    throw unsupported('prediction_type', predicted, 'epsilon, v_prediction, flow_prediction');
  return { noiseSchedule: found[0], predictionType: predicted };
}

const isFlow = (name: unknown): boolean => typeof name === 'string' && name.startsWith('FlowMatch');

function checkFixed(fields: Record<string, unknown>, only: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(only)) {
    const got = Object.hasOwn(fields, name) ? fields[name] : value;
    if (got !== value) throw unsupported(name, got, JSON.stringify(value));
  }
}

/**
 * The spacing that a scheduler_config.json asks for; null where it leaves the choice to the run. `leading` is
 * what diffusers writes where nobody chose, and `linspace` is none of ours.
 */
export function fromDiffusersSpacing(json: unknown): 'trailing' | null {
  const fields = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
  return fields['timestep_spacing'] === 'trailing' ? 'trailing' : null;
}

function unsupported(field: string, got: unknown, supported: string): FaultError {
  const shown = shownJson(got);
  return new FaultError({
    kind: 'network',
    title: `${field} is ${shown}`,
    what: 'A network that learnt with this noise cannot go on here. Nothing was imported or changed.',
    expected: `${field}: ${supported}`,
    got: shown,
    todo: [
      'Choose a model of a DDPM, DDIM or FlowMatchEulerDiscrete scheduler with 1000 training timesteps.',
    ],
  });
}
