// The fields that neither shapes nor a config show: the import preview asks for them by diffusers' names,
// with diffusers' defaults where they fit. Not here: what the fields do (model/, diffusion/).
import { SETTINGS } from '../../settings/settings.ts';
import { BETA_SCHEDULES } from '../../diffusion/diffusers-scheduler.ts';
import type { ShapeFields } from '../../model/fields-from-shapes.ts';
import { attendedChannels } from '../../model/structure.ts';
import type { AskedField } from '../api.ts';
import { spaceOfNetwork } from '../picture-network.ts';

const DEFAULT_SIZE = 32;
const DEFAULT_GROUPS = 32;
const DEFAULT_HEAD_DIM = 8;
const DEFAULT_HEADS = 8;
const MOST_HEAD_DIM = 128;

const divides = (values: readonly number[]) => (divisor: number) =>
  values.every((value) => value % divisor === 0);
const upTo = (most: number): number[] => Array.from({ length: most }, (_, i) => i + 1);

/** The open fields of the network. `shown`: the fields that names and shapes show. */
export function unetFields(shown: ShapeFields): AskedField[] {
  const channels = shown.blockOutChannels;
  const levels = channels.length;
  const groups = upTo(Math.min(...channels)).filter(divides(channels));
  const attended = attendedChannels(shown);
  const fields: AskedField[] = [
    {
      name: 'sample_size',
      help:
        spaceOfNetwork(shown).is === 'latents'
          ? 'Edge of the latents, an eighth of the pictures’'
          : 'Edge of the pictures in pixels',
      value: Math.max(DEFAULT_SIZE, 2 ** (levels - 1)),
      ...sizes(2 ** (levels - 1)),
    },
    choice('norm_num_groups', 'Groups of every GroupNorm', groups, largest(groups, DEFAULT_GROUPS)),
    choice('norm_eps', 'Epsilon of every GroupNorm', [1e-5, 1e-6], 1e-5),
  ];
  if (attended.length > 0) fields.push(headsField(shown, attended));
  if (levels > 1)
    fields.push(choice('downsample_padding', 'Padding before halving; 0: right and bottom only', [0, 1], 1));
  fields.push(
    choice('flip_sin_to_cos', 'Cosine before sine in the time embedding', [true, false], true),
    choice('freq_shift', 'Shift of the time embedding’s frequencies', [0, 1], 0),
  );
  return fields;
}

/** By one name diffusers means channels of a head in UNet2DModel, and heads in UNet2DConditionModel. */
function headsField({ className }: ShapeFields, attended: readonly number[]): AskedField {
  const divisors = upTo(Math.min(MOST_HEAD_DIM, ...attended)).filter(divides(attended));
  if (className !== undefined)
    return choice('attention_head_dim', 'Attention heads', divisors, largest(divisors, DEFAULT_HEADS));
  return choice(
    'attention_head_dim',
    'Channels of one attention head; none: one head',
    [null, ...divisors],
    divisors.includes(DEFAULT_HEAD_DIM) ? DEFAULT_HEAD_DIM : null,
  );
}

/** The open fields of the noise that the network was trained with. */
export const schedulerFields = (): AskedField[] => [
  choice('beta_schedule', 'Noise schedule', Object.values(BETA_SCHEDULES), BETA_SCHEDULES.linear),
  choice(
    'prediction_type',
    'What the network predicts',
    ['epsilon', 'v_prediction', 'flow_prediction'],
    'epsilon',
  ),
];

const choice = (
  name: string,
  help: string,
  choices: (string | number | boolean | null)[],
  value: AskedField['value'],
): AskedField => ({ name, help, value, choices });

const largest = (values: readonly number[], most: number): number =>
  Math.max(...values.filter((value) => value <= most));

function sizes(step: number): Pick<AskedField, 'min' | 'max' | 'step'> {
  const { min, max } = SETTINGS.imageSize;
  return { min: Math.ceil(min / step) * step, max: Math.floor(max / step) * step, step };
}
