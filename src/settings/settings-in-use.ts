// Which settings have a meaning beside the others. One that has none is kept and ignored, and the form hides
// it. Not here: the settings (settings.ts).
import { isSpaced, samplerOf } from './samplers.ts';
import { hasWords } from './preset-families.ts';
import type { RunConfig, Settings } from './settings.ts';

/** Whether setting `name` changes anything in a run with these settings. */
export function isInUse(
  name: keyof Settings,
  settings: Pick<RunConfig, 'predictionType' | 'sampler' | 'preset' | 'network' | 'textEncoder'>,
): boolean {
  const isFlow = settings.predictionType === 'flow_prediction';
  switch (name) {
    case 'noiseSchedule':
    case 'minSnrGamma':
      return !isFlow;
    case 'timestepDensity':
      return isFlow;
    case 'timestepSpacing':
      return isSpaced(samplerOf(settings));
    case 'captionDropout':
    case 'guidanceScale':
      return hasWords(settings);
    default:
      return true;
  }
}
