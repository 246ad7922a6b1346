// Machines with their tokens, and API keys.

import { badge, el, facts, pre, row, section, table, when } from './dom.js';
import { admin, api, patch, post, query, remove } from './api.js';
import { button, copy, danger } from './ask.js';
import { field, folded, form, picker, userPicker } from './forms.js';
import { idLink, list } from './lists.js';
import { address, go, page } from './router.js';

let told = null; // a secret that is told once

const machines = at => api(`/machines${query({ query: at.query, limit: at.limit, offset: at.offset })}`);

page('machines', 'Machines', 'Configure', async place => (place.id ? drawMachine(place.id) : [
  section('Machines', await list({
    heads: ['name', 'id', 'token lifetime', 'created'], load: async at => { const a = await machines(at); return { data: a.data, total: a.total_count }; },
    cells: m => [idLink(m.id, m.name), idLink(m.id), `${m.default_token_ttl} s`, when(m.created_at)],
  })),
  section('New machine', folded('Create a machine', form('Create machine', [field('name', 'Name', { required: true }), field('default_token_ttl', 'Token lifetime in seconds', { kind: 'number', value: 3600 })],
    async v => { const made = await api('/machines', post(v)); told = { id: made.id, text: made.secret_key }; await go(address('machines', made.id)); }))),
]));

async function drawMachine(id) {
  const [m, tokens] = await Promise.all([api(`/machines/${id}`), admin(`/m2m_tokens${query({ query: id, limit: 50 })}`)]);
  return {
    title: m.name,
    content: [
      section('', row(button('Show the secret key', async () => { told = { id, text: (await api(`/machines/${id}/secret_key`)).secret }; }),
        button('Rotate the secret key', async () => { told = { id, text: (await api(`/machines/${id}/secret_key/rotate`, post({ previous_token_ttl: 0 }))).secret }; }),
        danger('Delete machine', `Delete the machine ${m.name}?`, async () => { await api(`/machines/${id}`, remove()); await go(address('machines')); })),
      told?.id === id && el('div', {}, pre(told.text), row(copy(told.text))),
      facts([['Id', row(el('code', {}, id), copy(id))], ['Created', when(m.created_at)]])),
      section('Settings', form('Save machine', [field('name', 'Name', { value: m.name, required: true }), field('default_token_ttl', 'Token lifetime in seconds', { kind: 'number', value: m.default_token_ttl })],
        v => api(`/machines/${id}`, patch(v)))),
      section('May talk to', table(['machine', ''], (m.scoped_machines ?? []).map(o => [idLink(o.id, o.name), button('Take away', () => api(`/machines/${id}/scopes/${o.id}`, remove()))])),
        folded('Allow another machine', form('Allow', [picker('to_machine_id', 'Machine', async text => (await machines({ query: text, limit: 8 })).data.map(o => [o.id, o.name]), { required: true })],
          v => api(`/machines/${id}/scopes`, post(v))))),
      section('M2M tokens', table(['id', 'subject', 'state', 'expires', ''], tokens.data.map(t => [el('code', {}, t.id), idLink(t.subject), badge(t.revoked ? 'revoked' : t.expired ? 'expired' : 'valid', t.revoked || t.expired ? 'bad' : 'good'), when(t.expiration),
        t.revoked ? '' : button('Revoke', () => api(`/m2m_tokens/${t.id}/revoke`, post({})))]))),
    ],
  };
}

page('api-keys', 'API keys', 'Configure', async place => [
  told?.id === 'api-key' && section('The new key, shown once', pre(told.text), row(copy(told.text))),
  section('API keys', await list({
    heads: ['name', 'id', 'subject', 'scopes', 'state', 'created', ''], placeholder: 'Search name, id or subject',
    load: async at => { const a = await admin(`/api_keys${query({ query: at.query || place.id, limit: at.limit, offset: at.offset })}`); return { data: a.data, total: a.total_count }; },
    cells: k => [k.name, el('code', {}, k.id), idLink(k.subject), (k.scopes ?? []).join(' '), badge(k.revoked ? 'revoked' : k.expired ? 'expired' : 'valid', k.revoked || k.expired ? 'bad' : 'good'), when(k.created_at),
      row(k.revoked ? '' : button('Revoke', () => api(`/api_keys/${k.id}/revoke`, post({}))), danger('Delete', `Delete the API key ${k.name}?`, () => api(`/api_keys/${k.id}`, remove())))],
  })),
  section('New API key', folded('Create an API key', form('Create key', [field('name', 'Name', { required: true }), userPicker('subject', 'User', { required: true }),
    field('scopes', 'Scopes, with spaces between'), field('seconds_until_expiration', 'Seconds until it expires', { kind: 'number' })],
  async v => {
    const made = await api('/api_keys', post({ ...v, scopes: v.scopes?.split(/\s+/) }));
    told = { id: 'api-key', text: made.secret };
  }))),
]);
