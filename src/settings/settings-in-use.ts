// Which settings have a meaning beside the others. One that has none is kept and ignored, and the form hides
// it. Not here: the settings (settings.ts).
import { isSpaced, samplerOf } from './samplers.ts';
import { hasWords } from './preset-families.ts';
import type { RunConfig, Settings } from './settings.ts';

/**
 * Whether setting `name` changes anything in a run with these settings. `classes`: of the pictures; 0 where
 * nothing tells them apart.
 */
export function isInUse(
  name: keyof Settings,
  settings: Pick<RunConfig, 'predictionType' | 'sampler' | 'preset' | 'network' | 'textEncoder' | 'executor'>,
  classes: number,
): boolean {
  const isFlow = settings.predictionType === 'flow_prediction';
  if (name === 'noiseSchedule' || name === 'minSnrGamma') return !isFlow;
  if (name === 'timestepDensity') return isFlow;
  if (name === 'timestepSpacing') return isSpaced(samplerOf(settings));
  if (name === 'captionDropout' || name === 'guidanceScale') return hasWords(settings);
  if (name === 'gradientCheckpointing' || name === 'precision') return settings.executor !== 'eager';
  if (name === 'evenClasses') return classes > 1;
  return true;
}
