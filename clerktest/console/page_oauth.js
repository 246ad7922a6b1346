// OAuth applications.

import { badge, el, facts, pre, row, section, when } from './dom.js';
import { api, patch, post, query, remove } from './api.js';
import { button, copy, danger } from './ask.js';
import { field, folded, form } from './forms.js';
import { list } from './lists.js';
import { address, go, page } from './router.js';

const settings = a => [
  field('name', 'Name', { value: a.name ?? '', required: true }), field('redirect_uris', 'Redirect URIs, one a line', { kind: 'textarea', value: (a.redirect_uris ?? []).join('\n') }),
  field('scopes', 'Scopes', { value: a.scopes ?? 'profile email' }), field('public', 'Public client', { kind: 'checkbox', value: a.public }),
  field('pkce_required', 'PKCE is required', { kind: 'checkbox', value: a.pkce_required }), field('consent_screen_enabled', 'Asks for consent', { kind: 'checkbox', value: a.consent_screen_enabled ?? true }),
];
const read = v => ({ ...v, redirect_uris: (v.redirect_uris ?? '').split('\n').map(u => u.trim()).filter(Boolean) });
let secret = null; // of the application that was made or rotated last; it is told once

page('oauth', 'OAuth applications', 'Configure', async place => (place.id ? drawApplication(place.id) : [
  section('OAuth applications', await list({
    heads: ['name', 'client id', 'kind', 'scopes', 'created'],
    load: async at => { const a = await api(`/oauth_applications${query({ name_query: at.query, limit: at.limit, offset: at.offset })}`); return { data: a.data, total: a.total_count }; },
    cells: a => [el('a', { href: address('oauth', a.id) }, a.name), el('code', {}, a.client_id), a.public ? 'public' : 'confidential', a.scopes, when(a.created_at)],
  })),
  section('New application', folded('Create an application', form('Create application', settings({}), async v => {
    const made = await api('/oauth_applications', post(read(v)));
    secret = made.client_secret && { id: made.id, text: made.client_secret };
    await go(address('oauth', made.id));
  }))),
]));

async function drawApplication(id) {
  const a = await api(`/oauth_applications/${id}`);
  return {
    title: a.name,
    content: [
      section('', row(a.public ? '' : button('Rotate the secret', async () => { secret = { id, text: (await api(`/oauth_applications/${id}/rotate_secret`, post())).client_secret }; }),
        danger('Delete application', `Delete the application ${a.name}?`, async () => { await api(`/oauth_applications/${id}`, remove()); await go(address('oauth')); })),
      secret?.id === id && el('div', {}, el('h3', {}, 'Client secret, shown once'), pre(secret.text), row(copy(secret.text))),
      facts([['Client id', row(el('code', {}, a.client_id), copy(a.client_id))], ['Kind', badge(a.public ? 'public' : 'confidential')], ['Authorize', el('code', { class: 'wide' }, a.authorize_url)],
        ['Token', el('code', { class: 'wide' }, a.token_fetch_url)], ['User info', el('code', { class: 'wide' }, a.user_info_url)], ['Discovery', el('code', { class: 'wide' }, a.discovery_url)]])),
      section('Settings', form('Save application', settings(a), v => api(`/oauth_applications/${id}`, patch(read(v))), { keep: true })),
    ],
  };
}
