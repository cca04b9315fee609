// How a picture was made, inside its PNG: as text for people under the keyword `parameters`, as other
// programs write it, and as JSON under `perennial`, from which the view Generate is filled again. Not here:
// the bytes (formats/png-text.ts), the form (ui/page-state/generate-form.ts). Exported for tests:
// recipeTexts, readRecipe.
import { type PngText, readPngTexts, withPngTexts } from '../formats/png-text.ts';
import { cleanPrompt } from '../settings/clean-prompt.ts';
import { parseSetting } from '../settings/parse-settings.ts';
import { cleanName } from '../settings/run-name.ts';
import { MOST_PICTURES } from '../settings/sample-counts.ts';
import { SAMPLER_TITLES } from '../settings/samplers.ts';
import type { Settings } from '../settings/settings.ts';
import type { Asked, AskedWords, Recipe } from './state.ts';

const VERSION = 1;
/** Texts stand at a file's start; in no more than so many bytes of it they are looked for. */
const HEAD_BYTES = 2 ** 20;

/**
 * The recipe of a picture (0 the first; null: a sheet of all) of these that were asked for. `step`: the
 * checkpoint's.
 */
export function recipeOf({ ref, ...asked }: Asked, step: number, picture: number | null): Recipe {
  return { ...asked, runId: ref.runId, step, picture };
}

/** The PNG with its recipe inside. `size`: pixels of a picture's edge. */
export async function withRecipe(png: Blob, recipe: Recipe, size: number): Promise<Blob> {
  const bytes = new Uint8Array(await png.arrayBuffer());
  return new Blob([withPngTexts(bytes, recipeTexts(recipe, size))], { type: png.type });
}

/**
 * The recipe in a file, where it is the only one and a PNG that Perennial saved; else null. Never rejects.
 */
export async function recipeIn(files: readonly File[]): Promise<Recipe | null> {
  const [file] = files;
  if (!file || files.length > 1) return null;
  try {
    const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
    return readRecipe(readPngTexts(head));
  } catch {
    // A file that cannot be read is told by who takes it instead.
    return null;
  }
}

/** The two texts of a recipe. `size` as for `withRecipe`. */
export const recipeTexts = (recipe: Recipe, size: number): PngText[] => [
  { keyword: 'parameters', text: asParameters(recipe, size) },
  { keyword: 'perennial', text: asJson(recipe) },
];

/** Prompts, the negative prompt, and the rest in one line: "Steps: 10, Sampler: DDIM, CFG scale: 3, ...". */
function asParameters(recipe: Recipe, size: number): string {
  const { words, className, picture, count, weights } = recipe;
  const rest = [
    ['Steps', recipe.steps],
    ['Sampler', SAMPLER_TITLES[recipe.sampler]],
    ...(words ? [['CFG scale', words.guidance.scale]] : []),
    ...(className === null ? [] : [['Class', className]]),
    ['Seed', recipe.seed],
    ['Size', `${size}x${size}`],
    ['Model', recipe.name],
    ['Weights', weights === 'ema' ? 'EMA' : 'raw'],
    ['Picture', picture === null ? `all ${count}` : `${picture + 1} of ${count}`],
    ['Run', recipe.runId],
    ['Version', `Perennial ${__APP_VERSION__}`],
  ];
  return [
    ...(words ? promptsOf(recipe, words) : []),
    ...(words?.negative ? [`Negative prompt: ${words.negative}`] : []),
    rest.map((one) => one.join(': ')).join(', '),
  ].join('\n');
}

/** Of one picture its prompt, of a sheet all. */
function promptsOf({ picture, count }: Recipe, { prompts }: AskedWords): readonly string[] {
  if (picture === null) return prompts;
  return [prompts[Math.floor((picture * prompts.length) / count)] ?? ''];
}

function asJson({ runId, name, step, picture, words, ...drawn }: Recipe): string {
  return JSON.stringify({
    ...{ version: VERSION, app: __APP_VERSION__, run: runId, checkpoint: name, step },
    ...drawn,
    picture: picture === null ? null : picture + 1,
    ...words,
  });
}

/**
 * The recipe among a PNG's texts; null where there is none, or one with a value that nothing here can have.
 */
export function readRecipe(texts: readonly PngText[]): Recipe | null {
  const text = texts.find(({ keyword }) => keyword === 'perennial')?.text;
  if (text === undefined) return null;
  try {
    const fields = JSON.parse(text) as Record<string, unknown> | null;
    return fields && fields['version'] === VERSION ? recipeFrom(fields) : null;
  } catch {
    return null;
  }
}

/** Throws where a field is missing or out of its range. */
function recipeFrom(fields: Record<string, unknown>): Recipe {
  // Pictures of earlier versions name no class.
  const { run, checkpoint, weights, picture, className = null } = fields;
  if (weights !== 'ema' && weights !== 'raw') throw outOfRange('weights');
  const count = whole(fields['count'], 1, MOST_PICTURES);
  return {
    runId: line(run),
    name: line(checkpoint),
    step: whole(fields['step'], 0, Number.MAX_SAFE_INTEGER),
    weights,
    seed: setting('seed', fields['seed']),
    count,
    steps: setting('sampleSteps', fields['steps']),
    sampler: setting('sampler', fields['sampler']),
    picture: picture === null ? null : whole(picture, 1, count) - 1,
    className: className === null ? null : line(className),
    words: fields['prompts'] === undefined ? null : wordsFrom(fields, count),
  };
}

function wordsFrom(fields: Record<string, unknown>, count: number): AskedWords {
  const { layout, prompts, negative } = fields;
  if (layout !== 'one' && layout !== 'pair' && layout !== 'grid') throw outOfRange('layout');
  if (!Array.isArray(prompts) || prompts.length === 0 || count % prompts.length !== 0)
    throw outOfRange('prompts');
  if (layout === 'one' ? prompts.length !== 1 : layout === 'pair' && prompts.length !== 2)
    throw outOfRange('layout');
  const { scale, start, stop } = fields['guidance'] as Record<string, unknown>;
  const guidance = { scale: setting('guidanceScale', scale), start: share(start), stop: share(stop) };
  return { layout, prompts: prompts.map(prompt), negative: prompt(negative), guidance };
}

function setting<K extends keyof Settings>(name: K, value: unknown): Settings[K] {
  const read = parseSetting(name, String(value), value as Settings[K]);
  if (read.fault || read.value !== value) throw outOfRange(name);
  return read.value;
}

function whole(value: unknown, least: number, most: number): number {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most)
    return value as number;
  throw outOfRange('a whole number');
}

function share(value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  throw outOfRange('a share');
}

function prompt(value: unknown): string {
  if (typeof value === 'string') return cleanPrompt(value);
  throw outOfRange('a prompt');
}

/** A name as it may be shown. */
function line(value: unknown): string {
  const name = typeof value === 'string' ? cleanName(value) : '';
  if (name === '') throw outOfRange('a name');
  return name;
}

const outOfRange = (what: string): RangeError => new RangeError(`a recipe with ${what} out of range`);
