// COCO's captions (2014, 2017 and other sets in the same form): captions_*.json with images and annotations,
// and pictures wherever they lie. Captions belong to the number of a picture. Not here: reading such a large
// file piece by piece (formats/json-records.ts), boxes and masks.
import { FaultError } from '../../../fault.ts';
import { eachRecord } from '../../../formats/json-records.ts';
import { cleanText } from '../../../plain-text.ts';
import { captionOfTexts, stemOf } from '../../captions.ts';
import type { Member } from '../member.ts';
import type { Choice, Chosen, Layout, Recognised, SourceEntry } from '../source.ts';
import { counted, without } from './left-over.ts';
import { baseName, compare, counting, isPictureName } from './names.ts';
import { ALL, partChoice } from './part-choice.ts';
import { pictureOf } from './picture-of.ts';

const CAPTIONS = /(?:^|\/)[^/]*captions[^/]*\.json$/i;
/** Boxes, key points and sizes of the same pictures. */
const OTHER_LISTS = /(?:^|\/)(?:instances|person_keypoints|stuff|panoptic|image_info)_[^/]*\.json$/i;
const LICENCE = 'Captions under CC BY 4.0; the pictures under the terms of Flickr and their authors.';

/** A picture that a list of captions names. */
interface Described {
  /** The list, as `train2017` of `captions_train2017.json`. */
  part: string;
  fileName: string;
  captions: string[];
}

interface Pictured extends Described {
  member: Member;
}

/** What the lists say, by the pictures' numbers, and what is wrong with them. */
interface Lists {
  pictures: Map<string, Described>;
  /** The members that are such lists. */
  members: Member[];
  warnings: string[];
}

/** Null where no list of captions names pictures. */
export const coco: Layout = {
  recognise: async (members) => {
    const named = members.filter(({ path }) => CAPTIONS.test(path)).sort((a, b) => compare(a.path, b.path));
    if (named.length === 0) return null;
    const lists: Lists = { pictures: new Map(), members: [], warnings: [] };
    for (const member of named) await readList(member, lists);
    return lists.members.length === 0 ? null : recognised(members, lists);
  },
};

function recognised(members: readonly Member[], lists: Lists): Recognised {
  const pictures = members.filter(({ path }) => isPictureName(path));
  const pictured = joined(pictures, lists.pictures);
  const others = members.filter(({ path }) => OTHER_LISTS.test(path));
  const taken = [...pictured.map(({ member }) => member), ...lists.members, ...others];
  const rest = without(members, taken);
  const source = {
    facts: {
      kind: kindOf(lists.members),
      count: pictured.length,
      choices: splitChoice(pictured),
      licence: LICENCE,
      ignored: counted('lists of boxes, key points or sizes, which are not used', others),
      warnings: [...lists.warnings, ...warningsOf(pictured, lists)],
      unused: [],
    },
    entries: (from: number, chosen: Chosen) => entriesOf(pictured, from, chosen),
  };
  return { source, rest };
}

/** Adds what a list says. A list that is damaged gives what stands before the damage, with a warning. */
async function readList(member: Member, { pictures, members, warnings }: Lists): Promise<void> {
  const part = stemOf(baseName(member.path)).replace(/^captions_/i, '');
  const found = new Map<string, Described>();
  const loose = new Map<string, string[]>();
  let unread = 0;
  const image = (record: unknown): void => {
    const { id, file_name: fileName } = record as Record<string, unknown>;
    if (!isId(id) || typeof fileName !== 'string') unread++;
    else found.set(String(id), { part, fileName, captions: [] });
  };
  const annotation = (record: unknown): void => {
    const { image_id: id, caption } = record as Record<string, unknown>;
    if (!isId(id) || typeof caption !== 'string') unread++;
    else pushTo(loose, String(id), caption);
  };
  const name = baseName(member.path);
  try {
    await eachRecord(await member.blob(), { images: image, annotations: annotation });
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    warnings.push(`${name} is read in part or not at all. ${cleanText(error.message)}.`);
    members.push(member);
  }
  if (found.size > 0 && !members.includes(member)) members.push(member);
  for (const [id, described] of found) {
    // The same picture in two lists, as in those of 2014 and 2017, is one picture.
    const captions = loose.get(id) ?? [];
    const before = pictures.get(id);
    if (before) before.captions = before.captions.concat(captions);
    else pictures.set(id, { ...described, captions });
  }
  const nowhere = [...loose.keys()].filter((id) => !found.has(id)).length;
  if (found.size > 0 && nowhere > 0)
    warnings.push(`${name} has captions of ${counting(nowhere, 'picture')} that it does not list.`);
  if (unread > 0) warnings.push(`${counting(unread, 'record')} of ${name} cannot be read.`);
}

