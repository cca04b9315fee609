// Claims of importing pictures: usable ones are stored and read back, others are listed, and a failed import
// leaves nothing. In a real Chromium, in its private file system, from a worker.
import * as Comlink from 'comlink';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { cdp } from 'vitest/browser';
import type { ImportProgress, ImportReport } from '../../src/data/api.ts';
import type { Result } from '../../src/fault.ts';
import VERSION_1 from '../fixtures/pictures-version-1.json' with { type: 'json' };
import { zipBlob } from '../../src/formats/zip-writer.ts';
import { pictureFile, textFile } from './make-files.ts';
import type { PicturesApi } from './pictures-worker.ts';

const worker = new Worker(new URL('./pictures-worker.ts', import.meta.url), { type: 'module' });
const pictures = Comlink.wrap<PicturesApi>(worker);

const importAll = async (
  files: File[],
  title = 'Holiday',
  size = 16,
  onProgress = () => {},
  addTo: string | null = null,
  isPool = false,
) => {
  const progress: ImportProgress[] = [];
  const result = (await pictures.importPictures(
    files,
    { title, size, addTo },
    Comlink.proxy((one) => {
      progress.push(one);
      onProgress();
    }),
    isPool,
  )) as Result<ImportReport | null>;
  return { result, progress };
};
const imported = async (files: File[], title?: string, size?: number) => {
  const { result } = await importAll(files, title, size);
  return reportOf(result);
};
const reportOf = (result: Result<ImportReport | null>): ImportReport => {
  const report = value(result);
  if (!report) throw new Error('it was stopped');
  return report;
};
const faultOf = async (files: File[]) => {
  const { result } = await importAll(files);
  if (result.ok) throw new Error('it was imported');
  return result.fault;
};
const own = async () => (await pictures.list()).filter(({ builtIn }) => !builtIn);
const value = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.fault));
  return result.value;
};

beforeEach(async () => {
  for (const { folder } of await pictures.stopped()) await pictures.removeStopped(folder);
  for (const { id } of await own()) await pictures.remove(id);
});
afterAll(() => worker.terminate());

/** Sets how many bytes this origin may store; without a number, the browser's own limit. */
const setQuota = (quotaSize?: number) =>
  cdp().send('Storage.overrideQuotaForOrigin', {
    origin: location.origin,
    ...(quotaSize === undefined ? {} : { quotaSize }),
  });

/** pixels.bin, records.bin, words.bin, progress.bin, edits.bin, source.json, info.json. */
const FILES_OF_A_SET = 7;

const NONE = { count: 0, reasons: [], files: [] };

const colours = ['#c04020', '#20c040', '#4020c0', '#c0c020', '#20c0c0', '#c020c0'];
const sixFiles = () =>
  Promise.all(colours.map((colour, i) => pictureFile(`p${i}.png`, { colour, type: 'image/png' })));

