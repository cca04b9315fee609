// Every state of the page, both themes, both widths: axe finds nothing, nothing scrolls sideways. Runs on the
// gallery of made-up states, which is built for it (gallery.config.ts).
import { expect, type Locator, type Page, test } from '@playwright/test';
import type { State } from '../../src/app/state.ts';
import { presetConfig } from '../../src/settings/presets.ts';
import { isInUse } from '../../src/settings/settings-in-use.ts';
import { SETTINGS } from '../../src/settings/settings.ts';
import { findings, sidewaysScroll } from '../accessibility.ts';
import { textFaults } from './text-faults.ts';

const STATES = [
  ...['idle', 'starting', 'validating', 'training', 'paused'],
  ...['finished', 'failed', 'unavailable', 'elsewhere'],
  'generate-drawn',
  ...['words', 'words-training', 'words-validating'],
];
/** Variants of the states; each is opened in one of the four combinations of theme and width, in turn. */
const LOOKS = [
  ...[
    'first',
    'waiting',
    'ended',
    'hurried',
    'young',
    'slow',
    'late-pictures',
    'saving',
    'pausing',
    'resuming',
    'forking',
    'webgl',
    'importing',
    'stopped',
    'inspecting',
    'importing-beside',
    'own',
    'words-poor',
    'misfit',
    'refused',
    'alerts',
    'absent',
    'no-set',
  ],
  ...['runs', 'idle-runs', 'idle-finished'],
  ...['question', 'exporting', 'found', 'found-several', 'offered', 'offered-words', 'offered-own'],
  ...['pictures', 'pictures-few'],
  ...[
    'generate',
    'generate-none',
    'generate-drawing',
    'generate-many',
    'generate-other',
    'generate-elsewhere',
    'generate-words',
    'generate-words-drawing',
    'generate-words-pair',
    'generate-words-grid',
  ],
];
const COMBINATIONS = [
  { theme: 'light', width: 1280, height: 900 },
  { theme: 'dark', width: 1280, height: 900 },
  { theme: 'light', width: 390, height: 844 },
  { theme: 'dark', width: 390, height: 844 },
] as const;
const soft = expect.configure({ soft: true, timeout: 5000 });

async function open(page: Page, state: string, theme = 'light'): Promise<void> {
  await page.goto('about:blank');
  await page.goto(`/gallery.html#${state},${theme}`);
  await page.getByTestId('run-state').waitFor();
}

for (const [turn, { theme, ...size }] of COMBINATIONS.entries()) {
  // Each takes a minute: `npm test` has the first, every second state, CI all.
  const tag = turn > 0 ? '@long' : [];
  test(`axe finds nothing in any state, ${theme}, ${size.width} wide`, { tag }, async ({ page }) => {
    await page.setViewportSize(size);
    // Each state and look once in each theme and once at each width: every second one the other way round.
    const looks = LOOKS.filter((_, i) => (i % 2 === 0) === (turn === 0 || turn === 3));
    const states = STATES.filter((_, i) => (i % 2 === 0) === (turn === 0 || turn === 3));
    for (const state of [...states, ...looks]) {
      await open(page, state, theme);
      expect.soft(await findings(page), state).toEqual([]);
      await soft.poll(() => sidewaysScroll(page), state).toBe(0);
    }
  });
}

test(
  'at 320 all text is on the page and beside other text; words of two elements are apart when read aloud',
  {
    tag: '@long',
  },
  async ({ page }) => {
    await page.setViewportSize({ width: 320, height: 640 });
    for (const state of [...STATES, ...LOOKS]) {
      await open(page, state);
      if (state === 'training') await page.getByText('Storage in detail').click();
      // A chart takes its width once the page has laid it out.
      await soft.poll(() => sidewaysScroll(page), state).toBe(0);
      await soft.poll(() => page.evaluate(textFaults), state).toEqual([]);
    }
  },
);

test('axe finds nothing in what opens: settings, storage, a checkpoint, the help, a sample', async ({
  page,
}) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, 'idle');
  await page.getByText(/^All \d+ settings/).click();
  await page.getByLabel('Batch size').fill('0');
  await expect(page.getByLabel('Batch size')).toHaveAttribute('aria-invalid', 'true');
  await expect(
    page.getByText('batchSize is 0. It must be a whole number from 1 to 512. Using 16 until you change it.'),
  ).toBeVisible();
  expect(await findings(page), 'settings').toEqual([]);
  await open(page, 'training');
  await page.getByText('Storage in detail').click();
  await page.getByRole('button', { name: 'Test the checkpoint system' }).click();
  await page.getByText('Go on with other settings').click();
  expect(await findings(page), 'storage').toEqual([]);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Help' })).toBeVisible();
  expect(await findings(page), 'help').toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Sample 3,' }).click();
  await expect(page.getByRole('dialog', { name: 'Sample 3' })).toBeVisible();
  expect(await findings(page), 'sample').toEqual([]);
});

test('the form has one field for each setting in use but preset and data set, which are chosen beside it', async ({
  page,
}) => {
  for (const [state, preset] of [
    ['idle', 'small'],
    ['words', 'text-tiny'],
  ] as const) {
    await open(page, state);
    await page.getByText(/^All \d+ settings/).click();
    const names = await page
      .getByRole('group')
      .locator('input[name], select[name]')
      .evaluateAll((fields) => fields.map((field) => field.getAttribute('name')));
    const all = Object.keys(SETTINGS) as (keyof typeof SETTINGS)[];
    const inUse = all.filter((name) => isInUse(name, presetConfig(preset), 0));
    expect(new Set([...names, 'preset', 'dataset']), state).toEqual(new Set(inUse));
    expect(names).toHaveLength(inUse.length - 2);
    expect(names.includes('guidanceScale')).toBe(state === 'words');
  }
});

