// The content that the page means by a checkpoint's reference: a checkpoint of the store, or the model that
// comes with the app. Not here: reading either (checkpoint-file.ts, ready-model.ts).
import type { CheckpointRef } from '../checkpoint/api.ts';
import type { StoreClient } from '../checkpoint/store-client.ts';
import { isReadyModel } from '../settings/ready-model.ts';
import type { CheckpointContent } from './checkpoint-file.ts';
import { readyContent } from './ready-model.ts';
import { loadedContent } from './run.ts';
import { must } from './trouble.ts';

/** To draw from, or to go on from. Throws FaultError where it cannot be read. */
export async function referredContent(
  store: Pick<StoreClient, 'load'>,
  ref: CheckpointRef,
): Promise<CheckpointContent> {
  return isReadyModel(ref) ? readyContent() : loadedContent(must(await store.load(ref)));
}
