// The entry of a worker that decodes pictures, nothing else. Not here: decoding one (decode-picture.ts), who
// asks (decode-pool.ts).
import { whyUnread } from './decode.ts';
import { decodePicture } from './decode-picture.ts';
import type { FromDecoder, ToDecoder } from './decode-pool.ts';

/** Pixels that pictures here take unasked, all together: two messages fewer for each. */
const MOST_UNASKED = 5e5;
let unasked = 0;

/** What to do when a picture may take memory. */
const waiting = new Map<number, () => void>();

const post = (message: FromDecoder, transfer: Transferable[] = []): void =>
  globalThis.postMessage(message, { transfer });

async function decode(message: Extract<ToDecoder, { sent: unknown }>): Promise<void> {
  const { id, sent, wanted } = message;
  let taken = 0;
  const result = await decodePicture(sent, wanted, (pixels) => {
    if (unasked + pixels <= MOST_UNASKED) {
      unasked += taken = pixels;
      return Promise.resolve();
    }
    post({ id, pixels });
    return new Promise((go) => waiting.set(id, go));
  }).catch(whyUnread);
  unasked -= taken;
  waiting.delete(id);
  post({ id, result }, result.ok ? [result.pixels.buffer] : []);
}

globalThis.onmessage = ({ data }: MessageEvent<ToDecoder>) => {
  if ('sent' in data) void decode(data);
  else {
    waiting.get(data.id)?.();
    waiting.delete(data.id);
  }
};