function pushTo(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

const isId = (id: unknown): id is number | string => typeof id === 'number' || typeof id === 'string';

/** The number in COCO's names: of 2014 `COCO_train2014_000000000009.jpg`, of 2017 `000000000009.jpg`. */
const numberOf = (path: string): string | null => {
  const digits = /(?:^|\/|_)(\d{12})\.[a-z]+$/i.exec(path)?.[1];
  return digits === undefined ? null : String(Number(digits));
};

/**
 * The pictures that are here, by name. A picture is told by its number where its name has one, so that lists
 * of 2017 find pictures of 2014; else by its name.
 */
function joined(members: readonly Member[], described: ReadonlyMap<string, Described>): Pictured[] {
  const byName = new Map([...described].map(([id, { fileName }]) => [baseName(fileName).toLowerCase(), id]));
  const pictured = new Map<string, Pictured>();
  for (const member of [...members].sort((a, b) => compare(a.path, b.path))) {
    const id = byName.get(baseName(member.path).toLowerCase()) ?? numberOf(member.path);
    const words = id === null ? undefined : described.get(id);
    if (id !== null && words && !pictured.has(id)) pictured.set(id, { ...words, member });
  }
  return [...pictured.values()];
}

function kindOf(lists: readonly Member[]): string {
  const years = new Set(
    lists.flatMap(({ path }) => /(?:train|val|test)(20\d\d)/.exec(baseName(path))?.[1] ?? []),
  );
  return ['COCO captions', [...years].sort().join(' and ')].join(' ').trim();
}

function splitChoice(pictured: readonly Pictured[]): Choice[] {
  const counts = new Map<string, number>();
  for (const { part } of [...pictured].sort((a, b) => compare(a.part, b.part)))
    counts.set(part, (counts.get(part) ?? 0) + 1);
  return partChoice(counts, pictured.length);
}

function warningsOf(pictured: readonly Pictured[], { pictures, members }: Lists): string[] {
  const missing = pictures.size - pictured.length;
  const bare = pictured.filter(({ captions }) => captions.length === 0).length;
  const names = members.map(({ path }) => baseName(path)).join(', ');
  return [
    ...(missing > 0
      ? [
          `${missing.toLocaleString('en-US')} of the ${counting(pictures.size, 'picture')} in ${names} are not here.`,
        ]
      : []),
    ...(pictures.size > 0 && pictured.length === 0
      ? ['Choose the pictures together with the captions, as train2017.zip with captions_train2017.json.']
      : []),
    ...(bare > 0 ? [`${counting(bare, 'picture')} without a caption in ${names}.`] : []),
  ];
}

async function* entriesOf(
  pictured: readonly Pictured[],
  from: number,
  { split = ALL }: Chosen,
): AsyncGenerator<SourceEntry> {
  for (let number = from; number < pictured.length; number++) {
    const { member, part, captions } = pictured[number] as Pictured;
    if (split !== ALL && part !== split) continue;
    const { text, why } = captionOfTexts(captions);
    yield {
      number,
      path: member.path,
      picture: pictureOf(member),
      caption: text,
      className: '',
      ...(why === null ? {} : { unused: { name: member.path, why } }),
    };
  }
}
