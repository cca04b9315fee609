// A checkpoint as the file the user asked for. Not here: each format (beside this file); the checkpoint's own
// file, which the store hands out unchanged.
import { networkOf } from '../../settings/presets.ts';
import { openPictures } from '../../data/sets.ts';
import type { ExportRequest } from '../api.ts';
import type { CheckpointContent } from '../checkpoint-file.ts';
import { diffusersZip } from './diffusers-zip.ts';
import { picturesZip } from './pictures-zip.ts';
import { torchCheckpoint } from './torch-checkpoint.ts';
import { weightsFile } from './weights-file.ts';

/**
 * The export with its name. Throws FaultError kind `data` where pictures are asked for that are not on this
 * computer.
 */
export async function exportedFile(
  content: CheckpointContent,
  { kind, weights }: Pick<ExportRequest, 'weights'> & { kind: Exclude<ExportRequest['kind'], 'checkpoint'> },
): Promise<File> {
  const { name, config, dataset } = content.facts;
  switch (kind) {
    case 'diffusers':
      return file(await diffusersZip(content, weights), `${name}-${weights}-diffusers.zip`);
    case 'torch':
      return file(await torchCheckpoint(content), `${name}.pt`);
    case 'weights':
      return file(weightsFile(content, weights), `${name}-${weights}-weights.safetensors`);
    case 'pictures':
      return file(
        await picturesZip(await openPictures(config.dataset, config), networkOf(config).inChannels),
        `${dataset.name}-${config.imageSize}px.zip`,
      );
    default:
      return kind satisfies never;
  }
}

const file = (content: Blob, name: string): File => new File([content], name, { type: content.type });
