// What a browser says of itself over its protocol: the heap of a worker, processor time of all its
// processes. Not here: what it does meanwhile (import-worker.ts).
import type { Browser, CDPSession, Page } from '@playwright/test';

/** Milliseconds of processor time that all processes of the browser have used. */
export async function cpuClock(browser: Browser): Promise<() => Promise<number>> {
  const session = await browser.newBrowserCDPSession();
  return async () => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime * 1000, 0);
  };
}

/** The JavaScript heap of the page's workers, from before the page is loaded on. */
export class WorkerHeaps {
  readonly #session: CDPSession;
  readonly #workers = new Set<string>();
  readonly #asked = new Map<number, (megabytes: number) => void>();
  #ids = 0;

  private constructor(session: CDPSession) {
    this.#session = session;
  }

  static async of(page: Page): Promise<WorkerHeaps> {
    const session = await page.context().newCDPSession(page);
    const heaps = new WorkerHeaps(session);
    session.on('Target.attachedToTarget', ({ sessionId }) => heaps.#workers.add(sessionId));
    session.on('Target.receivedMessageFromTarget', ({ message }) => heaps.#hear(message));
    await session.send('Target.setAutoAttach', {
      ...{ autoAttach: true, waitForDebuggerOnStart: false, flatten: false },
    });
    return heaps;
  }

  /** The largest sum of MB in use while `work` goes on, asked for four times a second. */
  async most<T>(work: Promise<T>): Promise<{ megabytes: number; value: T }> {
    let isOver = false;
    let megabytes = 0;
    const ended = work.finally(() => (isOver = true));
    while (!isOver) {
      megabytes = Math.max(megabytes, await this.#now());
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    return { megabytes, value: await ended };
  }

  async #now(): Promise<number> {
    const each = await Promise.all([...this.#workers].map((sessionId) => this.#ask(sessionId)));
    return each.reduce((sum, one) => sum + one, 0);
  }

  #ask(sessionId: string): Promise<number> {
    const id = ++this.#ids;
    const message = JSON.stringify({ id, method: 'Runtime.getHeapUsage' });
    return new Promise((resolve, reject) => {
      this.#asked.set(id, resolve);
      this.#session.send('Target.sendMessageToTarget', { sessionId, message }).catch(reject);
    });
  }

  #hear(message: string): void {
    const { id, result } = JSON.parse(message) as { id?: number; result?: { usedSize?: number } };
    if (id === undefined) return;
    this.#asked.get(id)?.((result?.usedSize ?? 0) / 1e6);
    this.#asked.delete(id);
  }
}
