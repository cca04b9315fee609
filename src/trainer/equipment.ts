// A device and everything that works on it, as one value: after a loss all of it is replaced together.
// Not here: when that happens (current-run.ts), the device itself (training-device.ts).
import type { StoreClient } from '../checkpoint/store-client.ts';
import { Artist } from './samples/artist.ts';
import { Generator, type GeneratorTools } from './samples/generator.ts';
import { Saver } from './saver.ts';
import type { TrainingDevice } from './training-device.ts';

/** What runs need of a TrainingDevice. */
export interface RunDevice extends Pick<
  TrainingDevice,
  | 'lost'
  | 'guard'
  | 'executorFor'
  | 'prepare'
  | 'executionOf'
  | 'predictorFor'
  | 'trainingBytes'
  | 'givenBytes'
> {
  startAgain(): Promise<RunDevice>;
}

export interface Equipment {
  readonly device: RunDevice;
  /** Draws the run's own samples. */
  readonly artist: Artist;
  readonly saver: Saver;
  /** Draws samples from any checkpoint. */
  readonly generator: Generator;
  /** False once the device is lost: nothing touches its memory any more. */
  readonly works: boolean;
}

/** What stays when the device is replaced. */
export interface EquipmentTools extends GeneratorTools {
  store: Pick<StoreClient, 'save' | 'report' | 'load' | 'metadataOf'>;
}

/** The equipment of a device that has just started. */
export function equip(device: RunDevice, tools: EquipmentTools): Equipment {
  const { outbox, times } = tools;
  return {
    device,
    artist: new Artist(outbox, device, times),
    saver: new Saver(tools.store, outbox, device),
    generator: new Generator(tools, device),
    works: true,
  };
}
