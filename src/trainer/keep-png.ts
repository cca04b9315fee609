// Keeps a PNG in the index. A cache: what it does not take is drawn again when it is asked for, and training goes on.
import { putSheet } from '../checkpoint/index-db.ts';

export async function keepPng(...png: Parameters<typeof putSheet>): Promise<boolean> {
  try {
    await putSheet(...png);
    return true;
  } catch {
    // Full, refused or broken: nothing that can be recovered depends on it.
    return false;
  }
}
