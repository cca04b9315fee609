// The button that runs the built-in test of the checkpoint system, and the timings of its steps. Not here:
// the test (checkpoint/self-test.ts).
import { useState } from 'preact/hooks';
import type { Result } from '../../fault.ts';
import type { SelfTestReport } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';
import { count, fileSize } from '../format.ts';

/** A button; under it the result of its last press. */
export function StoreTest() {
  const { commands } = useApp();
  const [result, setResult] = useState<Result<SelfTestReport> | 'running' | null>(null);
  const test = async (): Promise<void> => {
    setResult('running');
    setResult(await commands.testCheckpointSystem());
  };
  return (
    <div class="timings">
      <button class="btn s" type="button" disabled={result === 'running'} onClick={() => void test()}>
        Test the checkpoint system
      </button>
      <div role="status" aria-label="Result of the test">
        {result === 'running' && <p class="note">Writing, reading back, verifying…</p>}
        {result !== null && result !== 'running' && <Outcome result={result} />}
      </div>
    </div>
  );
}

function Outcome({ result }: { result: Result<SelfTestReport> }) {
  if (!result.ok)
    return (
      <p class="wrong">
        {result.fault.title}. {result.fault.what} Expected {result.fault.expected}, got {result.fault.got}.
      </p>
    );
  return (
    <>
      <p class="note">Passed, with {fileSize(result.value.sizeBytes)}:</p>
      <table>
        <thead>
          <tr>
            <th scope="col">What was done</th>
            <th scope="col">Time</th>
          </tr>
        </thead>
        <tbody>
          {result.value.steps.map((step) => (
            <tr key={step.name}>
              <td>{step.name}</td>
              <td>{step.ms < 10 ? step.ms.toFixed(1) : count(step.ms)} ms</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
