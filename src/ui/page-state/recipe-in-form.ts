// The form of the view Generate filled from a picture's recipe. Not here: the file (app/recipe.ts), what the
// texts mean (generate-form.ts).
import type { AskedWords, Recipe } from '../../app/state.ts';
import { isReadyModel, READY_MODEL } from '../../settings/ready-model.ts';
import type { CheckpointRecord } from '../../trainer/api.ts';
import { keyOf } from './checkpoint-key.ts';
import { type GenerateForm, giveSeed } from './generate-form.ts';
import type { WordsForm } from './words-form.ts';

/**
 * Fills in everything that the recipe says, and what is to be said of it. The checkpoint is chosen where it
 * is among `checkpoints`, by its run and step: a copy of it may have another name. The ready model always is
 * here.
 */
export function fillFromRecipe(
  form: GenerateForm,
  recipe: Recipe,
  checkpoints: readonly CheckpointRecord[],
): void {
  const { runId, step, words } = recipe;
  const isIt = (one: CheckpointRecord): boolean => one.runId === runId && one.globalStep === step;
  const record = isReadyModel(recipe) ? READY_MODEL : (checkpoints.find(isIt) ?? null);
  form.chosen.value = record && keyOf(record);
  form.weights.value = recipe.weights;
  giveSeed(form, String(recipe.seed));
  form.steps.value = String(recipe.steps);
  form.sampler.value = recipe.sampler;
  form.className.value = recipe.className;
  form.picture.value = recipe.picture ?? 0;
  if (words && words.layout !== 'one') form.words.each.value = String(recipe.count / words.prompts.length);
  else form.count.value = String(recipe.count);
  if (words) fillWords(form.words, words);
  form.filled.value = record
    ? `Filled in from the picture: ${record.name}, seed ${recipe.seed}.`
    : `The picture was drawn from ${recipe.name} (step ${step} of the run ${runId}), which is not on this computer. The rest is filled in; another checkpoint draws other pictures.`;
}

function fillWords(form: WordsForm, { layout, prompts, negative, guidance }: AskedWords): void {
  form.layout.value = layout;
  if (layout === 'grid') form.lines.value = prompts.join('\n');
  else {
    form.prompt.value = prompts[0] ?? '';
    if (layout === 'pair') form.other.value = prompts[1] ?? '';
  }
  form.negative.value = negative;
  form.guidance.value = String(guidance.scale);
  form.from.value = String(percentOf(guidance.start));
  form.to.value = String(percentOf(guidance.stop));
}

/** Without the last digits that dividing by 100 makes. */
const percentOf = (share: number): number => Number((share * 100).toFixed(6));
