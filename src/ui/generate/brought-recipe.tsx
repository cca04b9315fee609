// Takes the recipe of a picture that the user brought into the form of the view Generate, and shows that
// view. Not here: finding the recipe (app/recipe.ts), which fields it fills (page-state/recipe-in-form.ts).
import { useEffect } from 'preact/hooks';
import { useApp } from '../page-state/app-context.ts';
import { fillFromRecipe } from '../page-state/recipe-in-form.ts';

/** Draws nothing. */
export function BroughtRecipe() {
  const { state, commands, asking } = useApp();
  const recipe = state.recipe.value;
  useEffect(() => {
    if (!recipe) return;
    fillFromRecipe(asking, recipe, state.checkpoints.value);
    commands.dismissRecipe();
    location.hash = 'generate';
  }, [recipe, asking, state, commands]);
  return null;
}
