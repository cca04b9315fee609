// The view Pictures on made-up sets of the gallery: few tiles of 200,000 exist, what is looked for is found,
// nothing changes unasked and everything can be undone. Not here: real sets (../e2e/browse.long.spec.ts).
import { expect, type Locator, type Page, test } from '@playwright/test';
import { findings, sidewaysScroll } from '../accessibility.ts';
import type { FakeTrainer } from './fake-set.ts';
import { textFaults } from './text-faults.ts';

async function open(page: Page, state: string): Promise<void> {
  await page.goto('about:blank');
  await page.goto(`/gallery.html#${state},light`);
  await page.getByRole('grid').getByRole('button').first().waitFor();
}

const button = (within: Page | Locator, name: string | RegExp): Locator =>
  within.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name });
const grid = (page: Page): Locator => page.getByRole('grid');
const focused = (page: Page): Locator => page.locator(':focus');
const found = (page: Page): Locator => page.getByRole('status', { name: 'Pictures found' });
const lastChange = (within: Page | Locator): Locator => within.getByRole('status', { name: 'Last change' });

/** What the page has asked of the trainer so far. */
const counts = (page: Page): Promise<FakeTrainer['counts']> =>
  page.evaluate(() => ({ ...(Reflect.get(globalThis, 'galleryTrainer') as FakeTrainer).counts }));

/** No answer comes until `release`. */
async function hold(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(() => {
    const trainer = Reflect.get(globalThis, 'galleryTrainer') as FakeTrainer;
    trainer.held = new Promise((resolve) => Reflect.set(globalThis, 'release', resolve));
  });
  return () => page.evaluate(() => (Reflect.get(globalThis, 'release') as () => void)());
}

test('of 200,000 pictures few tiles exist, and scrolling past all of them asks for no more than is seen', async ({
  page,
}) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await open(page, 'pictures');
  await expect(grid(page)).toHaveAttribute('aria-rowcount', '25000');
  await expect(button(grid(page), 'holiday 2024/img_000001.jpg')).toBeVisible();
  // What is in view, and two rows beyond it above and below.
  const most = 8 * 14;
  expect(await grid(page).getByRole('button').count()).toBeLessThanOrEqual(most);
  const before = await counts(page);
  expect(before.tiles).toBeLessThanOrEqual(most);

  const release = await hold(page);
  await page.locator('.tiles').evaluate(async (box) => {
    for (let i = 1; i <= 100; i++) {
      box.scrollTop = (box.scrollHeight * i) / 100;
      await new Promise(requestAnimationFrame);
    }
  });
  // Two requests of four rows each are on their way, for tiles and for notes.
  const scrolled = await counts(page);
  expect(scrolled.tiles - before.tiles).toBeLessThanOrEqual(2 * 4 * 8);
  expect(scrolled.requests - before.requests).toBeLessThanOrEqual(4);
  await release();
  await expect(button(grid(page), 'holiday 2024/img_200000.jpg')).toBeVisible();
  const after = await counts(page);
  expect(after.tiles - scrolled.tiles).toBeLessThanOrEqual(most);
  expect(after.atOnce).toBeLessThanOrEqual(5);
  expect(await grid(page).getByRole('button').count()).toBeLessThanOrEqual(most);
  expect(await grid(page).locator('canvas').count()).toBeLessThanOrEqual(14);
});

test('the grid is one stop of the Tab key; keys lead to every picture of 200,000, and the focus stays in view', async ({
  page,
}) => {
  await open(page, 'pictures');
  await expect(grid(page).locator('button:not([tabindex="-1"])')).toHaveCount(1);
  const columns = Number(await grid(page).getAttribute('aria-colcount'));
  const name = (place: number): RegExp => new RegExp(`img_${String(place).padStart(6, '0')}\\.jpg$`);
  await button(grid(page), name(1)).focus();
  for (const [key, place] of [
    ['ArrowRight', 2],
    ['ArrowDown', 2 + columns],
    ['End', 200_000],
    ['ArrowUp', 200_000 - columns],
    ['Home', 1],
  ] as const) {
    await page.keyboard.press(key);
    await expect(focused(page), key).toHaveAccessibleName(name(place));
    await expect(focused(page), key).toBeInViewport({ ratio: 1 });
  }
  await page.keyboard.press('PageDown');
  await expect(focused(page)).toHaveAttribute('data-place', /^[1-9]\d*$/);
  expect(Number(await focused(page).getAttribute('data-place')) % columns).toBe(0);
  await expect(focused(page)).toBeInViewport({ ratio: 1 });
  // Scrolled away by pointer, the tile with the focus is still there.
  const place = await focused(page).getAttribute('data-place');
  await page.locator('.tiles').evaluate((box) => (box.scrollTop = box.scrollHeight / 2));
  await expect(button(grid(page), name(100_001))).toBeVisible();
  await expect(focused(page)).toHaveAttribute('data-place', place ?? '');
  await page.keyboard.press('Tab');
  await expect(grid(page).locator(':focus')).toHaveCount(0);
});

