// Help: what the page does, the keys, version and licence. Not here: what the keys do (shortcuts.tsx).
import { Dialog } from '../controls/dialog.tsx';

const WHAT = [
  'Perennial trains an image-diffusion model in this tab: from pictures that you choose, a network learns to make pictures out of noise.',
  'Choose pictures and a model, press Train, and watch the 16 samples: the same noise, drawn again as the model learns.',
  'With words it learns the captions of the pictures too: its samples show what it makes of 16 prompts.',
  'Pictures shows what is learnt from: look through it, change captions, find duplicates.',
  'Checkpoints are stored in this browser. Close the tab when you like: the run goes on from the newest one.',
  'Generate draws new pictures from any checkpoint. Export takes one to another browser, to diffusers or to PyTorch.',
  'Nothing that you choose or make leaves this computer.',
];

const KEYS = [
  ['Space', 'In Train: pause or resume'],
  ['S', 'In Train: save a checkpoint'],
  ['E', 'In Train: export the newest checkpoint'],
  ['Ctrl Enter', 'Generate pictures'],
  ['Arrow keys', 'Move between pictures; on the time strip, between steps'],
  ['?', 'Show this help'],
] as const;

/** Opened by `?` or by the button in the top bar. */
export function HelpDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Help" onClose={onClose}>
      {WHAT.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <h3>Keys</h3>
      <dl class="keys">
        {KEYS.map(([key, does]) => (
          <Row key={key} name={key} does={does} />
        ))}
      </dl>
      <p class="quiet">
        Perennial {__APP_VERSION__}, Apache-2.0.{' '}
        <a href="THIRD-PARTY-NOTICES.txt" target="_blank">
          What it contains by others
        </a>
      </p>
      <div class="answers">
        <button class="btn" type="button" autofocus onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

function Row({ name, does }: { name: string; does: string }) {
  return (
    <>
      <dt>
        <kbd>{name}</kbd>
      </dt>
      <dd>{does}</dd>
    </>
  );
}
