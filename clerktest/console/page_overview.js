// The first page: what an application needs, and what there is.

import { el, facts, pre, row, section, table } from './dom.js';
import { state } from './api.js';
import { copy } from './ask.js';
import { address, page } from './router.js';

page('overview', 'Overview', 'Start', async () => {
  const i = state.instance;
  const lines = [
    `CLERK_API_URL=${i.url}`, `CLERK_SECRET_KEY=${i.secret_key}`, `CLERK_PUBLISHABLE_KEY=${i.publishable_key}`,
    i.application && `CLERK_AUTHORIZED_PARTIES=${i.application}`,
  ].filter(Boolean);
  const shell = lines.map(l => `export ${l}`).join('\n');
  const block = pre(shell);
  block.id = 'environment';
  return [
    section('Settings for your application', block, row(copy(shell, 'Copy for a shell'), copy(lines.join('\n'), 'Copy as .env'))),
    section('From here', el('ol', {},
      el('li', {}, 'Start your application with these settings.'),
      el('li', {}, 'Make a user, or take one: ', el('a', { href: address('users') }, 'Users'), '.'),
      el('li', {}, 'Press ', el('b', {}, 'Sign in as'), ' on the user: your application opens with the user signed in.'),
      el('li', {}, 'If it does not, the ', el('a', { href: address('inspector') }, 'Inspector'), ' shows each request, and ',
        el('a', { href: address('tokens') }, 'Tokens'), ' says why a token is refused.'))),
    section('This instance', facts([
      ['Backend API', el('code', {}, `${i.url}/v1`)], ['Frontend API', el('code', {}, i.frontend_api)], ['Issuer', el('code', {}, i.issuer)],
      ['Instance', el('code', {}, i.id)], ['Mode', i.production ? 'production-like cookies' : 'development'],
    ])),
    section('Records', table(['table', 'rows'], Object.entries(i.records).sort().map(([name, n]) => [name, n.toLocaleString('en')]))),
  ];
});
