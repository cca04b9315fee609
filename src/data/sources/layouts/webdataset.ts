// WebDataset shards and what img2dataset writes: the files of a sample share a path up to the first dot of
// the name (`0001.jpg`, `0001.txt`, `0001.json`, `0001.cls`). Told by the .json or .cls beside pictures; with
// texts alone they are pairs (pairs.ts). Not here: the tar archives.
import { type Loss, lossIn } from '../../../formats/lost-file.ts';
import { captionOfTexts, readCaption, UNREAD } from '../../captions.ts';
import type { SkippedFile } from '../../api.ts';
import { bytesIn } from '../../content.ts';
import { madeAhead } from '../made-ahead.ts';
import type { Member } from '../member.ts';
import type { Choice, Chosen, Layout, Source, SourceEntry, WordFiles } from '../source.ts';
import { inShort, NO_COLUMN, NONE } from './column-choice.ts';
import { counted, without } from './left-over.ts';
import { linesAs, linesChoice } from './lines-choice.ts';
import { compare, isPictureName } from './names.ts';
import { pictureOf } from './picture-of.ts';

/** One sample: its picture and what stands beside it, by extension (`txt`, `json`, `cls`). */
interface Sample {
  key: string;
  picture: Member;
  beside: ReadonlyMap<string, Member>;
}

/** What was chosen of its captions. */
type Words = Chosen & { caption: string };

/** A larger file beside a picture is no note. */
const NOTE_BYTES = 1024 * 1024;
/** Fields of the .json that may be the caption, the first that is there. */
const CAPTION_FIELDS = ['caption', 'text', 'prompt', 'description'];
/** Samples whose .json is read for the choice of the caption. */
const LOOKED_AT = 20;
/** What img2dataset writes beside a shard. */
const SHARD_NOTE = /(?:^|\/)\d+(?:_stats\.json|\.parquet)$/i;

/** Null unless at least half of the pictures have a .json or .cls of their key. */
export const webdataset: Layout = {
  recognise: async (members) => {
    if (!members.some(({ path }) => /\.(?:json|cls)$/i.test(path))) return null;
    const { samples, more } = samplesOf(members);
    const noted = samples.filter(({ beside }) => beside.has('json') || beside.has('cls'));
    if (noted.length === 0 || noted.length * 2 < samples.length) return null;
    const taken = new Set([
      ...more,
      ...samples.flatMap(({ picture, beside }) => [picture, ...beside.values()]),
    ]);
    const notes = members.filter((one) => SHARD_NOTE.test(one.path) && !taken.has(one));
    const source = await sourceOf(samples);
    const ignored = [
      ...counted('further pictures of a sample', more),
      ...counted('notes of img2dataset on its shards', notes),
    ];
    const rest = without(members, [...taken, ...notes]);
    return { source: { ...source, facts: { ...source.facts, ignored } }, rest };
  },
};

/** Path up to the first dot of the base name, and what follows it. */
function keyed(path: string): { key: string; extension: string } {
  const dot = path.indexOf('.', path.lastIndexOf('/') + 1);
  return dot < 0
    ? { key: path, extension: '' }
    : { key: path.slice(0, dot), extension: path.slice(dot + 1).toLowerCase() };
}

/** By key. Of several pictures the one of the shortest extension: `jpg` before `mask.png`, one of `more`. */
function samplesOf(members: readonly Member[]): { samples: Sample[]; more: Member[] } {
  const pictures = new Map<string, Member>();
  const beside = new Map<string, Map<string, Member>>();
  const more: Member[] = [];
  for (const member of members) {
    const { key, extension } = keyed(member.path);
    if (isPictureName(member.path)) {
      const other = pictures.get(key);
      const isFirst = !other || extension.length < keyed(other.path).extension.length;
      if (other) more.push(isFirst ? other : member);
      if (isFirst) pictures.set(key, member);
    } else if (['txt', 'json', 'cls'].includes(extension)) {
      const of = beside.get(key) ?? new Map<string, Member>();
      beside.set(key, of.set(extension, member));
    }
  }
  const samples = [...pictures].map(([key, picture]) => ({
    key,
    picture,
    beside: beside.get(key) ?? new Map<string, Member>(),
  }));
  return { samples: samples.sort((a, b) => compare(a.key, b.key)), more };
}

