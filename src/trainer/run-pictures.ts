// The pictures of a run: whether they can be varied as its settings say, and of one that is opened from a
// checkpoint whether they are missing, changed, or the same.
// Not here: the sets (data/sets.ts).
import { augmentationOf } from '../settings/augmentation.ts';
import { type RunConfig, SETTINGS } from '../settings/settings.ts';
import type { PictureSet } from '../data/api.ts';
import { openPictures } from '../data/sets.ts';
import { type Fault, faultOf } from '../fault.ts';
import { PIXELS } from '../data/space.ts';
import { hasWords } from '../settings/preset-families.ts';
import { networkOf } from '../settings/presets.ts';
import type { DatasetStamp } from './metadata-fields.ts';
import { spaceOfNetwork } from './picture-network.ts';
import { otherClasses, type RunClasses } from './run-classes.ts';

/**
 * The run's pictures, and a fault where they are missing or differ from `began`, or captions and classes do
 * and the run learns them or draws pictures by them. A missing set, one in another space than the network's,
 * latents that would be varied, or pictures of none of the run's classes are null and do not throw: samples
 * can still be drawn. Throws FaultError of other kinds than `data`.
 */
export async function openRunPictures(
  config: RunConfig,
  began: DatasetStamp,
  classes: RunClasses | null,
): Promise<{ set: PictureSet | null; fault: Fault | null }> {
  let set: PictureSet;
  try {
    const { imageSize, maxImages } = config;
    const { title, imported } = began;
    set = await openPictures(config.dataset, {
      ...{ imageSize, maxImages, title },
      ...(imported === undefined ? {} : { imported }),
    });
  } catch (error) {
    const fault = faultOf(error);
    if (fault.kind !== 'data') throw error;
    return { set: null, fault };
  }
  if ((set.info.space ?? PIXELS).is !== spaceOfNetwork(networkOf(config)).is)
    return { set: null, fault: ofAnotherSpace(set) };
  const unfit = variedLatents(set, config) ?? otherClasses(set, classes);
  if (unfit) return { set: null, fault: unfit };
  if (set.info.fingerprint !== began.fingerprint || set.count !== began.count)
    return { set, fault: changed(began, set) };
  const { words } = set.info;
  const areOthers = began.words !== undefined && words !== undefined && words !== began.words;
  const reads = classes !== null || hasWords(config) || config.evenClasses;
  return { set, fault: areOthers && reads ? otherWords(began, words) : null };
}

const otherWords = ({ title, words }: DatasetStamp, now: string): Fault => ({
  kind: 'data',
  title: `The captions or classes of ${title} have changed`,
  what: 'The pictures are those that this run began with. It waits until you say whether to go on with these words.',
  expected: `captions and classes, fingerprint ${words?.slice(0, 16) ?? ''}`,
  got: `captions and classes, fingerprint ${now.slice(0, 16)}`,
  todo: [
    'Use these pictures: the run goes on with their words.',
    'Or import the pictures with the words it began with again.',
  ],
});

/**
 * Why pictures of this set cannot be mirrored, cropped or recoloured as the settings say; null: they can. The
 * latents of a mirrored picture are not its latents mirrored: a model would learn what decodes to none.
 */
export function variedLatents(
  { info, count }: Pick<PictureSet, 'info' | 'count'>,
  config: Pick<RunConfig, 'randomFlip' | 'randomCrop' | 'colorJitter' | 'dataset'>,
): Fault | null {
  if ((info.space ?? PIXELS).is === 'pixels') return null;
  const { randomCrop, colorJitter } = augmentationOf(config, count);
  const given = { randomFlip: config.randomFlip, randomCrop, colorJitter };
  const on = Object.entries(given).flatMap(([name, isOn]) =>
    isOn ? [SETTINGS[name as keyof typeof given].label] : [],
  );
  if (on.length === 0) return null;
  return {
    kind: 'data',
    title: 'Latents cannot be mirrored, cropped or recoloured',
    what: 'They are no pixels: the latents of a mirrored picture are other numbers than its latents mirrored. Nothing was changed.',
    expected: 'settings that leave latents as they are',
    got: `on: ${on.join(', ')}`,
    todo: [`Turn off ${on.join(', ')}, and start a run.`],
  };
}

function ofAnotherSpace({ info }: PictureSet): Fault {
  return {
    kind: 'data',
    title: 'This model learns from latents, and there are none',
    what: 'It draws samples, shown as rough previews, and can be exported. Training would need the latents of pictures, which Perennial cannot make yet.',
    expected: 'a data set of latents',
    got: `${info.title}, which are pixels`,
    todo: ['Export it, and train it where its autoencoder is.', 'Or start a run of your own.'],
  };
}

function changed(began: DatasetStamp, set: PictureSet): Fault {
  return {
    kind: 'data',
    title: `The pictures of ${began.title} have changed`,
    what: 'This run began with other pictures. It waits until you say whether to go on with these.',
    expected: `${began.count} pictures, fingerprint ${began.fingerprint.slice(0, 16)}`,
    got: `${set.count} pictures, fingerprint ${set.info.fingerprint.slice(0, 16)}`,
    todo: ['Use these pictures: the run goes on with them.', 'Or import the pictures it began with again.'],
    ...(importOf(began) === importOf(set.info) ? sameImport(began, set) : {}),
  };
}

const importOf = ({ imported, fingerprint }: Pick<DatasetStamp, 'imported' | 'fingerprint'>): string =>
  imported ?? fingerprint;

/** Of the same import, of which others are removed or cut by hand. */
function sameImport(began: DatasetStamp, { count }: PictureSet): Pick<Fault, 'what' | 'todo'> {
  return {
    what: `They come from the same import as those that this run began with, but ${differences(count - began.count)}. It waits until you say whether to go on with these.`,
    todo: [
      'Use these pictures: the run goes on with them.',
      'Or remove, restore or cut the same ones in the view Pictures, then press Resume: the run goes on with those it began with.',
    ],
  };
}

/** `more`: pictures that the run did not begin with. */
function differences(more: number): string {
  const many = Math.abs(more);
  const pictures = `${many} ${many === 1 ? 'picture' : 'pictures'}`;
  if (more > 0) return `${pictures} that had been removed by then ${many === 1 ? 'is' : 'are'} among them`;
  if (more < 0) return `${pictures} ${many === 1 ? 'has' : 'have'} been removed since`;
  return 'others are removed, or cut by hand';
}
