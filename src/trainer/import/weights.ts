// The tensors of one network in a file of any kind, looked at but not read. Not here: finding them
// (safetensors-parts.ts, torch-parts.ts), whether they fit a network (adopt-model.ts).
import { FaultError } from '../../fault.ts';
import type { Tensors } from './foreign-model.ts';

export interface Weights {
  /** Where they stand in the file, such as `state_dict.model`; empty: they are all of it. */
  key: string;
  /** Types of the elements in the file; several where tensors differ. */
  dtypes: ReadonlySet<string>;
  /** By the parameters' present names in diffusers, in the state_dict's order where the file keeps one. */
  shapes: ReadonlyMap<string, readonly number[]>;
  /** Throws FaultError kind `file` where the bytes have changed. */
  read(): Promise<Tensors>;
}

/** Whether a UNet reads texts, or another context beside the picture: it has cross-attention. */
export const readsTexts = ({ shapes }: Pick<Weights, 'shapes'>): boolean =>
  [...shapes.keys()].some((name) => name.includes('.attn2.'));

/** Words by which trainers call an average of the weights. */
const AVERAGES = /^(ema|emas|ema\d|emamodel|modelema|shadow|averaged|average|avg|swa|polyak)$/i;

/** Whether a key or a path says that the weights are a moving average of others. */
export const isAverage = (key: string): boolean =>
  !/non[_-]?ema/i.test(key) && key.split(/[._\-/ ]/).some((word) => AVERAGES.test(word));

/** Element types that are read, by their names in safetensors and in torch. */
const READ = new Set(['F32', 'F16', 'BF16', 'F64', 'float32', 'float16', 'bfloat16', 'float64']);

/** Throws FaultError kind `file` where weights are of a type that is not read, such as 8-bit numbers. */
export function checkDtypes({ dtypes }: Weights): void {
  const other = [...dtypes].find((dtype) => !READ.has(dtype));
  if (other === undefined) return;
  throw new FaultError({
    kind: 'file',
    title: `The weights are numbers of type ${other.slice(0, 32)}`,
    what: 'Such weights cannot be trained further. Nothing was imported or changed.',
    expected: 'weights of type F32, F16, BF16 or F64',
    got: `weights of type ${[...dtypes].join(', ').slice(0, 128)}`,
    todo: [
      'Save the model before it is quantized, for example with model.half().',
      'Or choose another file.',
    ],
  });
}

/** The first difference of `other` from `weights` in names or shapes, for a sentence; null: none. */
export function difference(weights: Weights, other: Weights): string | null {
  for (const [name, shape] of weights.shapes) {
    const got = other.shapes.get(name);
    if (got?.join() !== shape.join())
      return `${name} is ${got ? `[${got.join(', ')}]` : 'missing'}, not [${shape.join(', ')}]`;
  }
  return null;
}