async function sourceOf(samples: readonly Sample[]): Promise<Source> {
  const texts = samples.flatMap(({ beside }) => beside.get('txt') ?? []);
  const captions = await captionChoice(samples);
  const choices = [...captions, ...(await linesChoice(texts))];
  const value = captions[0]?.value ?? NONE;
  return {
    facts: {
      kind: 'WebDataset',
      count: samples.length,
      choices,
      licence: '',
      ignored: [],
      warnings: [],
      unused: [],
    },
    entries: (from, chosen) =>
      madeAhead(from, samples.length, (number) =>
        entryOf(samples[number] as Sample, number, { ...chosen, caption: chosen['caption'] ?? value }),
      ),
  };
}

/** The text beside pictures, and every text of the .json; what img2dataset notes for itself comes last. */
async function captionChoice(samples: readonly Sample[]): Promise<Choice[]> {
  const examples = new Map<string, string>();
  for (const { beside } of samples.slice(0, LOOKED_AT)) {
    const text = beside.get('txt');
    const read = text && (await readCaption(text));
    if (read?.ok && !examples.has('.txt')) examples.set('.txt', read.text.split('\n')[0] ?? '');
    for (const [field, value] of Object.entries((await fieldsIn(beside.get('json'))).fields))
      if (typeof value === 'string' && !examples.has(field)) examples.set(field, value);
  }
  if (examples.size === 0) return [];
  const isText = (text: string): boolean => text.includes(' ') && !/^https?:/.test(text);
  const value =
    ['.txt', ...CAPTION_FIELDS].find((name) => examples.has(name)) ??
    [...examples].find(([, text]) => isText(text))?.[0] ??
    NONE;
  const options = [...examples].map(([name, text]) => ({
    value: name,
    label: inShort(name),
    example: inShort(text),
  }));
  return [
    {
      id: 'caption',
      label: 'Caption',
      options: [...options, NO_COLUMN],
      value,
    },
  ];
}

/** The fields of a note; none where it is no note or cannot be read. `loss`: of one that is lost. */
async function fieldsIn(
  note: Member | undefined,
): Promise<{ fields: Record<string, unknown>; loss: Loss | null }> {
  if (!note || note.size > NOTE_BYTES) return { fields: {}, loss: null };
  try {
    const bytes = await bytesIn(await note.read());
    const fields: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return { fields: typeof fields === 'object' && fields !== null ? { ...fields } : {}, loss: null };
  } catch (error) {
    return { fields: {}, loss: lossIn(error) };
  }
}

async function entryOf({ picture, beside }: Sample, number: number, chosen: Words): Promise<SourceEntry> {
  const file = chosen.caption === NONE ? undefined : beside.get(chosen.caption === '.txt' ? 'txt' : 'json');
  const { text, unused, loss } = file ? await captionIn(file, chosen) : { text: '', loss: null };
  const cls = beside.get('cls');
  const label = cls && (await readCaption(cls));
  const name = label?.ok ? label.text.replaceAll('\n', ' ') : '';
  const lost = lostOf(file, loss) ?? lostOf(cls, label && !label.ok ? label.loss : null);
  const files = [file, cls].filter((one) => one !== undefined);
  return {
    number,
    path: picture.path,
    picture: pictureOf(picture),
    caption: text,
    className: /^\d+$/.test(name) ? `class ${name}` : name,
    ...(unused ? { unused } : {}),
    ...(files.length > 0 ? { words: { files, lost } } : {}),
  };
}

const lostOf = (file: Member | undefined, loss: Loss | null): WordFiles['lost'] =>
  file && loss ? { path: file.path, loss } : null;

/** `loss`: of a file that is lost. */
async function captionIn(
  file: Member,
  { caption, lines }: Words,
): Promise<{ text: string; unused?: SkippedFile; loss: Loss | null }> {
  const refused = (why: string, loss: Loss | null) => ({
    ...{ text: '', unused: { name: file.path, why }, loss },
  });
  if (caption === '.txt') {
    const read = await readCaption(file);
    return read.ok ? { text: linesAs(read.text, lines), loss: null } : refused(read.why, read.loss);
  }
  const { fields, loss } = await fieldsIn(file);
  if (loss) return refused(UNREAD, loss);
  const value = fields[caption];
  const texts = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
  const { text, why } = captionOfTexts(texts);
  return why === null ? { text, loss } : { ...refused(why, loss), text };
}
