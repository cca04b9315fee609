// The question before something that cannot be undone. Not here: its texts (app/questions.ts), export and
// import (files/).
import { useApp } from '../page-state/app-context.ts';
import { Dialog } from '../controls/dialog.tsx';

/** Shown while a question waits for its answer (`state.question`). */
export function QuestionDialog() {
  const { state, commands } = useApp();
  const question = state.question.value;
  if (!question) return null;
  const confirm = (): void => {
    commands.dismissQuestion();
    question.onConfirm();
  };
  return (
    <Dialog key={question.title} title={question.title} onClose={() => commands.dismissQuestion()}>
      {question.text && <p>{question.text}</p>}
      <div class="answers">
        <button class="btn" type="button" onClick={() => commands.dismissQuestion()}>
          Cancel
        </button>
        <button class={question.danger ? 'btn stop' : 'btn primary'} type="button" onClick={confirm}>
          {question.confirm}
        </button>
      </div>
    </Dialog>
  );
}
