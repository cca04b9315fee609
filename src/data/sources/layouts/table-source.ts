// The source of pictures that tables describe: which column is the caption, the class and the part. Not here:
// which pictures they name (table-pictures.ts).
import { cleanText } from '../../../plain-text.ts';
import { captionOfTexts } from '../../captions.ts';
import type { Member } from '../member.ts';
import type { Choice, Chosen, Recognised, Source, SourceEntry } from '../source.ts';
import { CAPTION_COLUMNS, inShort, NO_COLUMN, NONE } from './column-choice.ts';
import { without } from './left-over.ts';
import { baseName, compare } from './names.ts';
import { ALL, partChoice } from './part-choice.ts';
import { pictureOf } from './picture-of.ts';
import type { PathTable, Pictured } from './table-pictures.ts';
import { type Cell, type Table, textsOf } from './table.ts';

const CLASS_COLUMNS = ['label', 'class', 'class_name', 'category'];
const SPLIT_COLUMNS = ['split', 'partition'];
/** More different values name no classes, and no parts. */
const MOST_CLASSES = 1000;
const MOST_PARTS = 16;

/** A column over all tables. */
interface Column {
  name: string;
  /** The first text in it, on one line. */
  example: string;
  /** Whether it has words and no mere numbers. */
  isText: boolean;
  /** Different values; null where there are over a thousand. */
  values: ReadonlyMap<string, number> | null;
}

/** Tables, and the pictures that they name. */
export interface Tables {
  kind: string;
  tables: readonly PathTable[];
  pictured: readonly Pictured[];
  warnings: readonly string[];
}

/** The source of tables among `members`, and those that are neither tables nor pictures of it. */
export function recognisedTables(found: Tables, members: readonly Member[]): Recognised {
  const { tables, pictured } = found;
  const taken = [...pictured.map(({ member }) => member), ...tables.map(({ table }) => table.member)];
  return { source: sourceOf(found), rest: without(members, taken) };
}

function sourceOf({ kind, tables, pictured, warnings }: Tables): Source {
  const paths = new Set(tables.map(({ table, column }) => table.columns[column] ?? ''));
  const columns = columnsOf(pictured).filter(({ name }) => !paths.has(name) && name !== NONE);
  const split = splitOf(pictured, columns);
  const choices = [...captionChoice(columns), ...classChoice(columns), ...(split ? [split.choice] : [])];
  return {
    facts: { kind, count: pictured.length, choices, licence: '', ignored: [], warnings, unused: [] },
    entries: (from, chosen) => {
      const valueOf = (id: string): string =>
        chosen[id] ?? choices.find((choice) => choice.id === id)?.value ?? NONE;
      const part = valueOf('split');
      const isChosen = (one: Pictured): boolean => !split || part === ALL || split.partOf(one) === part;
      return entriesOf(pictured, from, { caption: valueOf('caption'), class: valueOf('class') }, isChosen);
    },
  };
}

async function* entriesOf(
  pictured: readonly Pictured[],
  from: number,
  columns: Chosen & { caption: string; class: string },
  isChosen: (one: Pictured) => boolean,
): AsyncGenerator<SourceEntry> {
  for (let number = from; number < pictured.length; number++) {
    const one = pictured[number] as Pictured;
    if (!isChosen(one)) continue;
    const { text, why } = captionOfTexts(textsIn(one, columns.caption));
    const { member } = one;
    yield {
      number,
      path: member.path,
      picture: pictureOf(member),
      caption: text,
      className: inShort(textsIn(one, columns.class)[0] ?? ''),
      ...(why === null ? {} : { unused: { name: member.path, why } }),
    };
  }
}

const cellIn = (table: Table, cells: readonly Cell[], name: string): Cell | undefined =>
  cells[table.columns.indexOf(name)];

/** All that a picture's rows say in a column; nothing where there is no such column. */
const textsIn = ({ rows }: Pictured, name: string): string[] =>
  rows.flatMap(({ table, cells }) => textsOf(cellIn(table, cells, name)));

function columnsOf(pictured: readonly Pictured[]): Column[] {
  const tables = new Set(pictured.flatMap(({ rows }) => rows.map(({ table }) => table)));
  const names = new Set([...tables].flatMap((table) => table.columns));
  return [...names].map((name) => columnOf(name, pictured)).filter(({ example }) => example !== '');
}

function columnOf(name: string, pictured: readonly Pictured[]): Column {
  const values = new Map<string, number>();
  let example = '';
  let isText = false;
  for (const one of pictured)
    for (const text of textsIn(one, name)) {
      if (example === '') example = inShort(text);
      isText ||= /\p{L}/u.test(text) && !/^(?:https?:\/\/|true$|false$|nan$)/i.test(text);
      if (values.size <= MOST_CLASSES) values.set(text, (values.get(text) ?? 0) + 1);
    }
  return { name, example, isText, values: values.size > MOST_CLASSES ? null : values };
}

const named = (columns: readonly Column[], names: readonly string[]): Column | undefined =>
  names.flatMap((name) => columns.filter((column) => column.name.toLowerCase() === name))[0];

const optionOf = ({ name, example }: Column): Choice['options'][number] => ({
  value: name,
  label: name,
  example,
});

/** Every column with words; without one of the known names the first that has several words in a cell. */
function captionChoice(columns: readonly Column[]): Choice[] {
  const texts = columns.filter(({ isText }) => isText);
  if (texts.length === 0) return [];
  const value =
    named(texts, CAPTION_COLUMNS) ??
    texts.find(({ name }) => /caption|text|prompt|description/i.test(name)) ??
    texts.find(({ example }) => example.includes(' '));
  const options = [...texts.map(optionOf), NO_COLUMN];
  return [{ id: 'caption', label: 'Caption', options, value: value?.name ?? NONE }];
}

/** Columns whose values come again and again. */
function classChoice(columns: readonly Column[]): Choice[] {
  const repeated = columns.filter(
    ({ values }) => values && values.size > 1 && [...values.values()].every((count) => count > 1),
  );
  const known = named(columns, CLASS_COLUMNS);
  const classes = known?.values && !repeated.includes(known) ? [known, ...repeated] : repeated;
  if (classes.length === 0) return [];
  const value = named(classes, CLASS_COLUMNS)?.name ?? NONE;
  return [{ id: 'class', label: 'Class', options: [...classes.map(optionOf), NO_COLUMN], value }];
}

/** By a column `split`, else by the folders of several tables; null where there is one part. */
function splitOf(
  pictured: readonly Pictured[],
  columns: readonly Column[],
): { choice: Choice; partOf(one: Pictured): string } | null {
  const column = named(columns, SPLIT_COLUMNS);
  const partOf = (one: Pictured): string =>
    column ? cleanText(textsIn(one, column.name)[0] ?? '') : folderName(one.rows[0]?.table);
  const counts = new Map<string, number>();
  for (const one of pictured) counts.set(partOf(one), (counts.get(partOf(one)) ?? 0) + 1);
  if (counts.size > MOST_PARTS) return null;
  const [choice] = partChoice(new Map([...counts].sort(([a], [b]) => compare(a, b))), pictured.length);
  return choice ? { choice, partOf } : null;
}

/** The folder of a table, else its name. */
const folderName = (table: Table | undefined): string =>
  table?.member.path.split('/').at(-2) ?? baseName(table?.member.path ?? '');