test('the names that other programs rely on are there', async ({ page }) => {
  await open(page, 'training');
  await expect(page.getByTestId('run-state')).toHaveText('training');
  await expect(page.getByTestId('global-step')).toHaveText('25310');
  await expect(page.getByTestId('epoch')).toHaveText('2');
  await expect(page.getByTestId('loss')).toHaveText(/^0\.\d{4}$/);
  await expect(page.getByTestId('backend')).toHaveText('webgpu');
  await expect(page.getByTestId('executor')).toHaveText('plan');
  const region = page.getByRole('region', { name: 'Validation samples' });
  await expect(region).toHaveAttribute('data-step', '24000');
  await expect(region.getByTestId('sample')).toHaveCount(16);
  const row = page.getByRole('list', { name: 'Checkpoints' }).getByTestId('checkpoint').first();
  await expect(row).toHaveAttribute('data-name', 'unet_step_24000');
  await expect(row).toHaveAttribute('data-step', '24000');
  await expect(row).toHaveAttribute('data-run', 'b7e1c2d4a5f60718');
  await expect(row.getByRole('button', { name: 'Resume from here' })).toHaveAccessibleDescription(
    'Resume from here starts a new run with this checkpoint. Its own run stays as it is.',
  );
  for (const name of ['Resume from here', 'Export', 'Keep', 'Delete'])
    await expect(row.getByRole('button', { name, exact: true })).toBeVisible();
  for (const name of ['Pause', 'Save checkpoint', 'Export checkpoint', 'New run'])
    await expect(page.getByRole('button', { name, exact: true })).toHaveCount(1);
  await expect(page.getByLabel('Import checkpoint')).toHaveCount(1);
});

const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true });

/** Names of the buttons that each state has besides those of the whole page: [enabled, disabled]. */
const BUTTONS: Record<string, [string[], string[]]> = {
  idle: [['Train'], []],
  starting: [[], ['Train']],
  validating: [['Pause', 'Skip'], []],
  training: [['Pause', 'Save checkpoint', 'Export checkpoint', 'New run'], []],
  paused: [['Resume', 'Save checkpoint', 'Export checkpoint', 'New run'], []],
  finished: [['Train longer', 'Export checkpoint', 'New run'], []],
  failed: [['Try the GPU again', 'Export checkpoint'], []],
  unavailable: [['Export checkpoint'], []],
};

test('from a press to its answer, button and status say what happens, and no other command is taken', async ({
  page,
}) => {
  const presses: Record<string, [string, string[]]> = {
    pausing: ['Pausing after this step', ['Save checkpoint', 'New run', 'Resume from here']],
    resuming: ['Resuming', ['Save checkpoint', 'New run', 'Resume from here']],
    forking: ['Opening the checkpoint', ['Resume', 'Save checkpoint', 'New run']],
  };
  for (const [state, [doing, barred]] of Object.entries(presses)) {
    await open(page, state);
    for (const name of [doing, ...barred])
      await expect.soft(page.getByRole('button', { name, exact: true }), `${state}: ${name}`).toBeDisabled();
    await expect.soft(page.getByRole('region', { name: 'Run status' }), state).toContainText(doing);
  }
});

test('every state has its buttons once, and the validation samples of its run once', async ({ page }) => {
  for (const [state, [enabled, disabled]] of Object.entries(BUTTONS)) {
    await open(page, state);
    await expect(page.getByTestId('run-state'), state).toHaveText(state);
    for (const name of enabled)
      await expect.soft(page.getByRole('button', { name, exact: true }), `${state}: ${name}`).toBeEnabled();
    for (const name of disabled)
      await expect.soft(page.getByRole('button', { name, exact: true }), `${state}: ${name}`).toBeDisabled();
    await expect.soft(page.getByTestId('backend'), state).toHaveText('webgpu');
    await expect.soft(page.getByTestId('executor'), state).toHaveText('plan');
    const hasRun = state !== 'idle' && state !== 'starting';
    const regions = page.getByRole('region', { name: 'Validation samples' });
    await expect.soft(regions, state).toHaveCount(hasRun ? 1 : 0);
    await expect.soft(page.locator('canvas[data-testid=sample]'), state).toHaveCount(hasRun ? 16 : 0);
    const alerts = state === 'failed' || state === 'unavailable' ? 1 : 0;
    await expect.soft(page.getByRole('alert'), state).toHaveCount(alerts);
    if (!hasRun) continue;
    for (const id of ['global-step', 'epoch', 'loss'])
      await expect.soft(page.getByTestId(id), `${state}: ${id}`).toHaveText(/^[0-9]+(\.[0-9]+)?$/);
    if (state === 'validating') await expect.soft(regions).not.toHaveAttribute('data-step');
    else await expect.soft(regions, state).toHaveAttribute('data-step', '24000');
  }
});

test('a finished run and its last checkpoint ask how many steps more, by default as many again', async ({
  page,
}) => {
  await open(page, 'finished');
  const controls = page.getByRole('region', { name: 'Run controls' });
  const row = page.getByRole('list', { name: 'Checkpoints' }).getByTestId('checkpoint').first();
  await expect(controls).toContainText('This run goes on from step 52,500 to 105,000.');
  for (const [within, field, press] of [
    [controls, 'More steps', 'Train longer'],
    [row, 'More steps from here', 'Resume from here'],
  ] as const) {
    const steps = within.getByLabel(field, { exact: true });
    const command = within.getByRole('button', { name: press, exact: true });
    await expect(steps).toHaveValue('52500');
    for (const wrong of ['', '0', '1.5', 'ten', '9947501']) {
      await steps.fill(wrong);
      await expect(command, wrong).toBeDisabled();
      await expect(steps).toHaveAccessibleDescription('A whole number from 1 to 9,947,500.');
    }
    await steps.fill('9947500');
    await expect(command).toBeEnabled();
  }
});

test('a run that was paused offers no Pause while it is validated: it waits for Resume', async ({ page }) => {
  await open(page, 'waiting');
  await expect(page.getByTestId('run-state')).toHaveText('validating');
  await expect(page.getByRole('button', { name: 'Resume', exact: true })).toBeDisabled();
  await expect(page.getByRole('button', { name: 'Pause', exact: true })).toHaveCount(0);
  await expect(page.getByRole('main')).toContainText('Press Resume to go on at step 24,001');
  await page.keyboard.press(' ');
  await expect(page.getByTestId('run-state')).toHaveText('validating');
});

