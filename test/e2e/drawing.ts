// The view Generate as a user drives it: a prompt, Generate, the pictures that come. Not here: what they are
// to be (the specs), the view Train (visit.ts).
import { expect, type Locator, type Page } from '@playwright/test';
import { pixelsOf } from './visit.ts';

export const view = (page: Page, name: 'Train' | 'Generate'): Locator =>
  page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name });

export const prompt = (page: Page): Locator => page.getByLabel('Prompt', { exact: true });

/** The pictures that are drawn, to press on. */
export const pictures = (page: Page): Locator =>
  page
    .getByRole('region', { name: 'Generated pictures' })
    .getByRole('button', { name: /^Picture \d+, drawn$/ });

/**
 * Presses Ctrl Enter and waits until all `count` pictures are drawn. Returns the pixels of each, RGBA.
 */
export async function generate(page: Page, count: number): Promise<number[][]> {
  const status = page.getByRole('status', { name: 'Pictures drawn' });
  await status.evaluate(watchForEmpty);
  await page.keyboard.press('Control+Enter');
  await page.evaluate(() => Reflect.get(window, 'emptied') as Promise<void>);
  await expect(status).toHaveText(new RegExp(`^${count}, in `));
  return pixelsOf(pictures(page).locator('canvas'));
}

/** Puts on the window what resolves once the element has no text: the pictures before are gone. */
function watchForEmpty(element: Element): void {
  const emptied = new Promise<void>((resolve) => {
    const look = (): void => void (element.textContent === '' && resolve());
    new MutationObserver(look).observe(element, { childList: true, subtree: true, characterData: true });
    look();
  });
  Reflect.set(window, 'emptied', emptied);
}
