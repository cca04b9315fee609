// Claims: noise schedule and prediction type are unchanged after their way to diffusers'
// scheduler_config.json and back; an unsupported value is refused by its field.
import { expect, it } from 'vitest';
import { fromDiffusersScheduler, toDiffusersScheduler } from '../../src/diffusion/diffusers-scheduler.ts';

it.each([
  { noiseSchedule: 'linear', predictionType: 'epsilon' },
  { noiseSchedule: 'cosine', predictionType: 'v_prediction' },
] as const)('%j there and back', (choice) => {
  expect(fromDiffusersScheduler(JSON.parse(JSON.stringify(toDiffusersScheduler(choice))))).toEqual(choice);
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
