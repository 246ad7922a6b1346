// What the authorization server did: clients, grants, tokens and the log of its requests.

import { badge, el, pre, row, section, soft, status, when } from './dom.js';
import { admin, post } from './api.js';
import { copy, danger } from './ask.js';
import { field, folded, form, picker, userPicker } from './forms.js';
import { idLink, list } from './lists.js';
import { address, live, page } from './router.js';

let granted = null; // tokens that were made here last; they are told once

page('authorizations', 'OAuth log', 'Watch', async place => {
  const tokens = granted;
  granted = null;
  let lists = null;
  await live(place, ['requests'], () => admin('/changes'), async () => {
    if (lists) await Promise.all(lists.map(l => l.refresh()));
    else lists = [await requestList(), await clientList(), await grantList(), await tokenList()];
  });
  const [log, clients, grants, issued] = lists;
  return [
    tokens && section('New tokens, shown once', pre(tokens), row(copy(tokens.access_token, 'Copy the access token'), copy(tokens.refresh_token, 'Copy the refresh token'))),
    section('Requests to the authorization server', log, soft('Codes, tokens, secrets and verifiers are never kept.')),
    section('Grants', grants, folded('Grant without a browser', grantForm()), folded('Answer a device', deviceForm())),
    section('Access and refresh tokens', issued),
    section('Clients', clients),
  ];
});

// whole lists what the admin API returns in one piece: the newest first, searched here.
const whole = (path, texts) => async at => {
  const wanted = at.query.toLowerCase();
  const all = (await admin(path)).reverse().filter(r => texts(r).some(t => String(t ?? '').toLowerCase().includes(wanted)));
  return { data: all.slice(at.offset, at.offset + at.limit), total: all.length };
};

const requestList = () => list({
  key: 'log', placeholder: 'Path, client, user, grant or error', heads: ['at', 'method', 'path', 'status', 'error', 'client', 'grant type', 'user', 'scope'],
  load: whole('/oauth/log', r => [r.path, r.client_id, r.user_id, r.grant_id, r.error, r.grant_type]),
  cells: r => [r.at.slice(11, 19), r.method, el('span', { class: 'path' }, r.path), status(r.status), r.error && badge(r.error, 'bad'), client(r.client_id), r.grant_type ?? '', idLink(r.user_id), r.scope ?? ''],
});

const clientList = () => list({
  key: 'clients', placeholder: 'Name or client id', heads: ['name', 'client id', 'kind', 'came by', 'consent', 'scopes', 'created'],
  load: whole('/oauth/clients', c => [c.name, c.client_id]),
  cells: c => [el('a', { href: address('oauth', c.id) }, c.name), client(c.client_id), c.public ? 'public' : 'confidential', origin(c), c.skip_consent ? 'skipped' : 'asked for', (c.scopes ?? []).join(' '), when(c.created_at)],
});

const origin = c => {
  if (c.metadata_document) return 'metadata document';
  return c.dynamically_registered ? 'registration' : 'application';
};

const grantList = () => list({
  key: 'grants', placeholder: 'User, client, organization or grant', heads: ['user', 'client', 'organization', 'scopes', 'state', 'created', ''],
  load: whole('/oauth/grants', g => [g.id, g.user_id, g.client_id, g.organization_id]),
  cells: g => [idLink(g.user_id), client(g.client_id), idLink(g.organization_id), (g.scopes ?? []).join(' '), g.revoked ? badge('revoked', 'bad') : badge('live', 'good'), when(g.created_at),
    g.revoked ? '' : danger('Revoke', 'Revoke the grant and all of its tokens?', () => admin('/oauth/revoke', post({ grant_id: g.id })))],
});

const tokenList = () => list({
  key: 'tokens', placeholder: 'User, client, grant or state', heads: ['kind', 'form', 'user', 'client', 'scopes', 'state', 'created', 'expires'],
  load: whole('/oauth/tokens', t => [t.id, t.user_id, t.client_id, t.grant_id, t.status]),
  cells: t => [t.kind === 'access_token' ? 'access' : 'refresh', t.form === 'jwt' ? 'JWT' : t.form, idLink(t.user_id), client(t.client_id), (t.scopes ?? []).join(' '), badge(t.status, t.status === 'live' ? 'good' : ''), when(t.created_at), when(t.expires_at)],
});

const client = id => (id ? el('code', { title: id }, id) : '');

const grantForm = () => form('Grant', [
  picker('client_id', 'Client', async text => (await admin('/oauth/clients')).filter(c => `${c.name} ${c.client_id}`.toLowerCase().includes(text.toLowerCase())).slice(0, 8).map(c => [c.client_id, c.name]), { required: true }),
  userPicker('user_id', 'User', { required: true }), field('scopes', 'Scopes, all of the client\'s when empty'), field('resource', 'Resource', { kind: 'url' }),
], async v => { granted = await admin('/oauth/grants', post({ ...v, scopes: (v.scopes ?? '').split(/\s+/).filter(Boolean) })); });

const deviceForm = () => form('Answer', [field('user_code', 'Code on the device', { required: true }), userPicker('user_id', 'User, nobody to deny')],
  v => admin('/oauth/device', post(v)));