test('text, words, classes and kinds of pictures are looked for together; what is found is counted', async ({
  page,
}) => {
  await open(page, 'pictures-few');
  await expect(found(page)).toHaveText('60 pictures');
  await expect(page.getByText('60 pictures: the model will learn them by heart.')).toBeVisible();
  await page.getByLabel('Caption or file name has').fill('ring');
  await expect(found(page)).toHaveText('23 of 60 pictures');
  await button(page.getByRole('toolbar', { name: 'Words of the captions' }), /^moon /).click();
  await expect(found(page)).toHaveText('8 of 60 pictures');
  await expect(button(page, /^moon /)).toHaveAttribute('aria-pressed', 'true');
  await button(page, 'Any word, not only moon').click();
  await expect(found(page)).toHaveText('23 of 60 pictures');
  await page.getByLabel('Caption or file name has').fill('');
  const classes = page.getByRole('list', { name: 'Classes' });
  await expect(page.getByText(/^cat has 14 times as many pictures as dog/)).toBeVisible();
  const evenly = page.getByRole('checkbox', { name: 'Draw classes evenly' });
  await expect(evenly).not.toBeChecked();
  await evenly.check();
  await expect(evenly).toBeChecked();
  await button(classes, /^dog/).click();
  await expect(found(page)).toHaveText('4 of 60 pictures');
  await page.getByLabel('Show', { exact: true }).selectOption('Without caption');
  await expect(page.getByText('No picture fits what you look for.')).toBeVisible();
  await button(page, 'Show all pictures').click();
  await expect(found(page)).toHaveText('60 pictures');
  await page.getByLabel('Show', { exact: true }).selectOption('Removed');
  await expect(page.getByText('No picture was removed.')).toBeVisible();
});

test('a picture that is pressed is shown large; its captions are edited in place, and undone', async ({
  page,
}) => {
  await open(page, 'pictures-few');
  await button(grid(page), 'holiday 2024/img_000005.jpg').click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toHaveAccessibleName('holiday 2024/img_000005.jpg');
  await page.keyboard.press('ArrowRight');
  await expect(dialog).toHaveAccessibleName('holiday 2024/img_000006.jpg');
  await expect(dialog).toContainText('6 of 60.');
  const captions = dialog.getByLabel('Captions, one on each line');
  await captions.fill('a planet\nanother word for it');
  // In the field the arrow keys are the text's.
  await captions.press('ArrowRight');
  await expect(dialog).toHaveAccessibleName('holiday 2024/img_000006.jpg');
  await button(dialog, 'Next').click();
  await expect(lastChange(dialog)).toHaveText('1 caption changed.');
  await button(dialog, 'Previous').click();
  await expect(captions).toHaveValue('a planet\nanother word for it');
  await captions.fill('typed and left by Escape');
  await page.keyboard.press('Escape');
  await expect(lastChange(page)).toHaveText('1 caption changed.');
  await expect(focused(page)).toHaveAccessibleName('holiday 2024/img_000006.jpg');
  await button(page, /^Undo/).click();
  await button(page, /^Undo/).click();
  await expect(lastChange(page)).toHaveText('Undone: 1 caption changed.');
  await expect(button(page, /^Undo/)).toHaveCount(0);
  await button(grid(page), 'holiday 2024/img_000006.jpg').click();
  await expect(captions).toHaveValue(/^a marbled purple planet/);
});

