// Claims: noise schedule, prediction type and a trailing spacing are unchanged after their way to diffusers'
// scheduler_config.json and back; a flow is FlowMatchEulerDiscreteScheduler's; an unsupported value is
// refused by its field.
import { expect, it } from 'vitest';
import {
  fromDiffusersScheduler,
  fromDiffusersSpacing,
  toDiffusersScheduler,
} from '../../src/diffusion/diffusers-scheduler.ts';

it.each([
  { noiseSchedule: 'linear', predictionType: 'epsilon' },
  { noiseSchedule: 'cosine', predictionType: 'v_prediction' },
] as const)('%j there and back', (choice) => {
  const written = toDiffusersScheduler(choice, 'trailing');
  expect(fromDiffusersScheduler(JSON.parse(JSON.stringify(written)))).toEqual(choice);
});

it('writes and reads a flow, which has no noise schedule', () => {
  const written = toDiffusersScheduler(
    { noiseSchedule: 'linear', predictionType: 'flow_prediction' },
    'trailing',
  );
  expect(written).toEqual({
    _class_name: 'FlowMatchEulerDiscreteScheduler',
    num_train_timesteps: 1000,
    shift: 1,
  });
  expect(fromDiffusersScheduler(written)).toEqual({ predictionType: 'flow_prediction' });
  // As a DPMSolverMultistepScheduler of diffusers 0.42.1 writes it, and as the import dialog answers.
  const multistep = { prediction_type: 'flow_prediction', use_flow_sigmas: true, flow_shift: 1.0 };
  for (const one of [multistep, { beta_schedule: 'linear', prediction_type: 'flow_prediction' }])
    expect(fromDiffusersScheduler(one)).toEqual({ predictionType: 'flow_prediction' });
});

it.each([
  ['shift', 3],
  ['use_dynamic_shifting', true],
  ['invert_sigmas', true],
  ['num_train_timesteps', 4000],
])('refuses %s %j of a flow', (field, value) => {
  const config = { _class_name: 'FlowMatchEulerDiscreteScheduler', [field]: value };
  expect(() => fromDiffusersScheduler(config)).toThrow(new RegExp(`^${field} is ${value}`));
});

it('takes a trailing spacing; where nobody chose one, or one that we lack, the run chooses', () => {
  const choice = { noiseSchedule: 'linear', predictionType: 'epsilon' } as const;
  const spacingOf = (spacing: 'leading' | 'trailing') =>
    fromDiffusersSpacing(toDiffusersScheduler(choice, spacing));
  expect(spacingOf('trailing')).toBe('trailing');
  expect(spacingOf('leading')).toBeNull();
  for (const none of [{ timestep_spacing: 'linspace' }, {}, null])
    expect(fromDiffusersSpacing(none)).toBeNull();
});

it("takes diffusers' defaults where fields are missing", () => {
  expect(fromDiffusersScheduler({ _class_name: 'DDPMScheduler' })).toEqual({
    noiseSchedule: 'linear',
    predictionType: 'epsilon',
  });
});

it.each([
  ['beta_schedule', 'scaled_linear'],
  ['beta_end', 0.012],
  ['prediction_type', 'sample'],
  ['num_train_timesteps', 4000],
  ['rescale_betas_zero_snr', true],
  ['trained_betas', [0.1]],
])('refuses %s %j', (field, value) => {
  expect(() => fromDiffusersScheduler({ [field]: value })).toThrow(new RegExp(`^${field} is .*${field}: `));
});