describe('an import', () => {
  it('keeps the good pictures, skips two broken ones and says why', async () => {
    const good = await sixFiles();
    const whole = await pictureFile('cut.jpg');
    const cut = new File([whole.slice(0, 12)], 'cut.jpg');
    const files = [...good, cut, textFile('not-a-picture.jpg', 'words')];
    const { result, progress } = await importAll(files);
    const { info, skipped } = reportOf(result);
    expect(info).toMatchObject({
      title: 'Holiday',
      count: 6,
      storedSize: 16,
      builtIn: false,
      captions: false,
    });
    expect(info.id).toBe(`own-${info.fingerprint.slice(0, 8)}`);
    expect(skipped.files.map(({ name }) => name)).toEqual(['cut.jpg', 'not-a-picture.jpg']);
    expect(skipped.reasons).toMatchObject([
      { why: expect.stringMatching(/cut off/), count: 1, example: 'cut.jpg' },
      { why: expect.stringMatching(/text/), count: 1, example: 'not-a-picture.jpg' },
    ]);
    expect(progress.at(-1)).toMatchObject({ done: 8, total: 8, skipped: 2, size: 16 });
    // Each picture is shown once, when it is stored.
    const { pictures: read } = value(await pictures.read(info.id, 16, [0, 1, 2, 3, 4, 5]));
    expect(progress.flatMap(({ stored }) => stored)).toEqual(read);
    expect(await own()).toEqual([info]);
  });

  it('stores the pixels: what is read is what was drawn', async () => {
    const { info } = await imported(await sixFiles());
    const { pictures: read } = value(await pictures.read(info.id, 16, [0, 5]));
    // 40 -> 16 pixels: the mark is 10 wide, 4 pixels of the result.
    expect([...(read[0]?.subarray(0, 3) ?? [])]).toEqual([255, 255, 255]);
    expect([...(read[0]?.subarray(-3) ?? [])]).toEqual([0xc0, 0x40, 0x20]);
    expect([...(read[1]?.subarray(-3) ?? [])]).toEqual([0xc0, 0x20, 0xc0]);
    const half = value(await pictures.read(info.id, 8, [1])).pictures[0];
    expect(half).toHaveLength(8 * 8 * 3);
    expect([...(half?.subarray(-3) ?? [])]).toEqual([0x20, 0xc0, 0x40]);
  });

  it('gives the same pictures the same id in any order, under another title, and replaces the set', async () => {
    const files = await sixFiles();
    const first = await imported(files, 'One');
    const second = await imported(files.toReversed(), 'Two');
    expect(second.info).toEqual({ ...first.info, title: 'Two' });
    expect(await own()).toEqual([second.info]);
    expect(await pictures.paths()).toHaveLength(FILES_OF_A_SET);
    const other = await imported(files.slice(0, 5));
    expect(other.info.id).not.toBe(first.info.id);
    expect((await imported(files, 'One', 8)).info.id).not.toBe(first.info.id);
  });

  it('gives pictures in a zip the id that they have loose', async () => {
    const files = await sixFiles();
    const entries = files.map((file) => ({ name: `holiday/${file.name}`, content: file }));
    const zip = new File([await zipBlob(entries)], 'holiday.zip');
    const { info, skipped } = await imported([zip]);
    expect(skipped).toEqual(NONE);
    expect(info.id).toBe((await imported(files)).info.id);
  });

  it('does not disturb a run that reads the set while it is imported again', async () => {
    const files = await sixFiles();
    const { info } = await imported(files);
    const { before, after, id, fileName } = value(await pictures.readAcrossImport(info.id, files, 16));
    expect(id).toBe(info.id);
    expect(after).toEqual(before);
    expect(fileName).toBe('p0.png');
  });

  it('gives the same pictures together and one by one', async () => {
    const { info } = await imported(await sixFiles());
    const read = async (...indices: number[]) => value(await pictures.read(info.id, 16, indices)).pictures;
    const together = await read(0, 1, 2, 3, 4, 5);
    for (const [index, picture] of together.entries()) expect(await read(index)).toEqual([picture]);
    expect(new Set(together.map(String)).size).toBe(6);
  });

  it('is removed under a run that reads it, which then says so', async () => {
    const { info } = await imported(await sixFiles());
    const result = await pictures.readWhileRemoved(info.id);
    expect(result).toMatchObject({ ok: false, fault: { kind: 'data' } });
    expect(!result.ok && result.fault.title).toContain('are not on this computer');
    expect(await own()).toEqual([]);
  });

  it('keeps captions beside their pictures, cleaned, and lists those it cannot use', async () => {
    const files = [
      ...(await sixFiles()),
      textFile('p0.txt', 'a red\u202e square\u0000 with a mark  \r\n\na marked square\n'),
      textFile('p1.txt', 'x'.repeat(5000)),
      textFile('orphan.txt', 'a caption of nothing'),
    ];
    const { info, skipped } = await imported(files);
    expect(info).toMatchObject({ count: 6, captions: true });
    expect(value(await pictures.read(info.id, 16, [0, 1, 2])).captions).toEqual([
      'a red square with a mark\na marked square',
      '',
      '',
    ]);
    expect(skipped.files.map(({ name }) => name).sort((a, b) => (a < b ? -1 : 1))).toEqual([
      'orphan.txt',
      'p1.txt',
    ]);
  });

  it('leaves out pictures of the same pixels, whatever their files are, and counts them', async () => {
    const files = await sixFiles();
    const [one] = files as [File];
    const { info, added, duplicates } = await imported([...files, new File([one], 'again.png')]);
    expect([info.count, added, duplicates]).toEqual([6, 6, 1]);
    expect((await imported(files)).info.id).toBe(info.id);
  });

  it('passes over what systems put beside files, without a word', async () => {
    const junk = ['.DS_Store', 'Thumbs.db', 'desktop.ini', '._p0.png', '__MACOSX/p1.png'];
    const { info, skipped } = await imported([
      ...(await sixFiles()),
      ...junk.map((name) => textFile(name, 'x')),
    ]);
    expect([info.count, skipped.count]).toEqual([6, 0]);
  });

  it('clears away what a killed import left', async () => {
    await pictures.leaveHalf();
    expect(await own()).toEqual([]);
    await imported(await sixFiles());
    expect((await pictures.paths()).filter((path) => path.startsWith('import-half'))).toEqual([]);
  });
});

