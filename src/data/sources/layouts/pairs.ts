// Pictures with captions in text files of the same names, or in folders named after their classes: told by
// names alone. Takes every file, as any may be a picture. Not here: what the files hold (decode.ts).
import type { SkippedFile } from '../../api.ts';
import { isTextName, readCaption, stemOf } from '../../captions.ts';
import { isTrainerFile } from '../junk.ts';
import { madeAhead } from '../made-ahead.ts';
import type { Member } from '../member.ts';
import type { Layout, Source, SourceEntry } from '../source.ts';
import { counted } from './left-over.ts';
import { linesAs, linesChoice } from './lines-choice.ts';
import { compare, isPictureName } from './names.ts';
import { pictureOf } from './picture-of.ts';

/** A file to try as a picture, with its caption. */
interface Pair {
  member: Member;
  caption: Member | null;
  /** The name of its class, which is its caption where no file has one; empty where there are no classes. */
  className: string;
}

/** All that no other layout took. */
export const pairs: Layout = {
  recognise: async (members) => {
    if (members.length === 0) return null;
    const areBesidePictures = members.some(({ path }) => isPictureName(path));
    const isCache = ({ path }: Member): boolean => areBesidePictures && isTrainerFile(path);
    const caches = members.filter(isCache);
    const source = await sourceOf(members.filter((one) => !isCache(one)));
    const ignored = counted('files with latents or weights of other trainers', caches);
    return { source: { ...source, facts: { ...source.facts, ignored } }, rest: [] };
  },
};

async function sourceOf(members: readonly Member[]): Promise<Source> {
  const { entries, unused } = pairFiles(members);
  return {
    facts: {
      kind: kindOf(entries),
      isPlain: true,
      count: entries.length,
      choices: await linesChoice(entries.flatMap(({ caption }) => (caption ? [caption] : []))),
      licence: '',
      ignored: [],
      warnings: [],
      unused,
    },
    entries: (from, { lines }) =>
      madeAhead(from, entries.length, (number) => entryOf(entries[number] as Pair, number, lines)),
  };
}

function kindOf(entries: readonly Pair[]): string {
  if (entries.some(({ caption }) => caption)) return 'Pictures with captions';
  return entries.some(({ className }) => className !== '') ? 'Pictures in folders of classes' : 'Pictures';
}

async function entryOf(
  { member, caption, className }: Pair,
  number: number,
  lines: string | undefined,
): Promise<SourceEntry> {
  const read = caption && (await readCaption(caption));
  const loss = read && !read.ok ? read.loss : null;
  return {
    number,
    path: member.path,
    picture: pictureOf(member),
    caption: read?.ok ? linesAs(read.text, lines) : '',
    className,
    ...(caption && read && !read.ok ? { unused: { name: caption.path, why: read.why } } : {}),
    ...(caption ? { words: { files: [caption], lost: loss && { path: caption.path, loss } } } : {}),
  };
}

/**
 * All members but captions, sorted by path: the order in which the user's files arrive must not matter. Paths
 * tell equal names in two folders apart. Where a browser gives no paths, a caption that could belong to
 * several pictures is `unused`.
 */
function pairFiles(members: readonly Member[]): { entries: Pair[]; unused: SkippedFile[] } {
  const pictures = new Set(members.filter(({ path }) => !isTextName(path)).map(({ path }) => stemOf(path)));
  const captions = new Map<string, Member>();
  const doubled = new Set<string>();
  const rest: Member[] = [];
  for (const one of members) {
    const stem = stemOf(one.path);
    if (!isTextName(one.path) || !pictures.has(stem)) rest.push(one);
    else if (captions.has(stem)) doubled.add(stem);
    else captions.set(stem, one);
  }
  const classOf = classesOf(rest.map(({ path }) => path));
  const entries = rest
    .map((member) => {
      const stem = stemOf(member.path);
      if (doubled.has(stem)) return { member, caption: null, className: '' };
      return { member, caption: captions.get(stem) ?? null, className: classOf(member.path) };
    })
    .sort((a, b) => compare(a.member.path, b.member.path) || a.member.size - b.member.size);
  const why = 'several captions have this name; its pictures have none now';
  return { entries, unused: [...doubled].sort(compare).map((stem) => ({ name: `${stem}.txt`, why })) };
}

/** Folders of a data set's parts, which are no classes. */
const PART = /^(?:train|test|val|valid|eval)(?:ing|idation)?$/i;

const foldersOf = (path: string): string[] => path.split('/').slice(0, -1);

/**
 * The class of each picture: its folder's name, where all pictures lie equally deep and in folders of more
 * than one name (the rule of Hugging Face's imagefolder). Empty where they do not. Files that are no pictures
 * by name, as a README, say nothing of classes.
 */
function classesOf(paths: readonly string[]): (path: string) => string {
  const folders = paths.filter((path) => isPictureName(path)).map(foldersOf);
  const depths = new Set(folders.map(({ length }) => length));
  const names = new Set(folders.map((parents) => classNameOf(parents)));
  if (depths.size !== 1 || names.size < 2 || [...names].some((name) => name === '' || PART.test(name)))
    return () => '';
  return (path) => (isPictureName(path) ? classNameOf(foldersOf(path)) : '');
}

/** Words of the innermost folder: of `10_golden_retriever`, as kohya's trainers count repeats, the words. */
const classNameOf = (folders: readonly string[]): string =>
  (folders.at(-1) ?? '')
    .replace(/^\d+_(?=\D)/, '')
    .replaceAll('_', ' ')
    .replace(/ +/g, ' ')
    .trim();
