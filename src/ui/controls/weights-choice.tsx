// EMA or raw: the weights of a checkpoint that pictures are drawn from. Not here: what follows from the
// choice.
import { Segments } from './segments.tsx';

interface Props {
  chosen: 'ema' | 'raw';
  onChoose: (weights: 'ema' | 'raw') => void;
}

/** The two weights as segments, EMA first. */
export function WeightsChoice(props: Props) {
  return (
    <Segments
      label="Weights"
      choices={[
        ['ema', 'EMA', 'Weights averaged over the steps: cleaner pictures'],
        ['raw', 'Raw', 'The weights of the last step'],
      ]}
      {...props}
    />
  );
}
