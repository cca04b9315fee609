// `npm run learn` in Chromium: gives the request to the page, forwards its news. Not here: the work
// (learn.ts).
import { inPage, openChromium } from '../in-page.ts';
import type { AdapterChoice } from './command-line.ts';
import type { LearnRequest, Learnt } from './learn.ts';
import type { News } from './news.ts';

export function learnInBrowser(
  request: LearnRequest,
  adapter: AdapterChoice,
  tell: (news: News) => void,
): Promise<Learnt> {
  return inPage(
    { folder: 'bench/learn/', open: () => openChromium(adapter) },
    (page) => page.exposeFunction('tellNews', tell).then(() => undefined),
    async (page) => {
      await page.waitForFunction(() => 'learn' in window);
      return page.evaluate((given) => window.learn(given), request);
    },
  );
}
