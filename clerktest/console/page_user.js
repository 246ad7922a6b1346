// One user, with everything that can be changed.

import { badge, el, facts, pre, row, section, table, when } from './dom.js';
import { admin, api, curl, patch, post, query, remove, send } from './api.js';
import { button, copy, danger } from './ask.js';
import { field, folded, form, jsonEditor, nameOf, organizationPicker, roleSelect } from './forms.js';
import { idLink } from './lists.js';
import { address, go } from './router.js';
import { signInAs } from './sign_in_as.js';
import { sessionTable } from './page_sessions.js';

export async function drawUser(place) {
  const u = await api(`/users/${place.id}`);
  const path = `/users/${u.id}`;
  const change = body => api(path, patch(body));
  const [sessions, memberships, invitations, roles] = await Promise.all([
    admin(`/sessions${query({ query: u.id, limit: 50 })}`), api(`${path}/organization_memberships?limit=100`),
    api(`${path}/organization_invitations?limit=50`), roleSelect('role', 'org:member'),
  ]);
  return {
    title: nameOf(u),
    content: [
      section('', row(signInAs(u),
        el('a', { class: 'button', href: address('tokens', '', { user: u.id }) }, 'Token'),
        button(u.banned ? 'Unban' : 'Ban', () => api(`${path}/${u.banned ? 'unban' : 'ban'}`, post())),
        button(u.locked ? 'Unlock' : 'Lock', () => api(`${path}/${u.locked ? 'unlock' : 'lock'}`, post())),
        danger('Delete user', `Delete the user ${nameOf(u)}?`, async () => { await api(path, remove()); await go(address('users')); }),
        copy(curl('GET', `/v1${path}`), 'Copy as curl')),
      facts([
        ['Id', row(el('code', {}, u.id), copy(u.id))], ['State', row(u.banned ? badge('banned', 'bad') : '', u.locked ? badge('locked', 'bad') : '', !u.banned && !u.locked ? badge('active', 'good') : '')],
        ['Created', when(u.created_at)], ['Last sign-in', when(u.last_sign_in_at)], ['Last active', when(u.last_active_at)],
      ])),
      section('Profile', form('Save profile', [
        field('first_name', 'First name', { value: u.first_name ?? '' }), field('last_name', 'Last name', { value: u.last_name ?? '' }),
        field('username', 'Username', { value: u.username ?? '' }), field('external_id', 'External id', { value: u.external_id ?? '' }),
        field('delete_self_enabled', 'May delete the account', { kind: 'checkbox', value: u.delete_self_enabled }),
        field('create_organization_enabled', 'May create organizations', { kind: 'checkbox', value: u.create_organization_enabled }),
      ], v => change({ ...v, username: v.username || null, external_id: v.external_id || null, first_name: v.first_name || null, last_name: v.last_name || null }), { keep: true })),
      identifiers('E-mail addresses', u.email_addresses, 'email_address', 'email_addresses', u, 'primary_email_address_id'),
      identifiers('Phone numbers', u.phone_numbers, 'phone_number', 'phone_numbers', u, 'primary_phone_number_id'),
      factors(u, path, change),
      section('Metadata', el('div', { class: 'columns' }, ['public', 'private', 'unsafe'].map(kind =>
        jsonEditor(`${kind[0].toUpperCase()}${kind.slice(1)} metadata`, u[`${kind}_metadata`], value => api(`${path}/metadata`, send('PUT', { [`${kind}_metadata`]: value })))))),
      section(`Sessions (${sessions.total_count})`, row(button('New session', () => api('/sessions', post({ user_id: u.id })))), sessionTable(sessions.data)),
      section(`Organizations (${memberships.total_count})`,
        table(['organization', 'role', 'since', ''], memberships.data.map(m => [
          idLink(m.organization.id, m.organization.name), m.role, when(m.created_at),
          row(signInAs(u, m.organization.id),
            danger('Remove', `Remove ${nameOf(u)} from ${m.organization.name}?`, () => api(`/organizations/${m.organization.id}/memberships/${u.id}`, remove()))),
        ])),
        folded('Add to an organization', form('Add', [organizationPicker('organization', 'Organization', { required: true }), roles],
          v => api(`/organizations/${v.organization}/memberships`, post({ user_id: u.id, role: v.role }))))),
      section(`Organization invitations (${invitations.total_count})`, table(['organization', 'role', 'status', 'created'], invitations.data.map(i => [
        idLink(i.organization_id, i.public_organization_data?.name), i.role, i.status, when(i.created_at)]))),
      section('As JSON', folded('The user as the Backend API answers it', pre(u))),
    ],
  };
}

