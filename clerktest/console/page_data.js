// Data: seed, import, export, snapshots, reset, instances.

import { el, row, section, soft, table, when } from './dom.js';
import { admin, post, remove, send, state } from './api.js';
import { act, button, copy, danger, notice } from './ask.js';
import { field, folded, form, jsonTrouble } from './forms.js';
import { address, page } from './router.js';

const example = { users: [{ email: 'ada@example.com', first_name: 'Ada', last_name: 'Lovelace' }] };

// upload is a form with a text area that a file may fill.
function upload(name, label, hint, run, { object = true } = {}) {
  const area = el('textarea', { 'aria-label': label, rows: 6, spellcheck: 'false', name: 'text', required: true }, hint);
  const file = el('input', { type: 'file', accept: '.json,.csv,.txt,application/json,text/csv', 'aria-label': `File for ${label}`, onchange: async () => { if (file.files[0]) area.value = await file.files[0].text(); } });
  return el('form', { 'data-form': name, onsubmit: act(async () => {
    const wrong = object ? jsonTrouble(area.value) : '';
    if (wrong) throw new Error(wrong);
    await run(area.value);
  }) }, file, area, el('button', { class: 'main' }, label));
}

const raw = text => ({ method: 'POST', headers: { 'Content-Type': 'application/json' }, body: text });

page('data', 'Data', 'Try', async () => {
  const shelf = await admin('/snapshots');
  return [
    section('Snapshots', soft('A snapshot is all records at one moment, kept in memory until the emulator stops.'),
      form('Take a snapshot', [field('note', 'Note')], v => admin('/snapshots', post(v)), { name: 'snapshot' }),
      table(['taken', 'note', 'records', ''], shelf.map(s => [when(s.at), s.note, s.records.toLocaleString('en'), row(
        danger('Restore', 'Return all records to this snapshot?', () => admin(`/snapshots/${s.id}/restore`, post())),
        button('Forget', () => admin(`/snapshots/${s.id}`, remove())))]))),
    section('Seed', folded('Add records of a seed file', upload('seed', 'Seed', JSON.stringify(example, null, 2), text => admin('/seed', raw(text))),
      el('p', {}, el('a', { href: '/_clerktest/seed.schema.json', target: '_blank' }, 'The schema of seed files')))),
    section('Import users', folded('Import an export of users', soft('A JSON list or CSV with the columns of Clerk\'s export.'),
      upload('import', 'Import', '', async text => notice(`${(await admin('/import/users', raw(text))).imported} users were imported.`), { object: false }))),
    section('Export', soft('All records as JSON, with the signing keys and password digests in it.'), row(
      el('a', { class: 'button', href: `/_clerktest/state?instance=${encodeURIComponent(state.instance.name)}`, download: `${state.instance.name}.json` }, 'Download the state'),
      copy(`curl -o state.json '${state.instance.url}/_clerktest/state?instance=${state.instance.name}'`, 'Copy as curl')),
    folded('Replace all records with an export', upload('state', 'Load the state', '', text => admin('/state', { ...raw(text), method: 'PUT' })))),
    section('Instances', table(['name', 'secret key', 'publishable key', ''], state.instances.map(i => [
      el('a', { href: address('', '', { instance: i.name }) }, i.name), el('code', {}, i.secret_key), el('code', {}, i.publishable_key),
      i.name === 'emulator' ? '' : danger('Remove', `Remove the instance ${i.name} and everything in it?`, () => admin(`/instances/${encodeURIComponent(i.name)}`, send('DELETE')), { undo: false })])),
    folded('Add an instance', form('Add instance', [field('name', 'Name', { required: true, hint: 'a-z, 0-9 and dashes' })], v => admin('/instances', post(v))))),
    section('Reset', soft('Forgets every record, the logs, faults and keys; the secret key stays.'),
      row(danger('Reset everything', 'Reset this instance? Logs, clock, keys and faults do not come back.', () => admin('/reset', post())))),
  ];
});
