// Noise schedule, prediction type and timestep spacing in diffusers' scheduler_config.json. Other fields that
// only say how samples are drawn are not read: they are settings of a run. Not here: the schedule itself
// (noise-schedule.ts).
import { FaultError, shownJson } from '../fault.ts';
import type { PredictionType } from './noise-levels.ts';
import { type NoiseSchedule, TIMESTEPS } from './noise-schedule.ts';
import type { TimestepSpacing } from './call-timesteps.ts';

export interface SchedulerChoice {
  noiseSchedule: NoiseSchedule;
  predictionType: Exclude<PredictionType, 'flow_prediction'>;
}

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
const LINEAR: Readonly<Record<string, unknown>> = { beta_start: 1e-4, beta_end: 0.02 };

/**
 * scheduler_config.json of a DDPMScheduler; a DDPMPipeline with it draws as our sampler `ddpm` does with this
 * spacing.
 */
export const toDiffusersScheduler = (
  { noiseSchedule, predictionType }: SchedulerChoice,
  spacing: TimestepSpacing,
): Record<string, unknown> => ({
  _class_name: 'DDPMScheduler',
  ...FIXED,
  ...LINEAR,
  beta_schedule: BETA_SCHEDULES[noiseSchedule],
  prediction_type: predictionType,
  variance_type: 'fixed_small',
  clip_sample: true,
  clip_sample_range: 1.0,
  timestep_spacing: spacing,
  steps_offset: 0,
  thresholding: false,
});

/**
 * The two choices in a scheduler_config.json. Throws FaultError kind `network` naming field, value and
 * supported values.
 */
export function fromDiffusersScheduler(json: unknown): SchedulerChoice {
  const fields = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
  const schedule = fields['beta_schedule'] ?? 'linear';
  const only = schedule === 'linear' ? { ...FIXED, ...LINEAR } : FIXED;
  for (const [name, value] of Object.entries(only)) {
    const got = Object.hasOwn(fields, name) ? fields[name] : value;
    if (got !== value) throw unsupported(name, got, JSON.stringify(value));
  }
  const known = Object.entries(BETA_SCHEDULES) as [NoiseSchedule, string][];
  const found = known.find(([, name]) => name === schedule);
  if (!found) throw unsupported('beta_schedule', schedule, Object.values(BETA_SCHEDULES).join(', '));
  const predicted = fields['prediction_type'] ?? 'epsilon';
  if (predicted !== 'epsilon' && predicted !== 'v_prediction')
    throw unsupported('prediction_type', predicted, 'epsilon, v_prediction');
  return { noiseSchedule: found[0], predictionType: predicted };
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
    todo: ['Choose a model of a DDPM or DDIM scheduler with 1000 training timesteps.'],
  });
}
