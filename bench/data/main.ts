// `npm run bench:data`: imports made pictures in Chromium and prints one JSON object, the figures, last.
// Words for people go to stderr. Not here: what is measured (import-worker.ts).
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from '@playwright/test';
import { inPage, openProfile } from '../in-page.ts';
import { cpuClock, WorkerHeaps } from './browser-meters.ts';

const USAGE = `npm run bench:data -- [options]
  --jpegs N      JPEGs of 178 x 218 that are decoded alone and imported, by turns; default 2000
  --pictures N   pictures of 64 x 64 that are imported for heap and opening; default 200000
  --turns N      how often each is measured; default 3
  --steps N      steps of preset small at batch 64 on the software GPU, beside which the wait for pictures
                 is measured too; default 1, some minutes; 0 for none
  --only PART    one of many, waits, jpegs; default all`;

/** Very many pictures; waits of steps for theirs; JPEGs decoded. */
const PARTS = ['many', 'waits', 'jpegs'] as const;

interface Asked {
  jpegs: number;
  pictures: number;
  turns: number;
  steps: number;
  parts: readonly (typeof PARTS)[number][];
}

/** CIFAR-10's. */
const CIFAR_PICTURES = 50_000;
/** A step of preset small at batch 64 on a hardware GPU, of the faster ones: a shorter step hides less. */
const STEP_MS = 100;
const TIMED_STEPS = 100;

/** Answers the exit code: 0, 1 where the work failed, 2 where the command line is wrong. */
export async function main(args: readonly string[]): Promise<number> {
  let asked: Asked;
  try {
    asked = askedOf(args);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  try {
    console.log(JSON.stringify(await measured(asked)));
    return 0;
  } catch (error) {
    console.error(String(error));
    return 1;
  }
}

function askedOf(args: readonly string[]): Asked {
  const { values } = parseArgs({
    args: [...args],
    options: {
      jpegs: { type: 'string', default: '2000' },
      pictures: { type: 'string', default: '200000' },
      turns: { type: 'string', default: '3' },
      steps: { type: 'string', default: '1' },
      only: { type: 'string' },
    },
  });
  const whole = (name: Exclude<keyof Asked, 'parts'>, least = 1): number => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value >= least) return value;
    throw new Error(`--${name}: expected a whole number of ${least} or more, got ${values[name]}`);
  };
  const parts = PARTS.filter((part) => values.only === undefined || part === values.only);
  if (parts.length === 0) throw new Error(`--only: expected one of ${PARTS.join(', ')}, got ${values.only}`);
  const counts = { jpegs: whole('jpegs'), pictures: whole('pictures'), turns: whole('turns') };
  return { ...counts, steps: whole('steps', 0), parts };
}

const say = (text: string): void => console.error(text);
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

interface Meters {
  cpu: () => Promise<number>;
  heaps: WorkerHeaps;
}

async function measured(asked: Asked): Promise<object> {
  const profile = await mkdtemp(join(tmpdir(), 'perennial-bench-'));
  try {
    return await measuredIn(profile, asked);
  } finally {
    await rm(profile, { recursive: true, force: true });
  }
}

function measuredIn(profile: string, asked: Asked): Promise<object> {
  let meters: Meters | null = null;
  return inPage(
    { folder: 'bench/data/', open: () => openProfile(profile) },
    async (page, browser) => {
      meters = { cpu: await cpuClock(browser), heaps: await WorkerHeaps.of(page) };
    },
    async (page) => {
      await page.waitForFunction(() => 'dataBench' in window);
      if (!meters) throw new Error('nothing measures');
      const { parts } = asked;
      return {
        ...(parts.includes('many') && (await opening(page, meters, asked))),
        ...(parts.includes('waits') && (await waiting(page, asked))),
        ...(parts.includes('jpegs') && (await decoding(page, meters, asked))),
      };
    },
  );
}

