// Tokens: good ones and wrong ones to try an application with, and why one is refused.

import { el, pre, row, section, table } from './dom.js';
import { admin, post } from './api.js';
import { button, copy } from './ask.js';
import { field, form, organizationPicker, userPicker } from './forms.js';
import { idLink, linked } from './lists.js';
import { page } from './router.js';

let token = '';
let wrong = '';
let explanation = null;

const explain = async text => {
  token = text.trim();
  explanation = token ? await admin('/explain', post({ token })) : null;
};

page('tokens', 'Tokens', 'Watch', async place => {
  const bad = await admin('/bad_tokens');
  const asked = place.params.get('explain');
  if (asked && asked !== token) await explain(asked);
  const area = el('textarea', { id: 'token', 'aria-label': 'session token', spellcheck: 'false', rows: 5 }, token);
  return [
    section('Mint a session token', form('Mint', [
      userPicker('user_id', 'User', { value: place.params.get('user') ?? '', required: true }), organizationPicker('organization_id', 'Active organization'),
      field('ttl', 'Lifetime', { hint: '60s' }), field('azp', 'Authorized party (azp)', { kind: 'url' }),
      field('bad', 'Kind', { kind: [['', 'a good token'], ...bad.map(b => [b, `wrong: ${b}`])], value: wrong }),
    ], async v => {
      wrong = v.bad ?? '';
      await explain((await admin('/tokens', post(v))).token);
    })),
    section('Explain a session token', area, row(button('Explain', () => explain(area.value)), copy(() => area.value),
      copy(() => `curl -H 'Authorization: Bearer ${area.value.trim()}' http://localhost:3000/`, 'Copy as curl')),
    explanation && el('div', { id: 'explanation' },
      el('p', { class: explanation.accepted ? 'good' : 'bad' }, explanation.accepted ? 'Accepted.' : `Refused: ${explanation.reason}`),
      table(['check', 'result', 'detail'], explanation.checks.map(c => [
        c.name, el('span', { class: c.passed ? 'good' : 'bad' }, c.passed ? 'passed' : 'failed'), c.detail])),
      el('div', { class: 'columns' }, el('div', {}, el('h3', {}, 'Header'), pre(explanation.header ?? {})),
        el('div', {}, el('h3', {}, 'Claims'), linked(JSON.stringify(explanation.claims ?? {}, null, 2)))),
      explanation.claims?.sid && row(idLink(explanation.claims.sid), idLink(explanation.claims.sub)))),
  ];
});
