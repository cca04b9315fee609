// Opens the app that `npm start` serves in a browser profile of its own, for what is made by hand from real
// runs. Not here: what is made (make-reference.mjs, make-pictures.mjs).
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';

export const ADDRESS = 'http://localhost:4173/';
const ARGS = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
const HOUR = 3_600_000;

/** What `take` makes of a page; `options` are those of Playwright's launchPersistentContext. */
export async function visit(take, options = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'perennial-visit-'));
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ARGS,
    ...options,
  });
  context.setDefaultTimeout(HOUR);
  try {
    return await take(context.pages()[0] ?? (await context.newPage()));
  } finally {
    await context.close();
    await rm(folder, { recursive: true });
  }
}

export const button = (page, name) => page.getByRole('button', { name, exact: true });

/** Waits until the page says that it is in this state. */
export const stateIs = (page, state) =>
  page
    .getByTestId('run-state')
    .filter({ hasText: new RegExp(`^${state}$`) })
    .waitFor();
