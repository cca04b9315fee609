// Claim: the tab that has the run hears who asks, and only the tab that asked hears that the run is free, or
// kept. On a channel that delivers at once. Not here: the lock (tab-lock.test.ts), two real tabs
// (e2e/resume-elsewhere.long.spec.ts).
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HandOver } from '../../src/app/hand-over.ts';

/** As the browser's: a message reaches every other channel, never the one that posts it. */
class Channel extends EventTarget {
  static readonly all: Channel[] = [];

  constructor() {
    super();
    Channel.all.push(this);
  }

  postMessage(data: unknown): void {
    for (const one of Channel.all)
      if (one !== this) one.dispatchEvent(Object.assign(new Event('message'), { data }));
  }
}

afterEach(() => void vi.unstubAllGlobals());

const heard: string[] = [];

function tab(name: string, asked: () => void = () => undefined): HandOver {
  return new HandOver({
    asked: () => {
      heard.push(`${name} is asked`);
      asked();
    },
    free: () => heard.push(`free for ${name}`),
    kept: () => heard.push(`kept from ${name}`),
  });
}

beforeEach(() => {
  heard.length = Channel.all.length = 0;
  vi.stubGlobal('BroadcastChannel', Channel);
});

/** The tab with the lock. */
function holderOf(answer: (holder: HandOver) => void): HandOver {
  const holder = tab('holder', () => answer(holder));
  holder.hold(true);
  return holder;
}

test('of three tabs one asks, one lets go, one that waits says nothing', () => {
  const holder = holderOf((one) => one.letGo());
  const bystander = tab('bystander', () => bystander.keep());
  tab('asker').ask();
  expect(heard).toEqual(['holder is asked', 'free for asker']);
  holder.letGo();
  expect(heard).toHaveLength(2);
});

test('a tab that cannot save says so to the one that asked, which may ask again', () => {
  holderOf((one) => one.keep());
  const asker = tab('asker');
  tab('bystander');
  asker.ask();
  asker.ask();
  const once = ['holder is asked', 'kept from asker'];
  expect(heard).toEqual([...once, ...once]);
});

test('a tab that has lost the lock answers no more', () => {
  holderOf((one) => one.letGo()).hold(false);
  tab('asker').ask();
  expect(heard).toEqual([]);
});