test('the square of a picture is moved by keys and by pointer, made smaller, saved, and undone', async ({
  page,
}) => {
  await open(page, 'pictures-few');
  await button(grid(page), 'holiday 2024/img_000005.jpg').click();
  const dialog = page.getByRole('dialog');
  const move = button(dialog, 'Move the square');
  await move.click();
  const square = dialog.getByRole('slider', { name: 'Square that the model sees' });
  const says = (text: string) => expect(square).toHaveAttribute('aria-valuetext', text);
  // Its file has 1,152 x 480 pixels.
  await says('336 pixels from the left, 0 from the top, 480 wide');
  await expect(square).toBeFocused();
  await expect(button(dialog, 'Save the square')).toBeDisabled();
  await page.keyboard.press('ArrowRight');
  await says('348 pixels from the left, 0 from the top, 480 wide');
  await expect(dialog).toHaveAccessibleName('holiday 2024/img_000005.jpg');
  for (let i = 0; i < 4; i++) await page.keyboard.press('Shift+ArrowLeft');
  await says('0 pixels from the left, 0 from the top, 480 wide');
  await dialog.getByRole('slider', { name: 'Size of the square' }).fill('240');
  await says('120 pixels from the left, 120 from the top, 240 wide');
  const box = await dialog.getByRole('img', { name: 'The whole picture' }).boundingBox();
  if (!box) throw new Error('the picture is not shown');
  const at = (part: number): [number, number] => [box.x + box.width * part, box.y + box.height / 2];
  await page.mouse.move(...at(0.2));
  await page.mouse.down();
  await page.mouse.move(...at(0.7));
  await page.mouse.up();
  await expect(square).toHaveAttribute(
    'aria-valuetext',
    /^69[0-9] pixels from the left, 120 from the top, 240 wide$/,
  );
  await page.mouse.click(...at(0.99));
  await says('912 pixels from the left, 120 from the top, 240 wide');
  await button(dialog, 'Save the square').click();
  await expect(lastChange(dialog)).toHaveText('1 square moved.');
  await expect(dialog).toContainText('as the model sees it, cut by hand');
  await expect(move).toBeFocused();
  await move.click();
  await says('912 pixels from the left, 120 from the top, 240 wide');
  await button(dialog, 'Square of the import').click();
  await says('336 pixels from the left, 0 from the top, 480 wide');
  // Escape leaves the square, and the picture stays open.
  await page.keyboard.press('Escape');
  await expect(move).toBeFocused();
  await button(dialog, /^Undo/).click();
  await expect(lastChange(dialog)).toHaveText('Undone: 1 square moved.');
  await expect(dialog).not.toContainText('cut by hand');
});

test('where the file of a picture is not at hand, it is asked for', async ({ page }) => {
  await open(page, 'pictures-few');
  await button(grid(page), 'holiday 2024/img_000004.jpg').click();
  const dialog = page.getByRole('dialog');
  await button(dialog, 'Move the square').click();
  await expect(dialog).toContainText('The file of this picture is not at hand');
  await expect(button(dialog, 'Square of the import')).toHaveCount(0);
  await dialog
    .getByLabel('Choose its file')
    .setInputFiles({ name: 'img_000004.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('x') });
  await expect(dialog.getByRole('slider', { name: 'Square that the model sees' })).toBeFocused();
});

test('an edit of all pictures shown says how many change before it is made, and can be undone', async ({
  page,
}) => {
  await open(page, 'pictures-few');
  await button(page, /^moon /).click();
  const what = page.getByRole('status', { name: 'What changes' });
  await page.getByLabel('What to do').selectOption('Replace a word');
  await expect(page.getByLabel('Word', { exact: true })).toHaveValue('moon');
  await page.getByLabel('By', { exact: true }).fill('satellite');
  await expect(what).toHaveText('16 of the 16 pictures shown would change.');
  await expect(lastChange(page)).toHaveText('');
  await button(page, 'Change 16 pictures').click();
  await expect(lastChange(page)).toHaveText('16 captions changed.');
  await expect(page.getByText('No picture fits what you look for.')).toBeVisible();
  await button(page, /^Undo/).click();
  await expect(found(page)).toHaveText('16 of 60 pictures');
  await page.getByLabel('What to do').selectOption('Remove a word');
  await page.getByLabel('Word', { exact: true }).fill('zebra');
  await expect(what).toHaveText('None of the 16 pictures shown would change.');
  await expect(button(page, 'Change')).toBeDisabled();
});

test('pictures that a filter leaves are removed together, found again, and restored', async ({ page }) => {
  await open(page, 'pictures-few');
  await expect(button(page, /^(Remove|Restore) these/)).toHaveCount(0);
  await page.getByLabel('Show', { exact: true }).selectOption('Enlarged: file too small');
  await button(page, 'Remove these 7').click();
  await expect(lastChange(page)).toHaveText('7 pictures removed.');
  await button(page, 'Show all pictures').click();
  await expect(found(page)).toHaveText('53 pictures, 7 removed');
  await page.getByLabel('Show', { exact: true }).selectOption('Removed');
  await expect(found(page)).toHaveText('7 of 7 removed pictures');
  await button(page, 'Restore these 7').click();
  await expect(lastChange(page)).toHaveText('7 pictures restored.');
  await expect(page.getByText('No picture was removed.')).toBeVisible();
});

test('of duplicates nothing is removed but what is ticked; they are undone together', async ({ page }) => {
  await open(page, 'pictures');
  await button(page, 'Find duplicates').click();
  const groups = page.getByRole('status', { name: 'Duplicates found' });
  await expect(groups).toHaveText('32 groups, 65 pictures');
  const first = page.getByRole('group', { name: 'Group 1, 3 pictures' });
  await expect(first.getByRole('checkbox', { checked: false })).toHaveCount(3);
  await expect(button(page, 'Remove 0 ticked')).toBeDisabled();
  await button(page, 'Keep the largest of each').click();
  await expect(first.getByRole('checkbox', { checked: true })).toHaveCount(2);
  await first.getByRole('checkbox').nth(2).uncheck();
  await button(page, 'Remove 32 ticked').click();
  await expect(groups).toHaveText('1 group, 2 pictures');
  await expect(lastChange(page)).toHaveText('32 pictures removed.');
  await button(page, /^Undo/).click();
  await expect(groups).toHaveText('32 groups, 65 pictures');
  await page.getByLabel('How much they may differ').fill('0');
  await expect(page.getByText('No two pictures are as alike as that.')).toBeVisible();
  await page.getByRole('radio', { name: 'The same' }).check();
  await expect(groups).toHaveText('1 group, 3 pictures');
  await button(page.getByRole('main'), 'Show all pictures').click();
  await expect(found(page)).toHaveText('200,000 pictures');
});

test('a set that comes with the app is looked at, searched and compared, never changed', async ({ page }) => {
  await open(page, 'pictures-few');
  await page.getByLabel('Set', { exact: true }).selectOption('Planets');
  await expect(found(page)).toHaveText('4,096 pictures');
  await expect(page.getByText('they can be looked at, not changed')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Change the captions' })).toHaveCount(0);
  await expect(button(page, 'Delete set')).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'Train on these pictures' })).toBeVisible();
  await grid(page).getByRole('button').first().click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('a smooth rose planet on a dark blue sky');
  await expect(dialog.getByRole('textbox')).toHaveCount(0);
  await expect(button(dialog, 'Remove')).toHaveCount(0);
});

