// The page of `npm run learn`: what the program that drives the browser calls (in-browser.ts). Not here: the work (learn.ts).
import { learn, type LearnRequest, type Learnt } from './learn.ts';
import type { News } from './news.ts';

declare global {
  interface Window {
    /** Given by the program that drives the browser. */
    tellNews: (news: News) => Promise<void>;
    learn: (request: LearnRequest) => Promise<Learnt>;
  }
}

window.learn = (request) => learn(request, (news) => void window.tellNews(news));