test('a run that has made its last step promises no step while it is validated, and offers none', async ({
  page,
}) => {
  await open(page, 'ended');
  const main = page.getByRole('main');
  await expect(main).toContainText('The run has made its last step.');
  const controls = page.getByRole('region', { name: 'Run controls' });
  await expect(controls).toContainText('After the 16 samples, or Skip, it can be trained longer.');
  await expect(main).not.toContainText('24,001');
  await expect(page.getByRole('button', { name: /^(Pause|Resume)$/ })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Skip', exact: true })).toBeEnabled();
});

test('pictures or pictures with words: the switch leads to the presets of the family, where there are captions', async ({
  page,
}) => {
  await open(page, 'idle');
  const learns = page.getByRole('radiogroup', { name: 'What the model learns' });
  const models = page.getByRole('region', { name: 'Model' }).getByRole('radio');
  await expect(models).toHaveCount(3);
  await expect(page.getByRole('textbox', { name: /^Prompt/ })).toHaveCount(0);
  await learns.getByRole('radio', { name: 'Pictures with words' }).check();
  await expect(models.first()).toHaveAccessibleName(/^Tiny with words /);
  await expect(models).toHaveCount(3);
  await expect(page.getByRole('radio', { name: /^Text / })).toBeChecked();
  await expect(page.getByRole('textbox', { name: /^Prompt \d+$/ })).toHaveCount(16);
  await learns.getByRole('radio', { name: 'Pictures', exact: true }).check();
  await page.getByRole('radio', { name: /^Tiny / }).check();
  await learns.getByRole('radio', { name: 'Pictures with words' }).check();
  await expect(page.getByRole('radio', { name: /^Tiny with words / })).toBeChecked();

  // A set without captions offers no words, but lets those go that are chosen.
  await page.evaluate(() => {
    const { datasets } = Reflect.get(globalThis, 'galleryState') as State;
    datasets.value = datasets.value.map((set) => ({ ...set, captions: false }));
  });
  await expect(learns.getByRole('radio', { name: 'Pictures with words' })).toBeEnabled();
  await learns.getByRole('radio', { name: 'Pictures', exact: true }).check();
  await expect(learns.getByRole('radio', { name: 'Pictures with words' })).toBeDisabled();
  await expect(learns).toHaveAccessibleDescription(/these pictures have no captions/);
});

test("prompts are the fields of the form until Reset; new ones and the user's are marked", async ({
  page,
}) => {
  await open(page, 'words');
  const field = (number: number) => page.getByRole('textbox', { name: `Prompt ${number}`, exact: true });
  await expect(field(2)).toHaveAccessibleDescription('yours');
  await button(page, 'Reset the prompts').click();
  await expect(field(2)).toHaveValue('a banded golden planet with a thin ring on an indigo sky');
  await expect(field(2)).toHaveAccessibleDescription('');
  await expect(field(9)).toHaveAccessibleDescription('new');
  await expect(button(page, 'Reset the prompts')).toBeDisabled();
  await field(9).fill('one\nline');
  await expect(field(9)).toHaveValue('one line');
  await field(10).fill(` <b>\u202e${'long '.repeat(20_000)}`);
  await field(11).focus();
  await expect(field(10)).toHaveValue(/^<b>(long ){199}lo$/);
  await expect(page.getByRole('list', { name: /^Words of the captions/ }).getByRole('listitem')).toHaveCount(
    40,
  );
});

test('captions that teach nothing, and flips that make them wrong, are said; Train is possible', async ({
  page,
}) => {
  await open(page, 'words-poor');
  const main = page.getByRole('main');
  await expect(main).toContainText('31 of 812 pictures have a caption');
  await expect(main).toContainText(
    'All captions say the same: the model will learn the pictures, but no words.',
  );
  await expect(main).toContainText('31 captions speak of left or right');
  await expect(button(page, 'Train')).toBeEnabled();
  await button(page, 'Turn off random flip').click();
  await expect(main).not.toContainText('left or right:');
});

test('every sample of a model with words is named with its prompt, and shows it', async ({ page }) => {
  await open(page, 'words-validating');
  const region = page.getByRole('main').getByRole('region', { name: 'Validation samples' });
  await expect(region.getByTestId('sample')).toHaveCount(16);
  await expect(region.getByTestId('sample').first()).toHaveAccessibleName(
    'Sample 1, a smooth rose planet on a dark blue sky, being drawn',
  );
  await expect(region.getByTestId('sample').last()).toHaveAccessibleName('Sample 16, no prompt, being drawn');
  await open(page, 'words-training');
  const samples = page.getByRole('grid', { name: '16 samples' });
  await samples
    .getByRole('button', { name: 'Sample 5, an ice-capped blue planet on a plum sky, drawn' })
    .click();
  await expect(page.getByRole('main').getByText('an ice-capped blue planet on a plum sky')).toHaveCount(3);
  await expect(samples.getByText('an ice-capped blue planet on a plum sky')).toBeVisible();
});

test('a dialog gives the focus back to the button that opened it', async ({ page }) => {
  for (const [state, name] of [
    ['own', 'Rename the pictures garden 2024'],
    ['paused', 'Help'],
    ['paused', 'New run'],
  ] as const) {
    await open(page, state);
    const opener = page.getByRole('button', { name, exact: true });
    await opener.press('Enter');
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(opener, name).toBeFocused();
  }
});

test('why it is not WebGPU, and the way out, is said once: in the alert', async ({ page }) => {
  await open(page, 'webgl');
  await expect(page.getByRole('alert')).toHaveCount(1);
  await expect(page.getByText('start the browser with --enable-unsafe-webgpu')).toHaveCount(1);
  const machine = page.getByRole('region', { name: 'Machine' });
  await expect(machine).toContainText('slow');
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(machine).toContainText('This browser has no WebGPU');
});

test('where the address names pictures that are not here, the page says so and Train waits for others', async ({
  page,
}) => {
  await open(page, 'no-set');
  const train = page.getByRole('button', { name: 'Train', exact: true });
  await expect(page.getByRole('alert')).toContainText('There are no pictures called nope');
  await expect(page.getByRole('main')).toContainText('There are no pictures called nope in this browser.');
  await expect(page.locator('.mosaic')).toHaveCount(0);
  await expect(train).toBeDisabled();
  await expect(page.getByRole('region', { name: 'Run controls' })).toContainText('Choose pictures first.');
  await page.getByRole('radio', { name: /^Shapes/ }).check();
  await expect(train).toBeEnabled();
});

test('where the pictures of a run are not here, the import dialog and the run that waits say so', async ({
  page,
}) => {
  const said = 'Its pictures, garden 2024, are not on this computer';
  await open(page, 'offered-own');
  const missing = page.getByRole('dialog').getByRole('list', { name: 'Missing' });
  await expect(missing).toContainText(said);
  await open(page, 'absent');
  const notices = page.getByRole('status', { name: 'Notices' });
  await expect(notices).toContainText('Its pictures, planets-140k, are not on this computer.');
  await open(page, 'finished');
  await expect(notices).not.toContainText('not on this computer');
});

test('a choice in the sentence of the captions changes its place of the prompt, of a grid on the line of the caret', async ({
  page,
}) => {
  await open(page, 'generate-words');
  const sentence = page.getByRole('group', { name: 'Change the prompt' });
  const sky = sentence.getByRole('combobox', { name: 'a dark blue, an indigo, a plum' });
  const prompt = page.getByRole('textbox', { name: 'Prompt', exact: true });
  await prompt.fill('a smooth rose planet on a plum sky');
  await expect(sky).toHaveValue('2');
  await sky.selectOption('an indigo');
  await expect(prompt).toHaveValue('a smooth rose planet on an indigo sky');
  await prompt.fill('a house');
  await sentence.getByRole('combobox', { name: 'with a moon, with two moons' }).selectOption('with a moon');
  await expect(prompt).toHaveValue('a smooth blue planet with a moon on a dark blue sky');
  await page.getByRole('radio', { name: 'Grid' }).check();
  const lines = page.getByRole('textbox', { name: 'Prompts, one on each line' });
  await lines.fill('a smooth rose planet on a plum sky\na house');
  await lines.press('ArrowUp');
  await sky.selectOption('a charcoal');
  await expect(lines).toHaveValue('a smooth rose planet on a charcoal sky\na house');
});

test('a model with words that is imported for pictures of few captions: the dialog says what they teach', async ({
  page,
}) => {
  const missing = page.getByRole('dialog').getByRole('list', { name: 'Missing' });
  await open(page, 'offered-words');
  await expect(missing).toContainText('31 of 812 pictures have a caption');
  await expect(missing).toContainText('the model will learn the pictures, but no words');
  await open(page, 'offered');
  await expect(missing).not.toContainText('caption');
});

test('of several alerts the page says how many there are, and leads to each', async ({ page }) => {
  await open(page, 'alerts');
  const alert = page.getByRole('alert');
  await expect(alert).toHaveCount(1);
  await expect(alert).toContainText('There is no room for another checkpoint');
  await expect(alert).toContainText('1 of 3');
  const next = page.getByRole('button', { name: 'Next alert' });
  await next.click();
  await expect(alert).toContainText('2 of 3');
  await next.click();
  await expect(alert).toContainText('The GPU stopped answering');
  await next.click();
  await expect(alert).toContainText('1 of 3');
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(alert).toContainText('1 of 2');
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(alert).toContainText('The GPU stopped answering');
  await expect(next).toHaveCount(0);
});

test('an alert that answers a press is brought into view from wherever that was', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, 'paused');
  await page.getByRole('button', { name: 'Resume from here' }).click();
  await expect(page.getByRole('alert')).toBeInViewport();
});

