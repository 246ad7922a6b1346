// Roles, permissions and role sets of organizations.

import { el, row, section, when } from './dom.js';
import { api, patch, post, query, remove } from './api.js';
import { copy, danger } from './ask.js';
import { field, folded, form } from './forms.js';
import { idLink, list } from './lists.js';
import { go, page, address } from './router.js';

const listOf = (path, rest) => list({
  load: async at => { const a = await api(`${path}${query({ query: at.query, limit: at.limit, offset: at.offset })}`); return { data: a.data, total: a.total_count }; }, ...rest,
});

page('roles', 'Roles and permissions', 'Configure', async place => (place.id ? drawRole(place.id) : [
  section('Roles', await listOf('/organization_roles', {
    key: 'roles', heads: ['name', 'key', 'permissions', 'members', 'created'],
    cells: r => [idLink(r.id, r.name), el('code', {}, r.key), r.permissions.length, r.members_count ?? '', when(r.created_at)],
  })),
  section('New role', folded('Create a role', form('Create role', [
    field('name', 'Name', { required: true }), field('key', 'Key', { required: true, hint: 'org:editor' }), field('description', 'Description'),
  ], async v => go(address('roles', (await api('/organization_roles', post(v))).id))))),
  section('Permissions', await listOf('/organization_permissions', {
    key: 'permissions', heads: ['name', 'key', 'type', 'description', ''],
    cells: p => [p.name, el('code', {}, p.key), p.type, p.description ?? '', p.type === 'system' ? '' : danger('Delete', `Delete the permission ${p.name}?`, () => api(`/organization_permissions/${p.id}`, remove()))],
  }), folded('New permission', form('Create permission', [
    field('name', 'Name', { required: true }), field('key', 'Key', { required: true, hint: 'org:invoices:read' }), field('description', 'Description'),
  ], v => api('/organization_permissions', post(v))))),
  section('Role sets', await listOf('/role_sets', {
    key: 'sets', heads: ['name', 'key', 'roles'],
    cells: s => [s.name, el('code', {}, s.key), (s.roles ?? []).map(r => r.key).join(', ')],
  })),
]));

async function drawRole(id) {
  const [r, permissions] = await Promise.all([api(`/organization_roles/${id}`), api('/organization_permissions?limit=500')]);
  const has = new Set(r.permissions.map(p => p.id));
  return {
    title: r.name,
    content: [
      section('', row(danger('Delete role', `Delete the role ${r.name}?`, async () => { await api(`/organization_roles/${id}`, remove()); await go(address('roles')); }), el('code', {}, r.id), copy(r.id))),
      section('Settings', form('Save role', [field('name', 'Name', { value: r.name, required: true }), field('key', 'Key', { value: r.key, required: true }),
        field('description', 'Description', { value: r.description ?? '' })], v => api(`/organization_roles/${id}`, patch(v)))),
      section('Permissions', form('Save permissions', permissions.data.map(p => field(p.id, `${p.name} (${p.key})`, { kind: 'checkbox', value: has.has(p.id) })),
        v => api(`/organization_roles/${id}`, patch({ permissions: permissions.data.filter(p => v[p.id]).map(p => p.id) })))),
    ],
  };
}