test('axe finds nothing in a picture, in duplicates and beside a sample; all text is on the page at 320', async ({
  page,
}) => {
  const looksRight = async (what: string): Promise<void> => {
    await page.setViewportSize({ width: 1280, height: 900 });
    expect.soft(await findings(page), what).toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    await expect.poll(() => sidewaysScroll(page), what).toBe(0);
    await expect.poll(() => page.evaluate(textFaults), what).toEqual([]);
  };
  await open(page, 'pictures-few');
  await grid(page).getByRole('button').first().click();
  await expect(page.getByRole('dialog').getByRole('textbox')).toBeVisible();
  await looksRight('a picture');
  for (const [number, what] of [
    [5, 'a square'],
    [4, 'a file that is not at hand'],
  ] as const) {
    await open(page, 'pictures-few');
    await button(grid(page), `holiday 2024/img_00000${number}.jpg`).click();
    await button(page.getByRole('dialog'), 'Move the square').click();
    await expect(page.getByRole('dialog').locator('.whole-picture, .absent')).toBeVisible();
    await looksRight(what);
  }
  await open(page, 'pictures');
  await button(page, 'Find duplicates').click();
  await button(page, 'Keep the largest of each').click();
  await looksRight('duplicates');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('about:blank');
  await page.goto('/gallery.html#training,light');
  await button(page, /^Sample 3,/).click();
  await button(page.getByRole('dialog'), 'Nearest training pictures').click();
  await expect(page.getByRole('dialog').getByText('1.3 % apart')).toBeVisible();
  await expect(page.getByRole('dialog').getByText(/learnt that by heart/)).toBeVisible();
  await looksRight('a sample');
});

test('a grid of few pictures is as high as its rows', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, 'pictures-few');
  await button(page, /^moon /).click();
  await page.getByLabel('Caption or file name has').fill('img_00000');
  const rows = page.locator('.tile-rows');
  await expect(rows).toHaveAttribute('aria-rowcount', '1');
  const heights = (): Promise<number> =>
    page.evaluate(() => {
      const of = (selector: string): number =>
        document.querySelector(selector)?.getBoundingClientRect().height ?? 0;
      return of('.tiles') - of('.tile-rows');
    });
  // But for the room of the outline.
  await expect.poll(heights).toBe(8);
});

test('comparing a sample with very many pictures says how many are read, and can be stopped', async ({
  page,
}) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('/gallery.html#training,light');
  await button(page, /^Sample 3,/).click();
  const dialog = page.getByRole('dialog');
  const compare = button(dialog, 'Nearest training pictures');
  await hold(page);
  await compare.click();
  const bar = dialog.getByRole('progressbar', { name: 'Comparing the training pictures' });
  await expect(bar).not.toHaveAttribute('aria-valuenow');
  await page.evaluate(() => {
    const state = Reflect.get(globalThis, 'galleryState') as { reading: { value: unknown } };
    state.reading.value = { done: 84_000, total: 200_000 };
  });
  await expect(bar).toHaveAttribute('aria-valuenow', '84000');
  await expect(dialog).toContainText('84,000 of 200,000 pictures read');
  await button(dialog, 'Stop comparing').click();
  await expect(bar).toHaveCount(0);
  await expect(compare).toBeFocused();
  await expect(dialog.getByText('They could not be compared.')).toHaveCount(0);
});