test('before training the page states its GPU bytes, or why it does not fit and the batch that does', async ({
  page,
}) => {
  await open(page, 'idle');
  const size = page.getByRole('region', { name: 'Model' });
  await expect(size).toContainText('99 MiB a checkpoint, 1.2 GB of GPU memory.');
  await expect(size.locator('data')).toHaveAttribute('value', '1234567890');
  await open(page, 'misfit');
  await expect(page.getByRole('alert')).toHaveCount(1);
  await expect(page.getByRole('alert')).toContainText('This GPU cannot hold a batch of 512');
  await expect(page.getByRole('alert')).toContainText(
    'Available: at most 134,217,728 bytes, needed: 268,435,456 bytes.',
  );
  await expect(page.getByRole('button', { name: 'Train', exact: true })).toBeDisabled();
  await page.getByRole('button', { name: 'Use batch size 256 3.1 GB' }).click();
  await expect(size).toContainText('steps of 256 pictures');
  await open(page, 'refused');
  await expect(page.getByRole('alert')).toContainText('needed: 3.0 GB of GPU memory.');
  await expect(page.getByRole('button', { name: 'Use batch size 32 1.9 GB' })).toBeEnabled();
  await page.getByRole('button', { name: 'Use gradient checkpointing 1.6 GB' }).click();
  await page.getByText(/^All \d+ settings/).click();
  await expect(page.getByRole('checkbox', { name: 'Gradient checkpointing' })).toBeChecked();
});

