// What is wrong is said in an alert (what, expected, got), and changes nothing. How little of a file is read
// before it is refused: test/formats.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { openProfile, type Profile, waitForState } from './browser.ts';
import { encodeCheckpoint, readCheckpoint } from './checkpoint-file.ts';
import { afterAVisit, temporaryFolders } from './folders.ts';
import { address, button, byTestId, chooseCheckpoint, exportTo, TINY, train } from './visit.ts';

const newFolder = temporaryFolders();
/** Small and quick: this is not about training. */
const SETTINGS = {
  ...TINY,
  dataset: 'shapes',
  imageSize: 8,
  batchSize: 1,
  backend: 'cpu',
  maxSteps: 1,
  sampleSteps: 1,
};
const TORCH = join(import.meta.dirname, '../fixtures/torch');

let profile: Profile;
test.beforeEach(async () => {
  profile = await openProfile(await afterAVisit(await newFolder()));
});
test.afterEach(() => profile.close());

test('settings of the address that are unknown or out of range are named, and the page can be used', async () => {
  const { page } = profile;
  await page.goto(address({ preset: 'tiny', colour: 'blue', batchSize: 0, seed: 11, backend: 'cpu' }));
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('There is no setting called colour');
  await expect(alert).toContainText('batchSize'); // among those there are
  await button(page, 'Dismiss').click();
  await expect(alert).toContainText('batchSize is 0');
  await expect(alert).toContainText('1 to 512');
  await button(page, 'Dismiss').click();
  await expect(alert).toHaveCount(0);
  await waitForState(page, 'idle');
  await expect(button(page, 'Train')).toBeEnabled();

  await page.goto(address({ preset: 'tiny', dataset: 'nope', backend: 'cpu' }));
  await waitForState(page, 'idle');
  await expect(alert).toContainText('There are no pictures called nope');
  await expect(button(page, 'Train')).toBeDisabled();
  expect(profile.errors).toEqual([]);
});

test('the GPU bytes are stated before training; a batch no buffer can hold is refused at the form, with one that fits', async () => {
  const { page } = profile;
  const size = page.getByRole('region', { name: 'Model' });
  await page.goto(address({ preset: 'tiny' }));
  await waitForState(page, 'idle');
  await expect(size).toContainText(/, [1-9][0-9]* MB of GPU memory\./);
  // 512 pictures of 64 x 64 with 64 and 128 channels side by side: 1.6 GB, where a buffer takes 1 GiB.
  await page.goto(address({ preset: 'small', imageSize: 64, batchSize: 512 }));
  await waitForState(page, 'idle');
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('Available: at most 1,024 MiB, needed: 1,536 MiB for ');
  await expect(button(page, 'Train')).toBeDisabled();
  // Which batch fits, the memory of the GPU says: the buffers of an offer were made.
  const offer = page.getByRole('button', { name: /^Use batch size \d+ \d+(\.\d)? [GM]B$/ });
  const [, batch] = /size (\d+)/.exec((await offer.textContent()) ?? '') ?? [];
  expect(Number(batch)).toBeLessThanOrEqual(256);
  await offer.click();
  await expect(size).toContainText(new RegExp(`steps of ${batch} pictures, .* of GPU memory\\.`));
  await expect(alert).toHaveCount(0);
  await expect(button(page, 'Train')).toBeEnabled();
  expect(profile.errors).toEqual([]);
});

test('files that are no checkpoint of ours are refused and the run is as it was', async () => {
  const { page } = profile;
  const folder = await newFolder();
  await train(page, SETTINGS);
  await waitForState(page, 'finished');
  const good = await exportTo(page, folder, 'newest');
  const before = await readFile(good);
  const listed = await listing(page);

  for (const [name, { file, expected, got }] of Object.entries(await badFiles(good))) {
    await test.step(name, async () => {
      const path = join(folder, name);
      await writeFile(path, file);
      await chooseCheckpoint(page, path);
      await expectRefusal(page, expected, got);
    });
  }
  expect(await listing(page)).toEqual(listed);
  await expect(byTestId(page, 'run-state')).toHaveText('finished');
  await expect(byTestId(page, 'global-step')).toHaveText(String(SETTINGS.maxSteps));
  expect(Buffer.compare(await readFile(await exportTo(page, await newFolder(), 'newest')), before)).toBe(0);

  // The undamaged file is still accepted.
  await chooseCheckpoint(page, good);
  await expect(page.getByRole('dialog')).toContainText('unet_final');
  expect(profile.errors).toEqual([]);
});

/** A refusal of the file when it is chosen, or when Import is pressed where the dialog comes first. */
async function expectRefusal(page: Page, expected: RegExp, got: RegExp): Promise<void> {
  const alert = page.getByRole('alert');
  const confirm = page.getByRole('dialog').getByRole('button', { name: 'Import', exact: true });
  await alert.or(confirm).first().waitFor();
  if (await confirm.isVisible()) {
    await confirm.click();
    await alert.waitFor();
  }
  await alert.locator('summary').click();
  await expect(alert.locator('dt:has-text("Expected") + dd')).toHaveText(expected);
  await expect(alert.locator('dt:has-text("Got") + dd')).toHaveText(got);
  await alert.getByRole('button', { name: 'Dismiss' }).click();
  await expect(alert).toHaveCount(0);
}

interface BadFile {
  file: Uint8Array;
  /** What the alert must say under Expected and under Got. */
  expected: RegExp;
  got: RegExp;
}

/** Bad files by name; a name says nothing about the content. */
async function badFiles(good: string): Promise<Record<string, BadFile>> {
  const bytes = await readFile(good);
  const altered = Buffer.from(bytes);
  const at = altered.length - 4 * 1000;
  altered[at] = (altered[at] ?? 0) ^ 1; // the lowest bit of a number: still finite, still the right shape
  const { metadata, tensors } = await readCheckpoint(good);
  const config = JSON.stringify({ ...JSON.parse(metadata['config'] ?? ''), preset: 'small' });
  // A file of an older version: its network is its preset's.
  const { unet_config: _, ...older } = metadata;
  const forbidden = await readFile(join(TORCH, 'os_system.pt'));
  return {
    'letter.safetensors': {
      file: Buffer.from('Dear reader, this is no checkpoint but a letter.\n'.repeat(4)),
      expected: /a checkpoint that Perennial exported/,
      got: /text/,
    },
    'empty.safetensors': { file: Buffer.alloc(0), expected: /a checkpoint/, got: /an empty file/ },
    'cut-short.safetensors': {
      file: bytes.subarray(0, bytes.length - 5000),
      expected: new RegExp(`\\d+ bytes of tensors`),
      got: /\d+ bytes/,
    },
    'altered.safetensors': { file: altered, expected: /[0-9a-f]{64}/, got: /[0-9a-f]{64}/ },
    'other-network.safetensors': {
      file: encodeCheckpoint({ metadata: { ...older, config }, tensors }),
      expected: /unet\.conv_in\.weight \[64, 3, 3, 3\]/,
      got: /unet\.conv_in\.weight \[16, 3, 3, 3\]/,
    },
    'torch.pt': {
      file: Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(200)]),
      expected: /ends a zip archive/,
      got: /204 bytes/,
    },
    'runs-a-command.safetensors': {
      file: forbidden,
      expected: /OrderedDict/,
      got: /os\.system|posix\.system/,
    },
  };
}

const listing = (page: Page): Promise<string[]> =>
  page
    .locator('[data-testid=checkpoint]')
    .evaluateAll((rows) =>
      rows.map(({ dataset }) => `${dataset['run']} ${dataset['name']} ${dataset['step']}`),
    );
