// The page of `npm run learn`: the function that in-browser.ts calls. Not here: the work (learn.ts).
import { learn, type LearnRequest, type Learnt } from './learn.ts';
import type { News } from './news.ts';

declare global {
  interface Window {
    /** in-browser.ts provides it. */
    tellNews: (news: News) => Promise<void>;
    learn: (request: LearnRequest) => Promise<Learnt>;
  }
}

window.learn = (request) => learn(request, (news) => void window.tellNews(news));