describe('an import that cannot be', () => {
  it('of no usable picture at all leaves nothing and gives an example', async () => {
    const fault = await faultOf([textFile('notes.md', 'words'), textFile('empty.jpg', '')]);
    expect(fault).toMatchObject({ kind: 'data', got: '2 other files' });
    expect(fault.what).toMatch(/empty\.jpg: it is empty/);
    expect(await pictures.paths()).toEqual([]);
    expect((await faultOf([])).got).toBe('0 other files');
    const addresses = textFile('urls.csv', 'url,caption\nhttps://example.org/1.jpg,a cat');
    expect((await faultOf([addresses])).what).toMatch(/^1 of the 1 row .* Download the pictures/);
  });
});

describe('an import that is stopped', () => {
  const many = (count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, i) =>
        pictureFile(`${1000 + i}.png`, { width: 600, height: 600, colour: `#${100 + i}`, type: 'image/png' }),
      ),
    );
  const stopAfterFirst = async (files: File[]) => {
    const { result } = await importAll(files, 'Holiday', 16, () => void pictures.cancel());
    expect(result).toEqual({ ok: true, value: null });
    const [stopped, ...others] = await pictures.stopped();
    expect(others).toEqual([]);
    if (!stopped) throw new Error('nothing is stopped');
    expect(stopped).toMatchObject({ title: 'Holiday', done: stopped.stored });
    expect(await own()).toEqual([]);
    return stopped;
  };

  it('goes on with the same files, each picture once, and is the set of one that never stopped', async () => {
    const files = [...(await many(60)), textFile('1007.txt', 'the eighth'), textFile('a.jpg', 'none')];
    const { info } = await imported(files);
    await pictures.remove(info.id);
    const { done, total } = await stopAfterFirst(files);
    expect(total).toBe(61);
    await pictures.takeDecodes();
    const { result, progress } = await importAll(files);
    expect(reportOf(result)).toMatchObject({ info, added: 60, duplicates: 0, skipped: { count: 1 } });
    expect(progress[0]?.done).toBeGreaterThan(done);
    expect((await pictures.takeDecodes()).pictures).toBe(60 - done);
    expect(value(await pictures.picture(info.id, 7))).toMatchObject({ caption: 'the eighth' });
    expect(await pictures.stopped()).toEqual([]);
  });

  it('is used as it is, or removed', async () => {
    const files = await many(60);
    const first = await stopAfterFirst(files);
    const info = value(await pictures.useStopped(first.folder));
    expect(info).toMatchObject({ title: 'Holiday', count: first.stored });
    expect(await own()).toEqual([info]);
    await pictures.remove(info.id);
    await pictures.removeStopped((await stopAfterFirst(files)).folder);
    expect(await pictures.paths()).toEqual([]);
  });

  it('is let alone by an import of other files', async () => {
    const { folder } = await stopAfterFirst(await many(60));
    await imported(await sixFiles());
    expect((await pictures.stopped()).map((one) => one.folder)).toEqual([folder]);
  });
});

