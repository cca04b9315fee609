// What `npm run learn -- text` asks a model for and how it judges what came: every caption of shapes twice,
// 160 prompts. Not here: the judge (shape-judge.ts), the drawing (learn.ts).
import { BACKGROUNDS, captionOfShape, COLOURS, KINDS } from '../../src/data/shapes.ts';
import { everyLabel, type Label, scoreOf, shapeJudge } from './shape-judge.ts';

/** Samples of each caption, each from noise of its own. */
const TIMES = 2;
/** A row for each kind: eight colours, each on both backgrounds. */
export const COLUMNS = COLOURS.length * BACKGROUNDS.length;
export const ROWS = KINDS.length;

const LABELS: readonly Label[] = Array.from({ length: TIMES }, everyLabel).flat();

/** The prompt of each sample. */
export const PROMPTS: readonly string[] = LABELS.map(({ kind, colour, background }) =>
  captionOfShape({
    kind: KINDS[kind] as (typeof KINDS)[number],
    colour: COLOURS[colour] as (typeof COLOURS)[number],
    background: BACKGROUNDS[background] as (typeof BACKGROUNDS)[number],
  }),
);

/** Shares that a run of the preset's steps must reach; chance is 1 in 40 for both. */
export const LEAST = { both: 0.9, strict: 0.6 } as const;

export interface Told {
  /** Shares of 160 samples, 0..1: kind and colour as told; background and a clean shape too. */
  both: number;
  strict: number;
  /** `both` of the untrained weights. */
  both_untrained: number;
}

/** Judges samples of PROMPTS: uint8 RGB, [160, size, size, 3] each. */
export function judgeTold(untrained: Uint8Array, trained: Uint8Array, size: number): Told {
  const judge = shapeJudge(size);
  const length = size ** 2 * 3;
  const picturesOf = (pixels: Uint8Array): Uint8Array[] =>
    LABELS.map((_, i) => pixels.subarray(i * length, (i + 1) * length));
  const { both, strict } = scoreOf(judge, picturesOf(trained), LABELS);
  return { both, strict, both_untrained: scoreOf(judge, picturesOf(untrained), LABELS).both };
}
