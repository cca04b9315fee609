// Claims of what is shown before an import: a source that cannot be read has no examples and takes none from
// the others. Not here: what sources are found (sources/).
import { expect, it } from 'vitest';
import { shownOf } from '../../src/data/found-pictures.ts';
import type { Source } from '../../src/data/sources/source.ts';

const sourceWith = (kind: string, entries: Source['entries']): Source => ({
  facts: { kind, count: 1, choices: [], licence: '', ignored: [], warnings: [], unused: [] },
  entries,
});

const sound = sourceWith('sound', async function* () {
  const read = () => Promise.reject(new Error('not read here'));
  yield { number: 0, path: 'a.png', picture: { kind: 'file', read }, caption: 'a cat', className: '' };
});

// oxlint-disable-next-line require-yield -- its first entry is what fails
const damaged = sourceWith('damaged', async function* () {
  throw new RangeError('Offset is outside the bounds of the DataView');
});

it('a source that throws has no examples, and the others have theirs', async () => {
  const { count, sources } = await shownOf([damaged, sound], {}, false);
  expect(count).toBe(2);
  expect(sources.map(({ facts, examples }) => [facts.kind, examples])).toEqual([
    ['damaged', []],
    ['sound', [{ path: 'a.png', caption: 'a cat', picture: null }]],
  ]);
});

it('names from archives are shown short and without what hides other text', async () => {
  const facts = {
    ...sound.facts,
    unused: [{ name: `a\u202e\n${'b'.repeat(1e6)}`, why: 'it is a link\x1b[2J' }],
    ignored: [{ why: 'other files', count: 1, example: 'c'.repeat(1e6) }],
  };
  const [shown] = (await shownOf([{ ...sound, facts }], {}, false)).sources;
  expect(shown?.facts.unused).toEqual([{ name: `a ${'b'.repeat(118)}…`, why: 'it is a link [2J' }]);
  expect(shown?.facts.ignored[0]?.example).toBe(`${'c'.repeat(120)}…`);
});

it('some loose pictures are shown where the user wants to see them', async () => {
  const loose = { ...sound, facts: { ...sound.facts, isPlain: true } };
  expect((await shownOf([loose], {}, false)).asks).toBe(false);
  expect(await shownOf([loose], {}, true)).toMatchObject({ asks: true, sources: [{ examples: [{}] }] });
  expect((await shownOf([], {}, true)).asks).toBe(false);
});
