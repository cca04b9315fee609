// A device and everything that works on it, as one value: after a loss all of it is replaced together.
// Not here: when that happens (current-run.ts), the device itself (training-device.ts).
import { Artist } from './samples/artist.ts';
import { Generator, type GeneratorTools } from './samples/generator.ts';
import { Saver } from './saver.ts';
import type { TrainingDevice } from './training-device.ts';

export interface Equipment {
  readonly device: TrainingDevice;
  /** Draws the run's own samples. */
  readonly artist: Artist;
  readonly saver: Saver;
  /** Draws samples from any checkpoint. */
  readonly generator: Generator;
  /** False once the device is lost: nothing touches its memory any more. */
  readonly works: boolean;
}

/** The equipment of a device that has just started. */
export function equip(device: TrainingDevice, tools: GeneratorTools): Equipment {
  const { store, outbox, times } = tools;
  return {
    device,
    artist: new Artist(outbox, device.guard, times),
    saver: new Saver(store, outbox, device),
    generator: new Generator(tools, device),
    works: true,
  };
}
