// The classes of a run whose network draws by class: their names, each by its number, which is a row of the
// network's table. They are numbered once, when the run starts, and kept in its checkpoints: to the network
// another number is another class. Not here: the class of a picture (data/sets.ts).
import type { PictureSet } from '../data/api.ts';
import type { InputArray } from '../engine/inputs.ts';
import { type Fault, FaultError } from '../fault.ts';
import { jsonIn } from '../formats/bounded-json.ts';
import { plainText } from '../plain-text.ts';
import { type HasNetwork, networkOf } from '../settings/presets.ts';
import { damaged } from './checkpoint-faults.ts';

/** Most characters of a class's name out of a file: more than any name of a folder has. */
const LONGEST_CLASS = 1000;

/** The name of each class, by its number. */
export type RunClasses = readonly string[];

type Classed = Pick<PictureSet, 'info' | 'count' | 'className'>;

/** Rows of the network's table of classes; null: it draws by no class. */
function rowsOf(config: HasNetwork): number | null {
  const { classEmbedding } = networkOf(config);
  return classEmbedding?.type === 'table' ? classEmbedding.count : null;
}

/** The different classes of the pictures, sorted as torchvision's ImageFolder sorts its folders. */
const namesIn = ({ count, className }: Classed): string[] =>
  [...new Set(Array.from({ length: count }, (_, index) => className(index)))].sort();

/**
 * The classes of a new run; null where its network draws by none. Those that are `known` keep their numbers,
 * the others follow. Throws FaultError kind `data` where a picture has no class, or there are more classes
 * than the table has rows.
 */
export function newClasses(config: HasNetwork, set: Classed, known: RunClasses = []): RunClasses | null {
  const rows = rowsOf(config);
  if (rows === null) return null;
  const names = namesIn(set);
  if (names.includes('')) throw new FaultError(withoutClasses(set));
  const classes = [...new Set([...known, ...names])];
  if (classes.length > rows) throw new FaultError(tooMany(set, classes, rows));
  return classes;
}

/** Why a run of these classes cannot learn from these pictures; null: it can. */
export function otherClasses(set: Classed, classes: RunClasses | null): Fault | null {
  if (!classes) return null;
  const names = namesIn(set);
  if (names.includes('')) return withoutClasses(set);
  const unknown = names.find((name) => !classes.includes(name));
  return unknown === undefined ? null : notOfTheRun(unknown, classes);
}

/** The `class_labels` of pictures of these classes, [names.length]. Throws FaultError for an unknown one. */
export function classLabels(classes: RunClasses, names: readonly string[]): InputArray {
  const labels = names.map((name) => classes.indexOf(name));
  const unknown = names[labels.indexOf(-1)];
  if (unknown !== undefined) throw new FaultError(notOfTheRun(unknown, classes));
  return { data: Float32Array.from(labels), shape: [labels.length] };
}

/** The metadata by which a checkpoint keeps a run's classes; nothing where there are none. */
export const classesAsText = (classes: RunClasses | null): Partial<Record<'classes', string>> =>
  classes ? { classes: JSON.stringify(classes) } : {};

/**
 * The classes in a checkpoint's metadata; null where its network draws by none. Throws FaultError kind `file`
 * where they are missing, not valid, or more than the table has rows.
 */
export function readClasses(
  config: HasNetwork,
  { classes: text }: Readonly<Record<string, string>>,
): RunClasses | null {
  const rows = rowsOf(config);
  if (rows === null) return null;
  const names = namesFrom(text);
  if (names && names.length <= rows) return names;
  throw damaged(`classes: 1 to ${rows} different names, as its network has`, String(text).slice(0, 64));
}

/** Whether a value from outside is a list of different names, one at least. */
export const areNames = (value: unknown): value is string[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((name) => typeof name === 'string' && name !== '') &&
  new Set(value).size === value.length;

/** The names, each as it may be shown; those of ours are so already. Null where they are no names then. */
function namesFrom(text: string | undefined): string[] | null {
  const given = jsonIn(text);
  return areNames(given) ? plainNames(given) : null;
}

/** Names out of a file, bounded and cleaned; null where two of them are the same then, or one is empty. */
export function plainNames(names: readonly string[]): string[] | null {
  const plain = names.map((name) => plainText(name, LONGEST_CLASS));
  return areNames(plain) ? plain : null;
}

const NOTHING_CHANGED = 'Nothing was imported, and nothing on this computer was changed.';

function withoutClasses(set: Classed): Fault {
  const without = Array.from({ length: set.count }, (_, index) => set.className(index)).filter(
    (name) => name === '',
  ).length;
  return {
    kind: 'data',
    title: `${without === set.count ? 'The' : `${without} of the`} pictures ${set.info.title.slice(0, 64)} have no classes`,
    what: `This network learns the class of every picture. ${NOTHING_CHANGED}`,
    expected: 'a class for each picture: a folder for each class, or captions that name classes',
    got: `${without} of ${set.count} pictures without a class`,
    todo: [
      'Import a folder with one folder of pictures for each class, and choose it under Pictures.',
      'Or choose a model without classes.',
    ],
  };
}

const tooMany = ({ info }: Classed, classes: RunClasses, rows: number): Fault => ({
  kind: 'data',
  title: `${info.title.slice(0, 64)} has more classes than the network`,
  what: `A class without a row in the network's table cannot be learnt. ${NOTHING_CHANGED}`,
  expected: `num_class_embeds ${rows}: at most ${rows} classes`,
  got: `${classes.length} classes: ${classes.slice(0, 8).join(', ').slice(0, 200)}${classes.length > 8 ? ', ...' : ''}`,
  todo: ['Choose pictures of fewer classes.', 'Or a network of more classes.'],
});

const notOfTheRun = (name: string, classes: RunClasses): Fault => ({
  kind: 'data',
  title: `The run has no class ${name.slice(0, 64)}`,
  what: 'Its classes were numbered when it began, and another number would be another class to the network. Nothing was changed.',
  expected: `one of ${classes.length} classes: ${classes.slice(0, 8).join(', ').slice(0, 200)}${classes.length > 8 ? ', ...' : ''}`,
  got: name.slice(0, 64),
  todo: ['Choose one of its classes, or pictures of these.', 'Or begin a new run with the other pictures.'],
});