/** Heap while very many pictures are imported and learnt from; how long opening and looking at them takes. */
async function opening(page: Page, { heaps }: Meters, { pictures, turns }: Asked): Promise<object> {
  const { megabytes, value } = await heaps.most(
    page.evaluate((count) => window.dataBench.importMany(count), pictures),
  );
  say(`${pictures} imported in ${rounded(value.seconds, 0)} s`);
  const opens: number[] = [];
  for (let turn = 0; turn < turns; turn++)
    opens.push(await page.evaluate((id) => window.dataBench.open(id), value.id));
  const learnt = await heaps.most(
    page.evaluate(([id, steps, ms]) => window.dataBench.learn(id, steps, ms), [
      value.id,
      TIMED_STEPS,
      STEP_MS,
    ] as const),
  );
  const browsed = await heaps.most(page.evaluate((id) => window.dataBench.browse(id), value.id));
  const near = await page.evaluate((id) => window.dataBench.nearDuplicates(id), value.id);
  return {
    heap_mb: rounded(Math.max(megabytes, learnt.megabytes), 1),
    heap_import_mb: rounded(megabytes, 1),
    heap_train_mb: rounded(learnt.megabytes, 1),
    open_ms: rounded(median(opens), 1),
    near_duplicates_s: rounded(near.default, 2),
    near_duplicates_10_bits_s: rounded(near.most, 2),
    search_s: rounded(browsed.value.search, 2),
    words_s: rounded(browsed.value.words, 2),
    caption_edit_s: rounded(browsed.value.edit, 2),
    caption_undo_s: rounded(browsed.value.undo, 2),
    open_edited_ms: rounded(browsed.value.openedEdited * 1000, 1),
    tiles_ms: rounded(browsed.value.tiles * 1000, 1),
    nearest_first_s: rounded(browsed.value.nearestFirst, 2),
    nearest_s: rounded(browsed.value.nearest, 2),
    browse_heap_mb: rounded(browsed.megabytes, 1),
    pictures,
    pixels_imported_per_second: rounded(pictures / value.seconds, 1),
  };
}

/** How long steps wait for their pictures: of CIFAR's size and number, 64 a step, as preset small's steps. */
async function waiting(page: Page, { turns, steps }: Asked): Promise<object> {
  const id = await page.evaluate((count) => window.dataBench.importSmall(count), CIFAR_PICTURES);
  const [alone, timed]: [number[], { waitMs: number; stepMs: number }[]] = [[], []];
  for (let turn = 0; turn < turns; turn++) {
    alone.push(
      await page.evaluate(([id, steps]) => window.dataBench.readAlone(id, steps), [id, 20] as const),
    );
    timed.push(
      await page.evaluate(([id, steps, ms]) => window.dataBench.waitsBesideTimer(id, steps, ms), [
        id,
        TIMED_STEPS,
        STEP_MS,
      ] as const),
    );
    say(`${alone.at(-1)?.toFixed(2)} ms to read a step alone, ${JSON.stringify(timed.at(-1))}`);
  }
  // The worst of the turns: a wait is rare, and one turn may have none.
  const share = Math.max(...timed.map(({ waitMs, stepMs }) => waitMs / stepMs));
  return {
    wait_share: rounded(share, 5),
    wait_ms: rounded(median(timed.map(({ waitMs }) => waitMs)), 3),
    timed_step_ms: rounded(median(timed.map(({ stepMs }) => stepMs)), 1),
    read_ms: rounded(median(alone), 2),
    ...(steps > 0 && (await waitingInSoftware(page, id, steps))),
  };
}

/** The same beside steps of the network itself. */
async function waitingInSoftware(page: Page, id: string, steps: number): Promise<object> {
  const { waitMs, stepMs } = await page.evaluate(
    ([id, steps]) => window.dataBench.waitsBesideNetwork(id, steps),
    // Nothing was read ahead for the first one.
    [id, steps + 1] as const,
  );
  return {
    software_wait_share: rounded(waitMs / stepMs, 6),
    software_wait_ms: rounded(waitMs, 3),
    software_step_ms: rounded(stepMs, 0),
  };
}

/** Decoding alone and importing take turns, so that other work on the machine slows down both. */
async function decoding(page: Page, { cpu }: Meters, { jpegs, turns }: Asked): Promise<object> {
  const { kilobytes } = await page.evaluate((count) => window.dataBench.make(count), jpegs);
  const timed = async (work: () => Promise<number>): Promise<{ rate: number; ms: number }> => {
    const before = await cpu();
    const rate = await work();
    return { rate, ms: ((await cpu()) - before) / jpegs };
  };
  const [alone, whole]: [Awaited<ReturnType<typeof timed>>[], Awaited<ReturnType<typeof timed>>[]] = [[], []];
  for (let turn = 0; turn < turns; turn++) {
    alone.push(await timed(() => page.evaluate(() => window.dataBench.decodeAlone())));
    whole.push(await timed(() => page.evaluate(() => window.dataBench.importJpegs())));
    say(`${JSON.stringify(alone.at(-1))} decoded alone, ${JSON.stringify(whole.at(-1))} imported`);
  }
  const middle = (of: typeof alone, field: 'rate' | 'ms'): number => median(of.map((one) => one[field]));
  return {
    decode_ratio: rounded(middle(whole, 'rate') / middle(alone, 'rate'), 3),
    decode_cpu_ratio: rounded(middle(alone, 'ms') / middle(whole, 'ms'), 3),
    ...{ jpegs, jpeg_kb: rounded(kilobytes, 1) },
    decoded_per_second: rounded(middle(alone, 'rate'), 1),
    imported_per_second: rounded(middle(whole, 'rate'), 1),
    decode_cpu_ms: rounded(middle(alone, 'ms'), 2),
    import_cpu_ms: rounded(middle(whole, 'ms'), 2),
  };
}