// identifiers is a section for e-mail addresses or phone numbers.
function identifiers(title, list, param, path, u, primary) {
  const one = i => `/${path}/${i.id}`;
  return section(title,
    table(['value', 'state', 'id', ''], list.map(i => [
      i[param],
      row(i.verification?.status === 'verified' ? badge('verified', 'good') : badge('unverified'), i.id === u[primary] ? badge('primary', 'good') : '', i.reserved_for_second_factor ? badge('second factor') : ''),
      el('code', {}, i.id),
      row(i.verification?.status === 'verified' ? '' : button('Verify', () => api(one(i), patch({ verified: true }))),
        i.id === u[primary] ? '' : button('Make primary', () => api(one(i), patch({ primary: true }))),
        param === 'phone_number' ? button(i.reserved_for_second_factor ? 'Not a second factor' : 'Second factor', () => api(one(i), patch({ reserved_for_second_factor: !i.reserved_for_second_factor }))) : '',
        danger('Delete', `Delete ${i[param]}?`, () => api(one(i), remove()))),
    ])),
    folded(`Add to ${title.toLowerCase()}`, form('Add', [
      field(param, title.slice(0, -1).replace('addresse', 'address'), { required: true, kind: param === 'email_address' ? 'email' : 'tel' }),
      field('verified', 'Verified', { kind: 'checkbox', value: true }), field('primary', 'Primary', { kind: 'checkbox' }),
    ], v => api(`/${path}`, post({ user_id: u.id, ...v })))));
}

function factors(u, path, change) {
  return section('Sign-in factors',
    table(['factor', 'state', ''], [
      ['Password', u.password_enabled ? badge('set', 'good') : 'none', u.password_enabled ? button('Remove password', () => api(`${path}/remove_password`, post({}))) : ''],
      ['Authenticator app (TOTP)', u.totp_enabled ? badge('on', 'good') : 'none', u.totp_enabled ? button('Remove', () => api(`${path}/totp`, remove())) : ''],
      ['Backup codes', u.backup_code_enabled ? badge('on', 'good') : 'none', u.backup_code_enabled ? button('Remove', () => api(`${path}/backup_code`, remove())) : ''],
      ...u.passkeys.map(p => ['Passkey', p.name ?? p.id, danger('Delete', 'Delete this passkey?', () => api(`${path}/passkeys/${p.id}`, remove()))]),
      ...u.external_accounts.map(a => [`Account at ${a.provider}`, a.email_address ?? a.id, danger('Delete', `Delete the account at ${a.provider}?`, () => api(`${path}/external_accounts/${a.id}`, remove()))]),
      ...u.web3_wallets.map(w => ['Wallet', w.web3_wallet, danger('Delete', 'Delete this wallet?', () => api(`${path}/web3_wallets/${w.id}`, remove()))]),
    ]),
    row(u.two_factor_enabled ? button('Disable all second factors', () => api(`${path}/mfa`, remove())) : ''),
    folded('Set a password', form('Set password', [
      field('password', 'New password', { kind: 'password', required: true }), field('skip_password_checks', 'Skip the checks', { kind: 'checkbox' }),
      field('sign_out_of_other_sessions', 'End the sessions', { kind: 'checkbox' })], change)),
    folded('Set up an authenticator app', form('Set TOTP secret', [field('totp_secret', 'Secret (base32)', { required: true })], change)));
}
