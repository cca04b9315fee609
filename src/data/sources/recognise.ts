// What the user's files are: containers are opened, then each layout takes what has its form, and the next
// ones what is left. Not here: the containers and layouts themselves (the folders beside this file).
import type { SkippedFile } from '../api.ts';
import { isGzippedTar, open } from './containers/open.ts';
import { framed } from './framed.ts';
import { isSystemFile } from './junk.ts';
import { arrays } from './layouts/arrays.ts';
import { celeba } from './layouts/celeba.ts';
import { cifar } from './layouts/cifar.ts';
import { coco } from './layouts/coco.ts';
import { imagefolder } from './layouts/imagefolder.ts';
import { counted, leftOver } from './layouts/left-over.ts';
import { mnist } from './layouts/mnist.ts';
import { isPictureName } from './layouts/names.ts';
import { pairs } from './layouts/pairs.ts';
import { parquet } from './layouts/parquet.ts';
import { pathsTable } from './layouts/paths-table.ts';
import { stylegan } from './layouts/stylegan.ts';
import { webdataset } from './layouts/webdataset.ts';
import { tooLong } from './list-size.ts';
import type { Member } from './member.ts';
import type { Layout, Source } from './source.ts';

/** Files whose first bytes are looked at for a gzipped tar, before all of them are opened. */
const FEW_FILES = 16;

/** From the most particular form to the least; pairs, which take anything, come after all. */
const LAYOUTS: readonly Layout[] = [
  celeba,
  coco,
  imagefolder,
  stylegan,
  cifar,
  mnist,
  arrays,
  pathsTable,
  webdataset,
  parquet,
];

/**
 * The sources among the files, several where they have several forms; none where there are no files. What no
 * source has, as files of systems, is said by the first. Throws FaultError kind `file` where the only file is
 * an archive that is not sound, and an AbortError soon after `signal` is aborted.
 */
export async function recognise(files: readonly File[], signal?: AbortSignal): Promise<Source[]> {
  const { members, isArchive, unused } = await open(files, signal);
  const { sound, system, long } = partedOf(members);
  unused.push(...long);
  const { particular, rest } = await particularOf(sound, signal);
  // Beside a data set a README is no picture that failed.
  const left = particular.length === 0 ? { rest, ignored: [] } : leftOver(rest);
  const others = await pairs.recognise(left.rest);
  const [first, ...more] = others ? [...particular, others.source] : particular;
  if (!first) return unused.length === 0 ? [] : [nothingBut(unused)];
  const ignored = [...left.ignored, ...counted('files that systems put beside others', system)];
  const isPlain = (first.facts.isPlain ?? false) && !isArchive;
  return [withMore(first, { ignored, unused, isPlain }), ...more].map(framed);
}

/**
 * Whether pictures are among the files, in archives too, by their names or the form of a data set; a file of
 * another name may be one all the same. Of a gzipped tar it is believed, which would be unpacked only for
 * this. Throws as recognise.
 */
export async function holdPictures(files: readonly File[], signal?: AbortSignal): Promise<boolean> {
  for (const file of files.slice(0, FEW_FILES)) if (await isGzippedTar(file)) return true;
  const { members } = await open(files, signal);
  const { sound } = partedOf(members);
  return (
    sound.some(({ path }) => isPictureName(path)) || (await particularOf(sound, signal)).particular.length > 0
  );
}

/** Members that are of use, files of systems, and lists that are too long, each with the reason. */
function partedOf(members: readonly Member[]): { sound: Member[]; system: Member[]; long: SkippedFile[] } {
  const [sound, system, long]: [Member[], Member[], SkippedFile[]] = [[], [], []];
  for (const member of members) {
    const { path } = member;
    const isSystem = isSystemFile(path);
    const why = isSystem ? null : tooLong(member);
    if (why === null) (isSystem ? system : sound).push(member);
    else long.push({ name: path, why });
  }
  return { sound, system, long };
}

async function particularOf(
  members: readonly Member[],
  signal?: AbortSignal,
): Promise<{ particular: Source[]; rest: readonly Member[] }> {
  const particular: Source[] = [];
  let rest = members;
  for (const layout of LAYOUTS) {
    signal?.throwIfAborted();
    const found = await layout.recognise(rest);
    if (!found) continue;
    particular.push(found.source);
    rest = found.rest;
  }
  return { particular, rest };
}

const withMore = (
  source: Source,
  { isPlain, ignored, unused }: { isPlain: boolean } & Pick<Source['facts'], 'ignored' | 'unused'>,
): Source => ({
  ...source,
  facts: {
    ...source.facts,
    isPlain,
    ignored: [...source.facts.ignored, ...ignored],
    unused: [...source.facts.unused, ...unused],
  },
});

/** A source without entries, which says why. */
const nothingBut = (unused: Source['facts']['unused']): Source => ({
  facts: { kind: 'Pictures', count: 0, choices: [], licence: '', ignored: [], warnings: [], unused },
  entries: async function* () {},
});
