// The fields of a checkpoint's metadata, each checked, its texts bounded and cleaned where they are read:
// they are shown, stored and written again. Not here: which fields there are (checkpoint-file.ts).
import { shownJson } from '../fault.ts';
import { jsonIn, MOST_JSON } from '../formats/bounded-json.ts';
import { plainText } from '../plain-text.ts';
import { damaged } from './checkpoint-faults.ts';

/** The pictures that a run began with. */
export interface DatasetStamp {
  name: string;
  title: string;
  count: number;
  size: number;
  fingerprint: string;
  /** Fingerprint of captions and classes; absent: not known. */
  words?: string;
  /** The fingerprint that the set was imported with; absent: it is that of `fingerprint`, or not known. */
  imported?: string;
}

/** The machine on which a run trains. */
export interface Execution {
  executor: string;
  backend: string;
  kernels: string;
  adapter: string;
  browser: string;
  /** Tile shapes of a plan's convolutions, chosen by timing. They never change a bit: shown, not compared. */
  tiles?: Readonly<Record<string, string>>;
}

type Metadata = Readonly<Record<string, string>>;

/** Most characters of a name, an id, a time, a fingerprint, a title. */
const LONGEST_FIELD = 200;
/** Most convolutions whose tiles are kept: the largest presets have about 60. */
const MOST_TILES = 256;

/** A text of the metadata as it may be shown; empty where it is missing. */
export const textIn = (metadata: Metadata, key: string): string =>
  plainText(metadata[key] ?? '', LONGEST_FIELD);

/** A whole number from 0. Throws FaultError kind `file`. */
export function wholeNumber(metadata: Metadata, key: string): number {
  const value = Number(metadata[key]);
  if (metadata[key] !== undefined && Number.isSafeInteger(value) && value >= 0) return value;
  throw damaged(`${key}: a whole number in its metadata`, shownText(metadata[key]));
}

/** The JSON in a field. Throws FaultError kind `file`. */
export function jsonOf(metadata: Metadata, key: string): unknown {
  const value = jsonIn(metadata[key]);
  if (value !== undefined) return value;
  throw damaged(`${key}: JSON of at most ${MOST_JSON} characters in its metadata`, shownText(metadata[key]));
}

const shownText = (text: string | undefined): string => text?.slice(0, 64) ?? 'nothing';

/** What the file says of the pictures. Throws FaultError kind `file`. */
export function datasetIn(metadata: Metadata): DatasetStamp {
  const dataset = fieldsIn(metadata, 'dataset');
  const text = (name: string) => textField(dataset, 'dataset', name);
  return {
    name: text('name'),
    title: text('title'),
    fingerprint: text('fingerprint'),
    count: countIn(dataset, 'count'),
    size: countIn(dataset, 'size'),
    ...(typeof dataset['words'] === 'string' ? { words: text('words') } : {}),
    ...(typeof dataset['imported'] === 'string' ? { imported: text('imported') } : {}),
  };
}

/** What the file says of the machine that trained it. Throws FaultError kind `file`. */
export function executionIn(metadata: Metadata): Execution {
  const execution = fieldsIn(metadata, 'execution');
  const text = (name: string) => textField(execution, 'execution', name);
  const tiles = tilesIn(execution['tiles']);
  return {
    executor: text('executor'),
    backend: text('backend'),
    kernels: text('kernels'),
    adapter: text('adapter'),
    browser: text('browser'),
    ...(tiles && { tiles }),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsIn(metadata: Metadata, key: string): Fields {
  const value = jsonOf(metadata, key);
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function textField(fields: Fields, key: string, name: string): string {
  const value = fields[name];
  if (typeof value === 'string') return plainText(value, LONGEST_FIELD);
  throw damaged(`${key}.${name}: text`, shownJson(value));
}

/** A number of pictures or pixels: without it the length of an epoch is unknown. */
function countIn(fields: Fields, key: string): number {
  const value = fields[key];
  if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number;
  throw damaged(`dataset.${key}: a whole number from 1`, shownJson(value));
}

function tilesIn(value: unknown): Execution['tiles'] {
  if (typeof value !== 'object' || value === null) return undefined;
  const texts = Object.entries(value).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(
    texts
      .slice(0, MOST_TILES)
      .map(([name, tile]) => [plainText(name, LONGEST_FIELD), plainText(tile, LONGEST_FIELD)]),
  );
}