test('before the worker answers there is Train, which can be pressed, and no word that is not known', async ({
  page,
}) => {
  await open(page, 'first');
  await expect(page.getByRole('button', { name: 'Train', exact: true })).toBeEnabled();
  await expect(page.getByTestId('run-state')).toHaveText('starting');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    'Train an image model on your own pictures',
  );
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('validation samples are in main while validating, without data-step until all are drawn', async ({
  page,
}) => {
  await open(page, 'validating');
  const region = page.getByRole('main').getByRole('region', { name: 'Validation samples' });
  await expect(region.getByTestId('sample')).toHaveCount(16);
  await expect(region).not.toHaveAttribute('data-step');
  // While samples clear from noise, the denoising calls are counted.
  await expect(region.getByText(/^call \d+ of \d+/)).toBeVisible();
  await expect(region.getByRole('img', { name: /^Sample \d+, drawn$/ })).toHaveCount(0);
  await expect(region.getByRole('img', { name: /^Sample \d+, being drawn$/ })).toHaveCount(16);
  await expect(page.getByRole('region', { name: 'Validation samples' })).toHaveCount(1);
});

test('another tab: the list is there, nothing that changes anything', async ({ page }) => {
  await open(page, 'elsewhere');
  await expect(page.getByTestId('checkpoint')).toHaveCount(7);
  const names = await page
    .getByRole('button')
    .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? one.textContent));
  expect(names).toEqual(['Install', 'Theme', 'Help', 'Use here', 'planets-140k, 30 Nov']);
  await page.getByRole('button', { name: 'Use here' }).click();
  await expect(page.getByRole('button', { name: 'Waiting for the other tab to save' })).toBeDisabled();
});

test('checkpoints are listed by run: the run on the page is open, the others are folded', async ({
  page,
}) => {
  await open(page, 'runs');
  const list = page.getByRole('list', { name: 'Checkpoints', exact: true });
  await expect(list.getByTestId('run')).toHaveCount(3);
  await expect(list.getByTestId('checkpoint')).toHaveCount(15);
  await expect(list.getByTestId('checkpoint').filter({ visible: true })).toHaveCount(7);
  const second = list.getByRole('button', { name: 'Planets, 29 Nov, from unet_epoch_1', exact: true });
  await expect(second).toHaveAttribute('aria-expanded', 'false');
  await second.press('Enter');
  await expect(second).toHaveAttribute('aria-expanded', 'true');
  const rows = page.getByRole('list', { name: 'Planets, 29 Nov, from unet_epoch_1', exact: true });
  await expect(rows.getByRole('listitem')).toHaveCount(5);
});

test('a run is renamed in place: Enter and leaving the field rename, Escape does not', async ({ page }) => {
  await open(page, 'runs');
  const run = page.getByTestId('run').first();
  const heading = run.getByRole('heading');
  for (const [key, name] of [
    ['Escape', 'planets-140k, 30 Nov'],
    ['Enter', 'rings'],
    ['Tab', 'rings and moons'],
  ] as const) {
    await run.getByRole('button', { name: /^Rename/ }).press('Enter');
    const field = run.getByRole('textbox', { name: /^Name of the run/ });
    await expect(field).toBeFocused();
    await field.fill(name === 'planets-140k, 30 Nov' ? 'dropped' : name);
    await field.press(key);
    await expect(heading).toHaveText(name);
    if (key !== 'Tab') await expect(run.getByRole('button', { name: `Rename ${name}` })).toBeFocused();
  }
  await expect(page.getByRole('region', { name: 'Run status' })).toContainText('rings and moons');
});

test('without a run the last one can be continued: first, unless it is finished or a new one is wanted', async ({
  page,
}) => {
  const controls = page.getByRole('region', { name: 'Run controls' });
  // A file input counts as a button without a text.
  const names = async () => (await controls.getByRole('button').allTextContents()).filter(Boolean);
  await open(page, 'idle-runs');
  const goOn = button(page, 'Continue the last run');
  await expect(goOn).toHaveAccessibleDescription(
    'The last run is planets-140k, 30 Nov: it goes on at step 24,001.',
  );
  expect(await names()).toEqual(['Continue the last run', 'Train']);
  await page.evaluate(() => {
    const { wantsNewRun } = Reflect.get(globalThis, 'galleryState') as State;
    wantsNewRun.value = true;
  });
  await expect.poll(names).toEqual(['Train', 'Continue the last run']);
  await open(page, 'idle-finished');
  await expect(goOn).toHaveAccessibleDescription(/finished at step 24,000\.$/);
  expect(await names()).toEqual(['Train', 'Continue the last run']);
  await open(page, 'idle');
  expect(await names()).toEqual(['Train']);
});

test('the time strip and the grid show the same step, by key and by pointer', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await open(page, 'training');
  const shown = page.getByLabel('Step of the samples shown');
  await expect(shown).toHaveValue('24000');
  await shown.press('ArrowLeft');
  await expect(shown).toHaveAttribute('aria-valuetext', 'step 22,000');
  await expect(
    page.getByRole('region', { name: 'Samples', exact: true }).locator('.pair-grid .quiet'),
  ).toHaveText('step 22,000');
  await page.getByLabel('Step of the earlier samples').press('ArrowRight');
  await expect(page.locator('.pair-one .quiet')).toHaveText('step 12,000');
  const frame = await page.locator('.frame', { hasText: '4k' }).first().boundingBox();
  if (!frame) throw new Error('no frame of step 4,000');
  await page.mouse.click(frame.x + frame.width / 2, frame.y + 20);
  await expect(shown).toHaveValue('4000');
});