describe('a set of version 1', () => {
  it('opens as it is, and is changed as others are', async () => {
    await pictures.writeFolder('import-1', VERSION_1);
    const [info] = await own();
    expect(info).toMatchObject({
      id: 'own-29927b32',
      title: 'Holiday',
      count: 3,
      storedSize: 8,
      captions: true,
    });
    const { captions, pictures: read } = value(await pictures.read('own-29927b32', 8, [0, 1, 2]));
    expect(captions).toEqual(['a red square\na marked square', '', 'zwei Wörter']);
    // Byte k of picture i is (80 i + k) mod 256.
    expect(read.map((pixels) => [pixels[0], pixels[191]])).toEqual([
      [0, 191],
      [80, 15],
      [160, 95],
    ]);
    const two = await pictures.removeNumbers({ dataset: 'own-29927b32', indices: Uint32Array.of(1) });
    expect(value(await pictures.picture(two?.id ?? '', 1, 8))).toMatchObject({
      fileName: 'folder/p2.png',
      caption: 'zwei Wörter',
    });
    expect(value(await pictures.read('own-29927b32', 8, [0])).info).toEqual(two);
  });
});

describe('full storage', () => {
  it('refuses or stops the import, says so, leaves the older set whole, and what is stored for going on', async () => {
    const { info } = await imported(await sixFiles());
    const photo = (i: number) =>
      pictureFile(`${i}.png`, {
        width: 256,
        height: 256,
        colour: `hsl(${6 * i} 80% 50%)`,
        type: 'image/png',
      });
    const files = await Promise.all(Array.from({ length: 60 }, (_, i) => photo(i)));
    const { usage = 0 } = await navigator.storage.estimate();
    try {
      await setQuota(usage + 6e6);
      const refused = await importAll(files, 'Large', 256);
      expect(refused.result).toMatchObject({
        ok: false,
        fault: { title: 'There is no room for these pictures' },
      });
      expect(refused.progress).toEqual([]);
      expect(await pictures.paths()).toHaveLength(FILES_OF_A_SET);
      await setQuota(usage + 20e6);
      const { result } = await importAll(files, 'Large', 256, () => void setQuota(usage + 6e6));
      expect(result).toMatchObject({ ok: false, fault: { kind: 'storage', title: 'The storage is full' } });
    } finally {
      await setQuota();
    }
    expect(await own()).toEqual([info]);
    expect(reportOf((await importAll(files, 'Large', 256)).result)).toMatchObject({
      added: 60,
      duplicates: 0,
    });
  });
});

describe('a set that cannot be opened', () => {
  it('is named, with what to do', async () => {
    const result = await pictures.read('own-00000000', 16, [0]);
    if (result.ok) throw new Error('it was opened');
    expect(result.fault).toMatchObject({ kind: 'data', got: 'no such set in this browser' });
    expect(result.fault.title).toContain('own-00000000');
    expect(result.fault.todo).toHaveLength(2);
  });

  it('because it is stored too small says both sizes', async () => {
    const { info } = await imported(await sixFiles());
    const result = await pictures.read(info.id, 32, [0]);
    expect(result).toMatchObject({
      ok: false,
      fault: { kind: 'data', expected: 'pictures stored at 32 x 32 or larger', got: '16 x 16' },
    });
  });
});

