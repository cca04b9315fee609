// What the run learns from: a few pictures, how many there are, and the length of an epoch. Not here:
// choosing pictures (setup/).
import { augmentationOf } from '../../settings/augmentation.ts';
import type { RunConfig } from '../../settings/settings.ts';
import { imagesPerStep } from '../../settings/calendar.ts';
import { hasWords } from '../../settings/preset-families.ts';
import { useApp } from '../page-state/app-context.ts';
import { count } from '../format.ts';
import { PictureCanvas } from '../pictures/picture-canvas.tsx';

const MOST = 8;

/** ", mirrored, cropped and recoloured at random", or what of it is done. */
function variation(config: RunConfig, pictures: number): string {
  const { randomCrop, colorJitter } = augmentationOf(config, pictures);
  const done = [
    ...(config.randomFlip ? ['mirrored'] : []),
    ...(randomCrop ? ['cropped'] : []),
    ...(colorJitter ? ['recoloured'] : []),
  ];
  const last = done.pop();
  if (last === undefined) return '';
  return `, ${done.length > 0 ? `${done.join(', ')} and ` : ''}${last} at random`;
}

/** Shown in the right column while there is a run. */
export function PicturesOfRun() {
  const { state } = useApp();
  const run = state.run.value;
  const preview = state.preview.value;
  if (!run) return null;
  const { dataset, config, stepsPerEpoch } = run;
  const shown = Math.min(MOST, dataset.count);
  const classes = state.datasets.value.find(({ id }) => id === dataset.id)?.classes ?? 0;
  const evenly = config.evenClasses && classes > 1;
  const varied = variation(config, dataset.count);
  return (
    <section class="data" aria-labelledby="h-data">
      <div class="head">
        <h2 id="h-data">Pictures</h2>
        <p class="quiet">{dataset.title}</p>
      </div>
      <div class="strip" role="img" aria-label={`${shown} of the pictures`}>
        {Array.from({ length: shown }, (_, index) => (
          <PictureCanvas key={index} picture={preview && { preview, index }} />
        ))}
      </div>
      <p class="note">
        {count(dataset.count)} pictures of {dataset.size} × {dataset.size}
        {hasWords(config) && ', with their captions'}
        {varied}
        {evenly && ', all classes equally often'}. {count(imagesPerStep(config))} a step:{' '}
        {count(stepsPerEpoch)} {stepsPerEpoch === 1 ? 'step' : 'steps'} an epoch.
      </p>
    </section>
  );
}