test('a line fills while a slow step is made; not while the page is hidden, nor where less motion is asked for', async ({
  page,
}) => {
  await page.clock.install();
  await open(page, 'slow');
  const line = page.getByRole('progressbar', { name: 'Run' }).locator('.within');
  const percent = async (): Promise<number> => parseFloat(await line.evaluate((one) => one.style.width));
  await page.clock.runFor(5000);
  const half = await percent();
  expect(half).toBeGreaterThan(40);
  expect(half).toBeLessThan(80);
  const becomes = (state: string) =>
    page.evaluate((now) => {
      Object.defineProperty(document, 'visibilityState', { value: now, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  await becomes('hidden');
  const stood = await percent();
  await page.clock.runFor(20_000);
  expect(await percent()).toBe(stood);
  await becomes('visible');
  await page.clock.runFor(1000);
  expect(await percent()).toBe(100);
  await open(page, 'training');
  await expect(line).toHaveCount(0);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page, 'slow');
  await expect(line).toHaveCount(0);
});

test('what is shown is named: the pictures until there are two sets, the set that stands for another', async ({
  page,
}) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await open(page, 'young');
  await expect(page.getByRole('region', { name: 'Run status' })).toContainText('about 7.3 h');
  const compare = page.getByRole('radiogroup', { name: 'Compare with' });
  await expect(compare.getByRole('radio', { name: 'Pictures' })).toBeChecked();
  await expect(compare.getByRole('radio', { name: 'Earlier' })).toBeDisabled();
  await open(page, 'training');
  await expect(compare.getByRole('radio', { name: 'Earlier' })).toBeChecked();
  // A sample is outlined only while it is the one beside the grid.
  await expect(page.locator('.tile[aria-pressed=true]')).toHaveCount(0);
  await page.getByRole('button', { name: 'Sample 3,' }).click();
  await expect(page.locator('.tile[aria-pressed=true]')).toHaveCount(1);
  await expect(page.locator('.ck:has(.dim)')).toHaveAttribute('data-name', 'unet_epoch_1');
  await open(page, 'saving');
  const samples = page.getByRole('region', { name: 'Samples', exact: true });
  await expect(samples.locator('.pair-grid .quiet')).toHaveText('step 24,000; step 26,000 is being drawn');
  const notices = page.getByRole('status', { name: 'Notices' });
  await expect(notices).toContainText('812 pictures stored as garden 2024.');
  await notices.getByRole('button', { name: 'Use them in a new run' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  // The longest of these lines, beside the choice of the weights.
  await open(page, 'resuming');
  await expect(samples.locator('.pair-grid .quiet')).toHaveText(/ is being drawn: call 20 of 50, about /);
  expect(await page.evaluate(textFaults)).toEqual([]);
});

test('a picture of an own set opens, tells its file, leads to the others, and can be removed and restored', async ({
  page,
}) => {
  await open(page, 'own');
  const grid = page.getByRole('grid', { name: /of your pictures, as the model will see them$/ });
  await grid.getByRole('button', { name: 'Picture 1', exact: true }).focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toHaveAccessibleName('holiday 2024/img_000002.jpg');
  await expect(dialog).toContainText('2 of 812.');
  await dialog.getByRole('button', { name: 'Next' }).click();
  await expect(dialog).toHaveAccessibleName('holiday 2024/img_000003.jpg');
  await expect(dialog).toContainText('896 × 480 pixels');
  await dialog.getByRole('button', { name: 'Remove' }).press('Enter');
  await expect(dialog).toContainText('1 picture removed.');
  await expect(focused(page)).toHaveText('Restore');
  await page.keyboard.press('Enter');
  await expect(dialog).toContainText('1 picture restored.');
  await page.keyboard.press('Escape');
  await expect(focused(page)).toHaveAccessibleName('Picture 2');
  await page.getByRole('button', { name: 'Rename the pictures garden 2024' }).click();
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('garden 2024');
  await page.keyboard.press('Escape');
});

test('files are chosen from all kinds that can be imported, on a phone from the gallery', async ({
  page,
  browser,
}) => {
  await open(page, 'own');
  const adding = (where: Page) => where.getByLabel('Add pictures', { exact: true });
  await expect(adding(page)).toHaveAttribute('accept', /^image\/\*,.*\.zip.*\.parquet/);
  const phone = await (await browser.newContext({ isMobile: true, hasTouch: true })).newPage();
  await phone.goto(page.url());
  await expect(adding(phone)).toHaveAttribute('accept', 'image/*');
  await phone.context().close();
});

test('the pictures of the setup end where the choices above them end', async ({ page }) => {
  for (const { width, height } of [COMBINATIONS[0], COMBINATIONS[2]]) {
    await page.setViewportSize({ width, height });
    await open(page, 'idle');
    const right = async (one: Locator): Promise<number> => {
      const box = await one.boundingBox();
      return box ? box.x + box.width : NaN;
    };
    const choices = await right(page.getByRole('radiogroup', { name: 'Pictures to learn from' }));
    await expect.poll(() => right(page.getByRole('main').locator('.mosaic canvas'))).toBeCloseTo(choices, 1);
  }
});

test('space pauses and resumes, but never while typing', async ({ page }) => {
  await open(page, 'training');
  await page.keyboard.press(' ');
  await expect(page.getByTestId('run-state')).toHaveText('paused');
  await page.getByLabel('Seed', { exact: true }).press(' ');
  await expect(page.getByTestId('run-state')).toHaveText('paused');
  await page.getByLabel('Seed', { exact: true }).blur();
  await page.keyboard.press(' ');
  await expect(page.getByTestId('run-state')).toHaveText('training');
  // What was pressed by pointer has the focus, too: the key is still the run's.
  const storage = page.locator('details.storage');
  await storage.locator('> summary').click();
  await page.keyboard.press(' ');
  await expect(page.getByTestId('run-state')).toHaveText('paused');
  await expect(storage).toHaveAttribute('open');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press(' ');
  await expect(storage).not.toHaveAttribute('open');
  await expect(page.getByTestId('run-state')).toHaveText('paused');
});

const focused = (page: Page): Locator => page.locator(':focus');

test('the focus is never lost: Train, Pause, Save at the last step, a deleted checkpoint or run, New run lead on from where it was', async ({
  page,
}) => {
  await open(page, 'idle');
  await page.getByRole('button', { name: 'Train', exact: true }).press('Enter');
  await expect(focused(page)).toHaveAccessibleName('Pause');
  await page.keyboard.press('Enter');
  await expect(focused(page)).toHaveAccessibleName('Resume');
  // Also where Train was the second button.
  await open(page, 'idle-runs');
  await page.getByRole('button', { name: 'Train', exact: true }).press('Enter');
  await expect(focused(page)).toHaveAccessibleName('Pause');
  await open(page, 'training');
  await page.getByRole('button', { name: 'Save checkpoint', exact: true }).press('Enter');
  await expect(page.getByTestId('run-state')).toHaveText('finished');
  await expect(page.getByRole('region', { name: 'Run controls' }).locator(':focus')).toHaveCount(1);
  await open(page, 'paused');
  const rows = page.getByTestId('checkpoint');
  const [first, second] = [rows.nth(0), rows.nth(1)];
  const after = await second.getAttribute('data-name');
  await first.getByRole('button', { name: 'Delete', exact: true }).press('Enter');
  await page.getByRole('button', { name: 'Yes' }).press('Enter');
  await expect(first).toHaveAttribute('data-name', after ?? '');
  await expect(first.locator(':focus')).toHaveCount(1);
  await open(page, 'idle-runs');
  const [, next, last] = await page.getByTestId('run').getByRole('heading').allTextContents();
  for (const left of [next ?? '', last ?? '']) {
    const run = page.getByTestId('run').first();
    await run.getByRole('button', { name: /^Delete the run/ }).press('Enter');
    await page.getByRole('button', { name: 'Yes' }).press('Enter');
    await expect(run.getByRole('heading')).toHaveText(left);
    await expect(run.locator(':focus')).toHaveCount(1);
  }
  await open(page, 'paused');
  const newRun = page.getByRole('button', { name: 'New run', exact: true });
  await newRun.scrollIntoViewIfNeeded();
  await newRun.press('Enter');
  await page.getByRole('button', { name: 'Yes' }).press('Enter');
  await expect(page.getByTestId('run-state')).toHaveText('idle');
  await expect(focused(page)).toHaveText('Train an image model on your own pictures');
  expect(await page.evaluate(() => scrollY)).toBe(0);
});

test('a grid of pictures is one stop of the Tab key; arrow keys move inside', async ({ page }) => {
  for (const [state, name, below] of [
    ['training', 'Sample 1', 'Sample 6'],
    ['generate-many', 'Picture 1', 'Picture 10'],
  ] as const) {
    await open(page, state);
    const grid = page.getByRole('main').getByRole('grid');
    await expect(grid.locator('button:not([tabindex="-1"])')).toHaveCount(1);
    await grid.getByRole('button', { name: `${name},` }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await expect(focused(page)).toHaveAccessibleName(new RegExp(`^${below},`));
    await page.keyboard.press('Tab');
    await expect(grid.locator(':focus')).toHaveCount(0);
    await page.keyboard.press('Shift+Tab');
    await expect(focused(page)).toHaveAccessibleName(new RegExp(`^${below},`));
    await page.keyboard.press('Home');
    await expect(focused(page)).toHaveAccessibleName(new RegExp(`^${name},`));
  }
});

test('where the system forces its colours, what is chosen looks unlike what is not', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  const look = (one: Locator): Promise<string> =>
    one.evaluate((element) => {
      const { backgroundColor, outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
      return [backgroundColor, outlineStyle, outlineWidth, outlineColor].join();
    });
  await open(page, 'idle');
  const pairs = (chosen: string, other: string): [Locator, Locator] => [
    page.locator(chosen).first(),
    page.locator(other).first(),
  ];
  const idle = ['.source', '.presets label'].map((one) =>
    pairs(`${one}:has(:checked)`, `${one}:not(:has(:checked))`),
  );
  for (const [chosen, other] of idle) expect(await look(chosen)).not.toBe(await look(other));
  await open(page, 'training');
  await page.getByRole('button', { name: 'Sample 3,' }).click();
  await page.getByRole('button', { name: 'More for unet_step_12000' }).click(); // kept
  for (const [chosen, other] of [
    pairs('.seg label:has(:checked)', '.seg label:not(:has(:checked))'),
    pairs('.tile[aria-pressed=true]', '.tile[aria-pressed=false]'),
    pairs('.frame.on canvas', '.frame:not(.on, .then) canvas'),
    pairs('.btn[aria-pressed=true]', '.btn[aria-pressed=false]'),
  ])
    expect.soft(await look(chosen)).not.toBe(await look(other));
  const canvas = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  for (const mark of ['.dot', '.progress i', '.tip', '.meter i'])
    expect.soft(await look(page.locator(mark).first()), mark).not.toContain(`${canvas},`);
  const colours = ['.ink-raw', '.ink-smooth'].map((line) =>
    page.locator(line).evaluate((element) => getComputedStyle(element).color),
  );
  const [raw, smooth] = await Promise.all(colours);
  expect(raw).not.toBe(smooth);
});

const drawn = (page: Page): Locator =>
  page.getByRole('region', { name: 'Generated pictures' }).getByRole('button', { name: /^Picture \d+,/ });

test('the address names the view, the link to it is marked, and Train has nothing of Generate', async ({
  page,
}) => {
  const views = page.getByRole('navigation', { name: 'Views' });
  await open(page, 'generate');
  await expect(views.getByRole('link', { name: 'Generate' })).toHaveAttribute('aria-current', 'page');
  await expect(views.getByRole('link', { name: 'Generate' })).toHaveAttribute('href', '#generate');
  await expect(page.getByRole('button', { name: 'Generate', exact: true })).toHaveCount(1);
  await open(page, 'training');
  await expect(views.getByRole('link', { name: 'Train' })).toHaveAttribute('aria-current', 'page');
  await expect(page.getByRole('button', { name: 'Generate', exact: true })).toHaveCount(0);
});

test('the validation samples are in both views, once, until the run ends', async ({ page }) => {
  const region = page.getByRole('region', { name: 'Validation samples' });
  for (const state of ['training', 'generate']) {
    await open(page, state);
    await expect(region).toHaveAttribute('data-step', '24000');
    await expect(region.getByTestId('sample')).toHaveCount(16);
    await expect(page.getByTestId('sample')).toHaveCount(16);
  }
  await open(page, 'generate-idle');
  await expect(page.getByTestId('sample')).toHaveCount(0);
});

test('a picture that is pressed is shown large with its seed and its way, and can be saved', async ({
  page,
}) => {
  await open(page, 'generate-drawn');
  await expect(drawn(page)).toHaveCount(16);
  await drawn(page).nth(5).click();
  await expect(drawn(page).nth(5)).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByRole('heading', { name: 'Picture 6', exact: true })).toBeVisible();
  await expect(page.getByText('seed 7', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'PNG of picture 6' })).toBeEnabled();
  const way = page.getByRole('img', { name: 'Picture 6 at 8 moments of its way, the noise first' });
  await expect(way.locator('canvas')).toHaveCount(8);
  await expect(page.getByRole('button', { name: 'Save all' })).toBeEnabled();
  await expect(page.getByText('unet_step_24000, EMA weights, seed 7, 50 steps of DDIM')).toBeVisible();
});

test('what is wrong in the form is said beside its field, and nothing is generated', async ({ page }) => {
  await open(page, 'generate');
  const generate = page.getByRole('button', { name: 'Generate', exact: true });
  await expect(generate).toBeEnabled();
  await expect(generate).toHaveAccessibleDescription('Drawing these pictures delays training by about 2 s.');
  await page.getByLabel('How many').fill('65');
  await expect(page.getByLabel('How many')).toHaveAccessibleDescription(
    'It must be a whole number from 1 to 64.',
  );
  await expect(generate).toBeDisabled();
  expect(await findings(page)).toEqual([]);
  await page.getByLabel('How many').fill('32');
  await expect(generate).toHaveAccessibleDescription('Drawing these pictures delays training by about 4 s.');
  await page.getByRole('button', { name: 'New seed' }).click();
  await expect(page.getByLabel('Seed', { exact: true })).not.toHaveValue('0');
});

test('Ctrl Enter generates, also from a field; Cancel gives the focus back', async ({ page }) => {
  await open(page, 'generate');
  const generate = page.getByRole('button', { name: 'Generate', exact: true });
  await expect(generate).toBeEnabled();
  await page.getByLabel('Seed', { exact: true }).press('Control+Enter');
  await expect(generate).toBeDisabled();
  await expect(page.getByRole('progressbar', { name: 'Generating' })).toBeVisible();
  await page.getByRole('button', { name: 'Cancel', exact: true }).press('Enter');
  await expect(generate).toBeFocused();
});

test('a word is put into the prompt by press or by keyboard, where the caret is; a prompt of the run replaces it', async ({
  page,
}) => {
  await open(page, 'generate-words');
  const prompt = page.getByLabel('Prompt', { exact: true });
  const words = page.getByRole('toolbar', { name: 'Words of the captions' });
  await expect(prompt).toHaveValue('a smooth rose planet on a dark blue sky');
  await words.getByRole('button', { name: 'ring', exact: true }).click();
  await expect(prompt).toHaveValue('a smooth rose planet on a dark blue sky ring ');
  await expect(prompt).toBeFocused();
  await prompt.fill('a mi');
  await expect(words.getByRole('button')).toHaveText(['midnight-blue']);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(prompt).toHaveValue('a midnight-blue ');
  await page.keyboard.type('planet');
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowRight');
  await expect(words.getByRole('button').nth(1)).toBeFocused();
  await page.getByText('Prompts of the run’s samples').click();
  expect(await findings(page)).toEqual([]);
  await button(page, 'Use a banded golden planet with a thin ring on an indigo sky').click();
  await expect(prompt).toHaveValue('a banded golden planet with a thin ring on an indigo sky');
});

test('a grid has a line for each prompt, adds the chosen ones, and says where there are too many', async ({
  page,
}) => {
  await open(page, 'generate-words');
  await page.getByRole('radio', { name: 'Grid' }).check();
  const lines = page.getByLabel('Prompts, one on each line');
  await lines.fill('a planet');
  await page.getByText('Prompts of the run’s samples').click();
  await page.getByRole('button', { name: /^Add a smooth rose/ }).click();
  await expect(lines).toHaveValue('a planet\na smooth rose planet on a dark blue sky');
  await lines.fill('a planet\n'.repeat(17));
  await expect(lines).toHaveAccessibleDescription('With 4 pictures of each there can be 16 prompts at most.');
  await expect(button(page, 'Generate')).toBeDisabled();
  await page.getByLabel('Of each prompt').fill('3');
  await expect(button(page, 'Generate')).toBeEnabled();
  await page.getByText('Negative prompt and guidance interval').click();
  await page.getByLabel('Guided from (%)').fill('101');
  await page.getByLabel('Guidance', { exact: true }).fill('1');
  expect(await findings(page)).toEqual([]);
  await expect(button(page, 'Generate')).toBeDisabled();
});

test('rows are named after their prompts, columns after seed and noise; the prompt stands under the picture', async ({
  page,
}) => {
  await open(page, 'generate-words-grid');
  const grid = page.getByRole('grid', { name: '20 pictures, a row for each prompt' });
  await expect(grid.getByRole('rowheader')).toHaveCount(5);
  await expect(grid.getByRole('rowheader').nth(1)).toHaveText(/^a banded golden planet/);
  await expect(grid.getByRole('columnheader', { name: 'seed 7, noise 3' })).toBeVisible();
  await button(page, 'Picture 6, drawn').click();
  await expect(page.getByText('seed 7, noise 2').filter({ visible: true })).toHaveCount(2);
  const banded = page.getByText('a banded golden planet with a thin ring on an indigo sky');
  await expect(banded.filter({ visible: true })).toHaveCount(2);
  await page.keyboard.press('ArrowDown');
  await expect(button(page, 'Picture 10, drawn')).toBeFocused();
  await open(page, 'generate-words-pair');
  await expect(page.getByRole('grid', { name: '4 pictures of no prompt' })).toBeVisible();
});

test('why nothing can be generated is said where the button is disabled', async ({ page }) => {
  const reasons: Record<string, RegExp> = {
    'generate-other': /^This checkpoint is of another network .* Press Pause in Train first\.$/,
    'generate-elsewhere': /open in another tab/,
    'generate-unavailable': /Restart the browser to get the GPU back/,
  };
  for (const [state, reason] of Object.entries(reasons)) {
    await open(page, state);
    const generate = page.getByRole('button', { name: 'Generate', exact: true });
    await expect(generate).toBeDisabled();
    await expect(generate).toHaveAccessibleDescription(reason);
  }
  await open(page, 'generate-none');
  await expect(page.getByRole('main')).toContainText('A small model that comes with Perennial');
  await expect(page.getByRole('button', { name: 'Train on from it' })).toBeEnabled();
});
