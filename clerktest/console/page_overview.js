// The first page: what an application needs, and what there is.

import { el, facts, pre, row, section, table } from './dom.js';
import { api, post, state } from './api.js';
import { button, copy } from './ask.js';
import { idLink } from './lists.js';
import { nameOf } from './forms.js';
import { address, page } from './router.js';
import { applicationForm, signInAs } from './sign_in_as.js';

page('overview', 'Overview', 'Start', async () => {
  const i = state.instance;
  const lines = [
    `CLERK_API_URL=${i.url}`, `CLERK_SECRET_KEY=${i.secret_key}`, `CLERK_PUBLISHABLE_KEY=${i.publishable_key}`,
    i.application && `CLERK_AUTHORIZED_PARTIES=${i.application}`,
  ].filter(Boolean);
  const shell = lines.map(l => `export ${l}`).join('\n');
  const block = pre(shell);
  block.id = 'environment';
  const users = await api('/users?limit=3');
  return [
    section('Settings for your application', block, row(copy(shell, 'Copy for a shell'), copy(lines.join('\n'), 'Copy as .env'))),
    section('From here', el('ol', {},
      el('li', {}, 'Start your application with these settings. A front end (Next.js, Vite) gets its own names for them from ', el('code', {}, '-env-file .env.local'), '.'),
      el('li', {}, 'Press ', el('b', {}, 'Sign in as'), ' on a user: your application opens with the user signed in.',
        users.length ? table(['user', 'e-mail', ''], users.map(u => [idLink(u.id, nameOf(u)), u.email_addresses[0]?.email_address ?? '', signInAs(u)]))
          : row(button('Make Ada', makeAda, { class: 'main' })),
        applicationForm()),
      el('li', {}, 'If nobody is signed in there, the ', el('a', { href: address('inspector') }, 'Inspector'), ' shows each request, and ',
        el('a', { href: address('tokens') }, 'Tokens'), ' says why a token is refused.'),
      el('li', {}, 'All of them are under ', el('a', { href: address('users') }, 'Users'), '; people also sign up by themselves, at ', el('code', {}, `${i.url}/sign-up`), '.'))),
    section('This instance', facts([
      ['Backend API', el('code', {}, `${i.url}/v1`)], ['Frontend API', el('code', {}, i.frontend_api)], ['Issuer', el('code', {}, i.issuer)],
      ['Instance', el('code', {}, i.id)], ['Mode', i.production ? 'production-like cookies' : 'development'],
    ])),
    section('Records', table(['table', 'rows'], Object.entries(i.records).sort().map(([name, n]) => [name, n.toLocaleString('en')]))),
  ];
});

// makeAda makes the first user.
const makeAda = () => api('/users', post({
  email_address: ['ada@example.com'], first_name: 'Ada', last_name: 'Lovelace', skip_password_requirement: true,
}));
