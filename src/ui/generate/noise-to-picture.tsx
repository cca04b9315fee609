// The chosen picture at up to eight moments of its denoising, from noise to picture. Not here: the choice of
// the moments (trainer/samples/drawing.ts).
import { useApp } from '../page-state/app-context.ts';
import { count } from '../format.ts';
import { PictureCanvas } from '../pictures/picture-canvas.tsx';

/** Under the grid, as soon as the first moment of the chosen picture has come. */
export function NoiseToPicture() {
  const { state, asking } = useApp();
  const generated = state.generated.value;
  const index = asking.picture.value;
  const way = generated?.ways[index] ?? [];
  if (!generated || way.length === 0) return null;
  const { calls } = generated;
  const label = `Picture ${index + 1} at ${way.length} moments of its way, the noise first`;
  return (
    <section aria-labelledby="h-way">
      <div class="head">
        <h2 id="h-way">From noise to picture</h2>
        <p class="quiet">
          {count(calls)} {calls === 1 ? 'step' : 'steps'}: noise, then what the model predicts
        </p>
      </div>
      <div class="way" role="img" aria-label={label}>
        {way.map((moment) => (
          <PictureCanvas key={moment.calls} picture={moment} />
        ))}
      </div>
    </section>
  );
}
