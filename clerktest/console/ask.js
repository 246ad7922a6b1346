// What the console says and asks: notices, confirmations with undo, dialogs with a form.

import { el, replace, row } from './dom.js';
import { admin, post } from './api.js';
import { draws, redraw } from './router.js';

// notice shows a message for a while, with a button if there is something to do about it.
export function notice(text, kind = '', action = null) {
  const node = el('p', { class: kind }, el('span', {}, text));
  const gone = () => node.remove();
  if (action) node.append(el('button', { type: 'button', onclick: () => { gone(); action.run(); } }, action.label));
  node.append(el('button', { type: 'button', class: 'plain', 'aria-label': 'Close', onclick: gone }, '×'));
  document.getElementById('notices').append(node);
  setTimeout(gone, action ? 20000 : 6000);
}

// act runs what a button does, shows what went wrong, and draws the page anew unless that led to another.
export const act = (run, { quiet = false } = {}) => async event => {
  event?.preventDefault();
  const source = event?.currentTarget;
  if (source?.dataset?.busy) return;
  if (source?.dataset) source.dataset.busy = '1';
  const before = draws();
  try {
    await run(event);
    if (!quiet && draws() === before) await redraw();
  } catch (error) {
    notice(error.message, 'bad');
  } finally {
    if (source?.dataset) delete source.dataset.busy;
  }
};

export const button = (label, run, props = {}) => el('button', { type: 'button', ...props, onclick: act(run) }, label);

// copy is a button that copies a text.
export const copy = (text, label = 'Copy') => el('button', {
  type: 'button', class: 'plain', onclick: act(async () => {
    await navigator.clipboard.writeText(typeof text === 'function' ? await text() : text);
    notice('Copied.');
  }, { quiet: true }),
}, label);

// confirm asks before something is lost.
export function confirm(question, verb, undo) {
  return dialog(question, close => [
    el('p', {}, undo ? 'A snapshot is taken first, from which all records can be restored.' : 'This cannot be undone.'),
    row(el('button', { type: 'button', class: 'danger', 'data-verb': verb, onclick: () => close(true) }, verb),
      el('button', { type: 'button', autofocus: true, onclick: () => close(false) }, 'Cancel')),
  ]);
}

// dialog shows a modal dialog and resolves with what close gets; with undefined when it is dismissed.
export function dialog(title, content) {
  const node = document.getElementById('ask');
  return new Promise(resolve => {
    let answer;
    replace(node, el('h2', {}, title), content(value => { answer = value; node.close(); }));
    node.addEventListener('close', () => resolve(answer), { once: true });
    node.showModal();
  });
}

// danger is a button for what loses something: it asks and acts. A snapshot is taken first, and restoring it is offered,
// unless undo is false, as for what is not a record of the instance.
export const danger = (label, question, run, { undo = true, ...props } = {}) => el('button', {
  type: 'button', class: 'danger', ...props, onclick: act(async () => {
    if (!await confirm(question, label, undo)) return;
    if (undo) await undoable(question.replace(/\?$/, ''), run);
    else await run();
  }),
}, label);

// undoable takes a snapshot, acts, and offers to restore it. That brings back records, and nothing else.
export async function undoable(what, run) {
  const snapshot = await admin('/snapshots', post({ note: `before: ${what}`.slice(0, 150) }));
  await run();
  notice(`Done: ${what}.`, '', {
    label: 'Restore the records', run: act(async () => {
      await admin(`/snapshots/${snapshot.id}/restore`, post());
      notice('The records are those of the snapshot. Logs, clock, keys, faults and webhook endpoints were left alone.');
    }),
  });
}
