// Temporary folders for the profiles and files of one spec, outside of the repository. Removed afterwards: a
// profile holds hundreds of megabytes of slots. Not here: the browser on a profile (browser.ts).
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from '@playwright/test';

/** Call once at a spec's top; the function it returns makes an empty folder. */
export function temporaryFolders(): () => Promise<string> {
  const made: string[] = [];
  test.afterAll(async () => {
    for (const folder of made.splice(0)) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return async () => {
    const folder = await mkdtemp(join(tmpdir(), 'perennial-e2e-'));
    made.push(folder);
    return folder;
  };
}

/** The profile that visited.setup.ts leaves. */
export const visitedProfile = (): string => join(test.info().project.outputDir, 'visited');

/**
 * Makes `folder` the profile of a browser that has visited the page once and has done nothing there: what its
 * device has passed is known. Returns the folder.
 */
export async function afterAVisit(folder: string): Promise<string> {
  await cp(visitedProfile(), folder, { recursive: true });
  return folder;
}
