// Organizations: the list, and one with its members, roles, invitations and domains.

import { badge, el, facts, pre, row, section, table, when } from './dom.js';
import { api, curl, patch, post, query, remove, send } from './api.js';
import { button, copy, danger } from './ask.js';
import { field, folded, form, jsonEditor, roleSelect, userPicker } from './forms.js';
import { idLink, list } from './lists.js';
import { address, go, page } from './router.js';

page('organizations', 'Organizations', 'Records', async place => (place.id ? drawOrganization(place.id) : [
  section('Organizations', await list({
    heads: ['name', 'slug', 'members', 'id', 'created'],
    placeholder: 'Search name, slug or id',
    filters: [{ name: 'order_by', label: 'Order', options: [['', 'Newest first'], ['+created_at', 'Oldest first'], ['name', 'Name'], ['-members_count', 'Members']] }],
    async load(at) {
      const answer = await api(`/organizations${query({ query: at.query, order_by: at.order_by, limit: at.limit, offset: at.offset, include_members_count: true })}`);
      return { data: answer.data, total: answer.total_count };
    },
    cells: o => [idLink(o.id, o.name), o.slug, o.members_count ?? 0, idLink(o.id), when(o.created_at)],
  })),
  section('New organization', folded('Create an organization', form('Create organization', [
    field('name', 'Name', { required: true }), field('slug', 'Slug'), userPicker('created_by', 'Created by (becomes its admin)'),
  ], async v => go(address('organizations', (await api('/organizations', post(v))).id))))),
]));

async function drawOrganization(id) {
  const path = `/organizations/${id}`;
  const [o, roles] = await Promise.all([api(`${path}?include_members_count=true`), api('/organization_roles?limit=100')]);
  const choices = roles.data.map(r => [r.key, r.name]);
  return {
    title: o.name,
    content: [
      section('', row(danger('Delete organization', `Delete the organization ${o.name}?`, async () => { await api(path, remove()); await go(address('organizations')); }),
        copy(curl('GET', `/v1${path}`), 'Copy as curl')),
      facts([['Id', row(el('code', {}, o.id), copy(o.id))], ['Created', when(o.created_at)], ['Created by', idLink(o.created_by)], ['Members', o.members_count]])),
      section('Settings', form('Save settings', [
        field('name', 'Name', { value: o.name, required: true }), field('slug', 'Slug', { value: o.slug ?? '' }),
        field('max_allowed_memberships', 'Most members (0 is no limit)', { kind: 'number', value: o.max_allowed_memberships }),
        field('admin_delete_enabled', 'Admins may delete it', { kind: 'checkbox', value: o.admin_delete_enabled }),
      ], v => api(path, patch(v)))),
      section('Members', await members(path, o, choices), folded('Add a member', form('Add member', [
        userPicker('user_id', 'User', { required: true }), await roleSelect('role', 'org:member')], v => api(`${path}/memberships`, post(v))))),
      section('Invitations', await invitations(path), folded('Invite somebody', form('Invite', [
        field('email_address', 'E-mail address', { kind: 'email', required: true }), await roleSelect('role', 'org:member'),
        userPicker('inviter_user_id', 'Invited by'), field('redirect_url', 'Address to lead to', { kind: 'url' }),
      ], v => api(`${path}/invitations`, post(v))))),
      await domains(path),
      section('Metadata', el('div', { class: 'columns' }, ['public', 'private'].map(kind =>
        jsonEditor(`${kind[0].toUpperCase()}${kind.slice(1)} metadata`, o[`${kind}_metadata`], value => api(`${path}/metadata`, send('PUT', { [`${kind}_metadata`]: value })))))),
      section('As JSON', folded('The organization as the Backend API answers it', pre(o))),
    ],
  };
}

const members = (path, o, roles) => list({
  key: 'members', heads: ['member', 'role', 'id', 'since', ''], placeholder: 'Search members',
  filters: [{ name: 'role', label: 'Role', options: [['', 'All roles'], ...roles] }],
  async load(at) {
    const answer = await api(`${path}/memberships${query({ query: at.query, role: at.role, limit: at.limit, offset: at.offset })}`);
    return { data: answer.data, total: answer.total_count };
  },
  cells(m) {
    const u = m.public_user_data;
    const name = [u.first_name, u.last_name].filter(Boolean).join(' ') || u.identifier || u.user_id;
    const select = el('select', { 'aria-label': `Role of ${name}` }, roles.map(([v, l]) => el('option', { value: v, selected: v === m.role }, l)));
    return [idLink(u.user_id, name), row(select, button('Set', () => api(`${path}/memberships/${u.user_id}`, patch({ role: select.value })))), idLink(u.user_id), when(m.created_at),
      danger('Remove', `Remove ${name} from ${o.name}?`, () => api(`${path}/memberships/${u.user_id}`, remove()))];
  },
});

const invitations = path => list({
  key: 'invitations', heads: ['e-mail', 'role', 'status', 'created', ''], placeholder: 'E-mail address, whole',
  filters: [{ name: 'status', label: 'Status', options: [['', 'All'], ['pending', 'Pending'], ['accepted', 'Accepted'], ['revoked', 'Revoked'], ['expired', 'Expired']] }],
  async load(at) {
    const answer = await api(`${path}/invitations${query({ email_address: at.query, status: at.status, limit: at.limit, offset: at.offset })}`);
    return { data: answer.data, total: answer.total_count };
  },
  cells: i => [i.email_address, i.role, badge(i.status), when(i.created_at), i.status === 'pending' ? button('Revoke', () => api(`${path}/invitations/${i.id}/revoke`, post({}))) : ''],
});

async function domains(path) {
  const answer = await api(`${path}/domains?limit=100`);
  return section('Domains',
    table(['name', 'enrollment', 'verified', ''], answer.data.map(d => [
      d.name, d.enrollment_mode, d.verification?.status === 'verified' ? badge('verified', 'good') : badge('unverified'),
      row(d.verification?.status === 'verified' ? '' : button('Verify', () => api(`${path}/domains/${d.id}`, patch({ verified: true }))),
        danger('Delete', `Delete the domain ${d.name}?`, () => api(`${path}/domains/${d.id}`, remove()))),
    ])),
    folded('Add a domain', form('Add domain', [
      field('name', 'Name', { required: true, hint: 'acme.com' }),
      field('enrollment_mode', 'Enrollment', { kind: [['manual_invitation', 'by invitation'], ['automatic_invitation', 'automatic invitation'], ['automatic_suggestion', 'automatic suggestion']] }),
      field('verified', 'Verified', { kind: 'checkbox', value: true }),
    ], v => api(`${path}/domains`, post(v)))));
}
