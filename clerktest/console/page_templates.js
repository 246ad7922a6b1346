// JWT templates.

import { el, row, section, when } from './dom.js';
import { api, patch, post, remove } from './api.js';
import { copy, danger } from './ask.js';
import { field, folded, form, jsonEditor } from './forms.js';
import { idLink, list } from './lists.js';
import { address, go, page } from './router.js';
import { within } from './page_settings.js';

const settings = t => [
  field('name', 'Name', { value: t.name ?? '', required: true }), field('lifetime', 'Lifetime in seconds', { kind: 'number', value: t.lifetime ?? 60 }),
  field('allowed_clock_skew', 'Allowed clock skew in seconds', { kind: 'number', value: t.allowed_clock_skew ?? 5 }),
];

page('templates', 'JWT templates', 'Configure', async place => (place.id ? drawTemplate(place.id) : [
  section('JWT templates', await list({
    heads: ['name', 'id', 'lifetime', 'claims', 'created'], load: async at => within(await api('/jwt_templates'), at, t => t.name),
    cells: t => [idLink(t.id, t.name), idLink(t.id), `${t.lifetime} s`, Object.keys(t.claims ?? {}).join(', '), when(t.created_at)],
  })),
  section('New template', folded('Create a template', form('Create template', settings({}),
    async v => go(address('templates', (await api('/jwt_templates', post({ ...v, claims: {} }))).id))))),
]));

async function drawTemplate(id) {
  const t = await api(`/jwt_templates/${id}`);
  const change = more => api(`/jwt_templates/${id}`, patch({ name: t.name, claims: t.claims, lifetime: t.lifetime, allowed_clock_skew: t.allowed_clock_skew, ...more }));
  return {
    title: t.name,
    content: [
      section('', row(danger('Delete template', `Delete the template ${t.name}?`, async () => { await api(`/jwt_templates/${id}`, remove()); await go(address('templates')); }), el('code', {}, id), copy(id))),
      section('Settings', form('Save template', settings(t), change)),
      section('Claims', jsonEditor('Claims', t.claims, claims => change({ claims })), el('p', { class: 'soft' }, 'Short codes such as {{user.primary_email_address}} are filled in when a token is made.')),
    ],
  };
}