describe('a stored set', () => {
  it('tells the file, the caption and the pixels of a picture', async () => {
    const { info } = await imported([...(await sixFiles()), textFile('p2.txt', 'a blue square')]);
    const { rgb, ...words } = value(await pictures.picture(info.id, 2));
    expect(words).toEqual({ fileName: 'p2.png', caption: 'a blue square' });
    expect([...rgb.subarray(-3)]).toEqual([0x40, 0x20, 0xc0]);
  });

  it('has another title after renaming, and is the same set', async () => {
    const { info } = await imported(await sixFiles());
    await pictures.rename(info.id, '  My \u202e holiday ');
    expect(await own()).toEqual([{ ...info, title: 'My holiday' }]);
    await pictures.rename(info.id, ' ');
    expect(await own()).toEqual([{ ...info, title: 'My holiday' }]);
  });

  it('takes more pictures, each once, behind its own, and keeps its title', async () => {
    const files = await sixFiles();
    const { info } = await imported(files.slice(2));
    const more = async (some: File[]) =>
      reportOf((await importAll(some, 'Other', 8, () => {}, info.id)).result);
    const { info: all, ...counts } = await more(files.slice(0, 3));
    expect(counts).toEqual({ keptCaptions: false, added: 2, duplicates: 1, skipped: NONE, doubtful: NONE });
    expect(all).toMatchObject({ title: 'Holiday', count: 6, storedSize: 16 });
    expect(await own()).toEqual([all]);
    const names = await Promise.all([3, 4].map((index) => pictures.picture(all.id, index)));
    expect(names.map((one) => value(one).fileName)).toEqual(['p5.png', 'p0.png']);
    const none = reportOf((await importAll(files, 'Other', 8, () => {}, all.id)).result);
    expect(none).toMatchObject({ info: all, added: 0, duplicates: 6, skipped: NONE, doubtful: NONE });
  });

  it('loses pictures, but not the last one', async () => {
    const { info } = await imported((await sixFiles()).slice(0, 3));
    const two = await pictures.removeNumbers({ dataset: info.id, indices: Uint32Array.of(1) });
    expect(two?.count).toBe(2);
    expect(value(await pictures.picture(two?.id ?? '', 1)).fileName).toBe('p2.png');
    const one = await pictures.removeNumbers({ dataset: two?.id ?? '', indices: Uint32Array.of(0) });
    const last = { dataset: one?.id ?? '', indices: Uint32Array.of(2) };
    expect(await pictures.removeNumbers(last)).toBeNull();
    expect(await own()).toEqual([one]);
  });

  it('that was changed is told to the runs that began with it, until the same pictures are there', async () => {
    const files = await sixFiles();
    const { info } = await imported(files);
    const ofRun = async () => value(await pictures.ofRun(info.id, info.count, info.fingerprint));
    expect(await ofRun()).toEqual({ count: 6, fault: null });
    await pictures.removeNumbers({ dataset: info.id, indices: Uint32Array.of(0, 5) });
    expect(await ofRun()).toEqual({ count: 4, fault: 'The pictures of Holiday have changed' });
    await imported(files);
    expect(await ofRun()).toEqual({ count: 6, fault: null });
  });
});

/**
 * Claims `count` decodes since the last call, at most `mostOpen` at once: fewer where one ends before the
 * next begins.
 */
async function expectDecodes(count: number, mostOpen: number): Promise<void> {
  const decodes = await pictures.takeDecodes();
  expect(decodes).toMatchObject({ pictures: count, open: 0 });
  expect(decodes.mostOpen).toBeLessThanOrEqual(mostOpen);
}

describe('batches of own pictures', () => {
  it('are the same each time, and bytes', async () => {
    const { info } = await imported(await sixFiles());
    const [first, again] = [await pictures.batch(info.id, 16, 7), await pictures.batch(info.id, 16, 7)];
    expect(first).toEqual(again);
    const { pixels, indices } = value(first);
    expect(indices).toHaveLength(4);
    expect(pixels).toHaveLength(4 * 16 * 16 * 3);
    expect(Math.max(...pixels)).toBe(255);
  });

  it('are decoded once each, at most 4 of them open at a time, and 24 million pixels', async () => {
    const small = await pictureFile('small.png', { width: 64, height: 64, type: 'image/png' });
    const photo = await pictureFile('photo.jpg', { width: 4000, height: 3000 });
    await pictures.takeDecodes();
    const many = Array.from({ length: 40 }, (_, i) => new File([small], `${i}.png`));
    expect((await imported(many, 'Small', 32)).duplicates).toBe(39);
    await expectDecodes(40, 4);
    const photos = Array.from({ length: 5 }, (_, i) => new File([photo], `${i}.jpg`));
    expect((await imported(photos, 'Photos', 64)).duplicates).toBe(4);
    await expectDecodes(5, 2);
  });

  it('are the same by a pool of workers, in the same order', async () => {
    const files = [...(await sixFiles()), textFile('p3.jpg', 'no picture'), textFile('p2.txt', 'blue')];
    const { info, ...counts } = await imported(files);
    await pictures.remove(info.id);
    const pooled = reportOf((await importAll(files, 'Holiday', 16, () => {}, null, true)).result);
    expect(pooled).toEqual({ info, ...counts });
    expect(value(await pictures.picture(info.id, 2)).fileName).toBe('p2.png');
  });
});
